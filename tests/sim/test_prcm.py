"""Clocks, resets, the hibernate domain and the watchdog through their registers."""

from __future__ import annotations

import pytest
from cc3200sim.bus import Bus
from cc3200sim.chip import BLOCKS, BY_NAME, Irq
from cc3200sim.peripherals.prcm import RUN_CLOCK, ClockGate
from cc3200sim.peripherals.reset import ResetKind
from support.chip import ARCM, GPIOA3, GPRCM, HIB1P2, HIB3P3, PADS, TIMERA0, UART0, WDT, Chip

SECOND = 80_000_000


# Clocks and soft resets


def test_soft_reset_register_tells_when_the_block_is_ready(chip: Chip) -> None:
    gate, reset = ARCM + 0x80, ARCM + 0x84
    assert chip.read(reset) == 2
    chip.write(gate, 0)
    assert chip.read(reset) == 0
    chip.write(gate, 0x101)
    chip.write(reset, 1)
    assert chip.read(reset) == 1
    chip.write(reset, 0)
    assert chip.read(reset) == 2


def test_soft_reset_puts_the_block_back(chip: Chip) -> None:
    chip.write(UART0 + 0x24, 43)
    chip.write(ARCM + 0x84, 1)
    chip.write(ARCM + 0x84, 0)
    assert chip.read(UART0 + 0x24) == 0


@pytest.mark.parametrize(
    ("address", "value", "kind"),
    [
        (GPRCM, 1, ResetKind.CORE),
        (GPRCM, 2, ResetKind.MCU),
        (GPRCM + 0x108, 1, ResetKind.SOC),
        (HIB3P3, 1, ResetKind.HIBERNATE),
    ],
)
def test_reset_requests(chip: Chip, address: int, value: int, kind: ResetKind) -> None:
    chip.write(address, 0)
    assert chip.resets == []
    chip.write(address, value)
    assert chip.resets == [kind]


@pytest.mark.parametrize(
    ("kind", "cause"),
    [(ResetKind.POWER_ON, 0), (ResetKind.CORE, 3), (ResetKind.MCU, 4), (ResetKind.WDT, 5), (ResetKind.SOC, 6)],
)
def test_what_a_reset_leaves(chip: Chip, kind: ResetKind, cause: int) -> None:
    chip.write(GPIOA3 + 0x400, 2)
    chip.write(PADS, 0x20)
    chip.write(HIB3P3 + 0x420, 0x1234)
    chip.blocks.reset(kind)
    assert chip.read(GPRCM + 0x0C) == cause
    if kind is not ResetKind.CORE:
        chip.write(ARCM + 0x68, 0x101)  # the clock of GPIOA3, off after the reset
    assert chip.read(GPIOA3 + 0x400) == (2 if kind is ResetKind.CORE else 0)
    assert chip.read(PADS) == (0xC61 if kind is ResetKind.POWER_ON else 0x20)
    assert chip.read(HIB3P3 + 0x420) == (0 if kind is ResetKind.POWER_ON else 0x1234)


# Real-time counter


def latched(chip: Chip) -> int:
    chip.write(HIB3P3 + 0x0C, 1)
    return chip.read(HIB3P3 + 0x14) << 32 | chip.read(HIB3P3 + 0x10)


