"""The serial flash: the NOR device, the file system on it, and the file that keeps it on the host."""

from cc3200sim.flash.filesystem import MAX_FILE_SIZE, SYSTEM_BLOCKS, FileEntry, Flash
from cc3200sim.flash.nor import (
    BLOCK_SIZE,
    DEFAULT_SIZE,
    ERASE_SECONDS,
    PROGRAM_SECONDS,
    READ_SECONDS_PER_BYTE,
    FlashError,
    PowerCut,
)

__all__ = [
    "BLOCK_SIZE",
    "DEFAULT_SIZE",
    "ERASE_SECONDS",
    "MAX_FILE_SIZE",
    "PROGRAM_SECONDS",
    "READ_SECONDS_PER_BYTE",
    "SYSTEM_BLOCKS",
    "FileEntry",
    "Flash",
    "FlashError",
    "PowerCut",
]
