"""Device commands: stop, version, date and time, status, event masks (device.h)."""

from __future__ import annotations

import calendar
import struct
import time
from collections.abc import Callable
from typing import ClassVar

from cc3200sim.clock import CPU_HZ
from cc3200sim.nwp.opcodes import Opcode
from cc3200sim.nwp.service import Link, Service, basic, command, fields, log, option_of, response_of

STOP_SECONDS = 2e-3

_GENERAL = 1
_DATE_TIME = 11
_VERSION = 12
_STATUS = 2
# device.h: events by class (device, WLAN, BSD, NetApp) and bit
_MASKABLE: dict[int, tuple[int, int]] = {
    Opcode.DEVICE_DEVICEASYNCFATALERROR: (1, 1),
    Opcode.WLAN_WLANASYNCCONNECTEDRESPONSE: (2, 1),
    Opcode.WLAN_WLANASYNCDISCONNECTEDRESPONSE: (2, 2),
    Opcode.WLAN_STA_CONNECTED: (2, 4),
    Opcode.WLAN_STA_DISCONNECTED: (2, 8),
    Opcode.SOCKET_TXFAILEDASYNCRESPONSE: (3, 1),
    Opcode.NETAPP_IPACQUIRED: (4, 1),
    Opcode.NETAPP_IPACQUIRED_V6: (4, 2),
    Opcode.NETAPP_IP_LEASED: (4, 4),
    Opcode.NETAPP_IP_RELEASED: (4, 8),
}
_STATUS_CLASSES = (1, 2, 3, 4)  # device, WLAN, BSD, NetApp

# CC3200-1.0.0 service pack 1.0.1.6-2.6.0.5: chip id, firmware, PHY, network processor, ROM as sl_DevGet shows them
_VERSION_DATA = struct.pack("<I4I4B4IHxx", 0x4000000, 1, 4, 1, 3, 1, 0, 3, 34, 2, 6, 0, 5, 0x3333)
_DATE = struct.Struct("<6I")  # seconds, minutes, hours, day, month, year; the driver pads it to 11 words


class Device(Service):
    """Version, clock (UTC from the host, kept while powered), status bits. stop_services: what a stop command stops."""

    STATE: ClassVar[tuple[str, ...]] = ("_clock_offset", "_masks", "_status")

    def __init__(self, link: Link, stop_services: Callable[[], None]) -> None:
        super().__init__(link)
        self._stop_services = stop_services
        self.start()

    def start(self) -> None:
        """The clock starts in 2015, as no battery keeps it; events are unmasked."""
        self._clock_offset = calendar.timegm((2015, 1, 1, 0, 0, 0))
        self._masks: dict[int, int] = {}
        self._status: dict[int, int] = {}

    def now(self) -> int:
        """Seconds since 1970 by the network processor's clock."""
        return self._clock_offset + self.link.clock.now // CPU_HZ

    def masked(self, opcode: int) -> bool:
        """Whether the host asked not to be told of an event (sl_EventMaskSet)."""
        event_class, bit = _MASKABLE.get(opcode, (0, 0))
        return bool(self._masks.get(event_class, 0) & bit)

    def set_status(self, event_class: int, bits: int, on: bool) -> None:
        """Keep a status bit that sl_DevGet(SL_DEVICE_STATUS) shows."""
        old = self._status.get(event_class, 0)
        self._status[event_class] = old | bits if on else old & ~bits

    def report_error(self, status: int, sender: int) -> None:
        """SL_DEVICE_FATAL_ERROR_EVENT: a general error, with the part that found it (device.h: SlErrorSender_e)."""
        self.link.send(Opcode.DEVICE_DEVICEASYNCFATALERROR, struct.pack("<BBxx", status & 0xFF, sender))

    @command(Opcode.DEVICE_STOP_COMMAND)
    def _stop_command(self, opcode: int, body: bytes) -> None:
        (timeout,) = fields("<H", body)
        self.reply(opcode, 0)
        self.link.after(min(STOP_SECONDS, timeout / 1000), self._stopped)

    def _stopped(self) -> None:
        self._stop_services()
        self.link.send(Opcode.DEVICE_STOP_ASYNC_RESPONSE, basic(0))

    @command(Opcode.DEVICE_VERSIONREADCOMMAND)
    def _version(self, opcode: int, body: bytes) -> None:
        self.link.reply(response_of(opcode), _VERSION_DATA)

    @command(Opcode.DEVICE_EVENTMASKSET)
    def _set_mask(self, opcode: int, body: bytes) -> None:
        group, mask = fields("<II", body)
        self._masks[group] = mask
        self.reply(opcode, 0)

    @command(Opcode.DEVICE_EVENTMASKGET)
    def _get_mask(self, opcode: int, body: bytes) -> None:
        (group,) = fields("<I", body)
        self.link.reply(response_of(opcode), struct.pack("<II", group, self._masks.get(group, 0)))

    @command(Opcode.DEVICE_DEVICEGET)
    def _get(self, opcode: int, body: bytes) -> None:
        kind, option, _ = option_of(body)
        status, value = 0, b""
        if kind == _GENERAL and option == _VERSION:
            value = _VERSION_DATA
        elif kind == _GENERAL and option == _DATE_TIME:
            now = time.gmtime(self.now())
            value = struct.pack(
                "<11I",
                now.tm_sec,
                now.tm_min,
                now.tm_hour,
                now.tm_mday,
                now.tm_mon,
                now.tm_year,
                now.tm_wday,
                now.tm_yday,
                0,
                0,
                0,
            )
        elif kind == _STATUS and option in _STATUS_CLASSES:
            value = struct.pack("<I", self._status.get(option, 0))
            self._status[option] = self._status.get(option, 0) & 0x80000000  # dropped-event bits clear on read
        else:
            log.warning("sl_DevGet(%d, %d) is not documented: answered with an error", kind, option)
            status = -1
        self.answer_option(opcode, status, kind, option, value)

    @command(Opcode.DEVICE_DEVICESET)
    def _set(self, opcode: int, body: bytes) -> None:
        kind, option, value = option_of(body)
        status = 0
        if kind == _GENERAL and option == _DATE_TIME and len(value) >= _DATE.size:
            second, minute, hour, day, month, year = _DATE.unpack_from(value)
            if (
                second < 60
                and minute < 60
                and hour < 24
                and 1 <= day <= 31
                and 1 <= month <= 12
                and 1970 <= year < 2106
            ):
                stamp = calendar.timegm((year, month, day, hour, minute, second))
                self._clock_offset = stamp - self.link.clock.now // CPU_HZ
            else:
                status = -1
        else:
            log.warning("sl_DevSet(%d, %d) is not documented: answered with an error", kind, option)
            status = -1
        self.reply(opcode, status)
