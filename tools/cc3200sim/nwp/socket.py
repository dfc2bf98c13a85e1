"""Sockets: the commands of the host (socket.h, socket.c, SWRU455 chapter "Socket").

Limits of the chip: eight sockets, of which a listening one holds a second for the next client (SWRU455 6.5.1.2);
1460 bytes a TCP message, 1472 a UDP one; two TLS sockets. Where TI does not say which message carries EAGAIN, it is
the command's response.
"""

from __future__ import annotations

import struct

from cc3200sim.flash import Flash
from cc3200sim.nwp import socket_options
from cc3200sim.nwp.errors import SocketError, TlsError
from cc3200sim.nwp.netcfg import NetCfg
from cc3200sim.nwp.opcodes import Opcode
from cc3200sim.nwp.service import command, fields, log, octet, response_of
from cc3200sim.nwp.socket_table import DATAGRAM, STREAM, PacketLink, Socket, SocketTable, Tcp
from cc3200sim.nwp.tls import TlsFailure, TlsSession, make_context
from cc3200sim.nwp.wlan import Wlan
from cc3200sim.world.net.api import Network

MAX_TLS = 2
TCP_MESSAGE, UDP_MESSAGE, SECURE_MESSAGE = 1460, 1472, 1386
CONNECT_SECONDS = 12.0  # ours: SYN tries after 0, 3 and 6 seconds, then some
HANDSHAKE_SECONDS = 10.0  # ours
SEND_SECONDS = 1e-3  # a datagram leaves its buffer

AF_INET = 2
SECURE_PROTOCOL = 100

DONT_WAIT = 0x8


