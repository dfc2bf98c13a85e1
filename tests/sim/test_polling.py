"""Loops that wait for a register take no host time, and everything is as if each lap had been executed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cc3200sim.native import FastEngine
from cc3200sim.peripheral import Peripheral
from cc3200sim.unicorn_handle import Engine
from support.core import SRAM_BASE, Core

WAIT = "ldr r0, =100003\nstr r0, [r7, #0x18]\n"
LOOPS = {
    "plain": "loop: ldr r0, [r7, #0x18]\ncmp r0, #0\nbeq loop\n",
    "with a call": "loop: bl look\nbeq loop\nb done\nlook: push {r4, lr}\nldr r4, [r7, #0x18]\nlsls r0, r4, #31\n"
    "pop {r4, pc}\ndone:\n",
    "same store each lap": f"ldr r1, ={SRAM_BASE}\nloop: str r1, [r1]\nldr r0, [r7, #0x18]\ncmp r0, #0\nbeq loop\n",
    "a counter in a register": "movs r3, #0\nloop: adds r3, #1\nldr r0, [r7, #0x18]\ncmp r0, #0\nbeq loop\n",
    "a counter in RAM": f"ldr r1, ={SRAM_BASE}\nloop: ldr r2, [r1]\nadds r2, #1\nstr r2, [r1]\nmovs r2, #0\n"
    "ldr r0, [r7, #0x18]\ncmp r0, #0\nbeq loop\n",
    "two registers": "loop: ldr r1, [r7, #4]\nldr r0, [r7, #0x18]\ncmp r0, #0\nbeq loop\n",
    "a store to a register": "loop: str r7, [r7]\nldr r0, [r7, #0x18]\ncmp r0, #0\nbeq loop\n",
}  # fmt: skip
SKIPPED = ("plain", "with a call", "same store each lap")
END = "ldr r5, [r7, #8]\nstr r5, [r7]\nb .\n.ltorg\n"


def outcome(source: str, cuts: int, engine: type[Engine], *, skipping: bool) -> tuple[object, int]:
    """All that a program leaves, and how many instructions were not executed for it."""
    core = Core(WAIT + source + END, engine())
    if not skipping:
        core.bus.polled = lambda block, offset: -1
    while core.clock.now < 110_000:
        core.run(cuts)
    registers = [core.cpu.register(name) for name in ("r0", "r1", "r2", "r3", "r4", "r5", "sp", "lr", "xpsr")]
    ram = core.cpu.read_memory(SRAM_BASE, 64)
    state = (registers, ram, core.device.written, core.device.reads, core.cpu.instructions, core.clock.now)
    return state, core.cpu.polling.skipped


@pytest.mark.parametrize("cuts", [110_000, 997])
@pytest.mark.parametrize("engine", [Engine, FastEngine])
@pytest.mark.parametrize("loop", LOOPS)
def test_nothing_is_different(loop: str, engine: type[Engine], cuts: int) -> None:
    plain, none = outcome(LOOPS[loop], cuts, engine, skipping=False)
    same, skipped = outcome(LOOPS[loop], cuts, engine, skipping=True)
    assert same == plain
    assert none == 0
    if loop in SKIPPED:
        assert skipped > 80_000
    else:
        assert skipped == 0


def test_an_interrupt_comes_at_its_cycle() -> None:
    program = (
        "mov r0, #3\nstr r0, [r6, #0x100]\nldr r0, =50001\nstr r0, [r7, #0x14]\nloop: ldr r0, [r7, #0x18]\ncmp r0, #0\n"
        "beq loop\ndevice: ldr r5, [r7, #8]\nstr r5, [r7]\nmovs r0, #0\nstr r0, [r7, #0xC]\nbx lr\n.ltorg\n"
    )
    seen = []
    for skipping in (False, True):
        core = Core(program)
        if not skipping:
            core.bus.polled = lambda block, offset: -1
        core.run(60_000)
        seen.append((core.device.written, core.cpu.instructions, core.cpu.polling.skipped > 40_000))
    assert seen[0][:2] == seen[1][:2]
    assert [skipped for _, _, skipped in seen] == [False, True]


def test_every_steady_register_of_the_chip_says_the_truth(chip: object) -> None:
    """A load has no effect and the value stands still between events."""
    blocks: dict[str, Peripheral] = chip.blocks.placed  # type: ignore[attr-defined]
    looked = 0
    for name, block in blocks.items():
        state: Callable[[], object] = block.save
        for offset in range(0, 0x1000, 4):
            if not block.steady(offset):
                continue
            looked += 1
            before = state()
            value = block.read(offset, 4)
            chip.clock.advance_to(chip.clock.now + 1000)  # type: ignore[attr-defined]
            assert block.read(offset, 4) == value, (name, hex(offset))
            assert state() == before, (name, hex(offset))
    assert looked > 200
