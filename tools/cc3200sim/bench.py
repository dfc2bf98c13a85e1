"""Measures the emulator: how fast it computes against bare Unicorn, what idling costs, how long a boot takes."""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass

from unicorn import UC_ARCH_ARM, UC_MODE_MCLASS, UC_MODE_THUMB, Uc
from unicorn.arm_const import UC_ARM_REG_R0, UC_CPU_ARM_CORTEX_M4

from cc3200sim.bus import SRAM_BASE
from cc3200sim.clock import CPU_HZ, cycles
from cc3200sim.flash import Flash
from cc3200sim.machine import Machine

PROMPT = b">>> "
_BOOT_LIMIT = 60.0  # virtual seconds
_COMPUTE = 20_000_000  # instructions
_ROUNDS = 3

# loop: subs r0, #1; adds r1, r1, r0; bne loop; then a branch to itself
_LOOP = struct.pack("<4H", 0x3801, 0x1809, 0xD1FC, 0xE7FE)
_LOOP_INSTRUCTIONS = 3


@dataclass(frozen=True)
class Figures:
    """Host seconds and instruction rates (a second of the host, in millions)."""

    bare_mips: float
    machine_mips: float
    idle_seconds: float  # host time for 10 virtual seconds at the prompt
    idle_instructions: int
    boot_seconds: float  # host time from power-on to the prompt, flash formatted before
    boot_virtual: float
    boot_instructions: int
    restore_seconds: float


def bare_rate() -> float:
    """MIPS of Unicorn without hooks or limits."""
    engine = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
    engine.ctl_set_cpu_model(UC_CPU_ARM_CORTEX_M4)
    engine.mem_map(SRAM_BASE, 0x1000)
    engine.mem_write(SRAM_BASE, _LOOP)
    engine.reg_write(UC_ARM_REG_R0, _COMPUTE // _LOOP_INSTRUCTIONS)
    start = time.perf_counter()
    engine.emu_start(SRAM_BASE | 1, SRAM_BASE + len(_LOOP) - 2)
    return _COMPUTE / (time.perf_counter() - start) / 1e6


def machine_rate(rom_image: bytes) -> float:
    """MIPS of the same loop on the whole machine, a 1 kHz tick running beside it."""
    entry = SRAM_BASE + 0x4000
    image = struct.pack("<2I", SRAM_BASE + 0x2000, entry + 8 + 1) + _LOOP
    machine = Machine(image, Flash(), rom_image)
    machine.power_on()
    machine.cpu.set_register("r0", 0x7FFF_FFFF)
    _tick(machine, cycles(1e-3))
    start = time.perf_counter()
    machine.run(_COMPUTE / CPU_HZ)
    return machine.instructions / (time.perf_counter() - start) / 1e6


def _tick(machine: Machine, period: int) -> None:
    machine.clock.after(period, lambda: _tick(machine, period))


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
    bare, whole = [], []
    for _ in range(_ROUNDS):
        bare.append(bare_rate())
        whole.append(machine_rate(rom_image))
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
    return Figures(max(bare), max(whole), idle, idle_instructions, min(boots), boot_virtual, boot_instructions, restore)


def table(figures: Figures) -> str:
    """The figures as a Markdown table, with what is wanted."""
    f = figures
    rows = [
        ("bare Unicorn, no hooks", f"{f.bare_mips:.0f} MIPS", ""),
        ("whole device, computing", f"{f.machine_mips:.0f} MIPS = {f.machine_mips / f.bare_mips:.0%}", "≥ 60 %"),
        ("10 idle virtual seconds", f"{f.idle_seconds:.3f} s host, {f.idle_instructions:,} instructions", "≤ 0.5 s"),
        ("boot to prompt", f"{f.boot_seconds:.2f} s host, {f.boot_virtual:.3f} s virtual, "
                           f"{f.boot_instructions:,} instructions", "≤ 0.5 s"),
        ("restore a snapshot", f"{f.restore_seconds * 1e3:.2f} ms", "≤ 50 ms"),
    ]  # fmt: skip
    lines = ["| what | measured | wanted |", "|---|---|---|"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])
