"""The power goes in each flash step of a file operation, on the booted image: the drive works again, and no file but
the one being written has changed. tests/host/test_flash_drive.py does the same with thousands of operations."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import pytest
from cc3200sim.board import Board

SECTOR = 512
Tree = dict[str, bytes | None]  # path -> content, None for a folder

# What is on the drive before the operation: several blocks of files, a folder, long names.
PREPARE = """
import os
os.mkdir('data')
for name, size in (('main.py', 700), ('data/Measured in June.csv', 2600), ('lib/helper.py', 90), ('notes.txt', 40)):
    with open(name, 'w') as f:
        f.write((name + ' ' + 'old ' * 1000)[:size])
"""
LOOK = """
import os
def look(folder):
    for name, kind, *_ in os.ilistdir(folder):
        path = folder + '/' + name
        if kind == 0x4000:
            print((path, None))
            look(path)
        else:
            with open(path, 'rb') as f:
                print((path, f.read()))
look('/flash')
print(('free', os.statvfs('/flash')[2:4]))
"""


def look(board: Board) -> Tree:
    """All files and folders of the drive; none of its space is lost."""
    lines = board.repl(LOOK, 60).splitlines()
    try:
        found = dict(ast.literal_eval(line) for line in lines)
    except (SyntaxError, ValueError):
        raise AssertionError("\n".join(lines)) from None
    clusters, free = found.pop("free")
    tree: Tree = {path.removeprefix("/flash/"): content for path, content in found.items()}
    used = sum(1 if content is None else -(-len(content) // SECTOR) for content in tree.values())
    assert free == clusters - used, f"{clusters - used - free} clusters are lost"
    return tree


def every_cut(board: Board, script: str, check: Callable[[Tree], None]) -> int:
    """Run a script once for each flash step it makes, the power being cut in that step; check what the next power-up
    finds. Returns the number of steps.

    The firmware sees the flash through the network processor's files only: where a cut leaves all of them as an earlier
    cut did, the power-up that follows is the same one, and is not run again.
    """
    machine = board.machine
    board.uart.write(b"\x01")
    board.uart.read_until(b"raw REPL; CTRL-B to exit\r\n>")
    board.uart.write(script.encode())
    board.run(20 + len(script) / 8)
    typed = machine.save()
    step = 0
    seen = set()
    while True:
        step += 1
        machine.restore(typed)
        board.flash.cut_after(step)
        board.uart.write(b"\x04")
        machine.run(30)
        if machine.power.value != "off":
            said = board.uart.read()
            assert said == b"OK\x04\x04>", said
            return step - 1
        board.uart.read()
        visible = tuple(board.flash.read(name) for name in board.flash.list())
        if visible in seen:
            continue
        seen.add(visible)
        board.power_on()
        try:
            check(look(board))
        except AssertionError as wrong:
            raise AssertionError(f"power cut in flash step {step}: {wrong}") from wrong


@pytest.fixture
def before(board: Board) -> Tree:
    """The drive's content before the operation."""
    assert board.repl(PREPARE) == ""
    return look(board)


def others(tree: Tree, *touched: str) -> Tree:
    return {path: content for path, content in tree.items() if path not in touched}


@pytest.mark.req("FS-1")
def test_rewriting_main_py(board: Board, before: Tree) -> None:
    new = b"new text of main.py\n" * 60

    def check(tree: Tree) -> None:
        assert others(tree, "main.py") == others(before, "main.py")
        assert "main.py" in tree

    script = f"with open('main.py', 'wb') as f: f.write({new!r})"
    assert every_cut(board, script, check) > 20
    assert look_after(board)["main.py"] == new


def look_after(board: Board) -> Tree:
    """The drive once the operation went through: the last run of every_cut left the raw REPL on."""
    board.uart.write(b"\x02")
    board.wait_prompt()
    return look(board)


@pytest.mark.req("FS-1")
def test_saving_safely_by_replacing_a_file(board: Board, before: Tree) -> None:
    """Writing beside a file and renaming over it never leaves it without its old or its new content."""
    new = b"new text of main.py\n" * 60

    def check(tree: Tree) -> None:
        assert others(tree, "main.py", "main.new") == others(before, "main.py")
        assert tree["main.py"] in (before["main.py"], new)

    script = f"import os\nwith open('main.new', 'wb') as f: f.write({new!r})\nos.rename('main.new', 'main.py')"
    every_cut(board, script, check)
    assert look_after(board) == {**before, "main.py": new}


@pytest.mark.req("FS-1")
def test_appending(board: Board, before: Tree) -> None:
    name, more = "data/Measured in June.csv", b"12;34;56\r\n" * 150
    old = before[name]
    assert old is not None

    def check(tree: Tree) -> None:
        assert others(tree, name) == others(before, name)
        assert tree[name] in (old, old + more)

    every_cut(board, f"with open({name!r}, 'ab') as f: f.write({more!r})", check)
    assert look_after(board)[name] == old + more


@pytest.mark.req("FS-1")
def test_renaming(board: Board, before: Tree) -> None:
    old, new = "data/Measured in June.csv", "lib/A new name for it.csv"
    moved = {**others(before, old), new: before[old]}

    def check(tree: Tree) -> None:
        assert tree in (before, moved)

    every_cut(board, "import os\nos.rename('data/Measured in June.csv', 'lib/A new name for it.csv')", check)
    assert look_after(board) == moved


