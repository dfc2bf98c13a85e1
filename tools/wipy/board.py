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
UARTS = 2  # that the chip has
IMAGES = 3  # that the serial flash keeps: factory and two updates


@dataclass(frozen=True)
class Board:
    """What is particular to a board; sizes in bytes."""

    folder: Path
    name: str  # what Python, the banner and the servers call it
    host_name: str  # the same as names of hosts and users are written: lower-case letters, digits, hyphens
    wlan_key: str  # of the access point that it is after a reset
    mcu: str
    flash_size: int  # the whole serial flash
    flash_blocks: int  # blocks of 2048 bytes that the user's drive has
    led: str  # the heartbeat LED's pin, by its GPIO name
    safe_boot: str  # the pin that asks for a safe boot when high at reset
    antenna: tuple[str, ...]  # the lines of an antenna switch, internal and external; () when there is none
    uarts: tuple[tuple[str, str], ...]  # for each UART the pins of TX and RX that it has unless told otherwise
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


def _lines(value: Any) -> str | None:
    good = isinstance(value, list) and len(value) in (0, 2) and not any(_GPIO(item) for item in value)
    good = good and len({_block(item) for item in value}) <= 1
    return None if good else 'two GPIO names of one block, such as ["GP26", "GP27"], or []'


def _uarts(value: Any) -> str | None:
    good = isinstance(value, list) and len(value) == UARTS and all(isinstance(pair, list) for pair in value)
    good = good and all(len(pair) == 2 and not any(_GPIO(item) for item in pair) for pair in value)
    return None if good else 'TX and RX for each UART, such as [["GP1", "GP2"], ["GP3", "GP4"]]'


def _block(gpio: str) -> int:
    # GPIOs go by eights: GP25 is bit 1 of block A3 (CC3200 TRM, "General-Purpose Input/Outputs").
    return int(gpio[2:]) // 8


_GPIO = _text(r"GP([0-9]|[12][0-9]|3[01])", 'a GPIO name such as "GP25"')
# Field of Board: its key in board.toml and what it must hold.
_KEYS: dict[str, tuple[str, Callable[[Any], str | None]]] = {
    "name": ("name", _text(r"[\w .+-]{1,16}", "a name of at most 16 letters")),
    "host_name": ("host-name", _text(r"[a-z0-9-]{1,16}", "at most 16 lower-case letters, digits and hyphens")),
    "wlan_key": ("wlan-key", _text(r"[!-~]{8,63}", "8 to 63 ASCII characters")),
    "mcu": ("mcu", _text(r"CC3200", '"CC3200"')),
    "flash_size": ("flash-size", _integer(512 * 1024, 16 * 1024 * 1024)),
    "flash_blocks": ("flash-blocks", _integer(16, 96)),  # least of a FAT volume; FLASH_STORE_MAX_BLOCKS
    "led": ("led", _GPIO),
    "safe_boot": ("safe-boot", _GPIO),
    "antenna": ("antenna", _lines),
    "uarts": ("uarts", _uarts),
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
        block, bit = _block(gpio), int(gpio[2:]) % 8
        return [
            (f"BOARD_{role}_GPIO", gpio[2:]),
            (f"BOARD_{role}_PORT", f"GPIOA{block}_BASE"),
            (f"BOARD_{role}_PRCM", f"PRCM_GPIOA{block}"),
            (f"BOARD_{role}_BIT", f"0x{1 << bit:02x}"),
        ]

    macros = [
        ("MICROPY_HW_BOARD_NAME", f'"{board.name}"'),
        ("MICROPY_HW_MCU_NAME", f'"{board.mcu}"'),
        ("BOARD_HOST_NAME", f'"{board.host_name}"'),
        ("BOARD_WLAN_KEY", f'"{board.wlan_key}"'),
        ("BOARD_ANTENNA_SELECTION", str(int(bool(board.antenna)))),
        ("BOARD_UART_GPIOS", f"{{{', '.join(f'{{{tx[2:]}, {rx[2:]}}}' for tx, rx in board.uarts)}}}"),
        ("BOARD_IMAGE_LIMIT", str(board.image_limit)),
        ("BOARD_FLASH_BLOCK_COUNT", str(board.flash_blocks)),
        *pin("LED", board.led),
        *pin("SAFE_BOOT", board.safe_boot),
    ]
    for role, gpio in zip(("ANTENNA_INTERNAL", "ANTENNA_EXTERNAL"), board.antenna, strict=False):
        macros += pin(role, gpio)
    lines = [f"#define {name} ({value})" if value[0].isdigit() else f"#define {name} {value}" for name, value in macros]
    return f"// Facts of the board, generated from its {FILE}.\n#pragma once\n" + "\n".join(lines) + "\n"
