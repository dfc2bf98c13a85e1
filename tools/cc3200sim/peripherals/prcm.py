"""Power, reset and clocks: APPS_RCM (ARCM) and GPRCM (CC3200 TRM SWRU367 chapter 15, hw_apps_rcm.h, hw_gprcm.h)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import Enum
from typing import Any

from cc3200sim.clock import Clock
from cc3200sim.peripheral import IrqLine, Peripheral
from cc3200sim.peripherals.registers import RegisterBlock
from cc3200sim.peripherals.reset import RESET_CAUSE, ResetKind

log = logging.getLogger("cc3200sim.prcm")


class ClockGate(Enum):
    """Clock gates by the driver library's names (prcm.h) at hw_apps_rcm.h's offsets.

    `clock` and `reset` are the offsets of a block's clock gating and soft reset registers.
    """

    CAMERA = 0x004, 0x008
    I2S = 0x014, 0x018
    SDHOST = 0x024, 0x028
    GSPI = 0x030, 0x034
    LSPI = 0x040, 0x044
    UDMA = 0x048, 0x04C
    GPIOA0 = 0x050, 0x054
    GPIOA1 = 0x058, 0x05C
    GPIOA2 = 0x060, 0x064
    GPIOA3 = 0x068, 0x06C
    GPIOA4 = 0x070, 0x074
    WDT = 0x078, 0x07C
    UARTA0 = 0x080, 0x084
    UARTA1 = 0x088, 0x08C
    TIMERA0 = 0x090, 0x094
    TIMERA1 = 0x098, 0x09C
    TIMERA2 = 0x0A0, 0x0A4
    TIMERA3 = 0x0A8, 0x0AC
    DTHE = 0x0B8, 0x0BC
    SSPI = 0x0C8, 0x0CC
    I2CA0 = 0x0D8, 0x0DC

    def __init__(self, clock: int, reset: int) -> None:
        self.clock = clock
        self.reset = reset


CAMERA_CLK_GEN, MMCHS_CLK_GEN, MCSPI_A1_CLK_GEN, MCSPI_A2_CLK_GEN = 0x000, 0x020, 0x02C, 0x038
MCASP_FRAC_CLK_CONFIG0, MCASP_FRAC_CLK_CONFIG1, MCSPI_S0_CLKDIV_CFG = 0x0B0, 0x0B4, 0x0D0
APPS_TO_NWP_WAKE_REQUEST, INTERRUPT_STATUS, INTERRUPT_ENABLE = 0x118, 0x120, 0x124

RUN_CLOCK, SLEEP_CLOCK = 0x1, 0x100
SOFT_RESET, ENABLED = 0x1, 0x2
INT_SLOW_CLOCK = 0x4000  # PRCM_INT_SLOW_CLK_CTR in INTERRUPT_STATUS
ENABLE_SLOW_CLOCK = 0x4  # its bit in INTERRUPT_ENABLE (driver library, PRCMIntEnable)


class AppsRcm(RegisterBlock):
    """Clock gates, soft resets and interrupts. Bit 1 of a soft reset register: the block is clocked and not held.

    Low-power deep sleep, sleep timers and deep-sleep wake configuration are not modelled.
    """

    STORED = {
        **{gate.clock: (0, 0x0001_0101) for gate in ClockGate},
        **{gate.reset: (0, SOFT_RESET) for gate in ClockGate},
        CAMERA_CLK_GEN: (0, 0x0707),
        MMCHS_CLK_GEN: (0, 0x0707),
        MCSPI_A1_CLK_GEN: (0, 0x1_0707),
        MCSPI_A2_CLK_GEN: (0, 0x1_0707),
        MCASP_FRAC_CLK_CONFIG0: (0, 0x03FF_FFFF),
        MCASP_FRAC_CLK_CONFIG1: (0, 0x1_03FF),
        MCSPI_S0_CLKDIV_CFG: (0, 0xFFFF_FFFF),
        INTERRUPT_ENABLE: (0, 0xF),
    }
    STATE = ("regs", "_status")

    def __init__(self, clock: Clock, irq: IrqLine) -> None:
        self._irq = irq
        self._status = 0
        self._blocks: dict[ClockGate, list[Peripheral]] = {gate: [] for gate in ClockGate}
        self._sleepless: list[tuple[str, Peripheral]] = []
        # Blocks found at work with their clock about to stop: mistakes of the firmware that the model lets pass.
        self.stopped_in_sleep: list[str] = []
        self.on_nwp_wake: Callable[[int], None] = lambda value: None
        self.readers = {INTERRUPT_STATUS: self._read_status}
        self.writers = {
            APPS_TO_NWP_WAKE_REQUEST: lambda value: self.on_nwp_wake(value),
            INTERRUPT_ENABLE: self._write_enable,
        }
        for gate in ClockGate:
            self.readers[gate.reset] = self._reset_reader(gate)
            self.writers[gate.reset] = self._reset_writer(gate)
            self.writers[gate.clock] = self._clock_writer(gate)
        super().__init__(clock)

    def reset(self) -> None:
        super().reset()
        self._status = 0
        self._irq.set(False)
        self._gate_clocks()

    def attach(self, gate: ClockGate, block: Peripheral) -> None:
        """Put a block behind a clock gate and its soft reset."""
        self._blocks[gate].append(block)
        self._gate_clocks()

    def falls_asleep(self) -> None:
        """The processor sleeps: blocks without their sleep-mode clock stop. That is reported, not carried out."""
        for name, block in self._sleepless:
            if block.working and name not in self.stopped_in_sleep:
                self.stopped_in_sleep.append(name)
                log.warning("%s works without its sleep-mode clock: on the chip it stops while the core sleeps", name)

    def _gate_clocks(self) -> None:
        self._sleepless = []
        for gate in ClockGate:
            clocks = self.regs[gate.clock]
            for block in self._blocks[gate]:
                block.clocked = bool(clocks & RUN_CLOCK)
                if clocks & (RUN_CLOCK | SLEEP_CLOCK) == RUN_CLOCK:
                    self._sleepless.append((gate.name, block))

    def _clock_writer(self, gate: ClockGate) -> Callable[[int], None]:
        def write(value: int) -> None:
            self.regs[gate.clock] = value & 0x0001_0101
            self._gate_clocks()

        return write

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        self._gate_clocks()

    def slow_clock_match(self) -> None:
        """The hibernate block's RTC has reached its interrupt time."""
        self._status |= INT_SLOW_CLOCK
        self._update_irq()

    def _reset_reader(self, gate: ClockGate) -> Callable[[], int]:
        def read() -> int:
            held = self.regs[gate.reset] & SOFT_RESET
            return held | (ENABLED if not held and self.regs[gate.clock] & RUN_CLOCK else 0)

        return read

    def _reset_writer(self, gate: ClockGate) -> Callable[[int], None]:
        def write(value: int) -> None:
            was = self.regs[gate.reset]
            self.regs[gate.reset] = value & SOFT_RESET
            if value & SOFT_RESET and not was:
                for block in self._blocks[gate]:
                    block.reset()

        return write

    def _read_status(self) -> int:
        """The pending interrupts; reading clears them (driver library, PRCMIntStatus)."""
        status = self._status
        self._status = 0
        self._update_irq()
        return status

    def _write_enable(self, value: int) -> None:
        self.regs[INTERRUPT_ENABLE] = value & 0xF
        self._update_irq()

    def _update_irq(self) -> None:
        self._irq.set(bool(self._status & INT_SLOW_CLOCK and self.regs[INTERRUPT_ENABLE] & ENABLE_SLOW_CLOCK))


