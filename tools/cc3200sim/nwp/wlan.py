"""The WLAN: the station's connection, profiles and policies, scanning, the own access point and who joins it.

Structures and codes: wlan.h, protocol.h. Times are ours, TI publishes none. What changes only at the next start
(access point settings, role) is kept apart from what is in use.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import ClassVar

from cc3200sim.nwp.device import Device
from cc3200sim.nwp.errors import WlanError
from cc3200sim.nwp.netapp import DHCP, NetApp
from cc3200sim.nwp.netcfg import NetCfg
from cc3200sim.nwp.opcodes import Opcode
from cc3200sim.nwp.service import Link, Service, basic, command, fields, log, octet, response_of
from cc3200sim.nwp.wlan_settings import (
    PASSWORD,
    ROLE_AP,
    ROLE_STATION,
    SECURITY,
    SECURITY_OPEN,
    SECURITY_WEP,
    SECURITY_WPA,
    SSID,
    WlanSettings,
)
from cc3200sim.world.radio import HOST_MAC, AccessPoint, Radio, RadioError

ADDRESS_SECONDS = 5e-3  # from a start as access point to its IP-acquired event
HOST_JOIN_SECONDS = 20e-3  # from there to the computer that joins by itself
ASSOCIATE_SECONDS = 0.4  # scan of one channel, authentication, association, four-way handshake
HANDSHAKE_TIMEOUT_SECONDS = 4.0  # a wrong key: four tries of the handshake's second message, a second each
RETRY_SECONDS = 1.0  # next try of a connection that was asked for
DHCP_SECONDS = 0.1
SCAN_SECONDS = 0.9
BEACON_LOSS_SECONDS = 1.0
LEASE_SECONDS = 30e-3  # DHCP with a station of the own access point


REASON_USER = 200  # SL_USER_INITIATED_DISCONNECTION
REASON_BSS_LOSS = 109  # SL_WLAN_DISCONNECT_ROAMING_TRIGGER_BSS_LOSS, as boards report a lost access point
ERROR_DISCONNECT_DURING_CONNECT = -109  # device.h; what boards report after a wrong key
SENDER_SUPPLICANT = 2

MAX_PROFILES = 7
MAX_STATIONS = 1  # the CC3120 and later take four
_SCAN_SECURITY = {"open": 0, "wep": 1, "wpa": 2, "wpa2": 3}
_MATCHING = {SECURITY_OPEN: ("open",), SECURITY_WEP: ("wep",), SECURITY_WPA: ("wpa", "wpa2")}

POLICY_CONNECTION, POLICY_SCAN, POLICY_PM, POLICY_P2P = 0x10, 0x20, 0x30, 0x40
_AUTO, _FAST = 1, 2


@dataclass(frozen=True)
class Target:
    """A network the station wants: from a command or from a profile."""

    ssid: bytes
    bssid: bytes
    security: int
    key: bytes
    priority: int = 0

    def to_json(self) -> list[object]:
        """For the flash."""
        return [self.ssid.hex(), self.bssid.hex(), self.security, self.key.hex(), self.priority]

    @classmethod
    def from_json(cls, value: list[object]) -> Target:
        """From the flash."""
        ssid, bssid, security, key, priority = value
        return cls(
            bytes.fromhex(str(ssid)),
            bytes.fromhex(str(bssid)),
            int(str(security)),
            bytes.fromhex(str(key)),
            int(str(priority)),
        )


@dataclass
class Joined:
    """A station of the own access point."""

    mac: bytes
    name: str
    address: int


def check_security(security: int, key: bytes) -> int:
    """The status of a security type and its key (wlan.h)."""
    if security not in _MATCHING:
        return WlanError.INVALID_SECURITY_TYPE
    if security == SECURITY_WPA and not 8 <= len(key) <= 63:
        return WlanError.PASSWORD_ERROR
    if security == SECURITY_WEP and len(key) not in (5, 13):
        return WlanError.PASSWORD_ERROR
    return 0


class Wlan(Service):
    """The state of the WLAN. `connected`: a station with its access point, or an access point with a station."""

    STATE: ClassVar[tuple[str, ...]] = (
        "role",
        "connected",
        "has_address",
        "stations",
        "_ap",
        "_target",
        "_bssid",
        "_attempt",
        "_scan_enabled",
        "_networks",
        "_scan_interval",
    )

    def __init__(
        self, link: Link, device: Device, settings: WlanSettings, addresses: NetCfg, apps: NetApp, radio: Radio
    ) -> None:
        super().__init__(link)
        self._device, self._settings, self._addresses = device, settings, addresses
        self._apps, self._radio = apps, radio
        self._clear()

    def _clear(self) -> None:
        self.role = ROLE_STATION
        self.connected = False
        self.has_address = False
        self.stations: list[Joined] = []
        self._ap: dict[int, bytes] = {}
        self._target: Target | None = None
        self._bssid = bytes(6)
        self._attempt = 0
        self._scan_enabled = False
        self._networks: list[bytes] = []
        self._scan_interval = 0

    # --- start and stop ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Take role and settings out of the flash."""
        self._clear()
        self.role = self._settings.role
        self._ap = self._settings.access_point()

    def begin(self) -> None:
        """Called after the init-complete message."""
        if self.role == ROLE_AP:
            self.link.after(ADDRESS_SECONDS, self._ap_ready)
        else:
            self._connect_by_policy()

    def stop(self) -> None:
        """Connections end without notice to the host."""
        self.connected = self.has_address = False
        self.stations = []
        self._target = None
        self._attempt += 1

    # --- the own access point ---------------------------------------------------------------------------------------

    @property
    def ssid(self) -> bytes:
        """The own access point's name."""
        return self._ap.get(SSID, b"")

    def _ap_ready(self) -> None:
        address, _, gateway, dns = self._addresses.access_point
        self.has_address = True
        self.link.send(Opcode.NETAPP_IPACQUIRED, struct.pack("<3I", address, gateway, dns))
        if self._radio.host_joins:
            self.link.after(HOST_JOIN_SECONDS, self._host_joins)

    def _host_joins(self) -> None:
        if self.role == ROLE_AP and self._radio.host_joins:
            self.try_join(HOST_MAC, "", None, None)

    def try_join(self, mac: bytes, name: str, ssid: str | None, key: bytes | None) -> None:
        """A station asks to join; without ssid and key it knows them. Raises RadioError."""
        if self.role != ROLE_AP or not self.has_address:
            raise RadioError("the board has no access point up")
        if ssid is not None and ssid.encode() != self.ssid:
            raise RadioError(f"no access point called {ssid}: the board's is {self.ssid.decode(errors='replace')}")
        if key is not None and self._ap[SECURITY] != b"\0" and key != self._ap[PASSWORD]:
            raise RadioError("wrong key")
        if any(station.mac == mac for station in self.stations):
            return
        if len(self.stations) >= MAX_STATIONS:
            raise RadioError("the access point is full")
        self.stations.append(Joined(mac, name, 0))
        self.connected = True
        self.link.send(Opcode.WLAN_STA_CONNECTED, self._peer_info(mac))
        self.link.after(LEASE_SECONDS, self._lease, mac)

    def _peer_info(self, mac: bytes) -> bytes:
        return struct.pack("<32s6sBB32sB3x", b"", mac, 0, 0, self.ssid, len(self.ssid))

    def _lease(self, mac: bytes) -> None:
        first, last, seconds = self._apps.dhcp_pool
        station = next((station for station in self.stations if station.mac == mac), None)
        if station is None or not self._apps.runs(DHCP):
            return
        taken = {other.address for other in self.stations} | {self._addresses.access_point[0]}
        address = next((address for address in range(first, last + 1) if address not in taken), None)
        if address is not None:
            station.address = address
            self.link.send(Opcode.NETAPP_IP_LEASED, struct.pack("<II6sxx", address, seconds, mac))

    def station_left(self, mac: bytes) -> None:
        """A station went away."""
        station = next((station for station in self.stations if station.mac == mac), None)
        if station is None:
            return
        self.stations.remove(station)
        self.connected = bool(self.stations)
        if station.address:
            self.link.send(Opcode.NETAPP_IP_RELEASED, struct.pack("<I6sH", station.address, mac, 0))
        self.link.send(Opcode.WLAN_STA_DISCONNECTED, self._peer_info(mac))

    # --- the station ------------------------------------------------------------------------------------------------

    @property
    def router(self) -> int:
        """The address of the router of the network that was joined; 0: none."""
        return self._addresses.station[2] if self.point is not None else 0

    @property
    def point(self) -> AccessPoint | None:
        """The access point the station is connected to."""
        return self._radio.by_bssid(self._bssid) if self.role == ROLE_STATION and self.connected else None

    @command(Opcode.WLAN_WLANCONNECTCOMMAND)
    def _connect_command(self, opcode: int, body: bytes) -> None:
        security, ssid_length, bssid, key_length = fields("<BB6sB", body)
        ssid, key = body[9 : 9 + ssid_length], body[9 + ssid_length : 9 + ssid_length + key_length]
        status = 0 if 0 < ssid_length <= 32 else WlanError.SSID_LEN_ERROR
        status = status or check_security(security, key)
        if self.role != ROLE_STATION:
            status = WlanError.INVALID_ROLE
        self.reply(opcode, status)
        if not status:
            if self.connected:
                self._lose(REASON_USER)
            self._try(Target(ssid, bssid, security, key if security else b""))

    @command(Opcode.WLAN_WLANCONNECTEAPCOMMAND, Opcode.WLAN_EAP_PROFILEADDCOMMAND)
    def _refuse_enterprise(self, opcode: int, body: bytes) -> None:
        log.warning("enterprise security is not modelled: refused as a wrong security type")
        self.reply(opcode, WlanError.INVALID_SECURITY_TYPE)

    @command(Opcode.WLAN_WLANDISCONNECTCOMMAND)
    def _disconnect_command(self, opcode: int, body: bytes) -> None:
        if self.role != ROLE_STATION:
            self.reply(opcode, WlanError.INVALID_ROLE)
            return
        was_connected, self._target = self.connected, None
        self._attempt += 1
        self.reply(opcode, 0 if was_connected else WlanError.ALREADY_DISCONNECTED)
        if was_connected:
            self._lose(REASON_USER)

    def _try(self, target: Target) -> None:
        """Start connecting: tries again until it works or something else is asked for."""
        self._target = target
        self._attempt += 1
        self.link.after(ASSOCIATE_SECONDS, self._associate, self._attempt)

    def _associate(self, attempt: int) -> None:
        target = self._target
        if attempt != self._attempt or target is None or self.connected:
            return
        point = self._radio.find(target.ssid, target.bssid)
        if point is None or point.security not in _MATCHING[target.security]:
            self.link.after(RETRY_SECONDS, self._associate, attempt)
        elif target.security == SECURITY_WPA and point.key_bytes != target.key:
            self.link.after(HANDSHAKE_TIMEOUT_SECONDS, self._handshake_failed, attempt)
        else:
            self._bssid = point.bssid
            self.connected = True
            self._device.set_status(2, 0x80000000, True)
            self.keep("wlan.last", target.to_json())
            self.link.send(Opcode.WLAN_WLANASYNCCONNECTEDRESPONSE, self._connection_info(0))
            # WEP has no handshake: with a wrong key the association stands, but no packet gets through.
            if target.security != SECURITY_WEP or point.key_bytes == target.key:
                self.link.after(DHCP_SECONDS, self._get_address, attempt)

    def _handshake_failed(self, attempt: int) -> None:
        if attempt != self._attempt:
            return
        self._device.report_error(ERROR_DISCONNECT_DURING_CONNECT, SENDER_SUPPLICANT)
        self.link.after(RETRY_SECONDS, self._associate, attempt)

    def _connection_info(self, reason: int) -> bytes:
        ssid = self._target.ssid if self._target else b""
        return struct.pack("<BB32sB32s6sBxx", 0, len(ssid), ssid, 0, b"", self._bssid, reason)

    def _get_address(self, attempt: int) -> None:
        point = self.point
        if attempt != self._attempt or point is None:
            return
        addresses = self._addresses
        if addresses.dhcp:
            if not point.dhcp:
                return  # nobody answers
            gateway = point.address(1)
            addresses.station = [point.address(20), point.netmask, gateway, gateway]
        self.has_address = True
        self.link.send(
            Opcode.NETAPP_IPACQUIRED,
            struct.pack("<3I", addresses.station[0], addresses.station[2], addresses.station[3]),
        )

    def address_changed(self) -> None:
        """Static address turned off: ask for one."""
        self.has_address = False
        if self.point is not None:
            self.link.after(DHCP_SECONDS, self._get_address, self._attempt)

    def access_point_gone(self, bssid: bytes) -> None:
        """The access point is no longer heard: noticed after some beacons."""
        if self.role == ROLE_STATION and self.connected and bssid == self._bssid:
            self.link.after(BEACON_LOSS_SECONDS, self._beacons_lost, bssid)

    def _beacons_lost(self, bssid: bytes) -> None:
        if self.connected and bssid == self._bssid and self._radio.by_bssid(bssid) is None:
            self._lose(REASON_BSS_LOSS)
            self._connect_by_policy()

    def _lose(self, reason: int) -> None:
        info = self._connection_info(reason)
        self.connected = self.has_address = False
        self._attempt += 1
        self._device.set_status(2, 0x80000000, False)
        if self._addresses.dhcp:
            self._addresses.station = [0, 0, 0, 0]
        self.link.send(Opcode.WLAN_WLANASYNCDISCONNECTEDRESPONSE, info)

    def _connect_by_policy(self) -> None:
        if self.role != ROLE_STATION or self.connected:
            return
        policy = self.kept("wlan.policy.16", _AUTO)
        last = self.kept("wlan.last", None)
        if policy & _FAST and last is not None:
            self._try(Target.from_json(last))
        elif policy & _AUTO and (profiles := [p for p in self._profiles if p is not None]):
            heard = [p for p in profiles if self._radio.find(p.ssid, p.bssid) is not None]
            self._try(max(heard or profiles, key=lambda profile: profile.priority))

    # --- profiles and policies --------------------------------------------------------------------------------------

    @property
    def _profiles(self) -> list[Target | None]:
        kept = self.kept("wlan.profiles", [None] * MAX_PROFILES)
        return [None if value is None else Target.from_json(value) for value in kept]

    def _keep_profiles(self, profiles: list[Target | None]) -> None:
        self.keep("wlan.profiles", [None if profile is None else profile.to_json() for profile in profiles])

    @command(Opcode.WLAN_PROFILEADDCOMMAND)
    def _profile_add(self, opcode: int, body: bytes) -> None:
        security, ssid_length, priority, bssid, key_length = fields("<bBB6sB", body)
        ssid, key = body[11 : 11 + ssid_length], body[11 + ssid_length : 11 + ssid_length + key_length]
        status = 0 if 0 < ssid_length <= 32 else WlanError.SSID_LEN_ERROR
        status = status or check_security(security, key)
        if not status:
            profiles = self._profiles
            free = [index for index, profile in enumerate(profiles) if profile is None or profile.ssid == ssid]
            if free:
                status = next((index for index in free if profiles[index] is not None), free[0])
                profiles[status] = Target(ssid, bssid, security, key, priority)
                self._keep_profiles(profiles)
            else:
                status = WlanError.PREFERRED_NETWORK_LIST_FULL
        self.reply(opcode, status)
        if status >= 0:
            self._connect_by_policy()

    @command(Opcode.WLAN_PROFILEGETCOMMAND)
    def _profile_get(self, opcode: int, body: bytes) -> None:
        profile = self._profiles[octet(body, 0)] if octet(body, 0) < MAX_PROFILES else None
        if profile is None:
            data = struct.pack("<b19x", -1)
        else:
            head = struct.pack("<bBB6sBB", profile.security, len(profile.ssid), profile.priority, profile.bssid, 0, 0)
            data = head + bytes(9) + profile.ssid
        self.link.reply(response_of(opcode), data)

    @command(Opcode.WLAN_PROFILEDELCOMMAND)
    def _profile_delete(self, opcode: int, body: bytes) -> None:
        index = octet(body, 0)
        profiles = self._profiles
        status = 0
        if index == 0xFF:
            profiles = [None] * MAX_PROFILES
            self.keep("wlan.last", None)
        elif index < MAX_PROFILES and profiles[index] is not None:
            profiles[index] = None
        else:
            status = -1
        if not status:
            self._keep_profiles(profiles)
        self.reply(opcode, status)

    @command(Opcode.WLAN_POLICYSETCOMMAND)
    def _policy_set(self, opcode: int, body: bytes) -> None:
        kind, option, length = fields("<BxBB", body)
        value = body[4 : 4 + length]
        status = 0
        if kind == POLICY_SCAN:
            status = self._set_scan(option, value)
        elif kind == POLICY_PM and option > 4:
            status = WlanError.PM_POLICY_INVALID_OPTION
        elif kind == POLICY_PM and option == 4 and len(value) < 8:
            status = WlanError.PM_POLICY_INVALID_PARAMS
        elif kind in (POLICY_CONNECTION, POLICY_PM, POLICY_P2P):
            self.keep(f"wlan.policy.{kind}", option)
        else:
            status = WlanError.INVALID_POLICY_TYPE
        self.reply(opcode, status)
        if kind == POLICY_CONNECTION and not status and self._target is None:
            self._connect_by_policy()

    @command(Opcode.WLAN_POLICYGETCOMMAND)
    def _policy_get(self, opcode: int, body: bytes) -> None:
        kind = octet(body, 0)
        value = b""
        if kind == POLICY_SCAN:
            option, value = int(self._scan_enabled), struct.pack("<I", self._scan_interval)
        else:
            option = self.kept(f"wlan.policy.{kind}", _AUTO if kind == POLICY_CONNECTION else 0)
        self.link.reply(response_of(opcode), struct.pack("<BxBB", kind, option, len(value)) + value)

    # --- scanning ---------------------------------------------------------------------------------------------------

    def _set_scan(self, option: int, value: bytes) -> int:
        if self.role != ROLE_STATION:
            return WlanError.INVALID_ROLE
        self._scan_enabled = bool(option & 1)
        if self._scan_enabled:
            self._scan_interval = int.from_bytes(value[:4], "little")
            self._networks = []
            self.link.after(SCAN_SECONDS, self._scan_done)
        return 0

    def _scan_done(self) -> None:
        if not self._scan_enabled:
            return
        heard = sorted(self._radio.access_points, key=lambda point: -point.rssi)
        self._networks = [self._network_entry(point) for point in heard if not point.hidden][:20]
        if self._scan_interval:
            self.link.after(max(self._scan_interval, 1), self._scan_done)

    @staticmethod
    def _network_entry(point: AccessPoint) -> bytes:
        ssid = point.ssid.encode()
        return struct.pack("<32sBB6sb3x", ssid, len(ssid), _SCAN_SECURITY[point.security], point.bssid, point.rssi)

    @command(Opcode.WLAN_SCANRESULTSGETCOMMAND)
    def _network_list(self, opcode: int, body: bytes) -> None:
        first, count = fields("<BB", body)
        found = self._networks[first : first + count]
        self.link.reply(response_of(opcode), basic(len(found)) + b"".join(found))

    @command(Opcode.WLAN_SMART_CONFIG_START_COMMAND, Opcode.WLAN_SMART_CONFIG_STOP_COMMAND)
    def _refuse_smart_config(self, opcode: int, body: bytes) -> None:
        log.warning("SmartConfig is not modelled: answered with an error")
        self.reply(opcode, -1)
