"""The emulator as a user runs it: a process of its own whose telnet, FTP and TLS ports are on the loopback."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

LOOPBACK = "127.0.0.1"
TELNET, FTP, TLS = 23, 21, 443
USER, PASSWORD = "micro", "python"
START_SECONDS = 60.0
_LINE = re.compile(r"(?:telnet|ftp -p|port (\d+) of the board:) ?127\.0\.0\.1[ :](\d+)")


class Emulator:
    """A running emulator; `ports` are the board's as seen from here."""

    def __init__(self, root: Path, image: Path, rom: Path, flash: Path) -> None:
        command = [sys.executable, "-m", "cc3200sim.cli", "run", "--image", str(image), "--rom", str(rom)]
        command += ["--flash", str(flash), "--uart", "none"]
        for port in (TELNET, FTP, TLS):
            command += ["--forward", f"0:{port}"]
        self._process = subprocess.Popen(
            command, cwd=root, env={"PYTHONPATH": str(root / "tools"), "PATH": "/usr/bin:/bin"},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.said: list[str] = []
        self.ports: dict[int, int] = {}
        self._all_ports = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()
        if not self._all_ports.wait(START_SECONDS):
            self.stop()
            raise RuntimeError(f"the emulator did not start: {self.said}")
        self._wait_for_servers()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(line.rstrip())
            if found := _LINE.search(line):
                board = TELNET if line.startswith("telnet") else FTP if line.startswith("ftp") else int(found[1])
                self.ports[board] = int(found[2])
            if len(self.ports) == 3:
                self._all_ports.set()
        self._all_ports.set()

    def _wait_for_servers(self) -> None:
        """The board listens some time after its power is on; until then connections are reset."""
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit:
            try:
                with self.connect(FTP) as client:
                    if client.recv(3) == b"220":
                        return
            except OSError:
                pass
        self.stop()
        raise RuntimeError(f"the board's FTP server did not answer: {self.said}")

    def connect(self, board_port: int) -> socket.socket:
        """A plain connection to a port of the board."""
        return socket.create_connection((LOOPBACK, self.ports[board_port]), timeout=20)

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(20)


class RawRepl:
    """A telnet session in raw REPL mode, as tools for MicroPython boards have it."""

    def __init__(self, emulator: Emulator) -> None:
        self._received = b""
        self._socket = emulator.connect(TELNET)
        while not self._greeted():  # the session before may not be over yet
            self._socket.close()
            self._received = b""
            self._socket = emulator.connect(TELNET)
        self._socket.sendall(f"{USER}\r\n{PASSWORD}\r\n".encode())
        self.until(b">>> ")
        self._socket.sendall(b"\r\x03\x01")
        self.until(b"raw REPL; CTRL-B to exit\r\n>")

    def _greeted(self) -> bool:
        try:
            self.until(b"Login as: ")
        except ConnectionError:
            if b"Another session is open" in self._received:
                return False
            raise
        return True

    def until(self, end: bytes) -> bytes:
        """What comes up to an end."""
        while end not in self._received:
            chunk = self._socket.recv(4096)
            if not chunk:
                raise ConnectionError(f"closed after {self._received!r}")
            self._received += chunk
        text, _, self._received = self._received.partition(end)
        return text + end

    def start(self, program: str) -> None:
        """Run a program."""
        self._socket.sendall(program.encode() + b"\x04")
        self.until(b"OK")

    def finish(self) -> str:
        """What the program printed, up to its end, with the traceback of an exception."""
        return self.until(b"\x04>").decode().removesuffix("\x04>").replace("\x04", "").replace("\r\n", "\n")

    def close(self) -> None:
        """Leave; the board is free for the next client as soon as it has heard of it."""
        self._socket.close()
