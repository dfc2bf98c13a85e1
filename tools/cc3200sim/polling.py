"""Shortens loops that wait for a register: laps that can't differ are counted instead of executed.

If the processor comes by the same load twice with the same registers and the same RAM, and has touched no other
register of the chip meanwhile, then it will come by again and again, until something happens at a cycle that is known
before: the end of the slice. Time and instructions are what they would have been.
"""

from __future__ import annotations

from cc3200sim.bus import LOADS
from cc3200sim.peripheral import Peripheral
from cc3200sim.unicorn_handle import Engine, RegisterSet

_FEWEST_LAPS = 16  # below, comparing costs more than running
_PATIENCE = 64  # loads until the next try, doubled by each that was in vain
_MOST_PATIENCE = 1 << 14


class Polling:
    """Asked by the bus after LOADS loads of one register in a row (`seen`); the core says when a slice begins.

    `registers` are all that an instruction can depend on.
    """

    def __init__(self, engine: Engine, registers: RegisterSet, ram: memoryview) -> None:
        self._engine, self._registers, self._ram = engine, registers, ram
        self._patience = _PATIENCE
        self._lap: tuple[int, list[int], bytes] | None = None
        self.skipped = 0
        """Instructions that were counted and not executed."""

    def begin_slice(self) -> None:
        """What was seen before does not count: something may have happened."""
        self._lap = None

    def seen(self, block: Peripheral, offset: int) -> int:
        """A load in a row of them: how many loads to let pass (negative), or LOADS - 1 to be asked at the next."""
        if not block.steady(offset):
            return -_MOST_PATIENCE
        now = self._engine.counter.value
        state = self._registers.read()
        before = self._lap
        if before is None:
            self._lap = now, state, bytes(self._ram)
            return LOADS - 1
        self._lap = None
        period = now - before[0]
        laps = (self._engine.limit.value - now) // period if period > 0 else 0
        if laps < _FEWEST_LAPS or state != before[1] or bytes(self._ram) != before[2]:
            self._patience = min(2 * self._patience, _MOST_PATIENCE)
            return -self._patience
        self._patience = _PATIENCE
        self._engine.count_on(laps * period)
        self.skipped += laps * period
        return 0
