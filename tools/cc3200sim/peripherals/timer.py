"""TIMERA0 to TIMERA3: general-purpose timers, each two 16-bit halves with an 8-bit prescaler or one 32-bit timer
(CC3200 TRM SWRU367 chapter 9, hw_timer.h).

A counter is never stepped: its value follows from the cycle at which its current period began. A time-out shows with
the reload, ILR + 1 counts after the start. RTC mode, waiting for a trigger, SYNC and DMA are not modelled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cc3200sim.alarm import Alarm
from cc3200sim.clock import Clock
from cc3200sim.peripheral import IrqLine, Unmodelled
from cc3200sim.peripherals.registers import RegisterBlock, Writer
from cc3200sim.peripherals.signals import Input, Output

CFG, TAMR, TBMR, CTL, IMR, RIS, MIS, ICR = 0x00, 0x04, 0x08, 0x0C, 0x18, 0x1C, 0x20, 0x24
TAILR, TBILR, TAMATCHR, TBMATCHR, TAPR, TBPR, TAPMR, TBPMR = 0x28, 0x2C, 0x30, 0x34, 0x38, 0x3C, 0x40, 0x44
TAR, TBR, TAV, TBV, TAPS, TBPS, TAPV, TBPV, DMAEV = 0x48, 0x4C, 0x50, 0x54, 0x5C, 0x60, 0x64, 0x68, 0x6C

CFG_32_BIT, CFG_16_BIT = 0, 4
MODE, ONE_SHOT, PERIODIC, CAPTURE = 0x3, 0x1, 0x2, 0x3
EDGE_TIME, PWM, COUNT_UP, MATCH_ENABLE, WAIT, SNAPSHOT, LOAD_LATER, PWM_EVENTS, MATCH_LATER = (
    0x004, 0x008, 0x010, 0x020, 0x040, 0x080, 0x100, 0x200, 0x400)  # fmt: skip
# Bits of half A in CTL and of its interrupts; half B's are eight bits up, but for its mode match.
ENABLE, EVENT_SHIFT, PWM_INVERT = 0x01, 2, 0x40
EVENT_RISING, EVENT_FALLING, EVENT_BOTH = 0, 1, 3
TIMEOUT, CAPTURE_MATCH, CAPTURE_EVENT, MODE_MATCH_A, MODE_MATCH_B = 0x001, 0x002, 0x004, 0x010, 0x800
INT_MASK = 0xF1F
HALF_A, HALF_B = 0x01F, 0xF00


class Half:
    """One of a timer's two counters. In 32-bit mode half A is the whole timer and half B rests."""

    def __init__(self, timer: Timer, index: int, clock: Clock) -> None:
        self.output = Output(level=0, enabled=True)
        self.input = Input(self._edge)
        self.running = False
        self.origin = 0  # the cycle at which the present period began
        self.asserted = 0  # the PWM output before inversion
        self.triggered: Callable[[], bool] = lambda: True  # whether GPT_TRIG_SEL lets the CCP input in
        self.held = 0  # the value while the counter stands, or counts edges
        self.captured = 0
        self.load = 0
        self.match = 0
        self.prescale = 0
        self.prescale_match = 0
        self._timer = timer
        self._clock = clock
        self._shift = 8 * index
        self._mode = (TAMR, TBMR)[index]
        self._load, self._match = (TAILR, TBILR)[index], (TAMATCHR, TBMATCHR)[index]
        self._prescale, self._prescale_match = (TAPR, TBPR)[index], (TAPMR, TBPMR)[index]
        self._mode_match = (MODE_MATCH_A, MODE_MATCH_B)[index]
        self.timeout = Alarm(clock, self._timed_out)
        self.matched = Alarm(clock, self._match_reached)

    STATE = ("running", "origin", "asserted", "held", "captured", "load", "match", "prescale", "prescale_match")

    def reset(self) -> None:
        """Stop, and forget."""
        self.timeout.cancel()
        self.matched.cancel()
        self.running = False
        self.held = self.captured = self.asserted = 0
        self.take_load()
        self.take_match()
        self.output.set(0)

    # What the registers say

    @property
    def mode(self) -> int:
        """The TnMR register."""
        return self._timer.regs[self._mode]

    @property
    def wide(self) -> bool:
        """Whether this half is the whole 32-bit timer."""
        return self._timer.regs[CFG] == CFG_32_BIT

    @property
    def _control(self) -> int:
        return self._timer.regs[CTL] >> self._shift

    @property
    def _capturing(self) -> bool:
        return self.mode & MODE == CAPTURE

    @property
    def _is_pwm(self) -> bool:
        return bool(self.mode & PWM)

    @property
    def _extended(self) -> bool:
        """Whether the prescaler is the counter's upper eight bits; else it divides (TRM table 9-2)."""
        return not self.wide and (self._capturing or self._is_pwm or bool(self.mode & COUNT_UP))

    @property
    def _top(self) -> int:
        return self.load | self.prescale << 16 if self._extended else self.load

    @property
    def _target(self) -> int:
        return self.match | self.prescale_match << 16 if self._extended else self.match

    @property
    def _divider(self) -> int:
        return 1 if self.wide or self._extended else self.prescale + 1

    @property
    def _up(self) -> bool:
        return bool(self.mode & COUNT_UP) and not self._is_pwm

    @property
    def period(self) -> int:
        """Cycles from one time-out to the next."""
        return (self._top + 1) * self._divider

    def take_load(self) -> None:
        """Let the interval load and prescale registers work."""
        regs = self._timer.regs
        self.load = regs[self._load] if self.wide else regs[self._load] & 0xFFFF
        self.prescale = regs[self._prescale]

    def take_match(self) -> None:
        """Let the match registers work."""
        regs = self._timer.regs
        self.match = regs[self._match] if self.wide else regs[self._match] & 0xFFFF
        self.prescale_match = regs[self._prescale_match]

    # Running

    def start(self) -> None:
        """TnEN has been set."""
        if self.mode & WAIT or self.mode & MODE == 0 or self._timer.regs[CFG] not in (CFG_32_BIT, CFG_16_BIT):
            raise Unmodelled
        self.take_load()
        self.take_match()
        self.running = True
        self._restart()

    def stop(self) -> None:
        """TnEN has been cleared: the counter keeps its value."""
        self.held = self.value
        self.running = False
        self.timeout.cancel()
        self.matched.cancel()
        if self._is_pwm:
            self._drive(0)

    def _restart(self) -> None:
        if self._counts_edges:
            self.held = 0 if self._up else self._top
            return
        self.origin = self._clock.now
        self._arm()

    @property
    def _counts_edges(self) -> bool:
        return self._capturing and not self.mode & EDGE_TIME

    def _arm(self) -> None:
        """Set the alarms of the period that began at `origin`."""
        self.timeout.at(self.origin + self.period)
        top, target = self._top, self._target
        if self._is_pwm:
            # Asserted from the load on, until the match; a match at the load never asserts, one beyond never comes.
            self._drive(0 if target == top else 1)
            if target < top:
                self.matched.at(self.origin + top - target)
            else:
                self.matched.cancel()
        elif self.mode & MATCH_ENABLE and target <= top and not self._capturing:
            self.matched.at(self.origin + (target if self._up else top - target) * self._divider)
        else:
            self.matched.cancel()

    def _drive(self, asserted: int) -> None:
        self.asserted = asserted
        level = asserted ^ bool(self._control & PWM_INVERT)
        if level != self.output.level:
            self.output.set(level)
            if self.mode & PWM_EVENTS and self._event_wanted(level):
                self._timer.interrupt(CAPTURE_EVENT << self._shift)

    def inversion_changed(self) -> None:
        """TnPWML has been written."""
        if self._is_pwm:
            self._drive(self.asserted)

    def _timed_out(self) -> None:
        if self.mode & SNAPSHOT and self.mode & MODE == PERIODIC:
            self.captured = self.value
        self.origin += self.period
        if self.mode & LOAD_LATER:
            self.take_load()
        if self.mode & MATCH_LATER:
            self.take_match()
        if self._is_pwm:
            self._arm()
            return
        if self.mode & MODE == ONE_SHOT:
            self.running = False
            self.held = 0 if self._up else self._top
            self.matched.cancel()
            self._timer.regs[CTL] &= ~(ENABLE << self._shift)
        else:
            self._arm()
        if not self._capturing:
            self._timer.interrupt(TIMEOUT << self._shift)

    def _match_reached(self) -> None:
        if self._is_pwm:
            self._drive(0)
        else:
            self._timer.interrupt(self._mode_match)

    def registers_changed(self, load: bool) -> None:
        """The load or match registers were written: at once, or at the next time-out (TnILD, TnMRSU)."""
        if self.mode & (LOAD_LATER if load else MATCH_LATER) and self.running:
            return
        if load:
            self.take_load()
            if self.running:
                self._restart()
        else:
            self.take_match()
            if self.running and not self._counts_edges:
                self._rearm_match()

    def _rearm_match(self) -> None:
        """A new match value within the running period: it comes if the counter has not passed it."""
        top, target, now = self._top, self._target, self._clock.now
        if not (self._is_pwm or self.mode & MATCH_ENABLE) or target > top or (self._is_pwm and target == top):
            self.matched.cancel()
            return
        when = self.origin + (target if self._up else top - target) * self._divider
        if when >= now:
            self.matched.at(when)
        else:
            self.matched.cancel()

    # Values

    @property
    def value(self) -> int:
        """The free-running counter, with its prescaler extension where there is one."""
        if not self.running or self._counts_edges:
            return self.held
        count = (self._clock.now - self.origin) // self._divider
        return min(count, self._top) if self._up else max(self._top - count, 0)

    @property
    def prescaler_value(self) -> int:
        """The dividing prescaler's counter."""
        if not self.running or self._divider == 1:
            return 0
        return self.prescale - (self._clock.now - self.origin) % self._divider

    def set_value(self, value: int) -> None:
        """A write of TnV puts the counter at a value."""
        if not self.running or self._counts_edges:
            self.held = value
            return
        count = value if self._up else self._top - value
        self.origin = self._clock.now - count * self._divider
        self._arm()

    @property
    def shown(self) -> int:
        """TnR: the captured value in edge-time and snapshot modes, else the counter."""
        if (self._capturing and self.mode & EDGE_TIME) or self.mode & SNAPSHOT:
            return self.captured
        return self.value

    # Edges of the CCP input

    def _event_wanted(self, level: int) -> bool:
        event = self._control >> EVENT_SHIFT & 3
        return event == EVENT_BOTH or event == (EVENT_RISING if level else EVENT_FALLING)

    def _edge(self, level: int) -> None:
        if not (self.running and self._capturing and self._event_wanted(level) and self.triggered()):
            return
        if self.mode & EDGE_TIME:
            self.captured = self.value
            self._timer.interrupt(CAPTURE_EVENT << self._shift)
            return
        self.held += 1 if self._up else -1
        if self.held == self._target:
            if self._up:
                self.held = 0
            else:
                self.held = self._top
                self.running = False
                self._timer.regs[CTL] &= ~(ENABLE << self._shift)
            self._timer.interrupt(CAPTURE_MATCH << self._shift)


