"""The I2C controller through its registers, with devices on the bus."""

from __future__ import annotations

import pytest
from cc3200sim.chip import Irq
from cc3200sim.peripheral import Unmodelled
from cc3200sim.world.i2c import I2cDevice, I2cMemory
from support.chip import OPEN_DRAIN, Chip

I2C = 0x4002_0000
MSA, MCS, MDR, MTPR, MIMR, MRIS, MICR, MCR, MCLKOCNT = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x1C, 0x20, 0x24
RUN, START, STOP, ACK = 1, 2, 4, 8
BUSY, ERROR, ADDRESS_NACK, DATA_NACK, LOST, IDLE, BUS_BUSY, TIMEOUT = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80
BIT = 200  # cycles at 400 kHz: MTPR 9


@pytest.fixture
def memory(chip: Chip) -> I2cMemory:
    device = I2cMemory(16)
    chip.blocks.i2c_bus("GP23", "GP24").attach(0x48, device)
    chip.pad(16, 9, OPEN_DRAIN)  # I2C_SCL
    chip.pad(17, 9, OPEN_DRAIN)  # I2C_SDA
    chip.write(I2C + MTPR, 9)
    chip.write(I2C + MCR, 0x10)
    return device


def command(chip: Chip, value: int) -> int:
    """Run a command to its end; the status."""
    chip.write(I2C + MICR, 0xFFF)
    chip.write(I2C + MCS, value)
    assert chip.read(I2C + MCS) & BUSY
    for _ in range(100):
        chip.run(BIT)
        if chip.read(I2C + MRIS) & 1:
            return chip.read(I2C + MCS)
    pytest.fail("the command does not end")


def send(chip: Chip, address: int, *data: int) -> int:
    chip.write(I2C + MSA, address << 1)
    status = 0
    for index, byte in enumerate(data):
        chip.write(I2C + MDR, byte)
        status = command(chip, RUN | (START if not index else 0) | (STOP if index == len(data) - 1 else 0))
    return status


def receive(chip: Chip, address: int, count: int) -> list[int]:
    chip.write(I2C + MSA, address << 1 | 1)
    found = []
    for index in range(count):
        last = index == count - 1
        assert not command(chip, RUN | (START if not index else 0) | (STOP if last else ACK)) & ERROR
        found.append(chip.read(I2C + MDR))
    return found


def test_write_then_read(chip: Chip, memory: I2cMemory) -> None:
    assert send(chip, 0x48, 3, 0xAA, 0xBB) == IDLE
    assert memory.content[3:5] == b"\xaa\xbb"
    assert send(chip, 0x48, 3) == IDLE
    assert receive(chip, 0x48, 2) == [0xAA, 0xBB]


def test_repeated_start(chip: Chip, memory: I2cMemory) -> None:
    memory.content[7] = 0x5A
    chip.write(I2C + MSA, 0x48 << 1)
    chip.write(I2C + MDR, 7)
    assert command(chip, RUN | START) == BUS_BUSY
    assert receive(chip, 0x48, 1) == [0x5A]
    assert chip.read(I2C + MCS) == IDLE


def test_time_on_the_bus(chip: Chip, memory: I2cMemory) -> None:
    chip.write(I2C + MIMR, 1)
    chip.write(I2C + MSA, 0x48 << 1)
    chip.write(I2C + MCS, RUN | START | STOP)
    chip.run(20 * BIT - 1)  # start, address, acknowledge, byte, acknowledge, stop
    assert not chip.irq(Irq.I2CA0)
    chip.run(1)
    assert chip.irq(Irq.I2CA0)
    chip.write(I2C + MICR, 1)
    assert not chip.irq(Irq.I2CA0)


