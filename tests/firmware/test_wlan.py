"""network.WLAN on the booted image, in a radio world of the test's making."""

from __future__ import annotations

import pytest
from cc3200sim.board import Board
from cc3200sim.nwp.opcodes import Opcode
from cc3200sim.world.radio import AccessPoint, RadioError
from support.script import Script

OTHER_MAC = bytes.fromhex("0200000000aa")


@pytest.mark.req("WL-1")
def test_factory_default(board: Board) -> None:
    text = board.repl("""
import network
w = network.WLAN()
m = w.mac()
print(w.mode() == w.AP, w.ssid() == 'wipy-wlan-%02x%02x' % (m[4], m[5]), w.auth() == (w.WPA2, 'www.wipy.io'))
print(w.ifconfig(), w.channel(), w.antenna() == w.INT_ANT)
""")
    assert text == "True True True\n('192.168.1.1', '255.255.255.0', '192.168.1.1', '192.168.1.1') 5 True\n"


@pytest.mark.req("WL-1", "WL-2")
def test_stations_join_and_leave(board: Board) -> None:
    board.repl("import network; w = network.WLAN()")
    assert board.repl("w.isconnected()") == "True\n"  # the computer at the bench
    board.radio.leave()
    board.run(100)
    assert board.repl("w.isconnected()") == "False\n"
    with pytest.raises(RadioError):
        board.radio.join(OTHER_MAC, key="wrong key")
    board.radio.join(OTHER_MAC, key="www.wipy.io")
    board.run(200)
    assert board.repl("w.isconnected()") == "True\n"


@pytest.mark.req("WL-2")
def test_settings_of_the_access_point(board: Board) -> None:
    text = board.repl(
        """
import network
w = network.WLAN()
w.init(mode=w.AP, ssid='my board', auth=(w.WPA2, 'a long secret'), channel=7, antenna=w.EXT_ANT)
print(w.mode(), w.ssid(), w.auth(), w.channel(), w.antenna())
w.auth(None); w.ssid('open'); w.channel(3)
print(w.ssid(), w.auth(), w.channel())
w.auth((w.WEP, '0123456789'))
print(w.auth())
""",
        seconds=30,
    )
    assert text == "2 my board (2, 'a long secret') 7 1\nopen None 3\n(1, '0123456789')\n"
    assert board.pin("ANTSEL1").level == 0
    assert board.pin("ANTSEL2").level == 1


@pytest.mark.req("WL-2")
def test_scan(board: Board) -> None:
    board.radio.add(AccessPoint("home", "wpa2", "password1", bytes.fromhex("020000000101"), rssi=-40))
    board.radio.add(AccessPoint("café", "open", "", bytes.fromhex("020000000102"), rssi=-70))
    board.radio.add(AccessPoint("old", "wep", bytes.fromhex("0123456789"), bytes.fromhex("020000000103"), rssi=-80))
    text = board.repl(
        """
import network
w = network.WLAN(mode=network.WLAN.STA)
for n in w.scan():
    print(n.ssid, n.bssid, n.sec, n.channel, n.rssi)
""",
        seconds=30,
    )
    assert text == (
        "home b'\\x02\\x00\\x00\\x00\\x01\\x01' 2 None -40\n"
        "café b'\\x02\\x00\\x00\\x00\\x01\\x02' None None -70\n"
        "old b'\\x02\\x00\\x00\\x00\\x01\\x03' 1 None -80\n"
    )


@pytest.mark.req("WL-2")
@pytest.mark.parametrize(
    ("security", "key", "auth"),
    [
        ("wpa2", "password1", "(w.WPA2, 'password1')"),
        ("open", "", "None"),
        ("wep", bytes.fromhex("0123456789"), "(w.WEP, '0123456789')"),
    ],
)
def test_station_connects_and_loses_the_signal(board: Board, security: str, key: str | bytes, auth: str) -> None:
    point = board.radio.add(AccessPoint("home", security, key))
    text = board.repl(
        f"""
import network, time
w = network.WLAN(mode=network.WLAN.STA)
w.connect('home', auth={auth})
while not w.isconnected():
    time.sleep_ms(50)
print(w.ipconfig('addr4')[1], w.ipconfig('gw4'), w.ipconfig('dhcp4'))
""",
        seconds=30,
    )
    assert text == "255.255.255.0 192.168.178.1 True\n"
    board.radio.remove(point)
    board.run(3000)
    assert board.repl("w.isconnected()") == "False\n"


