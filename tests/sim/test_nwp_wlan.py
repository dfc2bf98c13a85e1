"""WLAN, addresses and network applications of the network processor."""

from __future__ import annotations

import struct

import pytest
from cc3200sim.flash import Flash
from cc3200sim.nwp.opcodes import Opcode
from cc3200sim.nwp.wlan import MAX_PROFILES, MAX_STATIONS
from cc3200sim.world.net.api import number
from cc3200sim.world.radio import AccessPoint, Radio, RadioError
from support.nwp_host import Host

CONNECT, DISCONNECT = Opcode.WLAN_WLANCONNECTCOMMAND, Opcode.WLAN_WLANDISCONNECTCOMMAND
CONNECTED, DISCONNECTED, STATION_CONNECTED, STATION_LEFT = (
    Opcode.WLAN_WLANASYNCCONNECTEDRESPONSE,
    Opcode.WLAN_WLANASYNCDISCONNECTEDRESPONSE,
    Opcode.WLAN_STA_CONNECTED,
    Opcode.WLAN_STA_DISCONNECTED,
)
IP_ACQUIRED, IP_LEASED, IP_RELEASED, FATAL = (
    Opcode.NETAPP_IPACQUIRED,
    Opcode.NETAPP_IP_LEASED,
    Opcode.NETAPP_IP_RELEASED,
    Opcode.DEVICE_DEVICEASYNCFATALERROR,
)
OPEN, WEP, WPA = 0, 1, 2


def set_option(host: Host, opcode: int, group: int, option: int, value: bytes) -> int:
    """sl_WlanSet, sl_NetCfgSet, sl_NetAppSet: all have the same shape."""
    padded = value + bytes(-len(value) % 4)
    return host.status(opcode, struct.pack("<4H", 0, group, option, len(value)) + padded)


def get_option(host: Host, opcode: int, group: int, option: int) -> tuple[int, int, bytes]:
    """sl_WlanGet and its like: status, option, value."""
    answer = host.command(opcode, struct.pack("<4H", 0, group, option, 64))
    status, _, option, length = struct.unpack_from("<hHHH", answer)
    return status, option, answer[8 : 8 + length]


def restart(host: Host) -> None:
    """Stop and start."""
    host.nwp.stop_register(2)
    host.events.clear()
    host.power_on()


def access_point(radio: Radio | None = None, flash: Flash | None = None) -> Host:
    """A host whose network processor runs as a WPA2 access point "board" with the key "secret key"."""
    host = Host(flash, radio)
    host.power_on()
    assert host.status(Opcode.WLAN_SET_MODE, b"\x02\0\0\0") == 0
    assert set_option(host, Opcode.WLAN_CFG_SET, 0, 0, b"board") == 0
    assert set_option(host, Opcode.WLAN_CFG_SET, 0, 6, b"\x02") == 0
    assert set_option(host, Opcode.WLAN_CFG_SET, 0, 7, b"secret key") == 0
    assert set_option(host, Opcode.WLAN_CFG_SET, 0, 3, b"\x0b") == 0
    restart(host)
    return host


def connect(host: Host, ssid: str, security: int = OPEN, key: str = "", bssid: bytes = bytes(6)) -> int:
    """sl_WlanConnect."""
    body = struct.pack("<BB6sB", security, len(ssid), bssid, len(key)) + ssid.encode() + key.encode()
    return host.status(CONNECT, body)


def station_info(host: Host) -> tuple[int, list[int]]:
    """SL_IPV4_STA_P2P_CL_GET_INFO: DHCP flag and addresses."""
    status, dhcp, value = get_option(host, Opcode.DEVICE_NETCFG_GET_COMMAND, 3, 0)
    assert status == 0
    return dhcp, list(struct.unpack("<4I", value))


# --- access point -----------------------------------------------------------------------------------------------------


def test_the_access_point_has_an_address_and_tells_it() -> None:
    host = access_point()
    address, gateway, dns = struct.unpack("<3I", host.expect(IP_ACQUIRED))
    assert (address, gateway, dns) == (number("192.168.1.1"),) * 3
    assert get_option(host, Opcode.WLAN_CFG_GET, 0, 0) == (0, 0, b"board")
    assert get_option(host, Opcode.DEVICE_NETCFG_GET_COMMAND, 6, 0)[2][:4] == struct.pack("<I", number("192.168.1.1"))


