"""Serial flash dumps made and read by the facts of docs/formats/flash.md alone, with no code of the emulator's."""

from __future__ import annotations

import random
from dataclasses import dataclass

BLOCK = 4096


@dataclass
class File:
    """One file of a dump: what a board has in it. `copies` 2: the second lies behind the first."""

    name: str
    content: bytes
    copies: int = 1
    named: bool = True
    spare: int = 0  # more blocks than the content needs


def build(files: list[File], size: int, revision: int, *, seed: int = 1) -> bytes:
    """A dump as a board's: what nobody knows the meaning of is noise, and the older table is there too."""
    noise = random.Random(seed)
    out = bytearray(b"\xff" * size)
    table = bytearray(b"\xff" * BLOCK)
    table[0:4] = revision.to_bytes(2, "little") + b"LS"
    table[0x204:0x774] = noise.randbytes(0x774 - 0x204)
    out[2 * BLOCK : 5 * BLOCK] = noise.randbytes(3 * BLOCK)
    block, text = 5, 0
    for index, file in enumerate(files):
        index = 0 if file.name == "/sys/mcuimg.bin" else index + 6
        blocks = -(-(len(file.content) + 440) // BLOCK) + file.spare
        flags = 0xC & ~(0x4 if file.copies == 2 else 0) & ~(0x8 if file.name == "/sys/mcuimg.bin" else 0)
        table[4 + 4 * index : 8 + 4 * index] = bytes((index, blocks, block & 0xFF, block >> 8 | flags << 4))
        name = file.name.encode() if file.named else b""
        at = 0x774 + 4 * index
        table[at : at + 4] = text.to_bytes(2, "little") + len(name).to_bytes(2, "little")
        table[0x974 + text : 0x974 + text + len(name)] = name
        text += len(name)
        for _ in range(file.copies):
            start = block * BLOCK
            out[start : start + blocks * BLOCK] = noise.randbytes(blocks * BLOCK)
            out[start : start + 8] = len(file.content).to_bytes(3, "little") + noise.randbytes(3) + b"LS"
            out[start + 8 : start + 8 + len(file.content)] = file.content
            block += blocks
    table[4 + 4 * 100 : 8 + 4 * 100] = bytes((0xFF, 100, 0xFF, 0x7F))  # a deleted one
    slot = revision % 2
    out[slot * BLOCK : (slot + 1) * BLOCK] = table
    if revision > 1:
        other = bytearray(b"\xff" * BLOCK)
        other[0:4] = (revision - 1).to_bytes(2, "little") + b"LS"
        out[(1 - slot) * BLOCK : (2 - slot) * BLOCK] = other
    return bytes(out)


def read(dump: bytes) -> dict[str, bytes | None]:
    """Each named file's first copy, None where it was never closed; what tools in the field make of a dump."""
    slots = [dump[slot * BLOCK : (slot + 1) * BLOCK] for slot in (0, 1)]
    valid = [slot for slot in slots if slot[2:4] == b"LS"]
    table = max(valid, key=lambda slot: int.from_bytes(slot[:2], "little"))
    found: dict[str, bytes | None] = {}
    for index in range(128):
        row = table[4 + 4 * index : 8 + 4 * index]
        if row[0] == 0xFF:
            continue
        assert row[0] == index
        start = (row[2] | (row[3] & 0xF) << 8) * BLOCK
        offset, length = (int.from_bytes(table[0x774 + 4 * index + i :][:2], "little") for i in (0, 2))
        name = table[0x974 + offset : 0x974 + offset + length].decode("latin-1")
        size = int.from_bytes(dump[start : start + 3], "little")
        found[name] = dump[start + 8 : start + 8 + size] if dump[start + 6 : start + 8] == b"LS" else None
    return found
