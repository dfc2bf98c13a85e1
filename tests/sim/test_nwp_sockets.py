"""Sockets of the network processor against scripted peers."""

from __future__ import annotations

import struct

import pytest
from cc3200sim.nwp.opcodes import Opcode
from cc3200sim.nwp.processor import TX_BUFFERS
from cc3200sim.nwp.socket import CONNECT_SECONDS
from cc3200sim.nwp.socket_table import DEFAULT_WINDOW
from cc3200sim.world.net.api import HOST_ADDRESS, number
from cc3200sim.world.net.memory import FIRST_PORT, MemoryNetwork
from support.nwp_host import Host, Message
from support.socket_host import SocketHost

STREAM, DATAGRAM = 1, 2
EAGAIN, EBADF, ENSOCK, EINVAL, ERROR = -11, -9, -10, -22, -1
EADDRINUSE, ENETUNREACH, EISCONN, ENOTCONN, ETIMEDOUT, ECONNREFUSED, EALREADY = -98, -101, -106, -107, -110, -111, -114
NON_BLOCKING, RECEIVE_TIMEOUT, RECEIVE_BUFFER = 24, 20, 8


@pytest.fixture
def board() -> SocketHost:
    """An access point with nothing open."""
    return SocketHost()


def test_descriptors_carry_their_kind(board: SocketHost) -> None:
    assert board.socket(STREAM) == 0x10
    assert board.socket(DATAGRAM) == 0x01
    assert board.socket(STREAM, protocol=100) == 0x52
    assert board.socket(3) == -94
    assert board.socket(STREAM, protocol=17) == -93
    status, _ = struct.unpack("<hBx", board.command(Opcode.SOCKET_SOCKET, bytes([3, 1, 0, 0])))
    assert status == -97


def test_a_client_is_accepted_and_both_sides_talk(board: SocketHost) -> None:
    server = board.server(23)
    stream = board.network.connect(23)
    stream.send(b"early")
    descriptor, (address, port) = board.accept(server)
    assert address == HOST_ADDRESS and port == FIRST_PORT
    assert board.recv(descriptor) == b"early"
    board.send(descriptor, b"hello")
    board.run(0.1)
    assert stream.state == "open" and stream.receive() == b"hello"
    assert board.close(descriptor) == 0
    board.run(0.1)
    assert stream.peer_closed


def test_data_arrives_whole_and_in_order_in_both_directions(board: SocketHost) -> None:
    descriptor, stream = board.pair()
    data = bytes(i * 31 % 256 for i in range(50_000))
    stream.send(data)
    got = b""
    while len(got) < len(data):
        chunk = board.recv(descriptor)
        assert isinstance(chunk, bytes) and 0 < len(chunk) <= 1460
        got += chunk
    assert got == data
    for start in range(0, 20_000, 1000):
        board.send(descriptor, data[start : start + 1000])
        board.run(0.05)
    assert stream.receive() == data[:20_000]


def test_the_receive_window_holds_the_sender_back(board: SocketHost) -> None:
    descriptor, stream = board.pair()
    stream.send(bytes(100_000))
    board.run(5)
    tcp = next(iter(board.nwp.sockets.connections.values()))
    assert len(tcp.received) == DEFAULT_WINDOW
    total = 0
    while total < 100_000:
        chunk = board.recv(descriptor)
        assert isinstance(chunk, bytes)
        total += len(chunk)
        assert len(tcp.received) <= DEFAULT_WINDOW
    assert total == 100_000


def test_a_blocking_receive_waits(board: SocketHost) -> None:
    descriptor, stream = board.pair()
    board.write(Opcode.SOCKET_RECV, struct.pack("<HBB", 100, descriptor, 0))
    board.run(2)
    assert not board.irq.level
    stream.send(b"now")
    assert board.received() == b"now"


