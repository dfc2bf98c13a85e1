"""The file system on the serial flash, as TI documents it.

What is modelled: 4 KiB blocks, five of them not for files, at most 128 files of at most 1 MiB, a header in each file,
sizes fixed when a file is created, twice the space for a fail-safe ("commit") file, the smallest hole that fits
(SWRA657 section 3, SWRU558 section 11.7.2). TI's layout of the allocation table is not public: here it is no part of
the blocks (container.py keeps it beside them). A step of the allocation table or of the network processor's settings
is atomic; steps in file data tear.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cc3200sim.flash.nor import BLOCK_SIZE, DEFAULT_SIZE, PROGRAM_SECONDS, FlashError, Nor, PowerCut

SYSTEM_BLOCKS = 5  # three of the file system, two reserved (SWRA657 section 3)
MAX_FILES = 128  # including the system's own
MAX_FILE_SIZE = 1 << 20
HEADER_SIZE = 512  # fs.h: the best sizes are multiples of 4096 less 512

_HEADER = struct.Struct("<4sIII")
_HEADER_MAGIC = b"SFH1"


@dataclass(frozen=True)
class FileEntry:
    """One file in the allocation table. Sizes in bytes, blocks of BLOCK_SIZE a copy."""

    max_size: int
    flags: int
    first_block: int
    blocks: int
    copies: int
    token: int = 0

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

    def _commit(self, apply: Callable[[], object]) -> None:
        """An atomic step of the allocation table or the settings."""
        self.programs += 1
        if self.step(PROGRAM_SECONDS):
            raise PowerCut("power lost before the allocation table was updated")
        apply()

    # --- the allocation table ---------------------------------------------------------------------------------------

    def entry(self, name: str) -> FileEntry | None:
        """The table's entry of a file."""
        return self._table.get(name)

    def list(self) -> list[str]:
        """The names of all files, sorted. The network processor's own settings are not among them."""
        return sorted(self._table)

    @property
    def free_entries(self) -> int:
        """How many more files the table takes."""
        return MAX_FILES - len(self._table) - len(self._settings)

    def find_hole(self, blocks: int) -> int | None:
        """The first block of the smallest hole that holds so many blocks, None when there is none."""
        used = sorted((entry.first_block, entry.extent) for entry in self._table.values())
        holes = []
        start = SYSTEM_BLOCKS
        for first, extent in [*used, (self.size // BLOCK_SIZE, 0)]:
            if first - start >= blocks:
                holes.append((first - start, start))
            start = first + extent
        return min(holes)[1] if holes else None

    def create(self, name: str, max_size: int, flags: int, *, copies: int, token: int = 0) -> bool:
        """Reserve the space of a new file: False when no hole is large enough."""
        blocks = -(-(max_size + HEADER_SIZE) // BLOCK_SIZE)
        first = self.find_hole(blocks * copies)
        if first is None:
            return False
        entry = FileEntry(max_size, flags, first, blocks, copies, token)
        for block in range(first, first + entry.extent):
            self.erase(block)
        self._commit(lambda: self._table.__setitem__(name, entry))
        return True

    def delete(self, name: str) -> None:
        """Take a file out of the table; its blocks keep their bits until they are used again."""
        self._commit(lambda: self._table.pop(name))

    # --- copies of a file -------------------------------------------------------------------------------------------

    def _copy_header(self, entry: FileEntry, copy: int) -> tuple[int, int] | None:
        """(sequence, length) of a copy that was closed whole, else None."""
        block = self.block(entry.first_block + copy * entry.blocks)
        magic, length, sequence, check = _HEADER.unpack_from(block)
        if magic != _HEADER_MAGIC or check != zlib.crc32(block[: _HEADER.size - 4]):
            return None
        return sequence, length

    def active_copy(self, entry: FileEntry) -> tuple[int, int, int] | None:
        """(copy, sequence, length) of the newest valid copy of a file, None when there is none."""
        valid = [
            (header[0], copy, header[1]) for copy in range(entry.copies) if (header := self._copy_header(entry, copy))
        ]
        if not valid:
            return None
        sequence, copy, length = max(valid)
        return copy, sequence, length

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
        fields = struct.pack("<4sII", _HEADER_MAGIC, length, (active[1] if active else 0) + 1)
        self.program(entry.first_block + copy * entry.blocks, 0, fields + struct.pack("<I", zlib.crc32(fields)))

    def read_copy(self, entry: FileEntry, copy: int, offset: int, length: int) -> bytes:
        """Content at an offset of a copy."""
        return self.read_at(self._address(entry, copy) + offset, length)

    # --- settings of the network processor --------------------------------------------------------------------------

    def setting(self, name: str) -> bytes | None:
        """A setting the network processor keeps over power cycles (its system files)."""
        return self._settings.get(name)

    def keep_setting(self, name: str, value: bytes) -> None:
        """Keep a setting; one that is the same already costs nothing."""
        if self._settings.get(name) != value:
            self._commit(lambda: self._settings.__setitem__(name, value))

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

    def write(self, name: str, data: bytes, *, max_size: int | None = None, flags: int = 0) -> None:
        """Put a file of this content there as a programming tool does; an existing one keeps its place if it fits."""
        saved, work = (self.operations, self._cut_at), self.work
        self._cut_at = None
        try:
            entry = self._table.get(name)
            if entry is not None and len(data) > entry.max_size:
                del self._table[name]
                entry = None
            if entry is None:
                copies = 2 if flags & 3 else 1  # fail-safe or secure
                if not self.create(name, max_size if max_size is not None else max(len(data), 1), flags, copies=copies):
                    raise FlashError(f"no room in the serial flash for {name} ({len(data)} bytes)")
                entry = self._table[name]
            copy = self.begin_copy(entry)
            self.write_copy(entry, copy, 0, data)
            self.end_copy(entry, copy, len(data))
        finally:
            (self.operations, self._cut_at), self.work = saved, work

    @property
    def files(self) -> dict[str, FileEntry]:
        """The allocation table."""
        return dict(self._table)

    @property
    def settings(self) -> dict[str, bytes]:
        """The network processor's settings."""
        return dict(self._settings)

    def set_contents(self, files: dict[str, FileEntry], settings: dict[str, bytes], blocks: dict[int, bytes]) -> None:
        """Take these instead of all there is."""
        self._table, self._settings = dict(files), dict(settings)
        self.set_blocks(blocks)

    def save(self) -> dict[str, Any]:
        """The whole state; `restore` takes it back. Cheap: blocks are shared until they change."""
        return {**super().save(), "table": self.files, "settings": self.settings}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a saved state."""
        super().restore(state)
        self._table = dict(state["table"])
        self._settings = dict(state["settings"])
