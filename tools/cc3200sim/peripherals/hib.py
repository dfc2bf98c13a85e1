"""The hibernate domain: RTC counter, retained registers, hibernation (CC3200 TRM ch. 15, hw_hib3p3.h, hw_hib1p2.h).

It has its own supply: no reset of the chip touches it, only the loss of all power does.
"""

from __future__ import annotations

from collections.abc import Callable

from cc3200sim.alarm import Alarm
from cc3200sim.clock import CPU_HZ, Clock
from cc3200sim.peripherals.registers import RegisterBlock, reads, writes, writes_each
from cc3200sim.peripherals.reset import ResetKind
from cc3200sim.register_table import WORD, Register, Table
from cc3200sim.world.pins import Pin

RTC_HZ = 32_768
COUNTER_MASK = (1 << 48) - 1

REGISTERS = Table("hw_hib3p3.h", "HIB3P3_O_")
HIB_REQ = REGISTERS.stored(0x000, "MEM_HIB_REQ", "mem_hib_req:0", writable=0, note="reads 0")
RTC_TIMER_ENABLE = REGISTERS.stored(0x004, "MEM_HIB_RTC_TIMER_ENABLE", "mem_hib_rtc_timer_enable:0")
RTC_TIMER_RESET = REGISTERS.stored(
    0x008, "MEM_HIB_RTC_TIMER_RESET", "mem_hib_rtc_timer_reset:0", writable=0, note="reads 0"
)
RTC_TIMER_READ = REGISTERS.stored(
    0x00C, "MEM_HIB_RTC_TIMER_READ", "mem_hib_rtc_timer_read:0", writable=0, note="latches the counter; reads 0"
)
RTC_TIMER_LSW = REGISTERS.constant(0x010, "MEM_HIB_RTC_TIMER_LSW", "hib_rtc_timer_lsw:31-0", note="the latched counter")
RTC_TIMER_MSW = REGISTERS.constant(0x014, "MEM_HIB_RTC_TIMER_MSW", "hib_rtc_timer_msw:15-0", note="the latched counter")
RTC_WAKE_EN = REGISTERS.stored(0x018, "MEM_HIB_RTC_WAKE_EN", "mem_hib_rtc_wake_en:0")
RTC_WAKE_LSW = REGISTERS.stored(0x01C, "MEM_HIB_RTC_WAKE_LSW_CONF", "mem_hib_rtc_wake_lsw_conf:31-0")
RTC_WAKE_MSW = REGISTERS.stored(0x020, "MEM_HIB_RTC_WAKE_MSW_CONF", "mem_hib_rtc_wake_msw_conf:15-0")
RTC_IRQ_ENABLE = REGISTERS.stored(0x054, "MEM_HIB_RTC_IRQ_ENABLE", "HIB_RTC_IRQ_ENABLE:0")
RTC_IRQ_LSW = REGISTERS.stored(0x058, "MEM_HIB_RTC_IRQ_LSW_CONF", "HIB_RTC_IRQ_LSW_CONF:31-0")
RTC_IRQ_MSW = REGISTERS.stored(0x05C, "MEM_HIB_RTC_IRQ_MSW_CONF", "HIB_RTC_IRQ_MSW_CONF:15-0")
GPIO_WAKE_EN = REGISTERS.stored(0x404, "MEM_GPIO_WAKE_EN", "mem_gpio_wake_en:7-0")
GPIO_WAKE_CONF = REGISTERS.stored(0x408, "MEM_GPIO_WAKE_CONF", "mem_gpio_wake_conf:15-0")
for _index in range(4):
    REGISTERS.stored(0x418 + 4 * _index, f"MEM_HIB_REG{_index}", f"mem_hib_reg{_index}:31-0", note="kept for firmware")