def test_receive_timeout_and_dont_wait(board: SocketHost) -> None:
    descriptor, stream = board.pair()
    assert board.option(descriptor, RECEIVE_TIMEOUT, struct.pack("<II", 1, 500_000)) == 0
    start = board.clock.now
    assert board.recv(descriptor) == EAGAIN
    assert (board.clock.now - start) / 80e6 == pytest.approx(1.5, abs=0.01)
    start = board.clock.now
    assert board.recv(descriptor, flags=8) == EAGAIN
    assert (board.clock.now - start) / 80e6 < 0.01
    stream.send(b"x")
    assert board.recv(descriptor) == b"x"


def test_non_blocking(board: SocketHost) -> None:
    server = board.server(23)
    board.non_blocking(server)
    assert board.accept(server)[0] == EAGAIN
    stream = board.network.connect(23)
    board.run(0.1)
    descriptor, _ = board.accept(server)
    assert descriptor > 0
    board.write(Opcode.DEVICE_EVENTMASKSET, struct.pack("<II", 0, 0))
    message = board.message()
    assert message.non_blocking == 1 << (server & 15) | 1 << (descriptor & 15)  # a client inherits it
    assert board.recv(descriptor) == EAGAIN
    stream.send(b"x")
    board.run(0.1)
    assert board.recv(descriptor) == b"x"
    answer = board.command(Opcode.SOCKET_GETSOCKOPT, bytes([descriptor, 1, NON_BLOCKING, 4]))
    assert struct.unpack("<hBBI", answer) == (0, descriptor, 4, 1)


def test_accept_obeys_the_receive_timeout(board: SocketHost) -> None:
    server = board.server(23)
    assert board.option(server, RECEIVE_TIMEOUT, struct.pack("<II", 2, 0)) == 0
    start = board.clock.now
    assert board.accept(server)[0] == EAGAIN
    assert (board.clock.now - start) / 80e6 == pytest.approx(2, abs=0.01)


def test_half_close_by_the_peer(board: SocketHost) -> None:
    descriptor, stream = board.pair()
    stream.send(b"last words")
    stream.close()
    board.run(0.1)
    assert board.recv(descriptor) == b"last words"
    assert board.recv(descriptor) == b""
    assert board.recv(descriptor) == b""
    board.send(descriptor, b"answer")
    board.run(0.1)
    assert stream.receive() == b"answer" and not stream.peer_closed


def test_reset_by_the_peer(board: SocketHost) -> None:
    descriptor, stream = board.pair()
    stream.reset()
    board.run(0.1)
    assert board.recv(descriptor) == ERROR
    board.send(descriptor, b"x")
    status, failed = struct.unpack("<hBx", board.expect(Opcode.SOCKET_TXFAILEDASYNCRESPONSE))
    assert (status, failed) == (-15, descriptor)
    board.write(Opcode.DEVICE_EVENTMASKSET, struct.pack("<II", 0, 0))
    assert board.message().failed == 1 << (descriptor & 15)
    assert board.close(descriptor) == 0
    board.write(Opcode.DEVICE_EVENTMASKSET, struct.pack("<II", 0, 0))
    assert board.message().failed == 0


def test_what_comes_after_the_close_is_answered_by_a_reset(board: SocketHost) -> None:
    descriptor, stream = board.pair()
    assert board.close(descriptor) == 0
    stream.send(b"too late")
    board.run(0.1)
    assert stream.state == "reset"


def test_a_close_ends_a_receive_that_waits(board: SocketHost) -> None:
    descriptor, _ = board.pair()
    board.write(Opcode.SOCKET_RECV, struct.pack("<HBB", 100, descriptor, 0))
    assert board.close(descriptor) == 0
    assert board.received() == EBADF
    assert board.recv(descriptor) == EBADF
    assert board.close(descriptor) == EBADF


def test_nobody_listens_and_the_queue_is_full(board: SocketHost) -> None:
    refused = board.network.connect(80)
    board.run(0.1)
    assert refused.state == "refused"
    server = board.server(23, backlog=1)
    first, second = board.network.connect(23), board.network.connect(23)
    board.run(0.1)
    assert (first.state, second.state) == ("open", "connecting")
    assert board.accept(server)[0] > 0
    board.run(4)
    assert second.state == "open"  # it asked again


