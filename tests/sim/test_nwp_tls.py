"""TLS sockets of the network processor, against Python's ssl at the other end."""

from __future__ import annotations

import ssl
import struct

import pytest
from cc3200sim.nwp.opcodes import Opcode
from cc3200sim.world.net.api import HOST_ADDRESS
from support.certificates import der
from support.socket_host import SocketHost
from support.tls_peer import Chain, Peer, context

SECURE = 100
METHOD, MASK, KEY_FILE, CERTIFICATE_FILE, CA_FILE = 25, 26, 30, 31, 32
NOT_VERIFIED, BAD_CA_FILE, BAD_CERTIFICATE, BAD_KEY, DATE = -453, -456, -457, -458, -461
WRONG_SIGNER, TOO_MANY = -155, -460


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """Made once for all tests here."""
    return Chain.make(tmp_path_factory.mktemp("certificates"))


class TlsHost(SocketHost):
    """A host driver that lets the far ends of TLS connections work while it waits."""

    def __init__(self, chain: Chain) -> None:
        super().__init__()
        self.peers: list[Peer] = []
        self.flash.write("/cert/ca.pem", chain.ca.certificate.read_bytes())
        self.flash.write("/cert/cert.pem", chain.good.certificate.read_bytes())
        self.flash.write("/cert/private.key", chain.good.key.read_bytes())

    def work(self, seconds: float = 2.0) -> None:
        """Run, with the peers taking turns."""
        for _ in range(int(seconds / 0.01)):
            self.run(0.01)
            for peer in self.peers:
                peer.step()

    def secure_client(self, **files: str) -> int:
        """A TLS socket with files."""
        descriptor = self.socket(protocol=SECURE)
        options = {"key": KEY_FILE, "certificate": CERTIFICATE_FILE, "ca": CA_FILE}
        for name, value in files.items():
            assert self.option(descriptor, options[name], value.encode()) == 0
        return descriptor

    def secure_connect(self, descriptor: int, server: ssl.SSLContext, port: int = 443) -> int:
        """Connect to a TLS server at a port; the status."""
        listener = self.network.listen(port)
        body = struct.pack("<hBB", 0, descriptor, 0x20) + struct.pack(">HHI", port, 0, 0xC0A80102)
        status = self.status(Opcode.SOCKET_CONNECT, body)
        if status:
            return status
        self.run(0.1)
        self.peers.append(Peer(listener.accepted[-1], server, server=True))
        self.work()
        return int(struct.unpack_from("<h", self.expect(Opcode.SOCKET_CONNECTASYNCRESPONSE, timeout=1))[0])


@pytest.fixture
def board(chain: Chain) -> TlsHost:
    """A board with an authority's certificate, its own certificate and key."""
    return TlsHost(chain)


def test_a_server_that_the_authority_vouches_for(board: TlsHost, chain: Chain) -> None:
    descriptor = board.secure_client(ca="/cert/ca.pem")
    assert board.secure_connect(descriptor, context(True, chain.good)) == 0
    peer = board.peers[0]
    board.send(descriptor, b"GET / HTTP/1.0\r\n\r\n")
    board.work(0.1)
    assert bytes(peer.plain) == b"GET / HTTP/1.0\r\n\r\n"
    peer.send(b"x" * 5000)
    got = b""
    while len(got) < 5000:
        chunk = board.recv(descriptor)
        assert isinstance(chunk, bytes) and len(chunk) <= 1386
        got += chunk
    assert got == b"x" * 5000
    assert peer.tls.version() == "TLSv1.2"


def test_a_server_of_another_authority_is_refused(board: TlsHost, chain: Chain) -> None:
    board.flash.write("/cert/ca.pem", chain.other_ca.certificate.read_bytes())
    descriptor = board.secure_client(ca="/cert/ca.pem")
    assert board.secure_connect(descriptor, context(True, chain.good)) == WRONG_SIGNER
    assert "UNKNOWN_CA" in board.peers[0].error.upper()
    assert board.recv(descriptor) == -107


