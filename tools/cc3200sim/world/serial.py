"""The far end of a UART's lines: what a terminal, a pseudo-terminal or a test has in its hands."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

BREAK = 0x100


class SerialPort:
    """A terminal at the other end. It follows the UART's baud rate and frame, as a terminal set up correctly does.

    Bytes fed wait here until the line carries them, one frame time each in virtual time; what the firmware sends
    arrives at the end of each frame's time.
    """

    def __init__(self) -> None:
        self.pending: deque[int] = deque()
        self.received = bytearray()
        self.on_feed: Callable[[], None] = lambda: None
        self.on_output: Callable[[int], None] | None = None

    def feed(self, data: bytes) -> None:
        """Send bytes to the firmware."""
        self.pending.extend(data)
        self.on_feed()

    def feed_break(self) -> None:
        """Hold the line low for longer than a frame."""
        self.pending.append(BREAK)
        self.on_feed()

    def take(self) -> bytes:
        """What the firmware has sent since the last call."""
        data = bytes(self.received)
        self.received.clear()
        return data

    def deliver(self, byte: int) -> None:
        """A frame from the firmware has arrived (the UART calls this)."""
        self.received.append(byte)
        if self.on_output is not None:
            self.on_output(byte)

    def save(self) -> tuple[tuple[int, ...], bytes]:
        """The state for a snapshot."""
        return tuple(self.pending), bytes(self.received)

    def restore(self, state: tuple[tuple[int, ...], bytes]) -> None:
        """Go back to a saved state."""
        self.pending = deque(state[0])
        self.received = bytearray(state[1])
