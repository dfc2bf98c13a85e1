"""What every part of the network processor is: commands it answers, a state that can be saved, a power-up."""

from __future__ import annotations

import copy
import json
import logging
import struct
from collections.abc import Callable
from typing import Any, ClassVar, Protocol, TypeVar

from cc3200sim.clock import Clock
from cc3200sim.nwp.opcodes import Opcode, name_of

log = logging.getLogger("cc3200sim.nwp")

Handler = Callable[[int, bytes], None]
_Method = TypeVar("_Method", bound=Callable[..., None])


def command(*opcodes: Opcode) -> Callable[[_Method], _Method]:
    """Make a method of a Service the answer to commands: it is called with the opcode and the body."""

    def mark(method: _Method) -> _Method:
        method.__dict__["opcodes"] = opcodes
        return method

    return mark


def response_of(opcode: int) -> int:
    """The opcode of the response to a command (protocol.h: the command's without bit 15)."""
    return opcode & 0x7FFF


def add_handler(handlers: dict[int, Handler], opcode: int, handler: Handler) -> None:
    """Add what answers a command. ValueError if there is another already, or it is no command but an answer."""
    if opcode in handlers:
        raise ValueError(f"{name_of(opcode)} is answered twice: by {handlers[opcode]} and by {handler}")
    if not opcode & 0x8000:
        raise ValueError(f"{name_of(opcode)} is a message to the host, no command")
    handlers[opcode] = handler


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


def option_of(body: bytes) -> tuple[int, int, bytes]:
    """Group, option and value of a command that sets or asks for one (status, group, option, length; the value)."""
    _, group, option, length = fields("<4H", body)
    return group, option, body[8 : 8 + length]


def basic(status: int) -> bytes:
    """_BasicResponse_t: a 16-bit status and padding."""
    return struct.pack("<hxx", status)


class Settings(Protocol):
    """What outlives a power cut, by name."""

    def setting(self, name: str) -> bytes | None:
        """Read one, None if it was never kept."""

    def keep_setting(self, name: str, value: bytes) -> None:
        """Keep one."""


class Link(Protocol):
    """What every service has of the network processor: messages to the host, time, settings."""

    @property
    def clock(self) -> Clock:
        """Virtual time."""

    @property
    def settings(self) -> Settings:
        """Settings in the serial flash."""

    def reply(self, opcode: int, payload: bytes) -> None:
        """Send a response, after what the flash has to do for it."""

    def send(self, opcode: int, payload: bytes = b"") -> None:
        """Send a message: a response, or an asynchronous event unless the host has masked it."""

    def after(self, seconds: float, callback: Callable[..., None], *args: object) -> None:
        """Call a bound method later, unless the power goes away before. Arguments must be immutable."""


class Service:
    """A group of commands. Subclasses name their mutable state in STATE, and take what they need besides the link."""

    STATE: ClassVar[tuple[str, ...]] = ()

    def __init__(self, link: Link) -> None:
        self.link = link

    @property
    def commands(self) -> dict[int, Handler]:
        """What answers each command: the methods that `command` marks. ValueError if two answer the same one."""
        handlers: dict[int, Handler] = {}
        for name in dir(type(self)):
            for opcode in getattr(getattr(type(self), name), "__dict__", {}).get("opcodes", ()):
                add_handler(handlers, opcode, getattr(self, name))
        return handlers

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
        self.link.reply(response_of(opcode), basic(status))

    def answer_option(self, opcode: int, status: int, group: int, option: int, value: bytes) -> None:
        """Answer a command that asks for an option: as option_of, with the status in front."""
        head = struct.pack("<hHHH", status, group, option, len(value))
        self.link.reply(response_of(opcode), head + value)

    def kept(self, name: str, default: Any) -> Any:
        """A setting out of the flash (JSON; bytes as hex by the caller)."""
        value = self.link.settings.setting(name)
        return default if value is None else json.loads(value)

    def keep(self, name: str, value: Any) -> None:
        """Keep a setting in the flash."""
        self.link.settings.keep_setting(name, json.dumps(value, separators=(",", ":"), sort_keys=True).encode())
