"""WLAN settings: role, the own access point, country, powers, scan parameters (wlan.h). Used from the next start."""

from __future__ import annotations

import struct

from cc3200sim.nwp.errors import WlanError
from cc3200sim.nwp.opcodes import Opcode
from cc3200sim.nwp.service import Link, Service, command, log, octet, option_of

ROLE_STATION, ROLE_AP = 0, 2
SECURITY_OPEN, SECURITY_WEP, SECURITY_WPA = 0, 1, 2

_AP, _GENERAL = 0, 1
SSID, CHANNEL, HIDDEN, SECURITY, PASSWORD = 0, 3, 4, 6, 7
_COUNTRY, _STA_POWER, _AP_POWER, _INFO_ELEMENT, _SCAN_PARAMS = 9, 10, 11, 16, 18
_COUNTRIES = (b"US", b"EU", b"JP")  # SWRU368: the regulatory domains
_GENERAL_DEFAULTS = {
    _COUNTRY: b"US",
    _STA_POWER: b"\0",
    _AP_POWER: b"\0",
    _SCAN_PARAMS: struct.pack("<Ii", 0x1FFF, -95),  # channels 1 to 13, threshold in dBm
}


class WlanSettings(Service):
    """Settings as they are in the flash; the WLAN takes them at its start."""

    def __init__(self, link: Link, factory_mac: bytes) -> None:
        super().__init__(link)
        self._factory_mac = factory_mac

    @property
    def role(self) -> int:
        """The role of the next start."""
        return int(self.kept("wlan.role", ROLE_STATION))

    def access_point(self) -> dict[int, bytes]:
        """The own access point by option."""
        suffix = self._factory_mac[-3:].hex().upper()
        defaults = {
            SSID: f"mysimplelink-{suffix}".encode(),
            CHANNEL: b"\x06",
            HIDDEN: b"\0",
            SECURITY: b"\0",
            PASSWORD: b"",
        }
        return {option: self._config(_AP, option, default) for option, default in defaults.items()}

    def _config(self, group: int, option: int, default: bytes) -> bytes:
        return bytes.fromhex(self.kept(f"wlan.{group}.{option}", default.hex()))

    @command(Opcode.WLAN_SET_MODE)
    def _set_mode(self, opcode: int, body: bytes) -> None:
        mode = octet(body, 0)
        if mode in (ROLE_STATION, ROLE_AP):
            self.keep("wlan.role", mode)
            self.reply(opcode, 0)
        else:
            log.warning("WLAN mode %d: only station and access point are modelled", mode)
            self.reply(opcode, WlanError.INVALID_ROLE)

    @command(Opcode.WLAN_CFG_SET)
    def _config_set(self, opcode: int, body: bytes) -> None:
        group, option, value = option_of(body)
        status = self._check_config(group, option, value)
        if status == 0:
            self.keep(f"wlan.{group}.{option}", value.hex())
        self.reply(opcode, status)

    @staticmethod
    def _check_config(group: int, option: int, value: bytes) -> int:
        checks: dict[tuple[int, int], tuple[bool, int]] = {
            (_AP, SSID): (0 < len(value) <= 32, WlanError.SSID_LEN_ERROR),
            (_AP, CHANNEL): (len(value) == 1 and 1 <= value[0] <= 13, WlanError.ILLEGAL_CHANNEL),
            (_AP, HIDDEN): (len(value) == 1 and value[0] <= 1, -1),
            (_AP, SECURITY): (len(value) == 1 and value[0] <= SECURITY_WPA, WlanError.INVALID_SECURITY_TYPE),
            (_AP, PASSWORD): (len(value) <= 63, WlanError.PASSPHRASE_TOO_LONG),
            (_GENERAL, _COUNTRY): (value[:2] in _COUNTRIES, -1),
            (_GENERAL, _STA_POWER): (len(value) == 1 and value[0] <= 15, -1),
            (_GENERAL, _AP_POWER): (len(value) == 1 and value[0] <= 15, -1),
            (_GENERAL, _INFO_ELEMENT): (8 <= len(value) <= 260, -1),
            (_GENERAL, _SCAN_PARAMS): (len(value) == 8, -1),
        }
        valid, error = checks.get((group, option), (False, -1))
        if (group, option) not in checks:
            log.warning("sl_WlanSet(%d, %d) is not modelled: answered with an error", group, option)
        return 0 if valid else error

    @command(Opcode.WLAN_CFG_GET)
    def _config_get(self, opcode: int, body: bytes) -> None:
        group, option, _ = option_of(body)
        status, value = 0, b""
        access_point = self.access_point()
        if group == _AP and option in access_point:
            value = access_point[option]
        elif group == _GENERAL and option in _GENERAL_DEFAULTS:
            value = self._config(_GENERAL, option, _GENERAL_DEFAULTS[option])
        else:
            log.warning("sl_WlanGet(%d, %d) is not modelled: answered with an error", group, option)
            status = -1
        self.answer_option(opcode, status, group, option, value)
