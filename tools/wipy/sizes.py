"""Where an image's bytes go: what each memory region, room, symbol and task stack takes, by the ELF file and the map.

An image byte is loaded (code, constants, initial values); a RAM byte only exists while running (bss, stacks).
"""

import re
import struct
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from wipy.errors import UserError

_OBJECT, _FUNCTION = 1, 2  # STT_OBJECT and STT_FUNC of the ELF specification
_REGION = re.compile(r"^(\w+)\s+(0x[0-9a-f]+)\s+(0x[0-9a-f]+)\s+\S+$")
_OUTPUT = re.compile(r"^(\.?[\w.]+)(?:\s+(0x[0-9a-f]+)\s+(0x[0-9a-f]+))?")
_INPUT = re.compile(r"^ (\S+)?\s+(0x[0-9a-f]+)\s+(0x[0-9a-f]+)(?: (\S.*))?$")
_OVERFLOW = re.compile(r"region [`'](\w+)' overflowed by (\d+) bytes")
# Folder of an object file under obj/: the name people know it by. The longest that matches counts.
_LINK_TIME = "link-time code"
_ROOMS = {
    "port": "main",
    "micropython/drivers/cc3100": "SimpleLink",
    "micropython/ports/cc3200/simplelink": "SimpleLink",
    "micropython/ports/cc3200/hal": "driver library",
    "micropython/ports/cc3200/FreeRTOS": "FreeRTOS",
    "micropython/lib/oofatfs": "FatFs",
    "genhdr": "pin tables",
}


@dataclass(frozen=True)
class Region:
    """A memory region of the linker script; bytes."""

    name: str
    origin: int
    length: int
    used: int

    @property
    def free(self) -> int:
        """Bytes."""
        return self.length - self.used


@dataclass(frozen=True)
class Piece:
    """One input section as linked: where it came from and how many bytes it takes."""

    address: int
    size: int
    section: str  # the output section
    object: str  # the object file, or the member of a library
    room: str


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


@cache
def room_of(path: str) -> str:
    """The room that an object file as the map names it belongs to."""
    if "(" in path or path.endswith(".a"):
        library = Path(path.split("(")[0]).name
        return "compiler library" if library.startswith("libgcc") else "C library"
    folder = path.split("/obj/", 1)[-1].rpartition("/")[0]
    if path.endswith(".ltrans.o"):
        return _LINK_TIME
    if "/obj/" not in path:
        return "C library" if "crt" in Path(path).name else "other"
    for known in sorted(_ROOMS, key=len, reverse=True):
        if folder == known or (known != "port" and folder.startswith(known + "/")):
            return _ROOMS[known]
    parts = folder.split("/")
    return parts[1] if len(parts) > 1 else parts[0]


def pieces(map_text: str) -> list[Piece]:
    """The input sections that made it into the image or RAM, by address, from a GNU ld map.

    Strings that the linker merged stand in the map with the sizes they had; here a piece ends where the next of its
    section starts.
    """
    listed = sorted(_listed(map_text), key=lambda piece: (piece.section, piece.address))
    found = []
    for piece, following in zip(listed, [*listed[1:], None], strict=True):
        size = piece.size
        if following and following.section == piece.section:
            size = min(size, following.address - piece.address)
        if size:
            found.append(Piece(piece.address, size, piece.section, piece.object, piece.room))
    return sorted(found, key=lambda piece: piece.address)


def _listed(map_text: str) -> Iterator[Piece]:
    section = ""
    pending = ""
    for line in map_text.partition("\nLinker script and memory map")[2].splitlines():
        if line and not line[0].isspace():
            match = _OUTPUT.match(line)
            section = match[1] if match else ""
            continue
        if section.startswith((".debug", ".comment", ".ARM.attributes", "/DISCARD/", ".heap")):
            continue
        match = _INPUT.match(line.rstrip())
        if match is None:
            # A long section name stands alone; its figures are on the next line.
            pending = line.strip() if re.match(r"^ \S+$", line) else ""
            continue
        name, address, size, origin = match.groups()
        name = name or pending
        if name and int(size, 16) and int(address, 16):
            if name == "*fill*":
                yield Piece(int(address, 16), int(size, 16), section, "padding", "padding")
            elif origin and not origin.startswith("("):
                room = room_of(origin)
                # What link-time optimization put out has no object file of its own: its section has a symbol's name.
                owner = re.sub(r"^\.[a-z]+\.|\.lto_priv\.\d+$", "", name) if room == _LINK_TIME else _short(origin)
                if room == _LINK_TIME and re.search(r"\.str\d", name):
                    owner = room = "text literals"
                yield Piece(int(address, 16), int(size, 16), section, owner, room)
        pending = ""


