"""A machine that runs with a console: pace, input and output, until the time is over or the user leaves."""

from __future__ import annotations

import time
from collections.abc import Callable

from cc3200sim.clock import CPU_HZ, cycles
from cc3200sim.console import Console
from cc3200sim.machine import Machine, Power

_REAL_SLICE = cycles(5e-3)
_VIRTUAL_SLICE = cycles(20e-3)
_LAG_FORGIVEN = 0.25  # seconds behind the wall clock that are caught up with; more is lost

# A pipe is typed as a person would: a line when the firmware has been silent for so long.
_QUIET_BEFORE_LINE = cycles(50e-3)
_QUIET_AT_END = cycles(2)


class Session:
    """One run of a machine that has its power on.

    real_time: virtual time keeps to the wall clock; else it runs as fast as the host can. limit: seconds of virtual
    time, None for no end. on_slice is called between slices.
    """

    def __init__(
        self,
        machine: Machine,
        console: Console,
        *,
        real_time: bool,
        limit: float | None = None,
        on_slice: Callable[[], None] = lambda: None,
    ) -> None:
        self._machine, self._console = machine, console
        self._real_time = real_time
        start = machine.clock.now
        self._end = None if limit is None else start + cycles(limit)
        self._on_slice = on_slice
        self._typed = b""
        self._last_output: int | None = None
        self._last_input = start

    def run(self) -> None:
        """Until the time is over, the user leaves, the power is cut, or a piped input has ended and all is quiet."""
        machine, console = self._machine, self._console
        clock = machine.clock
        wall, virtual = time.monotonic(), clock.now
        step = _REAL_SLICE if self._real_time else _VIRTUAL_SLICE
        while not self._finished():
            self._read()
            target = clock.now + step
            machine.run_until(target if self._end is None else min(target, self._end))
            output = machine.uart.take()
            if output:
                self._last_output = clock.now
                console.write(output)
            self._on_slice()
            if self._real_time:
                ahead = (clock.now - virtual) / CPU_HZ - (time.monotonic() - wall)
                if ahead > 0:
                    console.wait(ahead)
                elif ahead < -_LAG_FORGIVEN:
                    wall, virtual = time.monotonic(), clock.now

    def _finished(self) -> bool:
        now = self._machine.clock.now
        if self._console.quit or self._machine.power is Power.OFF:
            return True
        if self._end is not None:
            return now >= self._end
        quiet_since = max(self._last_input, self._last_output or 0)
        return self._console.ended and not self._typed and now - quiet_since >= _QUIET_AT_END

    def _read(self) -> None:
        data = self._console.read()
        if self._console.interactive:
            if data:
                self._machine.uart.feed(data)
            return
        self._typed += data.replace(b"\r\n", b"\n").replace(b"\n", b"\r")
        now = self._machine.clock.now
        if not self._typed or self._last_output is None:
            return
        if now - max(self._last_output, self._last_input) >= _QUIET_BEFORE_LINE:
            line, newline, self._typed = self._typed.partition(b"\r")
            self._machine.uart.feed(line + newline)
            self._last_input = now
