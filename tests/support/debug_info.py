"""What the ELF file beside an image tells: where variables are, and how the host driver's control block is laid out."""

from __future__ import annotations

from pathlib import Path

from cc3200sim.board import Board
from elftools.dwarf.die import DIE
from elftools.elf.elffile import ELFFile

PAINT = b"\xa5"  # what start-up fills stacks with


class DebugInfo:
    """Variables and structures of a firmware.elf."""

    def __init__(self, elf: Path) -> None:
        with elf.open("rb") as stream:
            file = ELFFile(stream)
            table = file.get_section_by_name(".symtab").iter_symbols()
            self.symbols = {
                symbol.name: (symbol["st_value"], symbol["st_size"])
                for symbol in table
                if symbol["st_info"]["type"] == "STT_OBJECT"
            }
            self.driver = self._members(file, b"drivers/cc3100/src/driver.c", b"_SlDriverCb_t")
            self.pool_object = self._members(file, b"drivers/cc3100/src/driver.c", b"_SlPoolObj_t")

    @staticmethod
    def _members(file: ELFFile, source: bytes, name: bytes) -> dict[str, tuple[int, int]]:
        """Offset and size of each member of a structure; "" is the whole."""
        unit = next(
            unit
            for unit in file.get_dwarf_info().iter_CUs()
            if unit.get_top_DIE().attributes["DW_AT_name"].value.endswith(source)
        )
        die = next(
            die
            for die in unit.iter_DIEs()
            if "DW_AT_name" in die.attributes
            and die.attributes["DW_AT_name"].value == name
            and die.tag != "DW_TAG_member"
        )
        while die.tag == "DW_TAG_typedef":
            die = die.get_DIE_from_attribute("DW_AT_type")
        members = {"": (0, die.attributes["DW_AT_byte_size"].value)}
        for child in die.iter_children():
            if child.tag == "DW_TAG_member":
                offset = child.attributes["DW_AT_data_member_location"].value
                members[child.attributes["DW_AT_name"].value.decode()] = (offset, _size(child))
        return members

    def stacks(self) -> dict[str, tuple[int, int]]:
        """Address and size of every task's stack."""
        return {name: where for name, where in self.symbols.items() if name.endswith("_stack")}

    def stack_free(self, board: Board, name: str) -> int:
        """Bytes at the low end of a stack that were never written."""
        memory = bytes(board.machine.cpu.read_memory(*self.symbols[name]))
        return len(memory) - len(memory.lstrip(PAINT))

    def driver_pool(self, board: Board) -> int:
        """How many objects are on the host driver's free list (driver.c, _SlDrvWaitForPoolObj)."""

        def read(address: int, size: int) -> int:
            return int.from_bytes(board.machine.cpu.read_memory(address, size), "little")

        block = read(self.symbols["g_pCB"][0], 4)
        pool, pool_size = self.driver["ObjPool"]
        size = self.pool_object[""][1]
        free, index = 0, read(block + self.driver["FreePoolIdx"][0], 1)
        while index < pool_size // size and free <= pool_size // size:
            free += 1
            index = read(block + pool + index * size + self.pool_object["NextIndex"][0], 1)
        return free


def _size(member: DIE) -> int:
    """Bytes of a member."""
    die, count = member, 1
    while "DW_AT_byte_size" not in die.attributes:
        die = die.get_DIE_from_attribute("DW_AT_type")
        if die.tag == "DW_TAG_array_type":
            bounds = [child for child in die.iter_children() if child.tag == "DW_TAG_subrange_type"]
            for bound in bounds:
                count *= bound.attributes["DW_AT_upper_bound"].value + 1
    return count * int(die.attributes["DW_AT_byte_size"].value)
