"""The general SPI controller through its registers, with devices on the bus."""

from __future__ import annotations

import pytest
from cc3200sim.chip import Irq
from cc3200sim.peripheral import Unmodelled
from cc3200sim.world.spi import SpiDevice
from support.chip import PULL_UP, Chip

GSPI = 0x4402_1000
SYSCONFIG, SYSSTATUS, IRQSTATUS, IRQENABLE, MODULCTRL, CONF, STAT, CTRL, TX, RX = (
    0x110, 0x114, 0x118, 0x11C, 0x128, 0x12C, 0x130, 0x134, 0x138, 0x13C)  # fmt: skip
RXS, TXS, EOT = 1, 2, 4
ACTIVE_LOW, FORCE = 0x40, 0x10_0000


class Recorder(SpiDevice):
    def __init__(self) -> None:
        self.seen: list[object] = []

    def select(self, selected: bool) -> None:
        self.seen.append(selected)

    def exchange(self, word: int, bits: int) -> int:
        self.seen.append((word, bits))
        return word ^ 0xFF


def setup(chip: Chip, bits: int = 8, divider: int = 10, more: int = 0) -> None:
    """As the driver library's SPIConfigSetExpClk does for a controller with manual chip select."""
    for pin in (5, 6, 7, 8):
        chip.pad(pin, 7)
    chip.write(GSPI + MODULCTRL, 1)
    chip.write(GSPI + CTRL, (divider - 1 & 0xFF0) << 4)
    chip.write(GSPI + CONF, 0x2001_0000 | (divider - 1 & 0xF) << 2 | (bits - 1) << 7 | ACTIVE_LOW | more)
    chip.write(GSPI + CTRL, chip.read(GSPI + CTRL) | 1)


def exchange(chip: Chip, word: int) -> int:
    assert chip.read(GSPI + STAT) & TXS
    chip.write(GSPI + TX, word)
    for _ in range(10_000):
        if chip.read(GSPI + STAT) & RXS:
            return chip.read(GSPI + RX)
        chip.run(1)
    pytest.fail("no word comes back")


def test_words_to_and_from_a_device(chip: Chip) -> None:
    device = Recorder()
    chip.blocks.spi_bus("GP14", "GP16", "GP15").attach(device, "GP17")
    setup(chip)
    chip.write(GSPI + CONF, chip.read(GSPI + CONF) | FORCE)
    assert [exchange(chip, word) for word in (0x12, 0x34)] == [0xED, 0xCB]
    chip.write(GSPI + CONF, chip.read(GSPI + CONF) & ~FORCE)
    assert device.seen[-4:] == [True, (0x12, 8), (0x34, 8), False]


def test_time_of_a_word(chip: Chip) -> None:
    setup(chip, bits=16, divider=40)  # 1 MHz
    chip.write(GSPI + TX, 0xABCD)
    assert not chip.read(GSPI + STAT) & EOT
    chip.run(16 * 80 - 1)
    assert not chip.read(GSPI + STAT) & RXS
    chip.run(1)
    assert chip.read(GSPI + STAT) & (RXS | EOT) == RXS | EOT


@pytest.mark.parametrize("bits", [8, 16, 32])
def test_a_wire_loops_back(chip: Chip, bits: int) -> None:
    chip.pins["GP16"].wire(chip.pins["GP15"])
    setup(chip, bits)
    word = 0xA5C3_F00F & (1 << bits) - 1
    assert exchange(chip, word) == word


def test_nobody_there_reads_the_idle_line(chip: Chip) -> None:
    setup(chip)
    assert exchange(chip, 0x55) == 0
    chip.pad(6, 7, PULL_UP)
    assert exchange(chip, 0x55) == 0xFF


def test_a_word_waits_until_the_last_one_is_read(chip: Chip) -> None:
    chip.pins["GP16"].wire(chip.pins["GP15"])
    setup(chip)
    chip.write(GSPI + TX, 1)
    chip.write(GSPI + TX, 2)
    chip.run(100_000)
    assert not chip.read(GSPI + STAT) & TXS
    assert chip.read(GSPI + RX) == 1
    chip.run(160)
    assert chip.read(GSPI + RX) == 2


def test_fifo(chip: Chip) -> None:
    chip.pins["GP16"].wire(chip.pins["GP15"])
    setup(chip, more=0x1800_0000)
    for word in range(10):
        chip.write(GSPI + TX, word)
    chip.run(10 * 160)
    assert [chip.read(GSPI + RX) for _ in range(10)] == list(range(10))


def test_interrupts(chip: Chip) -> None:
    setup(chip)
    chip.write(GSPI + IRQSTATUS, 0xF)
    chip.write(GSPI + IRQENABLE, 4)
    chip.write(GSPI + TX, 1)
    chip.run(159)
    assert not chip.irq(Irq.GSPI)
    chip.run(1)
    assert chip.irq(Irq.GSPI)
    chip.read(GSPI + RX)
    chip.write(GSPI + IRQSTATUS, 4)
    assert not chip.irq(Irq.GSPI)


def test_reset(chip: Chip) -> None:
    setup(chip)
    chip.write(GSPI + SYSCONFIG, 2)
    assert chip.read(GSPI + SYSSTATUS) == 1 and chip.read(GSPI + CONF) == 0x6_0000


def test_unmodelled_modes_are_refused(chip: Chip) -> None:
    setup(chip)
    with pytest.raises(Unmodelled):
        chip.write(GSPI + CONF, 0x8000)
    chip.write(GSPI + CTRL, 0)
    chip.write(GSPI + MODULCTRL, 4)
    with pytest.raises(Unmodelled):
        chip.write(GSPI + CTRL, 1)