def test_eight_sockets_and_a_listener_holds_two(board: SocketHost) -> None:
    servers = [board.server(port) for port in (21, 23, 80)]
    assert [board.socket() for _ in range(3)] == [0x13, 0x14, ENSOCK]
    extra = board.socket()
    assert extra == ENSOCK
    board.network.connect(23)
    descriptor, _ = board.accept(servers[1])
    assert descriptor == 0x15
    assert board.socket() == ENSOCK
    assert board.close(servers[0]) == 0
    assert board.socket() > 0


def test_eight_plain_sockets(board: SocketHost) -> None:
    assert [board.socket(DATAGRAM) for _ in range(9)] == [*range(8), ENSOCK]
    assert board.bind(0, 5000) == 0
    assert board.close(3) == 0
    assert board.socket(STREAM) == 0x13
    assert board.bind(0x13, 80) == 0
    assert board.listen(0x13) == ENSOCK


def test_bind_and_listen_errors(board: SocketHost) -> None:
    first, second = board.socket(), board.socket()
    assert board.listen(first) == EINVAL
    assert board.bind(first, 80, "10.9.9.9") == -99
    assert board.bind(first, 80, "192.168.1.1") == 0
    assert board.bind(first, 81) == EINVAL
    assert board.bind(second, 80) == EADDRINUSE
    assert board.bind(0x17, 80) == EBADF
    assert board.listen(board.socket(DATAGRAM)) == -95
    assert board.accept(second)[0] == EINVAL
    assert board.recv(second) == ENOTCONN


def test_connect(board: SocketHost) -> None:
    listener = board.network.listen(8080)
    descriptor = board.socket()
    assert board.connect(descriptor, HOST_ADDRESS, 8080) == 0
    assert board.connect(descriptor, HOST_ADDRESS, 8080) == EISCONN
    (stream,) = listener.accepted
    board.send(descriptor, b"GET")
    board.run(0.1)
    assert stream.receive() == b"GET"
    stream.send(b"200")
    assert board.recv(descriptor) == b"200"


def test_connect_refused_and_timed_out(board: SocketHost) -> None:
    assert board.connect(board.socket(), HOST_ADDRESS, 9) == ECONNREFUSED
    start = board.clock.now
    assert board.connect(board.socket(), "10.9.9.9", 9) == ETIMEDOUT
    assert (board.clock.now - start) / 80e6 == pytest.approx(CONNECT_SECONDS, abs=0.01)


def test_connect_again_after_a_failure(board: SocketHost) -> None:
    descriptor = board.socket()
    assert board.connect(descriptor, HOST_ADDRESS, 8080) == ECONNREFUSED
    board.network.listen(8080)
    assert board.connect(descriptor, HOST_ADDRESS, 8080) == 0


def test_non_blocking_connect(board: SocketHost) -> None:
    board.network.listen(8080)
    descriptor = board.socket()
    board.non_blocking(descriptor)
    assert board.connect(descriptor, HOST_ADDRESS, 8080) == EALREADY
    assert board.connect(descriptor, HOST_ADDRESS, 8080) == EALREADY
    assert board.select([], [descriptor], 5) == (1, 0, 1 << (descriptor & 15))
    assert board.connect(descriptor, HOST_ADDRESS, 8080) == 0
    assert board.connect(descriptor, HOST_ADDRESS, 8080) == EISCONN
    other = board.socket()
    board.non_blocking(other)
    assert board.connect(other, HOST_ADDRESS, 9) == EALREADY
    board.run(1)
    assert board.connect(other, HOST_ADDRESS, 9) == ECONNREFUSED


def test_without_an_address_nothing_is_reached() -> None:
    board = Host()
    board.power_on()
    status, descriptor = struct.unpack("<hBx", board.command(Opcode.SOCKET_SOCKET, bytes([2, 1, 0, 0])))
    body = struct.pack("<hBB", 0, descriptor, 0x20) + struct.pack(">HHI", 80, 0, number(HOST_ADDRESS))
    assert status == 0 and board.status(Opcode.SOCKET_CONNECT, body) == ENETUNREACH


