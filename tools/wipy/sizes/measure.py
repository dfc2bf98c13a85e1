"""What each memory region, room, symbol and task stack of an image takes."""

import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wipy.sizes import elf as elf_file
from wipy.sizes.linker_map import Piece, Region, pieces, regions
from wipy.sizes.rooms import LINK_TIME, object_of, room_of

_OBJECT, _FUNCTION = 1, 2  # STT_OBJECT and STT_FUNC of the ELF specification


@dataclass(frozen=True)
class Symbol:
    """A function or object with its size in bytes."""

    name: str
    size: int
    address: int
    section: str
    room: str
    object: str
    is_data: bool


@dataclass(frozen=True)
class Usage:
    """What one room takes, in bytes of the image and of RAM beside it."""

    image: int = 0
    ram: int = 0


@dataclass(frozen=True)
class Sizes:
    """Everything the report tells; bytes."""

    name: str  # of the image file, such as mcuimg.bin
    image: int
    image_limit: int
    heap: int | None  # None: it leaves none
    min_heap: int | None
    regions: list[Region]
    stacks: dict[str, int]
    rooms: dict[str, Usage]
    symbols: list[Symbol] = field(default_factory=list)  # largest first

    def as_json(self) -> dict[str, Any]:
        """For machines: plain lists and dictionaries."""
        return {
            "image": {
                "name": self.name,
                "size": self.image,
                "limit": self.image_limit,
                "free": self.image_limit - self.image,
            },
            "heap": None if self.heap is None else {"size": self.heap, "minimum": self.min_heap},
            "regions": [{**vars(region), "free": region.free} for region in self.regions],
            "stacks": self.stacks,
            "rooms": {name: dict(vars(usage)) for name, usage in self.rooms.items()},
            "symbols": [dict(vars(symbol)) for symbol in self.symbols],
        }


def measure(elf: Path, map_file: Path, image: Path, image_limit: int, min_heap: int | None) -> Sizes:
    """Read a linked image. min_heap: what it must leave for Python's heap, None when it has none.

    Raises UserError where it should leave a heap, but the linker script does not define heap_start and heap_end.
    """

    map_text = map_file.read_text(errors="replace")
    areas, table = elf_file.read(elf)
    heap = None if min_heap is None else elf_file.heap_of(elf, table)
    parts = pieces(map_text)
    rooms: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for piece in parts:
        if piece.section in areas:
            rooms[piece.room][areas[piece.section][2]] += piece.size
    owners = {piece.address: piece for piece in parts}
    starts = sorted(owners)
    symbols = []
    sources = elf_file.sources(elf) if LINK_TIME in rooms else {}
    moved = set()
    for name, value, size, kind, section in table:
        if size and section and kind in (_OBJECT, _FUNCTION):
            address = value & ~1 if kind == _FUNCTION else value  # bit 0 says Thumb
            owner = _owner(owners, starts, address)
            if owner and owner.room == LINK_TIME and address in sources:
                made = object_of(sources[address])
                owner = Piece(owner.address, owner.size, owner.section, made, room_of(f"/obj/{made}"))
                if (section, address) not in moved:  # else another name of the same
                    moved.add((section, address))
                    rooms[LINK_TIME][areas[section][2]] -= size
                    rooms[owner.room][areas[section][2]] += size
            plain = re.sub(r"\.lto_priv\.\d+", "", name)  # a suffix that keeps equal names of different files apart
            symbols.append(Symbol(plain, size, address, section, owner.room if owner else "other",
                                  owner.object if owner else "", kind == _OBJECT))  # fmt: skip
    symbols.sort(key=lambda symbol: (-symbol.size, symbol.name))
    return Sizes(
        name=image.name,
        image=image.stat().st_size,
        image_limit=image_limit,
        heap=heap,
        min_heap=min_heap,
        # The heap's own section, where a script has one, is what is left and not what is used.
        regions=regions(map_text, [(a, s) for name, (a, s, _) in areas.items() if name != ".heap"]),
        # By convention a task's stack is an object of its own whose name ends with _stack.
        stacks={s.name.removesuffix("_stack"): s.size for s in symbols if s.name.endswith("_stack") and s.is_data},
        rooms={
            room: Usage(*use)
            for room, use in sorted(rooms.items(), key=lambda item: (-sum(item[1]), item[0]))
            if any(use)
        },
        symbols=symbols,
    )


def _owner(owners: dict[int, Piece], starts: list[int], address: int) -> Piece | None:
    index = bisect_right(starts, address) - 1
    if index < 0:
        return None
    piece = owners[starts[index]]
    return piece if address < piece.address + piece.size else None
