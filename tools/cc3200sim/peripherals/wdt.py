"""WDT: the watchdog (CC3200 TRM SWRU367 chapter 10, hw_wdt.h). It counts down at 80 MHz.

The first time-out raises the interrupt and reloads; a second one with the interrupt still pending resets the MCU.
On this chip that reset cannot be switched off (TI drivers, WatchdogCC32XX.h), and the interrupt cannot be an NMI.
"""

from __future__ import annotations

from collections.abc import Callable

from cc3200sim.alarm import Alarm
from cc3200sim.clock import Clock
from cc3200sim.peripheral import IrqLine
from cc3200sim.peripherals.registers import RegisterBlock

LOAD, VALUE, CTL, ICR, RIS, MIS, TEST, LOCK = 0x000, 0x004, 0x008, 0x00C, 0x010, 0x014, 0x418, 0xC00
CTL_INTEN, CTL_WRC = 0x0000_0001, 0x8000_0000
UNLOCK = 0x1ACC_E551


class Wdt(RegisterBlock):
    """The watchdog; `expired` is called at the second time-out."""

    STORED = {LOAD: (0xFFFF_FFFF, 0xFFFF_FFFF), CTL: (0, 0x7), TEST: (0, 0x100)}
    STATE = ("regs", "_pending", "_locked")
    ALARMS = ("_timeout",)

    def __init__(self, clock: Clock, irq: IrqLine, expired: Callable[[], None]) -> None:
        self._irq = irq
        self._expired = expired
        self._timeout = Alarm(clock, self._timed_out)
        self.readers = {
            VALUE: self._value,
            CTL: lambda: self.regs[CTL] | CTL_WRC,
            RIS: lambda: int(self._pending),
            MIS: lambda: int(self._pending and bool(self.regs[CTL] & CTL_INTEN)),
            LOCK: lambda: int(self._locked),
        }
        self.writers = {LOAD: self._write_load, CTL: self._write_control, ICR: self._write_clear}
        super().__init__(clock)

    @property
    def working(self) -> bool:
        return bool(self.regs[CTL] & CTL_INTEN)

    def reset(self) -> None:
        super().reset()
        self._pending = False
        self._locked = False
        self._irq.set(False)

    def write(self, offset: int, value: int, size: int) -> None:
        if offset == LOCK:
            self._locked = value != UNLOCK
        elif not self._locked:
            super().write(offset, value, size)

    def _value(self) -> int:
        when = self._timeout.when
        return self.regs[LOAD] if when is None else max(0, when - self.clock.now)

    def _start(self) -> None:
        self._timeout.after(max(1, self.regs[LOAD]))

    def _write_load(self, value: int) -> None:
        self.regs[LOAD] = value
        if self.regs[CTL] & CTL_INTEN:
            self._start()

    def _write_control(self, value: int) -> None:
        """INTEN starts the counter; once set, only a reset clears it."""
        running = self.regs[CTL] & CTL_INTEN
        self.regs[CTL] = value & 7 | running
        if value & CTL_INTEN and not running:
            self._start()

    def _write_clear(self, value: int) -> None:
        self._pending = False
        self._irq.set(False)
        if self.regs[CTL] & CTL_INTEN:
            self._start()

    def _timed_out(self) -> None:
        if self._pending:
            self._expired()
            return
        self._pending = True
        self._irq.set(True)
        self._start()