def _short(origin: str) -> str:
    return origin.split("/obj/", 1)[-1] if "/obj/" in origin else Path(origin).name


def regions(map_text: str, used: Iterable[tuple[int, int]]) -> list[Region]:
    """The map's memory regions with the bytes that the (address, size) areas cover in each; areas may share a place."""
    text = map_text.partition("\nMemory Configuration")[2].partition("\nLinker script")[0]
    areas = sorted(used)
    found = []
    for line in text.splitlines():
        match = _REGION.match(line)
        if match and match[1] != "Name":
            origin, length = int(match[2], 16), int(match[3], 16)
            taken, end = 0, origin
            for address, size in areas:
                if origin <= address < origin + length:
                    taken += max(address + size - max(address, end), 0)
                    end = max(end, address + size)
            found.append(Region(match[1], origin, length, taken))
    return found


def _read(elf: Path) -> tuple[dict[str, tuple[int, int, bool]], list[tuple[str, int, int, int, str]]]:
    """Sections in memory, {name: (address, size, only in RAM?)}, and symbols, (name, value, size, kind, section)."""
    from elftools.elf.constants import SH_FLAGS
    from elftools.elf.elffile import ELFFile

    with elf.open("rb") as stream:
        file = ELFFile(stream)
        areas = {}
        names = {}
        for index, section in enumerate(file.iter_sections()):
            if section["sh_flags"] & SH_FLAGS.SHF_ALLOC and section["sh_size"]:
                areas[section.name] = (section["sh_addr"], section["sh_size"], section["sh_type"] == "SHT_NOBITS")
                names[index] = section.name
        symtab = file.get_section_by_name(".symtab")
        if symtab is None:
            raise UserError(f"{elf}: has no symbols")
        strings = file.get_section(symtab["sh_link"]).data()
        # Elf32_Sym (ELF specification 1.2): name, value, size, info, other, section. pyelftools' own loop takes 20
        # times as long, and this runs at every link.
        table = [
            (_string(strings, name), value, size, info & 0xF, names.get(index, ""))
            for name, value, size, info, _, index in struct.iter_unpack("<IIIBBH", symtab.data())
        ]
    return areas, table


def _heap(elf: Path, table: list[tuple[str, int, int, int, str]]) -> int:
    values = {name: value for name, value, _, _, _ in table if name in ("heap_start", "heap_end")}
    try:
        return values["heap_end"] - values["heap_start"]
    except KeyError as error:
        raise UserError(f"{elf}: the linker script defines no {error.args[0]}") from None


def heap_size(elf: Path) -> int:
    """Bytes that the linker script leaves for Python's heap; UserError where it defines no heap_start or heap_end."""
    return _heap(elf, _read(elf)[1])


def _sources(elf: Path) -> dict[int, str]:
    """Which source file a function or object was compiled from, by its address.

    What link-time optimization puts out points into the description (DWARF) that the source's own compilation left.
    """
    from elftools.dwarf.descriptions import describe_form_class
    from elftools.elf.elffile import ELFFile

    found: dict[int, str] = {}
    with elf.open("rb") as stream:
        file = ELFFile(stream)
        if not file.has_dwarf_info():
            return found
        dwarf = file.get_dwarf_info()
        units = list(dwarf.iter_CUs())
        starts = [unit.cu_offset for unit in units]
        names: dict[int, str] = {}

        def name(offset: int) -> str:
            index = bisect_right(starts, offset) - 1
            if index not in names:
                attribute = units[index].get_top_DIE().attributes.get("DW_AT_name")
                names[index] = attribute.value.decode(errors="replace") if attribute else ""
            return names[index]

        for unit in units:
            if unit.get_top_DIE().attributes["DW_AT_name"].value != b"<artificial>":
                continue
            for die in unit.get_top_DIE().iter_children():
                origin = die.attributes.get("DW_AT_abstract_origin")
                start = die.attributes.get("DW_AT_low_pc")
                place = die.attributes.get("DW_AT_location")
                if origin is None:
                    continue
                address = None
                if start is not None:
                    address = start.value
                elif place is not None and describe_form_class(place.form) == "exprloc" and place.value[:1] == [3]:
                    address = int.from_bytes(bytes(place.value[1:5]), "little")  # DW_OP_addr
                if address is not None:
                    # DW_FORM_ref_addr counts from the section's start, the others from the unit's.
                    base = 0 if origin.form == "DW_FORM_ref_addr" else unit.cu_offset
                    found[address] = name(base + origin.value)
    return found


