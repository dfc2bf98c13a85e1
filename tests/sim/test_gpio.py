"""GPIO and pads through their registers, pins as the world sees them."""

from __future__ import annotations

import pytest
from cc3200sim.chip import Irq
from cc3200sim.peripherals.reset import ResetKind
from cc3200sim.world.i2c import I2cMemory
from cc3200sim.world.pins import Edge
from cc3200sim.world.spi import SpiDevice
from support.chip import GPIOA0, GPIOA3, OPEN_DRAIN, PAD_OF, PADS, PULL_DOWN, PULL_UP, STD, Chip

DIR, IS, IBE, IEV, IM, RIS, MIS, ICR = 0x400, 0x404, 0x408, 0x40C, 0x410, 0x414, 0x418, 0x41C
GP25, BIT1 = 21, 0x02


def data(mask: int) -> int:
    return mask << 2


def led(chip: Chip) -> None:
    chip.pad(GP25, 0)
    chip.write(GPIOA3 + DIR, BIT1)


def test_pads_start_tristated_in_mode_1(chip: Chip) -> None:
    assert all(chip.read(PADS + 4 * pad) == 0xC61 for pad in range(41))
    assert all(pin.floating and pin.level == 0 for pin in chip.pins)


def test_led_edges_have_their_cycle(chip: Chip) -> None:
    led(chip)
    for level in (1, 0, 1):
        chip.run(1000)
        chip.write(GPIOA3 + data(BIT1), BIT1 * level)
    assert chip.pins["GP25"].edges() == [Edge(1000, 1), Edge(2000, 0), Edge(3000, 1)]
    assert chip.pins["GP25"].edges(since=2500) == [Edge(3000, 1)]
    assert chip.pins["GP25"].edges()[0].seconds == 12.5e-6
    assert chip.pins[21] is chip.pins["GP25"]


def test_address_masks_data(chip: Chip) -> None:
    chip.write(GPIOA0 + DIR, 0xFF)
    chip.write(GPIOA0 + data(0xFF), 0xA5)
    chip.write(GPIOA0 + data(0x0F), 0xFA)
    assert chip.read(GPIOA0 + data(0xFF)) == 0xAA
    assert chip.read(GPIOA0 + data(0xF0)) == 0xA0
    assert chip.read(GPIOA0 + data(0x00)) == 0


def test_input_follows_the_pin_only_in_gpio_mode(chip: Chip) -> None:
    chip.pins["GP3"].drive(1)
    assert chip.read(GPIOA0 + data(0x08)) == 0
    chip.pad(58, 0)
    assert chip.read(GPIOA0 + data(0x08)) == 0x08
    chip.pins["GP3"].drive(0)
    assert chip.read(GPIOA0 + data(0x08)) == 0
    chip.pins["GP3"].drive(1)
    chip.pad(58, 4)
    assert chip.read(GPIOA0 + data(0x08)) == 0


@pytest.mark.parametrize(("kind", "level"), [(STD, 0), (PULL_UP, 1), (PULL_DOWN, 0)])
def test_weak_pull_counts_when_nothing_drives(chip: Chip, kind: int, level: int) -> None:
    pin = chip.pins["GP3"]
    chip.pad(58, 0, kind)
    assert (pin.level, pin.floating) == (level, kind == STD)
    pin.pull(1 - level)  # a resistor outside is stronger
    assert pin.level == 1 - level
    pin.drive(level)  # a driver is stronger still
    assert pin.level == level
    pin.drive(None)
    pin.pull(None)
    assert pin.level == level


def test_open_drain_lets_go_of_high(chip: Chip) -> None:
    chip.pad(58, 0, OPEN_DRAIN)
    chip.write(GPIOA0 + DIR, 0x08)
    chip.write(GPIOA0 + data(0x08), 0x08)
    assert chip.pins["GP3"].floating
    chip.pins["GP3"].pull(1)
    assert chip.pins["GP3"].level == 1
    chip.write(GPIOA0 + data(0x08), 0)
    assert chip.pins["GP3"].level == 0 and chip.pins["GP3"].contentions == 0


