"""The whole device: the chip's blocks at their addresses, its serial flash, and power. Wiring only."""

from __future__ import annotations

import logging
from enum import Enum
from typing import Any, Protocol

from cc3200sim import rom
from cc3200sim.bus import Access, Bus
from cc3200sim.busy import Busy
from cc3200sim.chip import BLOCKS, BY_NAME
from cc3200sim.clock import CPU_HZ, Clock, cycles
from cc3200sim.cpu import Cpu
from cc3200sim.flash import Flash, PowerCut
from cc3200sim.native import FastEngine
from cc3200sim.nvic import Nvic
from cc3200sim.nwp.link import Lspi, NwpInterrupt
from cc3200sim.nwp.processor import NetworkProcessor
from cc3200sim.peripherals.blocks import Blocks
from cc3200sim.peripherals.reset import Domain, ResetKind
from cc3200sim.rom import boot
from cc3200sim.systick import Dwt
from cc3200sim.unicorn_handle import Engine
from cc3200sim.world.net.api import Network
from cc3200sim.world.net.memory import MemoryNetwork
from cc3200sim.world.pins import Pins
from cc3200sim.world.radio import Radio
from cc3200sim.world.serial import SerialPort

log = logging.getLogger("cc3200sim")


class Power(Enum):
    """What runs: all, the always-on part alone, nothing."""

    ON = "on"
    HIBERNATE = "hibernate"
    OFF = "off"


class Part(Protocol):
    """What a snapshot is made of."""

    def save(self) -> Any:
        """Its state, which it does not change later."""

    def restore(self, state: Any) -> None:
        """Go back to a state that `save` returned."""


