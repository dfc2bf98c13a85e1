"""The recipes of docs/recipes work: each is carried out on a copy of the project, and its result is tried."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cc3200sim.board import Board
from support.project import REPOSITORY, Project

RECIPES = REPOSITORY / "docs/recipes"
EDIT = re.compile(
    r"^(?:New file `(?P<new>[^`]+)`|In `(?P<file>[^`]+)`, (?P<how>after|before|instead of) `(?P<place>[^`]+)`):\n\n"
    r"```\w*\n(?P<text>.*?)```$",
    re.MULTILINE | re.DOTALL,
)


def carry_out(recipe: str, folder: Path) -> int:
    """Make every edit of a page in a copy. Returns how many there are."""
    edits = list(EDIT.finditer((RECIPES / recipe).read_text()))
    for edit in edits:
        if edit["new"]:
            path = folder / edit["new"]
            assert not path.exists(), path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(edit["text"])
            continue
        path = folder / edit["file"]
        lines = path.read_text().splitlines(keepends=True)
        found = [index for index, line in enumerate(lines) if line.startswith(edit["place"])]
        assert len(found) == 1, f"{recipe}: {edit['file']} has {len(found)} lines {edit['place']!r}"
        at = found[0] + (edit["how"] != "before")
        lines[at - (edit["how"] == "instead of") : at] = [edit["text"]]
        path.write_text("".join(lines))
    return len(edits)


@pytest.fixture
def changed(built: Project, tmp_path: Path) -> Iterator[Project]:
    """The built copy, which a test may change; it is put back after it."""
    kept = tmp_path / "kept"
    shutil.copytree(built.folder, kept, symlinks=True)
    yield built
    shutil.rmtree(built.folder)
    kept.rename(built.folder)


def python(folder: Path, script: str) -> str:
    """What a script prints that uses the copy's tools and the tests' helpers."""
    path = os.pathsep.join([str(folder / "tools"), str(REPOSITORY / "tests")])
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_recipe_is_in_the_list_and_tried_here() -> None:
    pages = {path.name for path in RECIPES.glob("*.md")} - {"README.md"}
    assert set(re.findall(r"\]\((\S+\.md)\)", (RECIPES / "README.md").read_text())) == pages
    assert set(re.findall(r'carry_out\("(\S+\.md)"', Path(__file__).read_text())) == pages


def test_a_word(changed: Project) -> None:
    assert carry_out("word.md", changed.folder) == 1
    assert changed.build("hello")[-1] == "hello to build/WIPY/mcuimg.bin"
    assert "hello             greet the image" in "\n".join(changed.build("-h"))


def test_a_board(changed: Project, wipy_rom: bytes) -> None:
    assert carry_out("board.md", changed.folder) == 2
    changed.build("BOARD=TINY")
    board = Board.from_image(changed.output("mcuimg.bin", "TINY").read_bytes(), wipy_rom)
    assert b"Tiny with CC3200" in board.power_on()
    assert board.repl("from machine import Pin; print(Pin('LAMP').id())") == "GP11\n"


def test_a_command_of_the_network_processor(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    script = (
        "from support.nwp_host import Host; from cc3200sim.nwp.opcodes import Opcode\n"
        "host = Host(); host.power_on(); print(host.status(Opcode.NETAPP_ARPFLUSH, b''))"
    )
    assert python(project.folder, script) == "-1\n"
    assert carry_out("nwp-command.md", project.folder) == 1
    assert python(project.folder, script) == "0\n"


def test_a_peripheral(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    touch = "from support.chip import Chip; chip = Chip(); "
    assert carry_out("peripheral.md", project.folder) == 5
    shown = python(project.folder, touch + "chip.write(0x400F5000, 0xFF); print(chip.read(0x400F5000))")
    assert shown == "1\n"  # the one bit that it has
    script = f"""{touch}
from cc3200sim.peripheral import Unmodelled
try:
    chip.read(0x400F5004)
except Unmodelled:
    print("not modelled")
"""
    assert python(project.folder, script) == "not modelled\n"


def test_a_class(changed: Project, wipy_rom: bytes) -> None:
    assert carry_out("class.md", changed.folder) == 7
    changed.build()
    board = Board.from_image(changed.output("mcuimg.bin").read_bytes(), wipy_rom)
    board.power_on()
    assert board.repl("import machine; t = machine.Tally(); print(t.up(), t.up(), machine.Tally().up())") == "1 2 3\n"
    board.uart.write(b"\x04")
    board.wait_prompt()
    assert board.repl("import machine; print(machine.Tally().up())") == "1\n"
