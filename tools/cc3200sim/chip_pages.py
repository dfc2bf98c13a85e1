"""The pages of docs/chip/, which tell block by block what is modelled: `python -m cc3200sim.chip_pages FOLDER`.

All is taken from the chip table and the blocks' register tables; a test sees to it that the pages are up to date.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

from cc3200sim.chip import BLOCKS, Block
from cc3200sim.peripheral import Peripheral
from cc3200sim.register_table import WORD, Access, Extent, Field, Register, Table

_GENERATED = "Generated from the emulator's tables by `python -m cc3200sim.chip_pages docs/chip`; do not edit.\n"
_EXTENT = {Extent.FULL: "", Extent.HELD: " (held, no effect)", Extent.REFUSED: " (**not modelled**)"}


def pages() -> dict[str, str]:
    """The content of each file by its name."""
    models = {row.model: [other for other in BLOCKS if other.model is row.model] for row in BLOCKS}
    found = {_file(rows): _page(model, rows) for model, rows in models.items() if model is not None}
    return {"README.md": _index(), **found}


def _file(rows: list[Block]) -> str:
    """Blocks of one model share a page: gpioa.md for GPIOA0 to GPIOA4."""
    name = rows[0].name if len(rows) == 1 else rows[0].name.rstrip("0123456789")
    return f"{name.lower()}.md"


def _index() -> str:
    rows = []
    for row in BLOCKS:
        same = [other for other in BLOCKS if other.model is row.model]
        model = f"[{row.model.__name__}]({_file(same)})" if row.model is not None else "not modelled"
        irqs = ", ".join(f"{irq.name} {irq.value}" for irq in row.irqs)
        gate = row.gate.name if row.gate is not None else ""
        domain = row.domain.name if row.model is not None else ""
        rows.append(
            f"| {row.name} | {row.base:#010x} | {row.size:#x} | {row.what} | {irqs} | {gate} | {domain} | {model} |"
        )
    return "\n".join(
        [
            "# The blocks of the CC3200, and which of them the emulator models",
            "",
            _GENERATED,
            "Addresses are hw_memmap.h's and the ARMv7-M manual's, interrupts (vector numbers) hw_ints.h's, clock",
            "gates prcm.h's. Reset domains: CORE, every reset; MCU, all but a reset of the processor alone; SHARED,",
            "loss of the main supply; HIBERNATE, loss of all power. What firmware does with a block that is not",
            "modelled is reported.",
            "",
            "| block | base | size | what | interrupts | clock gate | reset domain | model |",
            "|---|---|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _page(model: type[Peripheral], rows: list[Block]) -> str:
    names = ", ".join(row.name for row in rows)
    table = model.TABLE
    about = inspect.getdoc(inspect.getmodule(model)) or ""
    lines = [f"# {names}", "", _GENERATED, f"Bases: {', '.join(f'{row.base:#010x}' for row in rows)}.", "", about, ""]
    if table.header:
        lines += [f"Registers and fields are those of {table.header} where no other source is given.", ""]
    if table.note:
        lines += [table.note, ""]
    lines += _registers(table)
    missing = [register for register in table if register.access is Access.UNMODELLED]
    if missing:
        lines += ["## Not modelled", "", "An access is reported, reads 0 and does nothing.", ""]
        lines += ["| register | offset | what for |", "|---|---|---|"]
        lines += [f"| {register.name} | {register:#05x} | {register.note} |" for register in missing]
        lines += [""]
    return "\n".join(lines)


def _registers(table: Table) -> list[str]:
    lines = [
        "## Modelled",
        "",
        "| register | offset | reset | behaviour | fields | notes |",
        "|---|---|---|---|---|---|",
    ]
    for register in table:
        if register.access is not Access.UNMODELLED:
            reset = f"{register.reset:#x}" if register.access is not Access.LIVE else ""
            lines.append(
                f"| {register.name} | {register:#05x} | {reset} | {register.access.value}"
                f" | {_fields(register)} | {_notes(register)} |"
            )
    return [*lines, ""]


def _fields(register: Register) -> str:
    if register.reads == register.writes:
        return _list(register.writes)
    stored, loaded = _list(register.writes), _list(register.reads)
    return "; ".join([*([f"stored: {stored}"] if stored else []), *([f"loaded: {loaded}"] if loaded else [])])


def _list(fields: tuple[Field, ...]) -> str:
    return ", ".join(f"{field.name} {field.bits}{_EXTENT[field.extent]}" for field in fields)


def _notes(register: Register) -> str:
    notes = [register.note] if register.note else []
    if register.access is Access.STORED and not register.writes and register.writable != WORD:
        notes.append(f"writable: {register.writable:#x}")
    if register.source:
        notes.append(f"source: {register.source}")
    return "; ".join(notes)


def main() -> None:
    """Write the pages into the folder that is named."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    main()
