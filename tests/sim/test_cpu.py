"""The core: exceptions, masks, faults, sleep, time and snapshots, by small programs."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from cc3200sim import faults
from cc3200sim.unmasking import lifting
from support.core import BUSY, DEVICE, ENABLE_DEVICE, SRAM_BASE, STACK, Core


def budgets_of_slices(core: Core) -> list[int]:
    """Grows with each slice that the core runs from now on."""
    budgets: list[int] = []
    run_slice = core.cpu._slice

    def run(now: int, budget: int) -> None:
        budgets.append(budget)
        run_slice(now, budget)

    core.cpu._slice = run  # type: ignore[method-assign]
    return budgets


def test_time_inside_an_access_counts_the_instructions_before_and_itself() -> None:
    core = Core("nop\nnop\nstr r0, [r7]\nnop\nstr r0, [r7]\nb .\n")
    core.run(100)
    assert [when for when, _ in core.device.written] == [3, 5]
    assert core.clock.now == core.cpu.instructions == 100


def test_an_access_is_made_once_however_often_the_slice_is_cut() -> None:
    core = Core("mov r1, #0\nloop: adds r1, #1\nstr r1, [r7]\nldr r2, [r7, #4]\nb loop\n")
    steps = random.Random(5)
    while core.clock.now < 4000:
        core.run(steps.randint(1, 9))
    assert core.values == list(range(1, len(core.values) + 1))
    assert core.device.reads in (len(core.values), len(core.values) - 1)


def test_an_event_comes_at_its_cycle() -> None:
    core = Core("b .\n")
    seen: list[int] = []
    for when in (7, 1000, 12345):
        core.clock.at(when, lambda: seen.append(core.clock.now))
    core.run(20000)
    assert seen == [7, 1000, 12345]


def test_an_interrupt_raised_by_a_store_is_taken_before_the_next_instruction() -> None:
    core = Core(
        ENABLE_DEVICE + "mov r0, #1\nmov r1, #0\nstr r0, [r7, #0xC]\nadds r1, #1\nb .\n"
        "device: mov r0, #0\nstr r0, [r7, #0xC]\nstr r1, [r7]\nbx lr\n"
    )
    core.run(100)
    assert core.values == [0]
    assert core.cpu.register("r1") == 1
    assert core.nvic.active == []


@pytest.mark.parametrize(("sp_offset", "padded"), [(0, False), (4, True)])
def test_the_stack_frame(sp_offset: int, padded: bool) -> None:
    core = Core(
        (f"sub sp, #{sp_offset}\n" if sp_offset else "nop\n")
        + "movs r0, #1\nmovs r1, #2\nmovs r2, #3\nmovs r3, #4\nmov r12, r3\nsvc #0\nafter: b after\n"
        "svcall: b svcall\n"
    )
    core.run(50)
    sp = core.cpu.register("sp")
    assert sp == STACK - sp_offset - 32 - (4 if padded else 0)
    frame = [core.cpu.read_word(sp + 4 * index) for index in range(8)]
    assert frame[:5] == [1, 2, 3, 4, 4]
    assert frame[6] == core.labels["after"] & ~1
    assert frame[7] >> 9 & 1 == padded
    assert core.cpu.register("lr") == 0xFFFF_FFF9
    assert core.cpu.register("xpsr") & 0x1FF == 11


def test_return_restores_registers_flags_and_stack() -> None:
    core = Core(
        "sub sp, #4\nmovs r0, #9\nmovs r3, #0\nsvc #0\nbne bad\nmov r4, sp\nstr r0, [r7]\nb .\nbad: b bad\n"
        "svcall: movs r0, #1\nmovs r3, #7\npush {r4, lr}\npop {r4, pc}\n"
    )
    core.run(60)
    assert core.values == [9]
    assert core.cpu.register("r4") == STACK - 4
    assert core.cpu.register("r3") == 0


def test_thread_mode_on_the_process_stack() -> None:
    core = Core(
        f"ldr r0, ={STACK - 0x400}\nmsr psp, r0\nmovs r0, #2\nmsr control, r0\nisb\nsvc #0\nmrs r5, control\nb .\n"
        "svcall: mov r4, lr\nmov r8, sp\nmrs r9, psp\nbx lr\n.ltorg\n"
    )
    core.run(60)
    assert core.cpu.register("r4") == 0xFFFF_FFFD
    assert core.cpu.register("r8") == STACK
    assert core.cpu.register("r9") == STACK - 0x400 - 32
    assert core.cpu.register("psp") == core.cpu.register("sp") == STACK - 0x400
    assert core.cpu.register("r5") == 2


def test_the_more_urgent_interrupt_nests_the_other_waits() -> None:
    # Interrupt 16 at priority 0x40 raises 17; at 0x20 it nests, at 0x60 it comes after.
    program = (
        "ldr r0, =0x{second:02x}40\nstr r0, [r6, #0x400]\n" + ENABLE_DEVICE + "mov r0, #1\nstr r0, [r7, #0xC]\nb .\n"
        "device: movs r0, #2\nstr r0, [r7, #0xC]\nmovs r0, #10\nstr r0, [r7]\nbx lr\n"
        "device2: movs r0, #0\nstr r0, [r7, #0xC]\nmovs r0, #20\nstr r0, [r7]\nbx lr\n.ltorg\n"
    )
    for second, order in ((0x20, [20, 10]), (0x60, [10, 20]), (0x40, [10, 20])):
        core = Core(program.format(second=second))
        core.run(100)
        assert core.values == order


@pytest.mark.parametrize("release", ["cpsie i", "movs r0, #0\nmsr primask, r0"])
@pytest.mark.parametrize("cut", [1, 2, 3, 1000])
def test_a_masked_interrupt_is_taken_right_after_the_unmasking(release: str, cut: int) -> None:
    # The gap between two critical sections is one instruction: it is enough.
    core = Core(
        ENABLE_DEVICE + "movs r5, #0\nmovs r4, #0\ncpsid i\nmovs r0, #1\nstr r0, [r7, #0xC]\n"
        f"adds r4, #1\nadds r4, #1\n{release}\nnop\ncpsid i\nadds r4, #1\nloop: b loop\n"
        "device: str r4, [r7]\nmovs r0, #0\nstr r0, [r7, #0xC]\nbx lr\n"
    )
    while core.clock.now < 200:
        core.run(cut)
    assert core.values == [2]


def test_an_interrupt_behind_a_handler_that_never_returns_costs_nothing() -> None:
    """A fault handler that stays in its loop: what waits behind it need not be looked at."""
    core = Core(
        ENABLE_DEVICE + "movs r0, #1\nstr r0, [r7, #0xC]\nnop\nudf #0\nb .\n"
        "device: udf #0\nhard_fault: movs r0, #0\nstr r0, [r7, #0xC]\nmovs r0, #1\nstr r0, [r7, #0xC]\nloop: b loop\n"
    )
    slices = budgets_of_slices(core)
    core.run(8_000_000)
    assert core.cpu.instructions > 7_000_000
    assert len(slices) < 1000


def test_basepri_masks_by_priority() -> None:
    core = Core(
        "ldr r0, =0x4020\nstr r0, [r6, #0x400]\n" + ENABLE_DEVICE + "movs r0, #0x40\nmsr basepri, r0\n"
        "movs r0, #2\nstr r0, [r7, #0xC]\nmovs r0, #3\nstr r0, [r7, #0xC]\nmovs r4, #1\n"
        "movs r0, #0\nmsr basepri, r0\nb .\n"
        "device: movs r0, #2\nstr r0, [r7, #0xC]\nmovs r0, #16\nstr r0, [r7]\nbx lr\n"
        "device2: movs r0, #0\nstr r0, [r7, #0xC]\nstr r4, [r7]\nbx lr\n.ltorg\n"
    )
    core.run(100)
    assert core.values == [16, 1]


def test_pendsv_waits_for_interrupts_and_tail_chains() -> None:
    core = Core(
        "ldr r0, =0x00E00000\nstr r0, [r6, #0xD20]\n" + ENABLE_DEVICE + "mov r0, #1\nstr r0, [r7, #0xC]\nb .\n"
        "device: movs r0, #0\nstr r0, [r7, #0xC]\nmov r0, #0x10000000\nstr r0, [r6, #0xD04]\n"
        "movs r0, #1\nstr r0, [r7]\nbx lr\n"
        "pendsv: movs r0, #2\nstr r0, [r7]\nbx lr\n.ltorg\n"
    )
    core.run(100)
    assert core.values == [1, 2]


def test_sleep_skips_to_the_next_event() -> None:
    core = Core(
        ENABLE_DEVICE + "ldr r0, =800000\nstr r0, [r7, #0x14]\nwfi\nldr r0, [r7, #8]\nstr r0, [r7]\nb .\n"
        "device: movs r0, #0\nstr r0, [r7, #0xC]\nbx lr\n.ltorg\n"
    )
    core.run(900_000)
    assert 800_000 < core.values[0] < 800_020
    assert core.clock.now == 900_000


def test_wfi_wakes_on_a_masked_interrupt_without_taking_it() -> None:
    core = Core(
        ENABLE_DEVICE + "cpsid i\nldr r0, =5000\nstr r0, [r7, #0x14]\nwfi\nmovs r0, #1\nstr r0, [r7]\n"
        "cpsie i\nnop\nb .\ndevice: movs r0, #0\nstr r0, [r7, #0xC]\nmovs r0, #2\nstr r0, [r7]\nbx lr\n.ltorg\n"
    )
    core.run(6000)
    assert core.values == [1, 2]


def test_sleep_costs_no_instructions() -> None:
    core = Core("again: wfi\nb again\n")
    core.run(80_000_000)
    assert core.cpu.sleeping
    assert core.cpu.instructions == 1


def test_systick_counts_and_interrupts() -> None:
    core = Core(
        "ldr r0, =999\nstr r0, [r6, #0x14]\nstr r0, [r6, #0x18]\nmovs r0, #7\nstr r0, [r6, #0x10]\nloop: wfi\nb loop\n"
        "systick: ldr r0, [r7, #8]\nstr r0, [r7]\nbx lr\n.ltorg\n"
    )
    core.run(10_000)
    times = core.values
    assert len(times) == 9
    assert {later - earlier for earlier, later in pairwise(times)} == {1000}


def test_systick_value_and_count_flag() -> None:
    core = Core(
        "ldr r0, =99\nstr r0, [r6, #0x14]\nstr r0, [r6, #0x18]\nmovs r0, #5\nstr r0, [r6, #0x10]\n"
        "ldr r1, [r6, #0x18]\nldr r2, [r6, #0x18]\nsubs r1, r2\nldr r3, [r6, #0x10]\n"
        "movs r4, #50\nloop: subs r4, #1\nbne loop\nldr r4, [r6, #0x10]\nldr r5, [r6, #0x10]\nb .\n.ltorg\n"
    )
    core.run(400)
    assert core.cpu.register("r1") == 1
    assert core.cpu.register("r3") == 5
    assert core.cpu.register("r4") == 0x10005
    assert core.cpu.register("r5") == 5


FAULTS = {
    "load from nothing": ("ldr r0, =0x60000000\nbad: ldr r1, [r0]", faults.PRECISERR | faults.BFARVALID, 0x6000_0000),
    "store to nothing": (
        "ldr r0, =0x60000000\nbad: str r1, [r0, #4]",
        faults.PRECISERR | faults.BFARVALID,
        0x6000_0004,
    ),
    "beyond the SRAM": ("ldr r0, =0x20040000\nbad: ldrb r1, [r0]", faults.PRECISERR | faults.BFARVALID, 0x2004_0000),
    "device does not answer": ("bad: ldr r1, [r7, #0x10]", faults.PRECISERR | faults.BFARVALID, DEVICE + 0x10),
    "undefined": ("bad: udf #1", faults.UNDEFINSTR, None),
    "no coprocessor": ("bad: mcr p5, 0, r0, c1, c2, 0", faults.NOCP, None),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("own_handler", [False, True])
def test_a_fault_reaches_the_firmware(name: str, own_handler: bool) -> None:
    code, status, address = FAULTS[name]
    own = "ldr r0, =0x70000\nstr r0, [r6, #0xD24]\n" if own_handler else ""
    handlers = "hard_fault: b hard_fault\nbus_fault: b bus_fault\nusage_fault: b usage_fault\n.ltorg\n"
    core = Core(f"{own}{code}\nb .\n{handlers}")
    core.run(60)
    is_bus = bool(status & faults.PRECISERR)
    assert core.at(("bus_fault" if is_bus else "usage_fault") if own_handler else "hard_fault")
    assert core.nvic.cfsr == status
    assert core.nvic.hfsr == (0 if own_handler else faults.FORCED)
    if address is not None:
        assert core.nvic.bfar == address
    assert core.cpu.read_word(core.cpu.register("sp") + 24) == core.labels["bad"] & ~1
    assert core.cpu.lockup is None


def test_a_jump_to_an_even_address_and_to_nowhere() -> None:
    for target, status in ((SRAM_BASE, faults.INVSTATE), (0x7000_0001, faults.IBUSERR), (DEVICE + 1, faults.IACCVIOL)):
        core = Core(f"ldr r0, ={target}\nbx r0\nhard_fault: b hard_fault\n.ltorg\n")
        core.run(40)
        assert core.at("hard_fault")
        assert core.nvic.cfsr == status


def test_a_breakpoint_without_debugger_is_a_hard_fault() -> None:
    core = Core("bad: bkpt #0\nb .\nhard_fault: b hard_fault\n")
    core.run(30)
    assert core.at("hard_fault")
    assert core.nvic.hfsr == faults.DEBUGEVT


def test_a_fault_in_the_hard_fault_handler_locks_up() -> None:
    core = Core("udf #1\nhard_fault: udf #2\n")
    core.run(1000)
    assert core.cpu.lockup is not None
    assert "undefined instruction" in core.cpu.lockup
    assert core.clock.now == 1000


def test_a_stack_that_ran_out_is_a_hard_fault_then_a_lockup() -> None:
    core = Core("ldr r0, =0x10000000\nmov sp, r0\nsvc #0\nhard_fault: push {r0}\n.ltorg\n")
    core.run(100)
    assert core.cpu.lockup is not None
    core = Core(
        "ldr r0, =0x10000000\nmsr psp, r0\nmovs r0, #2\nmsr control, r0\nisb\n"
        "svc #0\nb .\nhard_fault: b hard_fault\n.ltorg\n"
    )
    core.run(100)
    assert core.at("hard_fault")
    assert core.nvic.cfsr & faults.STKERR


def test_a_bad_exception_return_is_a_usage_fault() -> None:
    core = Core("svc #0\nb .\nsvcall: mov lr, #0xFFFFFFF1\nbx lr\nhard_fault: b hard_fault\n")
    core.run(60)
    assert core.at("hard_fault")
    assert core.nvic.cfsr == faults.INVPC


def test_software_can_ask_for_a_reset() -> None:
    core = Core("ldr r0, =0x05FA0004\nstr r0, [r6, #0xD0C]\nb .\n.ltorg\n")
    core.run(1000)
    assert core.resets == 1
    assert core.clock.now == 2


def test_what_is_not_modelled_is_named_once_with_its_pc() -> None:
    core = Core("movs r3, #3\nloop: ldr r1, [r7, #0x20]\nstr r1, [r7, #0x24]\nsubs r3, #1\nbne loop\nb .\n")
    core.bus.trace = lambda access: None
    core.run(60)
    loop = core.labels["loop"] & ~1
    assert [(access.address, access.pc, access.write) for access in core.bus.unmodelled] == [
        (DEVICE + 0x20, loop, False),
        (DEVICE + 0x24, loop + 2, True),
    ]


def test_bit_band_alias_of_the_sram() -> None:
    core = Core(
        "ldr r0, =0x20001000\nldr r1, =0x22020000\nmovs r2, #1\nstr r2, [r1, #12]\nldr r3, [r0]\n"
        "movs r4, #0xF0\nstr r4, [r0]\nldr r5, [r1, #16]\nldr r8, [r1]\nb .\n.ltorg\n"
    )
    core.run(40)
    assert core.cpu.register("r3") == 8
    assert (core.cpu.register("r5"), core.cpu.register("r8")) == (1, 0)


def test_an_error_in_a_model_comes_out_of_run() -> None:
    core = Core("str r0, [r7]\nb .\n")

    def broken(offset: int, value: int, size: int) -> None:
        raise ZeroDivisionError("broken model")

    core.device.write = broken  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError, match="broken model"):
        core.run(10)


def _state(core: Core) -> tuple[object, ...]:
    names = ("r0", "r1", "r2", "r4", "sp", "lr", "pc", "xpsr")
    registers = [core.cpu.register(name) for name in names]
    return core.clock.now, core.cpu.instructions, registers, core.device.written, bytes(core.cpu.ram)


def test_a_replay_from_a_snapshot_is_identical() -> None:
    core = Core(BUSY)
    core.run(12_345)
    parts = (core.cpu, core.clock, core.nvic, core.device)
    saved = [part.save() for part in parts]
    core.run(50_000)
    first = _state(core)
    for _ in range(2):
        for part, state in zip(parts, saved, strict=True):
            part.restore(state)
        core.run(50_000)
        assert _state(core) == first


def test_how_time_is_cut_up_changes_nothing() -> None:
    whole = Core(BUSY)
    whole.run(30_000)
    pieces = Core(BUSY)
    steps = random.Random(11)
    while pieces.clock.now < 30_000:
        pieces.cpu.run_until(min(30_000, pieces.clock.now + steps.randint(1, 400)))
    assert pieces.device.written == whole.device.written
    assert pieces.cpu.instructions == pytest.approx(whole.cpu.instructions, abs=4)


def test_code_changed_from_outside_is_seen() -> None:
    core = Core("loop: movs r1, #1\nb loop\n")
    core.run(10)
    core.cpu.write_memory(core.labels["loop"] & ~1, b"\x02\x21")
    core.run(10)
    assert core.cpu.register("r1") == 2


def test_code_changed_by_a_restore_is_seen() -> None:
    core = Core("loop: movs r1, #1\nb loop\n")
    core.run(10)
    saved = core.cpu.save()
    core.cpu.write_memory(core.labels["loop"] & ~1, b"\x02\x21")
    core.run(10)
    core.cpu.restore(saved)
    core.run(10)
    assert core.cpu.register("r1") == 1


@pytest.mark.parametrize("release", ["cpsie i", "movs r0, #0\nmsr primask, r0"])
def test_a_long_masked_loop_runs_fast_and_ends_at_the_unmasking(release: str) -> None:
    """An interrupt waits behind a mask for long: no slice for each branch, and it is taken right after the mask."""
    core = Core(
        ENABLE_DEVICE + "movs r4, #0\nldr r3, =100000\ncpsid i\nmovs r0, #1\nstr r0, [r7, #0xC]\n"
        f"loop: adds r4, #1\ncmp r4, r3\nbne loop\n{release}\nadds r4, #1\nagain: b again\n"
        "device: str r4, [r7]\nmovs r0, #0\nstr r0, [r7, #0xC]\nbx lr\n.ltorg\n"
    )
    slices = budgets_of_slices(core)
    core.run(400_000)
    assert core.values == [100_000]
    assert core.cpu.instructions == 400_000
    assert len(slices) < 700


def test_code_that_unmasks_is_found_when_it_is_new() -> None:
    """Code written to RAM while a mask holds: its CPSIE is seen."""
    core = Core(
        ENABLE_DEVICE + f"movs r4, #0\nldr r3, =20000\nldr r5, ={SRAM_BASE + 0x100}\ncpsid i\nmovs r0, #1\n"
        "str r0, [r7, #0xC]\nloop: adds r4, #1\ncmp r4, r3\nbne loop\n"
        "ldr r1, =0x4770b662\nstr r1, [r5]\nmovs r4, #0\nloop2: adds r4, #1\ncmp r4, r3\nbne loop2\n"
        "adds r5, #1\nblx r5\nadds r4, #1\nagain: b again\n"
        "device: str r4, [r7]\nmovs r0, #0\nstr r0, [r7, #0xC]\nbx lr\n.ltorg\n"
    )
    core.run(400_000)
    assert core.values == [20_000]


def test_what_lifts_a_mask_is_found() -> None:
    code = {"cpsie i": True, "cpsie f": True, "cpsie if": True, "cpsid i": False, "msr primask, r5": True,
            "msr basepri, r12": True, "msr basepri_max, r0": True, "msr faultmask, r1": True, "msr psp, r0": False,
            "mrs r0, primask": False}  # fmt: skip
    for text, lifts in code.items():
        core = Core(f"nop\nhere: {text}\nnop\n")
        at = core.labels["here"] & ~1
        assert lifting(core.cpu.read_memory(at - 2, 8)) == ([2] if lifts else []), text


def test_a_store_to_the_rom_is_dropped() -> None:
    """The store has no effect, its write-back has, and it takes its cycle."""
    core = Core(
        "ldr r1, =0x1000\nmovs r0, #1\nmovs r2, #2\nldr r3, [r1]\nstr r0, [r1], #4\nstmia r1!, {r0, r2}\n"
        "strb r0, [r1, #1]\nldr r4, =0x1000\nldr r4, [r4]\nldr r5, [r7, #8]\nb .\n.ltorg\n"
    )
    core.cpu.write_memory(0x1000, bytes(range(16)))
    core.run(100)
    assert core.cpu.register("r1") == 0x100C
    assert core.cpu.register("r3") == core.cpu.register("r4") == 0x03020100
    assert core.cpu.read_memory(0x1000, 16) == bytes(range(16))
    assert core.cpu.register("r5") == 10
    assert core.nvic.cfsr == 0
