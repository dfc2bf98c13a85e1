"""GPIOA0 to GPIOA4: eight lines each, TI's version of Arm's PL061 (CC3200 TRM SWRU367 chapter 5, hw_gpio.h).

Bits 9:2 of the address mask DATA. A line set as output reads back what was written, an input its pad's level; the level
reaches the block only while the pad selects GPIO (mode 0). DMA triggers are not modelled.
"""

from __future__ import annotations

from collections.abc import Callable

from cc3200sim.clock import Clock
from cc3200sim.peripheral import IrqLine
from cc3200sim.peripherals.registers import RegisterBlock
from cc3200sim.peripherals.signals import Input, Output

DATA_END = 0x400
DIR, IS, IBE, IEV, IM, RIS, MIS, ICR = 0x400, 0x404, 0x408, 0x40C, 0x410, 0x414, 0x418, 0x41C


class Gpio(RegisterBlock):
    """One port. GPIOA4 has no interrupt line."""

    STORED = dict.fromkeys((DIR, IS, IBE, IEV, IM), (0, 0xFF))
    STATE = ("regs", "_data", "_pins", "_latched")

    def __init__(self, clock: Clock, irq: IrqLine | None = None) -> None:
        self._irq = irq
        self._data = 0
        self._pins = 0
        self._latched = 0
        self.outputs = [Output() for _ in range(8)]
        self.inputs = [Input(self._input_handler(1 << bit)) for bit in range(8)]
        self.readers = {RIS: self._raw, MIS: lambda: self._raw() & self.regs[IM]}
        self.writers = {
            DIR: self._write_direction,
            ICR: self._write_clear,
            **{offset: self._mask_writer(offset) for offset in (IS, IBE, IEV, IM)},
        }
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

    def _raw(self) -> int:
        regs = self.regs
        return self._latched & ~regs[IS] | regs[IS] & ~(self._pins ^ regs[IEV])

    def _mask_writer(self, offset: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            self.regs[offset] = value & 0xFF
            self._update_irq()

        return write

    def _write_clear(self, value: int) -> None:
        self._latched &= ~value
        self._update_irq()

    def _update_irq(self) -> None:
        if self._irq is not None:
            self._irq.set(bool(self._raw() & self.regs[IM]))
