"""Shows the pins that firmware uses while it runs: their levels at the terminal's foot, or a line for each change."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import TextIO

from cc3200sim.clock import CPU_HZ
from cc3200sim.machine import Machine
from cc3200sim.world.pins import Pin

_SHOWN_EVERY = 0.05  # seconds of the wall clock


def in_use(machine: Machine, led: str | None = None) -> list[Pin]:
    """The pins whose pad selects a GPIO or drives something, the LED first."""
    used = [pin for pin in machine.pins if pin.pad_drive is not None or pin.mode.startswith("GPIO")]
    return sorted(used, key=lambda pin: (pin.name != led, pin.number))


class PinLines:
    """Writes a line for each change: virtual seconds, pin, level, how the pad is set."""

    def __init__(self, machine: Machine, sink: TextIO, led: str | None = None, board: str | None = None) -> None:
        self._machine, self._sink, self._led = machine, sink, led
        if board:
            print(f"pins of {board}", file=sink)
        for pin in machine.pins:
            pin.observe(lambda level, pin=pin: self._changed(pin, level))  # type: ignore[misc]

    def _changed(self, pin: Pin, level: int) -> None:
        name = f"{pin.name} (LED)" if pin.name == self._led else pin.name
        seconds = self._machine.clock.now / CPU_HZ
        print(f"{seconds:12.6f} s  {name} {level}  {pin.mode}", file=self._sink)

    finished = False

    def before_slice(self) -> None:
        """Nothing comes from here."""

    def after_slice(self) -> None:
        """Nothing to do: a change shows itself."""

    def close(self) -> None:
        """Nothing to give back."""


class PinStatus:
    """Keeps the terminal's last line for the pins; all else scrolls above it."""

    def __init__(self, machine: Machine, led: str | None = None, board: str | None = None) -> None:
        self._machine, self._led = machine, led
        self._title = f"{board} " if board else ""
        self._size = os.terminal_size((0, 0))
        self._shown = ""
        self._next = 0.0
        self._reserve()

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    def _reserve(self) -> None:
        self._size = os.get_terminal_size(sys.stdout.fileno())
        # Make room, then scroll all but the last line; the cursor stays where it was.
        self._write(f"\n\x1b[A\x1b7\x1b[1;{max(self._size.lines - 1, 1)}r\x1b8")

    def text(self) -> str:
        """The line: the board's name where it is known, the LED as a lamp, then the other pins in use."""
        words = []
        for pin in in_use(self._machine, self._led):
            if pin.name == self._led:
                words.append(f"LED {'●' if pin.level else '○'}")
            else:
                words.append(f"{pin.name}={'~' if pin.floating else pin.level}")
        return f"{self._title}{self._machine.seconds:9.3f} s  " + "  ".join(words or ["no pin in use"])

    finished = False

    def before_slice(self) -> None:
        """Nothing comes from here."""

    def after_slice(self) -> None:
        """Show what has changed, not more often than an eye can follow."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _SHOWN_EVERY
        if os.get_terminal_size(sys.stdout.fileno()) != self._size:
            self._reserve()
            self._shown = ""
        text = self.text()[: self._size.columns]
        if text != self._shown:
            self._shown = text
            self._write(f"\x1b7\x1b[{self._size.lines};1H\x1b[7m{text}\x1b[K\x1b[0m\x1b8")

    def close(self) -> None:
        """Give the last line back, unless the terminal is gone."""
        with contextlib.suppress(OSError):
            self._write(f"\x1b7\x1b[r\x1b[{self._size.lines};1H\x1b[2K\x1b8")
