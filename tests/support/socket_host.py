"""A host driver with socket.c's calls, on top of nwp_host.Host."""

from __future__ import annotations

import struct

from cc3200sim.nwp.opcodes import Opcode
from cc3200sim.world.net.api import number
from cc3200sim.world.net.memory import MemoryNetwork, Stream

from support.nwp_host import Host

STREAM, DATAGRAM = 1, 2
NON_BLOCKING = 24


class SocketHost(Host):
    """A host driver with socket.c's calls; the network processor is an access point, as the stock firmware has it."""

    def __init__(self, network: MemoryNetwork | None = None) -> None:
        super().__init__(network=network)
        self.power_on()
        assert self.status(Opcode.WLAN_SET_MODE, b"\x02\0\0\0") == 0
        self.nwp.stop_register(2)
        self.power_on()
        self.expect(Opcode.NETAPP_IPACQUIRED)
        self.radio.join()
        self.expect(Opcode.NETAPP_IP_LEASED)
        self.events.clear()

    def socket(self, kind: int = STREAM, protocol: int = 0) -> int:
        """sl_Socket."""
        status, descriptor = struct.unpack("<hBx", self.command(Opcode.SOCKET_SOCKET, bytes([2, kind, protocol, 0])))
        return status or descriptor

    def _address(self, opcode: int, descriptor: int, address: str, port: int) -> int:
        body = struct.pack("<hBB", 0, descriptor, 0x20) + struct.pack(">HHI", port, 0, number(address))
        return self.status(opcode, body)

    def bind(self, descriptor: int, port: int, address: str = "0.0.0.0") -> int:
        """sl_Bind."""
        return self._address(Opcode.SOCKET_BIND, descriptor, address, port)

    def listen(self, descriptor: int, backlog: int = 1) -> int:
        """sl_Listen."""
        return self.status(Opcode.SOCKET_LISTEN, bytes([descriptor, backlog, 0, 0]))

    def accept(self, descriptor: int) -> tuple[int, tuple[str, int]]:
        """sl_Accept: descriptor or error, and where it comes from."""
        status = self.status(Opcode.SOCKET_ACCEPT, bytes([descriptor, 2, 0, 0]))
        if status:
            return status, ("", 0)
        return self.accepted()

    def accepted(self) -> tuple[int, tuple[str, int]]:
        """The asynchronous half of an accept."""
        answer = self.expect(Opcode.SOCKET_ACCEPTASYNCRESPONSE)
        status = struct.unpack_from("<h", answer)[0]
        port, _, address = struct.unpack_from(">HHI", answer, 4)
        return status, (".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0)), port)

    def connect(self, descriptor: int, address: str, port: int) -> int:
        """sl_Connect."""
        status = self._address(Opcode.SOCKET_CONNECT, descriptor, address, port)
        if status:
            return status
        return int(struct.unpack_from("<h", self.expect(Opcode.SOCKET_CONNECTASYNCRESPONSE))[0])

    def recv(self, descriptor: int, length: int = 1460, flags: int = 0) -> bytes | int:
        """sl_Recv."""
        self.write(Opcode.SOCKET_RECV, struct.pack("<HBB", length, descriptor, flags))
        return self.received()

    def received(self) -> bytes | int:
        """The answer to a receive."""
        answer = self.expect(Opcode.SOCKET_RECVASYNCRESPONSE, timeout=3600)
        (status,) = struct.unpack_from("<h", answer)
        return status if status < 0 else answer[4 : 4 + status]

    def send(self, descriptor: int, data: bytes) -> None:
        """sl_Send of one chunk, without its flow control."""
        self.write(Opcode.SOCKET_SEND, struct.pack("<HBB", len(data), descriptor, 0) + data)

    def close(self, descriptor: int) -> int:
        """sl_Close."""
        return self.status(Opcode.SOCKET_CLOSE, bytes([descriptor, 0, 0, 0]))

    def option(self, descriptor: int, name: int, value: bytes, level: int = 1) -> int:
        """sl_SetSockOpt."""
        return self.status(Opcode.SOCKET_SETSOCKOPT, bytes([descriptor, level, name, len(value)]) + value)

    def non_blocking(self, descriptor: int) -> None:
        """Set SL_SO_NONBLOCKING."""
        assert self.option(descriptor, NON_BLOCKING, struct.pack("<I", 1)) == 0

    def server(self, port: int = 23, backlog: int = 1) -> int:
        """A listening socket."""
        descriptor = self.socket()
        assert self.bind(descriptor, port) == 0 and self.listen(descriptor, backlog) == 0
        return descriptor

    def pair(self) -> tuple[int, Stream]:
        """A connection from a peer: the board's descriptor and the peer's stream."""
        server = self.server(1000 + self.clock.now % 60000)
        stream = self.network.connect(self.nwp.sockets.sockets[server & 15].port)
        descriptor, _ = self.accept(server)
        assert descriptor > 0 and self.close(server) == 0
        self.run(0.1)
        return descriptor, stream

    def select(
        self, readers: list[int], writers: list[int], seconds: int, milliseconds: int = 0
    ) -> tuple[int, int, int]:
        """sl_Select: status and the two sets."""
        sets = [sum(1 << (descriptor & 15) for descriptor in group) for group in (readers, writers)]
        assert self.status(Opcode.SOCKET_SELECT, struct.pack("<4xHHHH", *sets, milliseconds, seconds)) == 0
        return self.selected()

    def selected(self) -> tuple[int, int, int]:
        """The asynchronous half of a select."""
        status, _, _, readable, writable = struct.unpack(
            "<hBBHH", self.expect(Opcode.SOCKET_SELECTASYNCRESPONSE, timeout=3600)
        )
        return status, readable, writable