def test_settings_of_the_access_point_are_used_after_a_restart_only() -> None:
    host = access_point()
    host.expect(IP_ACQUIRED)
    assert set_option(host, Opcode.WLAN_CFG_SET, 0, 0, b"other") == 0
    values = struct.pack("<4I", *map(number, ("10.0.0.1", "255.0.0.0", "10.0.0.1", "10.0.0.1")))
    assert set_option(host, Opcode.DEVICE_NETCFG_SET_COMMAND, 7, 1, values) == 0
    host.radio.join(ssid="board", key="secret key")
    host.expect(STATION_CONNECTED)
    restart(host)
    assert struct.unpack_from("<I", host.expect(IP_ACQUIRED)) == (number("10.0.0.1"),)
    with pytest.raises(RadioError, match="the board's is other"):
        host.radio.join(ssid="board")


def test_stations_join_get_leases_and_leave() -> None:
    host = access_point()
    host.expect(IP_ACQUIRED)
    first, second = bytes.fromhex("020000000011"), bytes.fromhex("020000000012")
    host.radio.join(first, ssid="board", key="secret key")
    assert host.expect(STATION_CONNECTED)[32:38] == first
    address, seconds, mac = struct.unpack_from("<II6s", host.expect(IP_LEASED))
    assert (address, mac) == (number("192.168.1.2"), first) and seconds > 0
    host.radio.leave(first)
    assert struct.unpack("<I6sH", host.expect(IP_RELEASED)) == (number("192.168.1.2"), first, 0)
    assert host.expect(STATION_LEFT)[32:38] == first
    assert not host.nwp.wlan.connected
    host.radio.join(second)
    assert struct.unpack_from("<I4x6s", host.expect(IP_LEASED)) == (number("192.168.1.2"), second)


def test_masked_events_are_not_told() -> None:
    host = access_point()
    host.expect(IP_ACQUIRED)
    assert host.status(Opcode.DEVICE_EVENTMASKSET, struct.pack("<II", 2, 0x4)) == 0  # station connected
    assert host.status(Opcode.DEVICE_EVENTMASKSET, struct.pack("<II", 4, 0x4)) == 0  # address leased
    host.radio.join(bytes([2, 0, 0, 0, 0, 1]))
    host.run(1)
    assert not host.irq.level
    host.radio.leave(bytes([2, 0, 0, 0, 0, 1]))
    host.expect(IP_RELEASED)
    host.expect(STATION_LEFT)


def test_who_may_not_join() -> None:
    host = access_point()
    with pytest.raises(RadioError, match="no access point up"):
        host.radio.join()
    host.expect(IP_ACQUIRED)
    with pytest.raises(RadioError, match="wrong key"):
        host.radio.join(key="guess guess")
    for index in range(MAX_STATIONS):
        host.radio.join(bytes([2, 0, 0, 0, 1, index]))
    with pytest.raises(RadioError, match="full"):
        host.radio.join(bytes([2, 0, 0, 0, 1, 99]))


def test_a_computer_joins_by_itself_unless_told_not_to() -> None:
    host = access_point(Radio())
    assert host.expect(STATION_CONNECTED)[32:38] == bytes.fromhex("020000000001")
    quiet = access_point(Radio(host_joins=False))
    quiet.run(5)
    assert not quiet.nwp.wlan.stations


def test_the_dhcp_server_can_be_set_and_stopped() -> None:
    host = access_point()
    pool = struct.pack("<3I", 4096, number("192.168.1.100"), number("192.168.1.100"))
    assert host.status(Opcode.NETAPP_STOP_COMMAND, struct.pack("<I", 2)) == 0
    assert set_option(host, Opcode.NETAPP_NETAPPSET, 2, 0, pool) == 0
    host.expect(IP_ACQUIRED)
    first, second = bytes([2, 0, 0, 0, 0, 1]), bytes([2, 0, 0, 0, 0, 2])
    host.radio.join(first)
    host.run(1)
    host.expect(STATION_CONNECTED)
    assert not host.irq.level  # no lease
    host.radio.leave(first)
    host.expect(STATION_LEFT)
    assert host.status(Opcode.NETAPP_START_COMMAND, struct.pack("<I", 2)) == 0
    host.radio.join(second)
    assert struct.unpack_from("<II", host.expect(IP_LEASED)) == (number("192.168.1.100"), 4096)
    assert get_option(host, Opcode.NETAPP_NETAPPGET, 2, 0) == (0, 0, pool)
    assert set_option(host, Opcode.NETAPP_NETAPPSET, 2, 0, struct.pack("<3I", 1, 9, 8)) == -1


