"""SHAMD5 and the DTHE registers it needs: the hash engine (CC3200 TRM SWRU367 chapter 19, hw_shamd5.h, hw_dthe.h).

The engine is that of MSP432E4, whose manual tells more (SLAU723A chapter 25). A hash starts with the write of LENGTH,
takes as many bytes as that says through its 64-byte input FIFO (any DATA register feeds it), and ends when they are
used up. Fewer bytes leave it waiting; without CLOSE_HASH the length must be a multiple of 64.

Not in the documents: the time of a block (taken as a clock a step and two more) and a plain hash of no bytes at all,
which is not modelled. DMA is not modelled either.
"""

from __future__ import annotations

import hashlib
import struct
from typing import NamedTuple

from cc3200sim.alarm import Alarm
from cc3200sim.clock import Clock
from cc3200sim.peripheral import IrqLine, Unmodelled
from cc3200sim.peripherals import compression
from cc3200sim.peripherals.compression import Compress, State
from cc3200sim.peripherals.registers import Reader, RegisterBlock, Writer

ODIGEST, IDIGEST, DIGEST_COUNT, MODE, LENGTH = 0x000, 0x020, 0x040, 0x044, 0x048
DATA_IN, DATA_IN_END = 0x080, 0x0C0
SYSCONFIG, SYSSTATUS, IRQSTATUS, IRQENABLE = 0x110, 0x114, 0x118, 0x11C

ALGO_CONSTANT, CLOSE_HASH, HMAC_KEY_PROC, HMAC_OUTER_HASH = 0x08, 0x10, 0x20, 0x80
OUTPUT_READY, INPUT_READY, PARTHASH_READY, CONTEXT_READY = 0x1, 0x2, 0x4, 0x8
SYSCONFIG_IRQ, SYSCONFIG_DMA, SYSCONFIG_CONTEXT_SWITCH, SYSCONFIG_ADVANCED = 0x04, 0x08, 0x40, 0x80

BLOCK = 64


class Algorithm(NamedTuple):
    """One of the engine's four algorithms."""

    name: str
    compress: Compress
    initial: State
    digest_words: int
    order: str
    steps: int


def _initial(words: str) -> State:
    return tuple(int(word, 16) for word in words.split())


ALGORITHMS = (
    Algorithm("md5", compression.md5, _initial("67452301 efcdab89 98badcfe 10325476"), 4, "<", 64),
    Algorithm("sha1", compression.sha1, _initial("67452301 efcdab89 98badcfe 10325476 c3d2e1f0"), 5, ">", 80),
    Algorithm(
        "sha224",
        compression.sha2,
        _initial("c1059ed8 367cd507 3070dd17 f70e5939 ffc00b31 68581511 64f98fa7 befa4fa4"),
        7,
        ">",
        64,
    ),
    Algorithm(
        "sha256",
        compression.sha2,
        _initial("6a09e667 bb67ae85 3c6ef372 a54ff53a 510e527f 9b05688c 1f83d9ab 5be0cd19"),
        8,
        ">",
        64,
    ),
)


