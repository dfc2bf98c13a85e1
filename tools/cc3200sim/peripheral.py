"""What every block of the chip is: registers at an address, a clock, interrupt lines, a state that can be saved."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, ClassVar

from cc3200sim.clock import Clock
from cc3200sim.register_table import Table


class IrqLine:
    """A level-sensitive interrupt line into the NVIC. `number` is the vector number (hw_ints.h: 16 + IRQ)."""

    def __init__(self, number: int, on_change: Callable[[int, bool], None]) -> None:
        self.number = number
        self.level = False
        self._on_change = on_change

    def set(self, level: bool) -> None:
        """Drive the line; the NVIC is told of every change."""
        if level != self.level:
            self.level = level
            self._on_change(self.number, level)


class Unmodelled(Exception):
    """Raised by a peripheral for what it does not model: the bus reports it once, with address and pc.

    Its argument names the field or mode within the block ("MCR.LPBK"); without one it is the register as a whole.
    """


class BusError(Exception):
    """Raised by a peripheral that does not answer (its clock is off, say): the firmware gets a bus fault."""


class Peripheral:
    """A block of memory-mapped registers. Subclasses name their mutable attributes in STATE.

    STATE may name attributes that hold an Event of the clock: events are kept by reference, and the clock's own queue
    is restored with the snapshot.
    """

    STATE: ClassVar[tuple[str, ...]] = ()
    TABLE: ClassVar[Table] = Table()
    # Whether the block has its run-mode clock: the PRCM says so. The bus lets nothing through to a block without.
    clocked: bool = True

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.reset()

    @property
    def working(self) -> bool:
        """Whether the block has something to do that the loss of its clock in sleep would stop."""
        return False

    def reset(self) -> None:
        """Put every register to its reset value."""

    def steady(self, offset: int) -> bool:
        """Whether a load of a register has no effect, and its value changes by stores and the clock's events alone."""
        return False

    def read(self, offset: int, size: int) -> int:
        """A load of size bytes (1, 2, 4) at a byte offset from the base."""
        raise Unmodelled

    def write(self, offset: int, value: int, size: int) -> None:
        """A store of size bytes (1, 2, 4) at a byte offset from the base."""
        raise Unmodelled

    def save(self) -> dict[str, Any]:
        """The state for a snapshot."""
        return {name: copy.deepcopy(getattr(self, name)) for name in self.STATE}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a saved state."""
        for name, value in state.items():
            setattr(self, name, copy.deepcopy(value))
