"""The few C functions of Unicorn the core calls, and its two instruction counters, found in the engine's memory."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Protocol

from unicorn import UC_ARCH_ARM, UC_MODE_MCLASS, UC_MODE_THUMB, Uc
from unicorn import unicorn_const as const
from unicorn.arm_const import UC_ARM_REG_PC, UC_CPU_ARM_CORTEX_M4
from unicorn.unicorn_py3 import unicorn as binding

from cc3200sim.clock import Counter

_SCAN_BYTES = 4096  # how much of the engine's structure is searched for the counters
_NOP, _BRANCH_TO_SELF = b"\x00\xbf", b"\xfe\xe7"
UNTIL = 0xFFFF_FFFE  # an address that execution never reaches


class Number(Protocol):
    """Has a value, as the numbers of ctypes do."""

    value: int


class EngineError(RuntimeError):
    """Unicorn refused something, or is not built as expected."""


class Engine:
    """A Cortex-M4 in Unicorn, driven by `count=` only.

    Stopping from a callback by uc_emu_stop executes the interrupted load or store twice. So `limit` is lowered instead:
    it is the field behind `count`, and the engine stops exactly before the instruction that would exceed it.
    """

    def __init__(self) -> None:
        self.lib = binding.uclib
        self._uc = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
        self._uc.ctl_set_cpu_model(UC_CPU_ARM_CORTEX_M4)
        self.handle = self._uc._uch
        address = _address(self._uc)
        self._keep: list[object] = []  # C callbacks and buffers that Unicorn refers to
        counter_offset, limit_offset = _counter_offsets()
        self._executed = ctypes.c_uint64.from_address(address + counter_offset)
        self.counter: Counter = self._executed
        self.limit: Number = ctypes.c_uint64.from_address(address + limit_offset)
        self.until = UNTIL

    def _check(self, status: int, what: str) -> None:
        if status:
            raise EngineError(f"{what}: {self.lib.uc_strerror(status).decode()}")

    def start(self, pc: int, count: int) -> int:
        """Execute up to `count` (1 and up) instructions from pc in Thumb state; Unicorn's status."""
        return int(self.lib.uc_emu_start(self.handle, pc | 1, UNTIL, 0, count))

    def finish(self, pc: int) -> tuple[int, bool]:
        """After `start`, which has left pc: the instructions executed, and whether something but the limit ended it."""
        executed = self._executed.value
        early = executed <= self.limit.value
        self._executed.value = 0
        return (executed, True) if early else (executed - 1, False)

    def count_on(self, instructions: int) -> None:
        """Inside an access: so many more count as executed."""
        self._executed.value += instructions

    @property
    def counts_begun(self) -> bool:
        """Whether an instruction that a fault ended is in the count."""
        return True

    def current_pc(self) -> int:
        """The pc, inside an access that of the instruction that makes it."""
        return self.read_register(UC_ARM_REG_PC)

    def map_memory(self, base: int, buffer: ctypes.Array[ctypes.c_ubyte], *, writable: bool) -> None:
        """Map host memory at an address. Python may write data to it; after writing code call `flush`."""
        permissions = const.UC_PROT_ALL if writable else const.UC_PROT_READ | const.UC_PROT_EXEC
        self._keep.append(buffer)
        memory = ctypes.cast(buffer, ctypes.c_void_p)
        status = self.lib.uc_mem_map_ptr(self.handle, base, len(buffer), permissions, memory)
        self._check(status, f"map memory at {base:#x}")

    def protect(self, base: int, size: int, *, writable: bool) -> None:
        """Let mapped memory be written by the code that runs, or not."""
        permissions = const.UC_PROT_ALL if writable else const.UC_PROT_READ | const.UC_PROT_EXEC
        self._check(self.lib.uc_mem_protect(self.handle, base, ctypes.c_size_t(size), permissions), "protect memory")

    def map_io(
        self,
        base: int,
        size: int,
        read: Callable[[int, int], int],
        write: Callable[[int, int, int], None],
        on_error: Callable[[BaseException], None],
    ) -> None:
        """Map registers: read(address, size), write(address, value, size). What they raise goes to on_error."""

        def on_read(_handle: int, offset: int, length: int, _user: object) -> int:
            try:
                return read(base + offset, length)
            except BaseException as error:
                on_error(error)
                return 0

        def on_write(_handle: int, offset: int, length: int, value: int, _user: object) -> None:
            try:
                write(base + offset, value, length)
            except BaseException as error:
                on_error(error)

        reader, writer = binding.MMIO_READ_CFUNC(on_read), binding.MMIO_WRITE_CFUNC(on_write)
        self._keep += [reader, writer]
        status = self.lib.uc_mmio_map(
            self.handle,
            base,
            size,
            ctypes.cast(reader, ctypes.c_void_p),
            None,
            ctypes.cast(writer, ctypes.c_void_p),
            None,
        )
        self._check(status, f"map registers at {base:#x}")

    def hook_interrupt(self, callback: Callable[[int], None]) -> None:
        """Call back with the number of an interrupt (SVC, BKPT, exception return, …); the engine stops after it."""

        def on_interrupt(_handle: int, number: int, _user: object) -> None:
            callback(number)
            self.lib.uc_emu_stop(self.handle)

        self._add_hook(const.UC_HOOK_INTR, binding.HOOK_INTR_CFUNC(on_interrupt))

    def hook_invalid_access(self, callback: Callable[[int, int], None]) -> None:
        """Call back with the kind and address of an access to nothing; the engine then stops with an error."""

        def on_invalid(_handle: int, kind: int, address: int, _size: int, _value: int, _user: object) -> bool:
            callback(kind, address)
            return False

        self._add_hook(const.UC_HOOK_MEM_INVALID, binding.HOOK_MEM_INVALID_CFUNC(on_invalid))

    def watch(self, addresses: list[int], callback: Callable[[], None]) -> list[int]:
        """Call back before the instructions at these addresses; `unwatch` ends it. Between runs only."""

        def on_code(_handle: int, _address: int, _size: int, _user: object) -> None:
            callback()

        function = binding.HOOK_CODE_CFUNC(on_code)
        hooks = [self._add_hook(const.UC_HOOK_CODE, function, address, address) for address in addresses]
        self.flush()  # what is translated has no calls in it
        return hooks

    def unwatch(self, hooks: list[int]) -> None:
        """End what `watch` began."""
        for hook in hooks:
            self._check(self.lib.uc_hook_del(self.handle, ctypes.c_size_t(hook)), "remove a hook")
        self.flush()

    def _add_hook(self, kind: int, function: object, begin: int = 1, end: int = 0) -> int:
        """Over the addresses from begin to end, both included; all, if end is the lower one."""
        self._keep.append(function)
        hook = ctypes.c_size_t()
        status = self.lib.uc_hook_add(
            self.handle,
            ctypes.byref(hook),
            kind,
            ctypes.cast(function, ctypes.c_void_p),  # type: ignore[arg-type]
            None,
            ctypes.c_uint64(begin),
            ctypes.c_uint64(end),
        )
        self._check(status, "add a hook")
        return hook.value

    def flush(self) -> None:
        """Forget translated code (after code in memory was changed from outside)."""
        self._uc.ctl_flush_tb()  # type: ignore[attr-defined]

    def forget_code(self, start: int, end: int) -> None:
        """Forget the code translated from the addresses start to end, the latter not included."""
        self._uc.ctl_remove_cache(start, end)

    def save_context(self) -> object:
        """Every register."""
        return self._uc.context_save()

    def restore_context(self, context: object) -> None:
        """Every register as saved."""
        self._uc.context_restore(context)

    def read_register(self, register: int) -> int:
        """One register."""
        return int(self._uc.reg_read(register))

    def write_register(self, register: int, value: int) -> None:
        """One register."""
        self._uc.reg_write(register, value)


