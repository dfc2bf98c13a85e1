"""OCP_SHARED: the pads, their multiplexer, and the registers shared with the network processor (TRM ch. 16).

A pad register is, by hw_ocp_shared.h: bits 3:0 mode, 4 open drain, 5/6/7 the 2/4/8 mA output stages, 8 weak pull-up,
9 weak pull-down, 10 output disable, 11 bit 10 overrides the block's own output enable. With no stage on nothing drives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cc3200sim.clock import Clock
from cc3200sim.peripherals.pinmux import PACKAGE_PINS, PAD_COUNT, PackagePin
from cc3200sim.peripherals.registers import RegisterBlock
from cc3200sim.peripherals.signals import Input, Output
from cc3200sim.world.pins import Pin, Pins

PAD_CONFIG_0 = 0x0A0
PAD_CMN_CONFIG = 0x144
SPARE_REG_4, SPARE_REG_5, SPARE_REG_6, SPARE_REG_7 = 0x168, 0x16C, 0x18C, 0x190
DEV_PADCONF = 0x184

PAD_RESET = 0xC61  # mode 1, 2 and 4 mA, tristated by the override
MODE, OPEN_DRAIN, STRENGTH, PULL_UP, PULL_DOWN, OUTPUT_DISABLE, OVERRIDE = 0xF, 0x10, 0xE0, 0x100, 0x200, 0x400, 0x800


class Pad:
    """The analogue end of one pin: takes the selected signal to the pin and the pin's level to the selected input."""

    def __init__(self, index: int, package: PackagePin, pin: Pin, shared: OcpShared) -> None:
        self.index = index
        self.function: str | None = None
        self.config = PAD_RESET
        self.isolated = False
        self.pin = pin
        self._modes = package.modes
        self._shared = shared
        self._output: Output | None = None
        self._input: Input | None = None
        pin.observe(self._level_changed)
        pin.describe_mode = self.describe
        pin.on_frame = self._frame_arrived

    def configure(self, config: int) -> None:
        """Take over a new value of the pad's register."""
        changed = config ^ self.config
        self.config = config
        if changed & MODE or self.function is None:
            self.select()
        if changed:
            self.output_changed()

    def select(self) -> None:
        """Connect the signal that the mode selects, after letting go of the one before."""
        if self._output is not None:
            self._output.pads.remove(self)
        if self._input is not None:
            self._input.feed(self.index, None)
        self.function = self._modes.get(self.config & MODE)
        self._output = self._shared.outputs.get(self.function or "")
        self._input = self._shared.inputs.get(self.function or "")
        if self._output is not None:
            self._output.pads.append(self)
        if self._input is not None:
            self._input.feed(self.index, self._seen())

    def restore(self, config: int, isolated: bool) -> None:
        """Take over a register after a restore: connections are made, nobody is told (outputs' lists were emptied)."""
        self.config = config
        self.isolated = isolated and 2 <= self.index <= 5
        self.function = self._modes.get(config & MODE)
        self._output = self._shared.outputs.get(self.function or "")
        self._input = self._shared.inputs.get(self.function or "")
        if self._output is not None:
            self._output.pads.append(self)

    def output_changed(self) -> None:
        """Work out what the pad drives and pulls now."""
        config = self.config
        if config & OVERRIDE:
            enabled = not config & OUTPUT_DISABLE
        else:
            enabled = self._output is not None and self._output.enabled
        drive: int | None = None
        if enabled and config & STRENGTH:
            drive = self._output.level if self._output is not None else 0
            if drive and config & OPEN_DRAIN:
                drive = None
        pull = 1 if config & PULL_UP else 0 if config & PULL_DOWN else None
        self.pin.pad_changed(drive, pull)

    def isolate(self, isolated: bool) -> None:
        """Cut the digital input off (analogue use of the ADC pins): it reads low."""
        if isolated != self.isolated:
            self.isolated = isolated
            self._level_changed(self.pin.level)

    def send_frame(self, frame: int) -> None:
        """A frame of the UART whose transmitter is selected here."""
        if self.pin.pad_drive is not None:
            self.pin.send_frame(frame)

    def describe(self) -> str:
        """The selected signal and the setting, for people."""
        config = self.config
        words = [self.function or f"mode {config & MODE}"]
        if self.pin.pad_drive is not None:
            words.append("out")
        elif config & OPEN_DRAIN:
            words.append("open drain")
        else:
            words.append("in")
        if config & PULL_UP:
            words.append("pull-up")
        if config & PULL_DOWN:
            words.append("pull-down")
        return " ".join(words)

    def _seen(self) -> int:
        return 0 if self.isolated else self.pin.level

    def _level_changed(self, level: int) -> None:
        if self._input is not None:
            self._input.feed(self.index, self._seen())

    def _frame_arrived(self, frame: int) -> None:
        receiver = self._shared.frame_receivers.get(self.function or "")
        if receiver is not None:
            receiver(frame)


