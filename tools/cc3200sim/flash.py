"""The serial flash: a NOR device whose every erase and program step can lose its power, and the file system on it.

What TI documents is modelled: 4 KiB blocks, five of them not for files, at most 128 files of at most 1 MiB, a header in
each file, sizes fixed when a file is created, twice the space for a fail-safe ("commit") file, the smallest hole that
fits (SWRA657 section 3, SWRU558 section 11.7.2). TI's layout of the allocation table is not public; ours is in `store`.
A step of the allocation table or of the network processor's settings is atomic; steps in file data tear.
"""

from __future__ import annotations

import json
import os
import struct
import tempfile
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

BLOCK_SIZE = 4096
PAGE_SIZE = 256
SYSTEM_BLOCKS = 5  # three of the file system, two reserved (SWRA657 section 3)
MAX_FILES = 128  # including the system's own
MAX_FILE_SIZE = 1 << 20
HEADER_SIZE = 512  # fs.h: the best sizes are multiples of 4096 less 512
DEFAULT_SIZE = 2 << 20

# Micron M25PX80 data sheet, typical times: 4 KiB subsector erase, 256-byte page program. Reads run at the bus's speed.
ERASE_SECONDS = 70e-3
PROGRAM_SECONDS = 0.8e-3
READ_SECONDS_PER_BYTE = 8 / 20e6

_HEADER = struct.Struct("<4sIII")
_HEADER_MAGIC = b"SFH1"
_CONTAINER_MAGIC = b"CC3200SIM-FLASH-1\n"
_BLANK = b"\xff" * BLOCK_SIZE


class PowerCut(Exception):
    """The power went away in the middle of a flash operation; what was done of it is in the flash."""


class FlashError(Exception):
    """A flash container that can't be read or written, or a file that doesn't fit: one clear line."""


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


