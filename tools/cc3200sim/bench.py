"""Measures the emulator: how fast it computes against bare Unicorn, what idling costs, how long a boot takes."""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass

from unicorn import UC_ARCH_ARM, UC_MODE_MCLASS, UC_MODE_THUMB, Uc
from unicorn.arm_const import UC_ARM_REG_R0, UC_ARM_REG_SP, UC_CPU_ARM_CORTEX_M4

from cc3200sim.bus import SRAM_BASE, SRAM_SIZE
from cc3200sim.clock import cycles
from cc3200sim.flash import Flash
from cc3200sim.machine import Machine
from cc3200sim.native import NativeError
from cc3200sim.rom import boot

PROMPT = b">>> "
_BOOT_LIMIT = 60.0  # virtual seconds
_ROUNDS = 5  # the host is shared: the best of so many counts
_PASSES = 400  # of the program

# bench_program.c compiled; its last instruction is a branch to itself.
_PROGRAM = bytes.fromhex(
    "2de9f0410546244c244800221346082103f001065b0806b163400139f8d10132b2f5807f40f8043bf0d11d4c1d4e1e4f0123c4f80833"
    "1d49d4f808330022884606fb03730132180eb2f5006f01f8010bf6d117490022013206fb0373b2f5007f41f8043bf7d1c4f8083300f0"
    "69f800f04ff8d4f80c33d8f8902d53404340c4f80c3300f017f8d4f80c33013d0344c4f80c33d0d1fee700bf2083b8ed00880020f890"
    "00200d6619005ff36e3c00800020008c0020002330b5144c18461a4614f8011b01f0070106291ed8dfe801f0040b0d0f111317001044"
    "0132b2f5006feed1584030bd5840f7e7c308f5e7c01af3e70133f1e700eb80000130ede710f0010118bf01460b44e7e75340e5e70080"
    "00200a4910b540f2ff724ff0ff300c4611f8013b4340dbb204eb8303013ad3f8003883ea1020f3d2c04310bd00bf008000202de9f041"
    "dff84c8009244ff480739e0008eb8300c6f1000e1946076802460d469d4205db52f80ec06745a5eb03050cd30131b1f5007f176000f1"
    "0400edd1013c4fea6303e3d1bde8f081c2f800c0921be6e700bf008c0020"
)
_LAST = 0x94
_ENTRY = boot.LOAD_ADDRESS + 8
_STACK = SRAM_BASE + 0x2000
_TICK = cycles(10e-3)


@dataclass(frozen=True)
class Figures:
    """Host seconds and instruction rates (a second of the host, in millions)."""

    instructions: int  # the program's
    bare_mips: float
    counted_mips: float
    exact_mips: float
    fast_mips: float | None  # None: there is no C compiler
    fast_missing: str
    idle_seconds: float  # host time for 10 virtual seconds at the prompt
    idle_instructions: int
    boot_seconds: float  # host time from power-on to the prompt, flash formatted before
    boot_virtual: float
    boot_instructions: int
    restore_seconds: float


def bare_seconds(limit: int = 0) -> float:
    """Processor time of the program on Unicorn without hooks or limits.

    limit: its instructions, to give them as `count=`: how fast Unicorn is when it counts, which is all that the exact
    core can reach.
    """
    engine = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
    engine.ctl_set_cpu_model(UC_CPU_ARM_CORTEX_M4)
    engine.mem_map(SRAM_BASE, SRAM_SIZE)
    engine.mem_write(_ENTRY, _PROGRAM)
    engine.reg_write(UC_ARM_REG_SP, _STACK)
    engine.reg_write(UC_ARM_REG_R0, _PASSES)
    start = time.process_time()
    engine.emu_start(_ENTRY | 1, _ENTRY + _LAST, count=limit)
    return time.process_time() - start


