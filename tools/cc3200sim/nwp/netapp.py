"""Network applications: which run, the DHCP server's pool, the names of device and domain (netapp.h)."""

from __future__ import annotations

import struct
from typing import ClassVar

from cc3200sim.nwp.errors import NetAppError
from cc3200sim.nwp.netcfg import ipv4
from cc3200sim.nwp.opcodes import Opcode
from cc3200sim.nwp.service import Link, Service, command, fields, log, option_of

HTTP, DHCP, MDNS, DNS, DEVICE_CONFIG = 1, 2, 4, 8, 16
_DEFAULT_POOL = [ipv4(192, 168, 1, 2), ipv4(192, 168, 1, 254), 24 * 3600]


class NetApp(Service):
    """Which applications run, and what they are told."""

    STATE: ClassVar[tuple[str, ...]] = ("_running", "dhcp_pool")

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._running = 0
        self.dhcp_pool = list(_DEFAULT_POOL)

    def start(self) -> None:
        """HTTP, DHCP and DNS (for stations of the own access point) and mDNS run unless stopped before."""
        self._running = self.kept("netapp.running", HTTP | DHCP | MDNS | DNS)
        self.dhcp_pool = list(self.kept("netapp.dhcp", _DEFAULT_POOL))

    def runs(self, application: int) -> bool:
        """Whether an application runs."""
        return bool(self._running & application)

    @property
    def domain_name(self) -> str:
        """The name that the DNS server of an access point answers with its own address."""
        return bytes.fromhex(self.kept(f"netapp.{DEVICE_CONFIG}.1", b"mysimplelink.net".hex())).decode("latin-1")

    @property
    def device_name(self) -> str:
        """The device's name, by which mDNS finds it in .local."""
        return bytes.fromhex(self.kept(f"netapp.{DEVICE_CONFIG}.0", b"mysimplelink".hex())).decode("latin-1")

    @command(Opcode.NETAPP_START_COMMAND)
    def _start_command(self, opcode: int, body: bytes) -> None:
        (mask,) = fields("<I", body)
        self._run(self._running | mask)
        self.reply(opcode, 0)

    @command(Opcode.NETAPP_STOP_COMMAND)
    def _stop_command(self, opcode: int, body: bytes) -> None:
        (mask,) = fields("<I", body)
        self._run(self._running & ~mask)
        self.reply(opcode, 0)

    def _run(self, mask: int) -> None:
        self._running = mask & 0xF
        self.keep("netapp.running", self._running)

    @command(Opcode.NETAPP_NETAPPSET)
    def _set(self, opcode: int, body: bytes) -> None:
        app, option, value = option_of(body)
        status = self._check(app, option, value)
        if status == 0:
            if (app, option) == (DHCP, 0):
                seconds, first, last = fields("<3I", value)
                self.dhcp_pool = [first, last, seconds]
                self.keep("netapp.dhcp", self.dhcp_pool)
            else:
                self.keep(f"netapp.{app}.{option}", value.hex())
        self.reply(opcode, status)

    @staticmethod
    def _check(app: int, option: int, value: bytes) -> int:
        if (app, option) == (DHCP, 0):
            if len(value) < 12:
                return -1
            _, first, last = fields("<3I", value)
            return 0 if first <= last else -1
        if (app, option) == (DEVICE_CONFIG, 0):
            name = value.decode("latin-1")
            if not 0 < len(name) <= 32:
                return NetAppError.DEVICE_NAME_LEN
            valid = all(c.isascii() and (c.isalnum() or c == "-") for c in name)
            return 0 if valid else NetAppError.DEVICE_NAME_INVALID
        if (app, option) == (DEVICE_CONFIG, 1):
            return 0 if 0 < len(value) <= 63 else NetAppError.DOMAIN_NAME_LEN
        if (app == HTTP and option <= 5) or (app == MDNS and 1 <= option <= 3) or (app, option) == (DNS, 0):
            return 0
        log.warning("sl_NetAppSet(%d, %d) is not documented: answered with an error", app, option)
        return -1

    @command(Opcode.NETAPP_NETAPPGET)
    def _get(self, opcode: int, body: bytes) -> None:
        app, option, _ = option_of(body)
        status, value = 0, b""
        if (app, option) == (DHCP, 0):
            first, last, seconds = self.dhcp_pool
            value = struct.pack("<3I", seconds, first, last)
        elif (app, option) == (DEVICE_CONFIG, 0):
            value = self.device_name.encode("latin-1")
        elif (app, option) == (HTTP, 0):
            value = bytes.fromhex(self.kept("netapp.1.0", struct.pack("<H", 80).hex()))
        else:
            kept = self.kept(f"netapp.{app}.{option}", None)
            if kept is None:
                log.warning("sl_NetAppGet(%d, %d): nothing known: answered with an error", app, option)
                status = -1
            else:
                value = bytes.fromhex(kept)
        self.answer_option(opcode, status, app, option, value)
