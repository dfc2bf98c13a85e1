"""The serial flash as a device: NOR cells in blocks, of which every erase and program step can lose its power."""

from __future__ import annotations

from typing import Any

BLOCK_SIZE = 4096
PAGE_SIZE = 256
DEFAULT_SIZE = 2 << 20

# Micron M25PX80 data sheet, typical times: 4 KiB subsector erase, 256-byte page program. Reads run at the bus's speed.
ERASE_SECONDS = 70e-3
PROGRAM_SECONDS = 0.8e-3
READ_SECONDS_PER_BYTE = 8 / 20e6

_LARGEST = 16 << 20
_BLANK = b"\xff" * BLOCK_SIZE


class PowerCut(Exception):
    """The power went away in the middle of a flash operation; what was done of it is in the flash."""


class FlashError(Exception):
    """A flash container that can't be read or written, or a file that doesn't fit: one clear line."""


class Nor:
    """The device. FlashError for a size that is none.

    `operations` counts erase and program steps since it was made; `erases`, `programs` (of up to a page) and
    `bytes_read` are what its time went to, at ERASE_SECONDS, PROGRAM_SECONDS and READ_SECONDS_PER_BYTE each. `changed`:
    since it was made, or last set to False.
    """

    def __init__(self, size: int = DEFAULT_SIZE) -> None:
        if size % BLOCK_SIZE or not 0 < size <= _LARGEST:
            raise FlashError(f"a serial flash of {size} bytes: must be a multiple of {BLOCK_SIZE}, at most 16 MiB")
        self.size = size
        self.operations = 0
        self.erases = self.programs = self.bytes_read = 0
        self.changed = False
        self._cut_at: int | None = None
        self._busy = 0.0
        self._blocks: dict[int, bytes] = {}  # those that are not blank

    def cut_after(self, operations: int | None) -> None:
        """Cut the power inside the n-th erase or program step from now (1: the next one); None: never."""
        self._cut_at = None if operations is None else self.operations + operations

    @property
    def work(self) -> tuple[int, int, int, float]:
        """What its time went to, and how long it is busy; may be set back."""
        return self.erases, self.programs, self.bytes_read, self._busy

    @work.setter
    def work(self, work: tuple[int, int, int, float]) -> None:
        self.erases, self.programs, self.bytes_read, self._busy = work

    def take_busy(self) -> float:
        """Seconds the device was busy since the last call."""
        busy, self._busy = self._busy, 0.0
        return busy

    def step(self, seconds: float) -> bool:
        """Count one step; true when the power is lost in it."""
        self.operations += 1
        self.changed = True
        self._busy += seconds
        if self._cut_at is not None and self.operations >= self._cut_at:
            self._cut_at = None
            return True
        return False

    def erase(self, block: int) -> None:
        """Erase a block. Torn: the first half is erased, cells of the second have drifted towards ones."""
        if block not in self._blocks:
            return
        self.erases += 1
        torn = self.step(ERASE_SECONDS)
        if torn:
            old = self._blocks[block]
            half = BLOCK_SIZE // 2
            self._blocks[block] = b"\xff" * half + bytes(byte | 0xA5 for byte in old[half:])
            raise PowerCut(f"power lost while erasing block {block}")
        del self._blocks[block]

    def program(self, block: int, offset: int, data: bytes) -> None:
        """Program up to a page: bits only go from one to zero. Torn: the first half of the data is there."""
        self.programs += 1
        torn = self.step(PROGRAM_SECONDS)
        if torn:
            data = data[: len(data) // 2]
        old = self._blocks.get(block, _BLANK)
        span = old[offset : offset + len(data)]
        merged = (int.from_bytes(span, "little") & int.from_bytes(data, "little")).to_bytes(len(data), "little")
        self._blocks[block] = old[:offset] + merged + old[offset + len(data) :]
        if torn:
            raise PowerCut(f"power lost while programming block {block} at {offset}")

    def block(self, number: int) -> bytes:
        """The bits of a block; takes no time."""
        return self._blocks.get(number, _BLANK)

    def read_at(self, address: int, length: int) -> bytes:
        """Bytes from an address on."""
        self.bytes_read += length
        self._busy += length * READ_SECONDS_PER_BYTE
        out = bytearray()
        while length > 0:
            start = address % BLOCK_SIZE
            chunk = self.block(address // BLOCK_SIZE)[start : start + length]
            out += chunk
            address += len(chunk)
            length -= len(chunk)
        return bytes(out)

    def program_at(self, address: int, data: bytes) -> None:
        """Program bytes from an address on, a page at a time."""
        done = 0
        while done < len(data):
            chunk = data[done : done + PAGE_SIZE - address % PAGE_SIZE]
            self.program(address // BLOCK_SIZE, address % BLOCK_SIZE, chunk)
            done += len(chunk)
            address += len(chunk)

    @property
    def blocks(self) -> dict[int, bytes]:
        """The blocks that are not blank, by number."""
        return dict(self._blocks)

    def set_blocks(self, blocks: dict[int, bytes]) -> None:
        """Take these instead of all there are."""
        self._blocks = dict(blocks)

    def save(self) -> dict[str, Any]:
        """The whole state; `restore` takes it back. Cheap: blocks are shared until they change."""
        return {"operations": self.operations, "cut": self._cut_at, "work": self.work, "blocks": self.blocks}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a saved state."""
        self.operations, self._cut_at, self.work = state["operations"], state["cut"], state["work"]
        self._blocks = dict(state["blocks"])
        self.changed = True
