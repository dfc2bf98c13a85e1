"""Eight sockets for programs, telnet and FTP: an upload works while a program has its own (docs/network.md)."""

from __future__ import annotations

import pytest
from cc3200sim.board import Board
from support.ftp import Ftp
from support.telnet import log_in, run

CONTENT = b"a line of a file\n" * 400
LISTENER = "def listener(port):\n s = socket.socket(); s.bind(('', port)); s.listen(1); return s"
CLIENT = "def client():\n s = socket.socket(); s.connect(('192.168.1.2', 1883)); return s"
PROGRAMS = {
    "a listener": "listener(8080)",
    "two clients": "client(), client()",
    "a listener and two clients": "listener(8080), client(), client()",
    "two listeners": "listener(8080), listener(8081)",
    "four clients": "client(), client(), client(), client()",
}


def start(board: Board, program: str) -> None:
    board.network.listen(1883)
    assert board.repl(f"import socket\n{LISTENER}\n{CLIENT}\nheld = ({program},)") == ""


def transfers_work(ftp: Ftp) -> None:
    for how in ("PASV", "EPSV"):
        assert ftp.put("STOR /flash/content", CONTENT, how).startswith("226")
        assert ftp.get("RETR /flash/content", how) == CONTENT
        assert b"content" in ftp.get("LIST /flash", how)


def both_servers_take_clients(board: Board) -> None:
    board.run(1_500)
    assert Ftp(board)("QUIT").startswith("221")
    board.run(1_500)
    client = log_in(board)
    assert run(client, b"6 * 7") == b"42\r\n"
    client.close()


@pytest.mark.req("FTP-5")
@pytest.mark.parametrize("telnet", [False, True], ids=["no telnet", "telnet"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_transfers_beside_a_program(board: Board, program: str, telnet: bool) -> None:
    start(board, PROGRAMS[program])
    session = log_in(board) if telnet else None
    ftp = Ftp(board)
    transfers_work(ftp)
    if session is not None:
        assert run(session, b"6 * 7") == b"42\r\n"
        session.close()
    assert ftp("QUIT").startswith("221")
    both_servers_take_clients(board)


@pytest.mark.req("FTP-5", "TEL-1")
def test_a_newer_client_is_answered_between_transfers(board: Board) -> None:
    start(board, "listener(8080)")
    ftp = Ftp(board)
    transfers_work(ftp)
    board.run(100)
    assert Ftp(board, login=False).greeting.startswith("421")
    session = log_in(board)
    assert board.connect(23).read_all().startswith(b"Another session is open")
    assert run(session, b"6 * 7") == b"42\r\n"


@pytest.mark.req("FTP-5")
def test_a_data_connection_that_nobody_opens_gives_its_sockets_back(board: Board) -> None:
    start(board, "listener(8080)")
    ftp = Ftp(board)
    assert ftp("PASV").startswith("227")
    with pytest.raises(ConnectionRefusedError):
        board.connect(21)
    board.run(17_000)
    assert Ftp(board, login=False).greeting.startswith("421")
    assert ftp("LIST") == "425 Use PASV or EPSV first.\r\n"
    transfers_work(ftp)


@pytest.mark.req("FTP-5")
def test_the_reply_tells_that_programs_have_all_sockets(board: Board) -> None:
    """A program that takes what the listeners gave up for a transfer."""
    start(board, PROGRAMS["four clients"])
    ftp = Ftp(board)
    assert ftp.put("STOR /flash/content", CONTENT).startswith("226")
    data = ftp.passive()
    data.stream.pause()
    assert ftp("RETR /flash/content").startswith("150")
    assert board.repl("held += (client(), client())") == ""
    data.stream.resume()
    assert data.read_all() == CONTENT
    assert ftp.reply().startswith("226")
    for _ in range(2):
        assert ftp("PASV") == "425 Programs have all sockets.\r\n"
        assert ftp("PWD").startswith("257")
    board.repl("import gc; held = None; gc.collect()")
    transfers_work(ftp)
    assert ftp("QUIT").startswith("221")
    both_servers_take_clients(board)
