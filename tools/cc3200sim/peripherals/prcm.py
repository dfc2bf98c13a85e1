"""Power, reset and clocks: APPS_RCM (ARCM) and GPRCM (CC3200 TRM SWRU367 chapter 15, hw_apps_rcm.h, hw_gprcm.h)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import Enum
from typing import Any

from cc3200sim.clock import Clock
from cc3200sim.gated_clock import GatedClock
from cc3200sim.peripheral import IrqLine, Peripheral
from cc3200sim.peripherals.registers import RegisterBlock, reads, reads_each, writes, writes_each
from cc3200sim.peripherals.reset import RESET_CAUSE, ResetKind
from cc3200sim.register_table import WORD, Register, Table

log = logging.getLogger("cc3200sim.prcm")


ARCM = Table("hw_apps_rcm.h", "APPS_RCM_O_")


class ClockGate(Enum):
    """Clock gates by the driver library's names (prcm.h) at hw_apps_rcm.h's offsets.

    `clock` and `reset` are a block's clock gating and soft reset registers.
    """

    CAMERA = 0x004, 0x008, "CAMERA"
    I2S = 0x014, 0x018, "MCASP"
    SDHOST = 0x024, 0x028, "MMCHS"
    GSPI = 0x030, 0x034, "MCSPI_A1"
    LSPI = 0x040, 0x044, "MCSPI_A2"
    UDMA = 0x048, 0x04C, "UDMA_A"
    GPIOA0 = 0x050, 0x054, "GPIO_A"
    GPIOA1 = 0x058, 0x05C, "GPIO_B"
    GPIOA2 = 0x060, 0x064, "GPIO_C"
    GPIOA3 = 0x068, 0x06C, "GPIO_D"
    GPIOA4 = 0x070, 0x074, "GPIO_E"
    WDT = 0x078, 0x07C, "WDOG_A"
    UARTA0 = 0x080, 0x084, "UART_A0"
    UARTA1 = 0x088, 0x08C, "UART_A1"
    TIMERA0 = 0x090, 0x094, "GPT_A0"
    TIMERA1 = 0x098, 0x09C, "GPT_A1"
    TIMERA2 = 0x0A0, 0x0A4, "GPT_A2"
    TIMERA3 = 0x0A8, 0x0AC, "GPT_A3"
    DTHE = 0x0B8, 0x0BC, "CRYPTO"
    SSPI = 0x0C8, 0x0CC, "MCSPI_S0"
    I2CA0 = 0x0D8, 0x0DC, "I2C"

    def __init__(self, clock: int, reset: int, name: str) -> None:
        self.clock = ARCM.stored(
            clock,
            f"{name}_CLK_GATING",
            f"{name}_RUN_CLK_ENABLE:0 {name}_SLP_CLK_ENABLE:8 {name}_DSLP_CLK_ENABLE:16",
        )
        self.reset = ARCM.stored(
            reset, f"{name}_SOFT_RESET", f"{name}_SOFT_RESET:0", reads=f"{name}_SOFT_RESET:0 {name}_ENABLED_STATUS:1"
        )


_NO_EFFECT = "held, without effect"
for _name, _offset, _mask in (
    ("CAMERA_CLK_GEN", 0x000, 0x0707),
    ("MMCHS_CLK_GEN", 0x020, 0x0707),
    ("MCSPI_A1_CLK_GEN", 0x02C, 0x1_0707),
    ("MCSPI_A2_CLK_GEN", 0x038, 0x1_0707),
    ("MCASP_FRAC_CLK_CONFIG0", 0x0B0, 0x03FF_FFFF),
    ("MCASP_FRAC_CLK_CONFIG1", 0x0B4, 0x1_03FF),
    ("MCSPI_S0_CLKDIV_CFG", 0x0D0, WORD),
):
    ARCM.stored(_offset, _name, writable=_mask, note=_NO_EFFECT)
APPS_TO_NWP_WAKE_REQUEST = ARCM.live(0x118, "APPS_TO_NWP_WAKE_REQUEST", "APPS_TO_NWP_WAKEUP_REQUEST:0")
INTERRUPT_STATUS = ARCM.live(
    0x120, "APPS_RCM_INTERRUPT_STATUS", "", reads="SLOW_CLK_CTR:14", source="prcm.h", note="a load clears it"
)
INTERRUPT_ENABLE = ARCM.stored(0x124, "APPS_RCM_INTERRUPT_ENABLE", "SLOW_CLK_CTR:2", writable=0xF, source="prcm.h")
ARCM.unmodelled(
    "low-power deep sleep, sleep timers and deep-sleep wake",
    "APPS_LPDS_REQ:0x0E4 APPS_TURBO_REQ:0x0EC APPS_DSLP_WAKE_CONFIG:0x108 APPS_DSLP_WAKE_TIMER_CFG:0x10C "
    "APPS_RCM_SLP_WAKE_ENABLE:0x110 APPS_SLP_WAKETIMER_CFG:0x114",
)

_OF_RESET = {gate.reset: gate for gate in ClockGate}

RUN_CLOCK, SLEEP_CLOCK, DEEP_SLEEP_CLOCK = 0x1, 0x100, 0x1_0000  # of every clock gating register
SOFT_RESET, ENABLED = 0x1, 0x2  # of every soft reset register
(INT_SLOW_CLOCK,) = INTERRUPT_STATUS.masks("SLOW_CLK_CTR")
(ENABLE_SLOW_CLOCK,) = INTERRUPT_ENABLE.masks("SLOW_CLK_CTR")


class AppsRcm(RegisterBlock):
    """Clock gates, soft resets and interrupts. Bit 1 of a soft reset register: the block is clocked and not held.

    Low-power deep sleep, sleep timers and deep-sleep wake configuration are not modelled.
    """

    TABLE = ARCM
    STATE = ("regs", "_status")

    def __init__(self, clock: Clock, irq: IrqLine) -> None:
        self._irq = irq
        self._status = 0
        self._blocks: dict[ClockGate, list[Peripheral]] = {gate: [] for gate in ClockGate}
        # Blocks found at work with their clock about to stop: mistakes of the firmware that the model lets pass.
        self.stopped_in_sleep: list[str] = []
        self.on_nwp_wake: Callable[[int], None] = lambda value: None
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

    def falls_asleep(self, deep: bool = False) -> None:
        """The processor sleeps: blocks without the clock of that mode stop. That is reported, not carried out."""
        wanted, mode = (DEEP_SLEEP_CLOCK, "deep-sleep") if deep else (SLEEP_CLOCK, "sleep")
        for gate, blocks in self._blocks.items():
            if self.regs[gate.clock] & (RUN_CLOCK | wanted) != RUN_CLOCK or gate.name in self.stopped_in_sleep:
                continue
            if any(block.working for block in blocks):
                self.stopped_in_sleep.append(gate.name)
                log.warning(
                    "%s works without its %s-mode clock: on the chip it stops while the core sleeps", gate.name, mode
                )

    def _gate_clocks(self) -> None:
        for gate in ClockGate:
            clocks = self.regs[gate.clock]
            for block in self._blocks[gate]:
                block.clocked = bool(clocks & RUN_CLOCK)
                if isinstance(block.clock, GatedClock):
                    block.clock.gate(block.clocked)

    @writes_each(*(gate.clock for gate in ClockGate))
    def _write_gate(self, register: Register, value: int) -> None:
        self.regs[register] = value & register.writable
        self._gate_clocks()

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        self._gate_clocks()  # their clocks are as they were already

    def slow_clock_match(self) -> None:
        """The hibernate block's RTC has reached its interrupt time."""
        self._status |= INT_SLOW_CLOCK
        self._update_irq()

    @reads_each(*_OF_RESET)
    def _read_reset(self, register: Register) -> int:
        held = self.regs[register] & SOFT_RESET
        return held | (ENABLED if not held and self.regs[_OF_RESET[register].clock] & RUN_CLOCK else 0)

    @writes_each(*_OF_RESET)
    def _write_reset(self, register: Register, value: int) -> None:
        was = self.regs[register]
        self.regs[register] = value & SOFT_RESET
        if value & SOFT_RESET and not was:
            for block in self._blocks[_OF_RESET[register]]:
                block.reset()

    @writes(APPS_TO_NWP_WAKE_REQUEST)
    def _wake_nwp(self, value: int) -> None:
        self.on_nwp_wake(value)

    @reads(INTERRUPT_STATUS)
    def _read_status(self) -> int:
        """The pending interrupts; reading clears them (driver library, PRCMIntStatus)."""
        status = self._status
        self._status = 0
        self._update_irq()
        return status

    @writes(INTERRUPT_ENABLE)
    def _write_enable(self, value: int) -> None:
        self.regs[INTERRUPT_ENABLE] = value & INTERRUPT_ENABLE.writable
        self._update_irq()

    def _update_irq(self) -> None:
        self._irq.set(bool(self._status & INT_SLOW_CLOCK and self.regs[INTERRUPT_ENABLE] & ENABLE_SLOW_CLOCK))


