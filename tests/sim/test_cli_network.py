"""wipy-sim's words about network and flash: what is understood, what is refused, ports that are taken."""

from __future__ import annotations

import fcntl
import socket
from collections.abc import Callable
from pathlib import Path
from unittest.mock import ANY

import pytest
from cc3200sim import cli
from cc3200sim.flash import dump

Run = Callable[..., tuple[int, str]]
SPIN = bytes.fromhex("00400320 09400020 fee7".replace(" ", ""))  # stack, entry, b .


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run an image that only spins, with words; its exit status and what was said."""
    image, chip_rom = tmp_path / "image", tmp_path / "rom"
    image.write_bytes(SPIN)
    chip_rom.write_bytes(bytes(64))

    def go(*words: str) -> tuple[int, str]:
        fixed = ["run", "--image", str(image), "--rom", str(chip_rom), "--uart", "none", "--for", "0.01"]
        try:
            status = cli.main([*fixed, *words])
        except SystemExit as refused:
            status = int(refused.code or 0)
        return status, capfd.readouterr().err

    return go


def test_forwards_are_told(run: Run) -> None:
    status, said = run("--forward", "0:23", "--forward", "0:21", "--forward", "0:80")
    assert status == 0
    lines = said.splitlines()
    assert lines[0] == "from another terminal:"
    assert lines[1].startswith("telnet 127.0.0.1 ") and lines[2].startswith("ftp -p 127.0.0.1 ")
    assert lines[3].startswith("port 80 of the board: 127.0.0.1:")


def test_a_port_asked_for_by_name_that_is_taken_ends_in_a_line(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, said = run("--forward", f"{port}:23")
    assert status == 1
    assert said == f"wipy-sim: port {port} is in use: --forward PORT:23 takes another one\n"


def test_a_new_flash_has_the_size_asked_for(run: Run, tmp_path: Path) -> None:
    status, _ = run("--no-network", "--flash", str(tmp_path / "flash"), "--flash-size", "1")
    assert status == 0
    flash = dump.load(tmp_path / "flash")
    assert flash.size == 1 << 20 and flash.read("/sys/mcuimg.bin") == SPIN


def test_two_runs_do_not_share_a_flash(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "flash"
    words = ["--no-network", "--flash", str(path)]
    assert run(*words) == (0, ANY) and run(*words) == (0, ANY), "one after the other they do"
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert run(*words) == (
            1,
            f"wipy-sim: the serial flash {path} is in use by another run: --flash takes another one\n",
        )


def test_without_a_network(run: Run) -> None:
    status, said = run("--no-network", "--access-point", "home:a long key")
    assert status == 0 and "telnet" not in said


@pytest.mark.parametrize(
    "words",
    [
        ("--forward", "23"),
        ("--forward", "1:0"),
        ("--forward", "70000:23"),
        ("--forward", "a:b"),
        ("--access-point", ""),
        ("--access-point", "x" * 33),
        ("--access-point", "home:short"),
    ],
)
def test_what_is_not_understood(run: Run, words: tuple[str, str]) -> None:
    status, said = run(*words)
    assert status == 2 and "is not " in said