@pytest.mark.parametrize(
    ("option", "value", "status"),
    [
        (0, b"", -91),
        (0, b"x" * 33, -91),
        (3, b"\x0e", -61),
        (3, b"\0", -61),
        (6, b"\x07", -84),
        (7, b"x" * 64, -85),
        (4, b"\x02", -1),
        (99, b"\0", -1),
    ],
)
def test_wrong_settings_are_refused(host: Host, option: int, value: bytes, status: int) -> None:
    assert set_option(host, Opcode.WLAN_CFG_SET, 0, option, value) == status


def test_general_settings(host: Host) -> None:
    assert get_option(host, Opcode.WLAN_CFG_GET, 1, 9) == (0, 9, b"US")
    assert set_option(host, Opcode.WLAN_CFG_SET, 1, 9, b"EU") == 0
    assert get_option(host, Opcode.WLAN_CFG_GET, 1, 9) == (0, 9, b"EU")
    assert set_option(host, Opcode.WLAN_CFG_SET, 1, 9, b"XX") == -1
    assert set_option(host, Opcode.WLAN_CFG_SET, 1, 11, b"\x10") == -1


# --- station ----------------------------------------------------------------------------------------------------------


def test_an_open_network(host: Host) -> None:
    point = host.radio.add(AccessPoint("cafe", subnet="10.1.2.0/24"))
    assert connect(host, "cafe") == 0
    info = host.expect(CONNECTED)
    assert (info[1], info[2:6], info[67:73]) == (4, b"cafe", point.bssid)
    address, gateway, dns = struct.unpack("<3I", host.expect(IP_ACQUIRED))
    assert (gateway, dns) == (number("10.1.2.1"),) * 2
    assert station_info(host) == (1, [address, number("255.255.255.0"), gateway, dns])
    assert host.status(DISCONNECT) == 0
    assert host.expect(DISCONNECTED)[73] == 200
    assert host.status(DISCONNECT) == -129
    assert station_info(host) == (1, [0, 0, 0, 0])


@pytest.mark.parametrize("security", ["wpa", "wpa2"])
def test_the_right_and_the_wrong_wpa_key(host: Host, security: str) -> None:
    host.radio.add(AccessPoint("home", security, "correct horse"))
    assert connect(host, "home", WPA, "battery staple") == 0
    assert host.expect(FATAL)[:2] == struct.pack("<bB", -109, 2)
    assert not host.nwp.wlan.connected
    assert connect(host, "home", WPA, "correct horse") == 0
    host.expect(CONNECTED)
    host.expect(IP_ACQUIRED)


def test_a_wrong_wep_key_associates_but_gets_no_address(host: Host) -> None:
    host.radio.add(AccessPoint("old", "wep", "12345"))
    assert connect(host, "old", WEP, "abcde") == 0
    host.expect(CONNECTED)
    host.run(60)
    assert not host.irq.level
    assert connect(host, "old", WEP, "12345") == 0
    host.expect(DISCONNECTED)
    host.expect(IP_ACQUIRED)


def test_a_network_that_is_not_there_is_tried_until_it_is(host: Host) -> None:
    assert connect(host, "late") == 0
    host.run(30)
    assert not host.irq.level
    host.radio.add(AccessPoint("late"))
    host.expect(CONNECTED)


def test_security_must_match(host: Host) -> None:
    host.radio.add(AccessPoint("home", "wpa2", "correct horse"))
    assert connect(host, "home") == 0
    host.run(10)
    assert not host.irq.level
    assert connect(host, "home", WPA, "short") == -89
    assert connect(host, "home", WEP, "1234") == -89
    assert connect(host, "home", 9, "") == -84
    assert connect(host, "") == -91


def test_the_bssid_chooses_between_networks_of_one_name(host: Host) -> None:
    host.radio.add(AccessPoint("mesh", bssid=bytes([2, 0, 0, 0, 2, 1]), rssi=-40))
    far = host.radio.add(AccessPoint("mesh", bssid=bytes([2, 0, 0, 0, 2, 2]), rssi=-80))
    assert connect(host, "mesh", bssid=far.bssid) == 0
    assert host.expect(CONNECTED)[67:73] == far.bssid


