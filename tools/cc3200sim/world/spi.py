"""An SPI bus outside the chip: clock and data wires, devices chosen by a pin each."""

from __future__ import annotations

import copy
from typing import Any

from cc3200sim.world.pins import Pin, Pins


class SpiDevice:
    """A peripheral on the bus. Subclasses override what they take part in."""

    def select(self, selected: bool) -> None:
        """Its chip select has become active or not."""

    def exchange(self, word: int, bits: int) -> int:
        """A word comes in, most significant bit first; return the word that goes out at the same time."""
        return (1 << bits) - 1

    def save(self) -> dict[str, Any]:
        """The state for a snapshot: all attributes, unless a subclass knows better."""
        return copy.deepcopy(vars(self))

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a saved state."""
        vars(self).update(copy.deepcopy(state))


class SpiBus:
    """The wires from three pins to the devices."""

    def __init__(self, pins: Pins, clk: str, mosi: str, miso: str) -> None:
        self.clk, self.mosi, self.miso = pins[clk], pins[mosi], pins[miso]
        self._pins = pins
        self._devices: list[tuple[Pin, int, SpiDevice]] = []

    def attach(self, device: SpiDevice, select: str, active: int = 0) -> None:
        """Put a device on the bus with its chip select on a pin, active low unless said otherwise."""
        pin = self._pins[select]
        self._devices.append((pin, active, device))
        pin.observe(lambda level: device.select(level == active))

    def joins(self, clk: list[Pin], mosi: list[Pin]) -> bool:
        """Whether this bus hangs on one of each of these pins."""
        return self.clk in clk and self.mosi in mosi

    def exchange(self, word: int, bits: int) -> int | None:
        """A word from the controller; what the selected device answers, None when none is selected."""
        for pin, active, device in self._devices:
            if pin.level == active:
                return device.exchange(word, bits)
        return None

    def save(self) -> list[tuple[tuple[Pin, int, SpiDevice], dict[str, Any]]]:
        """The devices and their state for a snapshot."""
        return [(attached, attached[2].save()) for attached in self._devices]

    def restore(self, state: list[tuple[tuple[Pin, int, SpiDevice], dict[str, Any]]]) -> None:
        """Go back to a saved state."""
        self._devices = [attached for attached, _ in state]
        for (_, _, device), device_state in state:
            device.restore(device_state)
