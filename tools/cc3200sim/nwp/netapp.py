"""Network applications: DHCP server, HTTP server switch, names and services, ping, device name (netapp.h)."""

from __future__ import annotations

import ipaddress
import struct
from typing import TYPE_CHECKING, ClassVar

from cc3200sim.clock import CPU_HZ
from cc3200sim.nwp.errors import NetAppError
from cc3200sim.nwp.netcfg import ipv4
from cc3200sim.nwp.opcodes import Opcode
from cc3200sim.nwp.service import Service, basic, command, fields, log, option_of
from cc3200sim.nwp.wlan_settings import ROLE_AP

if TYPE_CHECKING:
    from cc3200sim.nwp.processor import NetworkProcessor

HTTP, DHCP, MDNS, DNS, DEVICE_CONFIG = 1, 2, 4, 8, 16
_DEFAULT_POOL = [ipv4(192, 168, 1, 2), ipv4(192, 168, 1, 254), 24 * 3600]
_ADD_SERVICE = 1 << 31
DNS_SECONDS = 20e-3  # a name server that answers
DNS_TIMEOUT_SECONDS = 4.0  # one that does not
PING_SECONDS = 3e-3
AF_INET = 2
MAX_SERVICES = 5  # SWRU368: services that can be advertised


class NetApp(Service):
    """Which applications run, and what they are told."""

    STATE: ClassVar[tuple[str, ...]] = (
        "_running",
        "dhcp_pool",
        "services",
        "_ping",
        "_sent",
        "_answered",
        "_ping_started",
    )

    def __init__(self, processor: NetworkProcessor) -> None:
        super().__init__(processor)
        self._running = 0
        self.dhcp_pool = list(_DEFAULT_POOL)
        self.services: dict[str, tuple[int, str, int]] = {}
        self._ping = (0, 0, 0, 0, 0)  # number of the run, interval and timeout in ms, attempts, address
        self._sent = self._answered = self._ping_started = 0

    def start(self) -> None:
        """HTTP, DHCP and DNS (for stations of the own access point) and mDNS run unless stopped before."""
        self._running = self.kept("netapp.running", HTTP | DHCP | MDNS | DNS)
        self.dhcp_pool = list(self.kept("netapp.dhcp", _DEFAULT_POOL))
        self.services = {
            name: (port, text, ttl) for name, (port, text, ttl) in self.kept("netapp.services", {}).items()
        }

    @property
    def dhcp_running(self) -> bool:
        """Whether stations are given addresses."""
        return bool(self._running & DHCP)

    def answer_mdns(self, name: str) -> tuple[int, str] | None:
        """The answer to an mDNS question: port and text of a service, (0, "") for its own name, None for none."""
        if not self._running & MDNS or not self.nwp.wlan.has_address:
            return None
        if name == f"{self.device_name}.local":
            return 0, ""
        found = next((value for full, value in self.services.items() if full.endswith(name)), None)
        return None if found is None else found[:2]

    def answers_dns(self, name: str) -> bool:
        """Whether its DNS server (of an access point) gives its own address for a name: its domain name only."""
        domain = bytes.fromhex(self.kept(f"netapp.{DEVICE_CONFIG}.1", b"mysimplelink.net".hex())).decode("latin-1")
        return bool(self._running & DNS) and self.nwp.wlan.role == ROLE_AP and name == domain

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

    @command(Opcode.NETAPP_MDNSREGISTERSERVICE)
    def _register_service(self, opcode: int, body: bytes) -> None:
        name_length, text_length, port, ttl, options = fields("<BBHII", body)
        name = body[12 : 12 + name_length].decode("latin-1")
        text = body[12 + name_length : 12 + name_length + text_length].decode("latin-1")
        status = 0
        if options & _ADD_SERVICE:
            if "._" not in name or not name.endswith(".local"):
                status = NetAppError.MDNS_SERVICE_NAME
            elif name in self.services:
                status = NetAppError.MDNS_IDENTICAL_SERVICES
            elif len(self.services) >= MAX_SERVICES:
                status = NetAppError.MDNS_MAX_SERVICES
            else:
                self.services[name] = (port, text, ttl)
        elif not name:
            self.services.clear()
        elif name in self.services:
            del self.services[name]
        else:
            status = NetAppError.MDNS_NOT_EXISTED_SERVICE
        if not status:
            self.keep("netapp.services", {key: list(value) for key, value in self.services.items()})
        self.reply(opcode, status)

    # --- names ------------------------------------------------------------------------------------------------------

    @command(Opcode.NETAPP_DNSGETHOSTBYNAME)
    def _get_host_by_name(self, opcode: int, body: bytes) -> None:
        length, family = fields("<HB", body)
        name = body[4 : 4 + length].decode("latin-1")
        status = 0
        if family != AF_INET:
            log.warning("a name's IPv6 address was asked for: refused, IPv6 is not modelled")
            status = NetAppError.DNS_PARAM_ERROR
        elif not name:
            status = NetAppError.DNS_PARAM_ERROR
        self.reply(opcode, status)
        if not status:
            self._resolve(name)

    def _resolve(self, name: str) -> None:
        literal = _literal(name)
        if literal is not None:
            self.nwp.after(0, self._name_found, 0, literal)
        elif not self.nwp.wlan.has_address:
            self.nwp.after(0, self._name_found, NetAppError.DNS_NO_SERVER, 0)
        else:
            address = self.nwp.network.resolve(name)
            status = NetAppError.DNS_QUERY_FAILED if address is None else 0
            self.nwp.after(DNS_SECONDS if address else DNS_TIMEOUT_SECONDS, self._name_found, status, address or 0)

    def _name_found(self, status: int, address: int) -> None:
        self.nwp.send(Opcode.NETAPP_DNSGETHOSTBYNAMEASYNCRESPONSE, struct.pack("<hxxI", status, address))

    @command(Opcode.NETAPP_MDNSGETHOSTBYSERVICE)
    def _get_host_by_service(self, opcode: int, body: bytes) -> None:
        length, family = fields("<BB", body)
        name = body[4 : 4 + length].decode("latin-1")
        if not self._running & MDNS:
            self.reply(opcode, NetAppError.MDNS_NOT_STARTED)
            return
        self.reply(opcode, NetAppError.DNS_PARAM_ERROR if family != AF_INET else 0)
        if family == AF_INET:
            found = self.nwp.network.service(name)
            self.nwp.after(DNS_SECONDS if found else DNS_TIMEOUT_SECONDS, self._service_found, found)

    def _service_found(self, found: tuple[int, int, str] | None) -> None:
        if found is None:
            self.nwp.send(
                Opcode.NETAPP_MDNSGETHOSTBYSERVICEASYNCRESPONSE,
                struct.pack("<hHII", NetAppError.MDNS_NO_ANSWER, 0, 0, 0),
            )
            return
        address, port, text = found
        data = text.encode("latin-1")[:120]  # netapp.c: 120 bytes of text fit in the event
        self.nwp.send(
            Opcode.NETAPP_MDNSGETHOSTBYSERVICEASYNCRESPONSE, struct.pack("<hHII", 0, len(data), port, address) + data
        )

    @command(Opcode.NETAPP_NETAPP_MDNS_LOOKUP_SERVICE)
    def _service_list(self, opcode: int, body: bytes) -> None:
        self.nwp.reply(
            Opcode.NETAPP_NETAPP_MDNS_LOOKUP_SERVICE_RESPONSE, basic(0)
        )  # no service has been heard of its own accord

    # --- ping -------------------------------------------------------------------------------------------------------

    @command(Opcode.NETAPP_PINGSTART)
    def _ping_start(self, opcode: int, body: bytes) -> None:
        interval, _, timeout, attempts, _, address = fields("<IHHIII", body)
        self._ping = (self._ping[0] + 1, interval, timeout, attempts, address)
        self._sent = self._answered = 0
        self._ping_started = self.nwp.clock.now
        self.reply(opcode, 0)
        self.nwp.after(0, self._ping_once, self._ping[0])

    def _ping_once(self, run: int) -> None:
        number, interval, timeout, attempts, address = self._ping
        if run != number:
            return
        self._sent += 1
        answered = self.nwp.wlan.has_address and self.nwp.network.answers_ping(address)
        self._answered += answered
        wait = PING_SECONDS if answered else timeout / 1000
        if attempts and self._sent >= attempts:
            self.nwp.after(wait, self._ping_done, run)
        else:
            self.nwp.after(max(wait, interval / 1000, 1e-3), self._ping_once, run)

    def _ping_done(self, run: int) -> None:
        if run == self._ping[0]:
            round_trip = round(PING_SECONDS * 1000) if self._answered else 0
            milliseconds = (self.nwp.clock.now - self._ping_started) // (CPU_HZ // 1000)
            head = struct.pack("<hHHH", 0, round_trip, round_trip, round_trip)
            self.nwp.send(
                Opcode.NETAPP_PINGREPORTREQUESTRESPONSE,
                head + struct.pack("<III", self._answered, self._sent, milliseconds),
            )

    @command(Opcode.NETAPP_PINGSTOP)
    def _ping_stop(self, opcode: int, body: bytes) -> None:
        run = self._ping[0]
        self.reply(opcode, 0)
        if self._sent:
            self._ping_done(run)
        self._ping = (run + 1, 0, 0, 0, 0)


def _literal(name: str) -> int | None:
    """The address when a name is a dotted one."""
    try:
        return int(ipaddress.IPv4Address(name))
    except ValueError:
        return None
