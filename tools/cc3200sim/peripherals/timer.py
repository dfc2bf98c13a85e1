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
from cc3200sim.peripherals.registers import RegisterBlock, reads, reads_each, writes, writes_each
from cc3200sim.peripherals.signals import Input, Output
from cc3200sim.register_table import WORD, Register, Table

REGISTERS = Table("hw_timer.h", "TIMER_O_")
CFG = REGISTERS.stored(
    0x000, "CFG", writable=0x7, note="0: one 32-bit timer, 4: two of 16 bits; 1, the RTC, is not modelled"
)
TAMR = REGISTERS.stored(
    0x004, "TAMR", "TAMR:1-0 TACMR:2 TAAMS:3 TACDIR:4 TAMIE:5 TAWOT:6 TASNAPS:7 TAILD:8 TAPWMIE:9 TAMRSU:10 TAPLO:11~"
)
TBMR = REGISTERS.stored(
    0x008, "TBMR", "TBMR:1-0 TBCMR:2 TBAMS:3 TBCDIR:4 TBMIE:5 TBWOT:6 TBSNAPS:7 TBILD:8 TBPWMIE:9 TBMRSU:10 TBPLO:11~"
)
CTL = REGISTERS.stored(
    0x00C,
    "CTL",
    "TAEN:0 TASTALL:1~ TAEVENT:3-2 RTCEN:4~ TAOTE:5~ TAPWML:6 TBEN:8 TBSTALL:9~ TBEVENT:11-10 TBOTE:13~ TBPWML:14",
)
IMR = REGISTERS.stored(0x018, "IMR", "TATOIM:0 CAMIM:1 CAEIM:2 RTCIM:3~ TAMIM:4 TBTOIM:8 CBMIM:9 CBEIM:10 TBMIM:11")
RIS = REGISTERS.live(
    0x01C, "RIS", "TATORIS:0 CAMRIS:1 CAERIS:2 RTCRIS:3 TAMRIS:4 TBTORIS:8 CBMRIS:9 CBERIS:10 TBMRIS:11"
)
MIS = REGISTERS.live(
    0x020, "MIS", "TATOMIS:0 CAMMIS:1 CAEMIS:2 RTCMIS:3 TAMMIS:4 TBTOMIS:8 CBMMIS:9 CBEMIS:10 TBMMIS:11"
)
ICR = REGISTERS.live(
    0x024, "ICR", "TATOCINT:0 CAMCINT:1 CAECINT:2 RTCCINT:3 TAMCINT:4 TBTOCINT:8 CBMCINT:9 CBECINT:10 TBMCINT:11"
)
TAILR = REGISTERS.stored(0x028, "TAILR", reset=WORD, writable=WORD)
TBILR = REGISTERS.stored(0x02C, "TBILR", reset=0xFFFF, writable=WORD)
TAMATCHR = REGISTERS.stored(0x030, "TAMATCHR", reset=WORD, writable=WORD)
TBMATCHR = REGISTERS.stored(0x034, "TBMATCHR", reset=0xFFFF, writable=WORD)
TAPR = REGISTERS.stored(0x038, "TAPR", "TAPSR:7-0")
TBPR = REGISTERS.stored(0x03C, "TBPR", "TBPSR:7-0")
TAPMR = REGISTERS.stored(0x040, "TAPMR", "TAPSMR:7-0")
TBPMR = REGISTERS.stored(0x044, "TBPMR", "TBPSMR:7-0")
TAR = REGISTERS.live(0x048, "TAR", note="the captured value in edge-time and snapshot modes, else the counter")
TBR = REGISTERS.live(0x04C, "TBR", note="as TAR")
TAV = REGISTERS.live(0x050, "TAV", note="a store puts the counter there")
TBV = REGISTERS.live(0x054, "TBV", note="as TAV")
TAPS = REGISTERS.live(0x05C, "TAPS", "PSS:15-0")
TBPS = REGISTERS.live(0x060, "TBPS", "PSS:15-0")
TAPV = REGISTERS.live(0x064, "TAPV", "PSV:15-0")
TBPV = REGISTERS.live(0x068, "TBPV", "PSV:15-0")
REGISTERS.stored(0x06C, "DMAEV", "DMA:31-0!", source="TRM chapter 9")
REGISTERS.unmodelled("chained timers", "SYNC:0x010")
REGISTERS.unmodelled("the RTC mode", "RTCPD:0x058")
REGISTERS.unmodelled("properties", "PP:0xFC0")

