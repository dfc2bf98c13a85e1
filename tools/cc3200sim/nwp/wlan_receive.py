"""What is left of WLAN commands: receive filters by number, and receive statistics (wlan.h, wlan_rx_filters.h)."""

from __future__ import annotations

import struct
from typing import ClassVar

from cc3200sim.nwp.opcodes import Opcode
from cc3200sim.nwp.service import Link, Service, command, log, octet, response_of
from cc3200sim.nwp.wlan import Wlan

MAX_FILTERS = 64
_REMOVE = 1  # SL_REMOVE_RX_FILTER
_CYCLES_PER_MICROSECOND = 80


class WlanReceive(Service):
    """Filters are numbered but filter nothing; statistics know the signal and the time, and count no packets."""

    STATE: ClassVar[tuple[str, ...]] = ("_filters", "_rx_since")

    def __init__(self, link: Link, wlan: Wlan) -> None:
        super().__init__(link)
        self._wlan = wlan
        self.start()

    def start(self) -> None:
        """No filters, no statistics under way."""
        self._filters: set[int] = set()
        self._rx_since: int | None = None

    @command(Opcode.WLAN_WLANRXFILTERADDCOMMAND)
    def _filter_add(self, opcode: int, body: bytes) -> None:
        log.warning("receive filters are numbered but filter nothing in this model")
        free = [number for number in range(MAX_FILTERS) if number not in self._filters]
        if free:
            self._filters.add(free[0])
        self.link.reply(response_of(opcode), struct.pack("<BBxx", free[0] if free else 0, 0 if free else 0xFF))

    @command(Opcode.WLAN_WLANRXFILTERSETCOMMAND)
    def _filter_set(self, opcode: int, body: bytes) -> None:
        operation, mask = octet(body, 2), int.from_bytes(body[4:12], "little")
        if operation == _REMOVE:
            self._filters = {number for number in self._filters if not mask >> number & 1}
        self.link.reply(response_of(opcode), bytes(4))

    @command(Opcode.WLAN_WLANRXFILTERGETCOMMAND)
    def _filter_get(self, opcode: int, body: bytes) -> None:
        mask = sum(1 << number for number in self._filters).to_bytes(8, "little")
        data = mask + bytes(8)
        self.link.reply(response_of(opcode), struct.pack("<BxH", 0, len(data)) + data)

    @command(Opcode.WLAN_STARTRXSTATCOMMAND)
    def _rx_statistics_start(self, opcode: int, body: bytes) -> None:
        self._rx_since = self.link.clock.now
        self.reply(opcode, 0)

    @command(Opcode.WLAN_STOPRXSTATCOMMAND)
    def _rx_statistics_stop(self, opcode: int, body: bytes) -> None:
        self._rx_since = None
        self.reply(opcode, 0)

    @command(Opcode.WLAN_GETRXSTATCOMMAND)
    def _rx_statistics_get(self, opcode: int, body: bytes) -> None:
        point = self._wlan.point
        rssi = point.rssi if point and self._rx_since is not None else 0
        start, now = (self._rx_since or 0) // _CYCLES_PER_MICROSECOND, self.link.clock.now // _CYCLES_PER_MICROSECOND
        data = (
            struct.pack("<3I2h", 0, 0, 0, rssi, rssi)
            + bytes(2 * 26)
            + struct.pack("<II", start & 0xFFFFFFFF, now & 0xFFFFFFFF)
        )
        self.link.reply(response_of(opcode), data)
