"""What the board's network processor and a network ask of each other. Addresses are IPv4 as numbers on the inside."""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from typing import Any, Protocol

from cc3200sim.busy import Busy
from cc3200sim.clock import Clock

MSS = 1460  # bytes of a TCP segment over Ethernet framing
HOST_ADDRESS = "192.168.1.2"  # where peers are unless they say otherwise


class State(StrEnum):
    """How far a TCP connection is, as its peer sees it."""

    ASKING = "asking"  # the board has not said whether it takes it
    CONNECTING = "connecting"
    OPEN = "open"
    REFUSED = "refused"
    RESET = "reset"


class Answer(StrEnum):
    """What the board says to a connection request."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    DROP = "drop"  # nothing: it will be asked again


def number(address: str) -> int:
    """A dotted IPv4 address as a number."""
    return int(ipaddress.IPv4Address(address))


def dotted(address: int) -> str:
    """The other way."""
    return str(ipaddress.IPv4Address(address))


class Stack(Protocol):
    """The board's end: the sockets of its network processor. A connection is a number that the network gives."""

    def reachable(self) -> bool:
        """Whether packets get to the board and from it at all."""

    def neighbour(self) -> int:
        """The address that a computer has on the network the board is in."""

    def incoming(self, connection: int, address: int, port: int, local_port: int) -> Answer:
        """A connection request."""

    def established(self, connection: int) -> None:
        """A connection stands: one that the board asked for, or one whose request it took."""

    def failed(self, connection: int, reason: str) -> None:
        """It does not: "refused", "unreachable"."""

    def received(self, connection: int, data: bytes) -> None:
        """Bytes from the peer, in order, never more than receive_room."""

    def receive_room(self, connection: int) -> int:
        """Bytes the board's receive window has left."""

    def finished(self, connection: int) -> None:
        """The peer will send no more."""

    def reset(self, connection: int) -> None:
        """The peer broke the connection off."""

    def acknowledged(self, connection: int, segments: int) -> None:
        """The peer has so many of the segments that were sent."""

    def datagram(self, address: int, port: int, local_port: int, data: bytes) -> None:
        """A UDP datagram."""

    def answer_mdns(self, name: str) -> tuple[int, int, str] | None:
        """The board's answer to an mDNS question: address, port (0 for its own name), text."""

    def answer_dns(self, name: str) -> int | None:
        """The address the board's own DNS server gives for a name."""


class Network(Protocol):
    """What the network processor asks of the network."""

    busy: Busy

    def attach(self, clock: Clock, stack: Stack) -> None:
        """The board tells who it is."""

    def open(self, address: int, port: int, local_port: int) -> int:
        """Ask for a TCP connection; the stack is told how it went. The number of the connection."""

    def send(self, connection: int, data: bytes) -> None:
        """Send one segment."""

    def close(self, connection: int) -> None:
        """Send no more."""

    def abort(self, connection: int) -> None:
        """Break a connection off."""

    def window_opened(self, connection: int) -> None:
        """The board has room for more again."""

    def send_datagram(self, address: int, port: int, local_port: int, data: bytes) -> None:
        """Send a UDP datagram."""

    def resolve(self, name: str) -> int | None:
        """The address of a name, None when the name server does not know it."""

    def answers_ping(self, address: int) -> bool:
        """Whether anybody is at an address."""

    def service(self, name: str) -> tuple[int, int, str] | None:
        """An mDNS service: address, port, text."""

    def save(self) -> Any:
        """The state for a snapshot."""

    def restore(self, state: Any) -> None:
        """Go back to a saved state."""


class Attached:
    """What every network keeps of the board that is on it. `busy`: packets under way, by a network in virtual time."""

    def __init__(self) -> None:
        self.busy = Busy()
        self._clock: Clock | None = None
        self._stack: Stack | None = None

    def attach(self, clock: Clock, stack: Stack) -> None:
        """The board tells who it is."""
        self._clock, self._stack = clock, stack

    @property
    def stack(self) -> Stack:
        """The board's end."""
        if self._stack is None:
            raise RuntimeError("no board is on this network")
        return self._stack

    @property
    def clock(self) -> Clock:
        """Virtual time."""
        if self._clock is None:
            raise RuntimeError("no board is on this network")
        return self._clock
