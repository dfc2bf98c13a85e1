"""How long a session lasts: time for a login, signs of life, and who takes a dead one's place (docs/network.md)."""

from __future__ import annotations

import pytest
from cc3200sim.board import Board, Client
from support.ftp import Ftp
from support.telnet import expect, log_in, run

BUSY = b"Another session is open.\r\n"


@pytest.mark.req("TEL-1", "FTP-5")
@pytest.mark.parametrize(("port", "word"), [(21, b"421 No login in time.\r\n"), (23, b"\r\nNo login in time.\r\n")])
def test_a_login_has_a_minute_whatever_is_typed(board: Board, port: int, word: bytes) -> None:
    client = board.connect(port)
    for _ in range(5):
        board.run(11_000)
        client.send(b"x")
    assert not client.stream.peer_closed
    assert client.read_all(8.0).endswith(word)
    assert board.machine.seconds < 70
    (Ftp if port == 21 else log_in)(board)


@pytest.mark.req("TEL-1", "FTP-5", "SRV-1")
def test_who_has_logged_in_has_more_than_a_minute(board: Board) -> None:
    telnet, ftp = log_in(board), Ftp(board)
    board.run(100_000)
    assert run(telnet, b"6 * 7") == b"42\r\n"
    assert ftp("NOOP").startswith("200")
    assert ftp("USER micro").startswith("331")
    board.run(2_000)
    assert ftp("PASS python").startswith("230")


@pytest.mark.req("TEL-1", "SRV-1")
def test_output_that_is_read_keeps_a_session(board: Board) -> None:
    board.repl("import network; network.Server().timeout(5)")
    client = log_in(board)
    client.send(b"import time\r\nfor i in range(12): print('line', i); time.sleep(1)\r\n\r\n")
    assert b"line 11\r\n" in expect(client, b"line 11\r\n", 20.0)
    assert client.read_all(10.0).endswith(b">>> \r\nIdle for too long.\r\n")


@pytest.mark.req("TEL-1", "SRV-1")
def test_output_that_nobody_reads_does_not(board: Board) -> None:
    board.repl("import network; network.Server().timeout(5)")
    client = log_in(board)
    client.send(b"import time\r\nfor i in range(60): print('line', i); time.sleep(1)\r\n\r\n")
    expect(client, b"line 1\r\n")
    client.stream.cut()
    board.run(15_000)
    log_in_when_a_program_runs(board)


def log_in_when_a_program_runs(board: Board) -> Client:
    client = board.connect(23)
    client.send(b"micro\r\npython\r\n")
    expect(client, b"Login succeeded!")
    return client


@pytest.mark.req("TEL-1")
def test_a_newer_client_takes_the_place_of_a_dead_one(board: Board) -> None:
    """A laptop that sleeps, a cable that is out: the session is asked for a sign of life, and gives none."""
    first = log_in(board)
    board.run(2_100)
    first.stream.cut()
    start = board.machine.seconds
    client = log_in(board)
    assert board.machine.seconds - start < 5
    assert run(client, b"6 * 7") == b"42\r\n"


@pytest.mark.req("TEL-1")
def test_a_living_session_is_left_alone(board: Board) -> None:
    """Idle, printing and before its login."""
    first = log_in(board)
    assert board.connect(23).read_all(2.0) == BUSY
    assert first.read() == b""
    for _ in range(3):
        board.run(2_100)
        assert board.connect(23).read_all(2.0) == BUSY
    board.run(100)
    assert first.read() == b"\xff\xf1" * 3
    first.send(b"import time\r\nfor i in range(400): print('line', i)\r\n\r\n")
    assert board.connect(23).read_all(2.0) == BUSY
    expect(first, b"line 399\r\n")
    first.close()
    board.run(300)
    board.connect(23)
    board.run(300)
    assert board.connect(23).read_all(2.0) == BUSY


@pytest.mark.req("TEL-1")
def test_many_who_knock_at_once(board: Board) -> None:
    first = log_in(board)
    board.run(2_100)
    first.stream.cut()
    others = [board.network.connect(23) for _ in range(4)]
    board.run(6_000)
    assert sum(b"Login as: " in other.received for other in others) == 1


@pytest.mark.req("FTP-5")
def test_an_idle_ftp_session_gives_way_after_a_minute(board: Board) -> None:
    first = Ftp(board)
    board.run(30_000)
    assert Ftp(board, login=False).greeting.startswith("421")
    board.run(31_000)
    second = Ftp(board)
    assert second("PWD").startswith("257")
    assert first.control.read_all() == b"421 Idle for too long.\r\n"


@pytest.mark.req("FTP-5", "SRV-1")
def test_the_time_out_does_not_cut_the_wait_after_a_wrong_guess(board: Board) -> None:
    board.repl("import network; network.Server().timeout(5)")
    for seconds in (1, 2, 4, 8):
        ftp = Ftp(board, login=False)
        assert ftp("USER micro").startswith("331")
        start = board.machine.seconds
        assert ftp("PASS wrong").startswith("530")
        assert board.machine.seconds - start > seconds - 0.1
        ftp.control.close()
        board.run(300)


@pytest.mark.req("FTP-5")
def test_a_client_that_takes_no_reply_loses_its_session(board: Board) -> None:
    ftp = Ftp(board)
    ftp.control.stream.pause()
    ftp.control.send(b"PWD\r\n" * 100)
    board.run(37_000)
    Ftp(board)
