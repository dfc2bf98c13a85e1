"""General-purpose timers through their registers."""

from __future__ import annotations

import pytest
from cc3200sim.chip import Irq
from cc3200sim.peripheral import Unmodelled
from cc3200sim.world.pins import Edge
from support.chip import APPS_CONFIG, TIMERA0, TIMERA1, TIMERA2, Chip

CFG, TAMR, TBMR, CTL, IMR, RIS, MIS, ICR = 0x00, 0x04, 0x08, 0x0C, 0x18, 0x1C, 0x20, 0x24
TAILR, TBILR, TAMATCHR, TBMATCHR, TAPR, TBPR, TAPMR, TBPMR = 0x28, 0x2C, 0x30, 0x34, 0x38, 0x3C, 0x40, 0x44
TAR, TBR, TAV, TBV, TAPS = 0x48, 0x4C, 0x50, 0x54, 0x5C
WIDE, SPLIT = 0, 4
ONE_SHOT, PERIODIC, EDGE_COUNT, EDGE_TIME, PWM, UP, MATCH = 0x1, 0x2, 0x3, 0x7, 0xA, 0x10, 0x20


def setup(chip: Chip, base: int, config: int, mode: int, load: int, **others: int) -> None:
    chip.write(base + CFG, config)
    chip.write(base + TAMR, mode)
    chip.write(base + TAILR, load)
    for name, value in others.items():
        chip.write(base + globals()[name], value)
    chip.write(base + CTL, others.get("CTL", 0) | 1)


@pytest.mark.parametrize("mode", [PERIODIC, PERIODIC | UP])
def test_periodic_timeouts(chip: Chip, mode: int) -> None:
    setup(chip, TIMERA0, WIDE, mode, 79_999, IMR=1)
    for _ in range(3):
        chip.run(79_999)
        assert not chip.irq(Irq.TIMERA0A)
        chip.run(1)
        assert chip.irq(Irq.TIMERA0A) and chip.read(TIMERA0 + MIS) == 1
        chip.write(TIMERA0 + ICR, 1)
        assert not chip.irq(Irq.TIMERA0A)


def test_one_shot_stops(chip: Chip) -> None:
    setup(chip, TIMERA0, WIDE, ONE_SHOT, 999, IMR=1)
    chip.run(1000)
    assert chip.irq(Irq.TIMERA0A) and chip.read(TIMERA0 + CTL) & 1 == 0
    chip.write(TIMERA0 + ICR, 1)
    chip.run(10_000)
    assert not chip.irq(Irq.TIMERA0A)


def test_counter_values(chip: Chip) -> None:
    setup(chip, TIMERA0, WIDE, PERIODIC, 0x1234_5678)
    chip.run(0x1000)
    assert chip.read(TIMERA0 + TAR) == chip.read(TIMERA0 + TAV) == 0x1234_4678
    chip.write(TIMERA0 + TAV, 10)
    chip.run(11)
    assert chip.read(TIMERA0 + RIS) == 1
    setup(chip, TIMERA1, WIDE, PERIODIC | UP, 0xFFFF_FFFF)
    chip.run(77)
    assert chip.read(TIMERA1 + TAR) == 77
    chip.write(TIMERA1 + CTL, 0)
    chip.run(5)
    assert chip.read(TIMERA1 + TAR) == 77


def test_halves_run_apart_with_a_dividing_prescaler(chip: Chip) -> None:
    setup(chip, TIMERA0, SPLIT, PERIODIC, 99, TAPR=7, IMR=0x101, TBMR=ONE_SHOT, TBILR=499)
    chip.write(TIMERA0 + CTL, 0x101)
    chip.run(500)
    assert chip.irq(Irq.TIMERA0B) and not chip.irq(Irq.TIMERA0A)
    chip.run(299)
    assert not chip.irq(Irq.TIMERA0A)
    chip.run(1)
    assert chip.irq(Irq.TIMERA0A)  # a hundred counts of eight cycles
    assert chip.read(TIMERA0 + CTL) & 0x101 == 0x001