def test_two_drivers_are_a_contention(chip: Chip) -> None:
    led(chip)
    chip.write(GPIOA3 + data(BIT1), BIT1)
    chip.pins["GP25"].drive(0)
    assert chip.pins["GP25"].level == 0 and chip.pins["GP25"].contentions == 1


def test_output_override_and_strength(chip: Chip) -> None:
    pad = PADS + 4 * PAD_OF[GP25]
    led(chip)
    chip.write(GPIOA3 + data(BIT1), BIT1)
    assert chip.pins["GP25"].level == 1
    chip.write(pad, 0xC00 | STD)  # tristate by the override
    assert chip.pins["GP25"].floating
    chip.write(GPIOA3 + DIR, 0)
    chip.write(pad, 0x800 | STD)  # output on, whatever the block says
    assert chip.pins["GP25"].level == 1
    chip.write(GPIOA3 + DIR, BIT1)
    chip.write(pad, 0)  # no output stage on
    assert chip.pins["GP25"].floating


def test_analogue_use_isolates_the_input(chip: Chip) -> None:
    chip.pins["GP3"].drive(1)
    chip.pad(58, 0)
    chip.write(PADS - 0xA0 + 0x144, 0x80 << 3)
    assert chip.read(GPIOA0 + data(0x08)) == 0
    chip.write(PADS - 0xA0 + 0x144, 0)
    assert chip.read(GPIOA0 + data(0x08)) == 0x08


@pytest.mark.parametrize(
    ("both", "event", "rising", "falling"), [(0, 8, True, False), (0, 0, False, True), (8, 0, True, True)]
)
def test_edge_interrupts(chip: Chip, both: int, event: int, rising: bool, falling: bool) -> None:
    chip.pad(58, 0)
    chip.write(GPIOA0 + IBE, both)
    chip.write(GPIOA0 + IEV, event)
    chip.write(GPIOA0 + IM, 0x08)
    for level, wanted in ((1, rising), (0, falling)):
        chip.pins["GP3"].drive(level)
        assert chip.irq(Irq.GPIOA0) is wanted and chip.read(GPIOA0 + MIS) == 0x08 * wanted
        chip.write(GPIOA0 + ICR, 0x08)
        assert not chip.irq(Irq.GPIOA0)


@pytest.mark.parametrize("active", [0, 1])
def test_level_interrupt_lasts_as_long_as_the_level(chip: Chip, active: int) -> None:
    pin = chip.pins["GP3"]
    pin.drive(1 - active)
    chip.pad(58, 0)
    chip.write(GPIOA0 + IS, 0x08)
    chip.write(GPIOA0 + IEV, 0x08 * active)
    chip.write(GPIOA0 + IM, 0x08)
    assert not chip.irq(Irq.GPIOA0)
    pin.drive(active)
    chip.write(GPIOA0 + ICR, 0x08)
    assert chip.irq(Irq.GPIOA0)
    pin.drive(1 - active)
    assert not chip.irq(Irq.GPIOA0)


def test_masked_edges_are_raw_status(chip: Chip) -> None:
    chip.pad(58, 0)
    chip.write(GPIOA0 + IEV, 0x08)
    chip.pins["GP3"].drive(1)
    assert chip.read(GPIOA0 + RIS) == 0x08 and chip.read(GPIOA0 + MIS) == 0 and not chip.irq(Irq.GPIOA0)


def test_an_output_drives_an_input_over_a_wire(chip: Chip) -> None:
    led(chip)
    chip.pad(58, 0)
    chip.pins["GP25"].wire(chip.pins["GP3"])
    chip.write(GPIOA0 + IEV, 0x08)
    chip.write(GPIOA0 + IM, 0x08)
    chip.write(GPIOA3 + data(BIT1), BIT1)
    assert chip.read(GPIOA0 + data(0x08)) == 0x08 and chip.irq(Irq.GPIOA0)


