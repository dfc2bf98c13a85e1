"""The loopback network: forwarded ports, passive FTP, services of this computer, ports that can't be had."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterator

import pytest
from cc3200sim.world.net.api import HOST_ADDRESS, number
from cc3200sim.world.net.ftp_alg import PassiveRewriter
from cc3200sim.world.net.host import HostNetwork, HostNetworkError
from support.socket_host import SocketHost

LOOPBACK = "127.0.0.1"
DEADLINE_SECONDS = 20.0  # of the wall clock, for what takes milliseconds


@pytest.fixture
def network() -> Iterator[HostNetwork]:
    """Free ports that lead to the board's telnet and FTP ports."""
    network = HostNetwork([(0, 23), (0, 21)])
    yield network
    network.close_all()


@pytest.fixture
def board(network: HostNetwork) -> SocketHost:
    """A board on this network."""
    return SocketHost(network)  # type: ignore[arg-type]


def until(board: SocketHost, condition: Callable[[], object]) -> None:
    """Run until something is so; other programs take part, so the wall clock sets the limit."""
    end = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < end, "it never came"
        board.run(0.01)


def dial(network: HostNetwork, board_port: int) -> socket.socket:
    """A client of this computer."""
    here = next(here for here, there in network.ports if there == board_port)
    client = socket.create_connection((LOOPBACK, here))
    client.setblocking(False)
    return client


def take(client: socket.socket) -> bytes | None:
    """What has come: None nothing, empty the end."""
    try:
        return client.recv(100_000)
    except BlockingIOError:
        return None


def collect(board: SocketHost, client: socket.socket, length: int) -> bytes:
    """So many bytes."""
    got = bytearray()

    def enough() -> bool:
        got.extend(take(client) or b"")
        return len(got) >= length

    until(board, enough)
    return bytes(got)


def accept(board: SocketHost, server: int) -> int:
    """Wait for a client."""
    assert board.status(0x9403, bytes([server, 2, 0, 0])) == 0
    until(board, lambda: board.irq.level)
    return board.accepted()[0]


