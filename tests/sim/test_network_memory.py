"""The network in memory by itself: order, delay, what a script sees."""

from __future__ import annotations

import pytest
from cc3200sim.world.net.memory import FIRST_PORT, MemoryNetwork
from support.socket_host import SocketHost


def test_delay_and_rate_are_kept() -> None:
    board = SocketHost(MemoryNetwork(delay=0.1, rate=10_000))
    server = board.server(23)
    stream = board.network.connect(23)
    board.run(0.19)
    assert stream.state == "connecting"
    board.run(0.02)
    assert stream.state == "open"
    descriptor, _ = board.accept(server)
    start = board.clock.now
    stream.send(bytes(2920))
    total = 0
    while total < 2920:
        chunk = board.recv(descriptor)
        assert isinstance(chunk, bytes)
        total += len(chunk)
    assert (board.clock.now - start) / 80e6 == pytest.approx(0.1 + 0.292, abs=0.002)


def test_lost_datagrams_stay_lost_and_seeds_repeat() -> None:
    def arrived(seed: int) -> list[bytes]:
        board = SocketHost(MemoryNetwork(loss=0.5, seed=seed))
        peer = board.network.udp(9)
        descriptor = board.socket(2)
        assert board.connect(descriptor, "192.168.1.2", 9) == 0
        for number in range(40):
            board.send(descriptor, bytes([number]))
            board.run(0.01)
        got = []
        while (datagram := peer.receive()) is not None:
            got.append(datagram[0])
        return got

    assert arrived(1) == arrived(1) != arrived(2)
    assert 5 < len(arrived(1)) < 35


def test_a_listener_that_closes_refuses() -> None:
    board = SocketHost()
    listener = board.network.listen(80)
    assert board.connect(board.socket(), "192.168.1.2", 80) == 0
    assert len(listener.accepted) == 1
    listener.close()
    assert listener.accepted == []
    assert board.connect(board.socket(), "192.168.1.2", 80) == -111


def test_taking_part_of_what_came() -> None:
    board = SocketHost()
    descriptor, stream = board.pair()
    board.send(descriptor, b"abcdef")
    board.run(0.1)
    assert stream.received == b"abcdef"
    assert stream.receive(2) == b"ab" and stream.receive() == b"cdef" and stream.receive() == b""


def test_clients_ports_stay_in_range_and_come_round() -> None:
    board = SocketHost()
    for _ in range(0x10000 - FIRST_PORT - 1):
        board.network.connect(24)
    server = board.server(23)
    for port in (0xFFFF, FIRST_PORT):
        stream = board.network.connect(23)
        board.run(0.1)
        descriptor, peer = board.accept(server)
        assert peer[1] == port
        assert stream.state == "open"
        board.close(descriptor)
