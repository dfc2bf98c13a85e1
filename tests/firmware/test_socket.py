"""The socket and select modules on the booted image, against peers in memory."""

from __future__ import annotations

import pytest
from cc3200sim.board import Board
from support.script import Script

PEER = "192.168.1.2"


@pytest.mark.req("SOCK-1")
def test_tcp_client(board: Board) -> None:
    listener = board.network.listen(8000, address=PEER)
    script = Script(
        board,
        f"""
import socket
s = socket.socket()
s.connect(('{PEER}', 8000))
print(s.send(b'hello '), s.write(b'board'))
print(s.recv(100), s.readline(), s.read(3), s.read())
s.close()
try:
    s.recv(1)
except OSError as e:
    print(e.errno)
""",
    )
    script.until(lambda: bool(listener.accepted))
    peer = listener.accepted[0]
    script.until(lambda: peer.received == b"hello board")
    peer.send(b"one")
    board.run(200)
    peer.send(b"a line\nabc and the rest")
    peer.close()
    assert script.finish() == "6 5\nb'one' b'a line\\n' b'abc' b' and the rest'\n9\n"
    assert peer.peer_closed


@pytest.mark.req("SOCK-1")
def test_tcp_server(board: Board) -> None:
    script = Script(
        board,
        """
import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('', 8080))
s.listen(2)
print('ready')
for i in range(2):
    c, a = s.accept()
    print(a[0], c.recv(20))
    c.sendall(b'x' * 5000)
    c.close()
s.close()
""",
    )
    script.printed("ready")
    for _ in range(2):
        client = board.connect(8080)
        client.send(b"GET")
        assert client.read_all() == b"x" * 5000
    assert script.finish() == "ready\n" + f"{PEER} b'GET'\n" * 2


@pytest.mark.req("SOCK-1")
def test_udp(board: Board) -> None:
    peer = board.network.udp(5000, address=PEER)
    script = Script(
        board,
        f"""
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('0.0.0.0', 6000))
print(s.sendto(b'ping', ('{PEER}', 5000)))
print(s.recvfrom(100))
s.settimeout(1)
try:
    s.recv(10)
except OSError as e:
    print(e.errno)
s.close()
""",
    )
    received: list[tuple[bytes, int] | None] = []

    def arrived() -> bool:
        received.append(peer.receive())
        return received[-1] is not None

    script.until(arrived)
    assert received[-1] == (b"ping", 6000)
    peer.send(b"pong", 6000)
    assert script.finish() == f"4\n(b'pong', ('{PEER}', 5000))\n110\n"


@pytest.mark.req("SOCK-1")
def test_every_operation_heeds_the_timeout(board: Board) -> None:
    board.network.listen(8000, address=PEER)
    assert (
        board.repl(f"""
import socket, time
def late(f, *a):
    t = time.ticks_ms()
    try:
        f(*a)
    except OSError as e:
        d = time.ticks_diff(time.ticks_ms(), t)
        print(e.errno, 950 < d < 1200 if e.errno == 110 else d < 50)
a = socket.socket(); a.bind(('', 9000)); a.listen()
b = socket.socket(); b.connect(('{PEER}', 8000))
for s, op in ((a, (a.accept,)), (b, (b.recv, 10))):
    s.settimeout(1); late(*op)
    s.setblocking(False); late(*op)
    s.settimeout(0); late(*op)
a.close(); b.close()
""")
        == "110 True\n11 True\n11 True\n" * 2
    )


@pytest.mark.req("SOCK-1")
def test_connect_that_fails(board: Board) -> None:
    board.network.hosts.add(PEER)
    assert (
        board.repl(f"""
import socket
s = socket.socket(); s.settimeout(5)
try:
    s.connect(('{PEER}', 81))
except OSError as e:
    print(e.errno)
s.close()
""")
        == "111\n"
    )


@pytest.mark.req("SOCK-1")
def test_reset_by_the_peer(board: Board) -> None:
    listener = board.network.listen(8000, address=PEER)
    script = Script(
        board,
        f"""
import select, socket
s = socket.socket(); s.connect(('{PEER}', 8000))
p = select.poll(); p.register(s, select.POLLIN)
uses = lambda: s.recv(10), lambda: s.send(b'y'), lambda: s.sendall(b'y'), lambda: s.read(1), lambda: s.write(b'z')
for use in uses:
    try:
        print(use())
    except OSError as e:
        print(e.errno)
print(p.poll(100)[0][1] == select.POLLERR)
s.close()
""",
    )
    script.until(lambda: bool(listener.accepted))
    board.run(100)
    listener.accepted[0].reset()
    assert script.finish() == "104\n" * 5 + "True\n"  # ECONNRESET, at each use


@pytest.mark.req("SOCK-1")
def test_getaddrinfo(board: Board) -> None:
    board.network.names["server.example"] = "10.1.2.3"
    text = board.repl(
        """
import socket
print(socket.getaddrinfo('server.example', 80)[0][-1], socket.getaddrinfo('1.2.3.4', 5)[0][-1])
try:
    socket.getaddrinfo('nobody.example', 80)
except OSError as e:
    print(e.errno < 0)
""",
        seconds=30,
    )
    assert text == "('10.1.2.3', 80) ('1.2.3.4', 5)\nTrue\n"


