"""The console as an attachment: what is typed goes to UART0, what UART0 sends is shown."""

from __future__ import annotations

from cc3200sim.clock import cycles
from cc3200sim.machine import Machine
from cc3200sim.run.console import Console

# A pipe is typed as a person would: a line when the firmware has been silent for so long.
_QUIET_BEFORE_LINE = cycles(50e-3)
_QUIET_AT_END = cycles(2)


class Terminal:
    """Finished when the user leaves, or a piped input has ended and all is quiet.

    to_the_end: a run with a time of its own goes on after its input has ended.
    """

    def __init__(self, machine: Machine, console: Console, *, to_the_end: bool = False) -> None:
        self._machine, self._console, self._to_the_end = machine, console, to_the_end
        self._typed = b""
        self._last_output: int | None = None
        self._last_input = machine.clock.now

    def before_slice(self) -> None:
        """What was typed reaches UART0."""
        data = self._console.read()
        if self._console.interactive:
            if data:
                self._machine.uart.feed(data)
            return
        self._typed += data.replace(b"\r\n", b"\n").replace(b"\n", b"\r")
        now = self._machine.clock.now
        if not self._typed or self._last_output is None:
            return
        if now - max(self._last_output, self._last_input) >= _QUIET_BEFORE_LINE:
            line, newline, self._typed = self._typed.partition(b"\r")
            self._machine.uart.feed(line + newline)
            self._last_input = now

    def after_slice(self) -> None:
        """What UART0 sent is shown."""
        output = self._machine.uart.take()
        if output:
            self._last_output = self._machine.clock.now
            self._console.write(output)

    @property
    def finished(self) -> bool:
        """Whether the user has left, or there is nothing more to come."""
        if self._console.quit:
            return True
        quiet_since = max(self._last_input, self._last_output or 0)
        quiet = self._machine.clock.now - quiet_since >= _QUIET_AT_END
        return not self._to_the_end and self._console.ended and not self._typed and quiet

    def close(self) -> None:
        """The terminal is as it was."""
        self._console.close()
