"""TLS on the booted image, the way the user's document tells, against Python's ssl in memory."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from cc3200sim.board import Board
from support.ftp import Ftp
from support.script import Script
from support.tls_peer import Chain, Peer, context

PEER = "192.168.1.2"
PORT = 8441
# As in the user's document, with what happened printed.
CLIENT = """
import socket, ssl
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SEC)
ss = ssl.wrap_socket(s, {words})
try:
    ss.connect(socket.getaddrinfo('{host}', {port})[0][-1])
    print('connected', ss.send(b'hello'), ss.recv(100))
except OSError as e:
    print('failed', e.errno)
try:
    ss.send(b'afterwards')
    print('usable')
except OSError as e:
    print(e.errno)
ss.close()
"""
VERIFY = "cert_reqs=ssl.CERT_REQUIRED, ca_certs='/flash/cert/ca.pem'"
OWN = "keyfile='/flash/cert/private.key', certfile='/flash/cert/cert.pem'"


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """An authority and certificates, made once for all tests here."""
    return Chain.make(tmp_path_factory.mktemp("certificates"))


def install(board: Board, **files: Path) -> None:
    """Put certificates there by FTP, as a user does."""
    names = {"ca": "ca.pem", "own": "cert.pem", "key": "private.key"}
    ftp = Ftp(board)
    for what, file in files.items():
        assert ftp.put(f"STOR /flash/cert/{names[what]}", file.read_bytes()).startswith("226")
    ftp("QUIT")


def talk(board: Board, words: str, server: ssl.SSLContext) -> tuple[str, Peer]:
    """Let the board connect to a TLS server that answers what it hears; what it printed, and the server."""
    board.network.names["cloud.example"] = PEER
    listener = board.network.listen(PORT, address=PEER)
    script = Script(board, CLIENT.format(words=words, host="cloud.example", port=PORT))
    script.until(lambda: bool(listener.accepted))
    peer = Peer(listener.accepted[0], server, server=True)
    answered = False

    def ended() -> bool:
        nonlocal answered
        peer.step()
        if peer.plain == b"hello" and not answered:
            answered = True
            peer.send(b"answer")
        script.output += board.uart.read()
        return script.output.endswith(b"\x04>")

    script.until(ended, 30)
    return script.finish(), peer


@pytest.mark.req("SSL-1")
def test_a_server_that_the_authority_vouches_for(board: Board, chain: Chain) -> None:
    install(board, ca=chain.ca.certificate)
    printed, peer = talk(board, VERIFY, context(True, chain.good))
    assert printed == "connected 5 b'answer'\nusable\n"
    assert peer.tls.version() == "TLSv1.2"


@pytest.mark.req("SSL-1")
@pytest.mark.parametrize(("wrong", "number"), [("another authority", 155), ("expired", 461)])
def test_a_server_that_can_not_be_verified(board: Board, chain: Chain, wrong: str, number: int) -> None:
    install(board, ca=(chain.other_ca if wrong == "another authority" else chain.ca).certificate)
    printed, peer = talk(board, VERIFY, context(True, chain.expired if wrong == "expired" else chain.good))
    assert printed == f"failed {number}\n9\n"
    assert bytes(peer.plain) == b""  # not a byte was sent to who could not be verified


@pytest.mark.req("SSL-1")
def test_without_an_authority_file_nothing_is_connected(board: Board) -> None:
    listener = board.network.listen(PORT, address=PEER)
    assert board.repl(CLIENT.format(words=VERIFY, host=PEER, port=PORT)) == "failed 456\n9\n"
    assert not listener.accepted


@pytest.mark.req("SSL-1")
def test_an_unfinished_connection_can_not_be_used_unverified(board: Board, chain: Chain) -> None:
    install(board, ca=chain.ca.certificate)
    listener = board.network.listen(PORT, address=PEER)
    script = Script(
        board,
        f"""
import socket, ssl, time
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SEC)
ss = ssl.wrap_socket(s, {VERIFY})
ss.setblocking(False)
def attempt(f, *a):
    try:
        print(f(*a))
    except OSError as e:
        print(e.errno)
