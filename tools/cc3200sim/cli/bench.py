"""wipy-sim bench: how fast the emulator is."""

from __future__ import annotations

import argparse
from pathlib import Path

from cc3200sim import bench, rom
from cc3200sim.run.options import read_image

HELP = "measure the emulator"
DESCRIPTION = "Measure the emulator; prints a table."


def add_arguments(measure: argparse.ArgumentParser) -> None:
    """The options of the subcommand."""
    measure.add_argument("--image", metavar="FILE", type=Path, required=True, help="firmware image to boot")
    measure.add_argument("--rom", metavar="FILE", type=Path, help="the ROM stand-in")


def execute(arguments: argparse.Namespace) -> None:
    """Measure, and print the table."""
    print(bench.table(bench.measure(read_image(arguments.image), rom.load(arguments.rom))))
