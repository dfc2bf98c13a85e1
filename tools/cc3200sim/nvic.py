"""The interrupt controller and system control block (ARMv7-M manual B3.2, B3.4): which exception is to be taken."""

from __future__ import annotations

from collections.abc import Callable

from cc3200sim.clock import Clock
from cc3200sim.peripheral import IrqLine, Peripheral, Unmodelled
from cc3200sim.register_table import Table
from cc3200sim.systick import SysTick

RESET, NMI, HARD_FAULT, MEM_MANAGE, BUS_FAULT, USAGE_FAULT = 1, 2, 3, 4, 5, 6
SVCALL, DEBUG_MONITOR, PENDSV, SYSTICK = 11, 12, 14, 15
FIRST_IRQ = 16
VECTORS = FIRST_IRQ + 240

PRIORITY_MASK = 0xE0  # the CC3200 implements three bits (interrupt.h, NUM_PRIORITY_BITS)
LOWEST = 0x100  # thread mode: below every exception

_FIXED = {RESET: -3, NMI: -2, HARD_FAULT: -1}
_ALWAYS_ENABLED = (NMI, HARD_FAULT, SVCALL, DEBUG_MONITOR, PENDSV, SYSTICK)
_SHPR_FIRST = 4  # SHPR1 byte 0 is vector 4
_SHCSR_ENABLE = {MEM_MANAGE: 1 << 16, BUS_FAULT: 1 << 17, USAGE_FAULT: 1 << 18}
_SHCSR_ACTIVE = {
    MEM_MANAGE: 1 << 0,
    BUS_FAULT: 1 << 1,
    USAGE_FAULT: 1 << 3,
    SVCALL: 1 << 7,
    DEBUG_MONITOR: 1 << 8,
    PENDSV: 1 << 10,
    SYSTICK: 1 << 11,
}
_SHCSR_PENDING = {USAGE_FAULT: 1 << 12, MEM_MANAGE: 1 << 13, BUS_FAULT: 1 << 14, SVCALL: 1 << 15}

CPUID = 0x410F_C241  # Cortex-M4 r0p1
ICTR = 5  # interrupt lines in groups of 32, less one (hw_ints.h: 179 lines)
VECTKEY = 0x05FA