attempt(ss.connect, ('{PEER}', {PORT}))
time.sleep(2)
attempt(ss.send, b'secret')
attempt(ss.recv, 10)
attempt(ss.connect, ('{PEER}', {PORT}))
attempt(ss.send, b'secret')
ss.close()
""",
    )
    script.until(lambda: bool(listener.accepted))
    peer = Peer(listener.accepted[0], context(True, chain.expired), server=True)

    def ended() -> bool:
        peer.step()
        script.output += board.uart.read()
        return script.output.endswith(b"\x04>")

    script.until(ended)
    assert script.finish() == "115\n107\n107\n461\n9\n"
    assert peer.ready and bytes(peer.plain) == b""


@pytest.mark.req("SSL-1")
def test_a_server_is_not_verified_unless_asked(board: Board, chain: Chain) -> None:
    printed, _ = talk(board, "", context(True, chain.expired))
    assert printed == "connected 5 b'answer'\nusable\n"


@pytest.mark.req("SSL-2")
def test_the_board_shows_its_certificate(board: Board, chain: Chain) -> None:
    install(board, ca=chain.ca.certificate, own=chain.good.certificate, key=chain.good.key)
    printed, peer = talk(board, f"{OWN}, {VERIFY}", context(True, chain.good, ca=chain.ca))
    assert printed == "connected 5 b'answer'\nusable\n"
    shown = peer.tls.getpeercert()
    assert shown is not None and shown["subject"] == ((("commonName", "good"),),)


@pytest.mark.req("SSL-2")
def test_a_server_that_wants_a_certificate_hangs_up_without_one(board: Board, chain: Chain) -> None:
    install(board, ca=chain.ca.certificate)
    printed, _ = talk(board, VERIFY, context(True, chain.good, ca=chain.ca))
    assert printed.startswith("failed ") and printed.endswith("\n9\n")


SERVER = f"""
import socket, ssl
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SEC)
s = ssl.wrap_socket(s, server_side=True, {OWN})
s.bind(('', 443))
s.listen()
print('ready')
c, a = s.accept()
print(c.recv(100))
c.sendall(b'x' * 4000)
c.close()
s.close()
"""


@pytest.mark.req("SSL-2")
def test_the_board_as_a_server(board: Board, chain: Chain) -> None:
    install(board, own=chain.good.certificate, key=chain.good.key)
    script = Script(board, SERVER)
    script.printed("ready")
    stream = board.network.connect(443)
    peer = Peer(stream, context(False, ca=chain.ca), server=False)
    said = False

    def over() -> bool:
        nonlocal said
        peer.step()
        if peer.ready and not said:
            said = True
            peer.send(b"GET")
        return len(peer.plain) == 4000

    script.until(over)
    assert script.finish() == "ready\nb'GET'\n"
    assert bytes(peer.plain) == b"x" * 4000 and not peer.error


@pytest.mark.req("SSL-1")
def test_memory_and_sockets_come_back(board: Board, chain: Chain) -> None:
    install(board, ca=chain.other_ca.certificate)
    board.run(500)
    sockets = len(board.machine.nwp.sockets.sockets)
    free = []
    for _ in range(6):
        printed, _ = talk(board, VERIFY, context(True, chain.good))
        assert printed == "failed 155\n9\n"
        board.network.listeners.clear()
        free.append(int(board.repl("import gc; s = ss = None; gc.collect(); print(gc.mem_free())")))
        assert len(board.machine.nwp.sockets.sockets) == sockets
    assert free[-1] >= free[1] - 32, free  # a stale word on the stack may keep a block or two


@pytest.mark.req("SSL-1")
def test_words_that_make_no_sense(board: Board) -> None:
    assert (
        board.repl("""
import socket, ssl
p = socket.socket()
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SEC)
ca = '/flash/cert/ca.pem'
for k in ({}, {'cert_reqs': 3}, {'cert_reqs': ssl.CERT_REQUIRED}, {'keyfile': ca}, {'server_side': True},
          {'cert_reqs': ssl.CERT_REQUIRED, 'ca_certs': '/flash/ca.pem'}, {'cert_reqs': 1, 'ca_certs': '/flash/cert/'}):
    try:
        ssl.wrap_socket(s if k else p, **k)
        print(k)
    except ValueError as e:
        print('no')
p.close()
s.close()
""")
        == "no\n" * 7
    )


@pytest.mark.req("SSL-1")
def test_what_comes_too_late_is_refused(board: Board, chain: Chain) -> None:
    """A socket that has connected, listens or was accepted would stay what it is: without verification, for one."""
    install(board, ca=chain.ca.certificate, own=chain.good.certificate, key=chain.good.key)
    listener = board.network.listen(443, address="192.168.1.2")
    script = Script(
        board,
        f"""
import socket, ssl
def made():
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SEC)
s, l = made(), made()
s.settimeout(0)
try: s.connect(('192.168.1.2', 443))
except OSError: pass
l.bind(('', 444))
l.listen(1)
for i in (s, l):
    for late in ({VERIFY!r}, {OWN!r}, 'server_side=True, ' + {OWN!r}, "cert_reqs=1, ca_certs='/flash/cert/ca.pem'"):
        try:
            eval('ssl.wrap_socket(i, ' + late + ')')
            print(late)
        except OSError as e:
            print(end=str(e.errno) + ' ')
    for option in (25, 26):
        try:
            i.setsockopt(socket.SOL_SOCKET, option, 1)
            print(option)
        except OSError as e:
            print(end=str(e.errno) + ' ')
    print(ssl.wrap_socket(i) is i)
""",
    )
    assert script.finish() == "106 106 106 106 106 106 True\n" * 2
    assert listener
