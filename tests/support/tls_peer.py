"""The far end of TLS connections: Python's ssl over a stream of the network in memory, and certificates for it."""

from __future__ import annotations

import contextlib
import ssl
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from cc3200sim.world.net.memory import Stream

from support.certificates import Certificate, authority, signed


@dataclass(frozen=True)
class Chain:
    """An authority, certificates of it, and another authority."""

    ca: Certificate
    good: Certificate
    expired: Certificate
    other_ca: Certificate

    @classmethod
    def make(cls, folder: Path) -> Chain:
        """A chain in files of a folder."""
        ca = authority(folder, "authority")
        return cls(
            ca,
            signed(folder, "good", ca, first="20100101000000Z", last="20491231235959Z"),
            signed(folder, "expired", ca, first="20100101000000Z", last="20141231235959Z"),
            authority(folder, "other"),
        )


@dataclass
class Peer:
    """The far end of a TLS connection: a stream, and Python's ssl over memory."""

    stream: Stream
    context: ssl.SSLContext
    server: bool
    plain: bytearray = field(default_factory=bytearray)
    error: str = ""
    _in: ssl.MemoryBIO = field(default_factory=ssl.MemoryBIO)
    _out: ssl.MemoryBIO = field(default_factory=ssl.MemoryBIO)

    def __post_init__(self) -> None:
        self.tls = self.context.wrap_bio(self._in, self._out, server_side=self.server)
        self.ready = False

    def step(self) -> None:
        """Take what came, send what is due."""
        self._in.write(self.stream.receive())
        try:
            if not self.ready:
                self.tls.do_handshake()
                self.ready = True
            while True:
                chunk = self.tls.read(4096)
                if not chunk:
                    break
                self.plain += chunk
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            self.error = self.error or str(error.reason or error)
        if data := self._out.read():
            self.stream.send(data)

    def send(self, data: bytes) -> None:
        """Encrypt and send."""
        self.tls.write(data)
        self.stream.send(self._out.read())

    def close_tls(self) -> None:
        """Say that there will be no more, without closing the connection."""
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.unwrap()
        self.stream.send(self._out.read())


def context(server: bool, own: Certificate | None = None, ca: Certificate | None = None) -> ssl.SSLContext:
    """The far end's context; with an authority the board has to show a certificate of it."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    made.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        made.minimum_version = ssl.TLSVersion.TLSv1
    if own is not None:
        made.load_cert_chain(own.certificate, own.key)
    if ca is not None:
        made.load_verify_locations(ca.certificate)
        made.verify_mode = ssl.CERT_REQUIRED
    return made
