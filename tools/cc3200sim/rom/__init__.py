"""The chip's ROM: the driver library behind its tables. What its loader does at a reset is boot.py."""

from __future__ import annotations

import os
from pathlib import Path

from cc3200sim.cpu import Cpu

ROM_VARIABLE = "CC3200_ROM"
_BUILT = Path(__file__).resolve().parents[3] / "build" / "rom" / "rom.bin"

# Names that the stand-in has no function for are behind this instruction (rom/tables.py).
_TRAP = 0xDEEE


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


def missing_function(cpu: Cpu, pc: int) -> str | None:
    """The name of the driver library's function whose trap is at pc, None when there is no trap."""
    try:
        if int.from_bytes(cpu.read_memory(pc, 2), "little") != _TRAP:
            return None
        name = cpu.read_memory(cpu.read_word((pc + 5) & ~3), 64)
    except IndexError:
        return None
    return name.split(b"\0")[0].decode("ascii", "replace")
