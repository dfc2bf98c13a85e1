"""The file on the host's disk that keeps a serial flash from one run to the next.

Layout: the line CC3200SIM-FLASH-1, the length of the index (4 bytes, little-endian), the index as JSON (size, files
with their extents, settings in hex, numbers of the blocks that are not blank, CRC-32 of what follows), then those
blocks in that order, 4096 bytes each. A copy of a file starts with a 512-byte header: SFH1, length, sequence number,
CRC-32 of these 12 bytes; the highest sequence number is the file's content.
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

MAGIC = b"CC3200SIM-FLASH-1\n"


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
            file.write(MAGIC + struct.pack("<I", len(text)) + text + body)
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
        if not data.startswith(MAGIC):
            raise ValueError("it is not one of this emulator's containers")
        start = len(MAGIC) + 4
        (length,) = struct.unpack_from("<I", data, start - 4)
        index = json.loads(data[start : start + length])
        body = data[start + length :]
        if len(body) != BLOCK_SIZE * len(index["blocks"]) or zlib.crc32(body) != index["crc32"]:
            raise ValueError("its data is damaged")
        flash = Flash(index["size"])
        flash.set_contents(
            {name: FileEntry(**entry) for name, entry in index["files"].items()},
            {name: bytes.fromhex(value) for name, value in index["settings"].items()},
            {number: body[i * BLOCK_SIZE : (i + 1) * BLOCK_SIZE] for i, number in enumerate(index["blocks"])},
        )
    except (ValueError, KeyError, TypeError, struct.error) as error:
        raise FlashError(f"can't use {path} as a serial flash: {error}") from error
    return flash
