"""Reads the files that earlier versions of this emulator kept a serial flash in; none is written any more.

Layout: the line CC3200SIM-FLASH-2, the length of the index and its CRC-32 (4 bytes each, little-endian), the index as
JSON (size, files with their extents, settings in hex, numbers of the blocks that are not blank, CRC-32 of what
follows), then those blocks in that order, 4096 bytes each. Version 1 has no CRC of the index. A copy of a file starts
with a header of 512 bytes: SFH1, length, sequence number, CRC-32 of these 12 bytes; the highest sequence number is the
file's content.
"""

from __future__ import annotations

import json
import struct
import zlib
from typing import Any

from cc3200sim.flash.filesystem import Flash
from cc3200sim.flash.nor import BLOCK_SIZE, FlashError

_MAGIC = b"CC3200SIM-FLASH-2\n"
_MAGIC_1 = b"CC3200SIM-FLASH-1\n"
_HEADER = struct.Struct("<4sIII")
_HEADER_SIZE = 512
_COMMIT_OR_SECURE = 3  # of a file's flags


def is_one(data: bytes) -> bool:
    """Tell such a file by its first line."""
    return data.startswith((_MAGIC, _MAGIC_1))


def read(data: bytes) -> Flash:
    """The flash with the same files and settings, laid out anew. FlashError, with the reason, for a damaged one."""
    try:
        return _convert(*_parse(data))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError, struct.error) as error:
        raise FlashError(str(error)) from error


def _parse(data: bytes) -> tuple[dict[str, Any], dict[int, bytes]]:
    start = len(_MAGIC) + 8
    if data.startswith(_MAGIC):
        length, check = struct.unpack_from("<2I", data, start - 8)
    else:
        start -= 4
        (length,) = struct.unpack_from("<I", data, start - 4)
        check = zlib.crc32(data[start : start + length])
    text, body = data[start : start + length], data[start + length :]
    if zlib.crc32(text) != check:
        raise ValueError("its index is damaged")
    index = json.loads(text)
    numbers = index["blocks"]
    if len(body) != BLOCK_SIZE * len(numbers) or zlib.crc32(body) != index["crc32"]:
        raise ValueError("its data is damaged")
    count = Flash(index["size"]).size // BLOCK_SIZE
    if not all(type(number) is int and 0 <= number < count for number in numbers) or len(set(numbers)) < len(numbers):
        raise ValueError("it has blocks that are not in a flash of its size, or twice")
    return index, {number: body[i * BLOCK_SIZE : (i + 1) * BLOCK_SIZE] for i, number in enumerate(numbers)}


def _convert(index: dict[str, Any], blocks: dict[int, bytes]) -> Flash:
    flash = Flash(index["size"])
    for name, entry in sorted(index["files"].items(), key=lambda item: item[1]["first_block"]):
        values = [entry[key] for key in ("max_size", "flags", "first_block", "blocks", "copies")]
        if not all(type(value) is int and value >= 0 for value in values):
            raise ValueError(f"its file {name} is described by what is no number")
        if (entry["first_block"] + entry["blocks"] * entry["copies"]) * BLOCK_SIZE > flash.size or (
            entry["copies"] not in (1, 2)
        ):
            raise ValueError(f"its file {name} reaches over the end of the flash")
        content = _content(entry, blocks)
        flash.write(name, content, max_size=entry["max_size"], flags=entry["flags"], token=entry.get("token", 0))
    for name, value in index["settings"].items():
        flash.keep_setting(name, bytes.fromhex(value))
    flash.operations, flash.work = 0, (0, 0, 0, 0.0)
    return flash


def _content(entry: dict[str, int], blocks: dict[int, bytes]) -> bytes | None:
    """What the newest copy that was closed holds, None where none was."""
    newest: tuple[int, bytes] | None = None
    for copy in range(entry["copies"]):
        first = entry["first_block"] + copy * entry["blocks"]
        data = b"".join(blocks.get(first + i, b"\xff" * BLOCK_SIZE) for i in range(entry["blocks"]))
        magic, length, sequence, check = _HEADER.unpack_from(data)
        if magic == b"SFH1" and check == zlib.crc32(data[:12]) and (newest is None or sequence > newest[0]):
            newest = sequence, data[_HEADER_SIZE : _HEADER_SIZE + length]
    return newest[1] if newest else None
