"""The clock of one block behind a clock gate: its time stands still while the gate is closed, and so do its events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from cc3200sim.clock import Clock, Event


@dataclass(order=True)
class HeldEvent(Event):
    """An event in the block's own time; `real` is its stand-in in the chip's clock while the gate is open."""

    real: Event | None = field(default=None, compare=False)


class GatedClock(Clock):
    """Cycles are those that the block has seen."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._lost = 0  # cycles that have passed behind the closed gate
        self._stopped_at: int | None = None
        self._waiting: list[HeldEvent] = []

    @property
    def now(self) -> int:
        """Cycles while the gate was open."""
        return (self._clock.now if self._stopped_at is None else self._stopped_at) - self._lost

    def at(self, when: int, callback: Callable[[], None]) -> Event:
        """As of a clock; while the gate is closed it waits for it to open, too."""
        self._order += 1
        event = HeldEvent(max(when, self.now), self._order, callback)
        self._waiting = [held for held in self._waiting if not held.cancelled]
        self._waiting.append(event)
        if self._stopped_at is None:
            self._arm(event)
        return event

    @staticmethod
    def cancel(event: Event | None) -> None:
        """As of a clock."""
        Clock.cancel(event)
        if isinstance(event, HeldEvent):
            Clock.cancel(event.real)

    def _arm(self, event: HeldEvent) -> None:
        event.real = self._clock.at(event.when + self._lost, partial(self._fire, event))

    def _fire(self, event: HeldEvent) -> None:
        if event in self._waiting and not event.cancelled:
            self._waiting.remove(event)
            event.callback()

    def gate(self, running: bool) -> None:
        """Open or close the gate; the same again is fine."""
        if running == (self._stopped_at is None):
            return
        if not running:
            self._stopped_at = self._clock.now
            for event in self._waiting:
                Clock.cancel(event.real)
                event.real = None
            return
        assert self._stopped_at is not None
        self._lost += self._clock.now - self._stopped_at
        self._stopped_at = None
        for event in sorted(held for held in self._waiting if not held.cancelled):
            self._arm(event)

    def save_gate(self) -> tuple[int, int | None, int, list[tuple[HeldEvent, Event | None]]]:
        """The state for a snapshot (events by reference, as in the chip's clock)."""
        waiting = [(event, event.real) for event in self._waiting if not event.cancelled]
        return self._lost, self._stopped_at, self._order, waiting

    def restore_gate(self, state: tuple[int, int | None, int, list[tuple[HeldEvent, Event | None]]]) -> None:
        """Go back to a saved state, after the chip's clock has."""
        self._lost, self._stopped_at, self._order, waiting = state
        for event, real in waiting:
            event.cancelled, event.real = False, real
        self._waiting = [event for event, _ in waiting]