def test_a_lost_access_point_is_noticed_and_found_again(host: Host) -> None:
    point = host.radio.add(AccessPoint("home"))
    assert host.status(Opcode.WLAN_POLICYSETCOMMAND, bytes([0x10, 0, 3, 0])) == 0  # auto and fast
    assert connect(host, "home") == 0
    host.expect(IP_ACQUIRED)
    host.radio.remove(point)
    assert host.expect(DISCONNECTED)[73] == 109
    host.run(20)
    host.radio.add(point)
    host.expect(CONNECTED)


def test_a_static_address(host: Host) -> None:
    host.radio.add(AccessPoint("home", dhcp=False))
    values = [number(a) for a in ("192.168.178.77", "255.255.255.0", "192.168.178.1", "8.8.8.8")]
    assert set_option(host, Opcode.DEVICE_NETCFG_SET_COMMAND, 5, 1, struct.pack("<4I", *values)) == 0
    restart(host)
    assert connect(host, "home") == 0
    assert struct.unpack("<3I", host.expect(IP_ACQUIRED)) == (values[0], values[2], values[3])
    assert station_info(host) == (0, values)
    assert set_option(host, Opcode.DEVICE_NETCFG_SET_COMMAND, 4, 1, b"\x01") == 0
    host.run(60)
    assert not host.nwp.wlan.has_address  # nobody gives one here


def test_roles_have_their_commands() -> None:
    host = access_point()
    assert connect(host, "x") == -71
    assert host.status(DISCONNECT) == -71
    assert host.status(Opcode.WLAN_POLICYSETCOMMAND, struct.pack("<BxBBI", 0x20, 1, 4, 10)) == -71
    assert host.status(Opcode.WLAN_SET_MODE, b"\x03\0\0\0") == -71  # P2P is not modelled


def test_scanning(host: Host) -> None:
    host.radio.add(AccessPoint("far", "wpa", "12345678", rssi=-80, bssid=bytes([2, 0, 0, 0, 3, 1])))
    host.radio.add(AccessPoint("near", "open", rssi=-30, bssid=bytes([2, 0, 0, 0, 3, 2])))
    host.radio.add(AccessPoint("secret", hidden=True))
    assert host.status(Opcode.WLAN_POLICYSETCOMMAND, struct.pack("<BxBBI", 0x20, 1, 4, 3600)) == 0
    assert host.status(Opcode.WLAN_SCANRESULTSGETCOMMAND, bytes([0, 20, 0, 0])) == 0  # too soon
    host.run(1.05)
    answer = host.command(Opcode.WLAN_SCANRESULTSGETCOMMAND, bytes([0, 20, 0, 0]))
    assert struct.unpack_from("<h", answer) == (2,)
    entries = [struct.unpack_from("<32sBB6sb", answer, 4 + 44 * i) for i in range(2)]
    assert [(e[0][: e[1]], e[2], e[4]) for e in entries] == [(b"near", 0, -30), (b"far", 2, -80)]
    assert struct.unpack_from("<h", host.command(Opcode.WLAN_SCANRESULTSGETCOMMAND, bytes([1, 20, 0, 0]))) == (1,)


def test_profiles(host: Host) -> None:
    def add(ssid: str, priority: int, security: int = OPEN, key: str = "") -> int:
        head = struct.pack("<bBB6sBB", security, len(ssid), priority, bytes(6), len(key), 0)
        return host.status(Opcode.WLAN_PROFILEADDCOMMAND, head + ssid.encode() + key.encode())

    assert [add(f"n{i}", i) for i in range(MAX_PROFILES)] == list(range(MAX_PROFILES))
    assert add("more", 1) == -93
    assert add("x", 1, WPA, "short") == -89
    answer = host.command(Opcode.WLAN_PROFILEGETCOMMAND, bytes([3, 0, 0, 0]))
    assert struct.unpack_from("<bBB", answer) == (0, 2, 3) and answer[20:22] == b"n3"
    assert host.status(Opcode.WLAN_PROFILEDELCOMMAND, bytes([3, 0, 0, 0])) == 0
    assert host.status(Opcode.WLAN_PROFILEDELCOMMAND, bytes([3, 0, 0, 0])) == -1
    assert host.command(Opcode.WLAN_PROFILEGETCOMMAND, bytes([3, 0, 0, 0]))[0] == 0xFF
    host.radio.add(AccessPoint("n1"))
    host.radio.add(AccessPoint("n5", bssid=bytes([2, 0, 0, 0, 4, 1])))
    restart(host)
    assert host.expect(CONNECTED)[2:4] == b"n5"  # the higher priority of those in range
    assert host.status(Opcode.WLAN_PROFILEDELCOMMAND, bytes([0xFF, 0, 0, 0])) == 0
    restart(host)
    host.run(10)
    assert not host.irq.level


