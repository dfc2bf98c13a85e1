"""A Python program that runs on the board while a test plays the world around it."""

from __future__ import annotations

from collections.abc import Callable

from cc3200sim.board import Board


class Script:
    """A program given to the raw REPL; the test goes on and looks at what it prints."""

    def __init__(self, board: Board, text: str) -> None:
        self.board = board
        self.output = b""
        board.uart.read()
        board.uart.write(b"\x01")
        board.uart.read_until(b"raw REPL; CTRL-B to exit\r\n>")
        board.uart.write(text.encode() + b"\x04")

    def until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Run until something is so."""
        for _ in range(int(seconds * 200)):
            if condition():
                return
            self.board.run(5)
        raise AssertionError(f"not within {seconds} s; the program printed {self.output + self.board.uart.read()!r}")

    def printed(self, text: str, seconds: float = 10.0) -> None:
        """Run until the program has printed text."""

        def look() -> bool:
            self.output += self.board.uart.read()
            return text.encode() in self.output

        self.until(look, seconds)

    def finish(self, seconds: float = 10.0) -> str:
        """Run to the program's end: all it printed, and the traceback of an exception."""
        self.printed("\x04>", seconds)
        self.board.uart.write(b"\x02")
        self.board.wait_prompt()
        text = self.output.decode().replace("\r\n", "\n").removeprefix("OK").removesuffix("\x04>")
        return text.replace("\x04", "")