CFG_32_BIT, CFG_16_BIT = 0, 4
MODE, ONE_SHOT, PERIODIC, CAPTURE = 0x3, 0x1, 0x2, 0x3
EDGE_TIME, PWM, COUNT_UP, MATCH_ENABLE, WAIT, SNAPSHOT, LOAD_LATER, PWM_EVENTS, MATCH_LATER = (
    0x004, 0x008, 0x010, 0x020, 0x040, 0x080, 0x100, 0x200, 0x400)  # fmt: skip
# Bits of half A in CTL and of its interrupts; half B's are eight bits up, but for its mode match.
ENABLE, EVENT_SHIFT, PWM_INVERT = 0x01, 2, 0x40
EVENT_RISING, EVENT_FALLING, EVENT_BOTH = 0, 1, 3
TIMEOUT, CAPTURE_MATCH, CAPTURE_EVENT, MODE_MATCH_A, MODE_MATCH_B = 0x001, 0x002, 0x004, 0x010, 0x800
HALF_A, HALF_B = 0x01F, 0xF00

_HALF_B = frozenset((TBR, TBV, TBPV, TBILR, TBPR, TBMATCHR, TBPMR))


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
            raise Unmodelled(f"mode {self.mode:#x} with CFG {self._timer.regs[CFG]}")
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

    TABLE = REGISTERS
    STEADY = frozenset((RIS, MIS))
    STATE = ("regs", "raw")

    def __init__(self, clock: Clock, irq_a: IrqLine, irq_b: IrqLine) -> None:
        self._irq_a = irq_a
        self._irq_b = irq_b
        self.raw = 0
        self.regs = self._resets.copy()
        self.halves = (Half(self, 0, clock), Half(self, 1, clock))
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

    def _half(self, register: int) -> Half:
        """Registers come in pairs: half A's, then half B's."""
        return self.halves[register in _HALF_B]

    @reads(RIS)
    def _read_raw(self) -> int:
        return self.raw

    @reads(MIS)
    def _read_masked(self) -> int:
        return self.raw & self.regs[IMR]

    @reads_each(TAR, TBR)
    def _read_shown(self, register: int) -> int:
        return self._half(register).shown

    @reads_each(TAV, TBV)
    def _read_value(self, register: int) -> int:
        return self._half(register).value

    @writes_each(TAV, TBV)
    def _write_value(self, register: int, value: int) -> None:
        half = self._half(register)
        half.set_value(value if register == TAV and half.wide else value & 0xFFFF)

    @reads(TAPS)
    def _read_prescaler_a(self) -> int:
        half = self.halves[0]
        return half.shown >> 16 & 0xFF if not half.wide else 0

    @reads(TBPS)
    def _read_prescaler_b(self) -> int:
        return self.halves[1].shown >> 16 & 0xFF

    @reads_each(TAPV, TBPV)
    def _read_prescaler_value(self, register: int) -> int:
        return self._half(register).prescaler_value

    @writes_each(TAILR, TBILR, TAPR, TBPR)
    def _write_interval(self, register: Register, value: int) -> None:
        self.regs[register] = value & register.writable
        self._half(register).registers_changed(load=True)

    @writes_each(TAMATCHR, TBMATCHR, TAPMR, TBPMR)
    def _write_match(self, register: Register, value: int) -> None:
        self.regs[register] = value & register.writable
        self._half(register).registers_changed(load=False)

    @writes(CTL)
    def _write_control(self, value: int) -> None:
        before = self.regs[CTL]
        self.regs[CTL] = value & CTL.writable
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

    def interrupt(self, bits: int) -> None:
        """Latch interrupts (a half calls this)."""
        self.raw |= bits
        self._update_irq()

    @writes(IMR)
    def _write_mask(self, value: int) -> None:
        self.regs[IMR] = value & IMR.writable
        self._update_irq()

    @writes(ICR)
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
