"""A serial flash as a file on the host: byte for byte what a programmer reads out of a board (docs/formats/flash.md).

What the chip's own format has no known place for lies where no content can be: flags, token and name of a file that was
created here in the bytes at the end of each copy, which the file system keeps for itself; the network processor's
settings in a file of ours. A dump that came from a board and was not changed goes back as it came.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import struct
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from cc3200sim.flash import old_container, table
from cc3200sim.flash.filesystem import (
    HEADER_SIZE,
    OVERHEAD,
    SETTINGS,
    SYSTEM_BLOCKS,
    FileEntry,
    Flash,
    pack_settings,
)
from cc3200sim.flash.nor import BLOCK_SIZE, FlashError

_LABEL = struct.Struct("<4sIIII")  # magic, CRC-32 of what follows, flags, size, token; then the name and a 0
_LABEL_MAGIC = b"CSL1"
_LABEL_SIZE = OVERHEAD - HEADER_SIZE
_FAIL_SAFE = 1  # of a file's flags: commit


def is_kept_name(name: str) -> bool:
    """False: what stands for the name of a file whose name the table did not have room for."""
    return not name.startswith("\0")


def contents(flash: Flash) -> bytes:
    """The whole flash, `flash.size` bytes."""
    out = bytearray(b"\xff" * flash.size)
    for number, block in flash.blocks.items():
        out[number * BLOCK_SIZE : (number + 1) * BLOCK_SIZE] = block
    files = dict(flash.files)
    if flash.settings_place is not None:
        files[SETTINGS] = flash.settings_place
        settings = pack_settings(flash.settings)
        start = flash.settings_place.first_block * BLOCK_SIZE
        whole = Flash.header(1, len(settings)) + settings
        out[start : start + flash.settings_place.extent * BLOCK_SIZE] = whole.ljust(
            flash.settings_place.extent * BLOCK_SIZE, b"\xff"
        )
    for name, entry in files.items():
        if entry.known:
            label = _label(name, entry)
            for copy in range(1, entry.copies + 1):
                end = (entry.first_block + copy * entry.blocks) * BLOCK_SIZE
                out[end - _LABEL_SIZE : end] = label
    _put_table(out, flash.revision, files)
    return bytes(out)


def _put_table(out: bytearray, revision: int, files: dict[str, FileEntry]) -> None:
    """The file table, in its slot; the slot of the older one is blank then, so that no reader can take that one."""
    before = table.newest(_slots(out))
    rows = {
        entry.index: table.Row(
            entry.blocks, entry.first_block, entry.marks, name.encode("latin-1") if is_kept_name(name) else None
        )
        for name, entry in files.items()
    }
    now = table.Table(revision, rows, before.unknown if before else table.Table().unknown)
    if before is not None and table.encode(before) == table.encode(now):
        return
    out[: table.SLOTS * BLOCK_SIZE] = b"\xff" * table.SLOTS * BLOCK_SIZE
    out[now.slot * BLOCK_SIZE : (now.slot + 1) * BLOCK_SIZE] = table.encode(now)


def _slots(data: bytes | bytearray) -> list[bytes]:
    return [bytes(data[slot * BLOCK_SIZE : (slot + 1) * BLOCK_SIZE]) for slot in range(table.SLOTS)]


def _label(name: str, entry: FileEntry) -> bytes:
    text = struct.pack("<III", entry.flags, entry.max_size, entry.token) + name.encode("latin-1") + b"\0"
    return (struct.pack("<4sI", _LABEL_MAGIC, zlib.crc32(text)) + text).ljust(_LABEL_SIZE, b"\xff")


def _read_label(data: bytes) -> tuple[int, int, int, str] | None:
    """(flags, size, token, name) of a file that was created here."""
    magic, check, flags, size, token = _LABEL.unpack_from(data)
    name, end, _ = data[_LABEL.size :].partition(b"\0")
    if magic != _LABEL_MAGIC or not end or zlib.crc32(data[8 : _LABEL.size + len(name) + 1]) != check:
        return None
    return flags, size, token, name.decode("latin-1")


def parse(data: bytes) -> Flash:
    """The flash of a dump. FlashError, with the reason, for bytes that are none or contradict themselves."""
    if old_container.is_one(data):
        return old_container.read(data)
    flash = Flash(len(data))
    try:
        found = table.newest(_slots(data))
        if found is None:
            raise ValueError("it has no file table in its first two blocks")
        files = _files(data, found)
    except ValueError as error:
        raise FlashError(str(error)) from error
    blank = b"\xff" * BLOCK_SIZE
    blocks = {
        number: block
        for number in range(len(data) // BLOCK_SIZE)
        if (block := data[number * BLOCK_SIZE : (number + 1) * BLOCK_SIZE]) != blank
    }
    place = files.pop(SETTINGS, None)
    flash.set_contents(files, _settings(data, place), place, blocks, found.revision)
    return flash


def _files(data: bytes, found: table.Table) -> dict[str, FileEntry]:
    files: dict[str, FileEntry] = {}
    end_of_last = SYSTEM_BLOCKS
    for index, row in sorted(found.rows.items(), key=lambda item: item[1].first_block):
        end = row.first_block + row.blocks * row.copies
        if row.first_block < end_of_last or end * BLOCK_SIZE > len(data):
            raise ValueError(f"file {index} of its file table lies over another file or over the end")
        end_of_last = end
        labels = [
            _read_label(data[at - _LABEL_SIZE : at])
            for at in ((row.first_block + row.blocks * copy) * BLOCK_SIZE for copy in range(1, row.copies + 1))
        ]
        label = next((label for label in labels if label is not None), None)
        flags, size, token, kept_name = label or (_FAIL_SAFE if row.copies == 2 else 0, None, 0, f"\0{index}")
        name = row.name.decode("latin-1") if row.name else kept_name
        if name in files:
            raise ValueError(f"its file table names {name} twice")
        files[name] = FileEntry(
            index, flags, row.first_block, row.blocks, row.copies, row.marks, size, token, known=label is not None
        )
    return files


def _settings(data: bytes, place: FileEntry | None) -> dict[str, bytes]:
    if place is None:
        return {}
    start = place.first_block * BLOCK_SIZE
    length = int.from_bytes(data[start : start + 3], "little")
    text = data[start + HEADER_SIZE : start + HEADER_SIZE + length]
    try:
        return {str(name): bytes.fromhex(value) for name, value in json.loads(text).items()}
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise FlashError(f"the network processor's settings in {SETTINGS} are damaged") from error


class FlashInUse(FlashError):
    """Another program has the file: of two that change it the later would undo the earlier."""


@contextlib.contextmanager
def locked(path: Path) -> Iterator[Flash]:
    """The flash of a file, as `load` reads it; nobody else gets it in the meantime. FlashInUse if somebody has it."""
    with contextlib.ExitStack() as held:
        try:
            file = held.enter_context(path.open("rb"))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FlashInUse(f"the serial flash {path} is in use by another run") from None
        except OSError as error:
            raise FlashError(f"can't read the serial flash {path}: {error.strerror}") from error
        yield load(path)


def store(flash: Flash, path: Path | str) -> None:
    """Write a flash to a file, whole or not at all. FlashError if that can't be done."""
    path = Path(path)
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
            temporary = file.name
            file.write(contents(flash))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise FlashError(f"can't save the serial flash to {path}: {error.strerror}") from error
    flash.changed = False


def load(path: Path | str) -> Flash:
    """Read a flash that `store` wrote, a board's dump, or a file of an earlier version of this emulator.

    FlashError, with the reason, if it is none of these or is damaged.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise FlashError(f"can't read the serial flash {path}: {error.strerror}") from error
    try:
        return parse(data)
    except FlashError as error:
        raise FlashError(f"can't use {path} as a serial flash: {error}") from error