def test_policies(host: Host) -> None:
    assert host.status(Opcode.WLAN_POLICYSETCOMMAND, bytes([0x30, 0, 2, 0])) == 0
    assert host.command(Opcode.WLAN_POLICYGETCOMMAND, bytes([0x30, 0, 0, 0]))[2] == 2
    assert host.status(Opcode.WLAN_POLICYSETCOMMAND, bytes([0x30, 0, 5, 0])) == -98
    assert host.status(Opcode.WLAN_POLICYSETCOMMAND, bytes([0x30, 0, 4, 0])) == -99
    assert host.status(Opcode.WLAN_POLICYSETCOMMAND, bytes([0x77, 0, 0, 0])) == -97


def test_role_and_mac_are_kept_in_the_flash() -> None:
    host = access_point()
    assert get_option(host, Opcode.DEVICE_NETCFG_GET_COMMAND, 2, 0)[2] == host.nwp.factory_mac
    assert set_option(host, Opcode.DEVICE_NETCFG_SET_COMMAND, 1, 1, bytes.fromhex("080028226931")) == 0
    assert set_option(host, Opcode.DEVICE_NETCFG_SET_COMMAND, 1, 1, bytes.fromhex("090028226931")) == -1
    assert get_option(host, Opcode.DEVICE_NETCFG_GET_COMMAND, 2, 0)[2] == host.nwp.factory_mac
    again = Host(host.flash)
    message = again.power_on()
    assert message is not None and message.payload == struct.pack("<I", 0x33333333)
    assert get_option(again, Opcode.DEVICE_NETCFG_GET_COMMAND, 2, 0)[2] == bytes.fromhex("080028226931")


def test_settings_that_do_not_change_do_not_wear_the_flash(host: Host) -> None:
    assert set_option(host, Opcode.WLAN_CFG_SET, 0, 0, b"name") == 0
    before = host.flash.operations
    assert set_option(host, Opcode.WLAN_CFG_SET, 0, 0, b"name") == 0
    assert host.flash.operations == before


# --- names, services, ping --------------------------------------------------------------------------------------------


def lookup(host: Host, name: str) -> tuple[int, int]:
    """sl_NetAppDnsGetHostByName: status and address."""
    assert host.status(Opcode.NETAPP_DNSGETHOSTBYNAME, struct.pack("<HBx", len(name), 2) + name.encode()) == 0
    status, address = struct.unpack("<hxxI", host.expect(Opcode.NETAPP_DNSGETHOSTBYNAMEASYNCRESPONSE))
    return status, address


def test_names(host: Host) -> None:
    assert lookup(host, "192.0.2.7") == (0, number("192.0.2.7"))
    assert lookup(host, "example.org") == (-161, 0)
    host.radio.add(AccessPoint("home"))
    assert connect(host, "home") == 0
    host.expect(IP_ACQUIRED)
    host.network.names["example.org"] = "192.0.2.1"
    assert lookup(host, "example.org") == (0, number("192.0.2.1"))
    assert lookup(host, "example.com") == (-163, 0)
    assert host.status(Opcode.NETAPP_DNSGETHOSTBYNAME, struct.pack("<HBx", 1, 3) + b"x") == -162


