"""Commands of the network processor by number: their names, one answer each, refusals that a test asks for."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest
from cc3200sim.nwp.opcodes import Opcode, name_of
from cc3200sim.nwp.service import Service, command
from support.nwp_host import Host
from wipy.setup import thirdparty

PROTOCOL = "drivers/cc3100/inc/protocol.h"
DEFINITION = re.compile(r"#define\s+SL_OPCODE_(\w+)\s+(0x[0-9A-Fa-f]+)")


def test_every_opcode_has_the_name_and_number_of_the_host_driver(pytestconfig: pytest.Config) -> None:
    tree = Path(thirdparty.locate(pytestconfig.rootpath / "third_party.toml"))
    header = (tree / PROTOCOL).read_text(errors="replace")
    theirs = {name: int(number, 16) for name, number in DEFINITION.findall(header)}
    assert {opcode.name: theirs.get(opcode.name) for opcode in Opcode} == {
        opcode.name: int(opcode) for opcode in Opcode
    }
    assert {number for number in theirs.values() if number & 0x8000} == {int(code) for code in Opcode if code & 0x8000}


def test_a_command_answered_twice_is_an_error() -> None:
    class Twice(Service):
        @command(Opcode.WLAN_SET_MODE)
        def _one(self, opcode: int, body: bytes) -> None: ...

        @command(Opcode.SOCKET_BIND, Opcode.WLAN_SET_MODE)
        def _other(self, opcode: int, body: bytes) -> None: ...

    with pytest.raises(ValueError, match=r"WLAN_SET_MODE \(8CB4\) is answered twice"):
        _ = Twice.__new__(Twice).commands


def test_a_message_to_the_host_can_not_be_answered() -> None:
    class Backwards(Service):
        @command(Opcode.DEVICE_INITCOMPLETE)
        def _started(self, opcode: int, body: bytes) -> None: ...

    with pytest.raises(ValueError, match="no command"):
        _ = Backwards.__new__(Backwards).commands


def test_an_opcode_without_a_name_is_told_by_its_number() -> None:
    assert name_of(0x8CB4) == "WLAN_SET_MODE (8CB4)"
    assert name_of(0x9ABC) == "9ABC"


def test_a_command_is_refused_while_a_test_asks_for_it(host: Host) -> None:
    mode = struct.pack("<I", 2)
    host.nwp.refusals[Opcode.WLAN_SET_MODE] = -5
    assert host.status(Opcode.WLAN_SET_MODE, mode) == -5
    host.nwp.refusals.clear()
    assert host.status(Opcode.WLAN_SET_MODE, mode) == 0
