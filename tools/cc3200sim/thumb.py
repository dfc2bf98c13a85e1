"""As much of the Thumb instruction set as the core must know: which instructions can't branch or change the masks."""

from __future__ import annotations

# 16-bit instructions by their high byte that neither branch, nor write special registers, nor are hints or IT:
# shifts, arithmetic, data processing (00-43), literal and other loads and stores (48-9F), ADR and ADD SP (A0-AF),
# SUB SP (B0), extend (B2), PUSH (B4, B5), REV (BA), LDM and STM, which can't load the pc here (C0-CF).
_PLAIN = frozenset(
    [*range(0x00, 0x44), *range(0x48, 0xB1), 0xB2, 0xB4, 0xB5, 0xBA, *range(0xC0, 0xD0)]
)  # fmt: skip
# 32-bit ones: data processing with shifted registers (EA, EB) and registers, multiplication (FA, FB). With an immediate
# (F0-F7) only where bit 15 of the second half is 0; else it is a branch, MSR or a barrier.
_PLAIN_WIDE = frozenset([0xEA, 0xEB, 0xFA, 0xFB])
_PLAIN_IMMEDIATE = range(0xF0, 0xF8)
_FIRST_WIDE = 0xE8


def straight_run(code: bytes) -> int:
    """How many of the first instructions surely run one after the other, with the one that may not, which ends them.

    At least 1. The instruction masks can't change before the last one.
    """
    count = 1
    at = 0
    while at + 4 <= len(code):
        high = code[at + 1]
        if high < _FIRST_WIDE:
            if high not in _PLAIN:
                break
            at += 2
        else:
            immediate = high in _PLAIN_IMMEDIATE and not code[at + 3] & 0x80
            if not immediate and high not in _PLAIN_WIDE:
                break
            at += 4
        count += 1
    return count
