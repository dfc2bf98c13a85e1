"""Sockets: TCP and UDP over the network of the world, TLS on top (socket.h, socket.c, SWRU455 chapter "Socket").

Limits of the chip: eight sockets, of which a listening one holds a second for the next client (SWRU455 6.5.1.2);
1460 bytes a TCP message, 1472 a UDP one; two TLS sockets. Where TI does not say which message carries EAGAIN, it is
the command's response.
"""

from __future__ import annotations

import copy
import struct
from dataclasses import dataclass, field
from typing import Any

from cc3200sim.nwp.errors import SocketError, TlsError
from cc3200sim.nwp.service import Handler, Service, log, response_of
from cc3200sim.nwp.tls import TlsFailure, TlsOptions, TlsSession, make_context

MAX_SOCKETS = 8
MAX_TLS = 2
TCP_MESSAGE, UDP_MESSAGE, SECURE_MESSAGE = 1460, 1472, 1386
DEFAULT_WINDOW = 8192
MAX_DATAGRAMS = 8  # ours: how many a socket keeps until they are taken
CONNECT_SECONDS = 12.0  # ours: SYN tries after 0, 3 and 6 seconds, then some
HANDSHAKE_SECONDS = 10.0  # ours
TLS_PUBLIC_KEY_SECONDS = 0.3  # a handshake's public-key work on the chip, in its order of magnitude
SEND_SECONDS = 1e-3  # a datagram leaves its buffer

AF_INET = 2
STREAM, DATAGRAM, RAW = 1, 2, 3
SECURE_PROTOCOL = 100
_TYPE_BITS = {(STREAM, False): 0x10, (STREAM, True): 0x50, (DATAGRAM, False): 0x00}

RECV, RECVFROM, SEND, SENDTO, SENDTO_V6 = 0x940A, 0x940B, 0x940C, 0x940D, 0x960D
ACCEPT_ASYNC, CONNECT_ASYNC, SELECT_ASYNC = 0x1003, 0x1006, 0x1007
RECV_ASYNC, RECVFROM_ASYNC, TX_FAILED, ASYNC_EVENT = 0x100A, 0x100B, 0x100E, 0x100F
EVENT_SSL_ACCEPT, EVENT_OTHER_SIDE_CLOSED_TLS = 1, 3
DONT_WAIT = 0x8
FIRST_EPHEMERAL = 49152

SOL_SOCKET, SOL_IP, SOL_PHY = 1, 2, 3
SO_RCVBUF, SO_KEEPALIVE, SO_RCVTIMEO, SO_NONBLOCKING = 8, 9, 20, 24
SO_SECMETHOD, SO_SECURE_MASK, SO_SECURE_FILES = 25, 26, 27
SO_PRIVATE_KEY, SO_CERTIFICATE, SO_CA, SO_DH = 30, 31, 32, 33
_FILE_OPTIONS = {SO_PRIVATE_KEY: "private_key", SO_CERTIFICATE: "certificate", SO_CA: "ca", SO_DH: "dh"}
IP_OPTIONS = (60, 61, 65, 66)


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


