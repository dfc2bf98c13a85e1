"""A deadline a block can move or drop, which survives snapshots exactly."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cc3200sim.clock import Clock, Event


class Alarm:
    """One pending deadline in cycles. `state` is all a snapshot needs: the clock's queue is restored with the clock.

    Every arming has its own number, so an event that a restored queue still holds for an arming since moved or dropped
    does nothing when it comes.
    """

    def __init__(self, clock: Clock, callback: Callable[[], None]) -> None:
        self.when: int | None = None
        self._clock = clock
        self._callback = callback
        self._arming = 0
        self._event: Event | None = None

    def at(self, when: int) -> None:
        """Call back at an absolute cycle, instead of any earlier arrangement."""
        self._clock.cancel(self._event)
        self._arming += 1
        self.when = when
        self._event = self._clock.at(when, partial(self._fire, self._arming))

    def after(self, delay: int) -> None:
        """Call back after a number of cycles, instead of any earlier arrangement."""
        self.at(self._clock.now + delay)

    def cancel(self) -> None:
        """Drop the deadline; fine when there is none."""
        self._clock.cancel(self._event)
        self._arming += 1
        self.when = None
        self._event = None

    def _fire(self, arming: int) -> None:
        if arming == self._arming and self.when is not None:
            self.when = None
            self._event = None
            self._callback()

    @property
    def state(self) -> tuple[int | None, int]:
        """The deadline and the number of its arming, for a snapshot."""
        return self.when, self._arming

    @state.setter
    def state(self, state: tuple[int | None, int]) -> None:
        self.when, self._arming = state
        self._event = None