def test_nobody_at_the_address(chip: Chip, memory: I2cMemory) -> None:
    chip.write(I2C + MSA, 0x20 << 1)
    assert command(chip, RUN | START) == ERROR | ADDRESS_NACK | BUS_BUSY
    assert chip.read(I2C + MRIS) & 0x10
    chip.write(I2C + MICR, 0xFFF)
    chip.write(I2C + MCS, STOP)
    chip.write(I2C + MSA, 0x48 << 1)
    chip.write(I2C + MCS, RUN | START | STOP)  # waits for the stop
    chip.run(BIT)
    assert not chip.read(I2C + MRIS) & 1
    chip.run(20 * BIT)
    assert chip.read(I2C + MRIS) & 1
    assert chip.read(I2C + MCS) == IDLE


def test_a_stop_on_an_idle_bus_is_nothing(chip: Chip, memory: I2cMemory) -> None:
    chip.write(I2C + MCS, STOP)
    assert chip.read(I2C + MCS) == IDLE
    assert chip.read(I2C + MRIS) == 0


def test_refused_byte(chip: Chip, memory: I2cMemory) -> None:
    class Full(I2cDevice):
        def write(self, byte: int) -> bool:
            return byte < 0x80

    chip.blocks.i2c.buses[0].attach(0x10, Full())
    assert send(chip, 0x10, 0x7F) == IDLE
    assert send(chip, 0x10, 0x80) == ERROR | DATA_NACK | IDLE


def test_bus_on_other_pins_is_not_reached(chip: Chip, memory: I2cMemory) -> None:
    chip.pad(16, 0)
    chip.pad(17, 0)
    chip.pad(1, 1, OPEN_DRAIN)
    chip.pad(2, 1, OPEN_DRAIN)
    chip.pins["GP10"].pull(1)
    chip.pins["GP11"].pull(1)
    assert send(chip, 0x48, 0) & ADDRESS_NACK


def test_a_line_held_low(chip: Chip, memory: I2cMemory) -> None:
    chip.pins["GP24"].drive(0)
    assert send(chip, 0x48, 0) == ERROR | LOST | IDLE
    chip.pins["GP24"].drive(None)
    chip.pins["GP23"].drive(0)
    chip.write(I2C + MCLKOCNT, 1)
    assert send(chip, 0x48, 0) == ERROR | TIMEOUT | IDLE and chip.read(I2C + MRIS) & 2
    chip.pins["GP23"].drive(None)
    assert send(chip, 0x48, 0) == IDLE


def test_without_pull_ups_the_lines_are_low(chip: Chip, memory: I2cMemory) -> None:
    chip.pins["GP24"].pull(None)
    assert send(chip, 0x48, 0) & LOST


def test_unmodelled_modes_are_refused(chip: Chip, memory: I2cMemory) -> None:
    for offset, value in ((MCS, 0x13), (MCS, 0x27), (MCS, 0x43), (MCR, 0x30), (MTPR, 0x81)):
        with pytest.raises(Unmodelled):
            chip.write(I2C + offset, value)


def test_addresses_are_checked(chip: Chip, memory: I2cMemory) -> None:
    bus = chip.blocks.i2c.buses[0]
    for address in (-1, 0x80, 0x48):
        with pytest.raises(ValueError, match="I2C address"):
            bus.attach(address, I2cDevice())


def test_snapshot_in_a_transfer(chip: Chip, memory: I2cMemory) -> None:
    chip.write(I2C + MSA, 0x48 << 1)
    chip.write(I2C + MDR, 2)
    command(chip, RUN | START)
    clock, blocks = chip.clock.save(), chip.blocks.save()
    chip.write(I2C + MDR, 0x11)
    command(chip, RUN | STOP)
    chip.clock.restore(clock)
    chip.blocks.restore(blocks)
    assert memory.content[2] == 0
    chip.write(I2C + MDR, 0x22)
    assert command(chip, RUN | STOP) == IDLE and memory.content[2] == 0x22


def test_a_clock_held_low_without_a_limit_never_ends(chip: Chip, memory: I2cMemory) -> None:
    chip.pins["GP23"].drive(0)
    chip.write(I2C + MCS, RUN | START)
    chip.run(10_000_000)
    assert chip.read(I2C + MCS) & BUSY
