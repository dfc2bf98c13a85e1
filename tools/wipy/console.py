"""What a set-up tells its user: a line for each step, and how far a long one has come."""

import sys
import time
from typing import TextIO

REPORT_EVERY = 5.0  # seconds between progress lines where a line cannot be overwritten


class Console:
    """Writes to one stream, standard error unless told otherwise: standard output belongs to the build."""

    def __init__(self, stream: TextIO | None = None, name: str = "wipy") -> None:
        self.stream = stream if stream is not None else sys.stderr
        self.name = name
        self.overwrites = self.stream.isatty()
        self._open_line = False
        self._next_report = 0.0

    def say(self, text: str) -> None:
        """One line."""
        self._close_line()
        print(f"{self.name}: {text}", file=self.stream, flush=True)
        self._next_report = time.monotonic() + REPORT_EVERY

    def progress(self, text: str) -> None:
        """How far the step has come: overwrites the last such text on a terminal, now and then a line elsewhere."""
        if self.overwrites:
            self.stream.write(f"\r\x1b[K  {text[:100]}")
            self.stream.flush()
            self._open_line = True
        elif time.monotonic() >= self._next_report:
            print(f"  {text}", file=self.stream, flush=True)
            self._next_report = time.monotonic() + REPORT_EVERY

    def finish(self) -> None:
        """The step is over: leaves the cursor at the start of a line."""
        self._close_line()

    def _close_line(self) -> None:
        if self._open_line:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
            self._open_line = False
