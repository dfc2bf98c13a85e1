"""Changes of the WLAN under open sessions: telnet, an FTP upload, a program's sockets. All recover, nothing leaks."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
from cc3200sim.board import Board
from cc3200sim.flash import Flash
from cc3200sim.machine import Machine
from cc3200sim.world.net.host import HostNetwork
from cc3200sim.world.radio import AccessPoint, Radio
from support.ftp import Ftp
from support.pools import Keeper
from support.telnet import log_in, run
from support.uploads import DRIVE, NEW, OLD, begin_upload, names_in_python

HOME = AccessPoint("home", "wpa2", "password1")
JOIN = "w.connect('home', auth=(w.WPA2, 'password1'), timeout=9000)\n"
INSTANTS_MS = (0, 9, 130, 777)

# The chip has eight sockets: a program has one beside telnet and a transfer, and four without (docs/network.md).
PROGRAM = """
import network, socket
w = network.WLAN()
def make(alone):
    client = socket.socket()
    client.connect(('192.168.1.2', 9000))
    made = [client]
    if alone:
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind(('0.0.0.0', 9001))
        listener = socket.socket()
        listener.bind(('0.0.0.0', 9002))
        listener.listen(1)
        made += [datagrams, listener]
    for s in made:
        s.settimeout(1)
    return made
"""
# Each use works, or says by an OSError that it does not: nothing hangs, nothing else is raised.
USE = """
for s in made:
    for what in (lambda: s.recv(5), lambda: s.send(b'x'), lambda: s.accept(), lambda: s.recvfrom(9),
                 lambda: s.sendto(b'x', ('192.168.1.2', 9001)), lambda: s.write(b'y'), lambda: s.read(1)):
        try:
            what()
        except OSError as e:
            e.errno
for s in made:
    s.close()
"""
AGAIN = """
made = make({})
print(made[0].send(b'again'))
for s in made:
    s.close()
