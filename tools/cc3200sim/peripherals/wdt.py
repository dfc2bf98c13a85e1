"""WDT: the watchdog (CC3200 TRM SWRU367 chapter 10, hw_wdt.h). It counts down at 80 MHz.

The first time-out raises the interrupt and reloads; a second one with the interrupt still pending resets the MCU.
On this chip that reset cannot be switched off (TI drivers, WatchdogCC32XX.h), and the interrupt cannot be an NMI.
"""

from __future__ import annotations

from collections.abc import Callable

from cc3200sim.alarm import Alarm
from cc3200sim.clock import Clock
from cc3200sim.peripheral import IrqLine
from cc3200sim.peripherals.registers import RegisterBlock, reads, writes
from cc3200sim.register_table import WORD, Table

REGISTERS = Table("hw_wdt.h", "WDT_O_")
LOAD = REGISTERS.stored(0x000, "LOAD", reset=WORD, writable=WORD)
VALUE = REGISTERS.live(0x004, "VALUE")
CTL = REGISTERS.stored(0x008, "CTL", "INTEN:0 RESEN:1~ INTTYPE:2~")
ICR = REGISTERS.live(0x00C, "ICR", note="any value clears the interrupt")
RIS = REGISTERS.live(0x010, "RIS", "WDTRIS:0")
MIS = REGISTERS.live(0x014, "MIS", "WDTMIS:0")
REGISTERS.stored(0x418, "TEST", "STALL:8~")
LOCK = REGISTERS.live(0xC00, "LOCK", note="0x1ACCE551 unlocks, any other value locks; reads 1 while locked")

(CTL_INTEN,) = CTL.masks("INTEN")
CTL_WRC = 0x8000_0000  # write complete: always
UNLOCK = 0x1ACC_E551


class Wdt(RegisterBlock):
    """The watchdog; `expired` is called at the second time-out."""

    TABLE = REGISTERS
    STEADY = frozenset((LOCK, CTL, RIS, MIS))
    STATE = ("regs", "_pending", "_locked")
    ALARMS = ("_timeout",)

    def __init__(self, clock: Clock, irq: IrqLine, expired: Callable[[], None]) -> None:
        self._irq = irq
        self._expired = expired
        self._timeout = Alarm(clock, self._timed_out)
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
        if offset == LOCK or not self._locked:
            super().write(offset, value, size)

    @writes(LOCK)
    def _write_lock(self, value: int) -> None:
        self._locked = value != UNLOCK

    @reads(LOCK)
    def _read_lock(self) -> int:
        return int(self._locked)

    @reads(CTL)
    def _control(self) -> int:
        return self.regs[CTL] | CTL_WRC

    @reads(RIS)
    def _raw(self) -> int:
        return int(self._pending)

    @reads(MIS)
    def _masked(self) -> int:
        return int(self._pending and bool(self.regs[CTL] & CTL_INTEN))

    @reads(VALUE)
    def _value(self) -> int:
        when = self._timeout.when
        return self.regs[LOAD] if when is None else max(0, when - self.clock.now)

    def _start(self) -> None:
        self._timeout.after(max(1, self.regs[LOAD]))

    @writes(LOAD)
    def _write_load(self, value: int) -> None:
        self.regs[LOAD] = value
        if self.regs[CTL] & CTL_INTEN:
            self._start()

    @writes(CTL)
    def _write_control(self, value: int) -> None:
        """INTEN starts the counter; once set, only a reset clears it."""
        running = self.regs[CTL] & CTL_INTEN
        self.regs[CTL] = value & CTL.writable | running
        if value & CTL_INTEN and not running:
            self._start()

    @writes(ICR)
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