def test_prescaler_extends_when_counting_up(chip: Chip) -> None:
    setup(chip, TIMERA0, SPLIT, PERIODIC | UP, 0x0010, TAPR=2, IMR=1)
    chip.run(0x2_0010)
    assert not chip.irq(Irq.TIMERA0A) and chip.read(TIMERA0 + TAV) == 0x2_0010
    chip.run(1)
    assert chip.irq(Irq.TIMERA0A)


@pytest.mark.parametrize(("mode", "when"), [(PERIODIC, 700), (PERIODIC | UP, 300)])
def test_match_interrupt(chip: Chip, mode: int, when: int) -> None:
    setup(chip, TIMERA0, WIDE, mode | MATCH, 1000, TAMATCHR=300, IMR=0x10)
    chip.run(when - 1)
    assert not chip.irq(Irq.TIMERA0A)
    chip.run(1)
    assert chip.irq(Irq.TIMERA0A) and chip.read(TIMERA0 + MIS) == 0x10


def test_new_load_restarts_or_waits(chip: Chip) -> None:
    setup(chip, TIMERA0, WIDE, PERIODIC, 999, IMR=1)
    chip.run(500)
    chip.write(TIMERA0 + TAILR, 199)
    chip.run(200)
    assert chip.irq(Irq.TIMERA0A)
    setup(chip, TIMERA1, WIDE, PERIODIC | 0x100, 999, IMR=1)
    chip.run(500)
    chip.write(TIMERA1 + TAILR, 199)
    chip.run(499)
    assert not chip.irq(Irq.TIMERA1A)
    chip.run(1)
    assert chip.irq(Irq.TIMERA1A)
    chip.write(TIMERA1 + ICR, 1)
    chip.run(200)
    assert chip.irq(Irq.TIMERA1A)


def pwm(chip: Chip, load: int, match: int, control: int = 0) -> list[tuple[int, int]]:
    chip.pad(64, 3)  # GT_PWM05: timer 2, half B
    chip.write(TIMERA2 + CFG, SPLIT)
    chip.write(TIMERA2 + TBMR, PWM)
    for register, value in ((TBILR, load & 0xFFFF), (TBPR, load >> 16), (TBMATCHR, match & 0xFFFF)):
        chip.write(TIMERA2 + register, value)
    chip.write(TIMERA2 + TBPMR, match >> 16)
    start = chip.now
    chip.write(TIMERA2 + CTL, control | 0x100)
    chip.run(3 * (load + 1))
    return [(edge.cycle - start, edge.level) for edge in chip.pins["GP9"].edges(start)]


def test_pwm_on_its_pin(chip: Chip) -> None:
    period = 0x2_8000
    assert pwm(chip, period - 1, 0x1_0000) == [
        (0, 1), (0x1_7FFF, 0), (period, 1), (period + 0x1_7FFF, 0), (2 * period, 1), (2 * period + 0x1_7FFF, 0),
        (3 * period, 1),
    ]  # fmt: skip


def test_pwm_inverted(chip: Chip) -> None:
    assert pwm(chip, 999, 400, control=0x4000)[:4] == [(599, 1), (1000, 0), (1599, 1), (2000, 0)]


@pytest.mark.parametrize(("match", "edges"), [(999, []), (1000, [(0, 1)])])
def test_pwm_at_its_ends_is_constant(chip: Chip, match: int, edges: list[tuple[int, int]]) -> None:
    assert pwm(chip, 999, match) == edges


def test_pwm_duty_changes_within_the_period(chip: Chip) -> None:
    pwm(chip, 999, 500)
    start = chip.now
    chip.write(TIMERA2 + TBMATCHR, 900)
    chip.run(1000)
    assert chip.pins["GP9"].edges(start + 1)[:2] == [Edge(start + 99, 0), Edge(start + 1000, 1)]


