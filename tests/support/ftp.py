"""An FTP client of the booted board, in memory and virtual time."""

from __future__ import annotations

import re

from cc3200sim.board import Board, Client


class Ftp:
    """A client that speaks the protocol by hand, so that each reply can be looked at."""

    def __init__(self, board: Board, login: bool = True) -> None:
        self.board = board
        self.control: Client = board.connect(21)
        self.greeting = self.reply()
        if login:
            assert self("USER micro").startswith("331")
            assert self("PASS python").startswith("230")

    def reply(self, seconds: float = 60.0) -> str:
        """One reply, all lines of it."""
        found: re.Match[bytes] | None = None

        def whole() -> bool:
            nonlocal found
            found = re.match(rb"(?:(\d{3})-.*?\r\n(?:.*?\r\n)*?\1 .*?\r\n|\d{3} .*?\r\n)", self.control.stream.received)
            return found is not None

        assert self.control.wait(whole, seconds), self.control.stream.received
        assert found
        return self.control.stream.receive(found.end()).decode()

    def __call__(self, command: str) -> str:
        self.control.send(command.encode() + b"\r\n")
        return self.reply()

    def passive(self, command: str = "PASV") -> Client:
        """Ask for a data connection and open it."""
        answer = self(command)
        numbers = [int(number) for number in re.findall(r"\d+", answer)[1:]]
        if command == "EPSV":
            return self.board.connect(numbers[0])
        assert numbers[:4] == [192, 168, 1, 1]
        return self.board.connect(numbers[4] << 8 | numbers[5])

    def get(self, command: str, how: str = "PASV") -> bytes:
        """What a command sends over the data connection."""
        data = self.passive(how)
        assert self(command).startswith("150")
        content = data.read_all(120.0)
        assert self.reply().startswith("226")
        return content

    def put(self, command: str, content: bytes, how: str = "PASV") -> str:
        """Send content, close, and return the last reply."""
        data = self.passive(how)
        answer = self(command)
        if not answer.startswith("150"):
            return answer
        data.send(content)
        data.close()
        return self.reply(300.0)
