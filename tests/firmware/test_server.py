"""network.Server on the booted image: telnet and FTP together."""

from __future__ import annotations

import pytest
from cc3200sim.board import Board
from cc3200sim.nwp.opcodes import Opcode
from support.ftp import Ftp


def login_works(board: Board, user: bytes, password: bytes) -> bool:
    client = board.connect(23)
    client.send(user + b"\r\n" + password + b"\r\n")
    client.wait(lambda: b"succeeded" in client.stream.received or b"Invalid" in client.stream.received)
    worked = b"succeeded" in client.read()
    client.close()
    board.run(300)
    return worked


@pytest.mark.req("SRV-1")
def test_defaults(board: Board) -> None:
    assert board.repl("import network; s = network.Server(); print(s.isrunning(), s.timeout())") == "True 300\n"
    assert login_works(board, b"micro", b"python")


@pytest.mark.req("SRV-1")
def test_off_and_on_with_a_new_login(board: Board) -> None:
    board.repl("import network; s = network.Server(); s.deinit()")
    assert board.repl("s.isrunning()") == "False\n"
    for port in (21, 23):
        with pytest.raises(ConnectionRefusedError):
            board.connect(port)
    board.repl("s.init(login=('user', 'password'), timeout=600)")
    assert board.repl("print(s.isrunning(), s.timeout())") == "True 600\n"
    assert login_works(board, b"user", b"password")
    assert not login_works(board, b"micro", b"python")
    ftp = board.connect(21)
    ftp.send(b"USER user\r\nPASS password\r\n")
    assert ftp.wait(lambda: b"230 " in ftp.stream.received)


@pytest.mark.req("SRV-1")
def test_sessions_end_with_the_servers(board: Board) -> None:
    telnet = board.connect(23)
    ftp = board.connect(21)
    board.run(300)
    board.repl("import network; network.Server().deinit()")
    telnet.read_all()
    ftp.read_all()


@pytest.mark.req("SRV-1")
def test_timeout(board: Board) -> None:
    board.repl("import network; s = network.Server(); s.timeout(5)")
    assert board.repl("s.timeout()") == "5\n"
    ftp = board.connect(21)
    board.run(1000)
    ftp.read()
    assert ftp.read_all(8.0).startswith(b"421")


@pytest.mark.req("SRV-1")
@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("s.timeout(4)", "ValueError"),
        ("s.timeout(-1)", "ValueError"),
        ("s.init(timeout=0)", "ValueError"),
        ("s.init(login=('a',))", "ValueError"),
        ("s.init(login=('', 'x'))", "ValueError"),
        ("s.init(login=('u' * 33, 'x'))", "ValueError"),
        ("s.init(login=5)", "TypeError"),
        ("s.timeout('x')", "TypeError"),
        ("network.Server(1)", "OSError"),
        ("s.init('x')", "TypeError"),
        ("s.init(nothing=1)", "TypeError"),
    ],
)
def test_bad_values_raise_and_change_nothing(board: Board, call: str, error: str) -> None:
    board.repl("import network; s = network.Server()")
    assert error in board.repl(call)
    assert board.repl("print(s.isrunning(), s.timeout())") == "True 300\n"
    assert login_works(board, b"micro", b"python")


def takes_clients(board: Board) -> bool:
    """Whether both servers do."""
    for port, word in ((21, b"220 "), (23, b"Login as: ")):
        try:
            client = board.connect(port)
        except ConnectionRefusedError:
            return False
        answered = client.wait(lambda client=client, word=word: word in client.stream.received, 3.0)
        client.close()
        board.run(300)
        if not answered:
            return False
    return True


REFUSED = (
    Opcode.SOCKET_SOCKET,
    Opcode.SOCKET_BIND,
    Opcode.SOCKET_LISTEN,
    Opcode.SOCKET_CLOSE,
    Opcode.SOCKET_SELECT,
    Opcode.NVMEM_FILEOPEN,
)


@pytest.mark.req("SRV-1")
@pytest.mark.parametrize(
    ("refused", "before"),
    [
        *((opcode, before) for opcode in REFUSED for before in ("", "s.deinit()")),
        (Opcode.SOCKET_SETSOCKOPT, "s.deinit()"),
    ],
)
def test_init_when_a_command_is_refused(board: Board, refused: Opcode, before: str) -> None:
    board.repl(f"import network; s = network.Server()\n{before}")
    board.machine.nwp.refusals[refused] = -1
    board.repl("s.init(timeout=600)")
    try:
        assert board.repl("s.isrunning()") == f"{takes_clients(board)}\n"
    finally:
        board.machine.nwp.refusals.clear()  # no snapshot has them
    board.machine.nwp.refusals[refused] = -1
    board.repl("s.deinit()")
    assert board.repl("s.isrunning()") == "False\n"
    board.repl("s.init(timeout=600)")
    board.machine.nwp.refusals.clear()
    board.repl("s.init()")
    assert board.repl("print(s.isrunning(), s.timeout())") == "True 300\n"
    assert takes_clients(board)
    assert login_works(board, b"micro", b"python")
    ftp = Ftp(board)
    assert ftp.put("STOR /flash/content", b"content").startswith("226")
    assert ftp.get("RETR /flash/content") == b"content"
    assert len(board.machine.nwp.sockets.sockets) == 3


@pytest.mark.req("SRV-1")
def test_servers_that_could_not_listen_come_by_themselves(board: Board) -> None:
    board.repl("import network; s = network.Server(); s.deinit()")
    board.machine.nwp.refusals[Opcode.SOCKET_LISTEN] = -1
    board.repl("s.init()")
    assert board.repl("s.isrunning()") == "False\n"
    board.machine.nwp.refusals.clear()
    board.run(1_500)
    assert board.repl("s.isrunning()") == "True\n"
    assert takes_clients(board)


@pytest.mark.req("SRV-1")
def test_a_socket_that_could_not_be_closed_is_closed_later(board: Board) -> None:
    board.repl("import socket, network; s = network.Server(); a = [socket.socket(2, 1 + i) for i in range(2)]")
    board.machine.nwp.refusals[Opcode.SOCKET_CLOSE] = -1
    board.repl("for x in a: x.close()")
    board.machine.nwp.refusals.clear()
    assert len(board.machine.nwp.sockets.sockets) == 4
    board.repl("s.deinit(); s.init()")
    assert len(board.machine.nwp.sockets.sockets) == 2
