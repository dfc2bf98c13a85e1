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
from cc3200sim.peripherals.registers import RegisterBlock, reads, reads_each, writes, writes_each
from cc3200sim.register_table import Register, Table

REGISTERS = Table("hw_shamd5.h", "SHAMD5_O_")
ODIGESTS = [
    REGISTERS.stored(0x000 + 4 * index, f"ODIGEST_{letter}", "DATA:31-0") for index, letter in enumerate("ABCDEFGH")
]
IDIGESTS = [
    REGISTERS.stored(0x020 + 4 * index, f"IDIGEST_{letter}", "DATA:31-0") for index, letter in enumerate("ABCDEFGH")
]
DIGEST_COUNT = REGISTERS.stored(0x040, "DIGEST_COUNT", "DATA:31-0", writable=0xFFFF_FFC0)
MODE = REGISTERS.stored(0x044, "MODE", "ALGO:2-1 ALGO_CONSTANT:3 CLOSE_HASH:4 HMAC_KEY_PROC:5 HMAC_OUTER_HASH:7")
LENGTH = REGISTERS.stored(0x048, "LENGTH", "DATA:31-0", note="a store starts the operation, a load tells what is left")
DATA_IN = [
    REGISTERS.live(0x080 + 4 * index, f"DATA{index}_IN", f"DATA{index}_IN:31-0", note="the input FIFO; write only")
    for index in range(16)
]
SYSCONFIG = REGISTERS.stored(0x110, "SYSCONFIG", "PIT_EN:2 PDMA_EN:3! PCONT_SWT:6! PADVANCED:7~")
SYSSTATUS = REGISTERS.constant(0x114, "SYSSTATUS", "RESETDONE:0", reset=1)
IRQSTATUS = REGISTERS.live(0x118, "IRQSTATUS", "OUTPUT_READY:0 INPUT_READY:1 PARTHASH_READY:2 CONTEXT_READY:3")
IRQENABLE = REGISTERS.stored(
    0x11C, "IRQENABLE", "M_OUTPUT_READY:0 M_INPUT_READY:1 M_PARTHASH_READY:2~ M_CONTEXT_READY:3"
)
REGISTERS.unmodelled(
    "SHA-384 and SHA-512",
    "HASH512_ODIGEST_A:0x200 HASH512_ODIGEST_B:0x204 HASH512_ODIGEST_C:0x208 HASH512_ODIGEST_D:0x20C "
    "HASH512_ODIGEST_E:0x210 HASH512_ODIGEST_F:0x214 HASH512_ODIGEST_G:0x218 HASH512_ODIGEST_H:0x21C "
    "HASH512_ODIGEST_I:0x220 HASH512_ODIGEST_J:0x224 HASH512_ODIGEST_K:0x228 HASH512_ODIGEST_L:0x22C "
    "HASH512_ODIGEST_M:0x230 HASH512_ODIGEST_N:0x234 HASH512_ODIGEST_O:0x238 HASH512_ODIGEST_P:0x23C "
    "HASH512_IDIGEST_A:0x240 HASH512_IDIGEST_B:0x244 HASH512_IDIGEST_C:0x248 HASH512_IDIGEST_D:0x24C "
    "HASH512_IDIGEST_E:0x250 HASH512_IDIGEST_F:0x254 HASH512_IDIGEST_G:0x258 HASH512_IDIGEST_H:0x25C "
    "HASH512_IDIGEST_I:0x260 HASH512_IDIGEST_J:0x264 HASH512_IDIGEST_K:0x268 HASH512_IDIGEST_L:0x26C "
    "HASH512_IDIGEST_M:0x270 HASH512_IDIGEST_N:0x274 HASH512_IDIGEST_O:0x278 HASH512_IDIGEST_P:0x27C "
    "HASH512_DIGEST_COUNT:0x280 HASH512_MODE:0x284 HASH512_LENGTH:0x288",
)
REGISTERS.unmodelled("identification", "REVISION:0x100")

ODIGEST, IDIGEST = ODIGESTS[0], IDIGESTS[0]
ALGO_CONSTANT, CLOSE_HASH, HMAC_KEY_PROC, HMAC_OUTER_HASH = MODE.masks(
    "ALGO_CONSTANT CLOSE_HASH HMAC_KEY_PROC HMAC_OUTER_HASH"
)
OUTPUT_READY, INPUT_READY, CONTEXT_READY = IRQSTATUS.masks("OUTPUT_READY INPUT_READY CONTEXT_READY")
(SYSCONFIG_IRQ,) = SYSCONFIG.masks("PIT_EN")

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

    TABLE = REGISTERS
    STEADY = frozenset((IRQSTATUS, LENGTH))
    STATE = ("regs", "_status", "_fifo", "_remaining", "_message", "_from_constants", "_busy", "_stale")
    ALARMS = ("_done",)

    def __init__(self, clock: Clock, irq: IrqLine) -> None:
        self._irq = irq
        self._done = Alarm(clock, self._block_done)
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

    @property
    def _algorithm(self) -> Algorithm:
        return ALGORITHMS[self.regs[MODE] >> 1 & 3]

    # Registers

    @writes(MODE)
    def _write_mode(self, value: int) -> None:
        if (self.regs[MODE] ^ value) & 6:
            self._settle()
        self.regs[MODE] = value & MODE.writable

    @reads_each(*IDIGESTS)
    def _read_digest(self, register: Register) -> int:
        self._settle()
        return self.regs[register]

    @writes_each(*IDIGESTS)
    def _write_digest(self, register: Register, value: int) -> None:
        self._settle()
        self.regs[register] = value

    @reads(IRQSTATUS)
    def _read_status(self) -> int:
        return self._status

    @reads(LENGTH)
    def _read_length(self) -> int:
        return self._remaining

    @writes_each(*DATA_IN)
    def _write_data(self, register: Register, value: int) -> None:
        self._take(value)

    @writes(SYSCONFIG)
    def _write_sysconfig(self, value: int) -> None:
        self.regs[SYSCONFIG] = value & SYSCONFIG.writable
        self._update_irq()

    @writes(IRQENABLE)
    def _write_enable(self, value: int) -> None:
        self.regs[IRQENABLE] = value & IRQENABLE.writable
        self._update_irq()

    def _update_irq(self) -> None:
        self._irq.set(bool(self.regs[SYSCONFIG] & SYSCONFIG_IRQ and self._status & self.regs[IRQENABLE]))

    def _set_status(self, status: int) -> None:
        self._status = status
        self._update_irq()

    # Operation

    @writes(LENGTH)
    def _start(self, length: int) -> None:
        mode = self.regs[MODE]
        if not length and not mode & (HMAC_KEY_PROC | HMAC_OUTER_HASH):
            raise Unmodelled("LENGTH of no bytes")
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
