"""The network's end of the sockets: what peers send becomes data, events and answers to commands that wait."""

from __future__ import annotations

import struct

from cc3200sim.flash import Flash
from cc3200sim.nwp.device import Device
from cc3200sim.nwp.errors import SocketError, TlsError
from cc3200sim.nwp.names import Names
from cc3200sim.nwp.opcodes import Opcode
from cc3200sim.nwp.socket import TCP_MESSAGE, UDP_MESSAGE, Sockets
from cc3200sim.nwp.socket_table import DATAGRAM, DEFAULT_WINDOW, STREAM, Socket, Tcp
from cc3200sim.nwp.tls import TlsFailure, TlsSession, make_context
from cc3200sim.nwp.wlan import Wlan
from cc3200sim.world.net.api import HOST_ADDRESS, Answer, number

MAX_DATAGRAMS = 8  # ours: how many a socket keeps until they are taken
TLS_PUBLIC_KEY_SECONDS = 0.3  # a handshake's public-key work on the chip, in its order of magnitude
EVENT_SSL_ACCEPT = 1


class NetworkEnd:
    """The board's end of the network (world.network.Stack), for the sockets of one network processor."""

    def __init__(self, sockets: Sockets, device: Device, wlan: Wlan, names: Names, flash: Flash) -> None:
        self._table, self._device, self._wlan, self._names, self._flash = sockets, device, wlan, names, flash
        self._link, self._network = sockets.packets, sockets.network

    def reachable(self) -> bool:
        """Whether packets get through: the board has an address, and an access point or a station is there."""
        wlan = self._wlan
        return wlan.has_address and (bool(wlan.stations) or wlan.point is not None)

    def neighbour(self) -> int:
        """A station's computer is its router, an access point's the first to join."""
        return self._wlan.router or number(HOST_ADDRESS)

    def incoming(self, connection: int, address: int, port: int, local_port: int) -> Answer:
        """A connection request from outside."""
        listener = next(
            (s for s in self._table.sockets.values() if s.listening and s.port == local_port and s.kind == STREAM), None
        )
        if not self.reachable():
            return Answer.DROP
        if listener is None:
            return Answer.REFUSE
        if len(listener.queue) >= listener.backlog:
            return Answer.DROP
        if listener.secure:
            try:
                context = make_context(self._flash, listener.tls, server=True)
            except TlsFailure as failure:
                self._tls_accept_failed(listener, failure.code)
                return Answer.REFUSE
            self._table.sessions[connection] = TlsSession(context, server=True)
        listener.queue.append(connection)
        self._table.connections[connection] = Tcp(local_port, address, port)
        return Answer.ACCEPT

    def _tls_accept_failed(self, listener: Socket, code: int) -> None:
        index = next(index for index, socket in self._table.sockets.items() if socket is listener)
        event = struct.pack("<BBhI", self._table.descriptor(index), EVENT_SSL_ACCEPT, code, 0)
        self._link.send(Opcode.SOCKET_SOCKETASYNCEVENT, event)

    def established(self, connection: int) -> None:
        """A connection stands: one of a client may be accepted, and one the board asked for goes on with TLS."""
        if connection in self._table.connections and self._table.listener_of(connection) is not None:
            self._table.connections[connection].established = True
            self._progress(connection)
            return
        index = self._table.owner(connection)
        if connection not in self._table.connections or index is None:
            self._network.abort(connection)
            return
        self._table.connections[connection].established = True
        if self._table.sockets[index].secure:
            self._handshake(connection, b"")
        else:
            self._table.connect_done(index, 0)

    def failed(self, connection: int, reason: str) -> None:
        """It does not stand."""
        index = self._table.owner(connection)
        if index is not None:
            codes = {"refused": SocketError.ECONNREFUSED, "unreachable": SocketError.ENETUNREACH}
            self._table.connect_done(index, codes.get(reason, SocketError.ETIMEDOUT))

    def received(self, connection: int, data: bytes) -> None:
        """Bytes in order."""
        tcp = self._table.connections.get(connection)
        if tcp is None or not tcp.local_port:
            self._network.abort(connection)
            return
        session = self._table.sessions.get(connection)
        if session is None:
            tcp.received += data
        elif session.ready:
            tcp.received += data
            index = self._table.owner(connection)
            if index is not None:
                self._table.decrypt(connection, index)
        else:
            self._handshake(connection, data)
        self._progress(connection)

    def receive_room(self, connection: int) -> int:
        """The receive window."""
        tcp = self._table.connections.get(connection)
        if tcp is None or not tcp.local_port:
            return TCP_MESSAGE  # it is answered by a reset
        index = self._table.owner(connection)
        socket = self._table.sockets.get(index) if index is not None else None
        window = socket.window if socket is not None else DEFAULT_WINDOW
        return window - len(tcp.received) - (len(socket.plain) if socket is not None else 0)

    def finished(self, connection: int) -> None:
        """The peer sends no more."""
        tcp = self._table.connections.get(connection)
        if tcp is not None:
            tcp.finished = True
            session = self._table.sessions.get(connection)
            if session is not None and not session.ready:
                self._handshake_failed(connection, TlsError.HANDSHAKE_FAILURE)
            self._progress(connection)

    def reset(self, connection: int) -> None:
        """The peer broke off."""
        tcp = self._table.connections.get(connection)
        if tcp is None:
            return
        tcp.broken = True
        tcp.received.clear()
        self._release(connection, tcp.held_buffers)
        index = self._table.owner(connection)
        if index is not None and self._table.sockets[index].connecting:
            self._table.connect_done(index, SocketError.ECONNREFUSED)
        self._progress(connection)

    def acknowledged(self, connection: int, segments: int) -> None:
        """Send buffers are free again."""
        if connection in self._table.connections:
            self._release(connection, segments)

    def _release(self, connection: int, segments: int) -> None:
        tcp = self._table.connections[connection]
        for _ in range(min(segments, tcp.held_buffers)):
            tcp.held_buffers -= 1
            self._link.free_buffer()
        if tcp.held_buffers == 0 and not tcp.local_port:
            del self._table.connections[connection]
        self._table.check_select()

    def datagram(self, address: int, port: int, local_port: int, data: bytes) -> None:
        """A datagram for a port."""
        if not self._table.own_address():
            return
        for index, socket in self._table.sockets.items():
            if socket.kind == DATAGRAM and socket.port == local_port and len(socket.datagrams) < MAX_DATAGRAMS:
                socket.datagrams.append((address, port, data[:UDP_MESSAGE]))
                self._table.try_recv(index)
        self._table.check_select()

    def _progress(self, connection: int) -> None:
        """Something happened to a connection: answer who waits for it."""
        index = self._table.owner(connection)
        if index is not None:
            self._table.try_recv(index)
        else:
            listener = self._table.listener_of(connection)
            if listener is not None:
                self._table.try_accept(listener)
        self._table.check_select()

    def _handshake(self, connection: int, data: bytes) -> None:
        session = self._table.sessions[connection]
        try:
            out = session.handshake(data)
        except TlsFailure as failure:
            self._table.transmit(connection, session.pending())
            self._handshake_failed(connection, failure.code)
            return
        self._table.transmit(connection, out)
        if session.ready:
            self._link.after(TLS_PUBLIC_KEY_SECONDS, self._handshake_done, connection)

    def _handshake_done(self, connection: int) -> None:
        session = self._table.sessions.get(connection)
        if session is None or connection not in self._table.connections:
            return
        index = self._table.owner(connection)
        if index is not None and self._table.sockets[index].connecting:
            self._table.connect_done(index, session.outcome(self._device.now()))
            self._table.decrypt(connection, index)
        self._progress(connection)

    def _handshake_failed(self, connection: int, code: int) -> None:
        self._table.sessions.pop(connection, None)
        index = self._table.owner(connection)
        if index is not None:
            self._table.connect_done(index, code)
            return
        listener = self._table.listener_of(connection)
        if listener is not None:
            self._table.sockets[listener].queue.remove(connection)
            self._table.drop(connection)
            self._tls_accept_failed(self._table.sockets[listener], code)

    # --- names of the board -----------------------------------------------------------------------------------------

    def answer_mdns(self, name: str) -> tuple[int, int, str] | None:
        """The board's answer to an mDNS question: address, port (0 for its own name), text."""
        found = self._names.answer_mdns(name)
        return None if found is None else (self._table.own_address(), *found)

    def answer_dns(self, name: str) -> int | None:
        """The address the board's DNS server gives for a name."""
        return self._table.own_address() or None if self._names.answers_dns(name) else None
