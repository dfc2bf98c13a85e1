"""How long the parts of the device were at work, and which of them a span of time was spent on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Span = tuple[int, int]  # cycles: the first, and the one after the last


class Busy:
    """The work of one part of the device. `cycles` is all of it so far; pieces that overlap count one by one.

    Pieces themselves are kept between `record` and `recorded`, for `shares`. A snapshot has the cycles alone.
    """

    __slots__ = ("_spans", "cycles")

    def __init__(self) -> None:
        self.cycles = 0
        self._spans: list[Span] | None = None

    def add(self, start: int, end: int) -> None:
        """The part works, or is going to, from one cycle to another."""
        self.cycles += end - start
        spans = self._spans
        if spans is not None:
            if spans and spans[-1][1] == start:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))

    def record(self) -> None:
        """Keep pieces from now on."""
        self._spans = []

    def recorded(self) -> list[Span]:
        """The pieces since `record`, and no more of them."""
        spans, self._spans = self._spans, None
        return spans or []


def merge(spans: Iterable[Span], within: Span) -> list[Span]:
    """The same cycles as spans in order that do not touch, cut to a window."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        start, end = max(start, within[0]), min(end, within[1])
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def length(merged: Iterable[Span]) -> int:
    """Cycles in merged spans."""
    return sum(end - start for start, end in merged)


def shares(parts: Mapping[str, Iterable[Span]], within: Span) -> tuple[dict[str, int], int]:
    """Gives each cycle of a window to the first of the parts, in their order, that was at work in it.

    Returns the cycles of each part, and those in which none was.
    """
    taken: list[Span] = []
    found: dict[str, int] = {}
    for name, spans in parts.items():
        before = length(taken)
        taken = merge([*taken, *spans], within)
        found[name] = length(taken) - before
    return found, within[1] - within[0] - length(taken)
