"""wipy-sim factory: the serial flash of a new board, as a programmer puts it on one."""

from __future__ import annotations

import argparse
from pathlib import Path

from cc3200sim import rom
from cc3200sim.board import Board, BoardTimeout
from cc3200sim.cli.arguments import add_flash_size
from cc3200sim.flash import Flash, dump
from cc3200sim.run.options import UsageError, read_image

HELP = "make the serial flash of a new board"
DESCRIPTION = (
    "Make the serial flash of a new board: bootloader, factory image, and what the image makes at its first start, the "
    "drive at /flash with boot.py and main.py. It is started once for that."
)


def add_arguments(make: argparse.ArgumentParser) -> None:
    """The options of the subcommand."""
    make.add_argument("--image", metavar="FILE", type=Path, required=True, help="the factory's image (mcuimg.bin)")
    make.add_argument("--bootloader", metavar="FILE", type=Path, required=True, help="bootloader.bin")
    make.add_argument("--flash", metavar="FILE", type=Path, required=True, help="the dump to write")
    add_flash_size(make, "--flash-size", "size of the flash")
    make.add_argument("--rom", metavar="FILE", type=Path, help="the ROM stand-in")


def execute(arguments: argparse.Namespace) -> None:
    """Start a new board once, and keep its flash. UsageError if the image does not come up."""
    board = Board.from_image(
        read_image(arguments.image),
        rom.load(arguments.rom),
        Flash(arguments.flash_size << 20),
        bootloader=read_image(arguments.bootloader),
    )
    try:
        board.power_on()
    except BoardTimeout as error:
        raise UsageError(f"{arguments.image} does not come to its prompt: {error}") from error
    board.power_cut()
    dump.store(board.flash, arguments.flash)
    print(f"{arguments.flash}: {len(board.flash.list())} files")
