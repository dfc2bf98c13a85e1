"""The hibernate domain: RTC counter, retained registers, hibernation (CC3200 TRM ch. 15, hw_hib3p3.h, hw_hib1p2.h).

It has its own supply: no reset of the chip touches it, only the loss of all power does.
"""

from __future__ import annotations

from collections.abc import Callable

from cc3200sim.alarm import Alarm
from cc3200sim.clock import CPU_HZ, Clock
from cc3200sim.peripherals.registers import RegisterBlock
from cc3200sim.peripherals.reset import ResetKind
from cc3200sim.world.pins import Pin

RTC_HZ = 32_768
COUNTER_MASK = (1 << 48) - 1

HIB_REQ, RTC_TIMER_ENABLE, RTC_TIMER_RESET, RTC_TIMER_READ, RTC_TIMER_LSW, RTC_TIMER_MSW = (
    0x000, 0x004, 0x008, 0x00C, 0x010, 0x014)  # fmt: skip
RTC_WAKE_EN, RTC_WAKE_LSW, RTC_WAKE_MSW = 0x018, 0x01C, 0x020
RTC_IRQ_ENABLE, RTC_IRQ_LSW, RTC_IRQ_MSW = 0x054, 0x058, 0x05C
GPIO_WAKE_EN, GPIO_WAKE_CONF = 0x404, 0x408
HIB_REG0, HIB_REG1, HIB_REG2, HIB_REG3 = 0x418, 0x41C, 0x420, 0x424
WAKE_STATUS, LPDS_GPIO_SEL, SPARE_LOWV = 0x468, 0x46C, 0x474

WAKE_SOURCE_RTC, WAKE_SOURCE_GPIO = 2, 4
WAKE_PINS = ("GP2", "GP4", "GP13", "GP17", "GP11", "GP24", "GP26")  # bits 0 to 6 (prcm.h, PRCM_HIB_GPIO2...)
LEVEL_LOW, LEVEL_HIGH, EDGE_FALL, EDGE_RISE = range(4)


class Hib3p3(RegisterBlock):
    """The 3.3 V part, at 0x4402F800. `on_rtc_match` and `request_reset` are the ways out."""

    STORED = {
        HIB_REQ: (0, 0),
        RTC_TIMER_ENABLE: (0, 1),
        RTC_TIMER_READ: (0, 0),
        RTC_TIMER_RESET: (0, 0),
        RTC_TIMER_LSW: (0, 0),
        RTC_TIMER_MSW: (0, 0),
        RTC_WAKE_EN: (0, 1),
        RTC_WAKE_LSW: (0, 0xFFFF_FFFF),
        RTC_WAKE_MSW: (0, 0xFFFF),
        RTC_IRQ_ENABLE: (0, 1),
        RTC_IRQ_LSW: (0, 0xFFFF_FFFF),
        RTC_IRQ_MSW: (0, 0xFFFF),
        GPIO_WAKE_EN: (0, 0xFF),
        GPIO_WAKE_CONF: (0, 0xFFFF),
        **dict.fromkeys((HIB_REG0, HIB_REG1, HIB_REG2, HIB_REG3, SPARE_LOWV), (0, 0xFFFF_FFFF)),
        WAKE_STATUS: (0, 0),
        LPDS_GPIO_SEL: (0, 7),
    }
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
        self.writers = {
            HIB_REQ: self._request,
            RTC_TIMER_ENABLE: self._enable_counter,
            RTC_TIMER_RESET: self._reset_counter,
            RTC_TIMER_READ: self._latch,
            RTC_TIMER_LSW: lambda value: None,
            RTC_TIMER_MSW: lambda value: None,
            **{register: self._match_writer(register) for register in (RTC_IRQ_ENABLE, RTC_IRQ_LSW, RTC_IRQ_MSW)},
        }
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

    def _enable_counter(self, value: int) -> None:
        running = self._started_at is not None
        self.regs[RTC_TIMER_ENABLE] = value & 1
        if value & 1 and not running:
            self._started_at = self.clock.now
        elif not value & 1 and running:
            self._held = self.counter
            self._started_at = None
        self._arm_match()

    def _reset_counter(self, value: int) -> None:
        if value & 1:
            self._held = 0
            if self._started_at is not None:
                self._started_at = self.clock.now
            self._arm_match()

    def _latch(self, value: int) -> None:
        if value & 1:
            now = self.counter
            self.regs[RTC_TIMER_LSW] = now & 0xFFFF_FFFF
            self.regs[RTC_TIMER_MSW] = now >> 32

    # Interrupt at a time

    def _match_writer(self, register: int) -> Callable[[int], None]:
        mask = self.STORED[register][1]

        def write(value: int) -> None:
            self.regs[register] = value & mask
            self._arm_match()

        return write

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


ANA_DCDC_PARAMETERS0, ANA_DCDC_PARAMETERS16, ANA_DCDC_OVERRIDE = 0x024, 0x064, 0x0A8
DIG_DCDC_VTRIM_CFG, BGAP_DUTY_CYCLING_EXIT_CFG = 0x0B0, 0x0C0
SUPPLY_SETTINGS = (
    ANA_DCDC_PARAMETERS0,
    ANA_DCDC_PARAMETERS16,
    ANA_DCDC_OVERRIDE,
    DIG_DCDC_VTRIM_CFG,
    BGAP_DUTY_CYCLING_EXIT_CFG,
)
SOP_SENSE_VALUE, RTC_TIMER_LSW_1P2, RTC_TIMER_MSW_1P2 = 0x0C8, 0x0CC, 0x0D0


class Hib1p2(RegisterBlock):
    """The 1.2 V part, at 0x4402F000: the counter without the latch, the SOP pins, supply settings (held, no effect)."""

    STORED = {
        **dict.fromkeys(SUPPLY_SETTINGS, (0, 0xFFFF_FFFF)),
        SOP_SENSE_VALUE: (0, 0),  # SOP pins 000: functional mode, run from serial flash
    }

    def __init__(self, clock: Clock, counter: Callable[[], int]) -> None:
        self.readers = {
            RTC_TIMER_LSW_1P2: lambda: counter() & 0xFFFF_FFFF,
            RTC_TIMER_MSW_1P2: lambda: counter() >> 32,
        }
        super().__init__(clock)
