"""Options of a socket (socket.h): what sl_SetSockOpt and sl_GetSockOpt do to it."""

from __future__ import annotations

import struct

from cc3200sim.nwp.errors import SocketError
from cc3200sim.nwp.socket_table import DATAGRAM, Socket

SOL_SOCKET, SOL_IP = 1, 2
SO_RCVBUF, SO_KEEPALIVE, SO_RCVTIMEO, SO_NONBLOCKING = 8, 9, 20, 24
SO_SECMETHOD, SO_SECURE_MASK, SO_SECURE_FILES = 25, 26, 27
SO_PRIVATE_KEY, SO_CERTIFICATE, SO_CA, SO_DH = 30, 31, 32, 33
_FILE_OPTIONS = {SO_PRIVATE_KEY: "private_key", SO_CERTIFICATE: "certificate", SO_CA: "ca", SO_DH: "dh"}
_MULTICAST_OPTIONS = (60, 61, 65, 66)
_MAX_WINDOW = 65536


def set_option(socket: Socket, level: int, name: int, value: bytes) -> int:
    """Set an option: 0 or an error."""
    if level == SOL_IP and name in _MULTICAST_OPTIONS and socket.kind == DATAGRAM:
        return 0  # every datagram of the world reaches every socket of its port: groups make no difference
    if level != SOL_SOCKET:
        return SocketError.ENOPROTOOPT
    word = int.from_bytes(value[:4], "little")
    if name == SO_NONBLOCKING:
        socket.non_blocking = bool(word)
    elif name == SO_RCVTIMEO and len(value) >= 8:
        seconds, microseconds = struct.unpack_from("<II", value)
        socket.timeout_ms = seconds * 1000 + microseconds // 1000
    elif name == SO_RCVBUF:
        if not 0 < word <= _MAX_WINDOW:
            return SocketError.EINVAL
        socket.window = word
    elif name == SO_KEEPALIVE:
        socket.keepalive = bool(word)
    elif socket.secure:
        return _set_tls_option(socket, name, value)
    else:
        return SocketError.ENOPROTOOPT
    return 0


def _set_tls_option(socket: Socket, name: int, value: bytes) -> int:
    if name == SO_SECMETHOD:
        if not value or value[0] > 4:
            return SocketError.EINVAL  # 5 is DTLS
        socket.tls.method = value[0]
    elif name == SO_SECURE_MASK:
        socket.tls.mask = int.from_bytes(value[:4], "little")
    elif name == SO_SECURE_FILES:
        # Numbers of certificate files, as the first firmware of the chip named them: /cert/<number>.der
        names = [f"/cert/{number}.der" if number else "" for number in value[:4].ljust(4, b"\0")]
        socket.tls.private_key, socket.tls.certificate, socket.tls.ca, socket.tls.dh = names
    elif name in _FILE_OPTIONS:
        setattr(socket.tls, _FILE_OPTIONS[name], value.split(b"\0")[0].decode("latin-1"))
    else:
        return SocketError.ENOPROTOOPT
    return 0


def get_option(socket: Socket, level: int, name: int) -> bytes | None:
    """The value of an option, None for one that can't be asked for."""
    if level != SOL_SOCKET:
        return None
    values = {
        SO_NONBLOCKING: struct.pack("<I", socket.non_blocking),
        SO_RCVTIMEO: struct.pack("<II", socket.timeout_ms // 1000, socket.timeout_ms % 1000 * 1000),
        SO_RCVBUF: struct.pack("<I", socket.window),
        SO_KEEPALIVE: struct.pack("<I", socket.keepalive),
    }
    if socket.secure:
        values[SO_SECMETHOD] = struct.pack("<B", socket.tls.method)
        values[SO_SECURE_MASK] = struct.pack("<I", socket.tls.mask)
    return values.get(name)
