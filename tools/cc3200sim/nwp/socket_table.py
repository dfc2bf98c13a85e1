"""The eight sockets and the connections behind them: what both ends of the network processor's stack share."""

from __future__ import annotations

import copy
import struct
from dataclasses import dataclass, field
from typing import Any, Protocol

from cc3200sim.nwp.netcfg import NetCfg
from cc3200sim.nwp.opcodes import Opcode
from cc3200sim.nwp.service import Link, Service
from cc3200sim.nwp.tls import TlsFailure, TlsOptions, TlsSession
from cc3200sim.nwp.wlan import Wlan
from cc3200sim.nwp.wlan_settings import ROLE_AP
from cc3200sim.world.net.api import Network

MAX_SOCKETS = 8
DEFAULT_WINDOW = 8192  # ours: bytes of the receive window unless SL_SO_RCVBUF says another size
FIRST_EPHEMERAL = 49152

STREAM, DATAGRAM = 1, 2
_TYPE_BITS = {(STREAM, False): 0x10, (STREAM, True): 0x50, (DATAGRAM, False): 0x00}

EVENT_OTHER_SIDE_CLOSED_TLS = 3


@dataclass
class Tcp:
    """One TCP connection of the board: `received` is what the peer sent and nobody took."""

    local_port: int
    address: int
    port: int
    established: bool = False
    received: bytearray = field(default_factory=bytearray)
    finished: bool = False
    broken: bool = False
    held_buffers: int = 0


@dataclass
class Socket:
    """One of the eight. `waiting_*` are commands of the host that are not answered yet."""

    kind: int
    secure: bool
    port: int = 0
    bound: bool = False  # to the port by sl_Bind
    listening: bool = False
    backlog: int = 0
    reserved: bool = False  # a listener's claim on a slot for its next client
    queue: list[int] = field(default_factory=list)
    connection: int = 0
    remote: tuple[int, int] | None = None
    datagrams: list[tuple[int, int, bytes]] = field(default_factory=list)
    non_blocking: bool = False
    timeout_ms: int = 0
    window: int = DEFAULT_WINDOW
    keepalive: bool = True
    connect_result: int | None = None
    connecting: bool = False
    tx_failed: bool = False
    waiting_accept: int = 0  # ticket
    waiting_connect: bool = False
    waiting_recv: tuple[int, int, int] | None = None  # opcode, length, ticket
    tls: TlsOptions = field(default_factory=TlsOptions)
    plain: bytearray = field(default_factory=bytearray)
    tls_closed: bool = False


class PacketLink(Link, Protocol):
    """A link with the packet buffers that sends and pending receives share."""

    @property
    def buffers_for_send(self) -> bool:
        """Whether the host may send now."""

    def free_buffer(self, *, quiet: bool = False) -> None:
        """A packet buffer is free again. quiet: another message to the host comes anyway."""


