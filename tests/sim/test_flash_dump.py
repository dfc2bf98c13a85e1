"""The serial flash as a file: a dump of a board goes in, what comes out is read by rules that others found."""

from __future__ import annotations

import contextlib
import json
import random
import struct
import zlib
from pathlib import Path

import pytest
from cc3200sim.flash import BLOCK_SIZE, Flash, FlashError, dump
from hypothesis import given
from hypothesis import strategies as st
from support import sffs

MEGABYTE = 1 << 20
BOARD = [
    sffs.File("/sys/mcuimg.bin", bytes(range(256)) * 40),
    sffs.File("/sys/bootinfo.bin", b"\1\1\0\0", copies=2),
    sffs.File("/tmp/phy.cal", b"cal" * 3000, copies=2),
    sffs.File("__000__.fsb", bytes(2048)),
    sffs.File("forgotten", b"its name is not kept", named=False),
]


@pytest.mark.parametrize("revision", [4, 73])
def test_a_board_s_dump_is_read_and_goes_back_as_it_came(revision: int) -> None:
    data = sffs.build(BOARD, MEGABYTE, revision)
    flash = dump.parse(data)
    for file in BOARD[:-1]:
        assert flash.read(file.name) == file.content
        entry = flash.entry(file.name)
        assert entry is not None and entry.copies == file.copies
    assert flash.revision == revision and len(flash.list()) == len(BOARD)
    assert dump.contents(flash) == data


def test_a_change_to_a_board_s_dump_leaves_what_is_not_understood() -> None:
    data = sffs.build(BOARD, MEGABYTE, 64)
    flash = dump.parse(data)
    flash.write("/sys/bootinfo.bin", b"\2\1\1\0")
    flash.write("new", b"n" * 5000, flags=1)
    flash.keep_setting("role", b"2")
    after = dump.contents(flash)
    table = after[0x204:0x774] if after[2:4] == b"LS" else after[BLOCK_SIZE + 0x204 : BLOCK_SIZE + 0x774]
    assert table == data[0x204:0x774]
    assert after[2 * BLOCK_SIZE : 5 * BLOCK_SIZE] == data[2 * BLOCK_SIZE : 5 * BLOCK_SIZE]
    again = dump.parse(after)
    assert again.read("/sys/bootinfo.bin") == b"\2\1\1\0" and again.read("new") == b"n" * 5000
    assert again.setting("role") == b"2"
    entry = flash.entry("/tmp/phy.cal")
    assert entry is not None
    place = slice(entry.first_block * BLOCK_SIZE, (entry.first_block + entry.extent) * BLOCK_SIZE)
    assert after[place] == data[place]
    assert sffs.read(after)["/sys/mcuimg.bin"] == BOARD[0].content


def test_what_is_made_here_is_read_by_the_rules_found_on_boards(tmp_path: Path) -> None:
    flash = Flash(MEGABYTE)
    files = {f"__{i:03}__.fsb": bytes([i]) * 2048 for i in range(96)} | {"/sys/mcuimg.bin": bytes(range(256)) * 500}
    for name, content in files.items():
        flash.write(name, content, flags=0)
    flash.write("safe", b"x" * 5000, flags=1)
    assert flash.create("open", 100, 0, copies=1)
    dump.store(flash, tmp_path / "flash.bin")
    assert not flash.changed
    data = (tmp_path / "flash.bin").read_bytes()
    assert len(data) == MEGABYTE
    read = sffs.read(data)
    del read["/sys/cc3200sim.cfg"]
    assert read == files | {"safe": b"x" * 5000, "open": None}
    assert [path.name for path in tmp_path.iterdir()] == ["flash.bin"]


def test_everything_comes_back(tmp_path: Path) -> None:
    flash = Flash(MEGABYTE)
    assert flash.create("secret", 300, 6, copies=2, token=0x5EC00001)
    for content in (b"one", b"two", b"three"):
        flash.write("safe", content, flags=1)
    long_names = [f"/cert/{'n' * 160}{i}" for i in range(12)]  # more than the table has room for
    for name in long_names:
        flash.write(name, name.encode())
    flash.keep_setting("wlan.role", b"2")
    dump.store(flash, tmp_path / "flash")
    again = dump.load(tmp_path / "flash")
    assert again.size == flash.size and again.files == flash.files and again.settings == flash.settings
    assert again.read("safe") == b"three" and all(again.read(name) == name.encode() for name in long_names)
    assert dump.contents(again) == dump.contents(flash)


@given(seed=st.integers(0, 1 << 32))
def test_any_order_of_changes_comes_back(seed: int) -> None:
    chance = random.Random(seed)
    flash = Flash(64 * BLOCK_SIZE)
    for _ in range(chance.randrange(1, 40)):
        name = f"f{chance.randrange(6)}"
        if chance.random() < 0.3 and name in flash.list():
            flash.delete(name)
        else:
            with contextlib.suppress(FlashError):  # full
                flash.write(name, chance.randbytes(chance.randrange(9000)), flags=chance.randrange(2))
        if chance.random() < 0.2:
            flash = dump.parse(dump.contents(flash))
    again = dump.parse(dump.contents(flash))
    assert {name: again.read(name) for name in again.list()} == {name: flash.read(name) for name in flash.list()}
    assert again.files == flash.files