def test_without_an_authority_the_connection_stands_but_is_not_verified(board: TlsHost, chain: Chain) -> None:
    descriptor = board.secure_client()
    assert board.secure_connect(descriptor, context(True, chain.good)) == NOT_VERIFIED
    board.peers[0].send(b"data")
    assert board.recv(descriptor) == b"data"


@pytest.mark.parametrize(("year", "status"), [(2013, 0), (2026, DATE), (2009, DATE)])
def test_dates_are_judged_by_the_clock_of_the_board(board: TlsHost, chain: Chain, year: int, status: int) -> None:
    date = struct.pack("<4H", 0, 1, 11, 44) + struct.pack("<11I", 0, 0, 12, 1, 6, year, 0, 0, 0, 0, 0)
    assert board.status(Opcode.DEVICE_DEVICESET, date) == 0
    descriptor = board.secure_client(ca="/cert/ca.pem")
    assert board.secure_connect(descriptor, context(True, chain.expired)) == status
    board.peers[0].send(b"still there")
    assert board.recv(descriptor) == b"still there"


def test_files_that_are_missing_or_bad(board: TlsHost, chain: Chain) -> None:
    server = context(True, chain.good)
    board.flash.write("junk", b"no certificate at all")
    for files, status in (
        ({"ca": "nothing"}, BAD_CA_FILE),
        ({"ca": "junk"}, BAD_CA_FILE),
        ({"certificate": "nothing", "key": "/cert/private.key"}, BAD_CERTIFICATE),
        ({"certificate": "/cert/cert.pem", "key": "nothing"}, BAD_KEY),
        ({"certificate": "/cert/cert.pem", "key": "junk"}, BAD_KEY),
        ({"certificate": "junk", "key": "/cert/private.key"}, BAD_CERTIFICATE),
    ):
        descriptor = board.secure_client(**files)
        assert board.secure_connect(descriptor, server) == status, files
        assert board.close(descriptor) == 0


def test_der_certificates_work_too(board: TlsHost, chain: Chain) -> None:
    board.flash.write("/cert/ca.der", der(chain.ca.certificate))
    descriptor = board.secure_client(ca="/cert/ca.der")
    assert board.secure_connect(descriptor, context(True, chain.good)) == 0


def test_the_board_shows_its_certificate(board: TlsHost, chain: Chain) -> None:
    descriptor = board.secure_client(ca="/cert/ca.pem", certificate="/cert/cert.pem", key="/cert/private.key")
    assert board.secure_connect(descriptor, context(True, chain.good, ca=chain.ca)) == 0
    assert board.peers[0].tls.getpeercert() is not None


def test_a_server_that_wants_a_certificate_hangs_up_without_one(board: TlsHost, chain: Chain) -> None:
    descriptor = board.secure_client(ca="/cert/ca.pem")
    assert board.secure_connect(descriptor, context(True, chain.good, ca=chain.ca)) < -300


def test_methods(board: TlsHost, chain: Chain) -> None:
    for method, version in ((1, "TLSv1"), (2, "TLSv1.1"), (3, "TLSv1.2")):
        descriptor = board.secure_client()
        assert board.option(descriptor, METHOD, bytes([method])) == 0
        assert board.secure_connect(descriptor, context(True, chain.good), 4430 + method) == NOT_VERIFIED
        assert board.peers[-1].tls.version() == version
        assert board.close(descriptor) == 0
    descriptor = board.secure_client()
    assert board.option(descriptor, METHOD, b"\x05") == -22


def test_cipher_mask(board: TlsHost, chain: Chain) -> None:
    descriptor = board.secure_client()
    assert board.option(descriptor, MASK, struct.pack("<I", 1 << 7)) == 0
    assert board.secure_connect(descriptor, context(True, chain.good)) == NOT_VERIFIED
    cipher = board.peers[0].tls.cipher()
    assert cipher is not None and cipher[0] == "AES256-SHA256"


def serve(board: TlsHost, port: int = 443) -> int:
    """A TLS server on the board."""
    server = board.secure_client(certificate="/cert/cert.pem", key="/cert/private.key")
    assert board.bind(server, port) == 0 and board.listen(server) == 0
    return server


