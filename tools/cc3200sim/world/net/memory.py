"""A network that lives in memory: deterministic, its peers scripted by tests.

What is here is TCP and UDP as the ends see them: connections, bytes in order, closes and resets. A lost TCP segment
comes later, a lost datagram never. Addresses are IPv4 as numbers on the inside, dotted strings in what tests call.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cc3200sim.clock import cycles
from cc3200sim.world.net.api import HOST_ADDRESS, MSS, Answer, Attached, State, dotted, number

RETRANSMIT_SECONDS = 0.2  # what a lost segment is late
UNREACHABLE_SECONDS = 1.0  # how often a segment is repeated while the board is out of reach
GIVE_UP_SECONDS = 120.0  # ours: how long the board's TCP repeats a segment that nobody acknowledges
FIRST_PORT = 49152  # of in-memory clients, in turn (RFC 6335: dynamic ports)


@dataclass
class _Connection:
    """State of one connection in memory. `pending` waits for the board's window, `received` for the script."""

    address: int
    port: int
    board_port: int
    state: State = State.CONNECTING
    pending: bytearray = field(default_factory=bytearray)
    closing: bool = False  # a close waits behind what is pending
    in_flight: int = 0
    received: bytearray = field(default_factory=bytearray)
    board_closed: bool = False
    paused: bool = False
    unacknowledged: int = 0
    cut: bool = False
    giving_up: bool = False
    blocked_since: int | None = None  # cycle since when the board is out of reach of what was sent
    last_to_board: int = 0
    last_from_board: int = 0
    received_at: int = 0

    def copy(self) -> _Connection:
        """A copy of its own; thousands of them are in a snapshot after a long test."""
        twin = copy.copy(self)
        twin.pending, twin.received = bytearray(self.pending), bytearray(self.received)
        return twin


class Stream:
    """A script's hold on a connection. Nothing moves until the machine runs."""

    def __init__(self, network: MemoryNetwork, connection: int) -> None:
        self._network = network
        self._number = connection

    @property
    def _connection(self) -> _Connection:
        return self._network.connections[self._number]

    @property
    def state(self) -> str:
        """connecting, open, refused or reset."""
        return self._connection.state

    @property
    def peer_closed(self) -> bool:
        """Whether the board has sent its last byte."""
        return self._connection.board_closed

    @property
    def received_at(self) -> int:
        """The cycle when the last bytes, or the end of them, came from the board."""
        return self._connection.received_at

    @property
    def received(self) -> bytes:
        """What came from the board and was not taken yet."""
        return bytes(self._connection.received)

    def receive(self, limit: int | None = None) -> bytes:
        """Take what came from the board."""
        buffer = self._connection.received
        data = bytes(buffer[:limit])
        del buffer[: len(data)]
        return data

    def send(self, data: bytes) -> None:
        """Send bytes to the board, before the connection stands if need be."""
        self._connection.pending += data
        self._network.push(self._number)

    def close(self) -> None:
        """Send no more (half-close: the board may still send)."""
        self._connection.closing = True
        self._network.push(self._number)

    def reset(self) -> None:
        """Break the connection off."""
        self._network.reset_by_peer(self._number)

    def cut(self) -> None:
        """Pull the cable: from now on nothing gets through in either direction, and nobody is told.

        The board's TCP gives up on what it sends after two minutes; what it only listens to stays as it is.
        """
        self._network.cut(self._number)

    def pause(self) -> None:
        """Stop taking bytes: the board's send buffers fill up."""
        self._connection.paused = True

    def resume(self) -> None:
        """Take bytes again."""
        self._connection.paused = False
        self._network.acknowledge(self._number)


class Listener:
    """A port of a peer where the board may connect to."""

    def __init__(self, network: MemoryNetwork, key: tuple[int, int]) -> None:
        self._network = network
        self._key = key

    @property
    def accepted(self) -> list[Stream]:
        """Connections so far, oldest first."""
        return [Stream(self._network, connection) for connection in self._network.listeners.get(self._key, [])]

    def close(self) -> None:
        """Refuse further connections."""
        self._network.listeners.pop(self._key, None)


class UdpPeer:
    """A UDP port of a peer."""

    def __init__(self, network: MemoryNetwork, key: tuple[int, int]) -> None:
        self._network = network
        self._key = key

    def send(self, data: bytes, board_port: int) -> None:
        """Send a datagram to the board."""
        self._network.datagram_to_board(self._key, board_port, data)

    def receive(self) -> tuple[bytes, int] | None:
        """The oldest datagram from the board with the port it came from, None when there is none."""
        queue = self._network.udp_peers[self._key]
        return queue.pop(0) if queue else None


