"""The base of a block made of 32-bit registers: a table of them, and handlers where a register does something."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, TypeVar

from cc3200sim.alarm import Alarm
from cc3200sim.clock import Clock
from cc3200sim.peripheral import Peripheral, Unmodelled
from cc3200sim.register_table import Access, Register

Reader = Callable[[], int]
Writer = Callable[[int], None]
_Method = TypeVar("_Method", bound=Callable[..., Any])


def _handler(kind: str, registers: tuple[Register, ...], each: bool) -> Callable[[_Method], _Method]:
    def mark(method: _Method) -> _Method:
        vars(method).setdefault("handles", []).extend((kind, register, each) for register in registers)
        return method

    return mark


def reads(register: Register) -> Callable[[_Method], _Method]:
    """Marks the method that a load of a register calls: `() -> value`."""
    return _handler("readers", (register,), each=False)


def writes(register: Register) -> Callable[[_Method], _Method]:
    """Marks the method that a store to a register calls: `(value)`."""
    return _handler("writers", (register,), each=False)


def reads_each(*registers: Register) -> Callable[[_Method], _Method]:
    """Marks the method that loads of several registers call: `(register) -> value`."""
    return _handler("readers", registers, each=True)


def writes_each(*registers: Register) -> Callable[[_Method], _Method]:
    """Marks the method that stores to several registers call: `(register, value)`."""
    return _handler("writers", registers, each=True)


class RegisterBlock(Peripheral):
    """The registers of `TABLE` at word offsets; every other offset is Unmodelled.

    Methods marked with `reads`, `writes` and their `_each` forms go before the stored value. A store that sets a field
    whose function is not modelled is Unmodelled and changes nothing. A load of a byte or half-word gives its part of
    the word; a narrow store is merged into the word that is held, or into 0 where none is, unless the block takes it as
    it is (`narrow_writes`). STEADY are those registers with a method for loads that are `steady` all the same.
    """

    STEADY: ClassVar[frozenset[int]] = frozenset()

    ALARMS: ClassVar[tuple[str, ...]] = ()
    STATE: ClassVar[tuple[str, ...]] = ("regs",)
    narrow_writes: ClassVar[frozenset[int]] = frozenset()
    _resets: ClassVar[dict[int, int]] = {}
    _stored: ClassVar[dict[int, tuple[int, int]]] = {}
    _handlers: ClassVar[list[tuple[str, str, Register, bool]]] = []
    _refusing: ClassVar[list[Register]] = []

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        held = [register for register in cls.TABLE if register.access in (Access.STORED, Access.CONSTANT)]
        cls._resets = {register: register.reset for register in held}
        cls._stored = {register: (register.reset & ~register.writable, register.writable) for register in held}
        cls._refusing = [register for register in cls.TABLE if register.refused]
        cls._handlers = [
            (name, kind, register, each)
            for name, method in vars(cls).items()
            for kind, register, each in getattr(method, "handles", ())
        ]

    def __init__(self, clock: Clock) -> None:
        self.readers: dict[int, Reader] = {}
        self.writers: dict[int, Writer] = {}
        for name, kind, register, each in self._handlers:
            method = getattr(self, name)
            getattr(self, kind)[int(register)] = partial(method, register) if each else method
        for register in self._refusing:
            writer = self.writers.get(register, partial(self._hold, register))
            self.writers[int(register)] = partial(self._write_checked, register, writer)
        self.regs: dict[int, int] = {}
        super().__init__(clock)

    def reset(self) -> None:
        self.regs = self._resets.copy()
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

    def steady(self, offset: int) -> bool:
        word = offset & ~3
        return word in self.STEADY or (word in self.regs and word not in self.readers)

    def write(self, offset: int, value: int, size: int) -> None:
        if size != 4 and offset not in self.narrow_writes:
            word, shift = offset & ~3, 8 * (offset & 3)
            held = self.regs[word] & ~((1 << 8 * size) - 1 << shift) if word in self._stored else 0
            offset, value = word, held | value << shift
        writer = self.writers.get(offset)
        if writer is not None:
            writer(value)
            return
        try:
            fixed, mask = self._stored[offset]
        except KeyError:
            raise Unmodelled from None
        self.regs[offset] = fixed | value & mask

    def _hold(self, register: Register, value: int) -> None:
        fixed, mask = self._stored[register]
        self.regs[register] = fixed | value & mask

    @staticmethod
    def _write_checked(register: Register, writer: Writer, value: int) -> None:
        refused = value & register.refused
        if refused:
            raise Unmodelled(f"{register.name}.{register.show(refused, write=True)}")
        writer(value)

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
