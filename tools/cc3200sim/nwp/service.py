"""What every part of the network processor is: commands it answers, a state that can be saved, a power-up."""

from __future__ import annotations

import copy
import json
import logging
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from cc3200sim.nwp.processor import NetworkProcessor

log = logging.getLogger("cc3200sim.nwp")

Handler = Callable[[int, bytes], None]


def response_of(opcode: int) -> int:
    """The opcode of the response to a command (protocol.h: the command's without bit 15)."""
    return opcode & 0x7FFF


class Malformed(Exception):
    """A command of the host is shorter than its fields."""


def fields(layout: str, body: bytes, offset: int = 0) -> tuple[Any, ...]:
    """The fields of a command, as struct names them. Malformed if it is too short."""
    try:
        return struct.unpack_from(layout, body, offset)
    except struct.error:
        raise Malformed from None


def octet(body: bytes, offset: int) -> int:
    """One byte of a command. Malformed if it is too short."""
    number: int = fields("<B", body, offset)[0]
    return number


def basic(status: int) -> bytes:
    """_BasicResponse_t: a 16-bit status and padding."""
    return struct.pack("<hxx", status)


class Service:
    """A group of commands. Subclasses name mutable state in STATE and settings kept in the flash in KEPT."""

    STATE: ClassVar[tuple[str, ...]] = ()

    def __init__(self, processor: NetworkProcessor) -> None:
        self.nwp = processor

    @property
    def commands(self) -> dict[int, Handler]:
        """Opcode of each command and what answers it: called with the opcode and the body."""
        raise NotImplementedError

    def start(self) -> None:
        """The network processor has just been powered up; its settings are in the flash."""

    def stop(self) -> None:
        """Power is going away."""

    def save(self) -> dict[str, Any]:
        """The state for a snapshot."""
        return {name: copy.deepcopy(getattr(self, name)) for name in self.STATE}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a saved state."""
        for name, value in state.items():
            setattr(self, name, copy.deepcopy(value))

    def reply(self, opcode: int, status: int) -> None:
        """Answer a command with a _BasicResponse_t."""
        self.nwp.reply(response_of(opcode), basic(status))

    def kept(self, name: str, default: Any) -> Any:
        """A setting out of the flash (JSON; bytes as hex by the caller)."""
        value = self.nwp.flash.setting(name)
        return default if value is None else json.loads(value)

    def keep(self, name: str, value: Any) -> None:
        """Keep a setting in the flash."""
        self.nwp.flash.keep_setting(name, json.dumps(value, separators=(",", ":"), sort_keys=True).encode())