def object_of(source: str) -> str:
    """The object file of a source as it would be without link-time optimization, below obj/."""
    path = Path(source.removeprefix("./")).with_suffix(".o").as_posix()
    if path.startswith("build/"):
        return "genhdr/" + Path(path).name
    return re.sub("^ports/cc3200/", "port/", path)


def measure(elf: Path, map_file: Path, image: Path, image_limit: int, min_heap: int | None) -> Sizes:
    """Read a linked image. min_heap: what it must leave for Python's heap, None when it has none.

    Raises UserError where it should leave a heap, but the linker script does not define heap_start and heap_end.
    """

    map_text = map_file.read_text(errors="replace")
    areas, table = _read(elf)
    heap = None if min_heap is None else _heap(elf, table)
    parts = pieces(map_text)
    rooms: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for piece in parts:
        if piece.section in areas:
            rooms[piece.room][areas[piece.section][2]] += piece.size
    owners = {piece.address: piece for piece in parts}
    starts = sorted(owners)
    symbols = []
    sources = _sources(elf) if _LINK_TIME in rooms else {}
    moved = set()
    for name, value, size, kind, section in table:
        if size and section and kind in (_OBJECT, _FUNCTION):
            address = value & ~1 if kind == _FUNCTION else value  # bit 0 says Thumb
            owner = _owner(owners, starts, address)
            if owner and owner.room == _LINK_TIME and address in sources:
                made = object_of(sources[address])
                owner = Piece(owner.address, owner.size, owner.section, made, room_of(f"/obj/{made}"))
                if (section, address) not in moved:  # else another name of the same
                    moved.add((section, address))
                    rooms[_LINK_TIME][areas[section][2]] -= size
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


def _string(strings: bytes, offset: int) -> str:
    return strings[offset : strings.index(0, offset)].decode()


def _owner(owners: dict[int, Piece], starts: list[int], address: int) -> Piece | None:
    index = bisect_right(starts, address) - 1
    if index < 0:
        return None
    piece = owners[starts[index]]
    return piece if address < piece.address + piece.size else None


def largest_objects(map_text: str, count: int = 8) -> str:
    """The object files that take most, for an error message: "py/vm.o 7,412, ..."."""
    sums: dict[str, int] = defaultdict(int)
    for piece in pieces(map_text):
        if piece.object != "padding":
            sums[piece.object] += piece.size
    top = sorted(sums.items(), key=lambda item: (-item[1], item[0]))[:count]
    return ", ".join(f"{name} {size:,}" for name, size in top)


def check(name: str, image: int, image_limit: int, heap: int, min_heap: int, map_file: Path) -> None:
    """Raises UserError where an image would be too large for the board, or would leave too little Python heap."""
    problems = []
    if image > image_limit:
        problems.append(
            f"{name} would be {image:,} bytes, {image - image_limit:,} more than the {image_limit:,} allowed"
        )
    if heap < min_heap:
        problems.append(
            f"the Python heap would be {heap:,} bytes, {min_heap - heap:,} less than the {min_heap:,} wanted"
        )
    if problems:
        largest = largest_objects(map_file.read_text(errors="replace"))
        raise UserError(f"{'; '.join(problems)}. Largest objects: {largest}")


def explain_overflow(linker_said: str, map_text: str) -> str | None:
    """A line on memory regions that do not hold what was linked; None where the linker complained of something else."""
    overflows = _OVERFLOW.findall(linker_said)
    if not overflows:
        return None
    by = " and ".join(f"{name} by {int(size):,} bytes" for name, size in dict(overflows).items())
    return f"the firmware does not fit in memory: it overflows {by}. Largest objects: {largest_objects(map_text)}"
