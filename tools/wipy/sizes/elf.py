"""What an ELF file says: what is in memory, its symbols, and which source each came from."""

import struct
from bisect import bisect_right
from pathlib import Path

from wipy.errors import UserError


def read(elf: Path) -> tuple[dict[str, tuple[int, int, bool]], list[tuple[str, int, int, int, str]]]:
    """Sections in memory, {name: (address, size, only in RAM?)}, and symbols, (name, value, size, kind, section)."""
    from elftools.elf.constants import SH_FLAGS
    from elftools.elf.elffile import ELFFile

    with elf.open("rb") as stream:
        file = ELFFile(stream)
        areas = {}
        names = {}
        for index, section in enumerate(file.iter_sections()):
            if section["sh_flags"] & SH_FLAGS.SHF_ALLOC and section["sh_size"]:
                areas[section.name] = (section["sh_addr"], section["sh_size"], section["sh_type"] == "SHT_NOBITS")
                names[index] = section.name
        symtab = file.get_section_by_name(".symtab")
        if symtab is None:
            raise UserError(f"{elf}: has no symbols")
        strings = file.get_section(symtab["sh_link"]).data()
        # Elf32_Sym (ELF specification 1.2): name, value, size, info, other, section. pyelftools' own loop takes 20
        # times as long, and this runs at every link.
        table = [
            (_string(strings, name), value, size, info & 0xF, names.get(index, ""))
            for name, value, size, info, _, index in struct.iter_unpack("<IIIBBH", symtab.data())
        ]
    return areas, table


def _string(strings: bytes, offset: int) -> str:
    return strings[offset : strings.index(0, offset)].decode()


def _values(elf: Path, table: list[tuple[str, int, int, int, str]], *names: str) -> list[int]:
    """What the linker script sets these symbols to; UserError where it does not."""
    values = {name: value for name, value, _, _, _ in table if name in names}
    try:
        return [values[name] for name in names]
    except KeyError as error:
        raise UserError(f"{elf}: the linker script defines no {error.args[0]}") from None


def heap_of(elf: Path, table: list[tuple[str, int, int, int, str]]) -> int:
    """heap_size() by the symbols that were read."""
    start, end = _values(elf, table, "heap_start", "heap_end")
    return end - start


def load_address(elf: Path) -> int:
    """Where the chip's ROM loader puts an image, by chip/memory.ld; UserError where a script does without."""
    return _values(elf, read(elf)[1], "load_address")[0]


def heap_size(elf: Path) -> int:
    """Bytes that the linker script leaves for Python's heap; UserError where it defines no heap_start or heap_end."""
    return heap_of(elf, read(elf)[1])


def sources(elf: Path) -> dict[int, str]:
    """Which source file a function or object was compiled from, by its address.

    What link-time optimization puts out points into the description (DWARF) that the source's own compilation left.
    """
    from elftools.dwarf.descriptions import describe_form_class
    from elftools.elf.elffile import ELFFile

    found: dict[int, str] = {}
    with elf.open("rb") as stream:
        file = ELFFile(stream)
        if not file.has_dwarf_info():
            return found
        dwarf = file.get_dwarf_info()
        units = list(dwarf.iter_CUs())
        starts = [unit.cu_offset for unit in units]
        names: dict[int, str] = {}

        def name(offset: int) -> str:
            index = bisect_right(starts, offset) - 1
            if index not in names:
                attribute = units[index].get_top_DIE().attributes.get("DW_AT_name")
                names[index] = attribute.value.decode(errors="replace") if attribute else ""
            return names[index]

        for unit in units:
            if unit.get_top_DIE().attributes["DW_AT_name"].value != b"<artificial>":
                continue
            for die in unit.get_top_DIE().iter_children():
                origin = die.attributes.get("DW_AT_abstract_origin")
                start = die.attributes.get("DW_AT_low_pc")
                place = die.attributes.get("DW_AT_location")
                if origin is None:
                    continue
                address = None
                if start is not None:
                    address = start.value
                elif place is not None and describe_form_class(place.form) == "exprloc" and place.value[:1] == [3]:
                    address = int.from_bytes(bytes(place.value[1:5]), "little")  # DW_OP_addr
                if address is not None:
                    # DW_FORM_ref_addr counts from the section's start, the others from the unit's.
                    base = 0 if origin.form == "DW_FORM_ref_addr" else unit.cu_offset
                    found[address] = name(base + origin.value)
    return found