def machine_seconds(rom_image: bytes, limit: int | None, *, fast: bool) -> tuple[float, int]:
    """Processor time of the program on the whole machine with an event every 10 ms, and its instructions.

    limit: instructions to run, None to find out how many the program has.
    """
    image = struct.pack("<2I", _STACK, _ENTRY | 1) + _PROGRAM
    machine = Machine(image, Flash(), rom_image, fast=fast)
    machine.power_on()
    machine.cpu.set_register("r0", _PASSES)
    _tick(machine)
    start = time.process_time()
    if limit is not None:
        machine.run_until(limit)
    else:
        while machine.cpu.pc != _ENTRY + _LAST:
            machine.run_until(machine.clock.now + _TICK)
    return time.process_time() - start, machine.instructions


def _tick(machine: Machine) -> None:
    machine.clock.after(_TICK, lambda: _tick(machine))


def run_to_prompt(machine: Machine) -> None:
    """Run until the prompt has been sent; RuntimeError if it does not come."""
    seen = bytearray()

    def look(byte: int) -> None:
        seen.append(byte)
        if seen.endswith(PROMPT):
            machine.stop()

    machine.uart.on_output = look
    machine.run(_BOOT_LIMIT)
    machine.uart.on_output = None
    if not seen.endswith(PROMPT):
        raise RuntimeError(f"no prompt within {_BOOT_LIMIT:.0f} virtual seconds")


def measure(image: bytes, rom_image: bytes) -> Figures:
    """All figures; the best of a few rounds, bare and whole in turn."""
    _, instructions = machine_seconds(rom_image, None, fast=False)
    bare, counted, exact, fast = [], [], [], []
    missing = ""
    for _ in range(_ROUNDS):
        bare.append(bare_seconds())
        counted.append(bare_seconds(instructions))
        exact.append(machine_seconds(rom_image, instructions, fast=False)[0])
        try:
            fast.append(machine_seconds(rom_image, instructions, fast=True)[0])
        except NativeError as error:
            missing = str(error)
    first = Machine(image, Flash(), rom_image)
    first.power_on()
    run_to_prompt(first)  # a first boot makes the file system
    first.power_cut()
    boots = []
    for _ in range(_ROUNDS):
        machine = Machine(None, first.flash, rom_image)
        start = time.perf_counter()
        machine.power_on()
        run_to_prompt(machine)
        boots.append(time.perf_counter() - start)
    boot_virtual, boot_instructions = machine.seconds, machine.instructions
    machine.run(1.0)
    before = machine.instructions
    start = time.perf_counter()
    machine.run(10.0)
    idle = time.perf_counter() - start
    idle_instructions = machine.instructions - before
    state = machine.save()
    machine.run(0.1)
    start = time.perf_counter()
    machine.restore(state)
    restore = time.perf_counter() - start
    scale = instructions / 1e6
    return Figures(
        instructions, scale / min(bare), scale / min(counted), scale / min(exact),
        scale / min(fast) if fast else None, missing, idle, idle_instructions,
        min(boots), boot_virtual, boot_instructions, restore,
    )  # fmt: skip


def table(figures: Figures) -> str:
    """The figures as a Markdown table, with what is wanted."""
    f = figures
    if f.fast_mips is None:
        fast = f.fast_missing
    else:
        fast = f"{f.fast_mips:.0f} MIPS = {f.fast_mips / f.bare_mips:.0%}"
    boot = f"{f.boot_seconds:.2f} s host, {f.boot_virtual:.3f} s virtual, {f.boot_instructions:,} instructions"
    rows = [
        ("bare Unicorn, no hooks", f"{f.bare_mips:.0f} MIPS", ""),
        ("bare Unicorn, counting", f"{f.counted_mips:.0f} MIPS = {f.counted_mips / f.bare_mips:.0%}", ""),
        (
            "whole device, exact core, computing",
            f"{f.exact_mips:.0f} MIPS = {f.exact_mips / f.bare_mips:.0%}",
            "≥ 60 %",
        ),
        ("whole device, fast core, computing", fast, "≥ 85 %"),
        ("10 idle virtual seconds", f"{f.idle_seconds:.3f} s host, {f.idle_instructions:,} instructions", "≤ 0.5 s"),
        ("boot to prompt", boot, "≤ 0.5 s"),
        ("restore a snapshot", f"{f.restore_seconds * 1e3:.2f} ms", "≤ 50 ms"),
    ]
    lines = ["| what | measured | wanted |", "|---|---|---|"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])
