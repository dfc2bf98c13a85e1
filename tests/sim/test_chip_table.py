"""The chip table and what derives from it, held against TI's own headers."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from cc3200sim.bus import Bus
from cc3200sim.chip import BLOCKS, BY_NAME, Irq


def _defined(header: Path, pattern: str) -> dict[str, int]:
    return {name: int(value, 0) for name, value in re.findall(rf"#define {pattern}\s+(\w+)", header.read_text())}


def test_every_block_of_the_memory_map_is_where_it_says(headers: Path) -> None:
    theirs = _defined(headers / "hw_memmap.h", r"(\w+)_BASE")
    del theirs["FLASH"], theirs["SRAM"]  # memories
    ours = {row.name: row.base for row in BLOCKS if row.base < 0xE000_0000}
    assert ours == theirs


def test_every_interrupt_has_its_number_and_one_block(headers: Path) -> None:
    assert {irq.name: irq.value for irq in Irq} == _defined(headers / "hw_ints.h", r"INT_(\w+)")
    assert sorted(irq for row in BLOCKS for irq in row.irqs) == sorted(Irq)


def test_blocks_do_not_overlap() -> None:
    places = sorted((row.base, row.base + row.size) for row in BLOCKS)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(places))


def test_a_block_without_a_model_is_named_with_address_and_pc() -> None:
    bus = Bus(BLOCKS)
    bus.trace = lambda access: None
    bus.pc = lambda: 0x2000_4444
    bus.write(BY_NAME["SDHOST"].base + 0x10C, 1, 4)
    assert [str(access) for access in bus.unmodelled] == [
        "write of 0x1 to SDHOST+0x10c (0x4401010c, 4 bytes) at pc 0x20004444: SDHOST is not modelled"
    ]
