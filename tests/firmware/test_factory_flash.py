"""The flash of a new board, as scons flash-image makes it: it boots, and other tools read it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cc3200sim.board import Board
from cc3200sim.cli import main
from cc3200sim.flash import dump
from support import sffs


@pytest.mark.req("BLD-1")
def test_the_flash_of_a_new_board_boots(wipy_image: bytes, wipy_rom: bytes, bootloader: bytes, tmp_path: Path) -> None:
    for name, content in (("image", wipy_image), ("rom", wipy_rom), ("bootloader", bootloader)):
        (tmp_path / name).write_bytes(content)
    options = [word for name in ("image", "rom", "bootloader") for word in (f"--{name}", str(tmp_path / name))]
    path = tmp_path / "flash.bin"
    assert main(["factory", *options, "--flash", str(path), "--flash-size", "1"]) == 0
    read = sffs.read(path.read_bytes())
    assert read["/sys/mcuimg.bin"] == bootloader and read["/sys/factimg.bin"] == wipy_image
    board = Board.from_image(None, wipy_rom, dump.load(path))
    board.power_on()
    assert board.repl("import os\nprint(os.listdir('/flash'))") == "['sys', 'lib', 'cert', 'boot.py', 'main.py']\n"