class OcpShared(RegisterBlock):
    """The pads and the shared registers. `on_spare5` is called with the new value of 0x4402E16C (bit 1: NWP stop)."""

    STORED = {
        **{PAD_CONFIG_0 + 4 * pad: (PAD_RESET, 0xFFF) for pad in range(PAD_COUNT)},
        PAD_CMN_CONFIG: (0, 0xFFFF_FFFF),
        SPARE_REG_4: (0, 0xFFFF_FFFF),
        SPARE_REG_5: (0, 0xFFFF_FFFF),
        DEV_PADCONF: (0, 0xFFFF_FFFF),
        SPARE_REG_6: (0, 0xFFFF_FFFF),
        SPARE_REG_7: (0, 0xFFFF_FFFF),
    }

    def __init__(self, clock: Clock, pins: Pins) -> None:
        self.outputs: dict[str, Output] = {}
        self.inputs: dict[str, Input] = {}
        self.frame_receivers: dict[str, Callable[[int], None]] = {}
        self.on_spare5: Callable[[int], None] = lambda value: None
        self.pads: dict[int, Pad] = {}
        for package in PACKAGE_PINS:
            pin = Pin(clock, package.number, package.name)
            pins.add(pin)
            self.pads[package.pad] = Pad(package.pad, package, pin, self)
        self.writers = {
            PAD_CMN_CONFIG: self._write_common,
            SPARE_REG_5: self._write_spare5,
            **{PAD_CONFIG_0 + 4 * index: self._pad_writer(index, pad) for index, pad in self.pads.items()},
        }
        super().__init__(clock)

    def connect(self, signal: str, output: Output | None = None, input_: Input | None = None) -> None:
        """Bring a block's signal to the multiplexer; pads that already select it take it up."""
        if output is not None:
            self.outputs[signal] = output
        if input_ is not None:
            self.inputs[signal] = input_
        for pad in self.pads.values():
            if pad.function == signal:
                pad.select()
                pad.output_changed()

    def pins_of(self, signal: str) -> list[Pin]:
        """The pins whose pads select a signal."""
        return [pad.pin for pad in self.pads.values() if pad.function == signal]

    def frame_sender(self, signal: str) -> Callable[[int], None]:
        """Where a UART hands its frames, for the pads that its transmitter is selected on."""
        output = self.outputs[signal]

        def send(frame: int) -> None:
            for pad in tuple(output.pads):
                assert isinstance(pad, Pad)
                pad.send_frame(frame)

        return send

    def reset(self) -> None:
        super().reset()
        self._apply()

    def _apply(self) -> None:
        for index, pad in self.pads.items():
            pad.configure(self.regs[PAD_CONFIG_0 + 4 * index])
        self._isolate(self.regs[PAD_CMN_CONFIG])

    def _pad_writer(self, index: int, pad: Pad) -> Callable[[int], None]:
        offset = PAD_CONFIG_0 + 4 * index

        def write(value: int) -> None:
            self.regs[offset] = value & 0xFFF
            pad.configure(value & 0xFFF)

        return write

    def _write_common(self, value: int) -> None:
        self.regs[PAD_CMN_CONFIG] = value
        self._isolate(value)

    def _isolate(self, value: int) -> None:
        """Bits 9 to 12 cut the inputs of pads 2 to 5, the ADC's (driver library pin.c, PinConfigSet)."""
        for index in range(2, 6):
            self.pads[index].isolate(bool(value & 0x80 << index))

    def _write_spare5(self, value: int) -> None:
        self.regs[SPARE_REG_5] = value
        self.on_spare5(value)

    def save(self) -> dict[str, Any]:
        state = super().save()
        state["outputs"] = {name: (output.level, output.enabled) for name, output in self.outputs.items()}
        state["inputs"] = {name: input_.save() for name, input_ in self.inputs.items()}
        return state

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a saved state. The pins' own state is restored after this one, by their owner."""
        super().restore(state)
        for name, (level, enabled) in state["outputs"].items():
            self.outputs[name].level, self.outputs[name].enabled = level, enabled
            self.outputs[name].pads.clear()
        for index, pad in self.pads.items():
            pad.restore(self.regs[PAD_CONFIG_0 + 4 * index], bool(self.regs[PAD_CMN_CONFIG] & 0x80 << index))
        for name, input_state in state["inputs"].items():
            self.inputs[name].restore(input_state)
