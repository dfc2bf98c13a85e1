"""The file system on the serial flash, as TI documents it and dumps of boards show it.

What is modelled: 4 KiB blocks, five of them not for files, at most 128 files, 440 bytes of each copy not for content,
sizes fixed when a file is created, twice the space for a fail-safe ("commit") file, the smallest hole that fits
(SWRA657 section 3, SWRU558 section 11.7.2). A step of the file table or of the network processor's settings is atomic;
steps in file data tear. Where things lie in the flash: docs/formats/flash.md; table and settings are put into its
blocks when a dump of it is made (dump.py).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from cc3200sim.flash import table
from cc3200sim.flash.nor import BLOCK_SIZE, DEFAULT_SIZE, PROGRAM_SECONDS, FlashError, Nor, PowerCut

SYSTEM_BLOCKS = 5  # three of the file system, two reserved (SWRA657 section 3)
MAX_FILES = table.ENTRIES  # including the system's own
OVERHEAD = 440  # bytes of a copy that are not content: the header, and 432 at its end
HEADER_SIZE = 8
MAX_FILE_SIZE = 1 << 20  # TI's word; 255 blocks, what the table can tell, are 4,536 bytes less

BOOT_IMAGE = "/sys/mcuimg.bin"  # what the ROM starts: the first entry of the table, marked as no other
SETTINGS = "/sys/cc3200sim.cfg"  # a file of this emulator's for what the chip keeps in files of a form unknown
_SETTINGS_BLOCKS = 2
_RESERVED = (1, 2, 3, 5)  # entries that no board has been seen to use

# Length and, in three bytes of which nobody knows what the chip has there, a number that grows with each content.
_HEADER = struct.Struct("<3s3s2s")
_HEADER_MAGIC = b"LS"
_NUMBERS = 1 << 24


@dataclass(frozen=True)
class FileEntry:
    """One file in the table. Blocks of BLOCK_SIZE a copy; `flags` as sl_FsOpen takes them (fs.h).

    `known`: flags, size and token are what the file was created with. Of a file that came with a dump of a board they
    are not to be told.
    """

    index: int
    flags: int
    first_block: int
    blocks: int
    copies: int
    marks: int
    declared: int | None = None  # the size it was created with
    token: int = 0
    known: bool = True

    @property
    def allocated(self) -> int:
        """Bytes that a copy has room for."""
        return self.blocks * BLOCK_SIZE - OVERHEAD

    @property
    def max_size(self) -> int:
        """Bytes that may be written: what was asked for; where that is not known, what there is room for."""
        return self.allocated if self.declared is None else self.declared

    @property
    def extent(self) -> int:
        """Blocks of all copies together."""
        return self.blocks * self.copies


class Flash(Nor):
    """A serial flash with its files and the network processor's settings."""

    def __init__(self, size: int = DEFAULT_SIZE) -> None:
        super().__init__(size)
        if size <= SYSTEM_BLOCKS * BLOCK_SIZE:
            raise FlashError(
                f"a serial flash of {size} bytes: its file system alone takes {SYSTEM_BLOCKS * BLOCK_SIZE}"
            )
        self._table: dict[str, FileEntry] = {}
        self._settings: dict[str, bytes] = {}
        self.settings_place: FileEntry | None = None
        """Where the settings go in a dump; None: nowhere yet, the flash came without a place for them."""
        self.settings_place = self._place_settings(size // BLOCK_SIZE - _SETTINGS_BLOCKS)
        self.revision = 0
        """Of the file table: how often it has changed."""

    def _commit(self, apply: Callable[[], object]) -> None:
        """An atomic step of the file table or the settings."""
        self.programs += 1
        if self.step(PROGRAM_SECONDS):
            raise PowerCut("power lost before the file table was updated")
        apply()

    def _commit_table(self, apply: Callable[[], object]) -> None:
        self._commit(apply)
        self._revise()

    def _revise(self) -> None:
        self.revision = (self.revision + 1) % table.REVISIONS

    # --- the file table ---------------------------------------------------------------------------------------------

    def entry(self, name: str) -> FileEntry | None:
        """The table's entry of a file."""
        return self._table.get(name)

    def list(self) -> list[str]:
        """The names of all files, sorted. The network processor's own settings are not among them."""
        return sorted(self._table)

    @property
    def free_entries(self) -> int:
        """How many more files the table takes."""
        return MAX_FILES - len(self._table) - len(self._settings) - (self.settings_place is not None)

    def find_hole(self, blocks: int) -> int | None:
        """The first block of the smallest hole that holds so many blocks, None when there is none."""
        used = sorted((entry.first_block, entry.extent) for entry in self._entries())
        holes = []
        start = SYSTEM_BLOCKS
        for first, extent in [*used, (self.size // BLOCK_SIZE, 0)]:
            if first - start >= blocks:
                holes.append((first - start, start))
            start = first + extent
        return min(holes)[1] if holes else None

    def create(self, name: str, max_size: int, flags: int, *, copies: int, token: int = 0) -> bool:
        """Reserve the space of a new file: False when no hole is large enough, or the table is full."""
        blocks = -(-(max_size + OVERHEAD) // BLOCK_SIZE)
        first, index = self.find_hole(blocks * copies), self._free_index(name)
        if first is None or index is None or blocks > table.LARGEST_FILE:
            return False
        entry = FileEntry(index, flags, first, blocks, copies, marks_of(name, copies), max_size, token)
        for block in range(first, first + entry.extent):
            self.erase(block)
        self._commit_table(lambda: self._table.__setitem__(name, entry))
        return True

    def _entries(self) -> Iterator[FileEntry]:
        """All, with the emulator's own."""
        yield from self._table.values()
        if self.settings_place is not None:
            yield self.settings_place

    def _free_index(self, name: str) -> int | None:
        used = {entry.index for entry in self._entries()}
        if name == BOOT_IMAGE and 0 not in used:
            return 0
        if name == SETTINGS:  # out of the way of what boards have
            return next((index for index in reversed(range(1, MAX_FILES)) if index not in used), None)
        usual = [index for index in range(1, MAX_FILES) if index not in _RESERVED]
        return next((index for index in (*usual, *_RESERVED, 0) if index not in used), None)

    def delete(self, name: str) -> None:
        """Take a file out of the table; its blocks keep their bits until they are used again."""
        self._commit_table(lambda: self._table.pop(name))

    # --- copies of a file -------------------------------------------------------------------------------------------

    @staticmethod
    def header(number: int, length: int) -> bytes:
        """The first bytes of a copy whose content is whole."""
        return _HEADER.pack(length.to_bytes(3, "little"), number.to_bytes(3, "little"), _HEADER_MAGIC)

    def _copy_header(self, entry: FileEntry, copy: int) -> tuple[int, int] | None:
        """(number, length) of a copy that was closed whole, else None."""
        length, number, magic = _HEADER.unpack_from(self.block(entry.first_block + copy * entry.blocks))
        length = int.from_bytes(length, "little")
        if magic != _HEADER_MAGIC or length > entry.allocated:
            return None
        return int.from_bytes(number, "little"), length

    def active_copy(self, entry: FileEntry) -> tuple[int, int, int] | None:
        """(copy, number, length) of the newest valid copy of a file, None when there is none.

        Which of two copies that a chip wrote is the newer is not known: the first one then.
        """
        headers = [self._copy_header(entry, copy) for copy in range(entry.copies)]
        active: tuple[int, int, int] | None = None
        for copy, header in enumerate(headers):
            newer = active is None or (
                header and entry.known and 0 < (header[0] - active[1]) % _NUMBERS < _NUMBERS // 2
            )
            if header and newer:
                active = (copy, *header)
        return active

    def begin_copy(self, entry: FileEntry) -> int:
        """Erase the copy the next content goes to (the inactive one of a fail-safe file) and return its number."""
        active = self.active_copy(entry)
        copy = 1 - active[0] if active and entry.copies == 2 else 0
        first = entry.first_block + copy * entry.blocks
        for block in range(first, first + entry.blocks):
            self.erase(block)
        return copy

    def write_copy(self, entry: FileEntry, copy: int, offset: int, data: bytes) -> None:
        """Program content at an offset, a page at a time."""
        self.program_at(self._address(entry, copy) + offset, data)

    @staticmethod
    def _address(entry: FileEntry, copy: int) -> int:
        """Where the content of a copy begins in the flash."""
        return (entry.first_block + copy * entry.blocks) * BLOCK_SIZE + HEADER_SIZE

    def end_copy(self, entry: FileEntry, copy: int, length: int) -> None:
        """Make a copy valid: the file's content from now on."""
        active = self.active_copy(entry)
        number = ((active[1] if active else 0) + 1) % _NUMBERS
        self.program(entry.first_block + copy * entry.blocks, 0, self.header(number, length))
        self._take_over(entry)

    def _take_over(self, entry: FileEntry) -> None:
        """A file that came with a dump, and now has content written here, is one of ours: its copies have numbers."""
        if not entry.known:
            for name, known in self._table.items():
                if known == entry:
                    self._table[name] = replace(entry, known=True)
                    break

    def read_copy(self, entry: FileEntry, copy: int, offset: int, length: int) -> bytes:
        """Content at an offset of a copy."""
        return self.read_at(self._address(entry, copy) + offset, length)

    # --- settings of the network processor --------------------------------------------------------------------------

    def setting(self, name: str) -> bytes | None:
        """A setting the network processor keeps over power cycles (its system files)."""
        return self._settings.get(name)

    def keep_setting(self, name: str, value: bytes) -> None:
        """Keep a setting; one that is the same already costs nothing. FlashError: there is no room."""
        if self._settings.get(name) == value:
            return
        if self.settings_place is None:
            hole = self.find_hole(_SETTINGS_BLOCKS)
            if hole is None:
                raise FlashError(f"no room in the serial flash for {SETTINGS}, the network processor's settings")
            self.settings_place = self._place_settings(hole)
            self._revise()
        if len(pack_settings({**self._settings, name: value})) > self.settings_place.allocated:
            raise FlashError(f"the network processor's settings have grown over {self.settings_place.allocated} bytes")
        self._commit(lambda: self._settings.__setitem__(name, value))

    def _place_settings(self, first_block: int) -> FileEntry:
        index = self._free_index(SETTINGS)
        if index is None:
            raise FlashError(f"no entry in the file table for {SETTINGS}, the network processor's settings")
        return FileEntry(index, 0, first_block, _SETTINGS_BLOCKS, 1, marks_of(SETTINGS, 1))

    # --- for tests and tools: no time, no power cuts ----------------------------------------------------------------

    def read(self, name: str) -> bytes | None:
        """The content of a file, None when there is no such file or no valid copy of it."""
        entry = self._table.get(name)
        active = self.active_copy(entry) if entry else None
        if entry is None or active is None:
            return None
        work = self.work
        data = self.read_copy(entry, active[0], 0, active[2])
        self.work = work
        return data

    def write(
        self, name: str, data: bytes | None, *, max_size: int | None = None, flags: int = 0, token: int = 0
    ) -> None:
        """Put a file of this content there as a programming tool does; an existing one keeps its place if it fits.

        None: a file that was created and never closed. FlashError if there is no room.
        """
        saved, work = (self.operations, self._cut_at), self.work
        self._cut_at = None
        try:
            entry = self._table.get(name)
            size = max(len(data or b""), 1)
            if entry is not None and size > entry.max_size:
                self.delete(name)
                entry = None
            if entry is None:
                copies = 2 if flags & 3 else 1  # fail-safe or secure
                if not self.create(name, max(max_size or 0, size), flags, copies=copies, token=token):
                    raise FlashError(f"no room in the serial flash for {name} ({size} bytes)")
                entry = self._table[name]
            if data is None:
                return
            copy = self.begin_copy(entry)
            self.write_copy(entry, copy, 0, data)
            self.end_copy(entry, copy, len(data))
        finally:
            (self.operations, self._cut_at), self.work = saved, work

    @property
    def files(self) -> dict[str, FileEntry]:
        """The file table."""
        return dict(self._table)

    @property
    def settings(self) -> dict[str, bytes]:
        """The network processor's settings."""
        return dict(self._settings)

    def set_contents(
        self,
        files: dict[str, FileEntry],
        settings: dict[str, bytes],
        settings_place: FileEntry | None,
        blocks: dict[int, bytes],
        revision: int,
    ) -> None:
        """Take these instead of all there is."""
        self._table, self._settings, self.revision = dict(files), dict(settings), revision
        self.settings_place = settings_place
        self.set_blocks(blocks)

    def save(self) -> dict[str, Any]:
        """The whole state; `restore` takes it back. Cheap: blocks are shared until they change."""
        return {**super().save(), "table": self.files, "settings": self.settings, "place": self.settings_place,
                "revision": self.revision}  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a saved state."""
        super().restore(state)
        self._table = dict(state["table"])
        self._settings = dict(state["settings"])
        self.settings_place = state["place"]
        self.revision = state["revision"]


def marks_of(name: str, copies: int) -> int:
    """The mark bits of a new file, as boards have them."""
    marks = table.MARK_NOT_MIRRORED | table.MARK_NOT_BOOT_IMAGE
    if copies == 2:
        marks &= ~table.MARK_NOT_MIRRORED
    if name == BOOT_IMAGE:
        marks &= ~table.MARK_NOT_BOOT_IMAGE
    return marks


def pack_settings(settings: dict[str, bytes]) -> bytes:
    """The content of SETTINGS: JSON, each value in hexadecimal digits."""
    return json.dumps({name: value.hex() for name, value in sorted(settings.items())}, separators=(",", ":")).encode()