class Sockets(SocketTable):
    """What answers the commands of the socket silo."""

    def __init__(self, link: PacketLink, flash: Flash, addresses: NetCfg, wlan: Wlan, network: Network) -> None:
        super().__init__(link, addresses, wlan, network)
        self._flash = flash

    def start(self) -> None:
        """No socket is open."""
        self.clear()

    def stop(self) -> None:
        """Connections just end: the peers are told when the board is back, by the resets it answers with."""
        for connection in self.connections:
            self.network.abort(connection)
        self.clear()

    def _answer(self, opcode: int, status: int, descriptor: int) -> None:
        """_SocketResponse_t."""
        self.link.reply(response_of(opcode), struct.pack("<hBx", status, descriptor))

    # --- opening and closing ------------------------------------------------------------------------------------------

    @command(Opcode.SOCKET_SOCKET)
    def _socket(self, opcode: int, body: bytes) -> None:
        domain, kind, protocol = fields("<BBB", body)
        secure = protocol == SECURE_PROTOCOL
        if domain != AF_INET:
            status: int = SocketError.EAFNOSUPPORT
        elif kind not in (STREAM, DATAGRAM):
            log.warning("raw sockets are not modelled: refused")
            status = SocketError.ESOCKTNOSUPPORT
        elif protocol not in ((0, 2, 6, SECURE_PROTOCOL) if kind == STREAM else (0, 2, 17)):
            status = SocketError.EPROTONOSUPPORT
        elif self.slots_free < 1:
            status = SocketError.ENSOCK
        elif secure and sum(socket.secure for socket in self.sockets.values()) >= MAX_TLS:
            status = TlsError.TOO_MANY_SSL
        else:
            index = self.add(Socket(kind, secure))
            self._answer(opcode, 0, self.descriptor(index))
            return
        self._answer(opcode, status, 0)

    @command(Opcode.SOCKET_CLOSE)
    def _close(self, opcode: int, body: bytes) -> None:
        index, socket = self.find(octet(body, 0))
        if socket is None:
            self._answer(opcode, SocketError.EBADF, octet(body, 0))
            return
        self._answer(opcode, 0, octet(body, 0))
        if socket.waiting_recv is not None:
            self._finish_recv(index, SocketError.EBADF)
        if socket.waiting_accept:
            self._finish_accept(index, SocketError.EBADF)
        if socket.waiting_connect:
            self._finish_connect(index, SocketError.EBADF)
        for connection in socket.queue:
            self.drop(connection)
        session = self.sessions.pop(socket.connection, None)
        if socket.connection in self.connections:
            if session is not None and session.ready:
                self.transmit(socket.connection, session.finish())
            self._part(socket.connection)
        del self.sockets[index]
        self.check_select()

    def _part(self, connection: int) -> None:
        """Close a connection: what was sent still goes out; what comes from now on is answered by a reset."""
        tcp = self.connections[connection]
        if not tcp.established:
            self.network.abort(connection)
        elif not tcp.broken:
            self.network.close(connection)
        if tcp.held_buffers == 0:
            del self.connections[connection]
        else:
            tcp.local_port = 0  # only its buffers are still out

    @command(Opcode.SOCKET_BIND_V6, Opcode.SOCKET_CONNECT_V6)
    def _refuse_v6(self, opcode: int, body: bytes) -> None:
        log.warning("IPv6 is not modelled: refused")
        self._answer(opcode, SocketError.EAFNOSUPPORT, body[2] if len(body) > 2 else 0)

    @command(Opcode.SOCKET_BIND)
    def _bind(self, opcode: int, body: bytes) -> None:
        _, descriptor, family = fields("<hBB", body)
        port, _, address = fields(">HHI", body, 4)
        _, socket = self.find(descriptor)
        status = 0
        if socket is None:
            status = SocketError.EBADF
        elif family >> 4 != AF_INET:
            status = SocketError.EAFNOSUPPORT
        elif socket.port and socket.kind == DATAGRAM and not socket.bound:
            socket.bound = True  # it has sent already: it keeps the port that it got for that
        elif socket.port:
            status = SocketError.EINVAL
        elif address not in (0, self.own_address()):
            status = SocketError.EADDRNOTAVAIL
        elif port and self.port_taken(socket.kind, port):
            status = SocketError.EADDRINUSE
        else:
            socket.port = port or self.ephemeral_port(socket.kind)
            socket.bound = True
        self._answer(opcode, status, descriptor)

    @command(Opcode.SOCKET_LISTEN)
    def _listen(self, opcode: int, body: bytes) -> None:
        _, socket = self.find(octet(body, 0))
        status = 0
        if socket is None:
            status = SocketError.EBADF
        elif socket.kind != STREAM:
            status = SocketError.EOPNOTSUPP
        elif not socket.port or socket.connection:
            status = SocketError.EINVAL
        elif not socket.listening and self.slots_free < 1:
            status = SocketError.ENSOCK
        else:
            socket.listening = socket.reserved = True
            socket.backlog = max(octet(body, 1), 1)
        self.reply(opcode, status)

    # --- accept -------------------------------------------------------------------------------------------------------

    @command(Opcode.SOCKET_ACCEPT)
    def _accept(self, opcode: int, body: bytes) -> None:
        descriptor = octet(body, 0)
        index, socket = self.find(descriptor)
        ready = socket is not None and self.next_client(socket) is not None
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
        socket.waiting_accept = self.next_ticket()
        if ready:
            self.try_accept(index)
        elif socket.timeout_ms:
            self.link.after(socket.timeout_ms / 1000, self._accept_timeout, index, socket.waiting_accept)

    def _accept_timeout(self, index: int, ticket: int) -> None:
        socket = self.sockets.get(index)
        if socket is not None and socket.waiting_accept == ticket:
            self._finish_accept(index, SocketError.EAGAIN)

    def next_client(self, socket: Socket) -> int | None:
        """The first connection of the queue that accept may hand out."""
        for connection in socket.queue:
            session = self.sessions.get(connection)
            if session.ready if session is not None else self.connections[connection].established:
                return connection
        return None

    def try_accept(self, index: int) -> None:
        """Answer a waiting accept if a client is there and a socket is free for it."""
        socket = self.sockets[index]
        connection = self.next_client(socket)
        if connection is None or not socket.waiting_accept:
            return
        if not socket.reserved and self.slots_free < 1:
            return  # no socket for it: it waits in the queue
        socket.reserved = False
        socket.queue.remove(connection)
        tcp = self.connections[connection]
        client = Socket(STREAM, socket.secure, port=socket.port, connection=connection, remote=(tcp.address, tcp.port))
        client.window = socket.window
        client.non_blocking = socket.non_blocking  # inherited: the stock firmware's servers rely on it
        new = self.add(client)
        self._claim(socket)
        self._finish_accept(index, self.descriptor(new), tcp.address, tcp.port)
        if socket.secure:
            self.decrypt(connection, new)

    def _claim(self, socket: Socket) -> None:
        """A listener holds a slot for its next client when there is one."""
        if socket.listening and not socket.reserved and self.slots_free >= 1:
            socket.reserved = True

    def _finish_accept(self, index: int, status: int, address: int = 0, port: int = 0) -> None:
        self.sockets[index].waiting_accept = 0
        head = struct.pack("<hBB", status, self.descriptor(index), AF_INET)
        self.link.send(Opcode.SOCKET_ACCEPTASYNCRESPONSE, head + struct.pack(">HHI", port, 0, address))

    # --- connect ------------------------------------------------------------------------------------------------------

    @command(Opcode.SOCKET_CONNECT)
    def _connect(self, opcode: int, body: bytes) -> None:
        _, descriptor, family = fields("<hBB", body)
        port, _, address = fields(">HHI", body, 4)
        index, socket = self.find(descriptor)
        status = 0
        start = False
        if socket is None:
            status = SocketError.EBADF
        elif family >> 4 != AF_INET:
            status = SocketError.EAFNOSUPPORT
        elif socket.kind == DATAGRAM:
            socket.remote = (address, port)
            socket.port = socket.port or self.ephemeral_port(DATAGRAM)
            socket.connect_result = 0
        elif socket.listening:
            status = SocketError.EINVAL
        elif socket.connect_result is not None and socket.non_blocking:
            status, socket.connect_result = socket.connect_result, None
        elif socket.connecting:
            status = SocketError.EALREADY
        elif socket.connection:
            status = SocketError.EISCONN
        elif not self.own_address():
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
            self.link.send(Opcode.SOCKET_CONNECTASYNCRESPONSE, struct.pack("<hBx", 0, descriptor))

    def _begin_connect(self, index: int, socket: Socket, address: int, port: int) -> int:
        context = None
        if socket.secure:
            try:
                context = make_context(self._flash, socket.tls, server=False)
            except TlsFailure as failure:
                return failure.code
        socket.port = socket.port or self.ephemeral_port(STREAM)
        socket.remote = (address, port)
        socket.connecting = True
        socket.connection = self.network.open(address, port, socket.port)
        self.connections[socket.connection] = Tcp(socket.port, address, port)
        if context is not None:
            self.sessions[socket.connection] = TlsSession(context, server=False)
        self.link.after(CONNECT_SECONDS, self._connect_timeout, index, socket.connection)
        return 0

    def _connect_timeout(self, index: int, connection: int) -> None:
        socket = self.sockets.get(index)
        if socket is not None and socket.connecting and socket.connection == connection:
            if not self.connections[connection].established:
                self.connect_done(index, SocketError.ETIMEDOUT)
            else:
                self.link.after(HANDSHAKE_SECONDS, self._handshake_timeout, index, connection)

    def _handshake_timeout(self, index: int, connection: int) -> None:
        socket = self.sockets.get(index)
        if socket is not None and socket.connecting and socket.connection == connection:
            self.connect_done(index, TlsError.HANDSHAKE_TIMEOUT)

    def connect_done(self, index: int, status: int) -> None:
        """A connect is over. Two TLS codes are warnings: the connection stands."""
        socket = self.sockets[index]
        socket.connecting = False
        if status not in (0, TlsError.NOT_VERIFIED, TlsError.DATE_ERROR):
            self.sessions.pop(socket.connection, None)
            self.drop(socket.connection)
            socket.connection = 0
        if socket.waiting_connect:
            self._finish_connect(index, status)
        else:
            socket.connect_result = status
        self.check_select()

    def _finish_connect(self, index: int, status: int) -> None:
        self.sockets[index].waiting_connect = False
        self.link.send(Opcode.SOCKET_CONNECTASYNCRESPONSE, struct.pack("<hBx", status, self.descriptor(index)))

    # --- receive ------------------------------------------------------------------------------------------------------

    @command(Opcode.SOCKET_RECV, Opcode.SOCKET_RECVFROM)
    def _recv(self, opcode: int, body: bytes) -> None:
        length, descriptor, flags = fields("<HBB", body)
        index, socket = self.find(descriptor)
        if socket is None:
            self._send_received(opcode, SocketError.EBADF, descriptor, None, b"")
            return
        ticket = self.next_ticket()
        if socket.waiting_recv is not None:
            self._send_received(opcode, SocketError.INEXE, descriptor, None, b"")
            return
        socket.waiting_recv = (opcode, length, ticket)
        if self.try_recv(index):
            return
        if socket.non_blocking or flags & DONT_WAIT:
            self._finish_recv(index, SocketError.EAGAIN)
        elif socket.timeout_ms:
            self.link.after(socket.timeout_ms / 1000, self._recv_timeout, index, ticket)

    def _recv_timeout(self, index: int, ticket: int) -> None:
        socket = self.sockets.get(index)
        if socket is not None and socket.waiting_recv is not None and socket.waiting_recv[2] == ticket:
            self._finish_recv(index, SocketError.EAGAIN)

    def _readable(self, socket: Socket) -> bool:
        if socket.listening:
            return self.next_client(socket) is not None
        if socket.kind == DATAGRAM:
            return bool(socket.datagrams)
        tcp = self.connections.get(socket.connection)
        if tcp is None:
            return False
        if socket.secure:
            return bool(socket.plain) or socket.tls_closed or tcp.finished or tcp.broken
        return bool(tcp.received) or tcp.finished or tcp.broken

    def try_recv(self, index: int) -> bool:
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
            self.network.window_opened(socket.connection)
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
        self._send_received(opcode, status or len(data), self.descriptor(index), source, data)

    def _send_received(
        self, opcode: int, status: int, descriptor: int, source: tuple[int, int] | None, data: bytes
    ) -> None:
        """The message of data, or of an error; the receive's packet buffer is free with it."""
        if opcode == Opcode.SOCKET_RECVFROM:
            address, port = source or (0, 0)
            head = struct.pack("<hBB", status, descriptor, AF_INET) + struct.pack(">HHI", port, 0, address)
            self.packets.free_buffer(quiet=True)
            self.link.send(Opcode.SOCKET_RECVFROMASYNCRESPONSE, head + data)
        else:
            self.packets.free_buffer(quiet=True)
            self.link.send(Opcode.SOCKET_RECVASYNCRESPONSE, struct.pack("<hBx", status, descriptor) + data)

    # --- send ---------------------------------------------------------------------------------------------------------

    @command(Opcode.SOCKET_SEND)
    def _send(self, opcode: int, body: bytes) -> None:
        length, descriptor, _ = fields("<HBB", body)
        data = body[4 : 4 + length]
        index, socket = self.find(descriptor)
        if socket is not None and socket.kind == DATAGRAM and socket.remote is not None:
            self._transmit_datagram(socket, socket.remote, data)
            return
        tcp = self.connections.get(socket.connection) if socket is not None else None
        if socket is None or tcp is None or not tcp.established or tcp.broken or socket.connecting:
            self.packets.free_buffer()
            if socket is not None:
                self._transmit_failed(index, SocketError.ENOTCONN if tcp is None else SocketError.ECLOSE)
            return
        if socket.secure:
            session = self.sessions.get(socket.connection)
            if session is None or not session.ready:
                self.packets.free_buffer()
                self._transmit_failed(index, TlsError.GENERAL)
                return
            data = session.encrypt(data)
        tcp.held_buffers += 1
        self.transmit(socket.connection, data)

    def _transmit_failed(self, index: int, status: int) -> None:
        """SL_SOCKET_TX_FAILED_EVENT, and the socket's bit in every message from now on."""
        self.sockets[index].tx_failed = True
        self.link.send(Opcode.SOCKET_TXFAILEDASYNCRESPONSE, struct.pack("<hBx", status, self.descriptor(index)))

    @command(Opcode.SOCKET_SENDTO)
    def _send_to(self, opcode: int, body: bytes) -> None:
        length, descriptor, _ = fields("<HBB", body)
        port, _, address = fields(">HHI", body, 4)
        data = body[12 : 12 + length]
        _, socket = self.find(descriptor)
        if socket is None or socket.kind != DATAGRAM:
            self._send(Opcode.SOCKET_SEND, struct.pack("<HBB", length, descriptor, 0) + data)
            return
        self._transmit_datagram(socket, (address, port), data)

    @command(Opcode.SOCKET_SENDTO_V6)
    def _refuse_send_v6(self, opcode: int, body: bytes) -> None:
        log.warning("IPv6 is not modelled: the datagram is lost")
        self.packets.free_buffer()

    def _transmit_datagram(self, socket: Socket, remote: tuple[int, int], data: bytes) -> None:
        socket.port = socket.port or self.ephemeral_port(DATAGRAM)
        if self.own_address():
            self.network.send_datagram(*remote, socket.port, data[:UDP_MESSAGE])
        self.link.after(SEND_SECONDS, self.packets.free_buffer)

    # --- select -------------------------------------------------------------------------------------------------------

    @command(Opcode.SOCKET_SELECT)
    def _select_command(self, opcode: int, body: bytes) -> None:
        readers, writers, milliseconds, seconds = fields("<4xHHHH", body)
        if self._select is not None:
            self.reply(opcode, SocketError.INEXE)
            return
        self.reply(opcode, 0)
        ticket = self.next_ticket()
        self._select = (readers, writers, ticket)
        if (seconds, milliseconds) != (0xFFFF, 0xFFFF):
            # socket.c shifts microseconds by ten: what comes is in units of 1024 of them
            self.link.after(seconds + milliseconds * 1024e-6, self._select_timeout, ticket)
        self.check_select()

    def check_select(self) -> None:
        """Answer a waiting select if one of its sockets is ready."""
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
        return tcp is not None and tcp.established and not socket.connecting and self.packets.buffers_for_send

    def _select_timeout(self, ticket: int) -> None:
        if self._select is not None and self._select[2] == ticket:
            self._finish_select(0, 0)

    def _finish_select(self, readable: int, writable: int) -> None:
        self._select = None
        counts = (readable.bit_count(), writable.bit_count())
        self.link.send(
            Opcode.SOCKET_SELECTASYNCRESPONSE, struct.pack("<hBBHH", sum(counts), *counts, readable, writable)
        )

    # --- options ------------------------------------------------------------------------------------------------------

    @command(Opcode.SOCKET_SETSOCKOPT)
    def _set_option(self, opcode: int, body: bytes) -> None:
        descriptor, level, name, length = fields("<4B", body)
        _, socket = self.find(descriptor)
        value = body[4 : 4 + length]
        status = SocketError.EBADF if socket is None else socket_options.set_option(socket, level, name, value)
        self._answer(opcode, status, descriptor)

    @command(Opcode.SOCKET_GETSOCKOPT)
    def _get_option(self, opcode: int, body: bytes) -> None:
        descriptor, level, name, _ = fields("<4B", body)
        _, socket = self.find(descriptor)
        value = None if socket is None else socket_options.get_option(socket, level, name)
        status = SocketError.EBADF if socket is None else SocketError.ENOPROTOOPT if value is None else 0
        value = value or b""
        self.link.reply(response_of(opcode), struct.pack("<hBB", status, descriptor, len(value)) + value)
