"""The chip's pins as the world sees them: who drives each, what level results, when it changed; wires between pins."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from cc3200sim.clock import CPU_HZ, Clock

HISTORY_LIMIT = 200_000  # edges kept a pin; the oldest go first


class Edge(NamedTuple):
    """A change of a pin's level."""

    cycle: int
    level: int

    @property
    def seconds(self) -> float:
        """Virtual time since power-up."""
        return self.cycle / CPU_HZ


class Pin:
    """One pin of the package. `level` is what a digital input there sees; `floating` says that nothing defines it.

    A strong driver (the chip's output stage, `drive`) goes before an outside resistor (`pull`), that before the pad's
    own weak pull. Two strong drivers against each other read low and count in `contentions`; nothing at all reads low.
    """

    def __init__(self, clock: Clock, number: int, name: str) -> None:
        self.number = number
        self.name = name
        self.level = 0
        self.floating = True
        self.contentions = 0
        self.history: deque[Edge] = deque(maxlen=HISTORY_LIMIT)
        self._volts = 0.0
        self.on_volts: Callable[[], None] = lambda: None  # told before a voltage changes
        # What the pad does: set by the chip through `pad_changed`.
        self.pad_drive: int | None = None
        self.pad_pull: int | None = None
        self.describe_mode: Callable[[], str] = lambda: "unconnected"
        self.on_frame: Callable[[int], None] = lambda frame: None
        self._clock = clock
        self._external_drive: int | None = None
        self._external_pull: int | None = None
        self._wired: list[Pin] = [self]
        self._listeners: list[Callable[[int], None]] = []

    def __repr__(self) -> str:
        return f"<Pin {self.name} ({self.number}) level {self.level}, {self.mode}>"

    @property
    def mode(self) -> str:
        """The signal that is selected on the pad and how the pad is set, for people."""
        return self.describe_mode()

    # The world's side

    def drive(self, level: int | None) -> None:
        """Drive the pin from outside, strongly; None lets go."""
        if level not in (0, 1, None):
            raise ValueError(f"{self.name}: a level is 0, 1 or None, not {level!r}")
        self._external_drive = level
        self._settle()

    def pull(self, level: int | None) -> None:
        """A resistor outside to the supply (1) or to ground (0); None removes it."""
        if level not in (0, 1, None):
            raise ValueError(f"{self.name}: a pull is 0, 1 or None, not {level!r}")
        self._external_pull = level
        self._settle()

    def wire(self, other: Pin) -> None:
        """Connect two pins by a wire, for good."""
        if other in self._wired:
            return
        joined = self._wired + other._wired
        for pin in joined:
            pin._wired = joined
        self._settle()

    @property
    def volts(self) -> float:
        """The voltage put on the pin for its analogue use; it has no say in the digital level."""
        return self._volts

    @volts.setter
    def volts(self, volts: float) -> None:
        self.on_volts()
        self._volts = volts

    def wired_to(self, other: Pin) -> bool:
        """Whether a wire joins the two pins."""
        return other in self._wired

    def observe(self, listener: Callable[[int], None]) -> None:
        """Call back with the level at every change."""
        self._listeners.append(listener)

    def edges(self, since: int = 0) -> list[Edge]:
        """The changes at or after a cycle."""
        return [edge for edge in self.history if edge.cycle >= since]

    # The chip's side

    def pad_changed(self, drive: int | None, pull: int | None) -> None:
        """The pad drives a level or not, and pulls or not."""
        if drive != self.pad_drive or pull != self.pad_pull:
            self.pad_drive = drive
            self.pad_pull = pull
            self._settle()

    def send_frame(self, frame: int) -> None:
        """A UART frame has left on this pin: it arrives at every other pin on the wire."""
        for pin in self._wired:
            if pin is not self:
                pin.on_frame(frame)

    def _settle(self) -> None:
        low = high = False
        external: set[int] = set()
        weak: set[int] = set()
        for pin in self._wired:
            for drive in (pin.pad_drive, pin._external_drive):
                if drive == 0:
                    low = True
                elif drive == 1:
                    high = True
            if pin._external_pull is not None:
                external.add(pin._external_pull)
            if pin.pad_pull is not None:
                weak.add(pin.pad_pull)
        floating = False
        if low or high:
            level = 0 if low else 1
        elif external:
            level = min(external)
        elif weak:
            level = min(weak)
        else:
            level, floating = 0, True
        for pin in self._wired:
            pin.floating = floating
            if low and high:
                pin.contentions += 1
            if pin.level != level:
                pin.level = level
                pin.history.append(Edge(pin._clock.now, level))
                for listener in pin._listeners:
                    listener(level)

    def save(self) -> tuple[Any, ...]:
        """The state for a snapshot. Wires and observers belong to it: what a test adds is gone after it."""
        return (
            self.level, self.floating, self.contentions, tuple(self.history), self._volts, self.pad_drive,
            self.pad_pull, self._external_drive, self._external_pull, tuple(self._wired), tuple(self._listeners),
        )  # fmt: skip

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go back to a saved state; nobody is called."""
        (self.level, self.floating, self.contentions, history, self._volts, self.pad_drive, self.pad_pull,
         self._external_drive, self._external_pull, wired, listeners) = state  # fmt: skip
        self._wired, self._listeners = list(wired), list(listeners)
        self.history = deque(history, maxlen=HISTORY_LIMIT)


class Pins:
    """All pins, by name ("GP25", "TCK"), by alias or by package number."""

    def __init__(self) -> None:
        self._pins: dict[str, Pin] = {}
        self._by_number: dict[int, Pin] = {}
        self._aliases: dict[str, str] = {}

    def add(self, pin: Pin) -> None:
        """Add a pin of the package."""
        self._pins[pin.name] = pin
        self._by_number[pin.number] = pin

    def alias(self, name: str, pin: str) -> None:
        """Give a pin a second name, such as a board's."""
        self._aliases[name] = self[pin].name

    def __getitem__(self, key: str | int) -> Pin:
        try:
            return self._by_number[key] if isinstance(key, int) else self._pins[self._aliases.get(key, key)]
        except KeyError:
            known = ", ".join([*self._pins, *self._aliases])
            raise KeyError(f"no pin {key!r}; known are {known} and package numbers") from None

    def __iter__(self) -> Iterator[Pin]:
        return iter(self._pins.values())

    def __len__(self) -> int:
        return len(self._pins)

    def save(self) -> dict[str, tuple[Any, ...]]:
        """The state of every pin for a snapshot."""
        return {name: pin.save() for name, pin in self._pins.items()}

    def restore(self, state: dict[str, tuple[Any, ...]]) -> None:
        """Go back to a saved state."""
        for name, pin_state in state.items():
            self._pins[name].restore(pin_state)
