"""Writes the C file that puts the driver library's tables where the chip's ROM has them, from the library's rom.h.

Run as `python tables.py ROM_H OUTPUT_C`. rom.h says which function is entry n of which table; entry 0 of
the table of tables, at 0x40C, is the ROM's version. A function the library has no source for gets a trap: an undefined
instruction followed by the address of its name, which the emulator reports.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_TABLE = re.compile(r"#define\s+ROM_(\w+TABLE)\s+\(\(unsigned long \*\)\(ROM_APITABLE\[(\d+)\]\)\)")
_ENTRY = re.compile(r"#define\s+ROM_(\w+)\s*\\?\s*\(\(.*?\)ROM_(\w+TABLE)\[(\d+)\]\)", re.DOTALL)

# The value of the version word on production silicon is not in the library; 0 says "not a TI ROM".
_VERSION = 0


class TableError(Exception):
    """rom.h does not have the form that was expected."""


def parse(text: str) -> dict[str, tuple[int, dict[int, str]]]:
    """Tables by name: their place in the table of tables, and their functions by entry number."""
    tables: dict[str, tuple[int, dict[int, str]]] = {name: (int(place), {}) for name, place in _TABLE.findall(text)}
    # The #if lines around each define end the previous one's text.
    for block in text.split("#if ")[1:]:
        found = _ENTRY.search(block)
        if found is None:
            continue
        function, table, index = found[1], found[2], int(found[3])
        if table not in tables:
            raise TableError(f"ROM_{function} is in ROM_{table}, which is not among the tables")
        entries = tables[table][1]
        if index in entries:
            raise TableError(f"ROM_{table}[{index}] is both {entries[index]} and {function}")
        entries[index] = function
    if not tables or not any(entries for _, entries in tables.values()):
        raise TableError("no ROM tables found")
    return tables


def generate(tables: dict[str, tuple[int, dict[int, str]]]) -> str:
    """The C source."""
    lines = [
        "/* The tables of the driver library in the chip's ROM. Generated from rom.h by cc3200sim.rom.tables. */",
        "#define TRAP(function) \\",
        "    __attribute__((weak, naked)) void function(void) { \\",
        '        __asm volatile ("udf #0xee\\n.balign 4\\n.word 1f\\n1: .asciz \\"" #function "\\"\\n.balign 4"); \\',
        "    }",
    ]
    functions = sorted({function for _, entries in tables.values() for function in entries.values()})
    lines += [f"TRAP({function})" for function in functions]
    for name, (_, entries) in tables.items():
        size = max(entries, default=0) + 1
        lines.append(f"static const void *const {name.lower()}[{size}] = {{")
        lines += [f"    [{index}] = {function}," for index, function in sorted(entries.items())]
        lines.append("};")
    size = max(place for place, _ in tables.values()) + 1
    lines.append(f'__attribute__((section(".api_table"), used)) const void *const api_table[{size}] = {{')
    lines.append(f"    [0] = (const void *){_VERSION},")
    lines += [f"    [{place}] = {name.lower()}," for name, (place, _) in tables.items()]
    lines.append("};")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Command line: rom.h in, C file out."""
    if len(arguments) != 2:
        print("usage: python tables.py ROM_H OUTPUT_C", file=sys.stderr)
        return 2
    header, output = map(Path, arguments)
    try:
        output.write_text(generate(parse(header.read_text())))
    except (OSError, TableError) as error:
        print(f"{header}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
