"""The unmodified peer on the network: its servers, its sockets, its WLAN, spoken to from outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from bench.net import ftp_login, get, put
from cc3200sim.board import Board, BoardTimeout, Client
from cc3200sim.world.radio import AccessPoint


@pytest.fixture(scope="module")
def booted(peer_image: bytes, wipy_rom: bytes) -> tuple[Board, dict[str, Any]]:
    """The peer at its prompt, its servers up."""
    board = Board.from_image(peer_image, wipy_rom)
    board.power_on()
    board.run(300)
    return board, board.machine.save()


@pytest.fixture
def board(booted: tuple[Board, dict[str, Any]]) -> Iterator[Board]:
    """The same board for every test."""
    board, state = booted
    board.machine.restore(state)
    yield board


def telnet(board: Board) -> Client:
    """Log in."""
    client = board.connect(23)
    client.read_until(b"Login as: ")
    client.send(b"micro\r\n")
    client.read_until(b'\xff\xfb"')
    client.send(b"python\r\n")
    assert b"Login succeeded!" in client.read_until(b">>> ")
    return client


def test_telnet_login_and_repl(board: Board) -> None:
    client = telnet(board)
    client.send(b"2 ** 70\r\n")
    assert client.read_until(b">>> ") == b"2 ** 70\r\n1180591620717411303424\r\n>>> "
    client.send(b"print('x' * 1000)\r\n")
    assert client.read_until(b">>> ").count(b"x") == 1001
    client.close()
    board.run(100)
    telnet(board)


def test_a_wrong_password_is_refused(board: Board) -> None:
    client = board.connect(23)
    client.read_until(b"Login as: ")
    client.send(b"micro\r\n")
    client.read_until(b'\xff\xfb"')
    client.send(b"wrong\r\n")
    assert b"Invalid credentials" in client.read_until(b"Login as: ")


def test_ftp_login_and_passive_mode(board: Board) -> None:
    client = board.connect(21)
    assert client.read_until(b"\r\n").startswith(b"220 ")
    for command, code in ((b"USER micro", b"331"), (b"PASS python", b"230"), (b"PWD", b"257"), (b"NOOP", b"200")):
        client.send(command + b"\r\n")
        assert client.read_until(b"\r\n").startswith(code)
    client.send(b"PASV\r\n")
    assert b"(192,168,1,1,7,232)" in client.read_until(b"\r\n")
    assert board.connect(2024).stream.state == "open"


def test_ftp_runs_over_the_servers_stack(board: Board) -> None:
    """Why benchmarks of its FTP server take an image with a larger one."""
    client = ftp_login(board)
    client.send(b"MKD /flash/new\r\n")
    with pytest.raises(BoardTimeout):
        client.read_until(b"\r\n", 5.0)


def test_ftp_with_a_larger_stack(larger_stack_image: bytes, wipy_rom: bytes) -> None:
    board = Board.from_image(larger_stack_image, wipy_rom)
    board.power_on()
    board.run(300)
    client = ftp_login(board)
    content = bytes(range(256)) * 30
    figures = put(board, client, content)
    assert figures.flash[0] > 0
    assert figures.share["flash"] > figures.cycles // 2
    get(board, client, content)


def test_two_runs_are_the_same_to_the_instruction(board: Board) -> None:
    state = board.machine.save()

    def session() -> tuple[bytes, int]:
        client = telnet(board)
        client.send(b"import os; os.listdir('/flash')\r\n")
        return client.read_until(b">>> "), board.machine.instructions

    first = session()
    board.machine.restore(state)
    assert session() == first


def test_a_socket_of_its_own(board: Board) -> None:
    service = board.network.listen(8000)
    code = "import socket\ns = socket.socket()\ns.connect(('192.168.1.2', 8000))\ns.send('hello')\n"
    board.repl(code)
    (stream,) = service.accepted
    board.run(20)
    assert stream.receive() == b"hello"
    stream.send(b"x" * 3000)
    board.run(50)
    assert board.repl("len(s.recv(1000)), len(s.recv(1460))") == "(1000, 1460)\n"
    stream.close()
    board.run(20)
    assert board.repl("len(s.recv(5000)), s.recv(10)") == "(540, b'')\n"


def test_names_and_refused_connections(board: Board) -> None:
    board.network.names["example.org"] = "192.0.2.80"
    board.network.hosts.add("192.0.2.80")
    assert board.repl("import socket\nprint(socket.getaddrinfo('example.org', 80)[0][-1])") == "('192.0.2.80', 80)\n"
    assert "OSError" in board.repl("s = socket.socket()\ns.connect(('192.0.2.80', 81))", seconds=30)


def test_it_joins_a_network_as_a_station(board: Board) -> None:
    board.radio.add(AccessPoint("home", "wpa2", "correct horse", subnet="10.0.0.0/24"))
    board.radio.add(AccessPoint("other", rssi=-80, bssid=bytes([2, 0, 0, 0, 7, 7])))
    script = (
        "import network, time\n"
        "w = network.WLAN(mode=network.WLAN.STA)\n"
        "print(sorted(n.ssid for n in w.scan()))\n"
        "w.connect('home', auth=(network.WLAN.WPA2, 'correct horse'))\n"
        "while not w.isconnected():\n    time.sleep_ms(50)\n"
        "print(w.ifconfig())\n"
    )
    assert (
        board.repl(script, seconds=60) == "['home', 'other']\n('10.0.0.20', '255.255.255.0', '10.0.0.1', '10.0.0.1')\n"
    )
    assert board.connect(23, address="10.0.0.5").read_until(b"Login as: ")


def test_a_file_survives_the_power(board: Board) -> None:
    board.repl("f = open('/flash/x.txt', 'w')\nf.write('kept')\nf.close()\n", seconds=30)
    board.power_cut()
    board.power_on()
    assert board.repl("open('/flash/x.txt').read()") == "'kept'\n"
