"""A device that runs: its pace, and the turns of what is attached, until time is over or one of them has finished."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence

from cc3200sim.clock import CPU_HZ, cycles
from cc3200sim.machine import Machine, Power
from cc3200sim.run.attachment import Attachment

_REAL_SLICE = cycles(5e-3)
_VIRTUAL_SLICE = cycles(20e-3)
_LAG_FORGIVEN = 0.25  # seconds behind the wall clock that are caught up with; more is lost


class Runner:
    """One run of a machine that has its power on.

    real_time: virtual time keeps to the wall clock; else it runs as fast as the host can. limit: seconds of virtual
    time, None for no end. wait: waits for so many seconds, or less when there is something to do.
    """

    def __init__(
        self,
        machine: Machine,
        attachments: Sequence[Attachment],
        *,
        real_time: bool = False,
        limit: float | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._machine, self._attachments = machine, attachments
        self._real_time, self._wait = real_time, wait
        self._end = None if limit is None else machine.clock.now + cycles(limit)

    def run(self) -> None:
        """Until the time is over, the power is cut, or an attachment has finished; with a limit, only if it must."""
        clock = self._machine.clock
        wall, virtual = time.monotonic(), clock.now
        step = _REAL_SLICE if self._real_time else _VIRTUAL_SLICE
        while not self._finished():
            for attachment in self._attachments:
                attachment.before_slice()
            target = clock.now + step
            self._machine.run_until(target if self._end is None else min(target, self._end))
            for attachment in self._attachments:
                attachment.after_slice()
            if self._real_time:
                ahead = (clock.now - virtual) / CPU_HZ - (time.monotonic() - wall)
                if ahead > 0:
                    self._wait(ahead)
                elif ahead < -_LAG_FORGIVEN:
                    wall, virtual = time.monotonic(), clock.now

    def _finished(self) -> bool:
        if self._end is not None and self._machine.clock.now >= self._end:
            return True
        return self._machine.power is Power.OFF or any(attachment.finished for attachment in self._attachments)

    def close(self) -> None:
        """Close every attachment, whatever the others do."""
        with contextlib.ExitStack() as stack:
            for attachment in self._attachments:
                stack.callback(attachment.close)
