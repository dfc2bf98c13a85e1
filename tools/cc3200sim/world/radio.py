"""The radio world round the board: access points it can find, stations that join its own access point."""

from __future__ import annotations

import copy
import ipaddress
from dataclasses import dataclass, field
from typing import Any, Protocol

SECURITY = ("open", "wep", "wpa", "wpa2")
HOST_MAC = bytes.fromhex("020000000001")


class RadioError(Exception):
    """A station could not join: no access point, or a wrong key."""


@dataclass
class AccessPoint:
    """An access point in range. `subnet` is what its DHCP server hands out of; its first address is the gateway."""

    ssid: str
    security: str = "open"
    key: str | bytes = ""
    bssid: bytes = bytes.fromhex("020000000100")
    channel: int = 6
    rssi: int = -50  # dBm
    hidden: bool = False
    dhcp: bool = True
    subnet: str = "192.168.178.0/24"

    def __post_init__(self) -> None:
        if self.security not in SECURITY:
            raise ValueError(f"security {self.security!r}: one of {', '.join(SECURITY)}")

    @property
    def key_bytes(self) -> bytes:
        """The key as it goes over the link."""
        return self.key.encode() if isinstance(self.key, str) else self.key

    def address(self, host: int) -> int:
        """The IPv4 address of a host number in the subnet, as a number."""
        return int(ipaddress.IPv4Network(self.subnet)[host])

    @property
    def netmask(self) -> int:
        """The subnet's mask as a number."""
        return int(ipaddress.IPv4Network(self.subnet).netmask)


class RadioDevice(Protocol):
    """What the radio needs of the board's WLAN."""

    def try_join(self, mac: bytes, name: str, ssid: str | None, key: bytes | None) -> None:
        """A station asks to join; raises RadioError when it may not."""

    def station_left(self, mac: bytes) -> None:
        """A station went out of range or logged off."""

    def access_point_gone(self, bssid: bytes) -> None:
        """An access point is no longer heard."""


@dataclass
class Radio:
    """Access points in range, stations joined. `host_joins`: a computer joins the board's access point by itself."""

    access_points: list[AccessPoint] = field(default_factory=list)
    host_joins: bool = True
    _device: RadioDevice | None = None

    def attach(self, device: RadioDevice) -> None:
        """The board's WLAN tells who it is."""
        self._device = device

    def find(self, ssid: bytes, bssid: bytes = bytes(6)) -> AccessPoint | None:
        """The strongest access point of this name (and address, unless zero) in range."""
        fitting = [
            point for point in self.access_points if point.ssid.encode() == ssid and bssid in (bytes(6), point.bssid)
        ]
        return max(fitting, key=lambda point: point.rssi, default=None)

    def by_bssid(self, bssid: bytes) -> AccessPoint | None:
        """The access point of an address."""
        return next((point for point in self.access_points if point.bssid == bssid), None)

    def add(self, point: AccessPoint) -> AccessPoint:
        """Put an access point in range."""
        self.access_points.append(point)
        return point

    def remove(self, point: AccessPoint) -> None:
        """Take an access point out of range: a connection to it is lost."""
        self.access_points.remove(point)
        if self._device is not None:
            self._device.access_point_gone(point.bssid)

    def join(self, mac: bytes = HOST_MAC, *, name: str = "", ssid: str | None = None, key: str | None = None) -> None:
        """A station joins the board's access point; without ssid and key it knows them. Raises RadioError."""
        if self._device is None:
            raise RadioError("no board")
        self._device.try_join(mac, name, ssid, None if key is None else key.encode())

    def leave(self, mac: bytes = HOST_MAC) -> None:
        """A station leaves the board's access point."""
        if self._device is not None:
            self._device.station_left(mac)

    def save(self) -> dict[str, Any]:
        """The state for a snapshot."""
        return {"access_points": copy.deepcopy(self.access_points), "host_joins": self.host_joins}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a saved state."""
        self.access_points = copy.deepcopy(state["access_points"])
        self.host_joins = state["host_joins"]
