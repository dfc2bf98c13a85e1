"""The Cortex-M4: runs instructions in slices, takes and returns from exceptions, sleeps, turns errors into faults."""

from __future__ import annotations

import ctypes
import logging
import struct
from collections.abc import Callable
from typing import Any

from unicorn import arm_const as arm
from unicorn import unicorn_const as const

from cc3200sim import faults, nvic
from cc3200sim.bus import ROM_BASE, ROM_SIZE, SRAM_ALIAS_BASE, SRAM_ALIAS_SIZE, SRAM_BASE, SRAM_SIZE, Bus
from cc3200sim.busy import Busy
from cc3200sim.clock import Clock
from cc3200sim.faults import Fault
from cc3200sim.nvic import Nvic
from cc3200sim.polling import Polling
from cc3200sim.thumb import straight_run
from cc3200sim.unicorn_handle import Engine, EngineError, RegisterSet
from cc3200sim.unmasking import Unmasking

log = logging.getLogger("cc3200sim.cpu")

# Interrupt numbers of Unicorn's hook for M-profile cores
_INT_SVC, _INT_PREFETCH_ABORT, _INT_BKPT, _INT_EXCEPTION_RETURN, _INT_NOCP = 2, 3, 7, 8, 17

_WFI, _WFE = 0xBF30, 0xBF20
_XPSR_THUMB = 1 << 24
_FRAME_PADDED = 1 << 9  # in the stacked xPSR: the stack was not 8-byte aligned
_FRAME = struct.Struct("<8I")  # r0-r3, r12, lr, return address, xPSR
_RETURN_HANDLER, _RETURN_THREAD_MAIN, _RETURN_THREAD_PROCESS = 0xFFFF_FFF1, 0xFFFF_FFF9, 0xFFFF_FFFD

_PAGE = 1024
_LOOK_AHEAD = 64  # bytes of code
# What an exception frame holds besides pc and xPSR.
_STACKED = (
    arm.UC_ARM_REG_R0,
    arm.UC_ARM_REG_R1,
    arm.UC_ARM_REG_R2,
    arm.UC_ARM_REG_R3,
    arm.UC_ARM_REG_R12,
    arm.UC_ARM_REG_LR,
)
# All that an instruction can depend on besides memory.
_ALL = (
    *range(arm.UC_ARM_REG_R0, arm.UC_ARM_REG_R12 + 1),
    arm.UC_ARM_REG_LR,
    arm.UC_ARM_REG_PC,
    arm.UC_ARM_REG_XPSR,
    arm.UC_ARM_REG_MSP,
    arm.UC_ARM_REG_PSP,
    arm.UC_ARM_REG_CONTROL,
    arm.UC_ARM_REG_PRIMASK,
    arm.UC_ARM_REG_FAULTMASK,
    arm.UC_ARM_REG_BASEPRI,
)
_FEW_RUNS = 500  # with interrupts masked, from one branch to the next; to hook instructions costs about as much
_LONGEST_SLICE = 800_000  # 10 ms: how long the host's signals may have to wait


