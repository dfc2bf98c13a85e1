"""Register tables: names, offsets and fields as in TI's headers, and what they make of accesses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cc3200sim.bus import Bus
from cc3200sim.chip import BLOCKS, BY_NAME
from cc3200sim.clock import Clock
from cc3200sim.peripheral import Peripheral, Unmodelled
from cc3200sim.peripherals.registers import RegisterBlock, reads
from cc3200sim.register_table import Access, Extent, Table
from support.chip import Chip

MODELS = sorted({row.model for row in BLOCKS if row.model is not None and row.model.TABLE.header}, key=str)


def definitions(header: Path) -> dict[str, int]:
    text = header.read_text().replace("\\\n", " ")
    return {name: int(value, 0) for name, value in re.findall(r"#define (\w+)\s+(0x[0-9A-Fa-f]+|\d+)\b", text)}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_registers_are_those_of_the_header(headers: Path, model: type[Peripheral]) -> None:
    table = model.TABLE
    theirs: dict[int, set[str]] = {}
    for name, offset in definitions(headers / table.header).items():
        if name.startswith(table.prefix):
            theirs.setdefault(offset, set()).add(name.removeprefix(table.prefix))
    ours = {int(register): register.name for register in table}
    assert ours.keys() == theirs.keys()
    assert {name for offset, name in ours.items() if name not in theirs[offset]} == set()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_fields_are_those_of_the_header(headers: Path, model: type[Peripheral]) -> None:
    table = model.TABLE
    defined = definitions(headers / table.header)
    prefix = table.prefix.replace("_O_", "_", 1)
    wrong = [
        f"{register.name}.{field.name}"
        for register in table
        if not register.source
        for field in (*register.writes, *register.reads)
        if field.mask not in (defined.get(f"{prefix}{register.name}_{field.name}{end}") for end in ("", "_M"))
    ]
    assert wrong == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_fields_of_a_register_do_not_overlap(model: type[Peripheral]) -> None:
    for register in model.TABLE:
        for fields in (register.writes, register.reads):
            taken = 0
            for field in fields:
                assert not taken & field.mask, f"{register.name}.{field.name}"
                taken |= field.mask


def reported(chip: Chip, name: str, offset: int, value: int | None = None) -> str:
    """What the bus says of an access to a block."""
    bus = Bus(BLOCKS)
    bus.trace = lambda access: None
    bus.pc = lambda: 0x2000_4444
    bus.map(BY_NAME[name], chip.blocks.placed[name])
    if value is None:
        bus.read(BY_NAME[name].base + offset, 4)
    else:
        bus.write(BY_NAME[name].base + offset, value, 4)
    (access,) = bus.unmodelled
    return str(access)


def test_a_refused_field_is_named_and_changes_nothing(chip: Chip) -> None:
    assert reported(chip, "I2CA0", 0x004, 0x13) == (
        "write of RUN|START|HS to I2CA0.MCS (0x40020004, 4 bytes) at pc 0x20004444: I2CA0.MCS.HS is not modelled"
    )
    assert reported(chip, "I2CA0", 0x00C, 0x89).endswith("at pc 0x20004444: I2CA0.MTPR.HS is not modelled")
    assert chip.read(BY_NAME["I2CA0"].base + 0x00C) == 1


def test_a_register_without_a_model_is_named_with_what_it_is_for(chip: Chip) -> None:
    assert reported(chip, "I2CA0", 0x800) == (
        "read of I2CA0.SOAR (0x40020800, 4 bytes) at pc 0x20004444: I2CA0.SOAR is not modelled (target mode)"
    )
    assert reported(chip, "DTHE", 0x820, 5).endswith("DTHE.AES_IM is not modelled (the AES and DES engines)")


def test_every_register_answers_or_is_named(chip: Chip) -> None:
    """A register of the table that is said to be modelled is; one that is not is refused."""
    for name, block in chip.blocks.placed.items():
        for register in type(block).TABLE:
            answers = []
            for access in (lambda: block.read(register, 4), lambda: block.write(register, 0, 4)):  # noqa: B023
                try:
                    access()
                    answers.append(True)
                except Unmodelled:
                    answers.append(False)
            assert any(answers) is (register.access is not Access.UNMODELLED), f"{name}.{register.name}"


def test_values_are_shown_by_their_fields() -> None:
    table = Table()
    register = table.stored(0, "MIX", "LOW:0 WIDE:7-4 HIGH:8~ NOT:9!")
    assert register.show(0x1F1 & ~0x80, write=True) == "LOW|WIDE=0x7|HIGH"
    assert register.show(0x8000_0001, write=True) == "LOW|0x80000000"
    assert register.show(0, write=True) == "0"
    assert register.writable == 0x1F1 and register.refused == 0x200
    assert [field.extent for field in register.writes] == [Extent.FULL, Extent.FULL, Extent.HELD, Extent.REFUSED]


def test_a_table_refuses_two_registers_at_one_offset() -> None:
    table = Table()
    table.stored(4, "A")
    with pytest.raises(ValueError, match="A"):
        table.live(4, "B")
    with pytest.raises(KeyError):
        table.stored(8, "C", "X:0").masks("Y")


def test_a_handler_goes_before_what_is_stored() -> None:
    table = Table()
    count = table.stored(0, "COUNT", reset=7)

    class Counter(RegisterBlock):
        TABLE = table

        @reads(count)
        def _count(self) -> int:
            return self.regs[count] + 1

    block = Counter(Clock())
    assert block.read(0, 4) == 8
    block.write(0, 0xFF, 4)
    assert block.read(0, 4) == 8  # nothing is writable