def damaged(change: str) -> bytes:
    flash = Flash(MEGABYTE)
    flash.write("f", b"x" * 100)
    flash.write("g", b"y" * 100)
    data = bytearray(dump.contents(flash))
    slot = 0 if data[2:4] == b"LS" else BLOCK_SIZE
    rows = [at for at in range(slot + 4, slot + 0x204, 4) if data[at] != 0xFF]
    match change:
        case "no table":
            data[slot] = data[slot + 1] = 0xFF
        case "index":
            data[rows[0]] += 1
        case "no blocks":
            data[rows[0] + 1] = 0
        case "overlap":
            data[rows[0] + 2] = data[rows[1] + 2]
        case "over the end":
            data[rows[0] + 3] |= 0xF
        case "in the table":
            data[rows[0] + 2] = 1
        case "twice":
            at, other = (slot + 0x774 + 4 * data[row] for row in rows[:2])
            data[other : other + 4] = data[at : at + 4]
        case "settings":
            at = data.index(b"/sys/cc3200sim.cfg", 2 * BLOCK_SIZE)  # its label; its content is two blocks before that
            start = at // BLOCK_SIZE * BLOCK_SIZE - BLOCK_SIZE
            data[start + 8] = 0x5B
    return bytes(data)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ("no table", "no file table"),
        ("index", "damaged at entry"),
        ("no blocks", "damaged at entry"),
        ("overlap", "lies over another file"),
        ("over the end", "over the end"),
        ("in the table", "lies over another file"),
        ("twice", "names f twice"),
        ("settings", "settings in /sys/cc3200sim.cfg are damaged"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused_in_a_line(tmp_path: Path, change: str, text: str) -> None:
    (tmp_path / "flash").write_bytes(damaged(change))
    with pytest.raises(FlashError, match=f"can't use .*: .*{text}"):
        dump.load(tmp_path / "flash")


def test_what_can_t_be_read_or_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(FlashError, match=r"can't read the serial flash .*: No such file"):
        dump.load(tmp_path / "flash")
    (tmp_path / "flash").write_bytes(b"something else")
    with pytest.raises(FlashError, match=r"can't use .*: a serial flash of 14 bytes: must be a multiple of 4096"):
        dump.load(tmp_path / "flash")
    with pytest.raises(FlashError, match="can't save the serial flash"):
        dump.store(Flash(), tmp_path / "no" / "folder")


def old_file(version: int, **change: object) -> bytes:
    """As emulators before this one kept a flash: one fail-safe file of two copies, one that was never closed."""
    content, blocks = b"x" * 100, []
    for sequence in (1, 2):
        fields = struct.pack("<4sII", b"SFH1", len(content), sequence)
        header = (fields + struct.pack("<I", zlib.crc32(fields))).ljust(512, b"\xff")
        blocks.append((header + bytes([sequence]) * 100).ljust(BLOCK_SIZE, b"\xff"))
    entry = {"max_size": 256, "flags": 1, "first_block": 5, "blocks": 1, "copies": 2, "token": 7}
    body = b"".join(blocks)
    index = {
        "size": MEGABYTE,
        "files": {"f": entry, "open": entry | {"first_block": 9, "copies": 1, "flags": 0}},
        "settings": {"role": "32"},
        "blocks": [5, 6],
        "crc32": zlib.crc32(body),
    }
    text = json.dumps(index | change).encode()
    if version == 1:
        return b"CC3200SIM-FLASH-1\n" + struct.pack("<I", len(text)) + text + body
    return b"CC3200SIM-FLASH-2\n" + struct.pack("<2I", len(text), zlib.crc32(text)) + text + body


@pytest.mark.parametrize("version", [1, 2])
def test_files_of_earlier_versions_are_taken_over(tmp_path: Path, version: int) -> None:
    (tmp_path / "flash").write_bytes(old_file(version))
    flash = dump.load(tmp_path / "flash")
    assert flash.list() == ["f", "open"] and flash.read("f") == b"\2" * 100 and flash.read("open") is None
    entry = flash.entry("f")
    assert entry is not None and (entry.max_size, entry.flags, entry.copies, entry.token) == (256, 1, 2, 7)
    assert flash.setting("role") == b"2" and flash.operations == 0
    dump.store(flash, tmp_path / "flash")
    assert dump.load(tmp_path / "flash").files == flash.files


@pytest.mark.parametrize(
    "change",
    [
        {"files": []},
        {"files": {"f": []}},
        {"files": {"f": {"max_size": "x", "flags": 0, "first_block": 3, "blocks": 1, "copies": 1}}},
        {"files": {"f": {"max_size": 9, "flags": 0, "first_block": 9999, "blocks": 1, "copies": 1}}},
        {"files": {"f": {"max_size": 9, "flags": 0, "first_block": 5, "blocks": 0, "copies": 1}}},
        {"blocks": "no"},
        {"blocks": [10**9]},
        {"blocks": [-1]},
        {"blocks": [None]},
        {"settings": 3},
        {"settings": {"a": "zz"}},
        {"size": "large"},
        {"size": None},
        {"crc32": 1},
    ],
)
def test_a_damaged_file_of_an_earlier_version_is_refused_in_a_line(tmp_path: Path, change: dict[str, object]) -> None:
    (tmp_path / "flash").write_bytes(old_file(2, **change))
    with pytest.raises(FlashError, match="can't use"):
        dump.load(tmp_path / "flash")
    for text in (b"[" * 100_000, b"{}", b"1"):
        (tmp_path / "flash").write_bytes(
            b"CC3200SIM-FLASH-2\n" + struct.pack("<2I", len(text), zlib.crc32(text)) + text
        )
        with pytest.raises(FlashError, match="can't use"):
            dump.load(tmp_path / "flash")
    (tmp_path / "flash").write_bytes(old_file(2)[:-1])
    with pytest.raises(FlashError, match="data is damaged"):
        dump.load(tmp_path / "flash")
