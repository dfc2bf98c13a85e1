"""Names and reachability: the DNS client, mDNS services, answers to others' questions, ping (netapp.h)."""

from __future__ import annotations

import ipaddress
import struct
from typing import ClassVar

from cc3200sim.clock import CPU_HZ
from cc3200sim.nwp.errors import NetAppError
from cc3200sim.nwp.netapp import DNS, MDNS, NetApp
from cc3200sim.nwp.opcodes import Opcode
from cc3200sim.nwp.service import Link, Service, basic, command, fields, log
from cc3200sim.nwp.wlan import Wlan
from cc3200sim.nwp.wlan_settings import ROLE_AP
from cc3200sim.world.net.api import Network

_ADD_SERVICE = 1 << 31
DNS_SECONDS = 20e-3  # a name server that answers
DNS_TIMEOUT_SECONDS = 4.0  # one that does not
PING_SECONDS = 3e-3
AF_INET = 2
MAX_SERVICES = 5  # SWRU368: services that can be advertised


class Names(Service):
    """What the board asks the network, and what the network may ask the board."""

    STATE: ClassVar[tuple[str, ...]] = ("services", "_ping", "_sent", "_answered", "_ping_started")

    def __init__(self, link: Link, apps: NetApp, wlan: Wlan, network: Network) -> None:
        super().__init__(link)
        self._apps, self._wlan, self._network = apps, wlan, network
        self.services: dict[str, tuple[int, str, int]] = {}
        self._ping = (0, 0, 0, 0, 0)  # number of the run, interval and timeout in ms, attempts, address
        self._sent = self._answered = self._ping_started = 0

    def start(self) -> None:
        """The services that are advertised were kept."""
        self.services = {
            name: (port, text, ttl) for name, (port, text, ttl) in self.kept("netapp.services", {}).items()
        }

    def answer_mdns(self, name: str) -> tuple[int, str] | None:
        """The answer to an mDNS question: port and text of a service, (0, "") for its own name, None for none."""
        if not self._apps.runs(MDNS) or not self._wlan.has_address:
            return None
        if name == f"{self._apps.device_name}.local":
            return 0, ""
        found = next((value for full, value in self.services.items() if full.endswith(name)), None)
        return None if found is None else found[:2]

    def answers_dns(self, name: str) -> bool:
        """Whether its DNS server (of an access point) gives its own address for a name: its domain name only."""
        return self._apps.runs(DNS) and self._wlan.role == ROLE_AP and name == self._apps.domain_name

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
            self.link.after(0, self._name_found, 0, literal)
        elif not self._wlan.has_address:
            self.link.after(0, self._name_found, NetAppError.DNS_NO_SERVER, 0)
        else:
            address = self._network.resolve(name)
            status = NetAppError.DNS_QUERY_FAILED if address is None else 0
            self.link.after(DNS_SECONDS if address else DNS_TIMEOUT_SECONDS, self._name_found, status, address or 0)

    def _name_found(self, status: int, address: int) -> None:
        self.link.send(Opcode.NETAPP_DNSGETHOSTBYNAMEASYNCRESPONSE, struct.pack("<hxxI", status, address))

    @command(Opcode.NETAPP_MDNSGETHOSTBYSERVICE)
    def _get_host_by_service(self, opcode: int, body: bytes) -> None:
        length, family = fields("<BB", body)
        name = body[4 : 4 + length].decode("latin-1")
        if not self._apps.runs(MDNS):
            self.reply(opcode, NetAppError.MDNS_NOT_STARTED)
            return
        self.reply(opcode, NetAppError.DNS_PARAM_ERROR if family != AF_INET else 0)
        if family == AF_INET:
            found = self._network.service(name)
            self.link.after(DNS_SECONDS if found else DNS_TIMEOUT_SECONDS, self._service_found, found)

    def _service_found(self, found: tuple[int, int, str] | None) -> None:
        if found is None:
            self.link.send(
                Opcode.NETAPP_MDNSGETHOSTBYSERVICEASYNCRESPONSE,
                struct.pack("<hHII", NetAppError.MDNS_NO_ANSWER, 0, 0, 0),
            )
            return
        address, port, text = found
        data = text.encode("latin-1")[:120]  # netapp.c: 120 bytes of text fit in the event
        self.link.send(
            Opcode.NETAPP_MDNSGETHOSTBYSERVICEASYNCRESPONSE, struct.pack("<hHII", 0, len(data), port, address) + data
        )

    @command(Opcode.NETAPP_NETAPP_MDNS_LOOKUP_SERVICE)
    def _service_list(self, opcode: int, body: bytes) -> None:
        self.link.reply(
            Opcode.NETAPP_NETAPP_MDNS_LOOKUP_SERVICE_RESPONSE, basic(0)
        )  # no service has been heard of its own accord

    # --- ping -------------------------------------------------------------------------------------------------------

    @command(Opcode.NETAPP_PINGSTART)
    def _ping_start(self, opcode: int, body: bytes) -> None:
        interval, _, timeout, attempts, _, address = fields("<IHHIII", body)
        self._ping = (self._ping[0] + 1, interval, timeout, attempts, address)
        self._sent = self._answered = 0
        self._ping_started = self.link.clock.now
        self.reply(opcode, 0)
        self.link.after(0, self._ping_once, self._ping[0])

    def _ping_once(self, run: int) -> None:
        number, interval, timeout, attempts, address = self._ping
        if run != number:
            return
        self._sent += 1
        answered = self._wlan.has_address and self._network.answers_ping(address)
        self._answered += answered
        wait = PING_SECONDS if answered else timeout / 1000
        if attempts and self._sent >= attempts:
            self.link.after(wait, self._ping_done, run)
        else:
            self.link.after(max(wait, interval / 1000, 1e-3), self._ping_once, run)

    def _ping_done(self, run: int) -> None:
        if run == self._ping[0]:
            round_trip = round(PING_SECONDS * 1000) if self._answered else 0
            milliseconds = (self.link.clock.now - self._ping_started) // (CPU_HZ // 1000)
            head = struct.pack("<hHHH", 0, round_trip, round_trip, round_trip)
            self.link.send(
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
