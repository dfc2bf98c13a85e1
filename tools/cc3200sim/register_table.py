"""Registers and their fields as data: one line a register, from which messages, models and docs/chip/ take the names.

A register is its offset (an int), so that a model looks it up like one. Fields are one string of `name:bits`,
"SA:7-1 RS:0"; a mark behind the bits says how far the field is modelled: none, entirely; `~`, it is held and has no
effect; `!`, it is not, and a store that sets it is refused. Bits of no field are reserved: stores to them are lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

WORD = 0xFFFF_FFFF


class Access(Enum):
    """How a register behaves."""

    STORED = "holds what is written"
    CONSTANT = "reads the same always, stores are lost"
    LIVE = "worked out at each access"
    UNMODELLED = "not modelled"


class Extent(Enum):
    """How far a field is modelled, by its mark."""

    FULL = ""
    HELD = "~"
    REFUSED = "!"


@dataclass(frozen=True)
class Field:
    """Named bits of a register."""

    name: str
    mask: int
    extent: Extent = Extent.FULL

    @property
    def bits(self) -> str:
        """The bits as the data sheet writes them: "7" or "7:0"."""
        low, high = (self.mask & -self.mask).bit_length() - 1, self.mask.bit_length() - 1
        return str(low) if low == high else f"{high}:{low}"

    def show(self, value: int) -> str:
        """The field's part of a register's value, "" when it is 0."""
        part = (value & self.mask) // (self.mask & -self.mask)
        if not part:
            return ""
        return self.name if self.bits.isdigit() else f"{self.name}={part:#x}"


def _fields(text: str) -> tuple[Field, ...]:
    fields = []
    for word in text.split():
        name, _, bits = word.partition(":")
        extent = Extent(bits[-1:] if bits[-1:] in "~!" else "")
        high, _, low = bits.rstrip("~!").partition("-")
        width = int(high) - int(low or high) + 1
        fields.append(Field(name, ((1 << width) - 1) << int(low or high), extent))
    return tuple(fields)


class Register(int):
    """A register: its offset in the block, and what is known of it.

    `writes` are the fields of a stored value, `reads` those of a loaded one. `source` is where the fields are from if
    that is not the table's header.
    """

    name: str
    access: Access
    reset: int
    writable: int
    refused: int  # bits that no store may set, since their function is not modelled
    writes: tuple[Field, ...]
    reads: tuple[Field, ...]
    note: str
    source: str
    span: int

    def masks(self, names: str) -> Iterator[int]:
        """The masks of fields by their names. KeyError for one that the register has not."""
        masks = {field.name: field.mask for field in (*self.reads, *self.writes)}
        return iter([masks[name] for name in names.split()])

    def show(self, value: int, write: bool) -> str:
        """A value by the fields that are set: "RUN|START"; bits of no field as a number."""
        fields = self.writes if write else self.reads
        words = [field.show(value) for field in fields]
        rest = value & ~sum(field.mask for field in fields)
        return "|".join([*filter(None, words), *([f"{rest:#x}"] if rest else [])]) or "0"


class Table:
    """The registers of a block. `header` is TI's file of register names (hw_…), `prefix` what it puts before them."""

    def __init__(self, header: str = "", prefix: str = "", note: str = "") -> None:
        self.header = header
        self.prefix = prefix
        self.note = note
        self._registers: dict[int, Register] = {}

    def __iter__(self) -> Iterator[Register]:
        return iter(sorted(self._registers.values()))

    def at(self, offset: int) -> Register | None:
        """The register that a byte offset is in."""
        register = self._registers.get(offset & ~3)
        if register is None:
            return next((each for each in self._registers.values() if each <= offset < each + each.span), None)
        return register

    def _add(
        self,
        offset: int,
        name: str,
        access: Access,
        fields: str,
        *,
        reads: str | None = None,
        reset: int = 0,
        writable: int | None = None,
        note: str = "",
        source: str = "",
        span: int = 4,
    ) -> Register:
        if offset in self._registers:
            raise ValueError(f"{name} and {self._registers[offset].name} are both at {offset:#x}")
        register = Register(offset)
        register.name, register.access, register.reset = name, access, reset
        register.writes = _fields(fields)
        register.reads = register.writes if reads is None else _fields(reads)
        held = sum(field.mask for field in register.writes if field.extent is not Extent.REFUSED)
        register.writable = held if writable is None else writable
        register.refused = sum(field.mask for field in register.writes if field.extent is Extent.REFUSED)
        register.note, register.source, register.span = note, source, span
        self._registers[offset] = register
        return register

    def stored(
        self,
        offset: int,
        name: str,
        fields: str = "",
        *,
        reads: str | None = None,
        reset: int = 0,
        writable: int | None = None,
        note: str = "",
        source: str = "",
    ) -> Register:
        """A register that holds what is written to its fields, or to the bits of `writable`."""
        return self._add(
            offset, name, Access.STORED, fields, reads=reads, reset=reset, writable=writable, note=note, source=source
        )

    def constant(self, offset: int, name: str, fields: str = "", *, reset: int = 0, note: str = "") -> Register:
        """A register that reads `reset` (unless the model sets it) and loses what is stored."""
        return self._add(offset, name, Access.CONSTANT, fields, reset=reset, writable=0, note=note)

    def live(
        self,
        offset: int,
        name: str,
        fields: str = "",
        *,
        reads: str | None = None,
        note: str = "",
        source: str = "",
        span: int = 4,
    ) -> Register:
        """A register that only handlers answer for."""
        return self._add(offset, name, Access.LIVE, fields, reads=reads, note=note, source=source, span=span)

    def unmodelled(self, why: str, registers: str) -> None:
        """Registers that the chip has and the model has not: "MBLEN:0x030 MBCNT:0x034"."""
        for word in registers.split():
            name, _, offset = word.partition(":")
            self._add(int(offset, 16), name, Access.UNMODELLED, "", note=why)
