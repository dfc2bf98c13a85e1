"""A board with bootloader and factory image, at its prompt, and images to update it with."""

from __future__ import annotations

import re
import struct

from cc3200sim.board import Board

from support.boot_chain import BOOT_INFO, NAMES, signed

IMAGE = "/flash/sys/mcuimg.bin"


def released(image: bytes, release: str) -> bytes:
    """The image with another os.uname().release."""
    raw, found = re.subn(rb"\0\d+\.\d+\.\d+\0", b"\0" + release.encode() + b"\0", image[:-32])
    assert found == 1 and len(raw) == len(image) - 32
    return signed(raw)


def release(board: Board) -> str:
    """What runs."""
    return board.repl("import os; print(os.uname().release)").strip()


def info(board: Board) -> tuple[int, int, int]:
    """Active image, status, previous image."""
    content = board.flash.read(BOOT_INFO)
    assert content is not None
    active, status, previous, _ = struct.unpack("4B", content)
    return active, status, previous


def images(board: Board) -> list[bytes | None]:
    """What the factory's image and the two slots hold."""
    return [board.flash.read(name) for name in NAMES]