def test_datagrams(board: SocketHost) -> None:
    peer = board.network.udp(9000)
    descriptor = board.socket(DATAGRAM)
    head = struct.pack("<hBB", 4, descriptor, 0x20) + struct.pack(">HHI", 9000, 0, number(HOST_ADDRESS))
    board.write(Opcode.SOCKET_SENDTO, head + b"ping")
    board.run(0.1)
    assert peer.receive() == (b"ping", 49152)
    peer.send(b"pong", 49152)
    board.write(Opcode.SOCKET_RECVFROM, struct.pack("<HBB", 100, descriptor, 0x20))
    answer = board.expect(Opcode.SOCKET_RECVFROMASYNCRESPONSE)
    assert struct.unpack_from("<hBB", answer) == (4, descriptor, 2)
    assert struct.unpack_from(">HHI", answer, 4) == (9000, 0, number(HOST_ADDRESS))
    assert answer[12:] == b"pong"
    assert board.connect(descriptor, HOST_ADDRESS, 9000) == 0
    board.send(descriptor, b"again")
    board.run(0.1)
    assert peer.receive() == (b"again", 49152) and peer.receive() is None
    peer.send(b"x" * 50, 49152)
    peer.send(b"next", 49152)
    assert board.recv(descriptor, 10) == b"x" * 10  # the rest of a datagram is lost
    assert board.recv(descriptor) == b"next"


def test_select(board: SocketHost) -> None:
    server = board.server(23)
    descriptor, stream = board.pair()
    bit, server_bit = 1 << (descriptor & 15), 1 << (server & 15)
    assert board.select([server, descriptor], [], 0, 100) == (0, 0, 0)
    assert board.select([server], [descriptor], 0xFFFF, 0xFFFF) == (1, 0, bit)
    stream.send(b"x")
    assert board.select([server, descriptor], [], 5) == (1, bit, 0)
    board.network.connect(23)
    board.run(0.1)
    assert board.select([server, descriptor], [], 5) == (2, bit | server_bit, 0)
    assert board.recv(descriptor) == b"x"
    stream.close()
    assert board.select([descriptor], [], 5) == (1, bit, 0)
    start = board.clock.now
    assert board.select([board.socket()], [], 1, 500)[0] == 0
    assert (board.clock.now - start) / 80e6 == pytest.approx(1 + 500 * 1024e-6, abs=0.01)


def test_options(board: SocketHost) -> None:
    tcp, udp = board.socket(), board.socket(DATAGRAM)
    assert board.option(tcp, RECEIVE_BUFFER, struct.pack("<I", 2000)) == 0
    assert board.option(tcp, RECEIVE_BUFFER, bytes(4)) == EINVAL
    assert board.option(tcp, 9, struct.pack("<I", 0)) == 0
    assert board.option(tcp, 77, bytes(4)) == -92
    assert board.option(tcp, 25, b"\x03") == -92  # no TLS socket
    assert board.option(tcp, 61, b"\x01", level=2) == -92
    assert board.option(udp, 65, bytes(8), level=2) == 0
    assert board.option(0x17, 9, bytes(4)) == EBADF
    answer = board.command(Opcode.SOCKET_GETSOCKOPT, bytes([tcp, 1, RECEIVE_BUFFER, 4]))
    assert struct.unpack("<hBBI", answer) == (0, tcp, 4, 2000)
    assert struct.unpack_from("<h", board.command(Opcode.SOCKET_GETSOCKOPT, bytes([tcp, 1, 77, 4]))) == (-92,)


def pool_after(board: SocketHost) -> Message:
    """A message for the sake of its flow control."""
    board.write(Opcode.DEVICE_EVENTMASKSET, struct.pack("<II", 0, 0))
    return board.message()