@pytest.mark.req("SOCK-1")
def test_select_and_poll(board: Board) -> None:
    listener = board.network.listen(8000, address=PEER)
    script = Script(
        board,
        f"""
import socket, select, time
s = socket.socket(); s.connect(('{PEER}', 8000))
p = select.poll(); p.register(s, select.POLLIN)
t = time.ticks_ms()
print(p.poll(500), time.ticks_diff(time.ticks_ms(), t) // 100)
print('waiting')
t = time.ticks_ms()
print(p.poll(5000)[0][1] == select.POLLIN, time.ticks_diff(time.ticks_ms(), t) < 1200)
print(s.recv(10), select.select([s], [s], [], 0)[:2] == ([], [s]))
s.close()
""",
    )
    script.printed("waiting")
    board.run(1000)
    listener.accepted[0].send(b"data")
    assert script.finish() == "[] 5\nwaiting\nTrue True\nb'data' True\n"


@pytest.mark.req("SOCK-1")
def test_interrupt_ends_every_wait(board: Board) -> None:
    board.network.listen(8000, address=PEER)
    board.repl(f"import socket; s = socket.socket(); s.connect(('{PEER}', 8000))")
    board.uart.write(b"s.recv(10)\r")
    board.run(500)
    assert b"KeyboardInterrupt" in board.interrupt()
    board.repl("s.close()")


@pytest.mark.req("SOCK-1")
def test_threads_and_servers_run_beside_a_wait(board: Board) -> None:
    board.repl("""
import socket, _thread
n = 0
def count():
    global n
    import time
    for i in range(1000):
        n += 1
        time.sleep_ms(10)
_thread.start_new_thread(count, ())
s = socket.socket(); s.bind(('', 9000)); s.listen()
""")
    board.uart.write(b"s.accept()\r")
    board.run(1000)
    telnet = board.connect(23)
    assert telnet.wait(lambda: b"Login as: " in telnet.stream.received, 1.0)
    board.interrupt()
    assert int(board.repl("print(n)")) > 80


@pytest.mark.req("SOCK-1")
def test_all_sockets_come_back(board: Board) -> None:
    """The chip has eight. The servers listen on two, and each of those keeps one for who comes next."""
    take = """
import socket, gc
kept = []
try:
    while True:
        kept.append(socket.socket())
except OSError as e:
    print(len(kept), e.errno)
"""
    assert board.repl(take) == "4 12\n"
    board.repl("for s in kept: s.close()")
    assert board.repl(take) == "4 12\n"
    board.repl("kept = s = None")
    board.repl("gc.collect()")
    assert board.repl(take) == "4 12\n"
    board.uart.write(b"\x04")
    board.wait_prompt()
    assert board.repl(take) == "4 12\n"


@pytest.mark.req("SOCK-1", "WL-2")
def test_a_restart_of_the_network_ends_sockets_and_waits_for_them(board: Board) -> None:
    board.network.listen(8000, address=PEER)
    assert (
        board.repl(
            f"""
import socket, network, _thread, time
s = socket.socket(); s.connect(('{PEER}', 8000))
t = socket.socket(); t.bind(('', 9000)); t.listen()
def wait():
    try:
        t.accept()
    except OSError as e:
        print('thread', e.errno)
_thread.start_new_thread(wait, ())
time.sleep_ms(50)
network.WLAN().channel(9)
time.sleep_ms(1500)
for f in (lambda: s.send(b'x'), lambda: s.recv(1), lambda: t.accept()):
    try:
        f()
    except OSError as e:
        print(e.errno)
s.close(); t.close()
n = socket.socket(); n.connect(('{PEER}', 8000)); print(n.send(b'again')); n.close()
""",
            seconds=40,
        )
        == "thread 9\n9\n9\n9\n5\n"
    )


def test_bad_arguments(board: Board) -> None:
    assert (
        board.repl("""
import socket
s = socket.socket()
for f in (lambda: socket.socket(10), lambda: s.settimeout(-1), lambda: s.connect(('1.2.3.4', 99999)),
          lambda: s.connect(('x.y', 1)), lambda: s.connect(3), lambda: s.bind(('1.2.3.4.5', 1))):
    try:
        f()
    except Exception as e:
        print(type(e).__name__)
s.close()
""")
        == "OSError\nValueError\nValueError\nValueError\nTypeError\nValueError\n"
    )


@pytest.mark.req("SOCK-1")
def test_sockets_that_nobody_has_any_more(board: Board) -> None:
    """They are closed when all are taken and another one is wanted."""
    code = """
import socket
for i in range(40):
    s = socket.socket()
print(i)
"""
    assert board.repl(code, 60) == "39\n"


@pytest.mark.req("SOCK-1")
def test_options_that_would_make_a_socket_wait_where_all_wait(board: Board) -> None:
    code = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('', 5000))
refused = [(1, option) for option in (20, 24, 27, 28, 30, 31, 32, 33, 65560)] + [(3, 100), (65537, 24)]
for level, option in refused:
    try:
        s.setsockopt(level, option, b'\\0\\0\\0\\0')
        print(level, option)
    except OSError as e:
        print(end='.' if e.errno == 22 else str(e))
s.setsockopt(1, 9, 1)
s.settimeout(1)
try: s.recv(10)
except OSError as e: print(e.errno)
"""
    assert board.repl(code, 20) == "...........110\n"
