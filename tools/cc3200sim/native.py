"""The fast core: counts by a native hook at each block instead of at each instruction. Needs a C compiler once."""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

from unicorn import unicorn_const as const

from cc3200sim.unicorn_handle import Engine, EngineError

_SOURCE = Path(__file__).with_name("native.c")
_FLAGS = ("-O2", "-shared", "-fPIC")
_CACHE_ENTRIES = 4096
_NO_LIMIT = 0


class _Cached(ctypes.Structure):
    _fields_ = (
        ("block", ctypes.c_uint64),
        ("where", ctypes.c_void_p),
        ("code", ctypes.c_uint64),
        ("count", ctypes.c_uint64),
    )


class State(ctypes.Structure):
    """struct state of native.c."""

    _fields_ = (
        ("counter", ctypes.c_uint64),
        ("limit", ctypes.c_uint64),
        ("before", ctypes.c_uint64),
        ("block", ctypes.c_uint64),
        ("stopped", ctypes.c_uint32),
        ("ram_base", ctypes.c_uint32),
        ("ram_size", ctypes.c_uint32),
        ("rom_size", ctypes.c_uint32),
        ("ram", ctypes.c_void_p),
        ("rom", ctypes.c_void_p),
        ("stop", ctypes.c_void_p),
        ("cache", _Cached * _CACHE_ENTRIES),
    )


class NativeError(Exception):
    """The native hook can't be had; the text says why, in a line."""


def library() -> Path:
    """The compiled hook, made if it is not in the cache ($XDG_CACHE_HOME/cc3200sim) yet."""
    key = hashlib.sha256(_SOURCE.read_bytes() + " ".join([platform.machine(), *_FLAGS]).encode()).hexdigest()[:16]
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cc3200sim"
    made = folder / f"native-{key}.so"
    if made.exists():
        return made
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise NativeError("the fast core needs a C compiler for this computer (cc, gcc or clang): there is none")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as work:
            result = Path(work) / made.name
            command = [compiler, *_FLAGS, "-o", str(result), str(_SOURCE)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                first = next(iter(done.stderr.splitlines()), f"exit status {done.returncode}")
                raise NativeError(f"{compiler} can't compile the fast core's hook: {first}")
            result.replace(made)
    except OSError as error:
        raise NativeError(f"the fast core's hook can't be made in {folder}: {error.strerror}") from error
    return made


class _Counter:
    """Looks like the exact core's counter."""

    def __init__(self, engine: FastEngine) -> None:
        self._engine = engine

    @property
    def value(self) -> int:
        """Instructions in the running slice."""
        return self._engine.instructions_so_far()


class _Limit:
    """Looks like the exact core's limit."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def value(self) -> int:
        """No block begins at or beyond this count."""
        return int(self._state.limit)

    @value.setter
    def value(self, value: int) -> None:
        self._state.limit = value


class FastEngine(Engine):
    """Sees the start of each block (straight-line code up to a branch) and nothing inside it.

    So slices, events and interrupts come late by less than a block, an access has the time and pc of its block's start,
    and so has the frame of a fault that a peripheral raises. What runs is as repeatable as on the exact core, but not
    equal to it cycle for cycle: there, an instruction that its IT condition skips does not count; here it does.
    """

    def __init__(self) -> None:
        super().__init__()
        self._native = ctypes.CDLL(str(library()))
        self._native.instructions_between.argtypes = (ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint32)
        self._native.instructions_between.restype = ctypes.c_uint32
        self._state = State()
        self._at = ctypes.addressof(self._state)
        self._running = False
        self._state.stop = ctypes.cast(self.lib.uc_emu_stop, ctypes.c_void_p).value
        hook = ctypes.c_size_t()
        function = ctypes.cast(self._native.on_block, ctypes.c_void_p)
        status = self.lib.uc_hook_add(
            self.handle, ctypes.byref(hook), const.UC_HOOK_BLOCK, function, ctypes.c_void_p(self._at),
            ctypes.c_uint64(1), ctypes.c_uint64(0),
        )  # fmt: skip
        if status:
            raise EngineError("Unicorn takes no block hook")
        self.counter = _Counter(self)
        self.limit = _Limit(self._state)

    def map_memory(self, base: int, buffer: ctypes.Array[ctypes.c_ubyte], *, writable: bool) -> None:
        """Tells the hook where code is, too."""
        super().map_memory(base, buffer, writable=writable)
        if writable:
            self._state.ram_base, self._state.ram_size = base, len(buffer)
            self._state.ram = ctypes.addressof(buffer)
        else:
            self._state.rom_size = len(buffer)
            self._state.rom = ctypes.addressof(buffer)

    def start(self, pc: int, count: int) -> int:
        """Execute whole blocks until at least `count` instructions."""
        state = self._state
        state.counter = state.before = state.stopped = state.block = 0
        state.limit = count
        self._running = True
        status = int(self.lib.uc_emu_start(self.handle, pc | 1, self.until, 0, _NO_LIMIT))
        self._running = False
        return status

    def finish(self, pc: int) -> tuple[int, bool]:
        """Whole blocks, or up to the pc where the slice ended inside one."""
        state = self._state
        if state.stopped:
            return int(state.counter), False
        start, size = state.block & 0xFFFF_FFFF, state.block >> 32
        if start <= pc < start + size:
            return int(state.before) + int(self._native.instructions_between(self._at, start, pc)), True
        return int(state.counter), True

    def count_on(self, instructions: int) -> None:
        """The block's start and its end move alike."""
        self._state.before += instructions
        self._state.counter += instructions

    @property
    def counts_begun(self) -> bool:
        """An instruction that a fault ended is not in the count."""
        return False

    def instructions_so_far(self) -> int:
        """Inside an access: up to the first instruction of its block, this one included. Else 0."""
        return int(self._state.before) + 1 if self._running else 0

    def flush(self) -> None:
        """Forget the counts as well."""
        super().flush()
        ctypes.memset(self._at + State.cache.offset, 0, State.cache.size)

    def forget_code(self, start: int, end: int) -> None:
        """Forget the counts as well."""
        super().forget_code(start, end)
        ctypes.memset(self._at + State.cache.offset, 0, State.cache.size)