SCS = Table(note="Names are those of the ARMv7-M manual, tables B3-3 to B3-8.")
_ICTR = SCS.constant(0x004, "ICTR", "INTLINESNUM:3-0", reset=ICTR)
ACTLR = SCS.constant(0x008, "ACTLR", note="write-buffer choices have no effect")
SCS.live(0x010, "SYST_CSR", "ENABLE:0 TICKINT:1 CLKSOURCE:2 COUNTFLAG:16")
SCS.live(0x014, "SYST_RVR", "RELOAD:23-0")
SCS.live(0x018, "SYST_CVR", "CURRENT:23-0", note="any store clears it")
SCS.live(0x01C, "SYST_CALIB", reads="NOREF:31 SKEW:30", note="no reference clock, no calibrated value")
SCS.live(0x100, "NVIC_ISER0-7", span=0x80, note="a bit an interrupt: enable")
SCS.live(0x180, "NVIC_ICER0-7", span=0x80, note="disable")
SCS.live(0x200, "NVIC_ISPR0-7", span=0x80, note="make pending")
SCS.live(0x280, "NVIC_ICPR0-7", span=0x80, note="clear pending")
SCS.live(0x300, "NVIC_IABR0-7", span=0x80, note="active")
SCS.live(0x400, "NVIC_IPR0-59", span=0x100, note="priorities, a byte each: bits 7:5 alone")
_CPUID = SCS.constant(0xD00, "CPUID", reset=CPUID)
ICSR = SCS.live(
    0xD04,
    "ICSR",
    "PENDSTCLR:25 PENDSTSET:26 PENDSVCLR:27 PENDSVSET:28 NMIPENDSET:31",
    reads="VECTACTIVE:8-0 RETTOBASE:11 VECTPENDING:20-12 ISRPENDING:22 PENDSTSET:26 PENDSVSET:28 NMIPENDSET:31",
)
VTOR = SCS.live(0xD08, "VTOR", "TBLOFF:29-7")
AIRCR = SCS.live(0xD0C, "AIRCR", "SYSRESETREQ:2 PRIGROUP:10-8 VECTKEY:31-16", note="stores need 0x05FA in VECTKEY")
SCR = SCS.live(0xD10, "SCR", "SLEEPONEXIT:1 SLEEPDEEP:2~ SEVONPEND:4~")
CCR = SCS.live(0xD14, "CCR", "NONBASETHRDENA:0~ USERSETMPEND:1~ UNALIGN_TRP:3~ DIV_0_TRP:4~ BFHFNMIGN:8~ STKALIGN:9~")
SCS.live(0xD18, "SHPR1-3", span=0xC, note="priorities of the system's exceptions, a byte each")
SHCSR = SCS.live(
    0xD24,
    "SHCSR",
    "MEMFAULTENA:16 BUSFAULTENA:17 USGFAULTENA:18",
    reads="MEMFAULTACT:0 BUSFAULTACT:1 USGFAULTACT:3 SVCALLACT:7 MONITORACT:8 PENDSVACT:10 SYSTICKACT:11 "
    "USGFAULTPENDED:12 MEMFAULTPENDED:13 BUSFAULTPENDED:14 SVCALLPENDED:15 MEMFAULTENA:16 BUSFAULTENA:17 "
    "USGFAULTENA:18",
)
CFSR = SCS.live(0xD28, "CFSR", "MMFSR:7-0 BFSR:15-8 UFSR:31-16", note="ones clear")
HFSR = SCS.live(0xD2C, "HFSR", "VECTTBL:1 FORCED:30 DEBUGEVT:31", note="ones clear")
DFSR = SCS.live(0xD30, "DFSR", "HALTED:0 BKPT:1 DWTTRAP:2 VCATCH:3 EXTERNAL:4", note="ones clear")
MMFAR = SCS.live(0xD34, "MMFAR")
BFAR = SCS.live(0xD38, "BFAR")
AFSR = SCS.constant(0xD3C, "AFSR", note="no implementation-defined fault")
CPACR = SCS.constant(0xD88, "CPACR", note="no floating-point unit")
DHCSR = SCS.constant(0xDF0, "DHCSR", note="no debugger")
DEMCR = SCS.live(0xDFC, "DEMCR", "TRCENA:24")
STIR = SCS.live(0xF00, "STIR", "INTID:8-0")
SCS.unmodelled("features of the core", "ID_PFR0:0xD40 ID_PFR1:0xD44 ID_DFR0:0xD48 ID_AFR0:0xD4C")
SCS.unmodelled("features of the core", "ID_MMFR0:0xD50 ID_MMFR1:0xD54 ID_MMFR2:0xD58 ID_MMFR3:0xD5C")
SCS.unmodelled("features of the core", "ID_ISAR0:0xD60 ID_ISAR1:0xD64 ID_ISAR2:0xD68 ID_ISAR3:0xD6C ID_ISAR4:0xD70")
SCS.unmodelled(
    "the memory protection unit", "MPU_TYPE:0xD90 MPU_CTRL:0xD94 MPU_RNR:0xD98 MPU_RBAR:0xD9C MPU_RASR:0xDA0"
)
SCS.unmodelled("debug", "DCRSR:0xDF4 DCRDR:0xDF8")


