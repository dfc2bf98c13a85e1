"""The check of an image while it comes, on the host: every image cut short, every bit changed, pieces of any size."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from support.host_sources import CHECK

LOAD = 0x20004000
LENGTH, HEADER, DIGEST = "550 wrong length", "550 not an image", "550 wrong MD5"
PIECES = (1, 2, 7, 8, 31, 32, 33, 100, 5000)


def signature(raw: bytes) -> bytes:
    """As hash_host.c makes it, in digits."""
    lanes = [2166136261 + lane for lane in range(4)]
    for byte in raw:
        lanes = [(lane ^ byte) * 16777619 & 0xFFFFFFFF for lane in lanes]
    return struct.pack("<4I", *lanes).hex().encode()


def image(size: int, stack: int = 0x20003000, entry: int = LOAD + 9) -> bytes:
    """One of this length, without its signature."""
    raw = struct.pack("<II", stack, entry) + bytes(at * 7 + at // 256 & 255 for at in range(size - 8))
    return raw + signature(raw)


@pytest.fixture(scope="module")
def check(compile_host: Any) -> Any:
    """check(images, piece) -> what is said to each."""
    program = compile_host("check", ["tests/host/check_program.c", *CHECK], includes=["tests/host"])

    def checked(images: list[bytes], piece: int) -> list[str]:
        return program.run("".join(f"{piece} {one.hex() or '-'}\n" for one in images))

    return checked


@pytest.mark.req("OTA-2")
@pytest.mark.parametrize("piece", PIECES)
def test_images_are_taken(check: Any, piece: int) -> None:
    images = [image(size) for size in (*range(10, 140), 511, 512, 513, 4000)]
    assert check(images, piece) == ["taken"] * len(images)


@pytest.mark.req("OTA-2", "OTA-5")
@pytest.mark.parametrize("piece", PIECES)
def test_cut_short_or_longer(check: Any, piece: int) -> None:
    whole = image(300)
    said = check([whole[:size] for size in range(len(whole))], piece)
    assert said[:42] == [LENGTH] * 41 + [HEADER]  # no room for an instruction
    assert set(said[42:]) == {DIGEST}
    assert set(check([whole + bytes(more) for more in range(1, 70)], piece)) == {DIGEST}


@pytest.mark.req("OTA-2", "OTA-5")
@pytest.mark.parametrize("piece", PIECES)
def test_every_bit_changed(check: Any, piece: int) -> None:
    whole = image(120)
    changed = [
        whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :] for at in range(len(whole)) for bit in range(8)
    ]
    said = check(changed, piece)
    assert set(said[8 * 8 :]) == {DIGEST}
    assert set(said[: 8 * 8]) == {HEADER, DIGEST}  # some of the first words are as good as others


@pytest.mark.req("OTA-2")
@pytest.mark.parametrize(
    ("stack", "entry"),
    [(0x20000000, LOAD + 9), (0x20040004, LOAD + 9), (0x20003000, LOAD + 8), (0x20003000, LOAD + 301)],
)
def test_first_words(check: Any, stack: int, entry: int) -> None:
    for piece in PIECES:
        assert check([image(300, stack, entry)], piece) == [HEADER]
