"""The hash engine through its registers, as a driver uses them, against hashlib."""

from __future__ import annotations

import hashlib
import hmac
import struct

import pytest
from cc3200sim.chip import Irq
from cc3200sim.peripheral import Unmodelled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.chip import SHAMD5, Chip

ODIGEST, IDIGEST, COUNT, MODE, LENGTH, DATA = 0x00, 0x20, 0x40, 0x44, 0x48, 0x80
SYSCONFIG, IRQSTATUS, IRQENABLE = 0x110, 0x118, 0x11C
OUTPUT, INPUT, CONTEXT = 1, 2, 8
ALGORITHMS = {"md5": 0, "sha1": 2, "sha224": 4, "sha256": 6}
SIZES = {"md5": 16, "sha1": 20, "sha224": 28, "sha256": 32}
CONSTANTS, CLOSE, KEY, OUTER = 0x08, 0x10, 0x20, 0x80


def wait(chip: Chip, bit: int) -> None:
    for _ in range(1000):
        if chip.read(SHAMD5 + IRQSTATUS) & bit:
            return
        chip.run(1)
    pytest.fail(f"status bit {bit} does not come")


def feed(chip: Chip, data: bytes) -> None:
    for start in range(0, len(data), 64):
        wait(chip, INPUT)
        block = data[start : start + 64]
        block += bytes(-len(block) % 4)
        for offset, (word,) in enumerate(struct.iter_unpack("<I", block)):
            chip.write(SHAMD5 + DATA + 4 * offset, word)


def registers(chip: Chip, base: int, size: int) -> bytes:
    return b"".join(chip.read(SHAMD5 + base + offset).to_bytes(4, "little") for offset in range(0, size, 4))


def start(chip: Chip, mode: int, length: int) -> None:
    wait(chip, CONTEXT)
    chip.write(SHAMD5 + MODE, mode)
    chip.write(SHAMD5 + LENGTH, length)


def digest(chip: Chip, name: str, data: bytes) -> bytes:
    start(chip, ALGORITHMS[name] | CONSTANTS | CLOSE, len(data))
    feed(chip, data)
    wait(chip, OUTPUT)
    return registers(chip, IDIGEST, SIZES[name])


@pytest.mark.parametrize("name", ALGORITHMS)
@pytest.mark.parametrize("length", [1, 3, 4, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000, 5000])
def test_digests(chip: Chip, name: str, length: int) -> None:
    data = bytes(7 * i & 0xFF for i in range(length))
    assert digest(chip, name, data) == hashlib.new(name, data).digest()
    assert chip.read(SHAMD5 + COUNT) == length
    assert digest(chip, name, data) == hashlib.new(name, data).digest()  # and again on the same engine


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_message_in_three_passes(chip: Chip, name: str) -> None:
    """The table of SLAU723A 25.1.6.2: 64 + 64 + 1 bytes, the state staying in the engine."""
    data = bytes(range(129))
    start(chip, ALGORITHMS[name] | CONSTANTS, 64)
    feed(chip, data[:64])
    wait(chip, OUTPUT)
    start(chip, ALGORITHMS[name], 64)
    feed(chip, data[64:128])
    wait(chip, OUTPUT)
    assert chip.read(SHAMD5 + COUNT) == 128
    start(chip, ALGORITHMS[name] | CLOSE, 1)
    feed(chip, data[128:])
    wait(chip, OUTPUT)
    assert registers(chip, IDIGEST, SIZES[name]) == hashlib.new(name, data).digest()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(
    name=st.sampled_from(sorted(ALGORITHMS)), first=st.binary(min_size=128, max_size=128), last=st.binary(min_size=1)
)
def test_two_messages_take_turns(chip: Chip, name: str, first: bytes, last: bytes) -> None:
    """The intermediate digest is read out, another message hashed, and the first one taken up again."""
    start(chip, ALGORITHMS[name] | CONSTANTS, 128)
    feed(chip, first)
    wait(chip, OUTPUT)
    words = [chip.read(SHAMD5 + IDIGEST + 4 * i) for i in range(8)]
    assert digest(chip, "sha256", last) == hashlib.sha256(last).digest()
    for i, word in enumerate(words):
        chip.write(SHAMD5 + IDIGEST + 4 * i, word)
    chip.write(SHAMD5 + COUNT, 128)
    start(chip, ALGORITHMS[name] | CLOSE, len(last))
    feed(chip, last)
    wait(chip, OUTPUT)
    assert registers(chip, IDIGEST, SIZES[name]) == hashlib.new(name, first + last).digest()


def load_key(chip: Chip, key: bytes) -> None:
    for offset, (word,) in enumerate(struct.iter_unpack("<I", key.ljust(64, b"\0"))):
        chip.write(SHAMD5 + ODIGEST + 4 * offset, word)


