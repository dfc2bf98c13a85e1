"""The file table of a real serial flash: one block that says which files there are, where, and what they are called.

Two blocks of the flash, 0 and 1, hold it by turns; the one of the newer revision counts. Layout: docs/formats/flash.md,
as dumps of boards show it. What a part that nobody has explained says is kept as it was read.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from cc3200sim.flash.nor import BLOCK_SIZE

ENTRIES = 128
SLOTS = 2  # blocks 0 and 1
REVISIONS = 0xFFFF  # then they start over; FFFF is an empty slot
LARGEST_FILE = 255  # blocks of one copy: a byte tells them

_MAGIC = 0x534C
_PLACES = 4  # offset of the entries, 4 bytes each
_UNKNOWN = slice(_PLACES + 4 * ENTRIES, 0x774)
_NAMES = 0x774  # offset and length of each name
_TEXT = 0x974  # the names themselves, one behind the other
_BLANK = b"\xff" * BLOCK_SIZE

MARK_NOT_MIRRORED = 0x4  # of the four bits beside the place
MARK_NOT_BOOT_IMAGE = 0x8


@dataclass(frozen=True)
class Row:
    """What the table says of one file: blocks of one copy, the first of them, the four mark bits, the name if kept."""

    blocks: int
    first_block: int
    marks: int
    name: bytes | None

    @property
    def copies(self) -> int:
        """2: a second copy lies right behind the first."""
        return 1 if self.marks & MARK_NOT_MIRRORED else 2


@dataclass
class Table:
    """A whole table: rows by index, and what is in the part that has no known meaning."""

    revision: int = 0
    rows: dict[int, Row] = field(default_factory=dict)
    unknown: bytes = _BLANK[_UNKNOWN]

    @property
    def slot(self) -> int:
        """The block that a table of this revision is in."""
        return self.revision % SLOTS


def encode(table: Table) -> bytes:
    """The block. A name for which there is no room left is left out, as the chip does."""
    block = bytearray(_BLANK)
    struct.pack_into("<HH", block, 0, table.revision, _MAGIC)
    block[_UNKNOWN] = table.unknown
    end = _TEXT
    for index, row in sorted(table.rows.items()):
        place = bytes((index, row.blocks, row.first_block & 0xFF, row.first_block >> 8 | row.marks << 4))
        block[_PLACES + 4 * index : _PLACES + 4 * index + 4] = place
        name = row.name or b""
        if end + len(name) > BLOCK_SIZE:
            name = b""
        struct.pack_into("<HH", block, _NAMES + 4 * index, end - _TEXT, len(name))
        block[end : end + len(name)] = name
        end += len(name)
    return bytes(block)


def decode(block: bytes) -> Table | None:
    """The table of a block, None if it holds none. ValueError for one that contradicts itself."""
    revision, magic = struct.unpack_from("<HH", block)
    if magic != _MAGIC or revision == REVISIONS:
        return None
    table = Table(revision, unknown=block[_UNKNOWN])
    for index in range(ENTRIES):
        place = block[_PLACES + 4 * index : _PLACES + 4 * index + 4]
        if place in (b"\xff\xff\xff\xff", bytes((0xFF, index, 0xFF, 0x7F))):  # never used, deleted
            continue
        number, blocks, low, high = place
        if number != index or not 1 <= blocks <= LARGEST_FILE:
            raise ValueError(f"its file table is damaged at entry {index}")
        offset, length = struct.unpack_from("<HH", block, _NAMES + 4 * index)
        if length == 0xFFFF or _TEXT + offset + length > BLOCK_SIZE:
            length = 0
        name = block[_TEXT + offset : _TEXT + offset + length]
        table.rows[index] = Row(blocks, (high & 0xF) << 8 | low, high >> 4, name or None)
    return table


def newest(blocks: list[bytes]) -> Table | None:
    """The table that counts, of the two slots: the newer revision. Revisions are 16 bits and start over."""
    tables = [table for block in blocks if (table := decode(block)) is not None]
    if not tables:
        return None
    newer = tables[0]
    for table in tables[1:]:
        if 0 < (table.revision - newer.revision) % REVISIONS < 0x8000:
            newer = table
    return newer
