"""The bootloader on its booted bytes: ROM, bootloader.bin, then an image, whatever is wrong with the others.

Most tests start images that only sleep: what is looked at is which of them runs, and how it was started.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cc3200sim.machine import Power
from support.boot_chain import (
    BOOT_INFO,
    CHECK,
    FACTORY,
    ID_AT,
    LIMIT,
    LOAD,
    READY,
    UPDATE_1,
    UPDATE_2,
    Chain,
    signed,
    sleeper,
)  # fmt: skip

Flaw = Callable[[bytes], bytes | None]


@pytest.mark.req("BOOT-1", "BOOT-2")
def test_from_power_up_to_the_prompt(bootloader: bytes, wipy_image: bytes, wipy_rom: bytes) -> None:
    chain = Chain(bootloader, wipy_rom)
    chain.put(FACTORY, wipy_image)
    chain.board.power_on()
    assert chain.info == bytes((FACTORY, READY, FACTORY, 0))
    entry = chain.board.flash.entry(BOOT_INFO)
    assert entry is not None and entry.copies == 2  # fail-safe, as stock boards have it
    assert chain.board.repl("1 + 1").strip() == "2"
    began = chain.board.machine.seconds
    # Again, now that the network processor starts as an access point, with events of its own.
    assert chain.start() is not None
    assert chain.board.machine.seconds - began < 0.4
    chain.board.wait_prompt()
    assert chain.board.machine.unmodelled == []


@pytest.mark.req("BOOT-2")
@pytest.mark.parametrize("active", range(3))
def test_the_active_image_is_started(chain: Chain, active: int) -> None:
    chain.set_info(active, previous=FACTORY)
    before = chain.info
    writes = chain.board.flash.operations
    assert chain.start() == active
    assert (chain.info, chain.board.flash.operations) == (before, writes)  # nothing is written without need


@pytest.mark.req("BOOT-2")
def test_how_an_image_finds_the_chip(chain: Chain) -> None:
    assert chain.start() == UPDATE_2
    machine = chain.board.machine
    assert machine.cpu.register("msp") == 0x20003000
    assert machine.cpu.register("primask") == 0
    assert machine.cpu.register("control") == 0
    assert machine.nvic.vtor == LOAD
    assert chain.board.pin("GP25").level == 0
    machine.run(2.0)
    assert machine.cpu.read_word(ID_AT) == UPDATE_2 and LOAD <= machine.cpu.pc < LOAD + 32  # nothing wakes it


FLAWS: dict[str, Flaw] = {
    "missing": lambda image: None,
    "empty": lambda image: b"",
    "a signature alone": lambda image: image[-32:],
    "header and signature": lambda image: signed(image[:8]),
    "cut short": lambda image: image[:-1],
    "cut at a block": lambda image: image[:1460],
    "one byte more": lambda image: image + b"\0",
    "first byte": lambda image: bytes([image[0] ^ 4]) + image[1:],
    "in the middle": lambda image: image[:1000] + bytes([image[1000] ^ 1]) + image[1001:],
    "last byte": lambda image: image[:-1] + bytes([image[-1] ^ 1]),
    "capital digits": lambda image: image[:-32] + image[-32:].upper() if image[-32:].upper() != image[-32:] else b"",
    "stack below RAM": lambda image: sleeper(9, stack=0x1FFFFFFC),
    "stack above RAM": lambda image: sleeper(9, stack=0x20040004),
    "entry in ROM": lambda image: sleeper(9, entry=0x1001),
    "entry in the bootloader": lambda image: sleeper(9, entry=0x20000401),
    "entry past the end": lambda image: sleeper(9, entry=LOAD + 2001),
    "entry without Thumb": lambda image: sleeper(9, entry=LOAD + 12),
    "too large": lambda image: sleeper(9, size=LIMIT - 31),
    "larger than RAM": lambda image: sleeper(9, size=300_000),
}


@pytest.mark.req("BOOT-2", "OTA-2", "OTA-5")
@pytest.mark.parametrize("flaw", FLAWS)
def test_what_does_not_verify_is_passed_over(chain: Chain, flaw: str) -> None:
    spoil = FLAWS[flaw]
    chain.put(UPDATE_2, spoil(sleeper(UPDATE_2)))
    assert chain.start() == UPDATE_1
    assert chain.info == bytes((UPDATE_1, READY, FACTORY, 0))
    chain.put(UPDATE_1, spoil(sleeper(UPDATE_1)))
    assert chain.start() == FACTORY
    assert chain.info == bytes((FACTORY, READY, FACTORY, 0))
    chain.put(FACTORY, spoil(sleeper(FACTORY)))
    assert chain.start(seconds=1.0) is None
    assert chain.board.pin("GP25").level == 1
    assert chain.board.uart.read() == b"\r\nBootloader: no image verifies\r\n"
    chain.put(UPDATE_2, sleeper(UPDATE_2))  # any that verifies will do, and a reset looks again
    assert chain.start() == UPDATE_2


@pytest.mark.req("BOOT-2")
@pytest.mark.parametrize("size", [42, 44, 63 + 32, 64 + 32, 1460, 4096, LIMIT])
def test_sizes(chain: Chain, size: int) -> None:
    image = sleeper(7, size=max(size - 32, 16))
    chain.put(UPDATE_2, image)
    assert chain.start() == 7


@pytest.mark.req("OTA-2", "OTA-3")
def test_a_new_image_is_noted_as_started(chain: Chain) -> None:
    chain.set_info(UPDATE_1, CHECK, UPDATE_2)
    assert chain.start() == UPDATE_1
    assert chain.info == bytes((UPDATE_1, READY, UPDATE_2, 0))


@pytest.mark.req("BOOT-2")
@pytest.mark.parametrize("content", [b"", b"\1\1", bytes((200, 1, 90, 3))])
def test_boot_info_that_says_nothing(chain: Chain, content: bytes) -> None:
    chain.board.flash.write(BOOT_INFO, content, max_size=256, flags=0x61)
    assert chain.start() == FACTORY
    info = chain.info
    assert info is not None and info[:3] == bytes((FACTORY, READY, FACTORY))


@pytest.mark.req("OTA-5")
@pytest.mark.parametrize("first", [False, True])
def test_power_lost_at_each_write_of_a_start(chain: Chain, first: bool) -> None:
    """At a board's first start, and while the bootloader notes that the new image does not verify."""
    flash = chain.board.flash
    for cut in range(1000):
        if not first:
            chain.set_info(UPDATE_2, CHECK, UPDATE_1)
            chain.put(UPDATE_2, b"half an image")
        elif chain.info is not None:
            flash.delete(BOOT_INFO)
        flash.cut_after(cut)
        chain.start(seconds=2.0)
        was_cut = chain.board.machine.power is Power.OFF
        flash.cut_after(None)
        if not was_cut:
            break
        assert chain.start() == (FACTORY if first else UPDATE_1)
    assert 2 <= cut < 100
