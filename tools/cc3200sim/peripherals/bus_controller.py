"""The base of the controllers of buses outside the chip: the buses themselves, and one interrupt line with a mask."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, Protocol, TypeVar

from cc3200sim.clock import Clock
from cc3200sim.peripheral import IrqLine
from cc3200sim.peripherals.registers import RegisterBlock
from cc3200sim.register_table import Register


class OutsideBus(Protocol):
    """A bus that the world has put on the pins, with its devices."""

    def save(self) -> Any:
        """The devices and their state."""

    def restore(self, state: Any) -> None:
        """Go back to a saved state."""


_Bus = TypeVar("_Bus", bound=OutsideBus)


class BusController(RegisterBlock, Generic[_Bus]):
    """`buses` are those the world has put there; `raw` are the interrupts that are pending, `MASK` lets them out."""

    MASK: ClassVar[Register]

    def __init__(self, clock: Clock, irq: IrqLine) -> None:
        self._irq = irq
        self.buses: list[_Bus] = []
        super().__init__(clock)

    def reset(self) -> None:
        super().reset()
        self.raw = 0
        self._irq.set(False)

    def _raise(self, interrupts: int) -> None:
        self.raw |= interrupts
        self._update_irq()

    def _drop(self, interrupts: int) -> None:
        self.raw &= ~interrupts
        self._update_irq()

    def _let_out(self, mask: int) -> None:
        """A store to the mask."""
        self.regs[self.MASK] = mask & self.MASK.writable
        self._update_irq()

    def _update_irq(self) -> None:
        self._irq.set(bool(self.raw & self.regs[self.MASK]))

    def save(self) -> dict[str, Any]:
        return super().save() | {"buses": [(bus, bus.save()) for bus in self.buses]}

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        self.buses = [bus for bus, _ in state["buses"]]
        for bus, bus_state in state["buses"]:
            bus.restore(bus_state)
