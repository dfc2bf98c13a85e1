"""Boards: a folder under boards/ with a board.toml is a board, whose facts are stated there once and become C here."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wipy.errors import UserError

FILE = "board.toml"
FLASH_BLOCK = 2048  # bytes of a block of the drive, a file of its own in the serial flash
IMAGES = 3  # that the serial flash keeps: factory and two updates


@dataclass(frozen=True)
class Board:
    """What is particular to a board; sizes in bytes."""

    folder: Path
    name: str  # what Python and the banner call it
    mcu: str
    flash_size: int  # the whole serial flash
    flash_blocks: int  # blocks of 2048 bytes that the user's drive has
    led: str  # the heartbeat LED's pin, by its GPIO name
    safe_boot: str  # the pin that asks for a safe boot when high at reset
    antenna_selection: bool  # whether the board can switch between two antennas
    image_limit: int  # mcuimg.bin with its signature
    min_heap: int  # the least the Python heap may be


def _integer(low: int, high: int) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            return f"a whole number from {low} to {high}"
        return None

    return check


def _text(pattern: str, what: str) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        return None if isinstance(value, str) and re.fullmatch(pattern, value) else what

    return check


def _flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else "true or false"


_GPIO = _text(r"GP([0-9]|[12][0-9]|3[01])", 'a GPIO name such as "GP25"')
# Field of Board: its key in board.toml and what it must hold.
_KEYS: dict[str, tuple[str, Callable[[Any], str | None]]] = {
    "name": ("name", _text(r"[\w .+-]{1,32}", "a name of at most 32 letters")),
    "mcu": ("mcu", _text(r"CC3200", '"CC3200"')),
    "flash_size": ("flash-size", _integer(512 * 1024, 16 * 1024 * 1024)),
    "flash_blocks": ("flash-blocks", _integer(16, 96)),  # least of a FAT volume; FLASH_STORE_MAX_BLOCKS
    "led": ("led", _GPIO),
    "safe_boot": ("safe-boot", _GPIO),
    "antenna_selection": ("antenna-selection", _flag),
    "image_limit": ("image-limit", _integer(32 * 1024, 240 * 1024)),
    "min_heap": ("min-heap", _integer(1024, 240 * 1024)),
}


def available(folder: Path) -> list[str]:
    """Names of the boards under a folder, sorted."""
    return sorted(path.parent.name for path in folder.glob(f"*/{FILE}"))


def load(folder: Path, name: str) -> Board:
    """The board of that name; raises UserError for an unknown board and for each thing board.toml can say wrong."""
    if name not in available(folder):
        raise UserError(f"unknown BOARD {name!r}: there are {', '.join(available(folder)) or 'none'}")
    path = folder / name / FILE
    try:
        facts = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: {error}") from None
    unknown = sorted(facts.keys() - {key for key, _ in _KEYS.values()})
    if unknown:
        raise UserError(f"{path}: unknown key {unknown[0]!r}")
    values = {}
    for field, (key, check) in _KEYS.items():
        if key not in facts:
            raise UserError(f"{path}: no {key!r}")
        wanted = check(facts[key])
        if wanted:
            raise UserError(f"{path}: {key} must be {wanted}, not {facts[key]!r}")
        values[field] = facts[key]
    board = Board(folder=folder / name, **values)
    needed = board.flash_blocks * FLASH_BLOCK + IMAGES * board.image_limit
    if needed > board.flash_size:
        raise UserError(
            f"{path}: flash-size {board.flash_size:,} does not hold the drive and {IMAGES} images: {needed:,}"
        )
    return board


def header(board: Board) -> str:
    """genhdr/board_config.h: a board's facts as C macros, under MicroPython's names where it has one."""

    def pin(role: str, gpio: str) -> list[tuple[str, str]]:
        # GPIOs go by eights: GP25 is bit 1 of block A3 (CC3200 TRM, "General-Purpose Input/Outputs").
        block, bit = divmod(int(gpio[2:]), 8)
        return [
            (f"BOARD_{role}_GPIO", gpio[2:]),
            (f"BOARD_{role}_PORT", f"GPIOA{block}_BASE"),
            (f"BOARD_{role}_PRCM", f"PRCM_GPIOA{block}"),
            (f"BOARD_{role}_BIT", f"0x{1 << bit:02x}"),
        ]

    macros = [
        ("MICROPY_HW_BOARD_NAME", f'"{board.name}"'),
        ("MICROPY_HW_MCU_NAME", f'"{board.mcu}"'),
        ("BOARD_ANTENNA_SELECTION", str(int(board.antenna_selection))),
        ("BOARD_FLASH_BLOCK_COUNT", str(board.flash_blocks)),
        *pin("LED", board.led),
        *pin("SAFE_BOOT", board.safe_boot),
    ]
    lines = [f"#define {name} ({value})" if value[0].isdigit() else f"#define {name} {value}" for name, value in macros]
    return f"// Facts of the board, generated from its {FILE}.\n#pragma once\n" + "\n".join(lines) + "\n"
