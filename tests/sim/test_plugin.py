"""The pytest plugin in a project that is not this one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TOOLS = Path(__file__).parents[2] / "tools"
SCRIPT = """
def test_script(board):
    assert board.repl("6 * 7") == "42\\n"
    board.repl("import machine; p = machine.Pin('GP9', machine.Pin.OUT, value=1)")
    assert board.pin("GP9").level == 1

def test_next(board):
    assert "NameError" in board.repl("p")
"""


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """pytest on a test of the folder, with the emulator's package and nothing else of this repository."""
    (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    (folder / "test_script.py").write_text(SCRIPT)
    environment = {name: text for name, text in os.environ.items() if name not in ("WIPY_IMAGE", "CC3200_ROM")}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "cc3200sim.pytest_plugin",
        "-p",
        "no:cacheprovider",
        *options,
    ]
    return subprocess.run(
        command, cwd=folder, env={**environment, "PYTHONPATH": str(TOOLS)}, capture_output=True, text=True
    )


def test_a_project_of_its_own(wipy_image: bytes, wipy_rom: bytes, tmp_path: Path) -> None:
    (tmp_path / "mcuimg.bin").write_bytes(wipy_image)
    (tmp_path / "rom.bin").write_bytes(wipy_rom)
    result = run(tmp_path, "--wipy-image", "mcuimg.bin", "--wipy-rom", "rom.bin")
    assert "2 passed" in result.stdout, result.stdout + result.stderr


def test_what_is_missing_is_told_in_a_line(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.returncode == 1
    assert "Traceback" not in result.stdout
    assert "During handling" not in result.stdout
    assert "0 images are build/*/mcuimg.bin: --wipy-image names the one to test" in result.stdout
    result = run(tmp_path, "--wipy-image", "nowhere.bin")
    assert "no firmware image at nowhere.bin (No such file or directory): --wipy-image names one" in result.stdout