@pytest.mark.req("WL-2")
def test_wrong_key_and_absent_network_time_out(board: Board) -> None:
    board.radio.add(AccessPoint("home", "wpa2", "password1"))
    text = board.repl(
        """
import network
w = network.WLAN(mode=network.WLAN.STA)
for ssid, key in (('home', 'wrong one'), ('nowhere', 'password1')):
    try:
        w.connect(ssid, auth=(w.WPA2, key), timeout=3000)
    except OSError as e:
        print(e.errno, w.isconnected())
w.connect('home', auth=(w.WPA2, 'password1'), timeout=5000)
print(w.isconnected())
w.disconnect()
print(w.isconnected())
""",
        seconds=60,
    )
    assert text == "110 False\n110 False\nTrue\nFalse\n"


@pytest.mark.req("WL-2")
def test_fixed_address(board: Board) -> None:
    board.radio.add(AccessPoint("home", "wpa2", "password1"))
    text = board.repl(
        """
import network
w = network.WLAN(mode=network.WLAN.STA)
w.ifconfig(config=('192.168.178.107', '255.255.255.0', '192.168.178.1', '8.8.8.8'))
w.connect('home', auth=(w.WPA2, 'password1'), timeout=5000)
print(w.ifconfig(), w.ipconfig('dhcp4'), network.ipconfig('dns'))
w.ipconfig(addr4='192.168.178.9/24', gw4='192.168.178.254')
print(w.ipconfig('addr4'), w.ipconfig('gw4'))
w.ifconfig(config='dhcp')
w.connect('home', auth=(w.WPA2, 'password1'), timeout=5000)
print(w.ipconfig('dhcp4'))
""",
        seconds=60,
    )
    assert text == (
        "('192.168.178.107', '255.255.255.0', '192.168.178.1', '8.8.8.8') False 8.8.8.8\n"
        "('192.168.178.9', '255.255.255.0') 192.168.178.254\nTrue\n"
    )


@pytest.mark.req("WL-2")
def test_servers_work_in_both_roles_and_survive_a_change(board: Board) -> None:
    board.radio.add(AccessPoint("home", "wpa2", "password1"))
    old = board.connect(23)
    board.repl(
        """
import network
w = network.WLAN(mode=network.WLAN.STA)
w.connect('home', auth=(w.WPA2, 'password1'), timeout=5000)
""",
        seconds=30,
    )
    old.close()
    client = board.connect(23)
    assert client.wait(lambda: b"Login as: " in client.stream.received, 3.0)
    assert board.repl("import os; 'main.py' in os.listdir('/flash')") in ("True\n", "")
    assert board.repl("'main.py' in os.listdir('/flash')") == "True\n"


@pytest.mark.req("WL-2")
def test_mac_and_hostname(board: Board) -> None:
    text = board.repl(
        """
import network
w = network.WLAN()
w.mac(b'\\x02\\x11\\x22\\x33\\x44\\x55')
network.hostname('kitchen')
print(w.mac(), network.hostname())
""",
        seconds=30,
    )
    assert text == "b'\\x02\\x11\"3DU' kitchen\n"


@pytest.mark.req("WL-2")
def test_irq(board: Board) -> None:
    board.radio.add(AccessPoint("home", "wpa2", "password1"))
    script = Script(
        board,
        """
import network, machine, time
w = network.WLAN(mode=network.WLAN.STA)
i = w.irq(handler=lambda w: print('event', w.isconnected()))
w.connect('home', auth=(w.WPA2, 'password1'), timeout=5000)
time.sleep_ms(100)
w.disconnect()
time.sleep_ms(500)
""",
    )
    assert script.finish(30) == "event True\nevent False\n"


