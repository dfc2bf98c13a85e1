"""SysTick, the core's 24-bit down counter (ARMv7-M manual B3.3), and the cycle counter of the DWT (C1.8)."""

from __future__ import annotations

from collections.abc import Callable

from cc3200sim.clock import Clock, Event
from cc3200sim.peripheral import Peripheral, Unmodelled
from cc3200sim.register_table import WORD, Table

_ENABLE, _TICKINT, _CLKSOURCE, _COUNTFLAG = 1, 2, 4, 1 << 16


class SysTick(Peripheral):
    """CSR, RVR, CVR, CALIB at offsets 0, 4, 8, 12. Counts core cycles; no event is spent unless the interrupt is on."""

    STATE = ("csr", "reload", "zero_at", "stopped_value", "flag_seen", "event")

    def __init__(self, clock: Clock, pend: Callable[[], None]) -> None:
        self._pend = pend
        super().__init__(clock)

    def reset(self) -> None:
        """Off."""
        Clock.cancel(getattr(self, "event", None))
        self.event: Event | None = None
        self.csr = 0
        self.reload = 0
        self.zero_at = 0  # while enabled: a cycle at which the count is (was, will be) zero
        self.stopped_value = 0  # while disabled: the count
        self.flag_seen = 0  # reaching zero after this cycle sets COUNTFLAG

    @property
    def _period(self) -> int:
        return self.reload + 1

    def _next_zero(self) -> int:
        now = self.clock.now
        if self.zero_at > now:
            return self.zero_at
        return self.zero_at + ((now - self.zero_at) // self._period + 1) * self._period

    def _value(self) -> int:
        if not self.csr & _ENABLE:
            return self.stopped_value
        if self.reload == 0 and self.zero_at <= self.clock.now:
            return 0
        remaining = self._next_zero() - self.clock.now
        return 0 if remaining == self._period and self.clock.now >= self.zero_at else remaining

    def _arm(self) -> None:
        Clock.cancel(self.event)
        self.event = None
        if self.csr & _ENABLE and self.csr & _TICKINT and (self.reload or self.zero_at > self.clock.now):
            self.event = self.clock.at(self._next_zero(), self._reached_zero)

    def _reached_zero(self) -> None:
        self._pend()
        self._arm()

    def _count_flag(self) -> int:
        if not self.csr & _ENABLE:
            return 0
        last_zero = self.zero_at
        if self.reload:
            last_zero = self._next_zero() - self._period
        reached = self.flag_seen < last_zero <= self.clock.now
        self.flag_seen = self.clock.now
        return _COUNTFLAG if reached else 0

    def read(self, offset: int, size: int) -> int:
        """Reading CSR clears COUNTFLAG."""
        if offset == 0:
            return self.csr | self._count_flag()
        if offset == 4:
            return self.reload
        if offset == 8:
            return self._value()
        return 0xC000_0000  # CALIB: no reference clock, no calibrated value

    def write(self, offset: int, value: int, size: int) -> None:
        """A write to CVR clears the count; it reloads at the next cycle."""
        now = self.clock.now
        if offset == 0:
            if not value & _CLKSOURCE and value & _ENABLE:
                raise Unmodelled  # the chip has no reference clock for it in this model
            was_on, is_on = self.csr & _ENABLE, value & _ENABLE
            count = self._value()
            self.csr = value & 7
            if is_on and not was_on:
                self.zero_at = now + (count or self._period)
                self.flag_seen = now
            elif was_on and not is_on:
                self.stopped_value = count
            self._arm()
        elif offset == 4:
            count = self._value()
            self.reload = value & 0xFF_FFFF
            if self.csr & _ENABLE:
                self.zero_at = now + (count or self._period)
            self._arm()
        elif offset == 8:
            self.stopped_value = 0
            self.zero_at = now + self._period
            self.flag_seen = now
            self._arm()
        else:
            raise Unmodelled


DWT = Table(note="Names are those of the ARMv7-M manual, table C1-21.")
DWT_CTRL = DWT.stored(0x000, "DWT_CTRL", "CYCCNTENA:0")
DWT_CYCCNT = DWT.stored(0x004, "DWT_CYCCNT", writable=WORD)
DWT.unmodelled("profiling", "DWT_CPICNT:0x008 DWT_EXCCNT:0x00C DWT_SLEEPCNT:0x010 DWT_LSUCNT:0x014 DWT_FOLDCNT:0x018")
DWT.unmodelled("profiling", "DWT_PCSR:0x01C")
for _index in range(4):
    DWT.unmodelled(
        "comparators",
        f"DWT_COMP{_index}:{0x20 + 16 * _index:#x} DWT_MASK{_index}:{0x24 + 16 * _index:#x} "
        f"DWT_FUNCTION{_index}:{0x28 + 16 * _index:#x}",
    )


class Dwt(Peripheral):
    """The cycle counter of the DWT at 0xE0001000; the comparators are not modelled."""

    TABLE = DWT
    STATE = ("running", "origin")

    def reset(self) -> None:
        """Stopped at zero."""
        self.running = False
        self.origin = 0  # running: the cycle at which the count was zero; stopped: the count

    def read(self, offset: int, size: int) -> int:
        """CTRL says that there are no comparators."""
        if size != 4:
            raise Unmodelled
        if offset == DWT_CTRL:
            return int(self.running)
        if offset == DWT_CYCCNT:
            return (self.clock.now - self.origin if self.running else self.origin) & 0xFFFF_FFFF
        raise Unmodelled

    def write(self, offset: int, value: int, size: int) -> None:
        """CYCCNTENA starts and stops, CYCCNT sets."""
        if size != 4 or offset > DWT_CYCCNT:
            raise Unmodelled
        count = self.read(DWT_CYCCNT, 4)
        if offset == DWT_CTRL:
            self.running = bool(value & 1)
        else:
            count = value
        self.origin = self.clock.now - count if self.running else count
