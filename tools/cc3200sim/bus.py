"""The memory map: which block answers at an address, and what happens where none does."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from cc3200sim.peripheral import BusError, Peripheral, Unmodelled
from cc3200sim.register_table import Access as Kind

log = logging.getLogger("cc3200sim.bus")

LOADS = 4  # of one register in a row, before a loop that waits for it is suspected

ROM_BASE, ROM_SIZE = 0x0000_0000, 0x0008_0000
SRAM_BASE, SRAM_SIZE = 0x2000_0000, 0x0004_0000
# Each word of the alias is one bit of the SRAM. The CC32xx has no such alias for peripherals (TRM 2.2.3.1).
SRAM_ALIAS_BASE, SRAM_ALIAS_SIZE = 0x2200_0000, SRAM_SIZE * 32

_PAGE = 0x1000
_GRANULE = 8  # blocks start at multiples of 256 bytes (HIB at 0x4402F800, ADC at 0x4402E800)


class Place(Protocol):
    """Where the chip has a block: a row of the chip table. Sizes in bytes."""

    @property
    def name(self) -> str:
        """The block's name in the data sheet."""

    @property
    def base(self) -> int:
        """Its first address."""

    @property
    def size(self) -> int:
        """How many addresses are its."""


@dataclass(frozen=True)
class Access:
    """An access to a register that nothing models: the first one at its address. `where` is its name,
    `shown` the value by its fields."""

    address: int
    size: int
    pc: int
    write: bool
    value: int
    where: str
    shown: str
    why: str

    def __str__(self) -> str:
        what = f"write of {self.shown} to" if self.write else "read of"
        return f"{what} {self.where} ({self.address:#010x}, {self.size} bytes) at pc {self.pc:#010x}: {self.why}"


class Bus:
    """Finds the peripheral of an address. The core calls `read` and `write`; `pc` tells it where it was.

    `places` are all blocks of the chip, modelled or not. An access outside of them and of the memories is a bus fault;
    one inside that no model claims is reported and reads 0.
    """

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = places
        self.unmodelled: list[Access] = []
        self.trace: Callable[[Access], None] = lambda access: log.warning("%s", access)
        self.pc: Callable[[], int] = lambda: 0
        # The core replaces it: the access under way is to end in a bus fault.
        self.fault: Callable[[int], None] = lambda address: None
        # The core replaces it: one register was loaded LOADS times in a row; where to count on from.
        self.polled: Callable[[Peripheral, int], int] = lambda block, offset: 0
        self._polled_address = -1
        self._loads = 0
        self._blocks: dict[int, tuple[int, Peripheral]] = {}
        self._seen: set[int] = set()

    @property
    def regions(self) -> list[tuple[int, int]]:
        """Where the chip has registers, in whole pages of 4 KiB: start and size, neighbours put together."""
        regions: list[tuple[int, int]] = []
        for place in sorted(self.places, key=lambda place: place.base):
            start = place.base & -_PAGE
            end = place.base + place.size + _PAGE - 1 & -_PAGE
            if regions and start <= regions[-1][0] + regions[-1][1]:
                start = regions.pop()[0]
            regions.append((start, end - start))
        return regions

    def map(self, place: Place, block: Peripheral) -> None:
        """Put a block at its place."""
        if place.base & ((1 << _GRANULE) - 1):
            raise ValueError(f"{place.name} at {place.base:#x}: a block starts at a multiple of {1 << _GRANULE}")
        for granule in range(place.base >> _GRANULE, (place.base + place.size) >> _GRANULE):
            if granule in self._blocks:
                raise ValueError(f"{place.name} at {place.base:#x} overlaps {self._name(granule << _GRANULE)}")
            self._blocks[granule] = (place.base, block)

    def read(self, address: int, size: int) -> int:
        """A load of 1, 2 or 4 bytes."""
        found = self._blocks.get(address >> _GRANULE)
        try:
            if found is not None:
                base, block = found
                if block.clocked:
                    value = block.read(address - base, size)
                    if address != self._polled_address:
                        self._polled_address = address
                        self._loads = 0
                    else:
                        self._loads += 1
                        if self._loads >= LOADS:
                            self._loads = self.polled(block, address - base)
                    return value
                self._report(address, size, False, 0, unclocked=True)
                return 0
            what = ""
        except Unmodelled as missing:
            what = str(missing)
        except BusError:
            self.fault(address)
            return 0
        self._report(address, size, False, 0, what)
        return 0

    def write(self, address: int, value: int, size: int) -> None:
        """A store of 1, 2 or 4 bytes."""
        self._polled_address = -1
        found = self._blocks.get(address >> _GRANULE)
        try:
            if found is not None:
                if found[1].clocked:
                    found[1].write(address - found[0], value, size)
                else:
                    self._report(address, size, True, value, unclocked=True)
                return
            what = ""
        except Unmodelled as missing:
            what = str(missing)
        except BusError:
            self.fault(address)
            return
        self._report(address, size, True, value, what)

    def forget_unmodelled(self) -> list[Access]:
        """The accesses reported so far; each register will be reported anew."""
        reported, self.unmodelled = self.unmodelled, []
        self._seen.clear()
        return reported

    def _place(self, address: int) -> Place | None:
        return next((place for place in self.places if place.base <= address < place.base + place.size), None)

    def _name(self, address: int) -> str:
        place = self._place(address)
        return place.name if place is not None else f"{address:#010x}"

    def _report(
        self, address: int, size: int, write: bool, value: int, what: str = "", unclocked: bool = False
    ) -> None:
        if address in self._seen:
            return
        self._seen.add(address)
        place = self._place(address)
        found = self._blocks.get(address >> _GRANULE)
        name = self._name(address)
        register = found[1].TABLE.at(address - found[0]) if found is not None else None
        if place is None:
            where = name
        elif register is None:
            where = f"{name}+{address - place.base:#05x}"
        else:
            where = f"{name}.{register.name}"
        shown = register.show(value, write=True) if register is not None and register.writes else f"{value:#x}"
        if unclocked:
            why = f"{name} is without its clock, the access is lost"
        elif found is None:
            why = f"{name} is not modelled"
        else:
            why = f"{f'{name}.{what}' if what else where} is not modelled"
            if register is not None and register.access is Kind.UNMODELLED:
                why += f" ({register.note})"
        access = Access(address, size, self.pc(), write, value, where, shown, why)
        self.unmodelled.append(access)
        self.trace(access)