"""


def leave_and_come_back(board: Board) -> None:
    """The station at the other end goes out of range."""
    board.radio.leave()
    board.run(2500)
    board.radio.join()
    board.run(500)


def lose_the_signal(board: Board) -> None:
    """The access point goes away and comes back; the program connects again."""
    board.radio.remove(board.radio.access_points[0])
    board.run(3000)
    assert board.repl("w.isconnected()") == "False\n"
    board.radio.add(HOME)
    board.repl(JOIN, seconds=30)


def by(code: str) -> Callable[[Board], None]:
    """A change that is made at the prompt."""

    def change(board: Board) -> None:
        assert board.repl(code, seconds=60) == ""

    return change


IN_AP: dict[str, Callable[[Board], None]] = {
    "station and back": by("w.init(mode=w.STA)\nw.init(mode=w.AP, ssid='wipy', auth=(w.WPA2, 'www.wipy.io'))"),
    "home and back": by(f"w.init(mode=w.STA)\n{JOIN}w.init(mode=w.AP, ssid='wipy', auth=(w.WPA2, 'www.wipy.io'))"),
    "mode": by("w.mode(w.STA)\nw.mode(w.AP)"),
    "channel": by("w.channel(9)"),
    "ssid": by("w.ssid('another')"),
    "auth": by("w.auth(None)"),
    "antenna": by("w.antenna(w.EXT_ANT)"),
    "mac": by("w.mac(b'\\x02\\x11\\x22\\x33\\x44\\x55')"),
    "init again": by("w.init(mode=w.AP, ssid='wipy', auth=(w.WPA2, 'www.wipy.io'), channel=3, antenna=w.EXT_ANT)"),
    "the station leaves": leave_and_come_back,
}

IN_STATION: dict[str, Callable[[Board], None]] = {
    "disconnect": by(f"w.disconnect()\n{JOIN}"),
    "connect again": by(JOIN),
    "signal": lose_the_signal,
    "fixed address": by("w.ifconfig(config=('192.168.178.107', '255.255.255.0', '192.168.178.1', '8.8.8.8'))\n" + JOIN),
    "scan": by("n = w.scan()"),
}


def recovers(board: Board, change: Callable[[Board], None]) -> None:
    """Open everything, change, and see that everything can be opened and used again."""
    board.network.listen(9000)
    telnet = log_in(board)
    ftp, _ = begin_upload(board, "EPSV")
    assert board.repl(PROGRAM + "made = make(False)", seconds=30) == ""
    resets = board.machine.last_reset
    middle = board.save()
    for instant in INSTANTS_MS:
        board.restore(middle)
        board.run(instant)
        change(board)
        assert board.repl(USE, seconds=60) == "", instant
        telnet.close()
        ftp.control.close()
        board.run(3000)
        assert board.repl(AGAIN.format(False), seconds=60) == "5\n", instant
        assert run(log_in(board), b"6 * 7") == b"42\r\n", instant
        again = Ftp(board)
        assert again.get("RETR /flash/kept.bin", "EPSV") in (OLD, NEW), instant
        assert names_in_python(board) == DRIVE, instant
        assert board.machine.last_reset is resets


def programs_recover(board: Board, change: Callable[[Board], None]) -> None:
    """The same for a program that has all the sockets."""
    board.network.listen(9000)
    assert board.repl(PROGRAM + "made = make(True)", seconds=30) == ""
    change(board)
    assert board.repl(USE, seconds=60) == ""
    assert board.repl(AGAIN.format(True), seconds=60) == "5\n"
    assert run(log_in(board), b"6 * 7") == b"42\r\n"
    assert Ftp(board).get("LIST /flash", "EPSV")


def all_recovers(keeper: Keeper, board: Board, change: Callable[[Board], None]) -> None:
    """Both, each from the present state, and nothing is lost."""
    start = board.save()
    recovers(board, change)
    keeper.check(board)
    board.restore(start)
    programs_recover(board, change)
    keeper.check(board)


@pytest.mark.req("WL-2", "SOCK-1", "FTP-1", "TEL-1")
@pytest.mark.parametrize("name", IN_AP)
def test_as_access_point(keeper: Keeper, board: Board, name: str) -> None:
    board.radio.add(HOME)
    all_recovers(keeper, board, IN_AP[name])


@pytest.mark.req("WL-2", "SOCK-1", "FTP-1", "TEL-1")
@pytest.mark.parametrize("name", IN_STATION)
def test_as_station(keeper: Keeper, board: Board, name: str) -> None:
    board.radio.add(HOME)
    board.repl("import network\nw = network.WLAN(mode=network.WLAN.STA)\n" + JOIN, seconds=30)
    all_recovers(keeper, board, IN_STATION[name])


@pytest.mark.req("WL-2", "TEL-1")
@pytest.mark.parametrize(
    "line",
    [
        b"w.channel(9)",
        b"w.init(mode=w.STA)",
        b"w.mac(b'\\x02\\x11\\x22\\x33\\x44\\x55')",
        b"w.ssid('another')",
    ],
)
def test_change_from_the_telnet_prompt(keeper: Keeper, board: Board, line: bytes) -> None:
    """It takes the session away that asked for it, in the middle of the answer; the interpreter goes on."""
    telnet = log_in(board)
    run(telnet, b"import network; w = network.WLAN()")
    board.uart.read()
    telnet.send(line + b"; print('y' * 2000); x = 7\r\n")
    board.run(3000)
    assert board.uart.read().endswith(b"yyy\r\n>>> ")
    assert board.repl("x") == "7\n"
    board.repl("w.init(mode=w.AP, ssid='wipy', auth=(w.WPA2, 'www.wipy.io'))", seconds=30)
    assert run(log_in(board), b"6 * 7") == b"42\r\n"
    keeper.check(board)


@pytest.mark.req("WL-2", "SOCK-1")
@pytest.mark.parametrize(
    "wait",
    [
        "client.recv(5)",
        "listener.accept()",
        "client.read(5)",
        "client.readline()",
        "client.sendall(bytes(20000))",
    ],
)
def test_a_thread_that_waits_for_ever_is_told(keeper: Keeper, board: Board, wait: str) -> None:
    listener = board.network.listen(9000)
    assert (
        board.repl(
            f"""