@pytest.mark.req("FS-1")
def test_moving_a_folder(board: Board, before: Tree) -> None:
    moved = {**others(before, "data", "data/Measured in June.csv"), "lib/data": None,
             "lib/data/Measured in June.csv": before["data/Measured in June.csv"]}  # fmt: skip

    def check(tree: Tree) -> None:
        assert tree in (before, moved)

    every_cut(board, "import os\nos.rename('data', 'lib/data')", check)
    assert look_after(board) == moved


@pytest.mark.req("FS-1")
def test_making_a_folder(board: Board, before: Tree) -> None:
    made = {**before, "data/A new folder": None}

    def check(tree: Tree) -> None:
        assert tree in (before, made)

    every_cut(board, "import os\nos.mkdir('data/A new folder')", check)
    assert look_after(board) == made


@pytest.mark.req("FS-1")
def test_deleting(board: Board, before: Tree) -> None:
    name = "data/Measured in June.csv"

    def check(tree: Tree) -> None:
        assert tree in (before, others(before, name))

    every_cut(board, f"import os\nos.remove({name!r})", check)
    assert look_after(board) == others(before, name)


@pytest.fixture(scope="module")
def first_boot(wipy_image: bytes, wipy_rom: bytes) -> tuple[Board, list[dict[str, Any]], int]:
    """A board, its states along its very first boot, and how many flash steps that takes."""
    board = Board.from_image(wipy_image, wipy_rom)
    board.power_on(to_prompt=False)
    states = []
    while not board.machine.uart.received.endswith(b">>> "):
        states.append(board.machine.save())
        board.run(20)
    return board, states, board.flash.operations


@pytest.mark.req("FS-1")
@pytest.mark.parametrize("part", range(2))
def test_the_first_boot(first_boot: tuple[Board, list[dict[str, Any]], int], part: int) -> None:
    """Every step in which the drive gets its content, and a sample of those that make its empty block files."""
    board, states, total = first_boot
    steps = [*range(1, total - 90, 91), *range(total - 90, total + 1)]
    seen = set()
    for step in steps[part::2]:
        start = max((state for state in states if state["flash"]["operations"] < step),
                    key=lambda state: state["flash"]["operations"])  # fmt: skip
        board.machine.restore(start)
        board.flash.cut_after(step - start["flash"]["operations"])
        board.machine.run(5)
        assert board.machine.power.value == "off", f"flash step {step} never came"
        visible = tuple(board.flash.read(name) for name in board.flash.list())
        if visible in seen:
            continue
        seen.add(visible)
        board.power_on()
        tree = look(board)
        assert sorted(tree) == ["boot.py", "cert", "lib", "main.py", "sys"], f"power cut in flash step {step}"
        assert tree["boot.py"] and tree["main.py"], f"power cut in flash step {step}"


def block(board: Board, index: int) -> bytearray:
    data = board.flash.read(f"__{index:03}__.fsb")
    assert data is not None
    assert len(data) == 2048
    return bytearray(data)


@pytest.mark.req("FS-1")
def test_lost_space_is_found(board: Board, before: Tree) -> None:
    """Clusters that the FAT has as used but no file claims: what the stock firmware leaves after a power cut."""
    board.power_cut()
    first = block(board, 0)
    for cluster in range(200, 250, 2):  # two 12-bit entries in three bytes, all ends of chains
        first[512 + cluster * 3 // 2 : 512 + cluster * 3 // 2 + 3] = b"\xff\xff\xff"
    board.flash.write("__000__.fsb", bytes(first))
    board.power_on()
    assert look(board) == before


@pytest.mark.req("FS-1")
def test_two_files_that_share_their_clusters_are_parted(board: Board) -> None:
    board.repl("with open('one', 'w') as f: f.write('1' * 1500)\nwith open('two', 'w') as f: f.write('2' * 1500)")
    board.power_cut()
    first = block(board, 0)
    one, two = first.index(b"ONE     "), first.index(b"TWO     ")
    first[two + 26 : two + 28] = first[one + 26 : one + 28]
    board.flash.write("__000__.fsb", bytes(first))
    board.power_on()
    tree = look(board)
    assert (tree["one"], tree["two"]) == (b"1" * 1500, b"")


@pytest.mark.req("FS-1")
@pytest.mark.parametrize("lost", [8, 9, 40, 95])
def test_a_block_lost_by_the_stock_firmware_costs_only_what_was_in_it(board: Board, before: Tree, lost: int) -> None:
    """An update of the stock firmware that was cut off leaves a block file without valid content."""
    board.power_cut()
    name = f"__{lost:03}__.fsb"
    entry = board.flash.entry(name)
    assert entry is not None
    board.flash.begin_copy(entry)  # erased, never closed
    assert board.flash.read(name) is None
    board.power_on()
    tree = look(board)
    assert {"boot.py", "main.py", "lib", "sys", "cert"} <= tree.keys()
    assert board.repl("with open('again', 'w') as f: f.write('x' * 100)") == ""
