"""Addresses: MAC, IPv4 of station and access point (netcfg.h). Kept in the flash, used from the next start."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import ClassVar

from cc3200sim.nwp.opcodes import Opcode
from cc3200sim.nwp.service import Link, Service, command, log, octet, option_of

MAC_SET, MAC_GET, STA_INFO, STA_DHCP, STA_STATIC, AP_INFO, AP_STATIC, HOST_RX_AGGR = range(1, 9)
_IPV4 = struct.Struct("<4I")  # address, mask, gateway, DNS server; first octet in the top byte


def ipv4(a: int, b: int, c: int, d: int) -> int:
    """An address as netcfg.h's SL_IPV4_VAL has it."""
    return a << 24 | b << 16 | c << 8 | d


_AP_DEFAULT = [ipv4(192, 168, 1, 1), ipv4(255, 255, 255, 0), ipv4(192, 168, 1, 1), ipv4(192, 168, 1, 1)]


class NetCfg(Service):
    """`station` and `access_point` are the configurations in use: [address, mask, gateway, DNS server].

    on_dhcp: called when a static address is given up, to ask for one.
    """

    STATE: ClassVar[tuple[str, ...]] = ("mac", "station", "access_point", "dhcp")

    def __init__(self, link: Link, factory_mac: bytes) -> None:
        super().__init__(link)
        self._factory_mac = factory_mac
        self.on_dhcp: Callable[[], None] = lambda: None
        self.mac = self._factory_mac
        self.station = [0, 0, 0, 0]
        self.access_point = list(_AP_DEFAULT)
        self.dhcp = True

    def start(self) -> None:
        """Take the configuration out of the flash."""
        self.mac = bytes.fromhex(self.kept("netcfg.mac", self._factory_mac.hex()))
        static = self.kept("netcfg.station", None)
        self.dhcp = static is None
        self.station = list(static) if static else [0, 0, 0, 0]
        self.access_point = list(self.kept("netcfg.ap", _AP_DEFAULT))

    @command(Opcode.DEVICE_NETCFG_SET_COMMAND)
    def _set(self, opcode: int, body: bytes) -> None:
        kind, option, value = option_of(body)
        status = 0
        if kind == MAC_SET and len(value) >= 6:
            if octet(value, 0) & 1:
                status = -1  # a group address is nobody's
            else:
                self.keep("netcfg.mac", value[:6].hex())
        elif kind == STA_DHCP:
            self.keep("netcfg.station", None)
            if not self.dhcp:
                self.dhcp = True
                self.on_dhcp()
        elif kind == STA_STATIC and len(value) >= _IPV4.size:
            self.keep("netcfg.station", list(_IPV4.unpack_from(value)))
        elif kind == AP_STATIC and len(value) >= _IPV4.size:
            self.keep("netcfg.ap", list(_IPV4.unpack_from(value)))
        elif kind == HOST_RX_AGGR:
            pass  # several received packets in one message: a matter of speed, never used by this model
        else:
            log.warning("sl_NetCfgSet(%d, %d) is not documented: answered with an error", kind, option)
            status = -1
        self.reply(opcode, status)

    @command(Opcode.DEVICE_NETCFG_GET_COMMAND)
    def _get(self, opcode: int, body: bytes) -> None:
        kind, option, _ = option_of(body)
        status, value = 0, b""
        if kind == MAC_GET:
            value = self.mac
        elif kind == STA_INFO:
            value, option = _IPV4.pack(*self.station), int(self.dhcp)
        elif kind == AP_INFO:
            value, option = _IPV4.pack(*self.access_point), 0
        else:
            log.warning("sl_NetCfgGet(%d) is not documented: answered with an error", kind)
            status = -1
        self.answer_option(opcode, status, kind, option, value)
