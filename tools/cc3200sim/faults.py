"""Fault status bits of the system control block (ARMv7-M manual B3.2.15, B3.2.16) and a fault as the core meets it."""

from __future__ import annotations

from dataclasses import dataclass

# CFSR: memory management
IACCVIOL = 1 << 0
# CFSR: bus
IBUSERR, PRECISERR, UNSTKERR, STKERR, BFARVALID = 1 << 8, 1 << 9, 1 << 11, 1 << 12, 1 << 15
# CFSR: usage
UNDEFINSTR, INVSTATE, INVPC, NOCP = 1 << 16, 1 << 17, 1 << 18, 1 << 19
# HFSR
VECTTBL, FORCED, DEBUGEVT = 1 << 1, 1 << 30, 1 << 31

_NAMES = {
    IACCVIOL: "fetch from a region without code",
    IBUSERR: "fetch from no memory",
    PRECISERR: "bus error",
    UNSTKERR: "no stack to return from an exception",
    UNDEFINSTR: "undefined instruction",
    INVSTATE: "jump to an even address",
    INVPC: "bad exception return",
    NOCP: "no such coprocessor",
}


@dataclass(frozen=True)
class Fault:
    """An exception that an instruction causes: its vector, status bits, pc, and the address for BFAR."""

    vector: int
    status: int
    pc: int
    address: int | None = None
    hard: int = 0

    def __str__(self) -> str:
        what = _NAMES.get(self.status, "breakpoint" if self.hard == DEBUGEVT else "supervisor call that can't be taken")
        where = f" at address {self.address:#010x}" if self.address is not None else ""
        return f"{what}{where}, pc {self.pc:#010x}"
