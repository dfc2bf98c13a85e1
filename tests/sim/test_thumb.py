"""What the core takes for straight-line code, against the assembler."""

import pytest
from cc3200sim.rom.boot import LOAD_ADDRESS
from cc3200sim.thumb import straight_run
from support.core import assemble

PLAIN = [
    "adds r0, r1, r2", "lsls r3, r4, #2", "cmp r0, #9", "muls r0, r1, r0", "ldr r0, [pc, #8]", "strb r1, [r2, #3]",
    "ldr r1, [sp, #8]", "adr r0, . + 8", "add sp, #16", "sub sp, #16", "uxtb r1, r2", "push {r4, lr}", "rev r0, r1",
    "stmia r0!, {r1, r2}", "ldmia r0!, {r1, r2}", "add.w r0, r1, r2, lsl #3", "mov.w r0, #0x1000", "movw r0, #0x1234",
    "mul r0, r1, r2", "sdiv r0, r1, r2", "ubfx r0, r1, #3, #4", "clz r0, r1",
]  # fmt: skip
ENDING = [
    "b .", "beq .", "bl . + 8", "bx lr", "blx r3", "cbz r0, . + 8", "pop {pc}", "ldr pc, [r0]", "ldmia r0!, {r1, pc}",
    "tbb [pc, r0]", "mov pc, r0", "add pc, r1", "cpsie i", "cpsid f", "msr primask, r0", "msr basepri, r1", "svc #1",
    "bkpt #0", "wfi", "it eq\nmoveq r0, r1", "isb", "b.w . + 100", "beq.w . + 100", "udf #1", "ldrd r0, r1, [r2]",
]  # fmt: skip


def _code(instructions: list[str]) -> bytes:
    code, labels = assemble("\n".join(instructions) + "\n.align 4\nend: .space 64\n")
    start = (labels["reset"] & ~1) - LOAD_ADDRESS
    return code[start : start + 64]


@pytest.mark.parametrize("ending", ENDING)
def test_the_ending_instruction_is_the_last_of_the_run(ending: str) -> None:
    assert straight_run(_code([ending, "nop"])) == 1
    assert straight_run(_code(["adds r0, r1, r2", "mov.w r0, #0x1000", ending, "nop"])) == 3


@pytest.mark.parametrize("plain", PLAIN)
def test_a_plain_instruction_does_not_end_the_run(plain: str) -> None:
    assert straight_run(_code([plain, "bx lr"])) == 2


def test_little_or_no_code_is_one_instruction() -> None:
    assert straight_run(b"") == straight_run(b"\x00\xbf") == 1