@pytest.mark.parametrize("name", ALGORITHMS)
@pytest.mark.parametrize("length", [1, 64, 100])
def test_hmac(chip: Chip, name: str, length: int) -> None:
    key, data = b"key of the house", bytes(range(length))
    load_key(chip, key)
    start(chip, ALGORITHMS[name] | KEY | OUTER | CLOSE, length)
    feed(chip, data)
    wait(chip, OUTPUT)
    assert registers(chip, IDIGEST, SIZES[name]) == hmac.digest(key, data, name)


def test_hmac_from_a_processed_key(chip: Chip) -> None:
    key, data = b"secret", b"what is said"
    load_key(chip, key)
    start(chip, ALGORITHMS["sha1"] | KEY, 0)
    wait(chip, OUTPUT)
    processed = [chip.read(SHAMD5 + ODIGEST + 4 * i) for i in range(16)]
    digest(chip, "md5", b"something else")
    for i, word in enumerate(processed):
        chip.write(SHAMD5 + ODIGEST + 4 * i, word)
    chip.write(SHAMD5 + COUNT, 64)
    start(chip, ALGORITHMS["sha1"] | OUTER | CLOSE, len(data))
    feed(chip, data)
    wait(chip, OUTPUT)
    assert registers(chip, IDIGEST, 20) == hmac.digest(key, data, "sha1")


def test_too_few_bytes_leave_it_waiting(chip: Chip) -> None:
    start(chip, ALGORITHMS["md5"] | CONSTANTS | CLOSE, 100)
    feed(chip, bytes(64))
    wait(chip, INPUT)
    chip.write(SHAMD5 + DATA, 0)
    chip.run(10_000)
    assert chip.read(SHAMD5 + IRQSTATUS) == INPUT


def test_bytes_beyond_the_length_are_lost(chip: Chip) -> None:
    start(chip, ALGORITHMS["md5"] | CONSTANTS | CLOSE, 4)
    chip.write(SHAMD5 + DATA, 0x64636261)
    for _ in range(20):
        chip.write(SHAMD5 + DATA, 0xFFFF_FFFF)
    wait(chip, OUTPUT)
    assert registers(chip, IDIGEST, 16) == hashlib.md5(b"abcd").digest()


def test_an_open_end_that_is_no_whole_block_spoils_the_hash(chip: Chip) -> None:
    data = bytes(range(100))
    start(chip, ALGORITHMS["sha256"] | CONSTANTS, 70)
    feed(chip, data[:70])
    wait(chip, OUTPUT)
    start(chip, ALGORITHMS["sha256"] | CLOSE, 30)
    feed(chip, data[70:])
    wait(chip, OUTPUT)
    assert registers(chip, IDIGEST, 32) != hashlib.sha256(data).digest()


def test_input_is_not_ready_while_a_block_is_hashed(chip: Chip) -> None:
    start(chip, ALGORITHMS["sha256"] | CONSTANTS | CLOSE, 128)
    feed(chip, bytes(64))
    assert chip.read(SHAMD5 + IRQSTATUS) == 0
    chip.run(66)
    assert chip.read(SHAMD5 + IRQSTATUS) == INPUT


def test_interrupts(chip: Chip) -> None:
    chip.write(SHAMD5 + IRQENABLE, OUTPUT)
    chip.write(SHAMD5 + SYSCONFIG, 4)
    start(chip, ALGORITHMS["md5"] | CONSTANTS | CLOSE, 4)
    chip.write(SHAMD5 + DATA, 0)
    assert not chip.irq(Irq.SHA)
    chip.run(66)
    assert chip.irq(Irq.SHA)
    chip.write(SHAMD5 + SYSCONFIG, 0)
    assert not chip.irq(Irq.SHA)


def test_what_the_documents_do_not_say_is_unmodelled(chip: Chip) -> None:
    with pytest.raises(Unmodelled):
        start(chip, ALGORITHMS["md5"] | CONSTANTS | CLOSE, 0)
    with pytest.raises(Unmodelled):
        chip.write(SHAMD5 + SYSCONFIG, 8)


def test_snapshot_in_the_middle_of_a_message(chip: Chip) -> None:
    data = bytes(range(200))
    start(chip, ALGORITHMS["sha256"] | CONSTANTS | CLOSE, 200)
    feed(chip, data[:128])
    clock, blocks = chip.clock.save(), chip.blocks.save()
    feed(chip, bytes(72))
    chip.clock.restore(clock)
    chip.blocks.restore(blocks)
    feed(chip, data[128:])
    wait(chip, OUTPUT)
    assert registers(chip, IDIGEST, 32) == hashlib.sha256(data).digest()