def test_send_buffers_are_held_until_the_peer_has_the_data(board: SocketHost) -> None:
    descriptor, stream = board.pair()
    stream.pause()
    for _ in range(TX_BUFFERS - 2):
        board.send(descriptor, bytes(100))
    assert pool_after(board).pool == 2
    board.run(5)
    assert not board.irq.level
    stream.resume()
    message = board.message()
    assert (
        message.opcode == Opcode.DEVICE_DEVICEASYNCDUMMY and message.pool > 2
    )  # the dummy message that lets the host go on
    board.run(1)
    while board.irq.level:
        assert board.poll() is not None
    assert pool_after(board).pool == TX_BUFFERS


def test_a_receive_that_waits_holds_a_buffer(board: SocketHost) -> None:
    descriptor, stream = board.pair()
    board.write(Opcode.SOCKET_RECV, struct.pack("<HBB", 100, descriptor, 0))
    assert pool_after(board).pool == TX_BUFFERS - 1
    stream.send(b"x")
    message = board.message()
    assert (message.opcode, message.pool) == (Opcode.SOCKET_RECVASYNCRESPONSE, TX_BUFFERS)


def test_buffers_come_back_after_a_reset_and_after_a_close(board: SocketHost) -> None:
    descriptor, stream = board.pair()
    stream.pause()
    for _ in range(3):
        board.send(descriptor, bytes(100))
    board.run(0.1)
    stream.reset()
    board.run(0.1)
    assert pool_after(board).pool == TX_BUFFERS
    other, stream = board.pair()
    stream.pause()
    board.send(other, b"x" * 100)
    board.run(0.1)
    assert board.close(other) == 0
    assert pool_after(board).pool == TX_BUFFERS - 1
    stream.resume()
    board.run(0.1)
    assert pool_after(board).pool == TX_BUFFERS
    assert stream.receive() == b"x" * 100 and stream.peer_closed


def test_a_cut_cable_tells_nobody(board: SocketHost) -> None:
    descriptor, stream = board.pair()
    stream.cut()
    stream.send(b"never")
    board.send(descriptor, b"never")
    stream.reset()
    board.run(60)
    assert not board.irq.level and stream.receive() == b""
    assert board.option(descriptor, RECEIVE_TIMEOUT, struct.pack("<II", 1, 0)) == 0
    assert board.recv(descriptor) == EAGAIN
    assert pool_after(board).pool == TX_BUFFERS - 1
    board.run(60)
    assert pool_after(board).pool == TX_BUFFERS  # the board's TCP has given up
    assert board.recv(descriptor) == ERROR


def test_a_slow_network_that_loses_a_third_of_its_packets() -> None:
    def transfer() -> tuple[int, bytes]:
        board = SocketHost(MemoryNetwork(delay=0.05, loss=0.3, seed=7))
        descriptor, stream = board.pair()
        stream.send(bytes(i % 251 for i in range(10_000)))
        got = b""
        while len(got) < 10_000:
            chunk = board.recv(descriptor)
            assert isinstance(chunk, bytes)
            got += chunk
        board.send(descriptor, b"done")
        board.run(3)
        assert stream.receive() == b"done"
        return board.clock.now, got

    time, data = transfer()
    assert data == bytes(i % 251 for i in range(10_000))
    assert transfer() == (time, data)


def test_after_a_stop_peers_hear_of_it_when_the_board_is_back(board: SocketHost) -> None:
    _, stream = board.pair()
    assert board.status(Opcode.DEVICE_STOP_COMMAND, struct.pack("<HH", 100, 0)) == 0
    board.expect(Opcode.DEVICE_STOP_ASYNC_RESPONSE)
    board.nwp.stop_register(2)
    stream.send(b"anybody there?")
    board.run(10)
    assert stream.state == "open"
    board.power_on()
    board.run(0.1)
    board.radio.join()
    board.run(2)
    assert stream.state == "reset"


