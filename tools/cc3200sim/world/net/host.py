"""The network as this computer's loopback: ports here lead to ports of the board, and the board reaches services here.

Real time rules here: runs are not repeatable and are meant for the pace of the wall clock. To the board this computer
is 192.168.1.2 when it joined the board's access point, and the gateway of a network the board joined.
"""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cc3200sim.clock import Clock, cycles
from cc3200sim.world.net.api import HOST_ADDRESS, MSS, Answer, Attached, Stack, State, number
from cc3200sim.world.net.ftp_alg import PassiveRewriter

LOOPBACK = "127.0.0.1"
FTP_PORT, TELNET_PORT = 21, 23
DEFAULT_FORWARDS = ((2323, TELNET_PORT), (2121, FTP_PORT))
POLL_SECONDS = 2e-3  # of virtual time
SEND_SECONDS = 1e-3
QUEUE_SECONDS = 10.0  # how long a client waits in front of a listener that is full
GATEWAY_ADDRESS = "192.168.178.1"


class HostNetworkError(Exception):
    """A port that can't be had: one clear line."""


@dataclass
class _Connection:
    """A connection between a socket here and the board. `segments` are sizes the board waits to hear of."""

    socket: socket.socket
    board_port: int
    address: int
    port: int
    state: State  # asking the board, connecting to a service here, open
    since: int = 0
    outgoing: bytearray = field(default_factory=bytearray)
    segments: list[int] = field(default_factory=list)
    board_closed: bool = False
    host_closed: bool = False
    rewriter: PassiveRewriter | None = None