def test_pwm_event_interrupt(chip: Chip) -> None:
    chip.write(TIMERA2 + IMR, 0x400)
    chip.write(TIMERA2 + TBMR, PWM | 0x200)
    chip.write(TIMERA2 + CFG, SPLIT)
    chip.write(TIMERA2 + TBILR, 999)
    chip.write(TIMERA2 + TBMATCHR, 400)
    chip.write(TIMERA2 + CTL, 0x100 | 0x400)  # falling edges
    chip.run(598)
    assert not chip.irq(Irq.TIMERA2B)
    chip.run(1)
    assert chip.irq(Irq.TIMERA2B)


def capture(chip: Chip, mode: int, event: int, **others: int) -> None:
    chip.write(APPS_CONFIG + 0xB0, 0xFF)
    chip.pad(64, 12)  # GT_CCP00: timer 0, half A
    setup(chip, TIMERA0, SPLIT, mode, 0xFFFF, CTL=event << 2, **others)


def pulse(chip: Chip, times: int = 1) -> None:
    for _ in range(times):
        chip.pins["GP9"].drive(1)
        chip.run(10)
        chip.pins["GP9"].drive(0)
        chip.run(10)


def test_edge_time_captures(chip: Chip) -> None:
    capture(chip, EDGE_TIME | UP, 0, TAPR=0xFF, IMR=4)
    chip.run(0x1_2345)
    pulse(chip)
    assert chip.irq(Irq.TIMERA0A) and chip.read(TIMERA0 + TAR) == 0x1_2345 and chip.read(TIMERA0 + TAPS) == 1
    assert chip.read(TIMERA0 + TAV) == 0x1_2345 + 20


@pytest.mark.parametrize(("event", "count"), [(0, 3), (1, 3), (3, 6)])
def test_edge_count(chip: Chip, event: int, count: int) -> None:
    capture(chip, EDGE_COUNT, event, TAMATCHR=0, IMR=2)
    pulse(chip, 3)
    assert chip.read(TIMERA0 + TAR) == 0xFFFF - count


def test_edge_count_match_stops_a_down_counter(chip: Chip) -> None:
    capture(chip, EDGE_COUNT, 0, TAMATCHR=0xFFFF - 5, IMR=2)
    pulse(chip, 4)
    assert not chip.irq(Irq.TIMERA0A)
    pulse(chip)
    assert chip.irq(Irq.TIMERA0A) and not chip.read(TIMERA0 + CTL) & 1 and chip.read(TIMERA0 + TAR) == 0xFFFF


def test_trigger_select_gates_the_input(chip: Chip) -> None:
    capture(chip, EDGE_COUNT, 0, TAMATCHR=0)
    chip.write(APPS_CONFIG + 0xB0, 0xFE)
    pulse(chip, 2)
    assert chip.read(TIMERA0 + TAR) == 0xFFFF


def test_unmodelled_modes_are_refused(chip: Chip) -> None:
    with pytest.raises(Unmodelled):
        setup(chip, TIMERA0, 1, PERIODIC, 10)  # RTC
    with pytest.raises(Unmodelled):
        setup(chip, TIMERA1, WIDE, PERIODIC | 0x40, 10)  # wait for a trigger


def test_snapshot_in_mid_period(chip: Chip) -> None:
    setup(chip, TIMERA0, WIDE, PERIODIC | MATCH, 999, TAMATCHR=500, IMR=0x11)
    chip.run(300)
    clock, blocks = chip.clock.save(), chip.blocks.save()
    chip.write(TIMERA0 + CTL, 0)
    chip.run(5000)
    chip.clock.restore(clock)
    chip.blocks.restore(blocks)
    chip.run(198)
    assert chip.read(TIMERA0 + RIS) == 0
    chip.run(1)
    assert chip.read(TIMERA0 + RIS) == 0x10
    chip.run(501)
    assert chip.read(TIMERA0 + RIS) == 0x11