def test_every_pad_of_the_table_is_its_pin(chip: Chip) -> None:
    """GPIO n of port n // 8 drives the pin of that name, through the pad the driver library takes for the pin."""
    for pin in chip.pins:
        if pin.number not in PAD_OF or not pin.name.startswith("GP"):
            continue
        gpio = int(pin.name[2:])
        base = (GPIOA0, 0x4000_5000, 0x4000_6000, GPIOA3, 0x4002_4000)[gpio // 8]
        bit = 1 << gpio % 8
        chip.pad(pin.number, 0)
        chip.write(base + DIR, bit)
        chip.write(base + data(bit), bit)
        assert pin.level == 1, pin
        assert pin.mode == f"GPIO{gpio} out"
        chip.write(base + DIR, 0)


def test_observers_are_told_of_every_change(chip: Chip) -> None:
    led(chip)
    seen: list[int] = []
    chip.pins["GP25"].observe(seen.append)
    for level in (1, 1, 0):
        chip.write(GPIOA3 + data(BIT1), BIT1 * level)
    assert seen == [1, 0]


def test_names_and_bad_levels(chip: Chip) -> None:
    chip.pins.alias("HBL", "GP25")
    assert chip.pins["HBL"].name == "GP25"
    with pytest.raises(KeyError, match="no pin 'GP99'"):
        chip.pins["GP99"]
    with pytest.raises(ValueError, match="0, 1 or None"):
        chip.pins["GP25"].drive(2)


def test_snapshot_restores_pads_inputs_and_history(chip: Chip) -> None:
    led(chip)
    chip.pad(58, 0, PULL_UP)
    chip.write(GPIOA3 + data(BIT1), BIT1)
    clock, blocks = chip.clock.save(), chip.blocks.save()
    chip.run(10)
    chip.write(GPIOA3 + data(BIT1), 0)
    chip.pad(58, 0, PULL_DOWN)
    chip.pad(GP25, 9)
    chip.clock.restore(clock)
    chip.blocks.restore(blocks)
    assert chip.pins["GP25"].level == 1 and len(chip.pins["GP25"].history) == 1
    assert chip.read(GPIOA0 + data(0x08)) == 0x08
    chip.run(10)
    chip.write(GPIOA3 + data(BIT1), 0)  # the pad follows GPIO25 again
    assert chip.pins["GP25"].edges() == [Edge(0, 1), Edge(10, 0)]


def test_without_power_nothing_drives(chip: Chip) -> None:
    led(chip)
    chip.write(GPIOA3 + data(BIT1), BIT1)
    chip.blocks.reset(ResetKind.POWER_ON)
    assert chip.pins["GP25"].floating and chip.pins["GP25"].level == 0


def test_a_restore_takes_back_what_was_connected_since(chip: Chip) -> None:
    """A test's wires, observers, buses and devices do not reach the next one."""
    bus = chip.blocks.i2c_bus("GP23", "GP24")
    clock, blocks = chip.clock.save(), chip.blocks.save()
    seen: list[int] = []
    chip.pins["GP3"].wire(chip.pins["GP4"])
    chip.pins["GP4"].observe(seen.append)
    bus.attach(0x48, I2cMemory())
    chip.blocks.i2c_bus("GP10", "GP11")
    chip.blocks.spi_bus("GP14", "GP16", "GP15").attach(SpiDevice(), "GP9")
    chip.clock.restore(clock)
    chip.blocks.restore(blocks)
    chip.pins["GP3"].drive(1)
    assert chip.pins["GP4"].level == 0
    chip.pins["GP4"].drive(1)
    assert seen == []
    assert chip.blocks.i2c.buses == [bus]
    assert bus.devices == {}
    assert chip.blocks.gspi.buses == []
    assert chip.pins["GP10"].floating
