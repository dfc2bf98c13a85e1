"""A board in the hands of a script or a test: power, reset button, pins, and Python code through its REPL."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from cc3200sim.clock import cycles
from cc3200sim.flash import Flash
from cc3200sim.machine import Machine
from cc3200sim.world.net.api import HOST_ADDRESS, State
from cc3200sim.world.net.memory import MemoryNetwork, Stream
from cc3200sim.world.pins import Pin
from cc3200sim.world.radio import Radio

PROMPT = b">>> "
_CTRL_A, _CTRL_B, _CTRL_C, _CTRL_D = b"\x01", b"\x02", b"\x03", b"\x04"
_RAW_PROMPT = b"raw REPL; CTRL-B to exit\r\n>"
_BOOT_SECONDS = 30.0


class BoardTimeout(Exception):
    """What was waited for did not come. The text says what came instead."""


class Uart:
    """UART0 as bytes. Times are virtual seconds."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._port = machine.uart

    def write(self, data: bytes) -> None:
        """Send; the bytes go over the line as time passes."""
        self._port.feed(data)

    def read(self) -> bytes:
        """What has arrived and was not read yet."""
        return self._port.take()

    def read_until(self, end: bytes, seconds: float = 10.0) -> bytes:
        """Run until what has arrived ends with `end`, and return it all. BoardTimeout if it does not within the time.

        The machine stops at the instant the last byte has arrived, so the same input gives the same state.
        """
        machine, port = self._machine, self._port
        limit = machine.clock.now + cycles(seconds)

        def look(byte: int) -> None:
            if port.received.endswith(end):
                machine.stop()

        port.on_output = look
        try:
            if not port.received.endswith(end):
                machine.run_until(limit)
        finally:
            port.on_output = None
        if not port.received.endswith(end):
            state = f"; the processor has locked up: {machine.cpu.lockup}" if machine.cpu.lockup else ""
            raise BoardTimeout(f"no {end!r} within {seconds} s of virtual time, but {bytes(port.received)!r}{state}")
        return port.take()


class Client:
    """A TCP client of the board. Times are virtual seconds; what to do besides waiting is in `stream`."""

    def __init__(self, machine: Machine, stream: Stream) -> None:
        self._machine = machine
        self.stream = stream

    def wait(self, condition: Callable[[], bool], seconds: float = 10.0) -> bool:
        """Run until something is so, looking every millisecond; false when it is not within the time.

        Without power time stands still: it is not waited for.
        """
        limit = self._machine.seconds + seconds
        while not condition():
            before = self._machine.seconds
            self._machine.run(1e-3)
            if before >= limit or self._machine.seconds == before:
                return condition()
        return True

    def send(self, data: bytes) -> None:
        """Send; the bytes go as time passes."""
        self.stream.send(data)

    def read(self) -> bytes:
        """What has arrived and was not read yet."""
        return self.stream.receive()

    def read_until(self, end: bytes, seconds: float = 10.0) -> bytes:
        """Run until what has arrived ends with `end`, and return it all. BoardTimeout if it does not."""
        if not self.wait(lambda: self.stream.received.endswith(end), seconds):
            raise BoardTimeout(
                f"no {end!r} within {seconds} s of virtual time, but {self.stream.received!r} ({self.stream.state})"
            )
        return self.read()

    def read_all(self, seconds: float = 10.0) -> bytes:
        """Run until the board has closed, and return all it sent before. BoardTimeout if it does not close."""
        if not self.wait(lambda: self.stream.peer_closed or self.stream.state == State.RESET, seconds):
            raise BoardTimeout(f"the connection stays open for {seconds} s, with {self.stream.received!r}")
        return self.read()

    def close(self) -> None:
        """Close: the board is told as time passes."""
        self.stream.close()