def test_a_real_client_talks_to_the_board(network: HostNetwork, board: SocketHost) -> None:
    server = board.server(23)
    with dial(network, 23) as client:
        client.sendall(b"hello")
        descriptor = accept(board, server)
        assert board.recv(descriptor) == b"hello"
        for start in range(0, 10_000, 1000):
            board.send(descriptor, bytes([start // 1000]) * 1000)
            board.run(0.01)
        assert collect(board, client, 10_000) == b"".join(bytes([n]) * 1000 for n in range(10))
        client.shutdown(socket.SHUT_WR)
        until(board, lambda: next(iter(board.nwp.sockets.connections.values())).finished)
        assert board.recv(descriptor) == b""
        board.send(descriptor, b"after")
        assert collect(board, client, 5) == b"after"
        assert board.close(descriptor) == 0
        until(board, lambda: take(client) == b"")


def test_a_port_where_the_board_does_not_listen_is_reset(network: HostNetwork, board: SocketHost) -> None:
    with dial(network, 23) as client:

        def gone() -> bool:
            try:
                return client.recv(1) == b""
            except BlockingIOError:
                return False
            except ConnectionResetError:
                return True

        until(board, gone)


def test_a_client_that_resets(network: HostNetwork, board: SocketHost) -> None:
    server = board.server(23)
    client = dial(network, 23)
    descriptor = accept(board, server)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    until(board, lambda: next(iter(board.nwp.sockets.connections.values())).broken)
    assert board.recv(descriptor) == -1


def test_a_client_that_does_not_read_fills_the_send_buffers_only(network: HostNetwork, board: SocketHost) -> None:
    server = board.server(23)
    with dial(network, 23) as client:
        descriptor = accept(board, server)
        sent = 0
        for _ in range(20_000):
            if not board.nwp.buffers_for_send:
                break
            board.send(descriptor, bytes(1460))
            sent += 1460
            board.run(0.002)
        assert not board.nwp.buffers_for_send
        assert len(collect(board, client, sent)) == sent
        until(board, lambda: board.nwp.buffers_for_send)


def test_passive_ftp_leads_to_a_port_that_works(network: HostNetwork, board: SocketHost) -> None:
    control, data = board.server(21), board.server(2024)
    with dial(network, 21) as client:
        descriptor = accept(board, control)
        board.send(descriptor, b"220 hello\r\n227 Entering Passive Mode (192,168,1,1,")
        board.send(descriptor, b"7,232).\r\n229 Extended (|||2024|)\r\n200 end\r\n")
        reply = b""
        while not reply.endswith(b"200 end\r\n"):
            reply += collect(board, client, 1)
        greeting, passive, extended, _ = reply.split(b"\r\n")[:4]
        numbers = passive.partition(b"(")[2].partition(b")")[0].split(b",")
        port = int(numbers[4]) * 256 + int(numbers[5])
        assert greeting == b"220 hello" and passive.startswith(b"227 Entering Passive Mode (127,0,0,1,")
        assert extended == b"229 Extended (|||%d|)" % port
        with socket.create_connection((LOOPBACK, port)) as transfer:
            transfer.sendall(b"file")
            assert board.recv(accept(board, data)) == b"file"


def test_the_board_reaches_services_of_this_computer(board: SocketHost) -> None:
    with socket.create_server((LOOPBACK, 0)) as service:
        port = service.getsockname()[1]
        descriptor = board.socket()
        body = struct.pack("<hBB", 0, descriptor, 0x20) + struct.pack(">HHI", port, 0, 0xC0A80102)
        assert board.status(0x9406, body) == 0
        until(board, lambda: board.irq.level)
        assert struct.unpack_from("<h", board.expect(0x1006)) == (0,)
        client, _ = service.accept()
        with client:
            board.send(descriptor, b"ask")
            board.run(0.1)
            assert client.recv(10) == b"ask"
            client.sendall(b"answer")
            until(board, lambda: next(iter(board.nwp.sockets.connections.values())).received)
            assert board.recv(descriptor) == b"answer"


def test_nothing_else_is_reached(board: SocketHost) -> None:
    with socket.create_server((LOOPBACK, 0)) as service:
        port = service.getsockname()[1]
    assert board.connect(board.socket(), HOST_ADDRESS, port) == -111
    assert board.connect(board.socket(), "8.8.8.8", 53) == -101
    assert board.network.resolve("example.org") is None
    assert board.network.resolve("host") is not None


@pytest.mark.parametrize("address", [HOST_ADDRESS, "192.168.178.1"])
def test_datagrams_to_this_computer_and_back(board: SocketHost, address: str) -> None:
    """Answers come from the address that was asked. A station reaches this computer at its router's too."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as service:
        service.bind((LOOPBACK, 0))
        descriptor = board.socket(2)
        assert board.connect(descriptor, address, service.getsockname()[1]) == 0
        board.send(descriptor, b"ping")
        board.run(0.1)
        data, sender = service.recvfrom(100)
        assert data == b"ping"
        service.sendto(b"pong", sender)
        until(board, lambda: board.nwp.sockets.sockets[descriptor].datagrams)
        assert board.nwp.sockets.sockets[descriptor].datagrams[0][0] == number(address)
        assert board.recv(descriptor) == b"pong"


def test_a_port_in_use_is_told_in_a_line() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(HostNetworkError, match=f"^port {port} is in use: --forward PORT:23 takes another one$"):
            HostNetwork([(0, 21), (port, 23)])


def test_the_rewriter_touches_only_passive_replies() -> None:
    asked: list[int] = []

    def outside(port: int) -> int:
        asked.append(port)
        return 0x1234

    rewriter = PassiveRewriter(outside)
    untouched = b"220 x\r\n200 227 (1,2,3,4,5,6)\r\n227 none here\r\n227 (1,2,3,4,5,999)\r\n229 (|||99999|)\r\n"
    assert rewriter.feed(untouched) == untouched
    assert asked == []
    whole = b"227 ok (10,0,0,1,0,80)\r\n"
    for cut in range(1, len(whole)):
        rewriter = PassiveRewriter(outside)
        assert rewriter.feed(whole[:cut]) + rewriter.feed(whole[cut:]) == b"227 ok (127,0,0,1,18,52)\r\n"
    assert rewriter.feed(b"227 " + b"x" * 600) == b"227 " + b"x" * 600
    assert rewriter.feed(b"331") == b"331"