APPS_SOFT_RESET, APPS_LPDS_WAKEUP_CFG, APPS_LPDS_WAKEUP_SRC, APPS_RESET_CAUSE = 0x000, 0x004, 0x008, 0x00C
APPS_LPDS_WAKETIME_OPP_CFG, APPS_SRAM_DSLP_CFG, APPS_SRAM_LPDS_CFG, APPS_LPDS_WAKETIME_WAKE_CFG = (
    0x010, 0x018, 0x01C, 0x020)  # fmt: skip
MCU_GLOBAL_SOFT_RESET, ADC_CLK_CONFIG, APPS_GPIO_WAKE_CONF = 0x108, 0x10C, 0x110
NWP_LPDS_WAKEUP_CFG = 0x404
EFUSE_PROCESS = 0xC78  # read by the driver library's PRCMCC3200MCUInit for the supply's trim


class Gprcm(RegisterBlock):
    """Resets of the whole chip and their cause. Low-power deep sleep settings are held, without effect."""

    STORED = {
        APPS_LPDS_WAKEUP_CFG: (0, 0xFF),
        APPS_LPDS_WAKEUP_SRC: (0, 0),
        APPS_RESET_CAUSE: (0, 0),
        APPS_LPDS_WAKETIME_OPP_CFG: (0, 0xFFFF_FFFF),
        APPS_SRAM_DSLP_CFG: (0, 0xF_FFFF),
        APPS_SRAM_LPDS_CFG: (0, 0xF_FFFF),
        APPS_LPDS_WAKETIME_WAKE_CFG: (0, 0xFFFF_FFFF),
        ADC_CLK_CONFIG: (0, 0x7FF),
        APPS_GPIO_WAKE_CONF: (0, 0x3),
        NWP_LPDS_WAKEUP_CFG: (0, 0xFF),
        EFUSE_PROCESS: (0, 0),
    }

    def __init__(self, clock: Clock, request_reset: Callable[[ResetKind], None]) -> None:
        self._request_reset = request_reset
        self.readers = {APPS_SOFT_RESET: lambda: 0, MCU_GLOBAL_SOFT_RESET: lambda: 0}
        self.writers = {APPS_SOFT_RESET: self._soft_reset, MCU_GLOBAL_SOFT_RESET: self._global_reset}
        super().__init__(clock)

    def restarted(self, kind: ResetKind) -> None:
        """Keep the cause of the restart that is happening."""
        self.regs[APPS_RESET_CAUSE] = RESET_CAUSE[kind]

    def _soft_reset(self, value: int) -> None:
        if value & 2:
            self._request_reset(ResetKind.MCU)
        elif value & 1:
            self._request_reset(ResetKind.CORE)

    def _global_reset(self, value: int) -> None:
        if value & 1:
            self._request_reset(ResetKind.SOC)
