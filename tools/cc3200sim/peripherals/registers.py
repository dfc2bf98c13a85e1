"""The base of a block made of 32-bit registers: storage with a mask, and handlers where a register does something."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from cc3200sim.alarm import Alarm
from cc3200sim.clock import Clock
from cc3200sim.peripheral import Peripheral, Unmodelled

Reader = Callable[[], int]
Writer = Callable[[int], None]


class RegisterBlock(Peripheral):
    """Registers at word offsets, claimed one by one; every other offset is Unmodelled.

    `STORED` maps an offset to (reset value, writable mask): bits outside the mask keep their reset value. `readers` and
    `writers` map an offset to a handler that goes before the stored value; a subclass fills them before calling
    `__init__` of this class. A load of a byte or half-word gives its part of the word; a narrow store is Unmodelled
    unless the block says otherwise (`narrow_writes`).
    """

    STORED: ClassVar[dict[int, tuple[int, int]]] = {}
    ALARMS: ClassVar[tuple[str, ...]] = ()
    STATE: ClassVar[tuple[str, ...]] = ("regs",)
    narrow_writes: ClassVar[frozenset[int]] = frozenset()

    def __init__(self, clock: Clock) -> None:
        if not hasattr(self, "readers"):
            self.readers: dict[int, Reader] = {}
        if not hasattr(self, "writers"):
            self.writers: dict[int, Writer] = {}
        self.regs: dict[int, int] = {}
        super().__init__(clock)

    def reset(self) -> None:
        self.regs = {offset: value for offset, (value, _) in self.STORED.items()}
        for name in self.ALARMS:
            getattr(self, name).cancel()

    def read(self, offset: int, size: int) -> int:
        word = offset & ~3
        reader = self.readers.get(word)
        if reader is not None:
            value = reader()
        else:
            try:
                value = self.regs[word]
            except KeyError:
                raise Unmodelled from None
        if size == 4:
            return value
        return value >> 8 * (offset & 3) & (1 << 8 * size) - 1

    def write(self, offset: int, value: int, size: int) -> None:
        if size != 4 and offset not in self.narrow_writes:
            raise Unmodelled
        writer = self.writers.get(offset)
        if writer is not None:
            writer(value)
            return
        try:
            reset, mask = self.STORED[offset]
        except KeyError:
            raise Unmodelled from None
        self.regs[offset] = reset & ~mask | value & mask

    def save(self) -> dict[str, Any]:
        state = {name: _copy(getattr(self, name)) for name in self.STATE}
        state["alarms"] = {name: _alarm(self, name).state for name in self.ALARMS}
        return state

    def restore(self, state: dict[str, Any]) -> None:
        for name in self.STATE:
            setattr(self, name, _copy(state[name]))
        for name, value in state["alarms"].items():
            _alarm(self, name).state = value


def _alarm(block: RegisterBlock, name: str) -> Alarm:
    alarm = getattr(block, name)
    assert isinstance(alarm, Alarm)
    return alarm


def _copy(value: Any) -> Any:
    """A copy for a snapshot: a container of plain values is all that blocks keep (deepcopy is slow)."""
    return value.copy() if isinstance(value, (dict, list, set, bytearray, deque)) else value