import network, socket, _thread, time
w = network.WLAN()
client = socket.socket()
client.connect(('192.168.1.2', 9000))
listener = socket.socket()
listener.bind(('0.0.0.0', 9002))
listener.listen(1)
told = []
def work():
    try:
        told.append({wait})
    except OSError as e:
        told.append(e.errno)
_thread.start_new_thread(work, ())
""",
            seconds=30,
        )
        == ""
    )
    listener.accepted[0].pause()
    board.run(3000)
    assert board.repl("told") == "[]\n"
    board.repl("w.channel(9)", seconds=30)
    board.run(1000)
    assert board.repl("told[0] > 0") == "True\n"
    keeper.check(board)


@pytest.mark.req("WL-2", "FTP-1", "TEL-1", "SOCK-1")
@pytest.mark.parametrize(
    ("role", "change"),
    [
        ("access point", IN_AP["antenna"]),
        ("access point", leave_and_come_back),
        ("station", lose_the_signal),
    ],
    ids=["antenna", "the station leaves", "signal"],
)
def test_sessions_that_go_on(keeper: Keeper, board: Board, role: str, change: Callable[[Board], None]) -> None:
    """TCP repeats what is not acknowledged, so an upload that waited is whole in the end."""
    board.radio.add(HOME)
    board.repl("import network\nw = network.WLAN()")
    if role == "station":
        board.repl("w.init(mode=w.STA)\n" + JOIN, seconds=30)
    listener = board.network.listen(9000)
    telnet = log_in(board)
    ftp, _ = begin_upload(board, "EPSV")
    assert board.repl(PROGRAM + "made = make(False)", seconds=30) == ""
    middle = board.save()
    for instant in INSTANTS_MS[1:3]:
        board.restore(middle)
        board.run(instant)
        change(board)
        assert ftp.reply().startswith("226"), instant
        assert ftp("SIZE kept.bin") == f"213 {len(NEW)}\r\n", instant
        assert board.repl("all(b == (i * 7 + i // 256) & 255 for i, b in enumerate(open('kept.bin', 'rb').read()))"
                          ) == "True\n"  # fmt: skip
        board.run(3000)
        telnet.read()
        if telnet.stream.peer_closed:  # what was printed meanwhile could not be sent for 5 s
            assert role == "station"
            run(log_in(board), b"6 * 7")
        else:
            assert run(telnet, b"6 * 7") == b"42\r\n", instant
        assert board.repl("made[0].send(b'still there')") == "11\n", instant
        board.run(3000)
        assert listener.accepted[0].receive() == b"still there", instant
    keeper.check(board)


@pytest.mark.req("SRV-1", "SOCK-1")
def test_a_programs_sockets_outlive_the_servers(keeper: Keeper, board: Board) -> None:
    listener = board.network.listen(9000)
    assert board.repl(PROGRAM + "made = make(True)", seconds=30) == ""
    assert board.repl("s = network.Server()\ns.deinit()\ns.init()", seconds=30) == ""
    assert board.repl("made[0].send(b'still there')") == "11\n"
    board.run(100)
    assert listener.accepted[0].receive() == b"still there"
    peer = board.connect(9002)
    assert board.repl("made[2].accept()[0].send(b'come in')") == "7\n"
    assert peer.read_until(b"come in")
    keeper.check(board)


def test_this_computer_is_where_a_stations_router_is(wipy_image: bytes, wipy_rom: bytes) -> None:
    """Who connects to a station comes from its network, and answers come from the address that was asked."""
    network = HostNetwork([(0, 8080)])
    radio = Radio()
    radio.add(AccessPoint("home"))
    board = Board(Machine(wipy_image, Flash(), wipy_rom, radio=radio, network=network))
    try:
        board.power_on()
        board.repl("import network, socket\nw = network.WLAN(mode=0)\nw.connect('home', timeout=9000)", 30)
        board.repl("s = socket.socket()\ns.bind(('', 8080))\ns.listen(1)")
        board.uart.write(b"print(s.accept()[1][0], socket.getaddrinfo('host', 1)[0][-1][0])\r")
        with socket.create_connection(("127.0.0.1", network.ports[0][0])):
            shown = board.uart.read_until(b">>> ", 60)
        assert b"192.168.178.1 192.168.178.1\r\n" in shown
    finally:
        network.close_all()