class MemoryNetwork(Attached):
    """The network in memory. `delay` seconds one way, `rate` bytes a second, `loss` the share of packets lost."""

    STATE = (
        *("listeners", "udp_peers", "names", "hosts", "services", "delay", "rate", "loss"),
        *("_next", "_next_port", "_last_in", "_last_out"),
    )

    def __init__(self, *, delay: float = 1e-3, rate: float = 1.5e6, loss: float = 0.0, seed: int = 1) -> None:
        self.delay = delay
        self.rate = rate  # SWAS032: about 12 Mbit/s of TCP payload
        self.loss = loss
        self.connections: dict[int, _Connection] = {}
        self.listeners: dict[tuple[int, int], list[int]] = {}
        self.udp_peers: dict[tuple[int, int], list[tuple[bytes, int]]] = {}
        self.names: dict[str, str] = {}
        self.hosts: set[str] = {HOST_ADDRESS}
        self.services: dict[str, tuple[str, int, str]] = {}
        self._random = random.Random(seed)
        self._next = 1
        self._next_port = FIRST_PORT
        self._last_in = self._last_out = 0  # cycles: datagrams don't overtake each other
        super().__init__()

    # --- for tests --------------------------------------------------------------------------------------------------

    def connect(self, board_port: int, *, address: str = HOST_ADDRESS) -> Stream:
        """Connect to a port of the board."""
        connection = self._new(number(address), self._next_port, board_port)
        self._next_port = self._next_port + 1 if self._next_port < 0xFFFF else FIRST_PORT
        self._later(0, self._request, connection, 0)
        return Stream(self, connection)

    def listen(self, port: int, *, address: str = HOST_ADDRESS) -> Listener:
        """Take connections of the board at an address and port."""
        key = (number(address), port)
        self.hosts.add(address)
        self.listeners[key] = []
        return Listener(self, key)

    def udp(self, port: int, *, address: str = HOST_ADDRESS) -> UdpPeer:
        """A UDP port of a peer."""
        key = (number(address), port)
        self.hosts.add(address)
        self.udp_peers[key] = []
        return UdpPeer(self, key)

    def ask_mdns(self, name: str) -> tuple[str, int, str] | None:
        """Look for the board's name in .local, or for the end of a service's name: address, port (0), text."""
        found = self.stack.answer_mdns(name)
        return None if found is None else (dotted(found[0]), found[1], found[2])

    def ask_dns(self, name: str) -> str | None:
        """Ask the DNS server of the board's access point."""
        found = self.stack.answer_dns(name)
        return None if found is None else dotted(found)

    # --- the machinery ----------------------------------------------------------------------------------------------

    def _new(self, address: int, port: int, board_port: int) -> int:
        connection = self._next
        self._next += 1
        self.connections[connection] = _Connection(address, port, board_port)
        return connection

    def _later(self, seconds: float, callback: Callable[..., None], *arguments: object) -> None:
        self.clock.after(cycles(seconds), partial(callback, *arguments))

    def _lost(self) -> bool:
        return self.loss > 0 and self._random.random() < self.loss

    def _travel(self, last: int, size: int) -> int:
        """The cycle a segment arrives that must not overtake the last one."""
        late = 0.0
        while self._lost():
            late += RETRANSMIT_SECONDS
        return max(last, self.clock.now + cycles(self.delay + late)) + cycles(size / self.rate)

    def _to_board(self, connection: int, size: int, callback: Callable[..., None], *arguments: object) -> None:
        state = self.connections[connection]
        state.last_to_board = self._travel(state.last_to_board, size)
        self.busy.add(self.clock.now, state.last_to_board)
        self.clock.at(state.last_to_board, partial(self._arrive, True, connection, callback, arguments))

    def _from_board(self, connection: int, size: int, callback: Callable[..., None], *arguments: object) -> None:
        state = self.connections.get(connection)
        if state is not None:
            state.last_from_board = self._travel(state.last_from_board, size)
            self.busy.add(self.clock.now, state.last_from_board)
            self.clock.at(state.last_from_board, partial(self._arrive, False, connection, callback, arguments))

    def _arrive(
        self, to_board: bool, connection: int, callback: Callable[..., None], arguments: tuple[object, ...]
    ) -> None:
        """What was sent is there. While the board is out of reach it is repeated, in order, up to a limit."""
        state = self.connections[connection]
        if self.stack.reachable():
            state.blocked_since = None
            callback(connection, *arguments)
            return
        now = self.clock.now
        if state.blocked_since is None:
            state.blocked_since = now
        if now - state.blocked_since > cycles(GIVE_UP_SECONDS):
            if to_board:
                state.state = State.RESET  # the peer has given up too
            return
        again = now + cycles(UNREACHABLE_SECONDS)
        self.busy.add(now, again)
        if to_board:
            state.last_to_board = max(state.last_to_board, again)
        else:
            state.last_from_board = max(state.last_from_board, again)
            self._start_giving_up(connection)
        self.clock.at(again, partial(self._arrive, to_board, connection, callback, arguments))

    def cut(self, connection: int) -> None:
        """Nothing gets through any more."""
        state = self.connections[connection]
        state.cut = True
        if state.unacknowledged:
            self._start_giving_up(connection)

    def _start_giving_up(self, connection: int) -> None:
        """The board's TCP repeats what nobody acknowledges, but not for ever."""
        state = self.connections[connection]
        if not state.giving_up:
            state.giving_up = True
            self._later(GIVE_UP_SECONDS, self._give_up, connection)

    def _give_up(self, connection: int) -> None:
        state = self.connections[connection]
        state.giving_up = False
        if state.cut or (state.paused and state.board_closed) or not self.stack.reachable():
            self.stack.reset(connection)

    # connections of peers to the board

    def _request(self, connection: int, attempt: int) -> None:
        self._to_board(connection, 0, self._request_arrived, attempt)

    def _request_arrived(self, connection: int, attempt: int) -> None:
        state = self.connections[connection]
        if state.cut:
            return
        answer = self.stack.incoming(connection, state.address, state.port, state.board_port)
        if answer == Answer.ACCEPT:
            self._from_board(connection, 0, self._opened)
        elif answer == Answer.REFUSE:
            self._from_board(connection, 0, self._refused)
        elif attempt < 5:
            self._later(2.0**attempt, self._request, connection, attempt + 1)
        else:
            state.state = State.REFUSED

    def _opened(self, connection: int) -> None:
        self.connections[connection].state = State.OPEN
        self._to_board(connection, 0, self._request_done)
        self.push(connection)

    def _request_done(self, connection: int) -> None:
        if not self.connections[connection].cut:
            self.stack.established(connection)

    def _refused(self, connection: int) -> None:
        self.connections[connection].state = State.REFUSED

    def push(self, connection: int) -> None:
        """Send what is pending, as far as the board's window goes; then the close if one waits."""
        state = self.connections[connection]
        if state.state != State.OPEN or state.cut:
            return
        while state.pending:
            room = self.stack.receive_room(connection) - state.in_flight
            segment = bytes(state.pending[: min(MSS, room)]) if room > 0 else b""
            if not segment:
                return
            del state.pending[: len(segment)]
            state.in_flight += len(segment)
            self._to_board(connection, len(segment), self._segment_arrived, segment)
        if state.closing:
            state.closing = False
            self._to_board(connection, 0, self._close_arrived)

    def _segment_arrived(self, connection: int, data: bytes) -> None:
        state = self.connections[connection]
        state.in_flight -= len(data)
        if not state.cut and state.state == State.OPEN:
            self.stack.received(connection, data)

    def _close_arrived(self, connection: int) -> None:
        state = self.connections[connection]
        if not state.cut and state.state == State.OPEN:
            self.stack.finished(connection)

    def reset_by_peer(self, connection: int) -> None:
        """A peer breaks off."""
        state = self.connections[connection]
        state.state = State.RESET
        if not state.cut:
            self._to_board(connection, 0, self._reset_arrived)

    def _reset_arrived(self, connection: int) -> None:
        self.stack.reset(connection)

    def window_opened(self, connection: int) -> None:
        """The board has room for more again."""
        if connection in self.connections:
            self._from_board(connection, 0, self.push)

    # what the board sends

    def open(self, address: int, port: int, local_port: int) -> int:
        """The board asks for a connection."""
        connection = self._new(address, port, local_port)
        self._from_board(connection, 0, self._asked)
        return connection

    def _asked(self, connection: int) -> None:
        state = self.connections[connection]
        waiting = self.listeners.get((state.address, state.port))
        if waiting is not None:
            waiting.append(connection)
            state.state = State.OPEN
            self._to_board(connection, 0, self._established)
        elif dotted(state.address) in self.hosts:
            state.state = State.REFUSED
            self._to_board(connection, 0, self._not_established)

    def _established(self, connection: int) -> None:
        if self.connections[connection].state == State.OPEN:
            self.stack.established(connection)
            self.push(connection)

    def _not_established(self, connection: int) -> None:
        self.stack.failed(connection, "refused")

    def send(self, connection: int, data: bytes) -> None:
        """A segment of the board is on its way."""
        self._from_board(connection, len(data), self._segment_from_board, data)

    def _segment_from_board(self, connection: int, data: bytes) -> None:
        state = self.connections[connection]
        if state.cut:
            self._start_giving_up(connection)
            return
        if state.state != State.OPEN:
            self._to_board(connection, 0, self._reset_arrived)
            return
        state.received += data
        state.received_at = self.clock.now
        state.unacknowledged += 1
        if not state.paused:
            self.acknowledge(connection)

    def acknowledge(self, connection: int) -> None:
        """Tell the board what has been taken."""
        state = self.connections[connection]
        if state.unacknowledged and not state.cut:
            self._to_board(connection, 0, self._acknowledged, state.unacknowledged)
            state.unacknowledged = 0

    def _acknowledged(self, connection: int, segments: int) -> None:
        self.stack.acknowledged(connection, segments)

    def close(self, connection: int) -> None:
        """The board sends no more. A peer that does not take what was sent before is not waited for without end."""
        if self.connections[connection].paused:
            self._start_giving_up(connection)
        self._from_board(connection, 0, self._closed_by_board)

    def _closed_by_board(self, connection: int) -> None:
        state = self.connections[connection]
        if not state.cut:
            state.board_closed = True
            state.received_at = self.clock.now

    def abort(self, connection: int) -> None:
        """The board breaks off."""
        self._from_board(connection, 0, self._aborted_by_board)

    def _aborted_by_board(self, connection: int) -> None:
        state = self.connections[connection]
        if not state.cut and state.state != State.REFUSED:
            state.state = State.RESET

    # datagrams, names

    def send_datagram(self, address: int, port: int, local_port: int, data: bytes) -> None:
        """A datagram of the board."""
        if not self._lost():
            self._last_out = max(self._last_out, self.clock.now + cycles(self.delay)) + cycles(len(data) / self.rate)
            self.busy.add(self.clock.now, self._last_out)
            self.clock.at(self._last_out, partial(self._datagram_from_board, address, port, local_port, data))

    def _datagram_from_board(self, address: int, port: int, local_port: int, data: bytes) -> None:
        if (address, port) in self.udp_peers and self.stack.reachable():
            self.udp_peers[address, port].append((data, local_port))

    def datagram_to_board(self, source: tuple[int, int], board_port: int, data: bytes) -> None:
        """A datagram of a peer."""
        if not self._lost():
            self._last_in = max(self._last_in, self.clock.now + cycles(self.delay)) + cycles(len(data) / self.rate)
            self.busy.add(self.clock.now, self._last_in)
            self.clock.at(self._last_in, partial(self._datagram_arrived, source, board_port, data))

    def _datagram_arrived(self, source: tuple[int, int], board_port: int, data: bytes) -> None:
        if self.stack.reachable():
            self.stack.datagram(source[0], source[1], board_port, data)

    def resolve(self, name: str) -> int | None:
        """The address of a name."""
        address = self.names.get(name)
        return None if address is None else number(address)

    def answers_ping(self, address: int) -> bool:
        """Whether anybody is there."""
        return dotted(address) in self.hosts

    def service(self, name: str) -> tuple[int, int, str] | None:
        """An mDNS service of a peer, found by the end of its name."""
        for full, (address, port, text) in self.services.items():
            if full.endswith(name):
                return number(address), port, text
        return None

    # snapshots

    def save(self) -> dict[str, Any]:
        """The state for a snapshot."""
        state = {name: copy.deepcopy(getattr(self, name)) for name in self.STATE}
        connections = {number: connection.copy() for number, connection in self.connections.items()}
        return {**state, "connections": connections, "random": self._random.getstate(), "busy": self.busy.cycles}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a saved state."""
        for name in self.STATE:
            setattr(self, name, copy.deepcopy(state[name]))
        self.connections = {number: connection.copy() for number, connection in state["connections"].items()}
        self._random.setstate(state["random"])
        self.busy.cycles = state["busy"]