class Board:
    """A machine and what a person at the bench does with it."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.uart = Uart(machine)
        self._in_raw_repl = False

    @classmethod
    def from_image(
        cls,
        image: bytes | None,
        rom_image: bytes | None = None,
        flash: Flash | None = None,
        *,
        bootloader: bytes | None = None,
        fast: bool = False,
    ) -> Board:
        """A board with its power off; `image` (mcuimg.bin) goes into its flash, a new one unless one is given.

        With a bootloader it is the factory's image; without one the ROM starts it itself.
        """
        flash = Flash() if flash is None else flash
        return cls(Machine(image, flash, rom_image, bootloader=bootloader, fast=fast))

    @property
    def flash(self) -> Flash:
        """The serial flash."""
        return self.machine.flash

    @property
    def network(self) -> MemoryNetwork:
        """The network in memory that the board is on."""
        network = self.machine.network
        if not isinstance(network, MemoryNetwork):
            raise TypeError("this board is on the host's network, which is no script's to play with")
        return network

    @property
    def radio(self) -> Radio:
        """Access points in range, and stations of the board's own."""
        return self.machine.radio

    def connect(self, port: int, *, address: str = HOST_ADDRESS, seconds: float = 10.0) -> Client:
        """Connect to a TCP port of the board as a computer on its network, and wait until the connection stands."""
        client = Client(self.machine, self.network.connect(port, address=address))
        client.wait(lambda: client.stream.state != State.CONNECTING, seconds)
        if client.stream.state != State.OPEN:
            raise ConnectionRefusedError(f"port {port} of the board: {client.stream.state}")
        return client

    def pin(self, name: str | int) -> Pin:
        """A pin by its name ("GP25") or package number."""
        return self.machine.pins[name]

    def run(self, milliseconds: float) -> None:
        """Let virtual time pass."""
        self.machine.run(milliseconds / 1000)

    # Power

    def power_on(self, *, to_prompt: bool = True) -> bytes:
        """Apply power and run to the prompt; what UART0 said on the way."""
        self.machine.power_on()
        return self.wait_prompt() if to_prompt else b""

    def power_cut(self) -> None:
        """Take the power away at this instant."""
        self.machine.power_cut()
        self.machine.uart.take()

    def reset(self, *, to_prompt: bool = True) -> bytes:
        """Pull the reset pin: all but the flash and the world outside starts over."""
        self.machine.uart.pending.clear()
        self._in_raw_repl = False
        return self.power_on(to_prompt=to_prompt)

    def wait_prompt(self, seconds: float = _BOOT_SECONDS) -> bytes:
        """Run until the prompt has been sent; all that was sent before, the prompt included."""
        return self.uart.read_until(PROMPT, seconds)

    # REPL

    def repl(self, text: str, seconds: float = 10.0) -> str:
        """Run Python code at the prompt and return what it prints: a traceback too if it raises.

        One expression is typed at the prompt, which shows its value; anything else goes through the raw REPL.
        Line ends come back as \\n.
        """
        self.uart.read()
        if not text.strip():
            return ""  # nothing at all would be a soft reset in the raw REPL
        if _is_expression(text):
            self.uart.write(text.encode() + b"\r")
            shown = self.uart.read_until(b"\r\n" + PROMPT, seconds)
            _echo, _, output = shown.partition(b"\r\n")
            output = output.removesuffix(PROMPT)
        else:
            output = self._raw(text, seconds)
        return output.decode("utf-8", "replace").replace("\r\n", "\n")

    def _raw(self, text: str, seconds: float) -> bytes:
        self._in_raw_repl = True
        self.uart.write(_CTRL_A)
        self.uart.read_until(_RAW_PROMPT, seconds)
        self.uart.write(text.encode() + _CTRL_D)
        answer = self.uart.read_until(_CTRL_D + b">", seconds)
        self.uart.write(_CTRL_B)
        self.wait_prompt(seconds)
        self._in_raw_repl = False
        output, _, error = answer.removeprefix(b"OK").removesuffix(_CTRL_D + b">").partition(_CTRL_D)
        return output + error

    def interrupt(self, seconds: float = 10.0) -> bytes:
        """Press Ctrl-C and wait for the prompt, also after code that ran longer than `repl` waited."""
        self.uart.write(_CTRL_C)
        said = b""
        if self._in_raw_repl:
            said = self.uart.read_until(_CTRL_D + b">", seconds)
            self.uart.write(_CTRL_B)
        said += self.wait_prompt(seconds)
        self._in_raw_repl = False
        return said

    # Snapshots

    def save(self) -> dict[str, Any]:
        """The state of everything; cheap, so keep as many as you like."""
        return self.machine.save()

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a state that this board saved at its prompt."""
        self.machine.restore(state)
        self._in_raw_repl = False


def _is_expression(text: str) -> bool:
    if "\n" in text:
        return False
    try:
        ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError):
        return False
    return True
