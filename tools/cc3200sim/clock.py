"""Virtual time: one cycle an executed instruction at 80 MHz, and the events that wait for a cycle to come."""

from __future__ import annotations

import ctypes
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

CPU_HZ = 80_000_000


def cycles(seconds: float) -> int:
    """CPU cycles in a span of virtual seconds."""
    return round(seconds * CPU_HZ)


@dataclass(order=True)
class Event:
    """A callback that is due at an absolute cycle. Same cycle: first scheduled, first called.

    A snapshot keeps the event itself, so a component may list an attribute that holds one in its STATE.
    """

    when: int
    order: int
    callback: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def __deepcopy__(self, memo: dict[int, object]) -> Event:
        return self


class Counter(Protocol):
    """Counts the instructions of the running slice; 0 between slices."""

    @property
    def value(self) -> int:
        """Instructions so far."""


class Clock:
    """Counts cycles and calls back. The core advances it; peripherals read `now` and schedule."""

    def __init__(self) -> None:
        self._queue: list[Event] = []
        self._order = 0
        self._base = 0
        self._counter: Counter = ctypes.c_uint64(0)
        # The core replaces it: asks to end the running slice at an absolute cycle, if that is sooner.
        self.shorten_slice: Callable[[int], None] = lambda when: None

    def count_with(self, counter: Counter) -> None:
        """Let a counter that the core increments an instruction add to the time (the core zeroes it after a slice)."""
        self._counter = counter

    @property
    def now(self) -> int:
        """Cycles since power-up, exact also inside a register access."""
        return self._base + self._counter.value

    def advance_to(self, when: int) -> None:
        """Move time to an absolute cycle (the core calls this around slices, with its counter at zero)."""
        self._base = when

    def at(self, when: int, callback: Callable[[], None]) -> Event:
        """Call back at an absolute cycle; one that has passed is due at once."""
        self._order += 1
        event = Event(max(when, self.now), self._order, callback)
        heapq.heappush(self._queue, event)
        self.shorten_slice(event.when)
        return event

    def after(self, delay: int, callback: Callable[[], None]) -> Event:
        """Call back after a number of cycles."""
        return self.at(self.now + delay, callback)

    @staticmethod
    def cancel(event: Event | None) -> None:
        """Forget an event; None and events already called are fine."""
        if event is not None:
            event.cancelled = True

    @property
    def next_deadline(self) -> int | None:
        """The cycle of the earliest event, None when nothing waits."""
        while self._queue and self._queue[0].cancelled:
            heapq.heappop(self._queue)
        return self._queue[0].when if self._queue else None

    def run_due(self) -> None:
        """Call every event that is due now, in order."""
        while (deadline := self.next_deadline) is not None and deadline <= self.now:
            heapq.heappop(self._queue).callback()

    def save(self) -> tuple[int, int, list[Event]]:
        """The state for a snapshot (events are kept by reference: same process, same machine)."""
        return self._base, self._order, [event for event in self._queue if not event.cancelled]

    def restore(self, state: tuple[int, int, list[Event]]) -> None:
        """Go back to a saved state; the events that waited then wait again, cancelled since or not."""
        self._base, self._order, live = state
        for event in live:
            event.cancelled = False
        self._queue = list(live)
        heapq.heapify(self._queue)
