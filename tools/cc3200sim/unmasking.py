"""Long runs of code that masks interrupts while one is pending: they end where a mask may be lifted.

No callback tells that a mask has changed. So the instructions that can lift one, CPSIE and MSR to a mask, are looked up
in the memories and hooked, as long as such code runs; nothing else of the processor lifts a mask but the return from an
exception, which ends a run by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from cc3200sim.unicorn_handle import Engine

_RUN = 10_000  # instructions between looks for new code
_PAGE = 1024
_OVERLAP = 2  # an instruction of two halfwords may begin at the end of a page
# CPSIE (ARMv7-M B5.2.1: B660 and the flags to change), MSR to PRIMASK, BASEPRI, BASEPRI_MAX, FAULTMASK (B5.2.3, SYSm 16
# to 19). What looks like one and is data does no harm.
_LIFTS = re.compile(rb"[\x60-\x67]\xb6|[\x80-\x8f]\xf3[\x10-\x13][\x80-\x8f]", re.DOTALL)


def lifting(code: bytes) -> list[int]:
    """Offsets of all halfwords that may be an instruction that lifts a mask."""
    found = []
    at = 0
    while (match := _LIFTS.search(code, at)) is not None:
        at = match.start() + 1
        if not match.start() & 1:
            found.append(match.start())
    return found


class Unmasking:
    """Hooks in the memories at `places` (address and bytes), which call `reached` inside the run."""

    def __init__(self, engine: Engine, places: Sequence[tuple[int, memoryview]], reached: Callable[[], None]) -> None:
        self._engine, self._reached = engine, reached
        self._pages = [
            (base + start, view[start : start + _PAGE + _OVERLAP])
            for base, view in places
            for start in range(0, len(view), _PAGE)
        ]
        self._seen = [b""] * len(self._pages)
        self._found: list[list[int]] = [[] for _ in self._pages]
        self._hooks: list[int] = []
        self._watched: list[list[int]] = []

    def guard(self) -> int:
        """Have all of them hooked. Instructions that may run now; code that is new by then is hooked by then."""
        for number, (base, view) in enumerate(self._pages):
            page = bytes(view)  # a comparison of views goes byte by byte
            if page != self._seen[number]:
                self._seen[number] = page
                self._found[number] = [base + at for at in lifting(page)]
        if self._found != self._watched:
            self.release()
            self._hooks = self._engine.watch(
                sorted({address for page in self._found for address in page}), self._reached
            )
            self._watched = list(self._found)
        return _RUN

    def release(self) -> None:
        """Take the hooks away: they make code slow that runs through them with nothing pending."""
        if self._hooks:
            self._engine.unwatch(self._hooks)
            self._hooks, self._watched = [], []
