"""A program in a pseudo-terminal, for clients that want a person in front of them."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time


class Terminal:
    """A program whose terminal is ours."""

    def __init__(self, *command: str) -> None:
        self._ours, theirs = pty.openpty()
        environment = {**os.environ, "TERM": "dumb", "LC_ALL": "C"}
        self._process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
        )
        os.close(theirs)
        self._received = b""

    def until(self, end: bytes, seconds: float = 20.0) -> bytes:
        """What it writes up to an end; AssertionError when that does not come."""
        limit = time.monotonic() + seconds
        while end not in self._received:
            ready, _, _ = select.select([self._ours], [], [], max(0.0, limit - time.monotonic()))
            assert ready, f"no {end!r} but {self._received!r}"
            try:
                self._received += os.read(self._ours, 4096)
            except OSError:  # Linux: the program has closed its terminal
                raise AssertionError(f"ended without {end!r}: {self._received!r}") from None
        text, _, self._received = self._received.partition(end)
        return text + end

    def type(self, text: bytes) -> None:
        """Press keys."""
        os.write(self._ours, text)

    def wait(self) -> int:
        """Its exit status."""
        return self._process.wait(20)

    def close(self) -> None:
        """End it if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._ours)