class Cpu:
    """The core with its memories. `run_until` is the emulator's main loop. `awake` is when it executed instructions."""

    def __init__(self, clock: Clock, bus: Bus, controller: Nvic, engine: Engine | None = None) -> None:
        self.clock, self.bus, self.nvic = clock, bus, controller
        self.on_sleep: Callable[[], None] = lambda: None
        self._engine = engine = Engine() if engine is None else engine
        self._counter, self._limit = engine.counter, engine.limit
        self.ram = (ctypes.c_ubyte * SRAM_SIZE)()
        self.rom = (ctypes.c_ubyte * ROM_SIZE)()
        self._ram_view = memoryview(self.ram).cast("B")
        self._rom_view = memoryview(self.rom).cast("B")
        engine.map_memory(SRAM_BASE, self.ram, writable=True)
        engine.map_memory(ROM_BASE, self.rom, writable=False)
        for base, size in bus.regions:
            engine.map_io(base, size, bus.read, bus.write, self._caught)
        engine.map_io(SRAM_ALIAS_BASE, SRAM_ALIAS_SIZE, self._read_bit, self._write_bit, self._caught)
        engine.hook_interrupt(self._interrupted)
        engine.hook_invalid_access(self._invalid)
        self._masks = RegisterSet(engine, (arm.UC_ARM_REG_PRIMASK, arm.UC_ARM_REG_FAULTMASK, arm.UC_ARM_REG_BASEPRI))
        self._frame = RegisterSet(
            engine,
            (*_STACKED, arm.UC_ARM_REG_PC, arm.UC_ARM_REG_XPSR, arm.UC_ARM_REG_CONTROL, arm.UC_ARM_REG_SP),
        )
        self._unstacked = RegisterSet(engine, _STACKED)
        self.polling = Polling(engine, RegisterSet(engine, _ALL), self._ram_view)
        bus.polled = self.polling.seen
        places = ((SRAM_BASE, self._ram_view), (ROM_BASE, self._rom_view))
        self._unmasking = Unmasking(engine, places, self._end_slice)
        self._masked_runs = 0
        clock.count_with(self._counter)
        clock.shorten_slice = self._shorten
        controller.on_change = self._end_slice
        bus.pc = self._current_pc
        bus.fault = self._bus_error
        self.awake = Busy()
        self._pc = 0
        self._in_slice = False
        self._error: BaseException | None = None
        self._interrupt: int | None = None
        self._access: tuple[int, int] | None = None  # kind and address of an access to nothing
        self._refused: tuple[int, int] | None = None  # pc and address of an access a peripheral did not answer
        # Called with the pc of an undefined instruction, before it becomes a fault.
        self.on_undefined: Callable[[int], None] = lambda pc: None
        self.sleeping = False
        self.lockup: str | None = None
        self.stopping = False

    # Time

    def _shorten(self, when: int) -> None:
        if self._in_slice:
            limit = max(when - self._slice_start, self._counter.value)
            if limit < self._limit.value:
                self._limit.value = limit

    def _end_slice(self) -> None:
        if self._in_slice:
            self._limit.value = self._counter.value

    @property
    def instructions(self) -> int:
        """Instructions executed so far: a cycle each."""
        return self.awake.cycles

    def stop(self) -> None:
        """Make run_until return before the next instruction."""
        self.stopping = True
        self._end_slice()

    def run_until(self, deadline: int) -> None:
        """Run to an absolute cycle, or until `stop` is called; instructions, events and sleep on the way."""
        clock, controller = self.clock, self.nvic
        self.stopping = False
        while True:
            clock.run_due()
            if self._error is not None:
                error, self._error = self._error, None
                raise error
            now = clock.now
            if self.stopping or now >= deadline:
                return
            waiting = clock.next_deadline
            target = deadline if waiting is None or waiting > deadline else waiting
            budget = min(target - now, _LONGEST_SLICE)
            if controller.candidates and self.lockup is None and self._take_exception():
                budget = min(budget, self._instructions_until_unmasked())
            elif self._masked_runs:
                self._masked_runs = 0
                self._unmasking.release()
            if self.sleeping or self.lockup is not None:
                clock.advance_to(target)
            else:
                self._slice(now, budget)

    def _slice(self, now: int, budget: int) -> None:
        engine = self._engine
        self._slice_start = now
        self.polling.begin_slice()
        self._in_slice = True
        status = engine.start(self._pc, budget)
        self._in_slice = False
        self._pc = engine.current_pc()
        executed, early = engine.finish(self._pc)
        if status or self._interrupt is not None or self._refused is not None:
            lost = self._explain(status)
            if engine.counts_begun:
                executed -= lost
        elif early:
            self._fell_asleep()
        self.awake.add(now, now + executed)
        self.clock.advance_to(now + executed)

    def _fell_asleep(self) -> None:
        if self._halfword(self._pc - 2) == _WFI:
            self.sleeping = not self._wakes()
            if self.sleeping:
                self.on_sleep()
        else:
            log.error("the core stopped at pc %#010x for no known reason", self._pc)

    def _wakes(self) -> bool:
        """Whether a pending exception ends a WFI: PRIMASK does not count (ARMv7-M B1.5.19)."""
        controller = self.nvic
        if not controller.candidates:
            return False
        _primask, faultmask, basepri = self._masks.read()
        best = controller.group_priority(controller.best_candidate())
        return best < controller.running_priority(0, faultmask, basepri)

    # Exceptions

    def _instructions_until_unmasked(self) -> int:
        """How many instructions can run before an exception that is masked may have to be taken.

        MSR and CPS do not call back, and an exception must not come late: FreeRTOS leaves a critical section and
        enters the next one four instructions later (ulTaskNotifyTake), and its switch has to happen in between.
        """
        self._masked_runs += 1
        if self._masked_runs > _FEW_RUNS:
            return self._unmasking.guard()
        try:
            view, offset = self._locate(self._pc, 2)
        except IndexError:
            return 1
        return straight_run(bytes(view[offset : offset + _LOOK_AHEAD]))

    def _take_exception(self) -> bool:
        """Take the best pending exception if its priority allows. True: one stays pending that masks hold back."""
        controller = self.nvic
        vector = controller.best_candidate()
        primask, faultmask, basepri = self._masks.read()
        priority = controller.group_priority(vector)
        if priority < controller.running_priority(primask, faultmask, basepri):
            self.sleeping = False
            self._enter(vector)
            return bool(controller.candidates)
        if self.sleeping and priority < controller.running_priority(0, faultmask, basepri):
            self.sleeping = False
        # Behind a running handler of its rank or a better one the masks have no say, but that handler's return has.
        return priority < controller.running_priority(0, 0, 0)

    def _enter(self, vector: int, back_to: int | None = None) -> None:
        """Exception entry (ARMv7-M B1.5.6): stack a frame, switch to the main stack, fetch the vector."""
        controller, engine = self.nvic, self._engine
        *stacked, xpsr, control, sp = self._frame.read()
        stacked[6] = self._pc if back_to is None else back_to
        handler_mode = xpsr & 0x1FF
        padding = sp & 4 if controller.ccr & 0x200 else 0
        frame_at = (sp - padding - _FRAME.size) & 0xFFFF_FFFF
        try:
            view, offset = self._locate(frame_at, _FRAME.size)
            if view is not self._ram_view:
                raise IndexError
            _FRAME.pack_into(view, offset, *stacked, xpsr & ~_FRAME_PADDED | (_FRAME_PADDED if padding else 0))
        except IndexError:
            if vector == nvic.HARD_FAULT:
                self._lock_up(f"no stack at {frame_at:#010x} to enter the hard fault handler")
                return
            controller.cfsr |= faults.STKERR
            controller.hfsr |= faults.FORCED
            log.warning("stacking to %#010x failed on entry of exception %d at pc %#010x", frame_at, vector, self._pc)
            if vector >= nvic.FIRST_IRQ or vector in (nvic.SYSTICK, nvic.PENDSV):
                controller.pend(vector)
            vector = nvic.HARD_FAULT
        engine.write_register(arm.UC_ARM_REG_SP, frame_at)
        engine.write_register(arm.UC_ARM_REG_XPSR, _XPSR_THUMB | vector)
        process_stack = control & 2 and not handler_mode
        if process_stack:
            engine.write_register(arm.UC_ARM_REG_CONTROL, control & ~2)
        if handler_mode:
            lr = _RETURN_HANDLER
        else:
            lr = _RETURN_THREAD_PROCESS if process_stack else _RETURN_THREAD_MAIN
        engine.write_register(arm.UC_ARM_REG_LR, lr)
        controller.enter(vector)
        try:
            handler = self.read_word(controller.vtor + 4 * vector)
        except IndexError:
            if vector == nvic.HARD_FAULT:
                self._lock_up("the hard fault vector can't be read")
                return
            controller.hfsr |= faults.VECTTBL
            self._enter(nvic.HARD_FAULT)
            return
        self._pc = handler & ~1
        if not handler & 1:
            self._take_fault(Fault(nvic.USAGE_FAULT, faults.INVSTATE, self._pc))

    def _return(self, value: int) -> None:
        """Exception return (ARMv7-M B1.5.8): unstack the frame that EXC_RETURN names."""
        controller, engine = self.nvic, self._engine
        vector = engine.read_register(arm.UC_ARM_REG_XPSR) & 0x1FF
        to_process = value == _RETURN_THREAD_PROCESS
        nested = len(controller.active) > 1
        legal = (
            (_RETURN_HANDLER,)
            if nested and not controller.ccr & 1
            else (_RETURN_HANDLER, _RETURN_THREAD_MAIN, _RETURN_THREAD_PROCESS)
        )
        if value not in legal or (value == _RETURN_HANDLER and not nested) or vector not in controller.active:
            controller.leave(vector)
            self._take_fault(Fault(nvic.USAGE_FAULT, faults.INVPC, value))
            return
        controller.leave(vector)
        if vector != nvic.NMI:
            engine.write_register(arm.UC_ARM_REG_FAULTMASK, 0)
        sp = engine.read_register(arm.UC_ARM_REG_PSP if to_process else arm.UC_ARM_REG_MSP)
        try:
            view, offset = self._locate(sp, _FRAME.size)
        except IndexError:
            self._take_fault(Fault(nvic.BUS_FAULT, faults.UNSTKERR, value))
            return
        *registers, pc, xpsr = _FRAME.unpack_from(view, offset)
        sp += _FRAME.size + (4 if xpsr & _FRAME_PADDED and controller.ccr & 0x200 else 0)
        control = engine.read_register(arm.UC_ARM_REG_CONTROL)
        thread = value != _RETURN_HANDLER
        if not to_process:
            engine.write_register(arm.UC_ARM_REG_SP, sp)  # still on the main stack
        engine.write_register(arm.UC_ARM_REG_XPSR, xpsr & ~_FRAME_PADDED)
        if thread:
            engine.write_register(arm.UC_ARM_REG_CONTROL, control | 2 if to_process else control & ~2)
        if to_process:
            engine.write_register(arm.UC_ARM_REG_SP, sp)
        self._unstacked.write(*registers)
        self._pc = pc & ~1
        if not xpsr & _XPSR_THUMB:
            self._take_fault(Fault(nvic.USAGE_FAULT, faults.INVSTATE, self._pc))
        elif thread and controller.sleep_on_exit:
            self.sleeping = not controller.candidates

    # What stops a slice

    def _explain(self, status: int) -> int:
        """Act on an interrupt or error that ended a slice. Instructions that were counted but did not complete."""
        interrupt, self._interrupt = self._interrupt, None
        access, self._access = self._access, None
        refused, self._refused = self._refused, None
        pc = self._pc
        if refused is not None:
            self._take_fault(Fault(nvic.BUS_FAULT, faults.PRECISERR, refused[0], refused[1]))
            return 0
        if interrupt == _INT_EXCEPTION_RETURN:
            self._return(pc | 1)
            return 0
        if interrupt == _INT_SVC:
            self._supervisor_call()
            return 0
        if interrupt == _INT_BKPT:
            self._take_fault(Fault(nvic.HARD_FAULT, 0, pc, hard=faults.DEBUGEVT))
            return 1
        if interrupt == _INT_PREFETCH_ABORT:
            self._take_fault(Fault(nvic.MEM_MANAGE, faults.IACCVIOL, pc))
            return 0
        if interrupt == _INT_NOCP:
            self._take_fault(Fault(nvic.USAGE_FAULT, faults.NOCP, pc))
            return 1
        if interrupt is not None:
            raise EngineError(f"Unicorn's interrupt {interrupt} at pc {pc:#010x} is not known")
        if access is not None:
            kind, address = access
            if kind in (const.UC_MEM_FETCH_UNMAPPED, const.UC_MEM_FETCH_PROT):
                self._take_fault(Fault(nvic.BUS_FAULT, faults.IBUSERR, pc))
                return 0
            if kind == const.UC_MEM_WRITE_PROT:
                self._drop_store()
                return 0
            self._take_fault(Fault(nvic.BUS_FAULT, faults.PRECISERR, pc, address))
            return 1
        if status == const.UC_ERR_INSN_INVALID:
            if self._halfword(pc - 2) == _WFE:
                return 0  # a hint: an event may always have come
            thumb = self._engine.read_register(arm.UC_ARM_REG_XPSR) & _XPSR_THUMB
            if thumb:
                self.on_undefined(pc)
            self._take_fault(Fault(nvic.USAGE_FAULT, faults.UNDEFINSTR if thumb else faults.INVSTATE, pc))
            return 1
        raise EngineError(f"{self._engine.lib.uc_strerror(status).decode()} at pc {pc:#010x}")

    def _drop_store(self) -> None:
        """A store to the ROM: the bus takes it and nothing changes. What else the instruction does is done."""
        rom = self._rom_view
        content = bytes(rom)
        self._engine.protect(ROM_BASE, ROM_SIZE, writable=True)
        self._engine.start(self._pc, 1)
        self._pc = self._engine.current_pc()
        self._engine.finish(self._pc)
        rom[:] = content
        self._engine.protect(ROM_BASE, ROM_SIZE, writable=False)
        log.info("a store to the ROM before pc %#010x is dropped", self._pc)

    def _supervisor_call(self) -> None:
        controller = self.nvic
        masks = self._masks.read()
        if controller.group_priority(nvic.SVCALL) < controller.running_priority(*masks):
            self._enter(nvic.SVCALL)
        else:
            self._take_fault(Fault(nvic.HARD_FAULT, 0, self._pc, hard=faults.FORCED))

    def _take_fault(self, fault: Fault) -> None:
        """Enter the handler of a fault; escalate where it is off or too low; lock up where that fails too."""
        controller = self.nvic
        log.info("%s", fault)
        controller.cfsr |= fault.status
        controller.hfsr |= fault.hard
        if fault.address is not None:
            controller.bfar = fault.address
            controller.cfsr |= faults.BFARVALID
        running = controller.running_priority(*self._masks.read())
        vector = fault.vector
        if vector != nvic.HARD_FAULT and not (
            controller.fault_enabled(vector) and controller.group_priority(vector) < running
        ):
            controller.hfsr |= faults.FORCED
            vector = nvic.HARD_FAULT
        if vector == nvic.HARD_FAULT and running <= -1:
            self._lock_up(str(fault))
            return
        self._enter(vector, fault.pc)

    def _lock_up(self, reason: str) -> None:
        self.lockup = reason
        log.error("lockup: %s", reason)

    # Called from inside a slice

    def _caught(self, error: BaseException) -> None:
        if self._error is None:
            self._error = error
        self._end_slice()

    def _interrupted(self, number: int) -> None:
        self._interrupt = number

    def _invalid(self, kind: int, address: int) -> None:
        self._access = kind, address

    def _bus_error(self, address: int) -> None:
        self._refused = self._current_pc(), address
        self._end_slice()

    def _current_pc(self) -> int:
        return self._engine.current_pc() if self._in_slice else self._pc

    def _read_bit(self, address: int, size: int) -> int:
        bit = (address - SRAM_ALIAS_BASE) >> 2
        return self.ram[bit >> 3] >> (bit & 7) & 1

    def _write_bit(self, address: int, value: int, size: int) -> None:
        bit = (address - SRAM_ALIAS_BASE) >> 2
        mask = 1 << (bit & 7)
        self.ram[bit >> 3] = self.ram[bit >> 3] & ~mask | (mask if value & 1 else 0)

    # Memory and registers from outside

    def _locate(self, address: int, size: int) -> tuple[memoryview, int]:
        if SRAM_BASE <= address <= SRAM_BASE + SRAM_SIZE - size:
            return self._ram_view, address - SRAM_BASE
        if ROM_BASE <= address <= ROM_BASE + ROM_SIZE - size:
            return self._rom_view, address - ROM_BASE
        raise IndexError(f"no memory at {address:#010x}")

    def read_memory(self, address: int, size: int) -> bytes:
        """Bytes of RAM or ROM. IndexError where there is none."""
        view, offset = self._locate(address, size)
        return bytes(view[offset : offset + size])

    def write_memory(self, address: int, data: bytes) -> None:
        """Put bytes into RAM or ROM; code among them is seen."""
        view, offset = self._locate(address, len(data))
        view[offset : offset + len(data)] = data
        self._engine.flush()

    def read_word(self, address: int) -> int:
        """A little-endian word of RAM or ROM."""
        return int.from_bytes(self.read_memory(address, 4), "little")

    def _halfword(self, address: int) -> int | None:
        try:
            return int.from_bytes(self.read_memory(address, 2), "little")
        except IndexError:
            return None

    @property
    def pc(self) -> int:
        """Address of the next instruction (in a register access: of the one that makes it)."""
        return self._current_pc()

    def register(self, name: str) -> int:
        """A register by its name: r0 … r12, sp, lr, pc, xpsr, msp, psp, primask, faultmask, basepri, control."""
        return self.pc if name == "pc" else self._engine.read_register(getattr(arm, f"UC_ARM_REG_{name.upper()}"))

    def set_register(self, name: str, value: int) -> None:
        """Set a register by its name, as `register` takes it. Between instructions only."""
        if name == "pc":
            self._pc = value & ~1
        else:
            self._engine.write_register(getattr(arm, f"UC_ARM_REG_{name.upper()}"), value)

    def start(self, stack: int, entry: int) -> None:
        """Begin as after a reset: thread mode on the main stack, nothing masked."""
        engine = self._engine
        engine.write_register(arm.UC_ARM_REG_XPSR, _XPSR_THUMB)
        engine.write_register(arm.UC_ARM_REG_CONTROL, 0)
        self._masks.write(0, 0, 0)
        for number in range(13):
            engine.write_register(arm.UC_ARM_REG_R0 + number, 0)
        engine.write_register(arm.UC_ARM_REG_PSP, 0)
        engine.write_register(arm.UC_ARM_REG_SP, stack & ~3)
        engine.write_register(arm.UC_ARM_REG_LR, 0xFFFF_FFFF)
        self._pc = entry & ~1
        self.sleeping = False
        self.lockup = None

    # Snapshots

    def save(self) -> dict[str, Any]:
        """Registers, RAM and what the loop knows. Not from inside a register access."""
        if self._in_slice:
            raise RuntimeError("a snapshot is taken between instructions, not inside a register access")
        return {
            "context": self._engine.save_context(),
            "ram": bytes(self._ram_view),
            "loop": (self.instructions, self._pc, self.sleeping, self.lockup),
        }

    def _set_ram(self, content: bytes) -> None:
        """Write what differs; the code that was translated from there is forgotten."""
        view = self._ram_view
        now = bytes(view)  # a comparison of views goes byte by byte
        if now == content:
            return
        for start in range(0, SRAM_SIZE, _PAGE):
            page = content[start : start + _PAGE]
            if now[start : start + _PAGE] != page:
                view[start : start + _PAGE] = page
                self._engine.forget_code(SRAM_BASE + start, SRAM_BASE + start + _PAGE)

    def restore(self, state: dict[str, Any]) -> None:
        """Go back. Translated code stays where its bytes are the same."""
        self._masked_runs = 0
        self._unmasking.release()
        self._engine.restore_context(state["context"])
        self._set_ram(state["ram"])
        self.awake.cycles, self._pc, self.sleeping, self.lockup = state["loop"]