GPRCM = Table("hw_gprcm.h", "GPRCM_O_")
APPS_SOFT_RESET = GPRCM.live(0x000, "APPS_SOFT_RESET", "APPS_SOFT_RESET0:0 APPS_SOFT_RESET1:1", reads="")
APPS_RESET_CAUSE = GPRCM.constant(0x00C, "APPS_RESET_CAUSE", "APPS_RESET_CAUSE:7-0", note="set by each restart")
MCU_GLOBAL_SOFT_RESET = GPRCM.live(0x108, "MCU_GLOBAL_SOFT_RESET", "MCU_GLOBAL_SOFT_RESET:0", reads="")
GPRCM.constant(0x008, "APPS_LPDS_WAKEUP_SRC", "APPS_LPDS_WAKEUP_SRC:7-0")
GPRCM.constant(
    0xC78, "GPRCM_EFUSE_READ_REG0", note="fuses; the driver library's PRCMCC3200MCUInit reads the supply's trim from it"
)
GPRCM.constant(
    0xC80, "GPRCM_EFUSE_READ_REG2", reset=0x10 << 16, note="fuses; bits 20 to 16: which of its family the chip is"
)
for _name, _offset, _mask in (
    ("APPS_LPDS_WAKEUP_CFG", 0x004, 0xFF),
    ("APPS_LPDS_WAKETIME_OPP_CFG", 0x010, WORD),
    ("APPS_SRAM_DSLP_CFG", 0x018, 0xF_FFFF),
    ("APPS_SRAM_LPDS_CFG", 0x01C, 0xF_FFFF),
    ("APPS_LPDS_WAKETIME_WAKE_CFG", 0x020, WORD),
    ("APPS_GPIO_WAKE_CONF", 0x110, 0x3),
    ("NWP_LPDS_WAKEUP_CFG", 0x404, 0xFF),
    ("ADC_CLK_CONFIG", 0x10C, 0x7FF),
):
    GPRCM.stored(_offset, _name, writable=_mask, note=_NO_EFFECT)