class Nvic(Peripheral):
    """Registers at 0xE000E000. `candidates` are the pending exceptions that are enabled; the core takes the best."""

    TABLE = SCS
    STATE = (
        "pending",
        "enabled",
        "active",
        "priority",
        "level",
        "vtor",
        "prigroup",
        "scr",
        "ccr",
        "shcsr_enable",
        "cfsr",
        "hfsr",
        "dfsr",
        "mmfar",
        "bfar",
        "demcr",
        "candidates",
    )

    def __init__(self, clock: Clock, request_reset: Callable[[], None]) -> None:
        self._lines: dict[int, IrqLine] = {}
        self._request_reset = request_reset
        # The core replaces it: end the running slice, what is to be taken may have changed.
        self.on_change: Callable[[], None] = lambda: None
        self.systick = SysTick(clock, lambda: self.pend(SYSTICK))
        super().__init__(clock)

    def reset(self) -> None:
        """All interrupts off, vectors at 0; pending is what a line that is still high makes so."""
        self.enabled = [vector in _ALWAYS_ENABLED for vector in range(VECTORS)]
        self.active: list[int] = []  # innermost last
        self.priority = [0] * VECTORS
        self.level = [vector in self._lines and self._lines[vector].level for vector in range(VECTORS)]
        self.pending = list(self.level)
        self.candidates: set[int] = set()
        self.vtor = self.prigroup = self.scr = self.shcsr_enable = 0
        self.ccr = 0x200  # STKALIGN
        self.cfsr = self.hfsr = self.dfsr = self.mmfar = self.bfar = self.demcr = 0
        self.systick.reset()

    def line(self, vector: int) -> IrqLine:
        """The interrupt line of a vector (hw_ints.h numbers, 16 and up)."""
        if not FIRST_IRQ <= vector < VECTORS:
            raise ValueError(f"no interrupt line {vector}")
        return self._lines.setdefault(vector, IrqLine(vector, self._line_changed))

    def _line_changed(self, vector: int, level: bool) -> None:
        self.level[vector] = level
        if level:
            self.pend(vector)

    def pend(self, vector: int) -> None:
        """Make an exception pending."""
        self.pending[vector] = True
        if self.enabled[vector]:
            self.candidates.add(vector)
            self.on_change()

    def unpend(self, vector: int) -> None:
        """Clear a pending exception; a line that is still high keeps it pending."""
        if not self.level[vector]:
            self.pending[vector] = False
            self.candidates.discard(vector)

    def _enable(self, vector: int, on: bool) -> None:
        self.enabled[vector] = on
        if on and self.pending[vector]:
            self.candidates.add(vector)
            self.on_change()
        elif not on:
            self.candidates.discard(vector)

    def group_priority(self, vector: int) -> int:
        """The priority that decides on pre-emption: lower is more urgent."""
        fixed = _FIXED.get(vector)
        if fixed is not None:
            return fixed
        return self.priority[vector] & (0xFF00 >> (7 - self.prigroup)) & 0xFF

    def running_priority(self, primask: int, faultmask: int, basepri: int) -> int:
        """The priority of what runs now, with the mask registers."""
        best = min((self.group_priority(vector) for vector in self.active), default=LOWEST)
        if basepri:
            best = min(best, basepri & (0xFF00 >> (7 - self.prigroup)) & 0xFF)
        if primask:
            best = min(best, 0)
        if faultmask:
            best = min(best, -1)
        return best

    def best_candidate(self) -> int:
        """The pending exception to take first: by priority, then by number."""
        return min(self.candidates, key=lambda vector: (_FIXED.get(vector, self.priority[vector]), vector))

    def enter(self, vector: int) -> None:
        """The core has taken an exception."""
        self.pending[vector] = False
        self.candidates.discard(vector)
        self.active.append(vector)

    def leave(self, vector: int) -> None:
        """The core has returned from an exception."""
        if vector in self.active:
            self.active.remove(vector)
        if self.level[vector]:
            self.pend(vector)

    def fault_enabled(self, vector: int) -> bool:
        """Whether a configurable fault has its own handler; else it becomes a hard fault."""
        return bool(self.shcsr_enable & _SHCSR_ENABLE[vector])

    @property
    def sleep_deep(self) -> bool:
        """Whether sleep is deep sleep (SCR.SLEEPDEEP)."""
        return bool(self.scr & 4)

    @property
    def sleep_on_exit(self) -> bool:
        """SCR.SLEEPONEXIT."""
        return bool(self.scr & 2)

    # Registers

    def read(self, offset: int, size: int) -> int:
        """Byte and halfword loads take their part of the word."""
        if size == 4:
            return self._read_word(offset)
        return (self._read_word(offset & ~3) >> 8 * (offset & 3)) & ((1 << 8 * size) - 1)

    def _read_word(self, offset: int) -> int:
        if 0x10 <= offset < 0x20:
            return self.systick.read(offset - 0x10, 4)
        if 0x100 <= offset < 0x300:
            array = self.enabled if offset < 0x200 else self.pending
            return self._bits(array, offset & 0x7F)
        if 0x300 <= offset < 0x380:
            first = FIRST_IRQ + 8 * (offset & 0x7F)
            return sum(1 << vector - first for vector in self.active if first <= vector < first + 32)
        if 0x400 <= offset < 0x500:
            first = FIRST_IRQ + offset - 0x400
            return int.from_bytes(self.priority[first : first + 4], "little") if first + 4 <= VECTORS else 0
        if 0xD18 <= offset < 0xD24:
            first = _SHPR_FIRST + offset - 0xD18
            return int.from_bytes(self.priority[first : first + 4], "little")
        readers: dict[int, Callable[[], int]] = {
            _ICTR: lambda: ICTR,
            ACTLR: lambda: 0,
            _CPUID: lambda: CPUID,
            ICSR: self._icsr,
            VTOR: lambda: self.vtor,
            AIRCR: lambda: 0xFA05 << 16 | self.prigroup << 8,
            SCR: lambda: self.scr,
            CCR: lambda: self.ccr,
            SHCSR: self._shcsr,
            CFSR: lambda: self.cfsr,
            HFSR: lambda: self.hfsr,
            DFSR: lambda: self.dfsr,
            MMFAR: lambda: self.mmfar,
            BFAR: lambda: self.bfar,
            AFSR: lambda: 0,  # AFSR: no implementation-defined fault
            CPACR: lambda: 0,  # CPACR: no floating-point unit
            DHCSR: lambda: 0,  # DHCSR: no debugger
            DEMCR: lambda: self.demcr,
        }
        reader = readers.get(offset)
        if reader is None:
            raise Unmodelled
        return reader()

    @staticmethod
    def _bits(array: list[bool], offset: int) -> int:
        first = FIRST_IRQ + 8 * offset
        return sum(1 << bit for bit, on in enumerate(array[first : first + 32]) if on)

    def _icsr(self) -> int:
        value = self.active[-1] if self.active else 0
        if len(self.active) <= 1:
            value |= 1 << 11  # RETTOBASE
        if self.candidates:
            value |= self.best_candidate() << 12
        if any(vector >= FIRST_IRQ for vector in self.candidates):
            value |= 1 << 22
        return value | self.pending[SYSTICK] << 26 | self.pending[PENDSV] << 28 | self.pending[NMI] << 31

    def _shcsr(self) -> int:
        value = self.shcsr_enable
        for vector, bit in _SHCSR_ACTIVE.items():
            if vector in self.active:
                value |= bit
        for vector, bit in _SHCSR_PENDING.items():
            if self.pending[vector]:
                value |= bit
        return value

    def write(self, offset: int, value: int, size: int) -> None:
        """Byte stores reach the priority registers and the fault status; a halfword CFSR part too."""
        if 0x400 <= offset < 0x500 or 0xD18 <= offset < 0xD24:
            first = FIRST_IRQ + offset - 0x400 if offset < 0x500 else _SHPR_FIRST + offset - 0xD18
            for index in range(size):
                if first + index < VECTORS:
                    self.priority[first + index] = value >> 8 * index & PRIORITY_MASK
            if self.candidates:
                self.on_change()
            return
        if size != 4:
            if CFSR <= offset < HFSR:
                self.cfsr &= ~(value << 8 * (offset & 3))
                return
            raise Unmodelled
        if 0x10 <= offset < 0x20:
            self.systick.write(offset - 0x10, value, 4)
        elif 0x100 <= offset < 0x300:
            self._write_bits(offset, value)
        elif offset == ICSR:
            self._write_icsr(value)
        elif offset == VTOR:
            self.vtor = value & 0x3FFF_FF80
        elif offset == AIRCR:
            if value >> 16 == VECTKEY:
                self.prigroup = value >> 8 & 7
                if value & 4:
                    self._request_reset()
        elif offset == SCR:
            self.scr = value & 0x16
        elif offset == CCR:
            self.ccr = value & 0x31B
        elif offset == SHCSR:
            self.shcsr_enable = value & 0x70000
        elif offset == CFSR:
            self.cfsr &= ~value
        elif offset == HFSR:
            self.hfsr &= ~value
        elif offset == DFSR:
            self.dfsr &= ~value
        elif offset == MMFAR:
            self.mmfar = value
        elif offset == BFAR:
            self.bfar = value
        elif offset in (ACTLR, AFSR, CPACR, DHCSR):
            pass  # ACTLR's write-buffer choices, and bits this core reads as zero
        elif offset == DEMCR:
            self.demcr = value & 0x0100_0000  # TRCENA
        elif offset == STIR:
            self.pend(FIRST_IRQ + (value & 0x1FF))
        else:
            raise Unmodelled

    def _write_bits(self, offset: int, value: int) -> None:
        first = FIRST_IRQ + 8 * (offset & 0x7F)
        action = (
            lambda vector: self._enable(vector, True),
            lambda vector: self._enable(vector, False),
            self.pend,
            self.unpend,
        )[(offset - 0x100) >> 7]
        while value:
            bit = value & -value
            vector = first + bit.bit_length() - 1
            if vector < VECTORS:
                action(vector)
            value ^= bit

    def _write_icsr(self, value: int) -> None:
        for bit, vector, action in (
            (31, NMI, self.pend),
            (28, PENDSV, self.pend),
            (27, PENDSV, self.unpend),
            (26, SYSTICK, self.pend),
            (25, SYSTICK, self.unpend),
        ):
            if value >> bit & 1:
                action(vector)

    def save(self) -> dict[str, object]:
        """With the timer and the levels of the lines."""
        state = {name: getattr(self, name) for name in self.STATE}
        for name in ("pending", "enabled", "active", "priority", "level"):
            state[name] = list(state[name])
        state["candidates"] = set(self.candidates)
        state["systick"] = self.systick.save()
        return state

    def restore(self, state: dict[str, object]) -> None:
        """Go back, lines included."""
        for name in self.STATE:
            value = state[name]
            setattr(self, name, value.copy() if isinstance(value, (list, set)) else value)
        self.systick.restore(state["systick"])  # type: ignore[arg-type]
        for vector, line in self._lines.items():
            line.level = self.level[vector]