@pytest.mark.req("WL-2")
@pytest.mark.parametrize(
    "call",
    [
        "w.init(mode=5)",
        "w.init(mode=w.AP, ssid='x' * 33)",
        "w.channel(0)",
        "w.channel(12)",
        "w.init(mode=w.AP, ssid='x', auth=(w.WPA2, 'short'))",
        "w.auth((9, 'password1'))",
        "w.auth((w.WEP, 'xyz'))",
        "w.mac(b'123')",
        "w.ssid('')",
        "w.antenna(2)",
        "w.ipconfig('nothing')",
        "w.ifconfig(config='x')",
        "network.hostname('x' * 16)",
    ],
)
def test_bad_values_raise(board: Board, call: str) -> None:
    board.repl("import network; w = network.WLAN()")
    assert "Error" in board.repl(call)
    assert board.repl("w.mode()") == "2\n"


SETTINGS = "print(w.mode(), w.ssid(), w.auth(), w.channel())"


@pytest.mark.req("WL-2")
@pytest.mark.parametrize(
    ("refused", "call"),
    [
        (Opcode.WLAN_CFG_SET, "w.ssid('another')"),
        (Opcode.WLAN_CFG_SET, "w.auth((w.WPA2, 'another secret'))"),
        (Opcode.WLAN_CFG_SET, "w.channel(9)"),
        (Opcode.WLAN_CFG_SET, "w.init(mode=w.AP, ssid='another', channel=9)"),
        (Opcode.WLAN_SET_MODE, "w.channel(9)"),
        (Opcode.WLAN_SET_MODE, "w.mode(w.STA)"),
        (Opcode.DEVICE_NETCFG_GET_COMMAND, "w.mac()"),
        (Opcode.DEVICE_NETCFG_GET_COMMAND, "w.ifconfig()"),
        (Opcode.DEVICE_NETCFG_GET_COMMAND, "w.ipconfig('addr4')"),
        (Opcode.DEVICE_NETCFG_GET_COMMAND, "network.ipconfig('dns')"),
        (Opcode.DEVICE_NETCFG_SET_COMMAND, "w.mac(b'123456')"),
        (
            Opcode.DEVICE_NETCFG_SET_COMMAND,
            "w.ifconfig(config=('192.168.4.1', '255.255.255.0', '192.168.4.1', '8.8.8.8'))",
        ),
        (Opcode.NETAPP_NETAPPSET, "w.ifconfig(config=('192.168.4.1', '255.255.255.0', '192.168.4.1', '8.8.8.8'))"),
        (Opcode.NETAPP_START_COMMAND, "w.ifconfig(config=('192.168.4.1', '255.255.255.0', '192.168.4.1', '8.8.8.8'))"),
        (Opcode.NETAPP_NETAPPSET, "network.hostname('kitchen')"),
        (Opcode.NETAPP_NETAPPGET, "network.hostname()"),
    ],
)
def test_what_the_network_processor_refuses_raises_and_is_not_told_as_set(
    board: Board, refused: Opcode, call: str
) -> None:
    before = board.repl(f"import network; w = network.WLAN(); {SETTINGS}")
    board.machine.nwp.refusals[refused] = -1
    assert "OSError: " in board.repl(call, seconds=10)
    board.machine.nwp.refusals.clear()
    assert board.repl(SETTINGS) == before


@pytest.mark.req("WL-2")
def test_what_was_refused_is_set_by_the_next_try(board: Board) -> None:
    board.repl("import network; w = network.WLAN()")
    board.machine.nwp.refusals[Opcode.WLAN_SET_MODE] = -1
    assert "OSError: " in board.repl("w.ssid('another')", seconds=10)
    board.machine.nwp.refusals.clear()
    assert board.repl("w.ssid('another'); print(w.ssid())", seconds=10) == "another\n"
    assert board.machine.nwp.wlan.ssid == b"another"


