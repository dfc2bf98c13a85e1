"""A telnet client of the booted board, in memory and virtual time."""

from __future__ import annotations

from cc3200sim.board import Board, Client

IAC = b"\xff"
HELLO = b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x03\xff\xfd\x1f"
PROMPT = b">>> "
SUCCESS = b'Login succeeded!\r\nType "help()" for more information.\r\n'


def expect(client: Client, text: bytes, seconds: float = 10.0) -> bytes:
    """Run until text has come, and take what came up to its end."""
    assert client.wait(lambda: text in client.stream.received, seconds), (text, client.stream.received)
    return client.stream.receive(client.stream.received.index(text) + len(text))


def log_in(board: Board, user: bytes = b"micro", password: bytes = b"python") -> Client:
    """A client at the prompt."""
    client = board.connect(23)
    assert expect(client, b"Login as: ") == HELLO + b"Login as: "
    client.send(user + b"\r\n")
    assert expect(client, b"Password: ") == user + b"\r\nPassword: "
    client.send(password + b"\r\n")
    assert expect(client, SUCCESS) == b"\r\n\r\n" + SUCCESS
    expect(client, PROMPT)
    return client


def run(client: Client, line: bytes) -> bytes:
    """What a line typed at the prompt prints."""
    client.send(line + b"\r\n")
    answer = expect(client, b"\r\n" + PROMPT)
    assert answer.startswith(line + b"\r\n")
    return answer[len(line) + 2 : -len(PROMPT)]
