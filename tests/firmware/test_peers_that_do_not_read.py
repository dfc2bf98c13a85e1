"""Peers that do not read: whatever they do, every other session, server and script has its turn (docs/network.md)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cc3200sim.board import Board
from support.ftp import Ftp
from support.telnet import expect, log_in

TURN_SECONDS = 3.0  # promised
CONTENT = b"a line of a file\n" * 2000


def telnet_before_login(board: Board) -> None:
    client = board.connect(23)
    client.stream.pause()
    client.send(b"x" * 3000)


def telnet_asks_whether_it_is_there(board: Board) -> None:
    client = board.connect(23)
    client.stream.pause()
    client.send(b"\xff\xf6" * 3000)


def telnet_logged_in(board: Board) -> None:
    client = log_in(board)
    client.stream.pause()
    client.send(b"for i in range(400): print('a line of output', i)\r\n\r\n")


def ftp_before_login(board: Board) -> None:
    control = board.connect(21)
    control.stream.pause()
    control.send(b"NOOP\r\n" * 3000)


def ftp_logged_in(board: Board) -> None:
    ftp = Ftp(board)
    ftp.control.stream.pause()
    ftp.control.send(b"PWD\r\n" * 3000)


def ftp_data(board: Board) -> None:
    ftp = Ftp(board)
    assert ftp.put("STOR /flash/long", CONTENT).startswith("226")
    data = ftp.passive()
    data.stream.pause()
    assert ftp("RETR /flash/long").startswith("150")


def script_socket(board: Board) -> None:
    listener = board.network.listen(8000)
    board.repl("import socket; a = socket.socket(); a.connect(('192.168.1.2', 8000)); a.settimeout(1)")
    listener.accepted[0].pause()
    assert "ETIMEDOUT" in board.repl("while True: a.send(b'x' * 1460)")


def ftp_has_its_turn(board: Board, seconds: float) -> None:
    control = board.connect(21)
    expect(control, b"220 ", seconds)
    for command, answer in ((b"USER micro", b"331 "), (b"PASS python", b"230 "), (b"PWD", b"257 ")):
        control.send(command + b"\r\n")
        expect(control, answer, seconds)
    control.send(b"QUIT\r\n")
    control.read_all()


def telnet_has_its_turn(board: Board, seconds: float) -> None:
    client = board.connect(23)
    expect(client, b"Login as: ", seconds)
    client.send(b"micro\r\n")
    expect(client, b"Password: ", seconds)
    client.send(b"python\r\n")
    expect(client, b">>> ", seconds)
    client.send(b"6 * 7\r\n")
    expect(client, b"42\r\n>>> ", seconds)
    client.close()
    board.run(100)


def script_has_its_turn(board: Board, seconds: float) -> None:
    """A datagram at once, a stream within the time."""
    datagrams, streams = board.network.udp(9), board.network.listen(9)
    board.repl("import socket; u = socket.socket(2, 2)")
    board.repl("for i in range(20): u.sendto(b'datagram', ('192.168.1.2', 9))", 1.0)
    assert datagrams.receive()
    board.repl(f"u.close(); s = socket.socket(); s.connect(('192.168.1.2', 9)); s.settimeout({int(seconds)})")
    assert board.repl("for i in range(4): n = s.send(b'stream')", 5 * seconds) == ""
    board.run(20)
    assert streams.accepted[0].received == b"stream" * 4
    board.repl("s.close()")


ATTACKS: dict[str, tuple[Callable[[Board], None], str]] = {
    "telnet before login": (telnet_before_login, "telnet"),
    "telnet, AYT": (telnet_asks_whether_it_is_there, "telnet"),
    "telnet logged in": (telnet_logged_in, "telnet"),
    "FTP before login": (ftp_before_login, "ftp"),
    "FTP logged in": (ftp_logged_in, "ftp"),
    "FTP data": (ftp_data, "ftp"),
    "a script's socket": (script_socket, ""),
}
VICTIMS: dict[str, Callable[[Board, float], None]] = {
    "ftp": ftp_has_its_turn,
    "telnet": telnet_has_its_turn,
    "script": script_has_its_turn,
}


def check_all(board: Board, taken: set[str]) -> None:
    """All but the servers whose session is taken: right away, and when it is known which buffers do not come back."""
    for _ in range(2):
        for name, has_its_turn in VICTIMS.items():
            if name not in taken:
                has_its_turn(board, TURN_SECONDS)
        board.run(2_000)


def play(board: Board, attack: str) -> str:
    """Start it; the server that it takes."""
    begin, server = ATTACKS[attack]
    begin(board)
    board.run(300)
    if attack == "telnet logged in":
        board.run(5_500)  # until the program that prints to it goes on
        return ""  # and it has lost its session
    return server


@pytest.mark.req("TEL-2", "FTP-5")
@pytest.mark.parametrize("attack", ATTACKS)
def test_one_peer_that_does_not_read(board: Board, attack: str) -> None:
    check_all(board, {play(board, attack)})


@pytest.mark.req("TEL-2", "FTP-5")
@pytest.mark.parametrize(
    "attacks",
    [
        ("telnet before login", "FTP before login"),
        ("FTP data", "telnet before login"),
        ("telnet logged in", "FTP data"),
        ("a script's socket", "telnet before login"),
        ("a script's socket", "FTP data"),
    ],
)
def test_two_that_do_not_read(board: Board, attacks: tuple[str, str]) -> None:
    check_all(board, {play(board, attack) for attack in attacks})


@pytest.mark.req("TEL-2", "FTP-5")
def test_clients_that_come_and_go_without_reading(board: Board) -> None:
    """Who has logged in has its turn; a new client when TCP gives the others up, after two minutes."""
    ftp = Ftp(board)
    for _ in range(8):
        client = board.connect(23)
        client.stream.pause()
        board.run(200)
        client.close()
        board.run(200)
    for _ in range(3):
        start = board.machine.seconds
        assert ftp("PWD").startswith("257")
        assert board.machine.seconds - start < TURN_SECONDS
    assert ftp.put("STOR /flash/short", CONTENT).startswith("226")
    assert ftp.get("RETR /flash/short") == CONTENT
    script_has_its_turn(board, TURN_SECONDS)
    board.run(120_000)
    telnet_has_its_turn(board, TURN_SECONDS)


@pytest.mark.req("TEL-2", "FTP-5")
@pytest.mark.parametrize("attack", ATTACKS)
def test_the_processor_has_better_to_do_than_to_ask_after_them(board: Board, attack: str) -> None:
    """Once it is known who does not read: under a hundredth of the processor's time."""
    play(board, attack)
    board.run(2_000)
    before = board.machine.instructions
    board.run(5_000)
    assert board.machine.instructions - before < 5 * 700_000