def test_slow_clock_counter(chip: Chip) -> None:
    chip.run(SECOND)
    assert latched(chip) == 0
    chip.write(HIB3P3 + 0x04, 1)
    chip.run(SECOND * 3 // 2)
    assert latched(chip) == 49152
    chip.run(SECOND)
    assert chip.read(HIB3P3 + 0x10) == 49152  # until it is latched anew
    assert chip.read(HIB1P2 + 0xCC) == 81920 and chip.read(HIB1P2 + 0xD0) == 0
    chip.blocks.reset(ResetKind.SOC)
    chip.run(SECOND)
    assert latched(chip) == 81920 + 32768
    chip.write(HIB3P3 + 0x08, 1)
    assert latched(chip) == 0
    chip.write(HIB3P3 + 0x04, 0)
    chip.run(SECOND)
    assert latched(chip) == 0


def test_slow_clock_interrupt(chip: Chip) -> None:
    chip.write(HIB3P3 + 0x04, 1)
    chip.write(HIB3P3 + 0x54, 1)
    chip.write(ARCM + 0x124, 4)
    chip.write(HIB3P3 + 0x58, 32768)
    chip.write(HIB3P3 + 0x5C, 0)
    chip.run(SECOND - 1)
    assert not chip.irq(Irq.PRCM)
    chip.run(1)
    assert chip.irq(Irq.PRCM) and latched(chip) == 32768
    assert chip.read(ARCM + 0x120) == 0x4000  # clears on reading
    assert not chip.irq(Irq.PRCM) and chip.read(ARCM + 0x120) == 0


def test_slow_clock_match_in_the_past_does_not_come(chip: Chip) -> None:
    chip.write(HIB3P3 + 0x04, 1)
    chip.run(2 * SECOND)
    chip.write(HIB3P3 + 0x54, 1)
    chip.write(HIB3P3 + 0x58, 32768)
    chip.run(2 * SECOND)
    assert chip.read(ARCM + 0x120) == 0


@pytest.mark.parametrize("count", [1, 7, 32767, 78125, 2**33 + 1])
def test_match_comes_at_the_first_cycle_of_its_count(chip: Chip, count: int) -> None:
    chip.run(12345)
    chip.write(HIB3P3 + 0x04, 1)
    chip.write(HIB3P3 + 0x5C, count >> 32)
    chip.write(HIB3P3 + 0x58, count & 0xFFFF_FFFF)
    chip.write(HIB3P3 + 0x54, 1)
    due = chip.clock.next_deadline
    assert due is not None
    chip.run_to(due - 1)
    assert latched(chip) == count - 1
    chip.run(1)
    assert latched(chip) == count and chip.read(ARCM + 0x120) == 0x4000


# Hibernation


def test_hibernate_and_wake_by_the_counter(chip: Chip) -> None:
    chip.write(HIB3P3 + 0x04, 1)
    chip.write(HIB3P3 + 0x18, 1)
    chip.write(HIB3P3 + 0x1C, 65536)
    chip.write(HIB3P3 + 0x424, 77)
    chip.write(HIB3P3, 1)
    chip.blocks.reset(ResetKind.HIBERNATE)
    chip.run(2 * SECOND - 1)
    assert chip.resets == [ResetKind.HIBERNATE]
    chip.run(1)
    assert chip.resets == [ResetKind.HIBERNATE, ResetKind.HIBERNATE_EXIT]
    chip.blocks.reset(ResetKind.HIBERNATE_EXIT)
    assert chip.read(GPRCM + 0x0C) == 0
    assert chip.read(HIB3P3 + 0x468) == 0x5  # woken from hibernation, by the RTC
    assert chip.read(HIB3P3 + 0x424) == 77


@pytest.mark.parametrize(("kind", "before", "after"), [(0, 1, 0), (1, 0, 1), (2, 1, 0), (3, 0, 1)])
def test_hibernate_and_wake_by_a_pin(chip: Chip, kind: int, before: int, after: int) -> None:
    chip.pins["GP13"].drive(before)
    chip.write(HIB3P3 + 0x404, 1 << 2)
    chip.write(HIB3P3 + 0x408, kind << 4)
    chip.write(HIB3P3, 1)
    chip.blocks.reset(ResetKind.HIBERNATE)
    chip.run(SECOND)
    assert chip.resets == [ResetKind.HIBERNATE]
    chip.pins["GP13"].drive(after)
    assert chip.resets[-1] is ResetKind.HIBERNATE_EXIT
    assert chip.read(HIB3P3 + 0x468) == 0x9


# Watchdog


def test_watchdog_interrupts_then_resets(chip: Chip) -> None:
    chip.write(WDT, 1000)
    chip.run(5000)
    assert chip.read(WDT + 4) == 1000  # does not run yet
    chip.write(WDT + 8, 1)
    chip.run(400)
    assert chip.read(WDT + 4) == 600
    chip.run(600)
    assert chip.irq(Irq.WDT) and chip.read(WDT + 0x10) == 1 and chip.read(WDT + 0x14) == 1
    chip.run(999)
    assert chip.resets == []
    chip.run(1)
    assert chip.resets == [ResetKind.WDT]


def test_watchdog_fed_in_time(chip: Chip) -> None:
    chip.write(WDT, 1000)
    chip.write(WDT + 8, 1)
    for _ in range(10):
        chip.run(1500)
        chip.write(WDT + 0x0C, 1)
        assert not chip.irq(Irq.WDT)
    assert chip.resets == []
    chip.write(WDT + 8, 0)  # once on, it stays on
    chip.run(2000)
    assert chip.resets == [ResetKind.WDT]


def test_watchdog_lock(chip: Chip) -> None:
    chip.write(WDT + 0xC00, 0)
    assert chip.read(WDT + 0xC00) == 1
    chip.write(WDT, 5)
    assert chip.read(WDT) == 0xFFFF_FFFF
    chip.write(WDT + 0xC00, 0x1ACC_E551)
    assert chip.read(WDT + 0xC00) == 0
    chip.write(WDT, 5)
    assert chip.read(WDT) == 5


def test_a_block_without_clock_is_cut_off(chip: Chip, caplog: pytest.LogCaptureFixture) -> None:
    bus = Bus(BLOCKS)
    bus.map(BY_NAME["UARTA0"], chip.blocks.uarts[0])
    chip.write(ARCM + 0x80, 0)
    bus.write(UART0 + 0x24, 43, 4)
    assert bus.read(UART0 + 0x18, 4) == 0
    assert [(access.address, access.write) for access in bus.unmodelled] == [
        (UART0 + 0x24, True),
        (UART0 + 0x18, False),
    ]
    assert "UARTA0 is without its clock" in caplog.text
    chip.write(ARCM + 0x80, 1)
    assert bus.read(UART0 + 0x18, 4) == 0x90 and bus.read(UART0 + 0x24, 4) == 0
    state = chip.blocks.save()
    chip.write(ARCM + 0x80, 0)
    chip.blocks.restore(state)
    assert bus.read(UART0 + 0x18, 4) == 0x90


def test_work_without_a_sleep_clock_is_reported_once(chip: Chip, caplog: pytest.LogCaptureFixture) -> None:
    chip.write(ARCM + 0x80, 1)
    chip.blocks.arcm.falls_asleep()
    assert chip.blocks.arcm.stopped_in_sleep == []  # nothing to do
    chip.write(UART0 + 0x30, 0x301)
    chip.blocks.arcm.falls_asleep()
    chip.blocks.arcm.falls_asleep()
    assert chip.blocks.arcm.stopped_in_sleep == ["UARTA0"] and caplog.text.count("sleep-mode clock") == 1
    chip.write(ARCM + 0x80, 0x101)
    chip.blocks.arcm.stopped_in_sleep.clear()
    chip.blocks.arcm.falls_asleep()
    assert chip.blocks.arcm.stopped_in_sleep == []


def test_deep_sleep_looks_at_the_deep_sleep_clock(chip: Chip) -> None:
    chip.write(ARCM + 0x80, 0x101)
    chip.write(UART0 + 0x30, 0x301)
    chip.blocks.arcm.falls_asleep(deep=False)
    assert chip.blocks.arcm.stopped_in_sleep == []
    chip.blocks.arcm.falls_asleep(deep=True)
    assert chip.blocks.arcm.stopped_in_sleep == ["UARTA0"]
    chip.blocks.arcm.stopped_in_sleep.clear()
    chip.write(ARCM + 0x80, 0x1_0001)
    chip.blocks.arcm.falls_asleep(deep=True)
    assert chip.blocks.arcm.stopped_in_sleep == []


@pytest.mark.parametrize("by_snapshot", [False, True])
def test_a_block_whose_clock_is_gated_stops_and_goes_on(chip: Chip, by_snapshot: bool) -> None:
    """The watchdog counts 10,000 cycles: 4,000 before the gap, 6,000 after it, whatever passes in between."""
    gate = ARCM + 0x78
    chip.write(WDT, 10_000)
    chip.write(WDT + 8, 1)
    chip.run(4_000)
    assert chip.read(WDT + 4) == 6_000
    chip.write(gate, 0)
    chip.run(50_000)
    if by_snapshot:
        state, clock = chip.blocks.save(), chip.clock.save()
        chip.write(gate, RUN_CLOCK)
        chip.run(100_000)
        chip.clock.restore(clock)
        chip.blocks.restore(state)
    chip.write(gate, RUN_CLOCK)
    assert (chip.read(WDT + 0x10), chip.read(WDT + 4)) == (0, 6_000)
    chip.run(5_999)
    assert chip.read(WDT + 0x10) == 0
    chip.run(1)
    assert chip.read(WDT + 0x10) == 1


def test_a_timer_whose_clock_is_gated_keeps_its_count(chip: Chip) -> None:
    chip.write(TIMERA0 + 0x04, 2)  # periodic, 32 bits
    chip.write(TIMERA0 + 0x28, 999)
    chip.write(TIMERA0 + 0x0C, 1)
    chip.run(1_500)
    gate = ARCM + ClockGate.TIMERA0.clock
    value = chip.read(TIMERA0 + 0x50)
    chip.write(gate, 0)
    chip.run(12_345)
    chip.write(gate, RUN_CLOCK)
    assert chip.read(TIMERA0 + 0x50) == value
    chip.run(100)
    assert chip.read(TIMERA0 + 0x50) == value - 100


def test_what_is_cancelled_behind_a_closed_gate_stays_so(chip: Chip) -> None:
    gate = ARCM + 0x78
    chip.write(WDT, 1_000)
    chip.write(WDT + 8, 1)
    chip.write(gate, 0)
    chip.write(gate + 4, 1)  # soft reset
    chip.write(gate + 4, 0)
    chip.write(gate, RUN_CLOCK)
    chip.run(10_000)
    assert not chip.irq(Irq.WDT)


def test_a_narrow_store_is_merged_into_its_word(chip: Chip) -> None:
    """A halfword to the upper half of HIB_REG2 sets bits of its upper half, a byte its own."""
    register = HIB3P3 + 0x420
    chip.write(register, 0x1234_5678)
    chip.write(register + 2, 0x8001, 2)
    assert chip.read(register) == 0x8001_5678
    chip.write(register + 1, 0xAB, 1)
    assert chip.read(register) == 0x8001_AB78
    assert chip.read(register + 2, 2) == 0x8001 and chip.read(register + 1, 1) == 0xAB


def test_the_fuses_tell_the_chip(chip: Chip) -> None:
    assert chip.read(GPRCM + 0xC80) >> 16 & 0x1F == 0x10