class ShaMd5(RegisterBlock):
    """The engine. Its registers hold digests as byte strings: the low byte of IDIGEST_A is the digest's first."""

    STORED = {
        **dict.fromkeys(range(ODIGEST, DIGEST_COUNT, 4), (0, 0xFFFF_FFFF)),
        DIGEST_COUNT: (0, 0xFFFF_FFC0),
        MODE: (0, 0xBE),
        LENGTH: (0, 0xFFFF_FFFF),
        SYSCONFIG: (0, SYSCONFIG_IRQ | SYSCONFIG_ADVANCED),
        SYSSTATUS: (1, 0),
        IRQENABLE: (0, 0xF),
    }
    STATE = ("regs", "_status", "_fifo", "_remaining", "_message", "_from_constants", "_busy", "_stale")
    ALARMS = ("_done",)

    def __init__(self, clock: Clock, irq: IrqLine) -> None:
        self._irq = irq
        self._done = Alarm(clock, self._block_done)
        self.readers = {
            IRQSTATUS: lambda: self._status,
            LENGTH: lambda: self._remaining,
            **{offset: self._digest_reader(offset) for offset in range(IDIGEST, DIGEST_COUNT, 4)},
        }
        self.writers = {
            MODE: self._write_mode,
            LENGTH: self._start,
            SYSCONFIG: self._write_sysconfig,
            IRQENABLE: self._write_enable,
            **{offset: self._digest_writer(offset) for offset in range(IDIGEST, DIGEST_COUNT, 4)},
        }
        super().__init__(clock)

    @property
    def working(self) -> bool:
        return self._busy

    def reset(self) -> None:
        super().reset()
        self._status = CONTEXT_READY
        self._fifo = bytearray()
        self._stale = bytes(BLOCK)
        self._remaining = 0
        self._busy = False
        # What has been hashed since the digest in the registers (or the constants) was current.
        self._message = bytearray()
        self._from_constants = False
        self._update_irq()

    def write(self, offset: int, value: int, size: int) -> None:
        if DATA_IN <= offset < DATA_IN_END and size == 4:
            self._take(value)
        else:
            super().write(offset, value, size)

    @property
    def _algorithm(self) -> Algorithm:
        return ALGORITHMS[self.regs[MODE] >> 1 & 3]

    # Registers

    def _write_mode(self, value: int) -> None:
        if (self.regs[MODE] ^ value) & 6:
            self._settle()
        self.regs[MODE] = value & 0xBE

    def _digest_reader(self, offset: int) -> Reader:
        def read() -> int:
            self._settle()
            return self.regs[offset]

        return read

    def _digest_writer(self, offset: int) -> Writer:
        def write(value: int) -> None:
            self._settle()
            self.regs[offset] = value

        return write

    def _write_sysconfig(self, value: int) -> None:
        if value & (SYSCONFIG_DMA | SYSCONFIG_CONTEXT_SWITCH):
            raise Unmodelled
        self.regs[SYSCONFIG] = value & (SYSCONFIG_IRQ | SYSCONFIG_ADVANCED)
        self._update_irq()

    def _write_enable(self, value: int) -> None:
        self.regs[IRQENABLE] = value & 0xF
        self._update_irq()

    def _update_irq(self) -> None:
        self._irq.set(bool(self.regs[SYSCONFIG] & SYSCONFIG_IRQ and self._status & self.regs[IRQENABLE]))

    def _set_status(self, status: int) -> None:
        self._status = status
        self._update_irq()

    # Operation

    def _start(self, length: int) -> None:
        mode = self.regs[MODE]
        if not length and not mode & (HMAC_KEY_PROC | HMAC_OUTER_HASH):
            raise Unmodelled
        self._fifo.clear()
        self._remaining = length
        blocks = 0
        if mode & HMAC_KEY_PROC:
            self._process_key()
            blocks = 2
        elif mode & ALGO_CONSTANT:
            self._from_constants = True
            self._message.clear()
            self.regs[DIGEST_COUNT] = 0
        self.regs[MODE] &= ~(HMAC_KEY_PROC | ALGO_CONSTANT)
        self._busy = False
        if length:
            self._set_status(INPUT_READY)
        else:
            self._finish(blocks)

    def _take(self, word: int) -> None:
        """A word for the input FIFO; with no operation waiting for one it is lost."""
        if self._busy or not self._remaining:
            return
        self._fifo += word.to_bytes(4, "little")
        wanted = min(BLOCK, self._remaining)
        if len(self._fifo) < wanted:
            return
        self._message += self._fifo[:wanted]
        self.regs[DIGEST_COUNT] = self.regs[DIGEST_COUNT] + wanted & 0xFFFF_FFFF
        if wanted < BLOCK and not self.regs[MODE] & CLOSE_HASH:
            # Against the rules: the engine hashes a whole block, with what the FIFO held before in the rest.
            self._message += self._stale[wanted:]
        self._stale = bytes(self._fifo) + self._stale[len(self._fifo) :]
        self._fifo.clear()
        self._remaining -= wanted
        if self._remaining:
            self._busy = True
            self._set_status(0)
            self._done.after(self._algorithm.steps + 2)
        else:
            self._finish(1)

    def _block_done(self) -> None:
        self._busy = False
        if self._remaining:
            self._set_status(INPUT_READY)
        else:
            self._set_status(OUTPUT_READY | CONTEXT_READY)

    def _finish(self, blocks: int) -> None:
        """The last data is in: close the hash if asked, and say so when the time of the blocks is over."""
        mode = self.regs[MODE]
        if mode & CLOSE_HASH:
            count = self.regs[DIGEST_COUNT]
            blocks += 1 if count % BLOCK == 0 or count % BLOCK > BLOCK - 9 else 0
            self._close()
        if mode & HMAC_OUTER_HASH:
            blocks += 2
            self._outer_hash()
        self.regs[MODE] &= ~(CLOSE_HASH | HMAC_OUTER_HASH)
        self._busy = True
        self._set_status(0)
        self._done.after(max(1, blocks) * (self._algorithm.steps + 2))

    # Digests

    def _settle(self) -> None:
        """Bring the digest registers up to what has been hashed so far."""
        if self._from_constants or self._message:
            algorithm = self._algorithm
            state = algorithm.initial if self._from_constants else self._state(IDIGEST)
            usable = len(self._message) // BLOCK * BLOCK
            for start in range(0, usable, BLOCK):
                state = algorithm.compress(state, bytes(self._message[start : start + BLOCK]))
            self._store(IDIGEST, state)
            self._message.clear()
            self._from_constants = False

    def _close(self) -> None:
        algorithm = self._algorithm
        count = self.regs[DIGEST_COUNT]
        if self._from_constants and count == len(self._message):
            digest = hashlib.new(algorithm.name, bytes(self._message)).digest()
        else:
            state = algorithm.initial if self._from_constants else self._state(IDIGEST)
            digest = self._closed(state, bytes(self._message), count)
        self._message.clear()
        self._from_constants = False
        self._store_bytes(IDIGEST, digest)

    def _closed(self, state: State, tail: bytes, count: int) -> bytes:
        """The digest of `count` bytes of which `tail` is not yet in `state`."""
        algorithm = self._algorithm
        order = algorithm.order
        padded = tail + b"\x80" + bytes(-(len(tail) + 9) % BLOCK) + struct.pack(order + "Q", 8 * count)
        for start in range(0, len(padded), BLOCK):
            state = algorithm.compress(state, padded[start : start + BLOCK])
        words = algorithm.digest_words
        return struct.pack(f"{order}{words}I", *state[:words])

    def _process_key(self) -> None:
        """HMAC key processing (RFC 2104): the digests of key XOR ipad and key XOR opad."""
        algorithm = self._algorithm
        self._settle()
        key = self._load_bytes(ODIGEST, BLOCK)
        inner = algorithm.compress(algorithm.initial, bytes(byte ^ 0x36 for byte in key))
        outer = algorithm.compress(algorithm.initial, bytes(byte ^ 0x5C for byte in key))
        self._store(IDIGEST, inner)
        self._store(ODIGEST, outer)
        self.regs[DIGEST_COUNT] = BLOCK

    def _outer_hash(self) -> None:
        self._settle()
        inner = self._load_bytes(IDIGEST, 4 * self._algorithm.digest_words)
        self._store_bytes(IDIGEST, self._closed(self._state(ODIGEST), inner, BLOCK + len(inner)))

    def _state(self, base: int) -> State:
        words = len(self._algorithm.initial)
        return struct.unpack(f"{self._algorithm.order}{words}I", self._load_bytes(base, 4 * words))

    def _store(self, base: int, state: State) -> None:
        self._store_bytes(base, struct.pack(f"{self._algorithm.order}{len(state)}I", *state))

    def _load_bytes(self, base: int, count: int) -> bytes:
        return struct.pack(f"<{count // 4}I", *(self.regs[offset] for offset in range(base, base + count, 4)))

    def _store_bytes(self, base: int, data: bytes) -> None:
        for index, word in enumerate(struct.unpack(f"<{len(data) // 4}I", data)):
            self.regs[base + 4 * index] = word


SHA_IM, SHA_RIS, SHA_MIS, SHA_IC = 0x810, 0x814, 0x818, 0x81C


class Dthe(RegisterBlock):
    """DTHE's hash interrupt registers: they tell of DMA transfers, of which there are none. CRC is not modelled."""

    STORED = {SHA_IM: (0x7, 0x7), SHA_RIS: (0, 0), SHA_MIS: (0, 0), SHA_IC: (0, 0)}