class Timer(RegisterBlock):
    """One general-purpose timer with its two interrupt lines."""

    STORED = {
        CFG: (0, 7),
        TAMR: (0, 0xFFF),
        TBMR: (0, 0xFFF),
        CTL: (0, 0x6F7F),
        IMR: (0, INT_MASK),
        TAILR: (0xFFFF_FFFF, 0xFFFF_FFFF),
        TBILR: (0xFFFF, 0xFFFF_FFFF),
        TAMATCHR: (0xFFFF_FFFF, 0xFFFF_FFFF),
        TBMATCHR: (0xFFFF, 0xFFFF_FFFF),
        TAPR: (0, 0xFF),
        TBPR: (0, 0xFF),
        TAPMR: (0, 0xFF),
        TBPMR: (0, 0xFF),
        DMAEV: (0, 0),
    }
    STATE = ("regs", "raw")

    def __init__(self, clock: Clock, irq_a: IrqLine, irq_b: IrqLine) -> None:
        self._irq_a = irq_a
        self._irq_b = irq_b
        self.raw = 0
        self.regs = {offset: value for offset, (value, _) in self.STORED.items()}
        self.halves = (Half(self, 0, clock), Half(self, 1, clock))
        a, b = self.halves
        self.readers = {
            RIS: lambda: self.raw,
            MIS: lambda: self.raw & self.regs[IMR],
            TAR: lambda: a.shown,
            TBR: lambda: b.shown,
            TAV: lambda: a.value,
            TBV: lambda: b.value,
            TAPS: lambda: a.shown >> 16 & 0xFF if not a.wide else 0,
            TBPS: lambda: b.shown >> 16 & 0xFF,
            TAPV: lambda: a.prescaler_value,
            TBPV: lambda: b.prescaler_value,
        }
        self.writers = {
            CTL: self._write_control,
            IMR: self._write_mask,
            ICR: self._write_clear,
            TAV: lambda value: a.set_value(value if a.wide else value & 0xFFFF),
            TBV: lambda value: b.set_value(value & 0xFFFF),
            DMAEV: self._write_dma_events,
        }
        for half, registers in ((a, (TAILR, TAPR)), (b, (TBILR, TBPR))):
            for register in registers:
                self.writers[register] = self._interval_writer(half, register, True)
        for half, registers in ((a, (TAMATCHR, TAPMR)), (b, (TBMATCHR, TBPMR))):
            for register in registers:
                self.writers[register] = self._interval_writer(half, register, False)
        super().__init__(clock)

    @property
    def working(self) -> bool:
        return bool(self.regs[CTL] & (ENABLE | ENABLE << 8))

    def reset(self) -> None:
        super().reset()
        self.raw = 0
        for half in self.halves:
            half.reset()
        self._update_irq()

    def _interval_writer(self, half: Half, register: int, load: bool) -> Writer:
        mask = self.STORED[register][1]

        def write(value: int) -> None:
            self.regs[register] = value & mask
            half.registers_changed(load)

        return write

    def _write_control(self, value: int) -> None:
        before = self.regs[CTL]
        self.regs[CTL] = value & 0x6F7F
        for index, half in enumerate(self.halves):
            if index and half.wide:
                break
            was, now = before >> 8 * index & ENABLE, value >> 8 * index & ENABLE
            if now and not was:
                half.start()
            elif was and not now:
                half.stop()
            if (before ^ value) >> 8 * index & PWM_INVERT:
                half.inversion_changed()

    def _write_dma_events(self, value: int) -> None:
        if value:
            raise Unmodelled

    def interrupt(self, bits: int) -> None:
        """Latch interrupts (a half calls this)."""
        self.raw |= bits
        self._update_irq()

    def _write_mask(self, value: int) -> None:
        self.regs[IMR] = value & INT_MASK
        self._update_irq()

    def _write_clear(self, value: int) -> None:
        self.raw &= ~value
        self._update_irq()

    def _update_irq(self) -> None:
        pending = self.raw & self.regs[IMR]
        self._irq_a.set(bool(pending & HALF_A))
        self._irq_b.set(bool(pending & HALF_B))

    def save(self) -> dict[str, Any]:
        halves = [
            ({name: getattr(half, name) for name in Half.STATE}, half.timeout.state, half.matched.state)
            for half in self.halves
        ]
        return super().save() | {"halves": halves}

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        for half, (values, timeout, matched) in zip(self.halves, state["halves"], strict=True):
            for name, value in values.items():
                setattr(half, name, value)
            half.timeout.state, half.matched.state = timeout, matched
