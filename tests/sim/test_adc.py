"""The ADC through its registers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from cc3200sim.chip import Irq
from support.chip import PADS, Chip

ADC = 0x4402_E800
CTRL, IRQ_EN, IRQ_STATUS, TIMER, COUNT, DATA, LEVEL, CH_ENABLE = 0x00, 0x24, 0x44, 0x68, 0x70, 0x74, 0x94, 0xB8
FULL, EMPTY, UNDERFLOW, OVERFLOW = 1, 2, 4, 8


def enable(chip: Chip, channel: int) -> None:
    chip.write(ADC + CH_ENABLE, 2 << channel)
    chip.write(ADC + CTRL, 1)


def sample(chip: Chip, channel: int) -> int:
    return chip.read(ADC + DATA + 8 * channel) >> 2 & 0xFFF


@pytest.mark.parametrize(("volts", "code"), [(0.0, 0), (0.7, 2048), (1.39999, 4095), (1.8, 4095)])
@pytest.mark.parametrize("channel", range(4))
def test_voltage_to_code(chip: Chip, channel: int, volts: float, code: int) -> None:
    chip.pins[f"GP{2 + channel}"].volts = volts
    enable(chip, channel)
    chip.run(1280)
    assert chip.read(ADC + LEVEL + 8 * channel) == 1
    assert sample(chip, channel) == code


def test_sixteen_microseconds_a_sample_and_four_are_kept(chip: Chip) -> None:
    enable(chip, 1)
    levels = []
    for _ in range(6):
        chip.run(1280)
        levels.append(chip.read(ADC + LEVEL + 8))
    assert levels == [1, 2, 3, 4, 4, 4]
    assert chip.read(ADC + IRQ_STATUS + 8) == FULL | OVERFLOW


def test_a_full_fifo_keeps_the_old_samples(chip: Chip) -> None:
    pin = chip.pins["GP3"]
    pin.volts = 0.35
    enable(chip, 1)
    chip.run(10 * 1280)
    pin.volts = 1.05
    chip.run(10 * 1280)
    assert [sample(chip, 1) for _ in range(4)] == [1024] * 4
    assert chip.read(ADC + LEVEL + 8) == 0
    chip.run(1280)
    assert sample(chip, 1) == 3072


def test_reading_nothing_is_an_underflow(chip: Chip) -> None:
    assert chip.read(ADC + DATA) == 0
    assert chip.read(ADC + IRQ_STATUS) == UNDERFLOW
    chip.write(ADC + IRQ_STATUS, UNDERFLOW)
    assert chip.read(ADC + IRQ_STATUS) == 0


def test_full_interrupt(chip: Chip) -> None:
    chip.write(ADC + IRQ_EN + 16, FULL)
    enable(chip, 2)
    chip.run(3 * 1280)
    assert not chip.irq(Irq.ADCCH2)
    chip.run(1280)
    assert chip.irq(Irq.ADCCH2)
    chip.read(ADC + DATA + 16)
    chip.write(ADC + IRQ_STATUS + 16, FULL)
    assert not chip.irq(Irq.ADCCH2)


def test_time_stamps(chip: Chip) -> None:
    chip.write(ADC + TIMER, 0x0200_0000 | 0x1_FFFF)
    enable(chip, 0)
    chip.run(3 * 1280)
    stamps = [chip.read(ADC + DATA) >> 14 for _ in range(3)]
    assert [later - earlier for earlier, later in pairwise(stamps)] == [640, 640]
    assert chip.read(ADC + COUNT) == 3 * 640


def test_a_pad_that_drives_is_what_is_measured(chip: Chip) -> None:
    chip.pins["GP3"].volts = 0.7
    chip.write(PADS + 4 * 3, 0x820)  # output, low
    enable(chip, 1)
    chip.run(1280)
    assert sample(chip, 1) == 0


def test_snapshot(chip: Chip) -> None:
    chip.pins["GP2"].volts = 0.7
    enable(chip, 0)
    chip.run(1280)
    clock, blocks = chip.clock.save(), chip.blocks.save()
    chip.run(5000)
    chip.pins["GP2"].volts = 1.0
    sample(chip, 0)
    chip.clock.restore(clock)
    chip.blocks.restore(blocks)
    chip.run(1280)
    assert chip.read(ADC + LEVEL) == 2 and [sample(chip, 0) for _ in range(2)] == [2048, 2048]
