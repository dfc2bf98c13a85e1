"""GPIOA0 to GPIOA4: eight lines each, TI's version of Arm's PL061 (CC3200 TRM SWRU367 chapter 5, hw_gpio.h).

Bits 9:2 of the address mask DATA. A line set as output reads back what was written, an input its pad's level; the level
reaches the block only while the pad selects GPIO (mode 0). DMA triggers are not modelled.
"""

from __future__ import annotations

from collections.abc import Callable

from cc3200sim.clock import Clock
from cc3200sim.peripheral import IrqLine
from cc3200sim.peripherals.registers import RegisterBlock, reads, writes, writes_each
from cc3200sim.peripherals.signals import Input, Output
from cc3200sim.register_table import Table

REGISTERS = Table("hw_gpio.h", "GPIO_O_GPIO_")
DATA = REGISTERS.live(0x000, "DATA", "DATA:7-0", span=0x400, note="bits 9:2 of the address are a mask of the lines")
DIR = REGISTERS.stored(0x400, "DIR", "DIR:7-0")
IS = REGISTERS.stored(0x404, "IS", "IS:7-0")
IBE = REGISTERS.stored(0x408, "IBE", "IBE:7-0")
IEV = REGISTERS.stored(0x40C, "IEV", "IEV:7-0")
IM = REGISTERS.stored(0x410, "IM", "IME:7-0")
RIS = REGISTERS.live(0x414, "RIS", "RIS:7-0")
MIS = REGISTERS.live(0x418, "MIS", "MIS:7-0")
ICR = REGISTERS.live(0x41C, "ICR", "IC:7-0")
REGISTERS.unmodelled("DMA triggers", "DMACTL:0x534")
REGISTERS.unmodelled(
    "without effect on this chip: pads are OCP_SHARED's",
    "AFSEL:0x420 DR2R:0x500 DR4R:0x504 DR8R:0x508 ODR:0x50C PUR:0x510 PDR:0x514 SLR:0x518 DEN:0x51C LOCK:0x520 "
    "CR:0x524 AMSEL:0x528 PCTL:0x52C",
)
REGISTERS.unmodelled(
    "identification, and what other chips of the family have",
    "ADCCTL:0x530 SI:0x538 PERIPHID4:0xFD0 PERIPHID5:0xFD4 PERIPHID6:0xFD8 PERIPHID7:0xFDC PERIPHID0:0xFE0 "
    "PERIPHID1:0xFE4 PERIPHID2:0xFE8 PERIPHID3:0xFEC PCELLID0:0xFF0 PCELLID1:0xFF4 PCELLID2:0xFF8 PCELLID3:0xFFC",
)
DATA_END = DATA.span  # a plain number: it is compared at every access


class Gpio(RegisterBlock):
    """One port. GPIOA4 has no interrupt line."""

    TABLE = REGISTERS
    STEADY = frozenset((RIS, MIS))
    STATE = ("regs", "_data", "_pins", "_latched")

    def __init__(self, clock: Clock, irq: IrqLine | None = None) -> None:
        self._irq = irq
        self._data = 0
        self._pins = 0
        self._latched = 0
        self.outputs = [Output() for _ in range(8)]
        self.inputs = [Input(self._input_handler(1 << bit)) for bit in range(8)]
        super().__init__(clock)

    @property
    def working(self) -> bool:
        return bool(self.regs[IM])

    def reset(self) -> None:
        super().reset()
        self._data = 0
        self._latched = 0
        self._drive()
        self._update_irq()

    def read(self, offset: int, size: int) -> int:
        if offset < DATA_END:
            direction = self.regs[DIR]
            value = (self._data & direction | self._pins & ~direction) & offset >> 2
            return value if not offset & 3 else 0
        return super().read(offset, size)

    def write(self, offset: int, value: int, size: int) -> None:
        if offset < DATA_END:
            mask = offset >> 2
            changed = (self._data ^ value) & mask
            if changed:
                self._data ^= changed
                changed &= self.regs[DIR]
                if changed:
                    self._drive(changed)
            return
        super().write(offset, value, size)

    def _drive(self, changed: int = 0xFF) -> None:
        direction = self.regs[DIR]
        for bit in range(8):
            if changed >> bit & 1:
                self.outputs[bit].set(self._data >> bit & 1, bool(direction >> bit & 1))

    @writes(DIR)
    def _write_direction(self, value: int) -> None:
        changed = (self.regs[DIR] ^ value) & 0xFF
        self.regs[DIR] = value & 0xFF
        self._drive(changed)

    # Interrupts: edges are latched, levels show as long as they last.

    def _input_handler(self, bit: int) -> Callable[[int], None]:
        def changed(level: int) -> None:
            if level:
                self._pins |= bit
            else:
                self._pins &= ~bit
            regs = self.regs
            if not regs[IS] & bit and (regs[IBE] & bit or bool(regs[IEV] & bit) == bool(level)):
                self._latched |= bit
            self._update_irq()

        return changed

    @reads(RIS)
    def _raw(self) -> int:
        regs = self.regs
        return self._latched & ~regs[IS] | regs[IS] & ~(self._pins ^ regs[IEV])

    @reads(MIS)
    def _masked(self) -> int:
        return self._raw() & self.regs[IM]

    @writes_each(IS, IBE, IEV, IM)
    def _write_mask(self, register: int, value: int) -> None:
        self.regs[register] = value & 0xFF
        self._update_irq()

    @writes(ICR)
    def _write_clear(self, value: int) -> None:
        self._latched &= ~value
        self._update_irq()

    def _update_irq(self) -> None:
        if self._irq is not None:
            self._irq.set(bool(self._raw() & self.regs[IM]))
