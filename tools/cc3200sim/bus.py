"""The memory map: which block answers at an address, and what happens where none does."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from cc3200sim.peripheral import BusError, Peripheral, Unmodelled

log = logging.getLogger("cc3200sim.bus")

ROM_BASE, ROM_SIZE = 0x0000_0000, 0x0008_0000
SRAM_BASE, SRAM_SIZE = 0x2000_0000, 0x0004_0000
# Each word of the alias is one bit of the SRAM. The CC32xx has no such alias for peripherals (TRM 2.2.3.1).
SRAM_ALIAS_BASE, SRAM_ALIAS_SIZE = 0x2200_0000, SRAM_SIZE * 32

# Where the chip has registers (hw_memmap.h; the private bus from the ARMv7-M manual): start, size, name. An access
# outside of these and of the memories is a bus fault; one inside that no model claims is reported and reads 0.
IO_REGIONS: tuple[tuple[int, int, str], ...] = (
    (0x4000_0000, 0x1000, "WDT"),
    (0x4000_4000, 0x4000, "GPIOA0-3"),
    (0x4000_C000, 0x2000, "UARTA0-1"),
    (0x4002_0000, 0x1000, "I2CA0"),
    (0x4002_4000, 0x1000, "GPIOA4"),
    (0x4003_0000, 0x4000, "TIMERA0-3"),
    (0x400F_5000, 0x1000, "STACKDIE_CTRL"),
    (0x400F_7000, 0x1000, "COMMON_REG"),
    (0x400F_D000, 0x3000, "FLASH_CONTROL, SYSTEM_CONTROL, UDMA"),
    (0x4401_0000, 0x1000, "SDHOST"),
    (0x4401_8000, 0x1000, "CAMERA"),
    (0x4401_C000, 0x2000, "I2S"),
    (0x4402_0000, 0x3000, "SSPI, GSPI, LSPI"),
    (0x4402_5000, 0x2000, "ARCM, APPS_CONFIG"),
    (0x4402_D000, 0x3000, "GPRCM, OCP_SHARED, ADC, HIB"),
    (0x4403_0000, 0x1000, "DTHE"),
    (0x4403_5000, 0x1000, "SHAMD5"),
    (0x4403_7000, 0x1000, "AES"),
    (0x4403_9000, 0x1000, "DES"),
    (0xE000_0000, 0x3000, "ITM, DWT, FPB"),
    (0xE000_E000, 0x1000, "SCS"),
    (0xE004_0000, 0x3000, "TPIU, ETM, ROM table"),
)

_UNCLOCKED = "finds the block without its clock: it is lost"
_GRANULE = 8  # blocks start at multiples of 256 bytes (HIB at 0x4402F800, ADC at 0x4402E800)


@dataclass(frozen=True)
class Access:
    """An access to a register that nothing models: the first one at its address."""

    address: int
    size: int
    pc: int
    write: bool
    value: int
    why: str = "is not modelled"

    def __str__(self) -> str:
        what = f"write of {self.value:#x} to" if self.write else "read of"
        return f"{what} {self.address:#010x} ({self.size} bytes) at pc {self.pc:#010x} {self.why}"


class Bus:
    """Finds the peripheral of an address. The core calls `read` and `write`; `pc` tells it where it was."""

    def __init__(self) -> None:
        self.unmodelled: list[Access] = []
        self.trace: Callable[[Access], None] = lambda access: log.warning("%s", access)
        self.pc: Callable[[], int] = lambda: 0
        # The core replaces it: the access under way is to end in a bus fault.
        self.fault: Callable[[int], None] = lambda address: None
        self._blocks: dict[int, tuple[int, Peripheral]] = {}
        self._seen: set[int] = set()

    def map(self, base: int, block: Peripheral) -> None:
        """Put a block at its base address."""
        if base & ((1 << _GRANULE) - 1):
            raise ValueError(f"{block.name} at {base:#x}: a block starts at a multiple of {1 << _GRANULE}")
        for granule in range(base >> _GRANULE, (base + block.size) >> _GRANULE):
            if granule in self._blocks:
                other = self._blocks[granule][1].name
                raise ValueError(f"{block.name} at {base:#x} overlaps {other}")
            self._blocks[granule] = (base, block)

    def read(self, address: int, size: int) -> int:
        """A load of 1, 2 or 4 bytes."""
        found = self._blocks.get(address >> _GRANULE)
        try:
            if found is not None:
                if found[1].clocked:
                    return found[1].read(address - found[0], size)
                self._report(address, size, False, 0, _UNCLOCKED)
                return 0
        except Unmodelled:
            pass
        except BusError:
            self.fault(address)
            return 0
        self._report(address, size, False, 0)
        return 0

    def write(self, address: int, value: int, size: int) -> None:
        """A store of 1, 2 or 4 bytes."""
        found = self._blocks.get(address >> _GRANULE)
        try:
            if found is not None:
                if found[1].clocked:
                    found[1].write(address - found[0], value, size)
                else:
                    self._report(address, size, True, value, _UNCLOCKED)
                return
        except Unmodelled:
            pass
        except BusError:
            self.fault(address)
            return
        self._report(address, size, True, value)

    def forget_unmodelled(self) -> list[Access]:
        """The accesses reported so far; each register will be reported anew."""
        reported, self.unmodelled = self.unmodelled, []
        self._seen.clear()
        return reported

    def _report(self, address: int, size: int, write: bool, value: int, why: str = "is not modelled") -> None:
        if address not in self._seen:
            self._seen.add(address)
            access = Access(address, size, self.pc(), write, value, why)
            self.unmodelled.append(access)
            self.trace(access)
