"""The CRC engine: published check values, and one that a TM4C1294 with the same engine gave."""

from __future__ import annotations

import pytest
from cc3200sim.chip import BY_NAME
from cc3200sim.peripheral import Unmodelled
from support.chip import Chip

DTHE = BY_NAME["DTHE"].base
CTRL, SEED, DIN, RESULT = (DTHE + offset for offset in (0xC00, 0xC10, 0xC14, 0xC18))
BYTES, ZEROS, ONES, INVERT, REVERSE_OUT, REVERSE_IN = 0x1000, 0x4000, 0x6000, 0x200, 0x100, 0x80
P8005, P1021, P4C11DB7, P1EDC6F41, TCP = 0, 1, 2, 3, 8
CHECK = b"123456789"


@pytest.mark.parametrize(
    ("control", "data", "result"),
    [
        # Of the catalogue of parametrised CRC algorithms: CRC-16/UMTS, XMODEM, IBM-3740, CRC-32/BZIP2, CRC-32/MPEG-2
        (P8005 | ZEROS, CHECK, 0xFEE8),
        (P1021 | ZEROS, CHECK, 0x31C3),
        (P1021 | ONES, CHECK, 0x29B1),
        (P4C11DB7 | ONES | INVERT, CHECK, 0xFC891918),
        (P4C11DB7 | ONES, CHECK, 0x0376E6E7),
        # CRC-32 and CRC-32C are reflected as a whole; the engine reflects each byte of its result.
        (P4C11DB7 | ONES | INVERT | REVERSE_IN | REVERSE_OUT, CHECK, int.from_bytes(bytes.fromhex("2639F4CB"))),
        (P1EDC6F41 | ONES | INVERT | REVERSE_IN | REVERSE_OUT, CHECK, int.from_bytes(bytes.fromhex("839206E3"))),
        # Measured on a TM4C1294, TI's forum, thread 709489
        (P4C11DB7, bytes(range(5)), 0xBE33EAB6),
    ],
)
def test_bytes(chip: Chip, control: int, data: bytes, result: int) -> None:
    chip.write(CTRL, control | BYTES)
    chip.write(SEED, 0)
    for byte in data:
        chip.write(DIN, byte)
    assert chip.read(RESULT) == result
    assert chip.read(CTRL) == (control | BYTES) & ~ONES  # the start value has been used


def test_words_in_each_byte_order(chip: Chip) -> None:
    for endian, order in ((0, b"\1\2\3\4"), (0x10, b"\2\1\4\3"), (0x20, b"\3\4\1\2"), (0x30, b"\4\3\2\1")):
        chip.write(CTRL, P4C11DB7 | ZEROS | endian)
        chip.write(DIN, 0x01020304)
        word = chip.read(RESULT)
        chip.write(CTRL, P4C11DB7 | ZEROS | BYTES)
        for byte in order:
            chip.write(DIN, byte)
        assert chip.read(RESULT) == word


def test_the_result_so_far_is_the_seed_of_what_follows(chip: Chip) -> None:
    chip.write(CTRL, P1021 | ONES | BYTES)
    for byte in CHECK[:4]:
        chip.write(DIN, byte)
    kept = chip.read(SEED)
    chip.write(CTRL, P8005 | ZEROS | BYTES)
    chip.write(DIN, 1)
    chip.write(CTRL, P1021 | BYTES)
    chip.write(SEED, kept)
    for byte in CHECK[4:]:
        chip.write(DIN, byte)
    assert chip.read(RESULT) == 0x29B1


def test_the_check_sum_of_tcp(chip: Chip) -> None:
    """The example of RFC 1071, section 3."""
    chip.write(CTRL, TCP | ZEROS)
    chip.write(DIN, 0x0001F203)
    chip.write(DIN, 0xF4F5F6F7)
    assert chip.read(RESULT) == 0xDDF2


def test_a_type_that_is_none_is_refused(chip: Chip) -> None:
    chip.write(CTRL, 5 | BYTES)
    with pytest.raises(Unmodelled, match=r"CRC_CTRL\.TYPE 5"):
        chip.write(DIN, 1)
