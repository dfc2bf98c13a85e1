"""DTHE: the interrupts of the cryptographic engines, and the CRC engine (hw_dthe.h, the driver library's crc.c).

What the header leaves open is as on TI's TM4C129, which has the same engine: a word's highest byte goes first, unless
the endian bits say otherwise, and so does the highest bit of a byte.
"""

from __future__ import annotations

from cc3200sim.peripheral import Unmodelled
from cc3200sim.peripherals.registers import RegisterBlock, reads, writes
from cc3200sim.register_table import WORD, Table

DTHE = Table("hw_dthe.h", "DTHE_O_")
DTHE.stored(0x810, "SHA_IM", writable=0x7, reset=0x7)
for _offset, _name in ((0x814, "SHA_RIS"), (0x818, "SHA_MIS"), (0x81C, "SHA_IC")):
    DTHE.constant(_offset, _name, note="no transfer by DMA ever ends")
DTHE.unmodelled(
    "the AES and DES engines",
    "AES_IM:0x820 AES_RIS:0x824 AES_MIS:0x828 AES_IC:0x82C DES_IM:0x830 DES_RIS:0x834 DES_MIS:0x838 DES_IC:0x83C",
)
CRC_CTRL = DTHE.stored(0xC00, "CRC_CTRL", "TYPE:3-0 ENDIAN:5-4 IBR:7 OBR:8 OINV:9 SIZE:12 INIT:14-13")
CRC_SEED = DTHE.stored(0xC10, "CRC_SEED", writable=WORD, note="the latest result, too")
CRC_DIN = DTHE.live(0xC14, "CRC_DIN", reads="", note="each store is a step")
CRC_RESULT = DTHE.live(0xC18, "CRC_RSLT_PP", note="the result, reversed and inverted as CTRL says")
DTHE.unmodelled(
    "clock gating and the random key",
    "EIP_CGCFG:0xA00 EIP_CGREQ:0xA04 RAND_KEY0:0xF00 RAND_KEY1:0xF04 RAND_KEY2:0xF08 RAND_KEY3:0xF0C",
)

SWAP_BYTES, SWAP_HALVES, REVERSE_IN, REVERSE_OUT, INVERT_OUT, BYTES = 0x10, 0x20, 0x80, 0x100, 0x200, 0x1000
INIT, INIT_ZEROS, INIT_ONES = 0x6000, 0x4000, 0x6000
# Polynomial and width by the type; the check sum of TCP is none.
_POLYNOMIALS = {0: (0x8005, 16), 1: (0x1021, 16), 2: (0x04C1_1DB7, 32), 3: (0x1EDC_6F41, 32)}
_TCP = 8
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def crc(data: bytes, remainder: int, polynomial: int, width: int) -> int:
    """The remainder of a cyclic redundancy check, highest bit first."""
    top, mask = 1 << width - 1, (1 << width) - 1
    for byte in data:
        remainder ^= byte << width - 8
        for _ in range(8):
            remainder = (remainder << 1 ^ (polynomial if remainder & top else 0)) & mask
    return remainder


def ones_complement_sum(data: bytes, total: int) -> int:
    """The sum that the check sum of TCP is the complement of (RFC 1071), over whole halfwords or one byte."""
    for at in range(0, len(data), 2):
        total += int.from_bytes(data[at : at + 2], "big")
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


class Dthe(RegisterBlock):
    """The CRC engine; the hash engine's interrupt registers tell of DMA transfers, of which there are none."""

    TABLE = DTHE

    @writes(CRC_DIN)
    def _take(self, value: int) -> None:
        """A byte or a word, by CTRL. The first after a store to CTRL starts from what INIT says, and clears that."""
        control = self.regs[CRC_CTRL]
        start = {INIT_ZEROS: 0, INIT_ONES: WORD}.get(control & INIT, self.regs[CRC_SEED])
        self.regs[CRC_CTRL] = control & ~INIT
        data = bytes((value & 0xFF,)) if control & BYTES else self._ordered(value, control)
        if control & REVERSE_IN:
            data = bytes(_REVERSED[byte] for byte in data)
        kind = control & 0xF
        if kind == _TCP:
            self.regs[CRC_SEED] = ones_complement_sum(data, start & 0xFFFF)
        elif kind in _POLYNOMIALS:
            polynomial, width = _POLYNOMIALS[kind]
            self.regs[CRC_SEED] = crc(data, start & (1 << width) - 1, polynomial, width)
        else:
            raise Unmodelled(f"CRC_CTRL.TYPE {kind}")

    @staticmethod
    def _ordered(value: int, control: int) -> bytes:
        if control & SWAP_BYTES:
            value = (value & 0x00FF_00FF) << 8 | value >> 8 & 0x00FF_00FF
        if control & SWAP_HALVES:
            value = (value & 0xFFFF) << 16 | value >> 16
        return value.to_bytes(4, "big")

    @reads(CRC_DIN)
    def _nothing(self) -> int:
        return 0

    @reads(CRC_RESULT)
    def _result(self) -> int:
        control, value = self.regs[CRC_CTRL], self.regs[CRC_SEED]
        width = _POLYNOMIALS.get(control & 0xF, (0, 16))[1]
        if control & REVERSE_OUT:  # within each byte
            value = int.from_bytes(bytes(_REVERSED[byte] for byte in value.to_bytes(4, "big")), "big")
        if control & INVERT_OUT:
            value ^= (1 << width) - 1
        return value
