"""TLS of secured sockets, done by Python's ssl: contexts out of the serial flash's files, sessions over memory."""

from __future__ import annotations

import calendar
import contextlib
import re
import ssl
import tempfile
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from cc3200sim.flash import Flash
from cc3200sim.nwp.errors import TlsError

# socket.h, SL_SO_SECMETHOD. SSL 3 is in no current TLS library: asking for it alone gives TLS 1.0.
_VERSIONS = {
    0: (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1),
    1: (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1),
    2: (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_1),
    3: (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2),
    4: (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_2),
}
DEFAULT_METHOD = 4

# socket.h, SL_SEC_MASK_*, by OpenSSL's names; the RC4 suites (bits 0, 1, 5) are in no current library.
_CIPHERS = {
    2: "AES256-SHA",
    3: "DHE-RSA-AES256-SHA",
    4: "ECDHE-RSA-AES256-SHA",
    6: "AES128-SHA256",
    7: "AES256-SHA256",
    8: "ECDHE-RSA-AES128-SHA256",
    9: "ECDHE-ECDSA-AES128-SHA256",
}
DEFAULT_MASK = (1 << 10) - 1

# X509_V_FLAG_NO_CHECK_TIME: dates are checked against the chip's clock, not the host's, and are no reason to hang up
# (socket.h, SL_ESECDATEERROR: "connected with certificate date verification error").
_NO_CHECK_TIME = 0x200000
_DATE_FORMAT = "%b %d %H:%M:%S %Y GMT"
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")


@dataclass
class TlsOptions:
    """What setsockopt said about a socket: file names in the serial flash, method, cipher mask."""

    private_key: str = ""
    certificate: str = ""
    ca: str = ""
    dh: str = ""
    method: int = DEFAULT_METHOD
    mask: int = DEFAULT_MASK


class TlsFailure(Exception):
    """TLS can't start or broke down; `code` is what the host is told."""

    def __init__(self, code: int) -> None:
        super().__init__(f"TLS error {code}")
        self.code = code


def _pem(data: bytes, kind: str) -> str:
    """A certificate or key as PEM: files may be PEM or DER."""
    if _PEM.search(data):
        return data.decode("ascii", "replace")
    if kind == "CERTIFICATE":
        return ssl.DER_cert_to_PEM_cert(data)
    return ssl.DER_cert_to_PEM_cert(data).replace("CERTIFICATE", kind)


def _load_own(context: ssl.SSLContext, flash: Flash, options: TlsOptions) -> None:
    certificate, key = flash.read(options.certificate), flash.read(options.private_key)
    if certificate is None:
        raise TlsFailure(TlsError.BAD_CERTIFICATE_FILE)
    if key is None:
        raise TlsFailure(TlsError.BAD_PRIVATE_FILE)
    certificate_pem = _pem(certificate, "CERTIFICATE")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=certificate_pem)
    except (ssl.SSLError, ValueError) as error:
        raise TlsFailure(TlsError.BAD_CERTIFICATE_FILE) from error
    with tempfile.TemporaryDirectory() as folder:
        certificate_path, key_path = Path(folder) / "cert.pem", Path(folder) / "key.pem"
        certificate_path.write_text(certificate_pem)
        for kind in ("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"):
            key_path.write_text(_pem(key, kind))
            with contextlib.suppress(ssl.SSLError, ValueError):
                context.load_cert_chain(certificate_path, key_path, password="")
                return
    raise TlsFailure(TlsError.BAD_PRIVATE_FILE)