class RegisterSet:
    """A fixed set of 32-bit registers, read and written in one call."""

    def __init__(self, engine: Engine, registers: tuple[int, ...]) -> None:
        self._lib, self._handle = engine.lib, engine.handle
        self._count = len(registers)
        self._numbers = (ctypes.c_int * self._count)(*registers)
        self._values = (ctypes.c_uint32 * self._count)()
        step = ctypes.sizeof(ctypes.c_uint32)
        start = ctypes.addressof(self._values)
        self._pointers = (ctypes.c_void_p * self._count)(*(start + step * index for index in range(self._count)))

    def read(self) -> list[int]:
        """The values, in the order of the set."""
        self._lib.uc_reg_read_batch(self._handle, self._numbers, self._pointers, self._count)
        return list(self._values)

    def write(self, *values: int) -> None:
        """Write all of them, first to last."""
        self._values[:] = list(values)
        self._lib.uc_reg_write_batch(self._handle, self._numbers, self._pointers, self._count)


def _address(engine: Uc) -> int:
    address = engine._uch.value if engine._uch is not None else None
    if address is None:
        raise EngineError("Unicorn has closed the engine")
    return int(address)


_offsets: tuple[int, int] | None = None


def _counter_offsets() -> tuple[int, int]:
    """Where in the engine's structure the executed count and its limit are, found by running known counts."""
    global _offsets
    if _offsets is None:
        engine = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
        engine.ctl_set_cpu_model(UC_CPU_ARM_CORTEX_M4)
        engine.mem_map(0, 0x1000)
        engine.mem_write(0, _NOP * 256 + _BRANCH_TO_SELF)
        address = _address(engine)
        counters, limits = set(range(0, _SCAN_BYTES, 8)), set(range(0, _SCAN_BYTES, 8))
        for count in (37, 101, 59):
            engine.emu_start(1, UNTIL, 0, count)
            words = range(0, _SCAN_BYTES, 8)
            found = {offset: ctypes.c_uint64.from_address(address + offset).value for offset in words}
            counters = {offset for offset in counters if found[offset] == count + 1}
            limits = {offset for offset in limits if found[offset] == count}
        if len(counters) != 1 or len(limits) != 1:
            raise EngineError("Unicorn's instruction counters were not found: this version is built differently")
        _offsets = counters.pop(), limits.pop()
    return _offsets
