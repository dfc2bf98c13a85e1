"""What a GNU ld map says: the input sections that were linked, and the memory regions."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wipy.sizes.rooms import LINK_TIME, room_of, short_name

_REGION = re.compile(r"^(\w+)\s+(0x[0-9a-f]+)\s+(0x[0-9a-f]+)\s+\S+$")
_OUTPUT = re.compile(r"^(\.?[\w.]+)(?:\s+(0x[0-9a-f]+)\s+(0x[0-9a-f]+))?")
_INPUT = re.compile(r"^ (\S+)?\s+(0x[0-9a-f]+)\s+(0x[0-9a-f]+)(?: (\S.*))?$")


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
                owner = re.sub(r"^\.[a-z]+\.|\.lto_priv\.\d+$", "", name) if room == LINK_TIME else short_name(origin)
                if room == LINK_TIME and re.search(r"\.str\d", name):
                    owner = room = "text literals"
                yield Piece(int(address, 16), int(size, 16), section, owner, room)
        pending = ""


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