def test_services(host: Host) -> None:
    def register(name: str, options: int) -> int:
        return host.status(
            Opcode.NETAPP_MDNSREGISTERSERVICE,
            struct.pack("<BBHII", len(name), 2, 80, 120, options) + name.encode() + b"t1",
        )

    add = 1 << 31
    assert register("board._http._tcp.local", add) == 0
    assert register("board._http._tcp.local", add) == -201
    assert register("nonsense", add) == -204
    assert register("board._http._tcp.local", 0) == 0
    assert register("board._http._tcp.local", 0) == -203
    assert [register(f"b{i}._http._tcp.local", add) for i in range(6)] == [0] * 5 + [-200]
    assert register("", 0) == 0
    host.network.services["printer._ipp._tcp.local"] = ("192.0.2.9", 631, "paper")
    question = struct.pack("<BBH", 15, 2, 0) + b"_ipp._tcp.local"
    assert host.status(Opcode.NETAPP_MDNSGETHOSTBYSERVICE, question) == 0
    answer = host.expect(Opcode.NETAPP_MDNSGETHOSTBYSERVICEASYNCRESPONSE)
    assert struct.unpack_from("<hHII", answer) == (0, 5, 631, number("192.0.2.9")) and answer[12:] == b"paper"
    assert host.status(Opcode.NETAPP_MDNSGETHOSTBYSERVICE, struct.pack("<BBH", 15, 2, 0) + b"_ftp._tcp.local") == 0
    assert struct.unpack_from("<h", host.expect(Opcode.NETAPP_MDNSGETHOSTBYSERVICEASYNCRESPONSE)) == (-177,)


def test_ping(host: Host) -> None:
    host.radio.add(AccessPoint("home"))
    assert connect(host, "home") == 0
    host.expect(IP_ACQUIRED)
    host.network.hosts.add("192.0.2.1")
    for target, answered in (("192.0.2.1", 3), ("192.0.2.2", 0)):
        body = struct.pack("<IHHIII12x", 100, 32, 500, 3, 0, number(target))
        assert host.status(Opcode.NETAPP_PINGSTART, body) == 0
        assert struct.unpack_from("<hHHHII", host.expect(Opcode.NETAPP_PINGREPORTREQUESTRESPONSE))[4:] == (answered, 3)


def test_device_name(host: Host) -> None:
    assert get_option(host, Opcode.NETAPP_NETAPPGET, 16, 0) == (0, 0, b"mysimplelink")
    assert set_option(host, Opcode.NETAPP_NETAPPSET, 16, 0, b"wipy-1") == 0
    assert get_option(host, Opcode.NETAPP_NETAPPGET, 16, 0) == (0, 0, b"wipy-1")
    assert set_option(host, Opcode.NETAPP_NETAPPSET, 16, 0, b"not a name") == -118
    assert set_option(host, Opcode.NETAPP_NETAPPSET, 16, 0, b"x" * 33) == -117


def test_the_board_answers_for_its_names() -> None:
    host = access_point()
    assert host.network.ask_mdns("mysimplelink.local") is None  # no address yet
    host.expect(IP_ACQUIRED)
    assert host.network.ask_mdns("mysimplelink.local") == ("192.168.1.1", 0, "")
    assert set_option(host, Opcode.NETAPP_NETAPPSET, 16, 0, b"wipy-1") == 0
    assert host.network.ask_mdns("mysimplelink.local") is None
    assert host.network.ask_mdns("wipy-1.local") == ("192.168.1.1", 0, "")
    name = b"wipy-1._telnet._tcp.local"
    assert (
        host.status(
            Opcode.NETAPP_MDNSREGISTERSERVICE, struct.pack("<BBHII", len(name), 4, 23, 120, 1 << 31) + name + b"repl"
        )
        == 0
    )
    assert host.network.ask_mdns("_telnet._tcp.local") == ("192.168.1.1", 23, "repl")
    assert host.status(Opcode.NETAPP_STOP_COMMAND, struct.pack("<I", 4)) == 0
    assert host.network.ask_mdns("wipy-1.local") is None


def test_the_dns_server_of_the_access_point() -> None:
    host = access_point()
    host.expect(IP_ACQUIRED)
    assert host.network.ask_dns("mysimplelink.net") == "192.168.1.1"
    assert set_option(host, Opcode.NETAPP_NETAPPSET, 16, 1, b"wipy.lan") == 0
    assert host.network.ask_dns("mysimplelink.net") is None
    assert host.network.ask_dns("wipy.lan") == "192.168.1.1"
    assert host.status(Opcode.NETAPP_STOP_COMMAND, struct.pack("<I", 8)) == 0
    assert host.network.ask_dns("wipy.lan") is None
