"""Signals between a block and the pads its function is selected on (CC3200 TRM SWRU367 chapter 16)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class OutputListener(Protocol):
    """A pad that follows an output."""

    def output_changed(self) -> None:
        """The level or the enable of the selected output changed."""


class Output:
    """A block's output on its way to the pads: a level, and whether the block drives it."""

    __slots__ = ("enabled", "level", "pads")

    def __init__(self, level: int = 0, enabled: bool = False) -> None:
        self.level = level
        self.enabled = enabled
        self.pads: list[OutputListener] = []

    def set(self, level: int, enabled: bool = True) -> None:
        """Drive a level, or let go."""
        if level != self.level or enabled != self.enabled:
            self.level = level
            self.enabled = enabled
            for pad in self.pads:
                pad.output_changed()


class Input:
    """A block's input: the level of the pad its function is selected on, `idle` while no pad is.

    Of several pads with the function the one selected last counts. That is not documented; but some must not count,
    since pads 10 and 11 come out of reset with the I2C function, and I2C works on other pads all the same.
    """

    __slots__ = ("_on_change", "_sources", "idle", "level")

    def __init__(self, on_change: Callable[[int], None], idle: int = 0) -> None:
        self.idle = idle
        self.level = idle
        self._on_change = on_change
        self._sources: dict[int, int] = {}

    def feed(self, source: int, level: int | None) -> None:
        """A pad gives its level, or None when the function is no longer selected there."""
        if level is None:
            self._sources.pop(source, None)
        else:
            self._sources[source] = level
        now = next(reversed(self._sources.values())) if self._sources else self.idle
        if now != self.level:
            self.level = now
            self._on_change(now)

    def save(self) -> tuple[int, dict[int, int]]:
        """The state for a snapshot."""
        return self.level, dict(self._sources)

    def restore(self, state: tuple[int, dict[int, int]]) -> None:
        """Go back to a saved state; nobody is called."""
        self.level, self._sources = state[0], dict(state[1])
