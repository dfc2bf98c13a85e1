"""The chip's blocks with no processor: a test plays the firmware, register by register."""

from __future__ import annotations

from cc3200sim.clock import Clock
from cc3200sim.peripheral import IrqLine
from cc3200sim.peripherals.blocks import Blocks
from cc3200sim.peripherals.reset import ResetKind

UART0, UART1, GPIOA0, GPIOA3 = 0x4000_C000, 0x4000_D000, 0x4000_4000, 0x4000_7000
ARCM, GPRCM, PADS, HIB1P2, HIB3P3, WDT = (
    0x4402_5000, 0x4402_D000, 0x4402_E0A0, 0x4402_F000, 0x4402_F800, 0x4000_0000)  # fmt: skip
SHAMD5, TIMERA0, TIMERA1, TIMERA2, APPS_CONFIG = 0x4403_5000, 0x4003_0000, 0x4003_1000, 0x4003_2000, 0x4402_6000

# Package pin to pad register, as the driver library's pin.c has it.
PAD_OF = {
    1: 10, 2: 11, 3: 12, 4: 13, 5: 14, 6: 15, 7: 16, 8: 17, 15: 22, 16: 23, 17: 24, 18: 40, 19: 28, 20: 29, 21: 25,
    45: 31, 50: 0, 52: 32, 53: 30, 55: 1, 57: 2, 58: 3, 59: 4, 60: 5, 61: 6, 62: 7, 63: 8, 64: 9,
}  # fmt: skip
STD, PULL_UP, PULL_DOWN, OPEN_DRAIN = 0x020, 0x120, 0x220, 0x030


class Chip:
    """Blocks on a clock that only the test moves."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.lines: dict[int, IrqLine] = {}
        self.resets: list[ResetKind] = []
        self.blocks = Blocks(self.clock, self._line, self.resets.append)
        self.pins = self.blocks.pins
        self.blocks.reset(ResetKind.POWER_ON)
        # Every clock on: what firmware does first.
        for offset in (
            0x004, 0x014, 0x024, 0x030, 0x040, 0x048, 0x050, 0x058, 0x060, 0x068, 0x070, 0x078, 0x080, 0x088, 0x090,
            0x098, 0x0A0, 0x0A8, 0x0B8, 0x0C8, 0x0D8,
        ):  # fmt: skip
            self.write(ARCM + offset, 0x101)

    def _line(self, number: int) -> IrqLine:
        return self.lines.setdefault(number, IrqLine(number, lambda vector, level: None))

    def _find(self, address: int) -> int:
        return max(base for base in self.blocks.mapping if base <= address)

    def read(self, address: int, size: int = 4) -> int:
        """A load."""
        base = self._find(address)
        assert self.blocks.mapping[base].clocked
        return self.blocks.mapping[base].read(address - base, size)

    def write(self, address: int, value: int, size: int = 4) -> None:
        """A store."""
        base = self._find(address)
        assert self.blocks.mapping[base].clocked
        self.blocks.mapping[base].write(address - base, value, size)

    def pad(self, pin: int, mode: int, kind: int = STD) -> None:
        """Set a package pin's pad: mode, strength and type."""
        self.write(PADS + 4 * PAD_OF[pin], mode | kind)

    def irq(self, number: int) -> bool:
        """The level of an interrupt line."""
        return self.lines[number].level

    @property
    def now(self) -> int:
        """The present cycle."""
        return self.clock.now

    def run(self, cycles: int) -> None:
        """Let time pass."""
        self.run_to(self.clock.now + cycles)

    def run_to(self, cycle: int) -> None:
        """Let time pass up to a cycle."""
        while (due := self.clock.next_deadline) is not None and due <= cycle:
            self.clock.advance_to(due)
            self.clock.run_due()
        self.clock.advance_to(cycle)