class SocketTable(Service):
    """Sockets by number 0 to 7, connections by the network's number, TLS sessions by connection."""

    def __init__(self, link: PacketLink, addresses: NetCfg, wlan: Wlan, network: Network) -> None:
        super().__init__(link)
        self.packets, self.network = link, network
        self._addresses, self._wlan = addresses, wlan
        self.clear()

    def clear(self) -> None:
        """Forget all sockets, as a restart does; connections are not told."""
        self.sockets: dict[int, Socket] = {}
        self.connections: dict[int, Tcp] = {}
        self.sessions: dict[int, TlsSession] = {}
        self._select: tuple[int, int, int] | None = None  # read set, write set, ticket
        self._ticket = 0
        self._ephemeral = FIRST_EPHEMERAL

    def save(self) -> dict[str, Any]:
        """The state for a snapshot; a TLS session can't be copied and comes back broken."""
        return {
            "sockets": copy.deepcopy(self.sockets),
            "connections": copy.deepcopy(self.connections),
            "select": self._select,
            "ticket": self._ticket,
            "ephemeral": self._ephemeral,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a saved state."""
        self.sockets = copy.deepcopy(state["sockets"])
        self.connections = copy.deepcopy(state["connections"])
        self._select, self._ticket, self._ephemeral = state["select"], state["ticket"], state["ephemeral"]
        self.sessions = {}
        for socket in self.sockets.values():
            if socket.secure and socket.connection in self.connections:
                self.connections[socket.connection].broken = True

    @property
    def non_blocking_mask(self) -> int:
        """SocketNonBlocking of every message."""
        return sum(1 << index for index, socket in self.sockets.items() if socket.non_blocking)

    @property
    def failed_mask(self) -> int:
        """SocketTXFailure of every message."""
        return sum(1 << index for index, socket in self.sockets.items() if socket.tx_failed)

    def descriptor(self, index: int) -> int:
        """What the host calls a socket: its number with the bits of its type."""
        socket = self.sockets[index]
        return _TYPE_BITS[socket.kind, socket.secure] | index

    def find(self, descriptor: int) -> tuple[int, Socket | None]:
        """Number of a descriptor, and the socket if there is one."""
        index = descriptor & 0xF
        return index, self.sockets.get(index)

    @property
    def slots_free(self) -> int:
        """How many more sockets there can be."""
        return MAX_SOCKETS - len(self.sockets) - sum(socket.reserved for socket in self.sockets.values())

    def add(self, socket: Socket) -> int:
        """Give a socket the lowest free number; the caller has made sure that there is one."""
        index = next(index for index in range(MAX_SOCKETS) if index not in self.sockets)
        self.sockets[index] = socket
        return index

    def next_ticket(self) -> int:
        """A number for a wait, by which its timeout knows whether it is still the one."""
        self._ticket += 1
        return self._ticket

    def own_address(self) -> int:
        """The address in the present role, 0 while there is none."""
        if not self._wlan.has_address:
            return 0
        addresses = self._addresses
        return addresses.access_point[0] if self._wlan.role == ROLE_AP else addresses.station[0]

    def port_taken(self, kind: int, port: int) -> bool:
        """Whether a socket of this kind is bound to the port."""
        sockets = self.sockets.values()
        return any(socket.port == port and socket.kind == kind and not socket.connection for socket in sockets)

    def ephemeral_port(self, kind: int) -> int:
        """A free port for a socket that did not ask for one."""
        while True:
            port = self._ephemeral
            self._ephemeral = port + 1 if port < 0xFFFF else FIRST_EPHEMERAL
            if not self.port_taken(kind, port):
                return port

    def owner(self, connection: int) -> int | None:
        """The socket of a connection; None when it is in a listener's queue or closed."""
        return next((index for index, socket in self.sockets.items() if socket.connection == connection), None)

    def listener_of(self, connection: int) -> int | None:
        """The listening socket in whose queue a connection is."""
        return next((index for index, socket in self.sockets.items() if connection in socket.queue), None)

    def transmit(self, connection: int, data: bytes) -> None:
        """Send on a connection."""
        if data:
            self.network.send(connection, data)

    def drop(self, connection: int) -> None:
        """Break a connection off."""
        if self.connections.pop(connection, None) is not None:
            self.network.abort(connection)

    def decrypt(self, connection: int, index: int) -> None:
        """Take what has arrived through the TLS session of a socket."""
        session, tcp, socket = self.sessions.get(connection), self.connections.get(connection), self.sockets[index]
        if session is None or tcp is None or not session.ready:
            return
        data = bytes(tcp.received)
        tcp.received.clear()
        try:
            plain, done = session.decrypt(data)
        except TlsFailure:
            tcp.broken = True
            return
        socket.plain += plain
        if done and not socket.tls_closed:
            socket.tls_closed = True
            self.link.send(
                Opcode.SOCKET_SOCKETASYNCEVENT,
                struct.pack("<BBhI", self.descriptor(index), EVENT_OTHER_SIDE_CLOSED_TLS, 0, 0),
            )
        self.transmit(connection, session.pending())
        self.network.window_opened(connection)