GPRCM.unmodelled(
    "the network processor's resets and sleep",
    "EN_NWP_BOOT_WO_DEVINIT:0x114 NWP_SOFT_RESET:0x400 NWP_LPDS_WAKEUP_SRC:0x408 NWP_RESET_CAUSE:0x40C "
    "NWP_LPDS_WAKETIME_OPP_CFG:0x410 NWP_SRAM_DSLP_CFG:0x418 NWP_SRAM_LPDS_CFG:0x41C "
    "NWP_LPDS_WAKETIME_WAKE_CFG:0x420 NWP_AUTONMS_SPI_MASTER_SEL:0x424 NWP_AUTONMS_SPI_IDLE_REQ:0x428 "
    "WLAN_TO_NWP_WAKE_REQUEST:0x42C NWP_TO_WLAN_WAKE_REQUEST:0x430 NWP_GPIO_WAKE_CONF:0x434 "
    "MEM_NWP_PERIPH_PRESENT:0xC40 NWP_PWR_STATE:0xC48 NWP_SS_OVERRIDES:0xCD8",
)
GPRCM.unmodelled(
    "clocks, PLLs, supplies, fuses and their states",
    "TOP_DIE_ENABLE:0x100 TOP_DIE_ENABLE_PARAMETERS:0x104 MEM_HCLK_DIV_CFG:0x118 MEM_SYSCLK_DIV_CFG:0x11C "
    "APLLMCS_LOCK_TIME_CONF:0x120 GPRCM_EFUSE_READ_REG12:0x438 GPRCM_DIEID_READ_REG5:0x448 "
    "GPRCM_DIEID_READ_REG6:0x44C REF_FSM_CFG0:0x800 REF_FSM_CFG1:0x804 APLLMCS_WLAN_CONFIG0_40:0x808 "
    "APLLMCS_WLAN_CONFIG1_40:0x80C APLLMCS_WLAN_CONFIG0_26:0x810 APLLMCS_WLAN_CONFIG1_26:0x814 "
    "APLLMCS_WLAN_OVERRIDES:0x818 APLLMCS_MCU_RUN_CONFIG0_38P4:0x81C APLLMCS_MCU_RUN_CONFIG1_38P4:0x820 "
    "APLLMCS_MCU_RUN_CONFIG0_26:0x824 APLLMCS_MCU_RUN_CONFIG1_26:0x828 SPARE_RW0:0x82C SPARE_RW1:0x830 "
    "APLLMCS_MCU_OVERRIDES:0x834 SYSCLK_SWITCH_STATUS:0x838 REF_LDO_CONTROLS:0x83C REF_RTRIM_CONTROL:0x840 "
    "REF_SLICER_CONTROLS0:0x844 REF_SLICER_CONTROLS1:0x848 REF_ANA_BGAP_CONTROLS0:0x84C "
    "REF_ANA_BGAP_CONTROLS1:0x850 REF_ANA_SPARE_CONTROLS0:0x854 REF_ANA_SPARE_CONTROLS1:0x858 "
    "MEMSS_PSCON_OVERRIDES0:0x85C MEMSS_PSCON_OVERRIDES1:0x860 PLL_REF_LOCK_OVERRIDES:0x864 MCU_PSCON_DEBUG:0x868 "
    "MEMSS_PWR_PS:0x86C REF_FSM_DEBUG:0x870 MEM_SYS_OPP_REQ_OVERRIDE:0x874 MEM_TESTCTRL_PD_OPP_CONFIG:0x878 "
    "MEM_WL_FAST_CLK_REQ_OVERRIDES:0x87C MEM_MCU_PD_MODE_REQ_OVERRIDES:0x880 MEM_MCSPI_SRAM_OFF_REQ_OVERRIDES:0x884 "
    "MEM_WLAN_APLLMCS_OVERRIDES:0x888 MEM_REF_FSM_CFG2:0x88C TESTCTRL_POWER_CTRL:0xC10 SSDIO_POWER_CTRL:0xC14 "
    "MCSPI_N1_POWER_CTRL:0xC18 WELP_POWER_CTRL:0xC1C WL_SDIO_POWER_CTRL:0xC20 WLAN_SRAM_ACTIVE_PWR_CFG:0xC24 "
    "WLAN_SRAM_SLEEP_PWR_CFG:0xC28 APPS_SECURE_INIT_DONE:0xC30 APPS_DEV_MODE_INIT_DONE:0xC34 EN_APPS_REBOOT:0xC38 "
    "MEM_APPS_PERIPH_PRESENT:0xC3C MEM_SHARED_PERIPH_PRESENT:0xC44 APPS_PWR_STATE:0xC4C MCU_PWR_STATE:0xC50 "
    "WTOP_PM_PS:0xC54 WTOP_PD_RESETZ_OVERRIDE_REG:0xC58 WELP_PD_RESETZ_OVERRIDE_REG:0xC5C "
    "WL_SDIO_PD_RESETZ_OVERRIDE_REG:0xC60 SSDIO_PD_RESETZ_OVERRIDE_REG:0xC64 MCSPI_N1_PD_RESETZ_OVERRIDE_REG:0xC68 "
    "TESTCTRL_PD_RESETZ_OVERRIDE_REG:0xC6C MCU_PD_RESETZ_OVERRIDE_REG:0xC70 GPRCM_EFUSE_READ_REG1:0xC7C "
    "GPRCM_EFUSE_READ_REG3:0xC84 WTOP_MEM_RET_CFG:0xC88 COEX_CLK_SWALLOW_CFG0:0xC8C "
    "COEX_CLK_SWALLOW_CFG1:0xC90 COEX_CLK_SWALLOW_CFG2:0xC94 COEX_CLK_SWALLOW_ENABLE:0xC98 "
    "DCDC_CLK_GEN_CONFIG:0xC9C GPRCM_EFUSE_READ_REG4:0xCA0 GPRCM_EFUSE_READ_REG5:0xCA4 GPRCM_EFUSE_READ_REG6:0xCA8 "
    "GPRCM_EFUSE_READ_REG7:0xCAC GPRCM_EFUSE_READ_REG8:0xCB0 GPRCM_EFUSE_READ_REG9:0xCB4 "
    "GPRCM_EFUSE_READ_REG10:0xCB8 GPRCM_EFUSE_READ_REG11:0xCBC GPRCM_DIEID_READ_REG0:0xCC0 "
    "GPRCM_DIEID_READ_REG1:0xCC4 GPRCM_DIEID_READ_REG2:0xCC8 GPRCM_DIEID_READ_REG3:0xCCC "
    "GPRCM_DIEID_READ_REG4:0xCD0 APPS_SS_OVERRIDES:0xCD4 SHARED_SS_OVERRIDES:0xCDC IDMEM_CORE_RST_OVERRIDES:0xCE0 "
    "TOP_DIE_FSM_OVERRIDES:0xCE4 MCU_PSCON_OVERRIDES:0xCE8 WTOP_PSCON_OVERRIDES:0xCEC WELP_PSCON_OVERRIDES:0xCF0 "
    "WL_SDIO_PSCON_OVERRIDES:0xCF4 MCSPI_PSCON_OVERRIDES:0xCF8 SSDIO_PSCON_OVERRIDES:0xCFC",
)


class Gprcm(RegisterBlock):
    """Resets of the whole chip and their cause. Low-power deep sleep settings are held, without effect."""

    TABLE = GPRCM

    def __init__(self, clock: Clock, request_reset: Callable[[ResetKind], None]) -> None:
        self._request_reset = request_reset
        super().__init__(clock)

    def restarted(self, kind: ResetKind) -> None:
        """Keep the cause of the restart that is happening."""
        self.regs[APPS_RESET_CAUSE] = RESET_CAUSE[kind]

    @reads_each(APPS_SOFT_RESET, MCU_GLOBAL_SOFT_RESET)
    def _read_request(self, register: Register) -> int:
        return 0

    @writes(APPS_SOFT_RESET)
    def _soft_reset(self, value: int) -> None:
        if value & 2:
            self._request_reset(ResetKind.MCU)
        elif value & 1:
            self._request_reset(ResetKind.CORE)

    @writes(MCU_GLOBAL_SOFT_RESET)
    def _global_reset(self, value: int) -> None:
        if value & 1:
            self._request_reset(ResetKind.SOC)