def make_context(flash: Flash, options: TlsOptions, *, server: bool) -> ssl.SSLContext:
    """A context as the socket's options ask for. Raises TlsFailure."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    names = [name for bit, name in _CIPHERS.items() if options.mask >> bit & 1]
    if not names:
        raise TlsFailure(TlsError.MATCH_SUITE)
    try:
        context.set_ciphers(":".join(names) + ":@SECLEVEL=0")
    except ssl.SSLError as error:
        raise TlsFailure(TlsError.MATCH_SUITE) from error
    lowest, highest = _VERSIONS[options.method]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions are what the chip has
        context.minimum_version, context.maximum_version = lowest, highest
    if options.ca:
        ca = flash.read(options.ca)
        if ca is None:
            raise TlsFailure(TlsError.BAD_CA_FILE)  # what boards report; -454 of the header was not seen
        try:
            context.load_verify_locations(cadata=_pem(ca, "CERTIFICATE"))
        except (ssl.SSLError, ValueError) as error:
            raise TlsFailure(TlsError.BAD_CA_FILE) from error
        context.verify_mode = ssl.CERT_REQUIRED
        context.verify_flags |= _NO_CHECK_TIME
    if server or options.certificate or options.private_key:
        _load_own(context, flash, options)
    if server and options.dh:
        _load_dh(context, flash, options.dh)
    return context


def _load_dh(context: ssl.SSLContext, flash: Flash, name: str) -> None:
    parameters = flash.read(name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dh.pem"
        path.write_bytes(parameters or b"")
        try:
            context.load_dh_params(str(path))
        except (ssl.SSLError, OSError) as error:
            raise TlsFailure(TlsError.BAD_DH_FILE) from error


@dataclass
class TlsSession:
    """One end of a TLS connection over memory: bytes of the wire in and out, plain bytes on the other side."""

    context: ssl.SSLContext
    server: bool
    ready: bool = False
    _incoming: ssl.MemoryBIO = field(default_factory=ssl.MemoryBIO)
    _outgoing: ssl.MemoryBIO = field(default_factory=ssl.MemoryBIO)

    def __post_init__(self) -> None:
        self._object = self.context.wrap_bio(self._incoming, self._outgoing, server_side=self.server)

    def handshake(self, data: bytes = b"") -> bytes:
        """Go on with the handshake; what is to be sent. Raises TlsFailure, its alert is in `pending`."""
        self._incoming.write(data)
        try:
            self._object.do_handshake()
            self.ready = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLCertVerificationError as error:
            raise TlsFailure(TlsError.ASN_SIG_CONFIRM) from error
        except ssl.SSLError as error:
            raise TlsFailure(_alert_code(error)) from error
        return self.pending()

    def outcome(self, now: int) -> int:
        """What connect reports when it worked: 0, not verified, or a date that is wrong at this time (since 1970)."""
        certificate = self._object.getpeercert()
        if self.context.verify_mode is not ssl.CERT_REQUIRED or not certificate:
            return TlsError.NOT_VERIFIED
        before, after = (
            calendar.timegm(time.strptime(str(certificate[key]), _DATE_FORMAT)) for key in ("notBefore", "notAfter")
        )
        return 0 if before <= now <= after else TlsError.DATE_ERROR

    def pending(self) -> bytes:
        """Bytes for the wire."""
        return self._outgoing.read()

    def decrypt(self, data: bytes) -> tuple[bytes, bool]:
        """Plain bytes out of what came, and whether the peer said it is done. Raises TlsFailure."""
        self._incoming.write(data)
        out = bytearray()
        try:
            while True:
                chunk = self._object.read(16384)
                if not chunk:
                    return bytes(out), True
                out += chunk
        except ssl.SSLWantReadError:
            return bytes(out), False
        except ssl.SSLZeroReturnError:
            return bytes(out), True
        except ssl.SSLError as error:
            raise TlsFailure(TlsError.DECRYPT) from error

    def encrypt(self, data: bytes) -> bytes:
        """Bytes for the wire out of plain bytes."""
        self._object.write(data)
        return self.pending()

    def finish(self) -> bytes:
        """The close-notify alert."""
        with contextlib.suppress(ssl.SSLError, OSError):
            self._object.unwrap()
        return self.pending()


def _alert_code(error: ssl.SSLError) -> int:
    """The code for what the peer's alert says (socket.h: "ssl/tls alerts" are -300 less the alert's number)."""
    alerts = {
        "HANDSHAKE_FAILURE": -340,
        "BAD_CERTIFICATE": -342,
        "UNSUPPORTED_CERTIFICATE": -343,
        "CERTIFICATE_REVOKED": -344,
        "CERTIFICATE_EXPIRED": -345,
        "CERTIFICATE_UNKNOWN": -346,
        "UNKNOWN_CA": -348,
        "PROTOCOL_VERSION": -370,
        "INTERNAL_ERROR": -380,
    }
    reason = (error.reason or "").upper()
    for name, code in alerts.items():
        if reason.endswith("ALERT_" + name):
            return code
    if "PEER_DID_NOT_RETURN_A_CERTIFICATE" in reason:
        return TlsError.NO_PEER_CERT
    if "NO_SHARED_CIPHER" in reason:
        return TlsError.MATCH_SUITE
    if "UNSUPPORTED_PROTOCOL" in reason or "WRONG_VERSION" in reason:
        return TlsError.VERSION
    return TlsError.HANDSHAKE_FAILURE
