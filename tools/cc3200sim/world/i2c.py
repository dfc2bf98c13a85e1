"""An I2C bus outside the chip: two wires, a pull-up on each, devices at addresses."""

from __future__ import annotations

import copy
from typing import Any

from cc3200sim.world.pins import Pin, Pins


class I2cDevice:
    """A target. Subclasses override what they take part in; the defaults acknowledge all and send 0xFF."""

    def start(self, reading: bool) -> bool:
        """Its address has come, for reading or writing. Return whether it acknowledges."""
        return True

    def write(self, byte: int) -> bool:
        """A byte from the controller. Return whether it is acknowledged."""
        return True

    def read(self) -> int:
        """A byte for the controller."""
        return 0xFF

    def stop(self) -> None:
        """The transfer is over."""

    def save(self) -> dict[str, Any]:
        """The state for a snapshot: all attributes, unless a subclass knows better."""
        return copy.deepcopy(vars(self))

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a saved state."""
        vars(self).update(copy.deepcopy(state))


class I2cMemory(I2cDevice):
    """Registers or an EEPROM: the first bytes written set an address, which every byte moves on by one and around."""

    def __init__(self, size: int = 256, address_bytes: int = 1) -> None:
        self.content = bytearray(size)
        self.address = 0
        self._address_bytes = address_bytes
        self._expected = 0

    def start(self, reading: bool) -> bool:
        if not reading:
            self._expected = self._address_bytes
            self.address = 0
        return True

    def write(self, byte: int) -> bool:
        if self._expected:
            self._expected -= 1
            self.address = self.address << 8 | byte
            if not self._expected:
                self.address %= len(self.content)
        else:
            self.content[self.address] = byte
            self._step()
        return True

    def read(self) -> int:
        byte = self.content[self.address]
        self._step()
        return byte

    def _step(self) -> None:
        self.address = (self.address + 1) % len(self.content)


class I2cBus:
    """The wires from two pins to the devices, with a pull-up resistor on each."""

    def __init__(self, pins: Pins, scl: str, sda: str) -> None:
        self.scl, self.sda = pins[scl], pins[sda]
        self.devices: dict[int, I2cDevice] = {}
        for pin in (self.scl, self.sda):
            pin.pull(1)

    def attach(self, address: int, device: I2cDevice) -> None:
        """Put a device at a 7-bit address."""
        if not 0 <= address <= 0x7F or address in self.devices:
            raise ValueError(f"I2C address {address:#x}: 0 to 0x7f, one device each")
        self.devices[address] = device

    def joins(self, scl: list[Pin], sda: list[Pin]) -> bool:
        """Whether this bus hangs on one of each of these pins."""
        return self.scl in scl and self.sda in sda

    def save(self) -> dict[int, tuple[I2cDevice, dict[str, Any]]]:
        """The devices and their state for a snapshot."""
        return {address: (device, device.save()) for address, device in self.devices.items()}

    def restore(self, state: dict[int, tuple[I2cDevice, dict[str, Any]]]) -> None:
        """Go back to a saved state."""
        self.devices = {address: device for address, (device, _) in state.items()}
        for device, device_state in state.values():
            device.restore(device_state)