def test_a_station_that_leaves_and_comes_back_finds_its_connection(board: SocketHost) -> None:
    descriptor, stream = board.pair()
    late = board.network.connect(99)
    board.radio.leave()
    stream.send(b"one ")
    board.run(0.5)
    stream.send(b"two ")
    board.send(descriptor, b"three ")
    board.run(5)
    assert stream.receive() == b"" and late.state == "connecting"
    board.radio.join()
    stream.send(b"four")
    board.run(2)
    assert stream.receive() == b"three " and late.state == "refused"
    assert board.recv(descriptor) == b"one two four"


@pytest.mark.parametrize("cut", [True, False])
def test_a_peer_that_never_takes_what_was_sent_holds_no_buffers_for_ever(board: SocketHost, cut: bool) -> None:
    descriptor, _ = board.pair()
    other, stream = board.pair()
    stream.pause()
    board.send(other, b"x" * 100)
    board.run(0.1)
    if cut:
        stream.cut()
    assert board.close(other) == 0
    assert pool_after(board).pool == TX_BUFFERS - 1
    board.run(121)
    assert pool_after(board).pool == TX_BUFFERS
    board.send(descriptor, b"others go on")


def test_the_board_gives_up_on_a_station_that_stays_away(board: SocketHost) -> None:
    descriptor, stream = board.pair()
    board.radio.leave()
    board.send(descriptor, b"x")
    stream.send(b"y")
    board.run(60)
    assert board.recv(descriptor, flags=8) == EAGAIN
    board.run(65)
    assert board.recv(descriptor) == ERROR
    assert pool_after(board).pool == TX_BUFFERS
    assert stream.state == "reset"
    assert board.clock.next_deadline is None  # and nothing goes on for ever


def test_datagrams_to_nobody_are_lost(board: SocketHost) -> None:
    peer = board.network.udp(9000)
    descriptor = board.socket(DATAGRAM)
    assert board.connect(descriptor, HOST_ADDRESS, 9000) == 0
    board.radio.leave()
    board.send(descriptor, b"x")
    board.run(0.1)
    board.radio.join()
    board.run(3)
    assert peer.receive() is None


def test_a_snapshot_in_the_middle_of_a_conversation_replays(board: SocketHost) -> None:
    descriptor, stream = board.pair()
    stream.send(b"a" * 3000)
    board.run(0.001)
    saved = board.clock.save(), board.nwp.save(), board.lspi.save(), board.network.save()

    def rest() -> list[object]:
        out: list[object] = [board.recv(descriptor), board.recv(descriptor, 100)]
        board.send(descriptor, b"reply")
        board.run(0.1)
        return [*out, stream.receive(), board.clock.now]

    first = rest()
    assert first[2] == b"reply"
    board.clock.restore(saved[0])
    board.nwp.restore(saved[1])
    board.lspi.restore(saved[2])
    board.network.restore(saved[3])
    assert rest() == first


def test_the_first_receive_of_a_client_finds_what_came_close_behind(board: SocketHost) -> None:
    """Accepted without blocking, which the client inherits: accept is answered when the handshake is complete."""
    listener = board.server(80)
    board.non_blocking(listener)
    client = board.network.connect(80)
    client.send(b"GET /")
    polls = 0
    while (accepted := board.accept(listener)[0]) == EAGAIN:
        polls += 1
        board.run(1e-4)
    assert polls > 1
    assert board.recv(accepted) == b"GET /"


def test_a_datagram_socket_that_has_sent_can_be_bound_and_keeps_its_port(board: SocketHost) -> None:
    descriptor = board.socket(DATAGRAM)
    peer = board.network.udp(9)
    head = struct.pack("<hBB", 4, descriptor, 0x20) + struct.pack(">HHI", 9, 0, number(HOST_ADDRESS))
    ports = []
    for bind in (4000, 4001):
        board.write(Opcode.SOCKET_SENDTO, head + b"ping")
        board.run(0.1)
        received = peer.receive()
        assert received is not None
        ports.append(received[1])
        assert board.bind(descriptor, bind) == (0 if bind == 4000 else EINVAL)
    assert ports == [49152, 49152]