@pytest.mark.req("WL-2")
def test_a_radio_that_does_not_come_back_is_told_and_nothing_of_it_hangs(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    board.repl("import network; w = network.WLAN()")
    monkeypatch.setattr(board.machine.blocks.arcm, "on_nwp_wake", lambda *_: None)
    assert "OSError: [Errno 19] ENODEV" in board.repl("w.channel(9)", seconds=20)
    assert board.repl("print(w.channel())") == "5\n"
    for call in ("w.mac()", "w.ifconfig()", "w.ssid('x')", "network.hostname()", "w.scan()"):
        assert "OSError: " in board.repl(call, seconds=20), call
    assert board.repl("6 * 7") == "42\n"


@pytest.mark.req("SOCK-1")
def test_a_socket_that_can_not_be_made_non_blocking_is_closed(board: Board) -> None:
    """One that blocked would hold up the network processor for telnet and FTP."""
    board.machine.nwp.refusals[Opcode.SOCKET_SETSOCKOPT] = -1
    assert "OSError: " in board.repl("import socket; socket.socket()")
    board.machine.nwp.refusals.clear()
    assert len(board.machine.nwp.sockets.sockets) == 2  # the servers' listeners


@pytest.mark.req("WL-2")
@pytest.mark.parametrize(
    "change",
    [
        "w.ifconfig(config=('192.168.178.109', '255.255.255.0', '192.168.178.1', '8.8.8.8'))",
        "w.ipconfig(addr4='192.168.178.109/24', gw4='192.168.178.1')",
        "network.ipconfig(dns='8.8.8.8')",
        "w.mac(b'\\x02\\x00\\x00\\x12\\x34\\x56')",
    ],
)
def test_an_address_set_while_connected_keeps_the_connection(board: Board, change: str) -> None:
    board.radio.add(AccessPoint("home", "wpa2", "password1"))
    text = board.repl(
        f"""
import network, time
w = network.WLAN(mode=network.WLAN.STA)
w.connect('home', auth=(w.WPA2, 'password1'), timeout=5000)
{change}
time.sleep(2)
print(w.isconnected())
w.ifconfig(config='dhcp')
w.mode(w.AP)
w.mode(w.STA)
time.sleep(2)
print(w.isconnected())
""",
        seconds=60,
    )
    assert text == "True\nFalse\n"  # what leaves the station leaves its network


@pytest.mark.req("WL-2")
def test_dns_in_the_order_of_the_documents(board: Board) -> None:
    """Before there is an address, then with one that is set, then over a lease."""
    board.radio.add(AccessPoint("home", "wpa2", "password1"))
    text = board.repl(
        """
import network, time
w = network.WLAN(mode=network.WLAN.STA)
network.ipconfig(dns='8.8.8.8')
print(network.ipconfig('dns'))
w.ipconfig(addr4='192.168.178.109/24', gw4='192.168.178.1')
w.connect('home', auth=(w.WPA2, 'password1'), timeout=5000)
print(network.ipconfig('dns'), w.ifconfig()[0])
network.ipconfig(dns='9.9.9.9')
time.sleep(2)
print(w.isconnected(), network.ipconfig('dns'))
""",
        seconds=60,
    )
    assert text == "8.8.8.8\n8.8.8.8 192.168.178.109\nTrue 9.9.9.9\n"


@pytest.mark.req("WL-2")
def test_forms_of_firmware_1(board: Board) -> None:
    board.radio.add(AccessPoint("home"))
    text = board.repl(
        """
import network, time, machine, os
w = network.WLAN()
ssid, auth = w.ssid(), w.auth()
w = network.WLAN(mode=network.WLAN.AP)
print(w.ssid() == ssid, w.auth() == auth)
w.init(mode=w.AP, ssid='open', auth=(None, ''))
print(w.ssid(), w.auth())
w.init(mode=w.AP, auth=None)
print(w.ssid(), w.auth())
w = network.WLAN(mode=network.WLAN.STA)
t = time.ticks_ms()
print(w.connect('home', auth=(None, ''), timeout=0), time.ticks_diff(time.ticks_ms(), t) < 200)
time.sleep(5)
print(w.isconnected(), w.irq(trigger=w.ANY_EVENT, handler=print) is w.irq(trigger=0))
u = os.dupterm()
print(u, os.dupterm(u) is u)
p = machine.Pin('GP16', mode=machine.Pin.IN)
p.irq(trigger=0)
""",
        seconds=60,
    )
    assert text.startswith("True True\nopen None\nopen None\nNone True\nTrue True\nUART(0, "), text
    assert text.endswith(" True\n")
