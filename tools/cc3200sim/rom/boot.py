"""What the ROM's loader does at a reset: the application's image goes from the serial flash into RAM and is started."""

from __future__ import annotations

from typing import Protocol

from cc3200sim.cpu import Cpu
from cc3200sim.rom import RomError

IMAGE_FILE = "/sys/mcuimg.bin"
LOAD_ADDRESS = 0x2000_4000
IMAGE_LIMIT = 0x3C000  # the SRAM from the load address on


class Files(Protocol):
    """As much of the serial flash as the ROM loader uses."""

    def read(self, name: str) -> bytes | None:
        """The content of a file, None when there is none."""


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