def _listener(port: int, board_port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError as error:
        listener.close()
        reasons = {errno.EADDRINUSE: "is in use", errno.EACCES: "is not for ordinary users"}
        reason = reasons.get(error.errno or 0, error.strerror)
        raise HostNetworkError(f"port {port} {reason}: --forward PORT:{board_port} takes another one") from error
    listener.listen(8)
    listener.setblocking(False)
    return listener


class HostNetwork(Attached):
    """Loopback ports of this computer to ports of the board: pairs of (port here, port of the board)."""

    def __init__(self, forwards: Sequence[tuple[int, int]] = DEFAULT_FORWARDS) -> None:
        super().__init__()
        self._listeners: list[tuple[socket.socket, int]] = []
        try:
            for port, board_port in forwards:
                self._listeners.append((_listener(port, board_port), board_port))
        except HostNetworkError:
            self.close_all()
            raise
        self._data_ports: dict[int, int] = {}
        self._connections: dict[int, _Connection] = {}
        self._datagram_sockets: dict[int, socket.socket] = {}
        self._asked: dict[tuple[int, int], int] = {}  # the address that the board sent to: answers come from there
        self._here = {number(address) for address in (HOST_ADDRESS, GATEWAY_ADDRESS, LOOPBACK)}
        self._next = 1

    @property
    def ports(self) -> list[tuple[int, int]]:
        """Pairs of (port here, port of the board), as they came to be."""
        return [(listener.getsockname()[1], board_port) for listener, board_port in self._listeners]

    def close_all(self) -> None:
        """Give all ports back."""
        for listener, _ in self._listeners:
            listener.close()
        self._listeners = []

    def attach(self, clock: Clock, stack: Stack) -> None:
        """The board tells who it is; from now on sockets are looked after."""
        super().attach(clock, stack)
        self._later(POLL_SECONDS, self._poll)

    def _later(self, seconds: float, callback: Callable[..., None], *arguments: object) -> None:
        self.clock.after(cycles(seconds), partial(callback, *arguments))

    # --- what happens here ------------------------------------------------------------------------------------------

    def _is_here(self, address: int) -> bool:
        return address in self._here or address == self.stack.neighbour()

    def _poll(self) -> None:
        for listener, board_port in list(self._listeners):
            with suppress(BlockingIOError, InterruptedError, ConnectionError):
                client, (_, port) = listener.accept()
                self._add(client, board_port, self.stack.neighbour(), port, State.ASKING)
        for connection in list(self._connections) if self.stack.reachable() else ():
            if connection in self._connections:
                self._serve(connection)
        for board_port, datagrams in list(self._datagram_sockets.items()):
            with suppress(BlockingIOError, InterruptedError, ConnectionError):
                data, (_, port) = datagrams.recvfrom(2048)
                address = self._asked.get((board_port, port)) or self.stack.neighbour()
                self.stack.datagram(address, port, board_port, data)
        self._later(POLL_SECONDS, self._poll)

    def _add(self, client: socket.socket, board_port: int, address: int, port: int, state: State) -> int:
        client.setblocking(False)
        with suppress(OSError):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = self._next
        self._next += 1
        rewriter = PassiveRewriter(self._data_port) if board_port == FTP_PORT and state == State.ASKING else None
        self._connections[connection] = _Connection(
            client, board_port, address, port, state, since=self.clock.now, rewriter=rewriter
        )
        return connection

    def _data_port(self, board_port: int) -> int:
        """The port here that leads to a data port of the board's FTP server."""
        if board_port not in self._data_ports:
            listener = _listener(0, board_port)
            self._listeners.append((listener, board_port))
            self._data_ports[board_port] = listener.getsockname()[1]
        return self._data_ports[board_port]

    def _serve(self, number_: int) -> None:
        state = self._connections[number_]
        if state.state == State.ASKING:
            answer = self.stack.incoming(number_, state.address, state.port, state.board_port)
            if answer == Answer.ACCEPT:
                state.state = State.OPEN
                self.stack.established(number_)
            elif answer == Answer.REFUSE or self.clock.now - state.since > cycles(QUEUE_SECONDS):
                self._hang_up(number_)
                return
        elif state.state == State.CONNECTING:
            self._connected(number_)
        if state.state == State.OPEN:
            self._flush(number_)
            if number_ in self._connections and not state.host_closed:
                self._read(number_)

    def _read(self, connection: int) -> None:
        state = self._connections[connection]
        room = min(self.stack.receive_room(connection), MSS)
        while room > 0:
            try:
                data = state.socket.recv(room)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                self._forget(connection)
                self.stack.reset(connection)
                return
            if not data:
                state.host_closed = True
                self.stack.finished(connection)
                self._end_if_both_closed(connection)
                return
            self.stack.received(connection, data)
            if connection not in self._connections:
                return
            room = min(self.stack.receive_room(connection), MSS)

    def _flush(self, connection: int) -> None:
        state = self._connections.get(connection)
        if state is None or state.state != State.OPEN:
            return
        try:
            while state.outgoing:
                sent = state.socket.send(state.outgoing)
                del state.outgoing[:sent]
                self._acknowledge(connection, sent)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._forget(connection)
            self.stack.reset(connection)
            return
        if state.board_closed:
            with suppress(OSError):
                state.socket.shutdown(socket.SHUT_WR)
            self._end_if_both_closed(connection)

    def _acknowledge(self, connection: int, sent: int) -> None:
        segments = self._connections[connection].segments
        done = 0
        while segments and sent >= segments[0]:
            sent -= segments.pop(0)
            done += 1
        if segments:
            segments[0] -= sent
        if done:
            self.stack.acknowledged(connection, done)

    def _end_if_both_closed(self, connection: int) -> None:
        state = self._connections.get(connection)
        if state is not None and state.host_closed and state.board_closed and not state.outgoing:
            self._forget(connection)

    def _forget(self, connection: int) -> None:
        state = self._connections.pop(connection, None)
        if state is not None:
            state.socket.close()

    def _hang_up(self, connection: int) -> None:
        """End with a reset."""
        state = self._connections.get(connection)
        if state is not None:
            with suppress(OSError):
                state.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._forget(connection)

    def _connected(self, connection: int) -> None:
        state = self._connections[connection]
        result = state.socket.connect_ex((LOOPBACK, state.port))
        if result in (0, errno.EISCONN):
            state.state = State.OPEN
            self.stack.established(connection)
        elif result not in (errno.EINPROGRESS, errno.EALREADY, errno.EWOULDBLOCK):
            self._forget(connection)
            self.stack.failed(connection, "refused")

    # --- what the board does ----------------------------------------------------------------------------------------

    def open(self, address: int, port: int, local_port: int) -> int:
        """The board connects: to a service on this computer's loopback, other addresses can't be reached."""
        connection = self._add(socket.socket(), local_port, address, port, State.CONNECTING)
        if not self._is_here(address):
            self._forget(connection)
            self._later(POLL_SECONDS, self._unreachable, connection)
        return connection

    def _unreachable(self, connection: int) -> None:
        self.stack.failed(connection, "unreachable")

    def send(self, connection: int, data: bytes) -> None:
        """A segment of the board."""
        state = self._connections.get(connection)
        if state is None:
            self._later(SEND_SECONDS, self._gone, connection)
            return
        if state.rewriter is not None:
            data = state.rewriter.feed(data)
        if not data:
            self._later(SEND_SECONDS, self._held_back, connection)
            return
        state.outgoing += data
        state.segments.append(len(data))
        self._later(SEND_SECONDS, self._flush, connection)

    def _gone(self, connection: int) -> None:
        self.stack.reset(connection)

    def _held_back(self, connection: int) -> None:
        self.stack.acknowledged(connection, 1)

    def close(self, connection: int) -> None:
        """The board sends no more."""
        state = self._connections.get(connection)
        if state is not None:
            state.board_closed = True
            self._later(SEND_SECONDS, self._flush, connection)

    def abort(self, connection: int) -> None:
        """The board breaks off."""
        self._hang_up(connection)

    def window_opened(self, connection: int) -> None:
        """More is read at the next poll."""

    def send_datagram(self, address: int, port: int, local_port: int, data: bytes) -> None:
        """A datagram of the board, to this computer only."""
        if not self._is_here(address):
            return
        self._asked[local_port, port] = address
        if local_port not in self._datagram_sockets:
            datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            datagrams.bind((LOOPBACK, 0))
            datagrams.setblocking(False)
            self._datagram_sockets[local_port] = datagrams
        with suppress(OSError):
            self._datagram_sockets[local_port].sendto(data, (LOOPBACK, port))

    def resolve(self, name: str) -> int | None:
        """Only this computer has a name: host, or localhost."""
        return self.stack.neighbour() if name in ("host", "localhost") else None

    def answers_ping(self, address: int) -> bool:
        """This computer answers."""
        return self._is_here(address)

    def service(self, name: str) -> tuple[int, int, str] | None:
        """No mDNS services are looked for on this computer's networks."""
        return None

    def save(self) -> Any:
        """Sockets of this computer can't be saved: a restored board finds its connections broken."""
        return None

    def restore(self, state: Any) -> None:
        """Hang up on everybody."""
        for connection in list(self._connections):
            self._hang_up(connection)
            self.stack.reset(connection)