WAKE_STATUS = REGISTERS.constant(
    0x468, "MEM_HIB_WAKE_STATUS", "hib_wake_status:0 hib_wake_src:4-1", note="set by each wake"
)
REGISTERS.stored(0x46C, "MEM_HIB_LPDS_GPIO_SEL", "HIB_LPDS_GPIO_SEL:2-0~")
REGISTERS.stored(0x474, "HIBANA_SPARE_LOWV", writable=WORD, note="held, without effect")
REGISTERS.unmodelled(
    "wake by the UART, pads in hibernation",
    "MEM_HIB_UART_CONF:0x400 MEM_PAD_OEN_RET33_CONF:0x40C MEM_UART_RTS_OEN_RET33_CONF:0x410 MEM_JTAG_CONF:0x414 "
    "HIB_UART_RTS_SW_ENABLE:0x494",
)
REGISTERS.unmodelled(
    "oscillators, supplies and the sequencer",
    "MEM_INT_OSC_CONF:0x02C MEM_XTAL_OSC_CONF:0x034 MEM_BGAP_PARAMETERS0:0x038 MEM_BGAP_PARAMETERS1:0x03C "
    "MEM_HIB_DETECTION_STATUS:0x040 MEM_HIB_MISC_CONTROLS:0x044 MEM_HIB_CONFIG:0x050 MEM_HIB_SEQUENCER_CFG0:0x45C "
    "MEM_HIB_SEQUENCER_CFG1:0x460 MEM_HIB_MISC_CONFIG:0x464 MEM_HIB_SEQUENCER_CFG2:0x470 HIB_TMUX_CTRL:0x478 "
    "HIB_1P2_1P8_LDO_TRIM:0x47C HIB_COMP_TRIM:0x480 HIB_EN_TS:0x484 HIB_1P8V_DET_EN:0x488 HIB_VBAT_MON_EN:0x48C "
    "HIB_NHIB_ENABLE:0x490",
)

WAKE_SOURCE_RTC, WAKE_SOURCE_GPIO = 2, 4
WAKE_PINS = ("GP2", "GP4", "GP13", "GP17", "GP11", "GP24", "GP26")  # bits 0 to 6 (prcm.h, PRCM_HIB_GPIO2...)
LEVEL_LOW, LEVEL_HIGH, EDGE_FALL, EDGE_RISE = range(4)


