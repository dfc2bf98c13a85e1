"""A host driver in a few lines: speaks to the network processor word by word, as TI's driver.c does on the chip."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from cc3200sim.chip import Irq
from cc3200sim.clock import Clock, cycles
from cc3200sim.flash import Flash
from cc3200sim.nwp.link import Lspi, NwpInterrupt
from cc3200sim.nwp.opcodes import Opcode
from cc3200sim.nwp.processor import NetworkProcessor
from cc3200sim.peripheral import IrqLine
from cc3200sim.world.net.memory import MemoryNetwork
from cc3200sim.world.radio import Radio

TX0, RX0, CH0STAT, CH0CTRL = 0x138, 0x13C, 0x130, 0x134


@dataclass(frozen=True)
class Message:
    """A message from the network processor."""

    opcode: int
    pool: int
    failed: int
    non_blocking: int
    payload: bytes


class Host:
    """Registers of the link, and a clock that only this host moves."""

    def __init__(self, flash: Flash | None = None, radio: Radio | None = None, network: Any = None) -> None:
        self.clock = Clock()
        self.irq = IrqLine(Irq.NWPIC, lambda number, level: None)
        self.flash = flash if flash is not None else Flash()
        self.radio = radio if radio is not None else Radio(host_joins=False)
        self.network = network if network is not None else MemoryNetwork()
        self.nwp = NetworkProcessor(self.clock, self.irq, self.flash, self.radio, self.network)
        self.lspi = Lspi(self.clock, self.nwp)
        self.mask = NwpInterrupt(self.clock, self.nwp)
        self.events: list[Message] = []

    def word(self, value: int) -> int:
        """One word each way over the LSPI."""
        assert self.lspi.read(CH0STAT, 4) & 2
        self.lspi.write(TX0, value, 4)
        assert self.lspi.read(CH0STAT, 4) & 1
        return self.lspi.read(RX0, 4)

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.clock.now + cycles(seconds)
        while (due := self.clock.next_deadline) is not None and due <= end:
            self.clock.advance_to(due)
            self.clock.run_due()
        self.clock.advance_to(end)

    def power_on(self, *, wait: bool = True) -> Message | None:
        """cc_pal.c's NwpPowerOff and NwpPowerOn, and the SPI opened; returns the init-complete message."""
        self.lspi.write(CH0CTRL, 1, 4)
        self.nwp.stop_register(2)
        self.nwp.stop_register(0)
        self.nwp.wake_register(1)
        self.mask.write(0x8C, 1, 4)
        return self.message() if wait else None

    def write(self, opcode: int, body: bytes) -> None:
        """Send a command without waiting."""
        self.word(0x12344321)
        self.word(opcode | len(body) << 16)
        padded = body + bytes(-len(body) % 4)
        for (value,) in struct.iter_unpack("<I", padded):
            self.word(value)

    def poll(self) -> Message | None:
        """The message that is signalled, if any: interrupt, mask, read, unmask."""
        if not self.irq.level:
            return None
        self.mask.write(0x88, 1, 4)
        assert not self.irq.level
        self.word(0x56788765)
        assert self.word(0xFFFFFFFF) == 0xABCDDCBA
        head = struct.pack("<II", self.word(0xFFFFFFFF), self.word(0xFFFFFFFF))
        opcode, length, pool, _, failed, non_blocking = struct.unpack("<HHBBBB", head)
        words = [self.word(0xFFFFFFFF) for _ in range((length - 4 + 3) // 4)]
        payload = struct.pack(f"<{len(words)}I", *words)[: length - 4]
        assert self.word(0xFFFFFFFF) == 0xFFFFFFFF
        self.mask.write(0x8C, 1, 4)
        return Message(opcode, pool, failed, non_blocking, payload)

    def message(self, timeout: float = 60.0) -> Message:
        """Wait for the next message."""
        end = self.clock.now + cycles(timeout)
        while (found := self.poll()) is None:
            due = self.clock.next_deadline
            assert due is not None and due <= end, "no message came"
            self.clock.advance_to(due)
            self.clock.run_due()
        return found

    def command(self, opcode: int, body: bytes = b"") -> bytes:
        """Send a command and return the payload of its response; events in between are kept in `events`."""
        self.write(opcode, body)
        return self.expect(opcode & 0x7FFF)

    def expect(self, opcode: int, timeout: float = 60.0) -> bytes:
        """Wait for a message of this opcode (or take it out of the events that came); others are kept in `events`."""
        for index, event in enumerate(self.events):
            if event.opcode == opcode:
                return self.events.pop(index).payload
        while (found := self.message(timeout)).opcode != opcode:
            self.events.append(found)
        return found.payload

    def status(self, opcode: int, body: bytes = b"") -> int:
        """Send a command and return the 16-bit status its response starts with."""
        return int(struct.unpack_from("<h", self.command(opcode, body))[0])

    # --- files (fs.c) -----------------------------------------------------------------------------------------------

    @staticmethod
    def _name(name: str) -> bytes:
        data = name.encode() + b"\0"
        return data + bytes(-len(data) % 4)

    def fs_open(self, name: str, mode: int, token: int = 0) -> int:
        """sl_FsOpen: handle or negative error."""
        return int(
            struct.unpack_from(
                "<i", self.command(Opcode.NVMEM_FILEOPEN, struct.pack("<II", mode, token) + self._name(name))
            )[0]
        )

    def fs_create(self, name: str, size: int, flags: int = 0, access: int = 3) -> int:
        """sl_FsOpen with FS_MODE_OPEN_CREATE."""
        table = (256, 1024, 4096, 16384, 65536)
        index = next(i for i, unit in enumerate(table) if unit * 255 >= size)
        return self.fs_open(name, access << 12 | index << 8 | -(-size // table[index]) | flags << 16)

    def fs_write(self, handle: int, offset: int, data: bytes) -> int:
        """sl_FsWrite in chunks of 1460: bytes written or a negative error."""
        done = 0
        while done < len(data):
            chunk = data[done : done + 1460]
            result = self.status(
                Opcode.NVMEM_FILEWRITECOMMAND, struct.pack("<iIHxx", handle, offset + done, len(chunk)) + chunk
            )
            if result < 0:
                return done or result
            done += result
        return done

    def fs_read(self, handle: int, offset: int, length: int) -> bytes | int:
        """sl_FsRead of one chunk: data or a negative error."""
        answer = self.command(Opcode.NVMEM_FILEREADCOMMAND, struct.pack("<iIHxx", handle, offset, length))
        (status,) = struct.unpack_from("<h", answer)
        return answer[4 : 4 + status] if status >= 0 else status

    def fs_close(self, handle: int, signature: bytes = b"") -> int:
        """sl_FsClose."""
        return self.status(Opcode.NVMEM_FILECLOSE, struct.pack("<iII", handle, 0, len(signature)) + signature)

    def fs_info(self, name: str) -> tuple[int, int, int, int]:
        """sl_FsGetInfo: status, flags, length, allocated."""
        return struct.unpack_from("<hHII", self.command(Opcode.NVMEM_FILEGETINFOCOMMAND, bytes(4) + self._name(name)))

    def fs_delete(self, name: str) -> int:
        """sl_FsDel."""
        return self.status(Opcode.NVMEM_FILEDELCOMMAND, bytes(4) + self._name(name))
