"""The chip's ROM: the driver library behind its tables, and what the ROM loader does at a reset."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from cc3200sim.cpu import Cpu

IMAGE_FILE = "/sys/mcuimg.bin"
LOAD_ADDRESS = 0x2000_4000
IMAGE_LIMIT = 0x3C000  # the SRAM from the load address on

ROM_VARIABLE = "CC3200_ROM"
_BUILT = Path(__file__).resolve().parents[3] / "build" / "rom" / "rom.bin"

# Names that the stand-in has no function for are behind this instruction (rom/tables.py).
_TRAP = 0xDEEE


class Files(Protocol):
    """As much of the serial flash as the ROM loader uses."""

    def read(self, name: str) -> bytes | None:
        """The content of a file, None when there is none."""


class RomError(Exception):
    """There is no ROM to start from, or no image the ROM loader could start."""


def load(path: Path | str | None = None) -> bytes:
    """The ROM's bytes: from a path, else from $CC3200_ROM, else from build/rom/rom.bin of this repository."""
    where = Path(path or os.environ.get(ROM_VARIABLE) or _BUILT)
    try:
        return where.read_bytes()
    except OSError as error:
        reason = f"no ROM image at {where} ({error.strerror}): `scons rom` builds it, {ROM_VARIABLE} names another"
        raise RomError(reason) from error


def boot(cpu: Cpu, flash: Files) -> None:
    """What the ROM loader does: copy the image from the serial flash to RAM and start it through its vector table."""
    image = flash.read(IMAGE_FILE)
    if image is None:
        raise RomError(f"the serial flash has no {IMAGE_FILE}: nothing to start")
    if not 8 <= len(image) <= IMAGE_LIMIT:
        raise RomError(f"{IMAGE_FILE} has {len(image)} bytes: 8 to {IMAGE_LIMIT} can be started")
    cpu.write_memory(LOAD_ADDRESS, image)
    cpu.start(cpu.read_word(LOAD_ADDRESS), cpu.read_word(LOAD_ADDRESS + 4))
    cpu.nvic.vtor = LOAD_ADDRESS


def missing_function(cpu: Cpu, pc: int) -> str | None:
    """The name of the driver library's function whose trap is at pc, None when there is no trap."""
    try:
        if int.from_bytes(cpu.read_memory(pc, 2), "little") != _TRAP:
            return None
        name = cpu.read_memory(cpu.read_word((pc + 5) & ~3), 64)
    except IndexError:
        return None
    return name.split(b"\0")[0].decode("ascii", "replace")
