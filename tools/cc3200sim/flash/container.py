"""The file on the host's disk that keeps a serial flash from one run to the next.

Layout: the line CC3200SIM-FLASH-2, the length of the index and its CRC-32 (4 bytes each, little-endian), the index as
JSON (size, files with their extents, settings in hex, numbers of the blocks that are not blank, CRC-32 of what
follows), then those blocks in that order, 4096 bytes each. Files of version 1, without the index's CRC, are read too.
A copy of a file starts with a 512-byte header: SFH1, length, sequence number, CRC-32 of these 12 bytes; the highest
sequence number is the file's content.
"""

from __future__ import annotations

import json
import os
import struct
import tempfile
import zlib
from dataclasses import asdict
from pathlib import Path

from cc3200sim.flash.filesystem import FileEntry, Flash
from cc3200sim.flash.nor import BLOCK_SIZE, FlashError

MAGIC = b"CC3200SIM-FLASH-2\n"
_MAGIC_1 = b"CC3200SIM-FLASH-1\n"


def store(flash: Flash, path: Path | str) -> None:
    """Write a flash to a file, whole or not at all. FlashError if that can't be done."""
    path = Path(path)
    blocks = sorted(flash.blocks.items())
    body = b"".join(data for _, data in blocks)
    index = {
        "size": flash.size,
        "files": {name: asdict(entry) for name, entry in sorted(flash.files.items())},
        "settings": {name: value.hex() for name, value in sorted(flash.settings.items())},
        "blocks": [number for number, _ in blocks],
        "crc32": zlib.crc32(body),
    }
    text = json.dumps(index, separators=(",", ":")).encode()
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
            temporary = file.name
            file.write(MAGIC + struct.pack("<2I", len(text), zlib.crc32(text)) + text + body)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise FlashError(f"can't save the serial flash to {path}: {error.strerror}") from error
    flash.changed = False


def load(path: Path | str) -> Flash:
    """Read a flash that `store` wrote. FlashError, with the reason, if it is none or is damaged."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise FlashError(f"can't read the serial flash {path}: {error.strerror}") from error
    try:
        return _parse(data)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, struct.error) as error:
        raise FlashError(f"can't use {path} as a serial flash: {error}") from error


def _parse(data: bytes) -> Flash:
    start = len(MAGIC) + 8
    if data.startswith(MAGIC):
        length, check = struct.unpack_from("<2I", data, start - 8)
    elif data.startswith(_MAGIC_1):
        start -= 4
        (length,) = struct.unpack_from("<I", data, start - 4)
        check = zlib.crc32(data[start : start + length])
    else:
        raise ValueError("it is not one of this emulator's containers")
    text, body = data[start : start + length], data[start + length :]
    if zlib.crc32(text) != check:
        raise ValueError("its index is damaged")
    index = json.loads(text)
    numbers = index["blocks"]
    if len(body) != BLOCK_SIZE * len(numbers) or zlib.crc32(body) != index["crc32"]:
        raise ValueError("its data is damaged")
    flash = Flash(index["size"])
    files = {name: FileEntry(**entry) for name, entry in index["files"].items()}
    _check_blocks(numbers, files, flash.size // BLOCK_SIZE)
    flash.set_contents(
        files,
        {name: bytes.fromhex(value) for name, value in index["settings"].items()},
        {number: body[i * BLOCK_SIZE : (i + 1) * BLOCK_SIZE] for i, number in enumerate(numbers)},
    )
    return flash


def _check_blocks(numbers: list[int], files: dict[str, FileEntry], count: int) -> None:
    if not all(type(number) is int and 0 <= number < count for number in numbers) or len(set(numbers)) < len(numbers):
        raise ValueError("it has blocks that are not in a flash of its size, or twice")
    for name, entry in files.items():
        values = entry.max_size, entry.flags, entry.first_block, entry.blocks, entry.copies, entry.token
        if not all(type(value) is int and value >= 0 for value in values):
            raise ValueError(f"its file {name} is described by what is no number")
        if entry.first_block + entry.extent > count or not 1 <= entry.copies <= 2:
            raise ValueError(f"its file {name} reaches over the end of the flash")
