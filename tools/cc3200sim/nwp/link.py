"""The host's side of the link: the LSPI controller and the mask of the interrupt.

Framing as TI's driver.c has it: 12344321, then opcode and length, then the body; to read, the host sends 56788765 and
clocks dummy words while the message comes back. Words of 32 bits; the time they take is part of a command's time.
"""

from __future__ import annotations

import struct
from typing import ClassVar

from cc3200sim.clock import Clock
from cc3200sim.nwp.processor import NetworkProcessor
from cc3200sim.nwp.service import log
from cc3200sim.peripheral import Peripheral, Unmodelled

H2N_SYNC = 0x12344321
H2N_CNYS = 0x56788765
IDLE_WORD = 0xFFFFFFFF

# hw_mcspi.h
_REVISION, _SYSCONFIG, _SYSSTATUS, _IRQSTATUS, _IRQENABLE = 0x100, 0x110, 0x114, 0x118, 0x11C
_MODULCTRL, _CH0CONF, _CH0STAT, _CH0CTRL, _TX0, _RX0, _XFERLEVEL = 0x128, 0x12C, 0x130, 0x134, 0x138, 0x13C, 0x17C
_STORAGE_RESET = {_SYSCONFIG: 0, _IRQENABLE: 0, _MODULCTRL: 0x4, _CH0CONF: 0x60000, _CH0CTRL: 0, _XFERLEVEL: 0}
_SOFTRESET = 0x2
_RXS, _TXS, _EOT = 0x1, 0x2, 0x4
_CH0CTRL_EN = 0x1


class Lspi(Peripheral):
    """The SPI controller (OMAP McSPI) of the link. Its interrupts and DMA are not modelled."""

    STATE: ClassVar[tuple[str, ...]] = (
        "_registers",
        "_received",
        "_outgoing",
        "_header",
        "_body",
        "_body_words",
        "_state",
    )

    def __init__(self, clock: Clock, processor: NetworkProcessor) -> None:
        self._nwp = processor
        super().__init__(clock)

    def reset(self) -> None:
        """Registers to their reset values, framing to the start of a command."""
        self._registers = dict(_STORAGE_RESET)
        self._received: int | None = None
        self._outgoing: list[int] = []
        self._state = "sync"
        self._header = 0
        self._body: list[int] = []
        self._body_words = 0

    def read(self, offset: int, size: int) -> int:
        """Registers of hw_mcspi.h that the driver library uses."""
        if offset == _CH0STAT:
            return _TXS | _EOT | (_RXS if self._received is not None else 0)
        if offset == _RX0:
            word = self._received if self._received is not None else 0
            self._received = None
            return word
        if offset == _SYSSTATUS:
            return 1  # reset done
        if offset == _IRQSTATUS:
            return 0
        if offset == _REVISION:
            return 0x2B
        if offset in self._registers:
            return self._registers[offset]
        raise Unmodelled

    def write(self, offset: int, value: int, size: int) -> None:
        """A word to TX0 is shifted out and another one in, at once."""
        if offset == _TX0:
            if self._registers[_CH0CTRL] & _CH0CTRL_EN:
                self._received = self._exchange(value)
            return
        if offset == _SYSCONFIG and value & _SOFTRESET:
            self.reset()
            return
        if offset == _IRQENABLE and value:
            raise Unmodelled
        if offset in self._registers:
            self._registers[offset] = value
        elif offset != _IRQSTATUS:
            raise Unmodelled

    def _exchange(self, word: int) -> int:
        """One word each way."""
        if self._state == "header":
            self._header = word
            self._body = []
            self._body_words = ((word >> 16) + 3) // 4
            self._state = "body"
            self._finish()
            return IDLE_WORD
        if self._state == "body":
            self._body.append(word)
            self._finish()
            return IDLE_WORD
        if word == H2N_SYNC:
            self._state = "header"
            self._outgoing = []
        elif word == H2N_CNYS:
            self._outgoing = self._nwp.next_message()[::-1]
        elif word == IDLE_WORD:
            return self._outgoing.pop() if self._outgoing else IDLE_WORD
        else:
            log.warning("LSPI: word %08X where a sync word was due: ignored", word)
        return IDLE_WORD

    def _finish(self) -> None:
        if len(self._body) < self._body_words:
            return
        self._state = "sync"
        body = struct.pack(f"<{len(self._body)}I", *self._body)
        self._nwp.receive(self._header & 0xFFFF, body[: self._header >> 16])


class NwpInterrupt(Peripheral):
    """The application's mask of the network processor's interrupt (400F7088 set, 400F708C clear; cc_pal.c).

    400F70B8 raises and 400F70B0 clears the interrupt the other way; 400F70C0 shows it (NwpPowerOnPreamble).
    """

    STATE: ClassVar[tuple[str, ...]] = ("_to_nwp",)

    def __init__(self, clock: Clock, processor: NetworkProcessor) -> None:
        self._nwp = processor
        super().__init__(clock)

    def reset(self) -> None:
        """No interrupt pending towards the network processor."""
        self._to_nwp = 0

    def read(self, offset: int, size: int) -> int:
        """The mask, and the raw status of the interrupt to the network processor."""
        if offset in (0x88, 0x8C):
            return int(self._nwp.masked)
        if offset == 0xC0:
            return self._to_nwp
        raise Unmodelled

    def write(self, offset: int, value: int, size: int) -> None:
        """Bit 0 is the host interrupt."""
        if offset == 0x88:
            if value & 1:
                self._nwp.set_mask(True)
        elif offset == 0x8C:
            if value & 1:
                self._nwp.set_mask(False)
        elif offset == 0xB8:
            self._to_nwp = 0  # taken at once: it asks for a stop, which 4402E16C then does
        elif offset == 0xB0:
            self._to_nwp = 0
        else:
            raise Unmodelled