class Machine:
    """A CC3200 with a serial flash.

    `image` is put into the flash first, behind `bootloader` if there is one; without it the flash is started as it is.
    `rom_image` is the chip's ROM (rom.load() finds it). `fast` takes the fast core (native.py)
    instead of the exact one. The machine is made with its power off.
    """

    def __init__(
        self,
        image: bytes | None,
        flash: Flash,
        rom_image: bytes | None = None,
        *,
        bootloader: bytes | None = None,
        radio: Radio | None = None,
        network: Network | None = None,
        fast: bool = False,
    ) -> None:
        self.flash = flash
        if image is not None:
            boot.install(flash, image, bootloader)
        self.clock = Clock()
        self.bus = Bus(BLOCKS)
        self.nvic = Nvic(self.clock, lambda: self.reset_request(ResetKind.CORE))
        self.dwt = Dwt(self.clock)
        self.cpu = Cpu(self.clock, self.bus, self.nvic, FastEngine() if fast else Engine())
        self.cpu.write_memory(0, rom.load() if rom_image is None else rom_image)
        self.cpu.on_undefined = self._undefined
        self.blocks = Blocks(self.clock, self.nvic.line, self.reset_request)
        self.radio = radio if radio is not None else Radio()
        self.network = network if network is not None else MemoryNetwork()
        self.nwp = NetworkProcessor(
            self.clock, self.nvic.line(*BY_NAME["COMMON_REG"].irqs), flash, self.radio, self.network
        )
        self.blocks.place("LSPI", Lspi(self.clock, self.nwp))
        self.blocks.place("COMMON_REG", NwpInterrupt(self.clock, self.nwp))
        self.cpu.on_sleep = lambda: self.blocks.arcm.falls_asleep(deep=self.nvic.sleep_deep)
        self.blocks.arcm.on_nwp_wake = self.nwp.wake_register
        self.blocks.ocp_shared.on_spare5 = self.nwp.stop_register
        self.power = Power.OFF
        self.last_reset: ResetKind | None = None
        self._requested: ResetKind | None = None
        # In the order in which they are restored: what a later one looks at is what it was.
        self._parts: dict[str, Part] = {
            "cpu": self.cpu,
            "clock": self.clock,
            "flash": flash,
            "nvic": self.nvic,
            "dwt": self.dwt,
            "blocks": self.blocks,
            "nwp": self.nwp,
            "radio": self.radio,
            "network": self.network,
            **{f"terminal of UART {unit}": uart.port for unit, uart in enumerate(self.blocks.uarts)},
        }
        for name, block in {**self.blocks.placed, "DWT": self.dwt, "SCS": self.nvic}.items():
            self.bus.map(BY_NAME[name], block)

    @property
    def pins(self) -> Pins:
        """The chip's pins."""
        return self.blocks.pins

    @property
    def uart(self) -> SerialPort:
        """The terminal on UART0."""
        return self.blocks.uarts[0].port

    def _undefined(self, pc: int) -> None:
        name = rom.missing_function(self.cpu, pc)
        if name is not None:
            caller = self.cpu.register("lr") & ~1
            log.error(
                "ROM function %s was called (return address %#010x): the stand-in has no source of it", name, caller
            )

    # Power and reset

    def power_on(self) -> None:
        """Apply power: a power-on reset, and the ROM loader starts the image in the flash."""
        self._reset(ResetKind.POWER_ON)

    def power_cut(self) -> None:
        """Take the power away at this instant. What the flash had taken stays."""
        self.power = Power.OFF
        self.nwp.power_off()
        self.blocks.reset(ResetKind.POWER_ON)  # without supply nothing drives a pin nor keeps a register
        self.cpu.stop()

    def reset_request(self, kind: ResetKind) -> None:
        """A block asks for a reset; it happens before the next instruction."""
        self._requested = kind
        self.cpu.stop()

    def _reset(self, kind: ResetKind) -> None:
        log.info("reset: %s", kind.value)
        self._requested = None
        self.last_reset = kind
        self.blocks.reset(kind)
        if kind in Domain.NWP.value:
            self.nwp.reset()
        self.dwt.reset()
        self.nvic.reset()
        if kind is ResetKind.HIBERNATE:
            self.power = Power.HIBERNATE  # until the hibernate block asks for the way out
            return
        self.power = Power.ON
        boot.boot(self.cpu, self.flash)

    # Time

    @property
    def seconds(self) -> float:
        """Virtual seconds since the machine was made."""
        return self.clock.now / CPU_HZ

    @property
    def instructions(self) -> int:
        """Instructions executed so far."""
        return self.cpu.instructions

    @property
    def busy(self) -> dict[str, Busy]:
        """How long each part was at work: flash, link and commands of the network processor, network, processor."""
        return {
            "flash": self.nwp.flash_busy,
            "link": self.nwp.link_busy,
            "commands": self.nwp.command_busy,
            "network": self.network.busy,
            "processor": self.cpu.awake,
        }

    def run(self, seconds: float) -> None:
        """Run for a span of virtual time."""
        self.run_until(self.clock.now + cycles(seconds))

    def run_until(self, deadline: int) -> None:
        """Run to an absolute cycle, through resets; returns sooner when the power is cut or `stop` is called."""
        while self._powered() and self.clock.now < deadline:
            try:
                if self.power is Power.ON:
                    self.cpu.run_until(deadline)
                else:
                    self._sleep_until(deadline)
            except PowerCut as cut:
                log.info("%s", cut)
                self.power_cut()
            requested, self._requested = self._requested, None
            if requested is not None and self._powered():
                self._reset(requested)
            elif self.cpu.stopping:
                return

    def _powered(self) -> bool:
        return self.power is not Power.OFF

    def _sleep_until(self, deadline: int) -> None:
        while self._requested is None and self.clock.now < deadline:
            waiting = self.clock.next_deadline
            self.clock.advance_to(deadline if waiting is None else min(waiting, deadline))
            self.clock.run_due()

    def stop(self) -> None:
        """Make `run` return before the next instruction (from an event or a register access)."""
        self.cpu.stop()

    @property
    def unmodelled(self) -> list[Access]:
        """The first access to each register that nothing models."""
        return self.bus.unmodelled

    # Snapshots

    def save(self) -> dict[str, Any]:
        """The state of everything, between instructions."""
        state = {name: part.save() for name, part in self._parts.items()}
        state["machine"] = self.power, self.last_reset, self._requested
        return state

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a saved state of this machine."""
        for name, part in self._parts.items():
            part.restore(state[name])
        self.power, self.last_reset, self._requested = state["machine"]