class Flash:
    """The device and its files.

    `operations` counts erase and program steps since it was made; `erases`, `programs` (of up to a page) and
    `bytes_read` are what its time went to, at ERASE_SECONDS, PROGRAM_SECONDS and READ_SECONDS_PER_BYTE each.
    """

    def __init__(self, size: int = DEFAULT_SIZE) -> None:
        if size % BLOCK_SIZE or size <= SYSTEM_BLOCKS * BLOCK_SIZE or size > 16 << 20:
            raise FlashError(f"a serial flash of {size} bytes: must be a multiple of {BLOCK_SIZE}, at most 16 MiB")
        self.size = size
        self.operations = 0
        self.erases = self.programs = self.bytes_read = 0
        self.changed = False
        self._cut_at: int | None = None
        self._busy = 0.0
        self._blocks: dict[int, bytes] = {}
        self._table: dict[str, FileEntry] = {}
        self._settings: dict[str, bytes] = {}

    # --- steps that take time and can be torn -----------------------------------------------------------------------

    def cut_after(self, operations: int | None) -> None:
        """Cut the power inside the n-th erase or program step from now (1: the next one); None: never."""
        self._cut_at = None if operations is None else self.operations + operations

    @property
    def _work(self) -> tuple[int, int, int, float]:
        """What its time went to."""
        return self.erases, self.programs, self.bytes_read, self._busy

    @_work.setter
    def _work(self, work: tuple[int, int, int, float]) -> None:
        self.erases, self.programs, self.bytes_read, self._busy = work

    def take_busy(self) -> float:
        """Seconds the device was busy since the last call."""
        busy, self._busy = self._busy, 0.0
        return busy

    def _step(self, seconds: float) -> bool:
        """Count one step; true when the power is lost in it."""
        self.operations += 1
        self.changed = True
        self._busy += seconds
        if self._cut_at is not None and self.operations >= self._cut_at:
            self._cut_at = None
            return True
        return False

    def _erase(self, block: int) -> None:
        """Erase a block. Torn: the first half is erased, cells of the second have drifted towards ones."""
        if block not in self._blocks:
            return
        self.erases += 1
        torn = self._step(ERASE_SECONDS)
        if torn:
            old = self._blocks[block]
            half = BLOCK_SIZE // 2
            self._blocks[block] = b"\xff" * half + bytes(byte | 0xA5 for byte in old[half:])
            raise PowerCut(f"power lost while erasing block {block}")
        del self._blocks[block]

    def _program(self, block: int, offset: int, data: bytes) -> None:
        """Program up to a page: bits only go from one to zero. Torn: the first half of the data is there."""
        self.programs += 1
        torn = self._step(PROGRAM_SECONDS)
        if torn:
            data = data[: len(data) // 2]
        old = self._blocks.get(block, _BLANK)
        span = old[offset : offset + len(data)]
        merged = (int.from_bytes(span, "little") & int.from_bytes(data, "little")).to_bytes(len(data), "little")
        self._blocks[block] = old[:offset] + merged + old[offset + len(data) :]
        if torn:
            raise PowerCut(f"power lost while programming block {block} at {offset}")

    def _commit(self, apply: Any) -> None:
        """An atomic step of the allocation table or the settings."""
        self.programs += 1
        if self._step(PROGRAM_SECONDS):
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
            self._erase(block)
        self._commit(lambda: self._table.__setitem__(name, entry))
        return True

    def delete(self, name: str) -> None:
        """Take a file out of the table; its blocks keep their bits until they are used again."""
        self._commit(lambda: self._table.pop(name))

    # --- copies of a file -------------------------------------------------------------------------------------------

    def _copy_header(self, entry: FileEntry, copy: int) -> tuple[int, int] | None:
        """(sequence, length) of a copy that was closed whole, else None."""
        block = self._blocks.get(entry.first_block + copy * entry.blocks, _BLANK)
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
            self._erase(block)
        return copy

    def write_copy(self, entry: FileEntry, copy: int, offset: int, data: bytes) -> None:
        """Program content at an offset, a page at a time."""
        position = offset + HEADER_SIZE
        done = 0
        while done < len(data):
            room = PAGE_SIZE - position % PAGE_SIZE
            chunk = data[done : done + room]
            block = entry.first_block + copy * entry.blocks + position // BLOCK_SIZE
            self._program(block, position % BLOCK_SIZE, chunk)
            done += len(chunk)
            position += len(chunk)

    def end_copy(self, entry: FileEntry, copy: int, length: int) -> None:
        """Make a copy valid: the file's content from now on."""
        active = self.active_copy(entry)
        fields = struct.pack("<4sII", _HEADER_MAGIC, length, (active[1] if active else 0) + 1)
        self._program(entry.first_block + copy * entry.blocks, 0, fields + struct.pack("<I", zlib.crc32(fields)))

    def read_copy(self, entry: FileEntry, copy: int, offset: int, length: int) -> bytes:
        """Content at an offset of a copy."""
        self.bytes_read += length
        self._busy += length * READ_SECONDS_PER_BYTE
        out = bytearray()
        position = offset + HEADER_SIZE
        while length > 0:
            block = self._blocks.get(entry.first_block + copy * entry.blocks + position // BLOCK_SIZE, _BLANK)
            start = position % BLOCK_SIZE
            chunk = block[start : start + length]
            out += chunk
            position += len(chunk)
            length -= len(chunk)
        return bytes(out)

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
        work = self._work
        data = self.read_copy(entry, active[0], 0, active[2])
        self._work = work
        return data

    def write(self, name: str, data: bytes, *, max_size: int | None = None, flags: int = 0) -> None:
        """Put a file of this content there as a programming tool does; an existing one keeps its place if it fits."""
        saved, work = (self.operations, self._cut_at), self._work
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
            (self.operations, self._cut_at), self._work = saved, work

    def snapshot(self) -> dict[str, Any]:
        """The whole state; `restore` takes it back. Cheap: blocks are shared until they change."""
        return {
            "operations": self.operations,
            "cut": self._cut_at,
            "work": self._work,
            "blocks": dict(self._blocks),
            "table": dict(self._table),
            "settings": dict(self._settings),
        }

    save = snapshot

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a saved state."""
        self.operations, self._cut_at, self._work = state["operations"], state["cut"], state["work"]
        self._blocks = dict(state["blocks"])
        self._table = dict(state["table"])
        self._settings = dict(state["settings"])
        self.changed = True

    # --- the container on the host's disk ---------------------------------------------------------------------------

    def store(self, path: Path | str) -> None:
        """Write the flash to a file, whole or not at all.

        Layout: the line CC3200SIM-FLASH-1, the length of the index (4 bytes, little-endian), the index as JSON (size,
        files with their extents, settings in hex, numbers of the blocks that are not blank, CRC-32 of what follows),
        then those blocks in that order, 4096 bytes each. A copy of a file starts with a 512-byte header: SFH1, length,
        sequence number, CRC-32 of these 12 bytes; the highest sequence number is the file's content.
        """
        path = Path(path)
        numbers = sorted(self._blocks)
        body = b"".join(self._blocks[number] for number in numbers)
        index = {
            "size": self.size,
            "files": {name: asdict(entry) for name, entry in sorted(self._table.items())},
            "settings": {name: value.hex() for name, value in sorted(self._settings.items())},
            "blocks": numbers,
            "crc32": zlib.crc32(body),
        }
        text = json.dumps(index, separators=(",", ":")).encode()
        temporary = None
        try:
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
                temporary = file.name
                file.write(_CONTAINER_MAGIC + struct.pack("<I", len(text)) + text + body)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except OSError as error:
            if temporary is not None:
                Path(temporary).unlink(missing_ok=True)
            raise FlashError(f"can't save the serial flash to {path}: {error.strerror}") from error
        self.changed = False

    @classmethod
    def load(cls, path: Path | str) -> Flash:
        """Read a flash that `store` wrote."""
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            raise FlashError(f"can't read the serial flash {path}: {error.strerror}") from error
        try:
            if not data.startswith(_CONTAINER_MAGIC):
                raise ValueError("it is not one of this emulator's containers")
            start = len(_CONTAINER_MAGIC) + 4
            (length,) = struct.unpack_from("<I", data, start - 4)
            index = json.loads(data[start : start + length])
            body = data[start + length :]
            if len(body) != BLOCK_SIZE * len(index["blocks"]) or zlib.crc32(body) != index["crc32"]:
                raise ValueError("its data is damaged")
            flash = cls(index["size"])
            flash._table = {name: FileEntry(**entry) for name, entry in index["files"].items()}
            flash._settings = {name: bytes.fromhex(value) for name, value in index["settings"].items()}
            flash._blocks = {
                number: body[i * BLOCK_SIZE : (i + 1) * BLOCK_SIZE] for i, number in enumerate(index["blocks"])
            }
        except (ValueError, KeyError, TypeError, struct.error) as error:
            raise FlashError(f"can't use {path} as a serial flash: {error}") from error
        return flash