class Sockets(Service):
    """The commands of the socket silo, and the board's end of the network."""

    def __init__(self, processor: object) -> None:
        super().__init__(processor)  # type: ignore[arg-type]
        self._clear()

    def _clear(self) -> None:
        self.sockets: dict[int, Socket] = {}
        self.connections: dict[int, Tcp] = {}
        self._tls: dict[int, TlsSession] = {}
        self._select: tuple[int, int, int] | None = None  # read set, write set, ticket
        self._ticket = 0
        self._ephemeral = FIRST_EPHEMERAL

    def start(self) -> None:
        """No socket is open."""
        self._clear()

    def stop(self) -> None:
        """Connections just end: the peers are not told by a chip without power, but by its next reset answer."""
        for connection in self.connections:
            self.nwp.network.abort(connection)
        self._clear()

    @property
    def commands(self) -> dict[int, Handler]:
        """Commands of the socket silo."""
        return {
            0x9401: self._socket,
            0x9402: self._close,
            0x9403: self._accept,
            0x9404: self._bind,
            0x9604: self._refuse_v6,
            0x9405: self._listen,
            0x9406: self._connect,
            0x9606: self._refuse_v6,
            0x9407: self._select_command,
            0x9408: self._set_option,
            0x9409: self._get_option,
            RECV: self._recv,
            RECVFROM: self._recv,
            SEND: self._send,
            SENDTO: self._send_to,
            SENDTO_V6: self._refuse_send_v6,
        }

    # --- state ------------------------------------------------------------------------------------------------------

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
        self._tls = {}
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

    def _descriptor(self, index: int) -> int:
        socket = self.sockets[index]
        return _TYPE_BITS[socket.kind, socket.secure] | index

    def _get(self, descriptor: int) -> tuple[int, Socket | None]:
        index = descriptor & 0xF
        return index, self.sockets.get(index)

    @property
    def _slots_free(self) -> int:
        return MAX_SOCKETS - len(self.sockets) - sum(socket.reserved for socket in self.sockets.values())

    def _new(self, socket: Socket) -> int:
        index = next(index for index in range(MAX_SOCKETS) if index not in self.sockets)
        self.sockets[index] = socket
        return index

    def _answer(self, opcode: int, status: int, descriptor: int) -> None:
        """_SocketResponse_t."""
        self.nwp.reply(response_of(opcode), struct.pack("<hBx", status, descriptor))

    def _next_ticket(self) -> int:
        self._ticket += 1
        return self._ticket

    def _own_address(self) -> int:
        netcfg, wlan = self.nwp.netcfg, self.nwp.wlan
        if not wlan.has_address:
            return 0
        return netcfg.access_point[0] if wlan.role == 2 else netcfg.station[0]

    # --- opening and closing ----------------------------------------------------------------------------------------

    def _socket(self, opcode: int, body: bytes) -> None:
        domain, kind, protocol = body[0], body[1], body[2]
        secure = protocol == SECURE_PROTOCOL
        if domain != AF_INET:
            status: int = SocketError.EAFNOSUPPORT
        elif kind not in (STREAM, DATAGRAM):
            log.warning("raw sockets are not modelled: refused")
            status = SocketError.ESOCKTNOSUPPORT
        elif protocol not in ((0, 2, 6, SECURE_PROTOCOL) if kind == STREAM else (0, 2, 17)):
            status = SocketError.EPROTONOSUPPORT
        elif self._slots_free < 1:
            status = SocketError.ENSOCK
        elif secure and sum(socket.secure for socket in self.sockets.values()) >= MAX_TLS:
            status = TlsError.TOO_MANY_SSL
        else:
            index = self._new(Socket(kind, secure))
            self._answer(opcode, 0, self._descriptor(index))
            return
        self._answer(opcode, status, 0)

    def _close(self, opcode: int, body: bytes) -> None:
        index, socket = self._get(body[0])
        if socket is None:
            self._answer(opcode, SocketError.EBADF, body[0])
            return
        self._answer(opcode, 0, body[0])
        if socket.waiting_recv is not None:
            self._finish_recv(index, SocketError.EBADF)
        if socket.waiting_accept:
            self._finish_accept(index, SocketError.EBADF)
        if socket.waiting_connect:
            self._finish_connect(index, SocketError.EBADF)
        for connection in socket.queue:
            self._drop(connection)
        session = self._tls.pop(socket.connection, None)
        if socket.connection in self.connections:
            if session is not None and session.ready:
                self._transmit(socket.connection, session.finish())
            self._part(socket.connection)
        del self.sockets[index]
        self._check_select()

    def _drop(self, connection: int) -> None:
        """Break a connection off."""
        if self.connections.pop(connection, None) is not None:
            self.nwp.network.abort(connection)

    def _part(self, connection: int) -> None:
        """Close a connection: what was sent still goes out; what comes from now on is answered by a reset."""
        tcp = self.connections[connection]
        if not tcp.established:
            self.nwp.network.abort(connection)
        elif not tcp.broken:
            self.nwp.network.close(connection)
        if tcp.held_buffers == 0:
            del self.connections[connection]
        else:
            tcp.local_port = 0  # only its buffers are still out

    def _refuse_v6(self, opcode: int, body: bytes) -> None:
        log.warning("IPv6 is not modelled: refused")
        self._answer(opcode, SocketError.EAFNOSUPPORT, body[2] if len(body) > 2 else 0)

    def _bind(self, opcode: int, body: bytes) -> None:
        _, descriptor, family = struct.unpack_from("<hBB", body)
        port, _, address = struct.unpack_from(">HHI", body, 4)
        _, socket = self._get(descriptor)
        status = 0
        if socket is None:
            status = SocketError.EBADF
        elif family >> 4 != AF_INET:
            status = SocketError.EAFNOSUPPORT
        elif socket.port:
            status = SocketError.EINVAL
        elif address not in (0, self._own_address()):
            status = SocketError.EADDRNOTAVAIL
        elif port and self._port_taken(socket.kind, port):
            status = SocketError.EADDRINUSE
        else:
            socket.port = port or self._ephemeral_port(socket.kind)
        self._answer(opcode, status, descriptor)

    def _port_taken(self, kind: int, port: int) -> bool:
        sockets = self.sockets.values()
        return any(socket.port == port and socket.kind == kind and not socket.connection for socket in sockets)

    def _ephemeral_port(self, kind: int) -> int:
        while True:
            port = self._ephemeral
            self._ephemeral = port + 1 if port < 0xFFFF else FIRST_EPHEMERAL
            if not self._port_taken(kind, port):
                return port

    def _listen(self, opcode: int, body: bytes) -> None:
        _, socket = self._get(body[0])
        status = 0
        if socket is None:
            status = SocketError.EBADF
        elif socket.kind != STREAM:
            status = SocketError.EOPNOTSUPP
        elif not socket.port or socket.connection:
            status = SocketError.EINVAL
        elif not socket.listening and self._slots_free < 1:
            status = SocketError.ENSOCK
        else:
            socket.listening = socket.reserved = True
            socket.backlog = max(body[1], 1)
        self.reply(opcode, status)

    # --- accept -----------------------------------------------------------------------------------------------------

    def _accept(self, opcode: int, body: bytes) -> None:
        descriptor = body[0]
        index, socket = self._get(descriptor)
        ready = socket is not None and self._next_client(socket) is not None
        status = 0
        if socket is None:
            status = SocketError.EBADF
        elif not socket.listening:
            status = SocketError.EINVAL
        elif socket.waiting_accept:
            status = SocketError.INEXE
        elif socket.non_blocking and not ready:
            status = SocketError.EAGAIN
        self._answer(opcode, status, descriptor)
        if status or socket is None:
            return
        socket.waiting_accept = self._next_ticket()
        if ready:
            self._try_accept(index)
        elif socket.timeout_ms:
            self.nwp.after(socket.timeout_ms / 1000, self._accept_timeout, index, socket.waiting_accept)

    def _accept_timeout(self, index: int, ticket: int) -> None:
        socket = self.sockets.get(index)
        if socket is not None and socket.waiting_accept == ticket:
            self._finish_accept(index, SocketError.EAGAIN)

    def _next_client(self, socket: Socket) -> int | None:
        """The first connection of the queue that accept may hand out."""
        for connection in socket.queue:
            session = self._tls.get(connection)
            if not socket.secure or (session is not None and session.ready):
                return connection
        return None

    def _try_accept(self, index: int) -> None:
        socket = self.sockets[index]
        connection = self._next_client(socket)
        if connection is None or not socket.waiting_accept:
            return
        if not socket.reserved and self._slots_free < 1:
            return  # no socket for it: it waits in the queue
        socket.reserved = False
        socket.queue.remove(connection)
        tcp = self.connections[connection]
        client = Socket(STREAM, socket.secure, port=socket.port, connection=connection, remote=(tcp.address, tcp.port))
        client.window = socket.window
        client.non_blocking = socket.non_blocking  # inherited: the stock firmware's servers rely on it
        new = self._new(client)
        self._claim(socket)
        self._finish_accept(index, self._descriptor(new), tcp.address, tcp.port)
        if socket.secure:
            self._decrypt(connection, new)

    def _claim(self, socket: Socket) -> None:
        """A listener holds a slot for its next client when there is one."""
        if socket.listening and not socket.reserved and self._slots_free >= 1:
            socket.reserved = True

    def _finish_accept(self, index: int, status: int, address: int = 0, port: int = 0) -> None:
        self.sockets[index].waiting_accept = 0
        head = struct.pack("<hBB", status, self._descriptor(index), AF_INET)
        self.nwp.send(ACCEPT_ASYNC, head + struct.pack(">HHI", port, 0, address))

    # --- connect ----------------------------------------------------------------------------------------------------

    def _connect(self, opcode: int, body: bytes) -> None:
        _, descriptor, family = struct.unpack_from("<hBB", body)
        port, _, address = struct.unpack_from(">HHI", body, 4)
        index, socket = self._get(descriptor)
        status = 0
        start = False
        if socket is None:
            status = SocketError.EBADF
        elif family >> 4 != AF_INET:
            status = SocketError.EAFNOSUPPORT
        elif socket.kind == DATAGRAM:
            socket.remote = (address, port)
            socket.port = socket.port or self._ephemeral_port(DATAGRAM)
            socket.connect_result = 0
        elif socket.listening:
            status = SocketError.EINVAL
        elif socket.connect_result is not None and socket.non_blocking:
            status, socket.connect_result = socket.connect_result, None
        elif socket.connecting:
            status = SocketError.EALREADY
        elif socket.connection:
            status = SocketError.EISCONN
        elif not self._own_address():
            status = SocketError.ENETUNREACH
        else:
            start = True
            status = SocketError.EALREADY if socket.non_blocking else 0
        if socket is not None and start:
            status = self._begin_connect(index, socket, address, port) or status
        self._answer(opcode, status, descriptor)
        if socket is None or status:
            return
        if start:
            socket.waiting_connect = True
        else:  # a datagram socket, or the end of a non-blocking connect
            self.nwp.send(CONNECT_ASYNC, struct.pack("<hBx", 0, descriptor))

    def _begin_connect(self, index: int, socket: Socket, address: int, port: int) -> int:
        context = None
        if socket.secure:
            try:
                context = make_context(self.nwp.flash, socket.tls, server=False)
            except TlsFailure as failure:
                return failure.code
        socket.port = socket.port or self._ephemeral_port(STREAM)
        socket.remote = (address, port)
        socket.connecting = True
        socket.connection = self.nwp.network.open(address, port, socket.port)
        self.connections[socket.connection] = Tcp(socket.port, address, port)
        if context is not None:
            self._tls[socket.connection] = TlsSession(context, server=False)
        self.nwp.after(CONNECT_SECONDS, self._connect_timeout, index, socket.connection)
        return 0

    def _connect_timeout(self, index: int, connection: int) -> None:
        socket = self.sockets.get(index)
        if socket is not None and socket.connecting and socket.connection == connection:
            if not self.connections[connection].established:
                self._connect_done(index, SocketError.ETIMEDOUT)
            else:
                self.nwp.after(HANDSHAKE_SECONDS, self._handshake_timeout, index, connection)

    def _handshake_timeout(self, index: int, connection: int) -> None:
        socket = self.sockets.get(index)
        if socket is not None and socket.connecting and socket.connection == connection:
            self._connect_done(index, TlsError.HANDSHAKE_TIMEOUT)

    def _connect_done(self, index: int, status: int) -> None:
        """A connect is over. Two TLS codes are warnings: the connection stands."""
        socket = self.sockets[index]
        socket.connecting = False
        if status not in (0, TlsError.NOT_VERIFIED, TlsError.DATE_ERROR):
            self._tls.pop(socket.connection, None)
            self._drop(socket.connection)
            socket.connection = 0
        if socket.waiting_connect:
            self._finish_connect(index, status)
        else:
            socket.connect_result = status
        self._check_select()

    def _finish_connect(self, index: int, status: int) -> None:
        self.sockets[index].waiting_connect = False
        self.nwp.send(CONNECT_ASYNC, struct.pack("<hBx", status, self._descriptor(index)))

    # --- receive ----------------------------------------------------------------------------------------------------

    def _recv(self, opcode: int, body: bytes) -> None:
        length, descriptor, flags = struct.unpack_from("<HBB", body)
        index, socket = self._get(descriptor)
        if socket is None:
            self._send_received(opcode, SocketError.EBADF, descriptor, None, b"")
            return
        ticket = self._next_ticket()
        if socket.waiting_recv is not None:
            self._send_received(opcode, SocketError.INEXE, descriptor, None, b"")
            return
        socket.waiting_recv = (opcode, length, ticket)
        if self._try_recv(index):
            return
        if socket.non_blocking or flags & DONT_WAIT:
            self._finish_recv(index, SocketError.EAGAIN)
        elif socket.timeout_ms:
            self.nwp.after(socket.timeout_ms / 1000, self._recv_timeout, index, ticket)

    def _recv_timeout(self, index: int, ticket: int) -> None:
        socket = self.sockets.get(index)
        if socket is not None and socket.waiting_recv is not None and socket.waiting_recv[2] == ticket:
            self._finish_recv(index, SocketError.EAGAIN)

    def _readable(self, socket: Socket) -> bool:
        if socket.listening:
            return self._next_client(socket) is not None
        if socket.kind == DATAGRAM:
            return bool(socket.datagrams)
        tcp = self.connections.get(socket.connection)
        if tcp is None:
            return False
        if socket.secure:
            return bool(socket.plain) or socket.tls_closed or tcp.finished or tcp.broken
        return bool(tcp.received) or tcp.finished or tcp.broken

    def _try_recv(self, index: int) -> bool:
        """Answer a receive that waits, if there is something to say."""
        socket = self.sockets[index]
        if socket.waiting_recv is None:
            return False
        _, length, _ = socket.waiting_recv
        if socket.listening:
            self._finish_recv(index, SocketError.ENOTCONN)
            return True
        if socket.kind == DATAGRAM:
            if not socket.datagrams:
                return False
            address, port, data = socket.datagrams.pop(0)
            self._finish_recv(index, 0, (address, port), data[:length])
            return True
        tcp = self.connections.get(socket.connection)
        if tcp is None or not tcp.established:
            self._finish_recv(index, SocketError.ENOTCONN)
            return True
        buffer = socket.plain if socket.secure else tcp.received
        data = bytes(buffer[: min(length, SECURE_MESSAGE if socket.secure else TCP_MESSAGE)])
        if data:
            del buffer[: len(data)]
            self._finish_recv(index, 0, (tcp.address, tcp.port), data)
            if not socket.secure:
                self.nwp.network.window_opened(socket.connection)
        elif tcp.broken:
            self._finish_recv(index, SocketError.ERROR)
        elif socket.tls_closed and not tcp.finished:
            self._finish_recv(index, TlsError.CLOSED)
        elif tcp.finished:
            self._finish_recv(index, 0)
        else:
            return False
        return True

    def _finish_recv(self, index: int, status: int, source: tuple[int, int] | None = None, data: bytes = b"") -> None:
        socket = self.sockets[index]
        if socket.waiting_recv is None:
            return
        opcode, _, _ = socket.waiting_recv
        socket.waiting_recv = None
        self._send_received(opcode, status or len(data), self._descriptor(index), source, data)

    def _send_received(
        self, opcode: int, status: int, descriptor: int, source: tuple[int, int] | None, data: bytes
    ) -> None:
        """The message of data, or of an error; the receive's packet buffer is free with it."""
        if opcode == RECVFROM:
            address, port = source or (0, 0)
            head = struct.pack("<hBB", status, descriptor, AF_INET) + struct.pack(">HHI", port, 0, address)
            self.nwp.free_buffer(quiet=True)
            self.nwp.send(RECVFROM_ASYNC, head + data)
        else:
            self.nwp.free_buffer(quiet=True)
            self.nwp.send(RECV_ASYNC, struct.pack("<hBx", status, descriptor) + data)

    # --- send -------------------------------------------------------------------------------------------------------

    def _send(self, opcode: int, body: bytes) -> None:
        length, descriptor, _ = struct.unpack_from("<HBB", body)
        data = body[4 : 4 + length]
        index, socket = self._get(descriptor)
        if socket is not None and socket.kind == DATAGRAM and socket.remote is not None:
            self._transmit_datagram(socket, socket.remote, data)
            return
        tcp = self.connections.get(socket.connection) if socket is not None else None
        if socket is None or tcp is None or not tcp.established or tcp.broken or socket.connecting:
            self.nwp.free_buffer()
            if socket is not None:
                self._transmit_failed(index, SocketError.ENOTCONN if tcp is None else SocketError.ECLOSE)
            return
        if socket.secure:
            session = self._tls.get(socket.connection)
            if session is None or not session.ready:
                self.nwp.free_buffer()
                self._transmit_failed(index, TlsError.GENERAL)
                return
            data = session.encrypt(data)
        tcp.held_buffers += 1
        self._transmit(socket.connection, data)

    def _transmit(self, connection: int, data: bytes) -> None:
        if data:
            self.nwp.network.send(connection, data)

    def _transmit_failed(self, index: int, status: int) -> None:
        """SL_SOCKET_TX_FAILED_EVENT, and the socket's bit in every message from now on."""
        self.sockets[index].tx_failed = True
        self.nwp.send(TX_FAILED, struct.pack("<hBx", status, self._descriptor(index)))

    def _send_to(self, opcode: int, body: bytes) -> None:
        length, descriptor, _ = struct.unpack_from("<HBB", body)
        port, _, address = struct.unpack_from(">HHI", body, 4)
        data = body[12 : 12 + length]
        _, socket = self._get(descriptor)
        if socket is None or socket.kind != DATAGRAM:
            self._send(SEND, struct.pack("<HBB", length, descriptor, 0) + data)
            return
        self._transmit_datagram(socket, (address, port), data)

    def _refuse_send_v6(self, opcode: int, body: bytes) -> None:
        log.warning("IPv6 is not modelled: the datagram is lost")
        self.nwp.free_buffer()

    def _transmit_datagram(self, socket: Socket, remote: tuple[int, int], data: bytes) -> None:
        socket.port = socket.port or self._ephemeral_port(DATAGRAM)
        if self._own_address():
            self.nwp.network.send_datagram(*remote, socket.port, data[:UDP_MESSAGE])
        self.nwp.after(SEND_SECONDS, self.nwp.free_buffer)

    # --- select -----------------------------------------------------------------------------------------------------

    def _select_command(self, opcode: int, body: bytes) -> None:
        readers, writers, milliseconds, seconds = struct.unpack_from("<4xHHHH", body)
        if self._select is not None:
            self.reply(opcode, SocketError.INEXE)
            return
        self.reply(opcode, 0)
        ticket = self._next_ticket()
        self._select = (readers, writers, ticket)
        if (seconds, milliseconds) != (0xFFFF, 0xFFFF):
            # socket.c shifts microseconds by ten: what comes is in units of 1024 of them
            self.nwp.after(seconds + milliseconds * 1024e-6, self._select_timeout, ticket)
        self._check_select()

    def _check_select(self) -> None:
        if self._select is None:
            return
        readers, writers, _ = self._select
        readable = sum(1 << i for i, s in self.sockets.items() if readers >> i & 1 and self._readable(s))
        writable = sum(1 << i for i, s in self.sockets.items() if writers >> i & 1 and self._writable(s))
        if readable or writable:
            self._finish_select(readable, writable)

    def _writable(self, socket: Socket) -> bool:
        if socket.kind == DATAGRAM:
            return True
        tcp = self.connections.get(socket.connection)
        if socket.connect_result is not None:
            return True
        return tcp is not None and tcp.established and not socket.connecting and self.nwp.buffers_for_send

    def _select_timeout(self, ticket: int) -> None:
        if self._select is not None and self._select[2] == ticket:
            self._finish_select(0, 0)

    def _finish_select(self, readable: int, writable: int) -> None:
        self._select = None
        counts = (readable.bit_count(), writable.bit_count())
        self.nwp.send(SELECT_ASYNC, struct.pack("<hBBHH", sum(counts), *counts, readable, writable))

    # --- options ----------------------------------------------------------------------------------------------------

    def _set_option(self, opcode: int, body: bytes) -> None:
        descriptor, level, name, length = body[:4]
        value = body[4 : 4 + length]
        _, socket = self._get(descriptor)
        status = SocketError.EBADF if socket is None else self._apply_option(socket, level, name, value)
        self._answer(opcode, status, descriptor)

    def _apply_option(self, socket: Socket, level: int, name: int, value: bytes) -> int:
        if level == SOL_SOCKET:
            word = int.from_bytes(value[:4], "little")
            if name == SO_NONBLOCKING:
                socket.non_blocking = bool(word)
            elif name == SO_RCVTIMEO and len(value) >= 8:
                seconds, microseconds = struct.unpack_from("<II", value)
                socket.timeout_ms = seconds * 1000 + microseconds // 1000
            elif name == SO_RCVBUF:
                if not 0 < word <= 65536:
                    return SocketError.EINVAL
                socket.window = word
            elif name == SO_KEEPALIVE:
                socket.keepalive = bool(word)
            elif name in (SO_SECMETHOD, SO_SECURE_MASK, SO_SECURE_FILES, *_FILE_OPTIONS):
                return self._apply_tls_option(socket, name, value)
            else:
                return SocketError.ENOPROTOOPT
            return 0
        if level == SOL_IP and name in IP_OPTIONS and socket.kind == DATAGRAM:
            return 0  # every datagram of the world reaches every socket of its port: groups make no difference
        return SocketError.ENOPROTOOPT

    @staticmethod
    def _apply_tls_option(socket: Socket, name: int, value: bytes) -> int:
        if not socket.secure:
            return SocketError.ENOPROTOOPT
        if name == SO_SECMETHOD:
            if not value or value[0] > 4:
                return SocketError.EINVAL  # 5 is DTLS
            socket.tls.method = value[0]
        elif name == SO_SECURE_MASK:
            socket.tls.mask = int.from_bytes(value[:4], "little")
        elif name == SO_SECURE_FILES:
            # Numbers of certificate files, as the CC3100 named them in its first ROM: /cert/<number>.der
            names = [f"/cert/{number}.der" if number else "" for number in value[:4].ljust(4, b"\0")]
            socket.tls.private_key, socket.tls.certificate, socket.tls.ca, socket.tls.dh = names
        else:
            setattr(socket.tls, _FILE_OPTIONS[name], value.split(b"\0")[0].decode("latin-1"))
        return 0

    def _get_option(self, opcode: int, body: bytes) -> None:
        descriptor, level, name, _ = body[:4]
        _, socket = self._get(descriptor)
        status, value = 0, b""
        if socket is None:
            status = SocketError.EBADF
        elif level != SOL_SOCKET:
            status = SocketError.ENOPROTOOPT
        elif name == SO_NONBLOCKING:
            value = struct.pack("<I", socket.non_blocking)
        elif name == SO_RCVTIMEO:
            value = struct.pack("<II", socket.timeout_ms // 1000, socket.timeout_ms % 1000 * 1000)
        elif name == SO_RCVBUF:
            value = struct.pack("<I", socket.window)
        elif name == SO_KEEPALIVE:
            value = struct.pack("<I", socket.keepalive)
        elif name == SO_SECMETHOD and socket.secure:
            value = struct.pack("<B", socket.tls.method)
        elif name == SO_SECURE_MASK and socket.secure:
            value = struct.pack("<I", socket.tls.mask)
        else:
            status = SocketError.ENOPROTOOPT
        self.nwp.reply(response_of(opcode), struct.pack("<hBB", status, descriptor, len(value)) + value)

    # --- what comes from the network --------------------------------------------------------------------------------

    def _owner(self, connection: int) -> int | None:
        """The socket of a connection; None when it is in a listener's queue or closed."""
        return next((index for index, socket in self.sockets.items() if socket.connection == connection), None)

    def _listener_of(self, connection: int) -> int | None:
        return next((index for index, socket in self.sockets.items() if connection in socket.queue), None)

    def incoming(self, connection: int, address: int, port: int, local_port: int) -> str:
        """A connection request from outside."""
        listener = next(
            (s for s in self.sockets.values() if s.listening and s.port == local_port and s.kind == STREAM), None
        )
        if not self.nwp.running or not self._own_address():
            return "drop"
        if listener is None:
            return "refuse"
        if len(listener.queue) >= listener.backlog:
            return "drop"
        if listener.secure:
            try:
                context = make_context(self.nwp.flash, listener.tls, server=True)
            except TlsFailure as failure:
                self._tls_accept_failed(listener, failure.code)
                return "refuse"
            self._tls[connection] = TlsSession(context, server=True)
        listener.queue.append(connection)
        self.connections[connection] = Tcp(local_port, address, port, established=True)
        self._progress(connection)
        return "accept"

    def _tls_accept_failed(self, listener: Socket, code: int) -> None:
        index = next(index for index, socket in self.sockets.items() if socket is listener)
        self.nwp.send(ASYNC_EVENT, struct.pack("<BBhI", self._descriptor(index), EVENT_SSL_ACCEPT, code, 0))

    def established(self, connection: int) -> None:
        """A connection the board asked for stands: TLS goes on from here."""
        index = self._owner(connection)
        if connection not in self.connections or index is None:
            self.nwp.network.abort(connection)
            return
        self.connections[connection].established = True
        if self.sockets[index].secure:
            self._handshake(connection, b"")
        else:
            self._connect_done(index, 0)

    def failed(self, connection: int, reason: str) -> None:
        """It does not stand."""
        index = self._owner(connection)
        if index is not None:
            codes = {"refused": SocketError.ECONNREFUSED, "unreachable": SocketError.ENETUNREACH}
            self._connect_done(index, codes.get(reason, SocketError.ETIMEDOUT))

    def received(self, connection: int, data: bytes) -> None:
        """Bytes in order."""
        tcp = self.connections.get(connection)
        if tcp is None or not tcp.local_port:
            self.nwp.network.abort(connection)
            return
        session = self._tls.get(connection)
        if session is None:
            tcp.received += data
        elif session.ready:
            tcp.received += data
            index = self._owner(connection)
            if index is not None:
                self._decrypt(connection, index)
        else:
            self._handshake(connection, data)
        self._progress(connection)

    def receive_room(self, connection: int) -> int:
        """The receive window."""
        tcp = self.connections.get(connection)
        if tcp is None or not tcp.local_port:
            return TCP_MESSAGE  # it is answered by a reset
        index = self._owner(connection)
        socket = self.sockets.get(index) if index is not None else None
        window = socket.window if socket is not None else DEFAULT_WINDOW
        return window - len(tcp.received) - (len(socket.plain) if socket is not None else 0)

    def finished(self, connection: int) -> None:
        """The peer sends no more."""
        tcp = self.connections.get(connection)
        if tcp is not None:
            tcp.finished = True
            session = self._tls.get(connection)
            if session is not None and not session.ready:
                self._handshake_failed(connection, TlsError.HANDSHAKE_FAILURE)
            self._progress(connection)

    def reset(self, connection: int) -> None:
        """The peer broke off."""
        tcp = self.connections.get(connection)
        if tcp is None:
            return
        tcp.broken = True
        tcp.received.clear()
        self._release(connection, tcp.held_buffers)
        index = self._owner(connection)
        if index is not None and self.sockets[index].connecting:
            self._connect_done(index, SocketError.ECONNREFUSED)
        self._progress(connection)

    def acknowledged(self, connection: int, segments: int) -> None:
        """Send buffers are free again."""
        if connection in self.connections:
            self._release(connection, segments)

    def _release(self, connection: int, segments: int) -> None:
        tcp = self.connections[connection]
        for _ in range(min(segments, tcp.held_buffers)):
            tcp.held_buffers -= 1
            self.nwp.free_buffer()
        if tcp.held_buffers == 0 and not tcp.local_port:
            del self.connections[connection]
        self._check_select()

    def datagram(self, address: int, port: int, local_port: int, data: bytes) -> None:
        """A datagram for a port."""
        if not self._own_address():
            return
        for index, socket in self.sockets.items():
            if socket.kind == DATAGRAM and socket.port == local_port and len(socket.datagrams) < MAX_DATAGRAMS:
                socket.datagrams.append((address, port, data[:UDP_MESSAGE]))
                self._try_recv(index)
        self._check_select()

    def _progress(self, connection: int) -> None:
        """Something happened to a connection: answer who waits for it."""
        index = self._owner(connection)
        if index is not None:
            self._try_recv(index)
        else:
            listener = self._listener_of(connection)
            if listener is not None:
                self._try_accept(listener)
        self._check_select()

    # --- TLS --------------------------------------------------------------------------------------------------------

    def _handshake(self, connection: int, data: bytes) -> None:
        session = self._tls[connection]
        try:
            out = session.handshake(data)
        except TlsFailure as failure:
            self._transmit(connection, session.pending())
            self._handshake_failed(connection, failure.code)
            return
        self._transmit(connection, out)
        if session.ready:
            self.nwp.after(TLS_PUBLIC_KEY_SECONDS, self._handshake_done, connection)

    def _handshake_done(self, connection: int) -> None:
        session = self._tls.get(connection)
        if session is None or connection not in self.connections:
            return
        index = self._owner(connection)
        if index is not None and self.sockets[index].connecting:
            self._connect_done(index, session.outcome(self.nwp.device.now()))
            self._decrypt(connection, index)
        self._progress(connection)

    def _handshake_failed(self, connection: int, code: int) -> None:
        self._tls.pop(connection, None)
        index = self._owner(connection)
        if index is not None:
            self._connect_done(index, code)
            return
        listener = self._listener_of(connection)
        if listener is not None:
            self.sockets[listener].queue.remove(connection)
            self._drop(connection)
            self._tls_accept_failed(self.sockets[listener], code)

    def _decrypt(self, connection: int, index: int) -> None:
        session, tcp, socket = self._tls.get(connection), self.connections.get(connection), self.sockets[index]
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
            self.nwp.send(ASYNC_EVENT, struct.pack("<BBhI", self._descriptor(index), EVENT_OTHER_SIDE_CLOSED_TLS, 0, 0))
        self._transmit(connection, session.pending())
        self.nwp.network.window_opened(connection)
