"""The chip's blocks with no processor: a test plays the firmware, register by register."""

from __future__ import annotations

from cc3200sim.chip import BLOCKS, BY_NAME, Irq
from cc3200sim.clock import Clock
from cc3200sim.peripheral import IrqLine, Peripheral
from cc3200sim.peripherals.blocks import Blocks
from cc3200sim.peripherals.ocp_shared import PAD_CONFIG_0
from cc3200sim.peripherals.prcm import RUN_CLOCK, SLEEP_CLOCK, ClockGate
from cc3200sim.peripherals.reset import ResetKind

UART0, UART1, GPIOA0, GPIOA3, ARCM, GPRCM, HIB1P2, HIB3P3, WDT, SHAMD5, TIMERA0, TIMERA1, TIMERA2, APPS_CONFIG = (
    BY_NAME[name].base
    for name in (
        "UARTA0", "UARTA1", "GPIOA0", "GPIOA3", "ARCM", "GPRCM", "HIB1P2", "HIB3P3", "WDT", "SHAMD5",
        "TIMERA0", "TIMERA1", "TIMERA2", "APPS_CONFIG",
    )
)  # fmt: skip
PADS = BY_NAME["OCP_SHARED"].base + PAD_CONFIG_0

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
        self.lines: dict[Irq, IrqLine] = {}
        self.resets: list[ResetKind] = []
        self.blocks = Blocks(self.clock, self._line, self.resets.append)
        self.pins = self.blocks.pins
        self.blocks.reset(ResetKind.POWER_ON)
        # Every clock on: what firmware does first.
        for gate in ClockGate:
            self.write(ARCM + gate.clock, RUN_CLOCK | SLEEP_CLOCK)

    def _line(self, number: Irq) -> IrqLine:
        return self.lines.setdefault(number, IrqLine(number, lambda vector, level: None))

    def _find(self, address: int) -> tuple[Peripheral, int]:
        row = max((row for row in BLOCKS if row.base <= address), key=lambda row: row.base)
        block = self.blocks.placed[row.name]
        assert block.clocked
        return block, address - row.base

    def read(self, address: int, size: int = 4) -> int:
        """A load."""
        block, offset = self._find(address)
        return block.read(offset, size)

    def write(self, address: int, value: int, size: int = 4) -> None:
        """A store."""
        block, offset = self._find(address)
        block.write(offset, value, size)

    def pad(self, pin: int, mode: int, kind: int = STD) -> None:
        """Set a package pin's pad: mode, strength and type."""
        self.write(PADS + 4 * PAD_OF[pin], mode | kind)

    def irq(self, number: Irq) -> bool:
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
