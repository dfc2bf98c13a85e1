"""OCP_SHARED: the pads, their multiplexer, and the registers shared with the network processor (TRM ch. 16).

A pad register is, by hw_ocp_shared.h: bits 3:0 mode, 4 open drain, 5/6/7 the 2/4/8 mA output stages, 8 weak pull-up,
9 weak pull-down, 10 output disable, 11 bit 10 overrides the block's own output enable. With no stage on nothing drives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cc3200sim.clock import Clock
from cc3200sim.peripherals.pinmux import PACKAGE_PINS, PAD_COUNT, PackagePin
from cc3200sim.peripherals.registers import RegisterBlock, writes, writes_each
from cc3200sim.peripherals.signals import Input, Output
from cc3200sim.register_table import WORD, Register, Table
from cc3200sim.world.pins import Pin, Pins

PAD_RESET = 0xC61  # mode 1, 2 and 4 mA, tristated by the override
REGISTERS = Table("hw_ocp_shared.h", "OCP_SHARED_O_")
PAD_CONFIGS = [
    REGISTERS.stored(
        0x0A0 + 4 * pad,
        f"GPIO_PAD_CONFIG_{pad}",
        "MODE:3-0 OPEN_DRAIN:4 STRENGTH:7-5 PULL_UP:8 PULL_DOWN:9 OUTPUT_DISABLE:10 OVERRIDE:11",
        reset=PAD_RESET,
        source="hw_ocp_shared.h, text of MEM_GPIO_PAD_CONFIG_0",
    )
    for pad in range(PAD_COUNT)
]
PAD_CMN_CONFIG = REGISTERS.stored(
    0x144, "GPIO_PAD_CMN_CONFIG", writable=WORD, note="bits 9 to 12 cut the inputs of pads 2 to 5 off"
)
REGISTERS.stored(0x168, "SPARE_REG_4", writable=WORD, note="held, without effect")
SPARE_REG_5 = REGISTERS.stored(0x16C, "SPARE_REG_5", writable=WORD, note="bit 1 stops the network processor")
REGISTERS.stored(0x184, "CC3XX_DEV_PADCONF", writable=WORD, note="held, without effect")
REGISTERS.stored(0x18C, "SPARE_REG_6", writable=WORD, note="held, without effect")
REGISTERS.stored(0x190, "SPARE_REG_7", writable=WORD, note="held, without effect")
REGISTERS.unmodelled(
    "semaphores between the processors",
    "SEMAPHORE1:0x000 SEMAPHORE2:0x004 SEMAPHORE3:0x008 SEMAPHORE4:0x00C SEMAPHORE5:0x010 SEMAPHORE6:0x014 "
    "SEMAPHORE7:0x018 SEMAPHORE8:0x01C SEMAPHORE9:0x020 SEMAPHORE10:0x024 SEMAPHORE11:0x028 SEMAPHORE12:0x02C "
    "IC_LOCKER_ID:0x030 MCU_SEMAPHORE_PEND:0x034 WL_SEMAPHORE_PEND:0x038 SEMAPHORES_STATUS_RD_ONLY:0x040",
)
REGISTERS.unmodelled(
    "memory sharing, debug, start-up and test",
    "PLATFORM_DETECTION_RD_ONLY:0x03C CC3XX_CONFIG_CTRL:0x044 CC3XX_SHARED_MEM_SEL_LSB:0x048 "
    "CC3XX_SHARED_MEM_SEL_MSB:0x04C WLAN_ELP_WAKE_EN:0x050 DEVINIT_ROM_START_ADDR:0x054 DEVINIT_ROM_END_ADDR:0x058 "
    "SSBD_SEED:0x05C SSBD_CHK:0x060 SSBD_POLY_SEL:0x064 SPARE_REG_0:0x068 SPARE_REG_1:0x06C SPARE_REG_2:0x070 "
    "SPARE_REG_3:0x074 D2D_DEV_PAD_CMN_CONFIG:0x148 D2D_TOSTACK_PAD_CONF:0x14C D2D_MISC_PAD_CONF:0x150 "
    "SOP_CONF_OVERRIDE:0x154 CC3XX_DEBUGSS_STATUS:0x158 CC3XX_DEBUGMUX_SEL:0x15C ALT_PC_VAL_NW:0x160 "
    "ALT_PC_VAL_APPS:0x164 SH_SPI_CS_MASK:0x170 CC3XX_DEVICE_TYPE:0x174 MEM_TOPMUXCTRL_IFORCE:0x178 "
    "CC3XX_DEV_PACKAGE_DETECT:0x17C AUTONMS_SPICLK_SEL:0x180 SPARE_REG_8:0x188 APPS_WLAN_ORBIT:0x194 "
    "APPS_WLAN_SCRATCH_PAD:0x198",
)

PAD_CONFIG_0 = PAD_CONFIGS[0]
MODE, OPEN_DRAIN, STRENGTH, PULL_UP, PULL_DOWN, OUTPUT_DISABLE, OVERRIDE = PAD_CONFIG_0.masks(
    "MODE OPEN_DRAIN STRENGTH PULL_UP PULL_DOWN OUTPUT_DISABLE OVERRIDE"
)


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

    TABLE = REGISTERS

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

    @writes_each(*PAD_CONFIGS)
    def _write_pad(self, register: Register, value: int) -> None:
        self.regs[register] = value & register.writable
        pad = self.pads.get((register - PAD_CONFIG_0) // 4)
        if pad is not None:
            pad.configure(value & register.writable)

    @writes(PAD_CMN_CONFIG)
    def _write_common(self, value: int) -> None:
        self.regs[PAD_CMN_CONFIG] = value
        self._isolate(value)

    def _isolate(self, value: int) -> None:
        """Bits 9 to 12 cut the inputs of pads 2 to 5, the ADC's (driver library pin.c, PinConfigSet)."""
        for index in range(2, 6):
            self.pads[index].isolate(bool(value & 0x80 << index))

    @writes(SPARE_REG_5)
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