def client(board: TlsHost, made: ssl.SSLContext, port: int = 443) -> Peer:
    """A TLS client outside."""
    board.peers.append(Peer(board.network.connect(port), made, server=False))
    return board.peers[-1]


def test_the_board_as_a_server(board: TlsHost, chain: Chain) -> None:
    server = serve(board)
    peer = client(board, context(False, ca=chain.ca))
    assert board.status(Opcode.SOCKET_ACCEPT, bytes([server, 2, 0, 0])) == 0
    board.work()
    assert peer.ready and not peer.error
    descriptor, (address, _) = board.accepted()
    assert address == HOST_ADDRESS and descriptor & 0xF0 == 0x50
    peer.send(b"hello")
    assert board.recv(descriptor) == b"hello"
    board.send(descriptor, b"goodbye")
    assert board.close(descriptor) == 0
    board.work(0.2)
    assert bytes(peer.plain) == b"goodbye" and peer.stream.peer_closed


def test_a_server_that_asks_for_certificates(board: TlsHost, chain: Chain) -> None:
    server = serve(board)
    assert board.option(server, CA_FILE, b"/cert/ca.pem") == 0
    assert board.status(Opcode.SOCKET_ACCEPT, bytes([server, 2, 0, 0])) == 0
    stranger = client(board, context(False, ca=chain.ca))
    board.work()
    descriptor, kind, code = struct.unpack_from("<BBh", board.expect(Opcode.SOCKET_SOCKETASYNCEVENT))
    assert (descriptor, kind) == (server, 1) and code < 0 and stranger.stream.state == "reset"
    friend = client(board, context(False, chain.good, ca=chain.ca))
    board.work()
    descriptor, _ = board.accepted()
    friend.send(b"hello")
    assert board.recv(descriptor) == b"hello"


def test_dh_parameters_must_be_good(board: TlsHost) -> None:
    server = serve(board)
    assert board.option(server, 33, b"nothing") == 0
    assert board.status(Opcode.SOCKET_ACCEPT, bytes([server, 2, 0, 0])) == 0
    stream = board.network.connect(443)
    board.run(0.5)
    assert struct.unpack_from("<BBh", board.expect(Opcode.SOCKET_SOCKETASYNCEVENT)) == (server, 1, -459)
    assert stream.state == "refused"


def test_a_client_that_does_not_speak_tls(board: TlsHost) -> None:
    server = serve(board)
    assert board.status(Opcode.SOCKET_ACCEPT, bytes([server, 2, 0, 0])) == 0
    stream = board.network.connect(443)
    stream.send(b"GET / HTTP/1.0\r\n\r\n")
    board.run(1)
    descriptor, kind, code = struct.unpack_from("<BBh", board.expect(Opcode.SOCKET_SOCKETASYNCEVENT))
    assert (descriptor, kind) == (server, 1) and code < 0
    assert stream.state == "reset"
    assert board.nwp.sockets.sockets[server & 15].waiting_accept  # it goes on waiting


def test_two_tls_sockets_are_the_limit(board: TlsHost) -> None:
    assert board.socket(protocol=SECURE) > 0 and board.socket(protocol=SECURE) > 0
    assert board.socket(protocol=SECURE) == TOO_MANY


def test_the_end_of_tls_without_the_end_of_the_connection(board: TlsHost, chain: Chain) -> None:
    descriptor = board.secure_client()
    board.secure_connect(descriptor, context(True, chain.good))
    board.peers[0].close_tls()
    board.run(0.1)
    assert board.recv(descriptor) == -452
    assert board.expect(Opcode.SOCKET_SOCKETASYNCEVENT)[:2] == bytes([descriptor, 3])


def test_a_garbled_record_breaks_the_connection(board: TlsHost, chain: Chain) -> None:
    descriptor = board.secure_client()
    board.secure_connect(descriptor, context(True, chain.good))
    board.peers[0].stream.send(b"\x17\x03\x03\x00\x20" + bytes(32))
    board.run(0.1)
    assert board.recv(descriptor) == -1


def test_the_handshake_times_out(board: TlsHost) -> None:
    board.network.listen(443)
    descriptor = board.secure_client()
    assert board.connect(descriptor, HOST_ADDRESS, 443) == -462
