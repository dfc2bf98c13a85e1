"""Where UART0 of the emulated chip ends on the host: this terminal, a pseudo-terminal, a TCP port, or nowhere."""

from __future__ import annotations

import contextlib
import errno
import os
import pty
import select
import socket
import sys
import termios
import tty
from typing import Any, Protocol

QUIT_KEY = 0x1D  # Ctrl-], as telnet's


class ConsoleError(Exception):
    """A terminal that can't be had. The text is for the user."""


class Console(Protocol):
    """The far end of the line. `description` says where it is; empty when that is plain."""

    description: str
    interactive: bool  # a person or a program that answers: what it sends goes to the firmware at once

    def wait(self, seconds: float) -> None:
        """Wait for input, at most this long."""

    def read(self) -> bytes:
        """What has come since the last call; empty when nothing has."""

    def write(self, data: bytes) -> None:
        """Show what the firmware sent."""

    @property
    def ended(self) -> bool:
        """No more input will come."""

    @property
    def quit(self) -> bool:
        """The user wants to leave."""

    def close(self) -> None:
        """Give everything back as it was."""


class NoConsole:
    """UART0 is not connected."""

    description = ""
    interactive = True
    ended = False
    quit = False

    def wait(self, seconds: float) -> None:
        """Sleep."""
        select.select([], [], [], seconds)

    def read(self) -> bytes:
        """Nothing ever comes."""
        return b""

    def write(self, data: bytes) -> None:
        """Nobody sees it."""

    def close(self) -> None:
        """Nothing to give back."""


class _Descriptor:
    """A console over file descriptors."""

    description = ""
    interactive = True

    def __init__(self, source: int | None, sink: int) -> None:
        self._source, self._sink = source, sink
        self._backlog = b""
        self.ended = False
        self.quit = False

    def wait(self, seconds: float) -> None:
        """Until input comes or the time is over."""
        select.select([] if self._source is None else [self._source], [], [], seconds)

    def read(self) -> bytes:
        """Does not block."""
        self._flush()
        if self._source is None or not select.select([self._source], [], [], 0)[0]:
            return b""
        try:
            data = os.read(self._source, 4096)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EINTR):
                return b""
            data = b""  # the other end has gone
        if not data:
            self._end()
        return data

    def _end(self) -> None:
        self.ended = True
        self._source = None

    def write(self, data: bytes) -> None:
        """What can't be written now is kept for later, as far as memory should go."""
        self._backlog = (self._backlog + data)[-1_000_000:]
        self._flush()

    def _flush(self) -> None:
        while self._backlog:
            try:
                if not select.select([], [self._sink], [], 0)[1]:
                    return
                self._backlog = self._backlog[os.write(self._sink, self._backlog[:512]) :]
            except OSError as error:
                if error.errno in (errno.EAGAIN, errno.EINTR):
                    return
                self._backlog = b""
                self.quit = True  # a closed pipe: nobody reads any more

    def close(self) -> None:
        """Write what is left, within reason."""
        deadline = 50
        while self._backlog and deadline and not self.quit:
            select.select([], [self._sink], [], 0.01)
            self._flush()
            deadline -= 1


class Stdio(_Descriptor):
    """This terminal. A real one is set to raw, so that Ctrl-C goes to the firmware, and set back whatever happens."""

    def __init__(self) -> None:
        try:
            source, sink = sys.stdin.fileno(), sys.stdout.fileno()
        except (AttributeError, OSError, ValueError) as error:
            raise ConsoleError("standard input or output is closed: use --uart none, pty or tcp:PORT") from error
        super().__init__(source, sink)
        self.interactive = os.isatty(source)
        self._settings: list[Any] | None = None
        if self.interactive:
            self._settings = termios.tcgetattr(source)
            tty.setraw(source)
            self._terminal = source
            self.description = "Ctrl-] ends the emulator, Ctrl-C goes to the firmware"

    def read(self) -> bytes:
        """The quit key ends; what comes after it is dropped."""
        data = super().read()
        if self.interactive and QUIT_KEY in data:
            self.quit = True
            return data[: data.index(QUIT_KEY)]
        return data

    def close(self) -> None:
        """Set the terminal back."""
        super().close()
        if self._settings is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._terminal, termios.TCSADRAIN, self._settings)
            self._settings = None


class PseudoTerminal(_Descriptor):
    """A pseudo-terminal that any serial program can open."""

    def __init__(self) -> None:
        try:
            master, self._slave = pty.openpty()
        except OSError as error:
            raise ConsoleError(f"no pseudo-terminal to be had: {error.strerror}") from error
        tty.setraw(self._slave)
        super().__init__(master, master)
        self.description = f"UART0 is at {os.ttyname(self._slave)}"

    def close(self) -> None:
        """Close both ends."""
        super().close()
        for descriptor in (self._sink, self._slave):
            os.close(descriptor)


class TcpPort:
    """A TCP port on the loopback interface, bytes as they are; one client at a time, the next after it has left."""

    interactive = True
    ended = False
    quit = False

    def __init__(self, port: int) -> None:
        self._server = socket.socket()
        self._server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._server.bind(("127.0.0.1", port))
            self._server.listen(1)
        except OSError as error:
            self._server.close()
            raise ConsoleError(f"TCP port {port}: {error.strerror}") from error
        self._server.setblocking(False)
        self._client: socket.socket | None = None
        self.port = self._server.getsockname()[1]
        self.description = f"UART0 is at TCP port {self.port} of 127.0.0.1"

    def wait(self, seconds: float) -> None:
        """Until a client or its input comes or the time is over."""
        select.select([self._client or self._server], [], [], seconds)

    def read(self) -> bytes:
        """Accepts a client on the way."""
        if self._client is None:
            try:
                self._client, _ = self._server.accept()
            except OSError:
                return b""
            self._client.setblocking(False)
        try:
            data = self._client.recv(4096)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._hang_up()
        return data

    def write(self, data: bytes) -> None:
        """Without a client the line ends nowhere."""
        if self._client is not None:
            try:
                self._client.settimeout(1)
                self._client.sendall(data)
                self._client.setblocking(False)
            except OSError:
                self._hang_up()

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def close(self) -> None:
        """Hang up and stop listening."""
        self._hang_up()
        self._server.close()


def open_console(where: str) -> Console:
    """The console of a word: stdio, pty, tcp:PORT or none."""
    if where == "stdio":
        return Stdio()
    if where == "pty":
        return PseudoTerminal()
    if where == "none":
        return NoConsole()
    kind, _, number = where.partition(":")
    if kind == "tcp" and number.isdecimal() and int(number) < 0x10000:
        return TcpPort(int(number))
    raise ConsoleError(f"--uart {where}: it is stdio, pty, tcp:PORT or none")