class Hib3p3(RegisterBlock):
    """The 3.3 V part, at 0x4402F800. `on_rtc_match` and `request_reset` are the ways out."""

    TABLE = REGISTERS
    STATE = ("regs", "_started_at", "_held", "hibernating")
    ALARMS = ("_match", "_wake")

    def __init__(
        self,
        clock: Clock,
        on_rtc_match: Callable[[], None],
        request_reset: Callable[[ResetKind], None],
        wake_pins: dict[str, Pin],
    ) -> None:
        self._on_rtc_match = on_rtc_match
        self._request_reset = request_reset
        self._wake_pins = wake_pins
        self._match = Alarm(clock, self._matched)
        self._wake = Alarm(clock, lambda: self._wake_up(WAKE_SOURCE_RTC))
        for bit, name in enumerate(WAKE_PINS):
            if name in wake_pins:
                wake_pins[name].observe(self._pin_observer(bit))
        super().__init__(clock)

    def reset(self) -> None:
        """Loss of all power: what nothing else does to this block."""
        super().reset()
        self._started_at: int | None = None
        self._held = 0
        self.hibernating = False

    # Counter

    @property
    def counter(self) -> int:
        """The 48-bit slow clock counter, 32768 Hz."""
        if self._started_at is None:
            return self._held
        return ((self.clock.now - self._started_at) * RTC_HZ // CPU_HZ + self._held) & COUNTER_MASK

    def _cycle_of(self, count: int) -> int | None:
        """The cycle at which the counter becomes `count`, None when it has passed or the counter stands."""
        if self._started_at is None or count < self.counter:
            return None
        return self._started_at + -((self._held - count) * CPU_HZ // RTC_HZ)

    @writes(RTC_TIMER_ENABLE)
    def _enable_counter(self, value: int) -> None:
        running = self._started_at is not None
        self.regs[RTC_TIMER_ENABLE] = value & 1
        if value & 1 and not running:
            self._started_at = self.clock.now
        elif not value & 1 and running:
            self._held = self.counter
            self._started_at = None
        self._arm_match()

    @writes(RTC_TIMER_RESET)
    def _reset_counter(self, value: int) -> None:
        if value & 1:
            self._held = 0
            if self._started_at is not None:
                self._started_at = self.clock.now
            self._arm_match()

    @writes(RTC_TIMER_READ)
    def _latch(self, value: int) -> None:
        if value & 1:
            now = self.counter
            self.regs[RTC_TIMER_LSW] = now & 0xFFFF_FFFF
            self.regs[RTC_TIMER_MSW] = now >> 32

    # Interrupt at a time

    @writes_each(RTC_IRQ_ENABLE, RTC_IRQ_LSW, RTC_IRQ_MSW)
    def _write_match(self, register: Register, value: int) -> None:
        self.regs[register] = value & register.writable
        self._arm_match()

    def _arm_match(self) -> None:
        when = self._cycle_of(self.regs[RTC_IRQ_MSW] << 32 | self.regs[RTC_IRQ_LSW])
        if self.regs[RTC_IRQ_ENABLE] and when is not None:
            self._match.at(when)
        else:
            self._match.cancel()

    def _matched(self) -> None:
        if not self.hibernating:
            self._on_rtc_match()

    # Hibernation

    @writes(HIB_REQ)
    def _request(self, value: int) -> None:
        if not value & 1:
            return
        self.hibernating = True
        self._request_reset(ResetKind.HIBERNATE)
        if self.regs[RTC_WAKE_EN]:
            when = self._cycle_of(self.regs[RTC_WAKE_MSW] << 32 | self.regs[RTC_WAKE_LSW])
            if when is not None:
                self._wake.at(when)
        for bit, name in enumerate(WAKE_PINS):
            if name in self._wake_pins and self._wake_type(bit) in (LEVEL_LOW, LEVEL_HIGH):
                self._pin_level(bit, self._wake_pins[name].level, changed=False)

    def _wake_type(self, bit: int) -> int | None:
        if not self.regs[GPIO_WAKE_EN] >> bit & 1:
            return None
        return self.regs[GPIO_WAKE_CONF] >> 2 * bit & 3

    def _pin_observer(self, bit: int) -> Callable[[int], None]:
        return lambda level: self._pin_level(bit, level, changed=True)

    def _pin_level(self, bit: int, level: int, changed: bool) -> None:
        if not self.hibernating:
            return
        kind = self._wake_type(bit)
        level_met = (kind == LEVEL_LOW and not level) or (kind == LEVEL_HIGH and level)
        edge_met = changed and ((kind == EDGE_FALL and not level) or (kind == EDGE_RISE and level))
        if level_met or edge_met:
            self._wake_up(WAKE_SOURCE_GPIO)

    def _wake_up(self, source: int) -> None:
        if not self.hibernating:
            return
        self.hibernating = False
        self._wake.cancel()
        self.regs[WAKE_STATUS] = source << 1 | 1
        self.regs[GPIO_WAKE_EN] = 0  # held until the wake-up is initiated (hw_hib3p3.h)
        self._request_reset(ResetKind.HIBERNATE_EXIT)


HIB1P2 = Table("hw_hib1p2.h", "HIB1P2_O_")
for _name, _offset in (
    ("ANA_DCDC_PARAMETERS0", 0x024),
    ("ANA_DCDC_PARAMETERS16", 0x064),
    ("ANA_DCDC_PARAMETERS_OVERRIDE", 0x0A8),
    ("DIG_DCDC_VTRIM_CFG", 0x0B0),
    ("BGAP_DUTY_CYCLING_EXIT_CFG", 0x0C0),
):
    HIB1P2.stored(_offset, _name, writable=WORD, note="a setting of the supply: held, without effect")
HIB1P2.constant(0x0C8, "SOP_SENSE_VALUE", note="SOP pins 000: functional mode, run from serial flash")
RTC_TIMER_LSW_1P2 = HIB1P2.live(0x0CC, "HIB_RTC_TIMER_LSW_1P2", "hib_rtc_timer_lsw:31-0")
RTC_TIMER_MSW_1P2 = HIB1P2.live(0x0D0, "HIB_RTC_TIMER_MSW_1P2", "hib_rtc_timer_msw:15-0")
HIB1P2.unmodelled(
    "the timer's synchronisation with the WLAN's clock",
    "HIB_TIMER_SYNC_CALIB_CFG0:0x0E4 HIB_TIMER_SYNC_CALIB_CFG1:0x0E8 HIB_TIMER_SYNC_CFG2:0x0EC "
    "HIB_TIMER_SYNC_TSF_ADJ_VAL:0x0F0 HIB_TIMER_RTC_GTS_TIMESTAMP_LSW:0x0F4 HIB_TIMER_RTC_GTS_TIMESTAMP_MSW:0x0F8 "
    "HIB_TIMER_RTC_WUP_TIMESTAMP_LSW:0x0FC HIB_TIMER_RTC_WUP_TIMESTAMP_MSW:0x100 "
    "HIB_TIMER_SYNC_WAKE_OFFSET_ERR:0x104 HIB_TIMER_SYNC_TSF_CURR_VAL_LSW:0x108 "
    "HIB_TIMER_SYNC_TSF_CURR_VAL_MSW:0x10C",
)
HIB1P2.unmodelled(
    "supplies and their power management",
    "SRAM_SKA_LDO_PARAMETERS0:0x000 SRAM_SKA_LDO_PARAMETERS1:0x004 DIG_DCDC_PARAMETERS0:0x008 "
    "DIG_DCDC_PARAMETERS1:0x00C DIG_DCDC_PARAMETERS2:0x010 DIG_DCDC_PARAMETERS3:0x014 DIG_DCDC_PARAMETERS4:0x018 "
    "DIG_DCDC_PARAMETERS5:0x01C DIG_DCDC_PARAMETERS6:0x020 ANA_DCDC_PARAMETERS1:0x028 ANA_DCDC_PARAMETERS17:0x068 "
    "ANA_DCDC_PARAMETERS18:0x06C ANA_DCDC_PARAMETERS19:0x070 FLASH_DCDC_PARAMETERS0:0x074 "
    "FLASH_DCDC_PARAMETERS1:0x078 FLASH_DCDC_PARAMETERS2:0x07C FLASH_DCDC_PARAMETERS3:0x080 "
    "FLASH_DCDC_PARAMETERS4:0x084 FLASH_DCDC_PARAMETERS5:0x088 FLASH_DCDC_PARAMETERS6:0x08C "
    "PMBIST_PARAMETERS0:0x094 PMBIST_PARAMETERS1:0x098 PMBIST_PARAMETERS2:0x09C PMBIST_PARAMETERS3:0x0A0 "
    "FLASH_DCDC_PARAMETERS8:0x0A4 FLASH_DCDC_PARAMETERS_OVERRIDE:0x0AC DIG_DCDC_FSM_PARAMETERS:0x0B4 "
    "ANA_DCDC_FSM_PARAMETERS:0x0B8 SRAM_SKA_LDO_FSM_PARAMETERS:0x0BC CM_OSC_16M_CONFIG:0x0C4 "
    "HIB1P2_BGAP_TRIM_OVERRIDES:0x0D4 HIB1P2_EFUSE_READ_REG0:0x0D8 HIB1P2_EFUSE_READ_REG1:0x0DC "
    "HIB1P2_POR_TEST_CTRL:0x0E0 CM_SPARE:0x110 PORPOL_SPARE:0x114 MEM_DIG_DCDC_CLK_CONFIG:0x118 "
    "MEM_ANA_DCDC_CLK_CONFIG:0x11C MEM_FLASH_DCDC_CLK_CONFIG:0x120 MEM_PA_DCDC_CLK_CONFIG:0x124 "
    "MEM_SLDO_VNWA_OVERRIDE:0x128 MEM_BGAP_DUTY_CYCLING_ENABLE_OVERRIDE:0x12C MEM_HIB_FSM_DEBUG:0x130 "
    "MEM_SLDO_VNWA_SW_CTRL:0x134 MEM_SLDO_WEAK_PROCESS:0x138 MEM_PA_DCDC_OV_UV_STATUS:0x13C MEM_CM_TEST_MODE:0x140",
)


class Hib1p2(RegisterBlock):
    """The 1.2 V part, at 0x4402F000: the counter without the latch, the SOP pins, supply settings (held, no effect)."""

    TABLE = HIB1P2

    def __init__(self, clock: Clock, counter: Callable[[], int]) -> None:
        self._counter = counter
        super().__init__(clock)

    @reads(RTC_TIMER_LSW_1P2)
    def _low(self) -> int:
        return self._counter() & WORD

    @reads(RTC_TIMER_MSW_1P2)
    def _high(self) -> int:
        return self._counter() >> 32
