"""What the ROM's loader does at a reset: a file goes from the serial flash into RAM and is started.

On a board that file is a bootloader, which starts one of the images beside it. Without one it may be an image itself.
"""

from __future__ import annotations

from typing import Protocol

from cc3200sim.cpu import Cpu
from cc3200sim.rom import RomError

IMAGE_FILE = "/sys/mcuimg.bin"
FACTORY_FILE = "/sys/factimg.bin"  # that bootloaders start, unless the next file says otherwise
BOOT_INFO_FILE = "/sys/bootinfo.bin"
_START_FACTORY = bytes((0, 1, 0, 0))
LOAD_ADDRESS = 0x2000_4000
IMAGE_LIMIT = 0x3C000  # the SRAM from the load address on


class Files(Protocol):
    """As much of the serial flash as the ROM loader uses."""

    def read(self, name: str) -> bytes | None:
        """The content of a file, None when there is none."""


class Programmable(Files, Protocol):
    """As much of the serial flash as a programmer by wire uses."""

    def write(self, name: str, data: bytes) -> None:
        """Put a file there."""

    def list(self) -> list[str]:
        """The names of all files."""


def install(flash: Programmable, image: bytes, bootloader: bytes | None = None) -> None:
    """Put an image there to be started, by a bootloader if there is one, as a programmer by wire does.

    An image that is the factory's already changes nothing: an update that the board has stays the one it starts.
    """
    if bootloader is None:
        flash.write(IMAGE_FILE, image)
        return
    if flash.read(IMAGE_FILE) != bootloader:
        flash.write(IMAGE_FILE, bootloader)
    if flash.read(FACTORY_FILE) != image:
        flash.write(FACTORY_FILE, image)
        if BOOT_INFO_FILE in flash.list():
            flash.write(BOOT_INFO_FILE, _START_FACTORY)


def boot(cpu: Cpu, flash: Files) -> None:
    """What the ROM loader does: copy the image from the serial flash to RAM and start it through its vector table."""
    image = flash.read(IMAGE_FILE)
    if image is None:
        raise RomError(f"the serial flash has no {IMAGE_FILE}: nothing to start")
    if not 8 <= len(image) <= IMAGE_LIMIT:
        raise RomError(f"{IMAGE_FILE} has {len(image)} bytes: 8 to {IMAGE_LIMIT} can be started")
    cpu.write_memory(LOAD_ADDRESS, image)
    cpu.start(cpu.read_word(LOAD_ADDRESS), cpu.read_word(LOAD_ADDRESS + 4))
    cpu.nvic.vtor = LOAD_ADDRESS
