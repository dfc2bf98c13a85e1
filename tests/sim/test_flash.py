"""The serial flash: space, NOR cells, power cuts, the container on disk."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

import pytest
from cc3200sim.flash import BLOCK_SIZE, DEFAULT_SIZE, SYSTEM_BLOCKS, Flash, FlashError, PowerCut, container


def test_content_comes_back_with_its_exact_length() -> None:
    flash = Flash()
    for length in (0, 1, 255, 256, 3583, 3584, 3585, 70000):
        flash.write(f"f{length}", bytes(i % 251 for i in range(length)))
    for length in (0, 1, 255, 256, 3583, 3584, 3585, 70000):
        assert flash.read(f"f{length}") == bytes(i % 251 for i in range(length))
    assert flash.read("nothing") is None
    assert flash.list() == sorted(f"f{length}" for length in (0, 1, 255, 256, 3583, 3584, 3585, 70000))


def test_a_header_costs_a_block_when_the_content_fills_one() -> None:
    flash = Flash()
    flash.write("fits", bytes(BLOCK_SIZE - 512))
    flash.write("over", bytes(BLOCK_SIZE - 511))
    fits, over = flash.entry("fits"), flash.entry("over")
    assert fits is not None and fits.blocks == 1
    assert over is not None and over.blocks == 2


def test_the_smallest_hole_that_fits_is_taken() -> None:
    flash = Flash()
    for name, blocks in (("a", 3), ("b", 1), ("c", 2), ("d", 1)):
        flash.write(name, bytes(blocks * BLOCK_SIZE - 512))
    hole_of_three, hole_of_two = flash.entry("a"), flash.entry("c")
    flash.delete("a")
    flash.delete("c")
    flash.write("e", bytes(2 * BLOCK_SIZE - 512))
    flash.write("f", bytes(BLOCK_SIZE - 512))
    e, f = flash.entry("e"), flash.entry("f")
    assert e is not None and hole_of_two is not None and e.first_block == hole_of_two.first_block
    assert f is not None and hole_of_three is not None and f.first_block == hole_of_three.first_block


def test_five_blocks_are_not_for_files() -> None:
    flash = Flash(64 * 1024)
    assert flash.find_hole(16 - SYSTEM_BLOCKS) == SYSTEM_BLOCKS
    assert flash.find_hole(16 - SYSTEM_BLOCKS + 1) is None
    with pytest.raises(FlashError, match="no room in the serial flash for big"):
        flash.write("big", bytes(12 * BLOCK_SIZE))


def test_programming_clears_bits_only() -> None:
    flash = Flash()
    assert flash.create("f", 1000, 0, copies=1)
    entry = flash.entry("f")
    assert entry is not None
    flash.write_copy(entry, 0, 0, b"\xf0\xff\x00")
    flash.write_copy(entry, 0, 0, b"\x3f\xff\xff")
    assert flash.read_copy(entry, 0, 0, 4) == b"\x30\xff\x00\xff"
    flash.begin_copy(entry)
    assert flash.read_copy(entry, 0, 0, 4) == b"\xff" * 4


def rewrite(flash: Flash, content: bytes) -> None:
    """What open for write, write and close do."""
    entry = flash.entry("f")
    assert entry is not None
    copy = flash.begin_copy(entry)
    flash.write_copy(entry, copy, 0, content)
    flash.end_copy(entry, copy, len(content))


@pytest.mark.parametrize(("flags", "survives"), [(0, False), (1, True)])
def test_a_power_cut_at_any_step_of_a_rewrite(flags: int, survives: bool) -> None:
    old, new = b"old" * 2000, b"new" * 1990
    steps = 0
    outcomes = set()
    while True:
        flash = Flash()
        flash.write("f", old, flags=flags)
        flash.write("f", old, flags=flags)
        flash.cut_after(steps + 1)
        try:
            rewrite(flash, new)
        except PowerCut:
            outcomes.add(flash.read("f"))
            rewrite(flash, new)  # the file can be written again whatever state it is in
            assert flash.read("f") == new
            steps += 1
        else:
            break
    assert steps == 2 + 24 + 1  # two blocks erased, 5970 bytes in pages, the header
    assert outcomes == {old if survives else None}


def test_a_torn_erase_and_a_torn_program_leave_half_of_it_done() -> None:
    flash = Flash()
    flash.write("f", bytes(BLOCK_SIZE - 512))
    entry = flash.entry("f")
    assert entry is not None
    flash.cut_after(1)
    with pytest.raises(PowerCut, match="erasing"):
        flash.begin_copy(entry)
    data = flash.read_copy(entry, 0, 0, BLOCK_SIZE - 512)
    assert data[: BLOCK_SIZE // 2 - 512] == b"\xff" * (BLOCK_SIZE // 2 - 512)
    assert set(data[BLOCK_SIZE // 2 - 512 :]) == {0xA5}
    flash.begin_copy(entry)
    flash.cut_after(1)
    with pytest.raises(PowerCut, match="programming"):
        flash.write_copy(entry, 0, 0, b"\x00" * 256)
    assert flash.read_copy(entry, 0, 0, 256) == b"\x00" * 128 + b"\xff" * 128


def test_a_cut_while_a_file_is_created_leaves_it_out_of_the_table() -> None:
    for step in range(1, 5):
        flash = Flash()
        for name in ("a", "b", "c"):
            flash.write(name, b"what was here before")
        for name in ("a", "b", "c"):
            flash.delete(name)
        flash.cut_after(step)
        with pytest.raises(PowerCut):
            flash.create("f", 3 * BLOCK_SIZE - 512, 0, copies=1)  # three erases, then the table
        assert flash.list() == []
    assert flash.create("f", 3 * BLOCK_SIZE - 512, 0, copies=1)
    assert flash.list() == ["f"] and flash.read("f") is None


def test_steps_take_the_time_of_the_data_sheet() -> None:
    flash = Flash()
    flash.write("f", bytes(4000))
    assert flash.take_busy() == 0 and flash.operations == 0
    rewrite(flash, b"x" * 1024)
    assert flash.take_busy() == pytest.approx(2 * 70e-3 + 5 * 0.8e-3)
    assert flash.operations == 7


def test_a_snapshot_goes_back_to_everything() -> None:
    flash = Flash()
    flash.write("f", b"one")
    flash.keep_setting("s", b"1")
    saved = flash.save()
    flash.write("f", b"two")
    flash.write("g", b"three")
    flash.keep_setting("s", b"2")
    flash.restore(saved)
    assert flash.read("f") == b"one" and flash.list() == ["f"] and flash.setting("s") == b"1"


def test_the_container_holds_everything(tmp_path: Path) -> None:
    flash = Flash(1 << 20)
    flash.write("/sys/mcuimg.bin", bytes(range(256)) * 500)
    flash.write("safe", b"x" * 5000, flags=1)
    flash.keep_setting("wlan.role", b"2")
    container.store(flash, tmp_path / "flash")
    assert not flash.changed
    again = container.load(tmp_path / "flash")
    assert again.size == 1 << 20
    assert again.list() == flash.list() and again.read("safe") == b"x" * 5000
    assert again.read("/sys/mcuimg.bin") == bytes(range(256)) * 500
    assert again.setting("wlan.role") == b"2"
    assert [path.name for path in tmp_path.iterdir()] == ["flash"]


def test_a_container_that_is_none_is_refused_in_a_line(tmp_path: Path) -> None:
    path = tmp_path / "flash"
    with pytest.raises(FlashError, match=r"can't read the serial flash .*: No such file"):
        container.load(path)
    path.write_bytes(b"something else")
    with pytest.raises(FlashError, match="not one of this emulator's"):
        container.load(path)
    flash = Flash()
    flash.write("f", b"x" * 100)
    container.store(flash, path)
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:40], whole[:-5] + b"\0" * 5, whole.replace(b'"files"', b'"fires"')):
        path.write_bytes(damaged)
        with pytest.raises(FlashError, match="can't use"):
            container.load(path)
    with pytest.raises(FlashError, match="can't save the serial flash"):
        container.store(flash, tmp_path / "no" / "folder")


@pytest.mark.parametrize(
    "change",
    [
        {"files": []},
        {"files": {"f": []}},
        {"files": {"f": {"max_size": "x", "flags": 0, "first_block": 3, "blocks": 1, "copies": 1}}},
        {"files": {"f": {"max_size": 9, "flags": 0, "first_block": 9999, "blocks": 1, "copies": 1}}},
        {"blocks": "no"},
        {"blocks": [10**9]},
        {"blocks": [-1]},
        {"blocks": [None]},
        {"settings": 3},
        {"settings": {"a": "zz"}},
        {"size": "large"},
        {"size": None},
    ],
)
def test_an_index_that_makes_no_sense_is_refused_in_a_line(tmp_path: Path, change: dict[str, object]) -> None:
    index = {"size": 1 << 20, "files": {}, "settings": {}, "blocks": [], "crc32": zlib.crc32(b"")} | change
    body = bytes(BLOCK_SIZE) * (len(index["blocks"]) if isinstance(index["blocks"], list) else 2)
    if "blocks" in change:
        index["crc32"] = zlib.crc32(body)
    text = json.dumps(index).encode()
    for written in (text, b"[" * 100_000, b"{}", b"1"):
        path = tmp_path / "flash"
        path.write_bytes(container.MAGIC + struct.pack("<2I", len(written), zlib.crc32(written)) + written + body)
        with pytest.raises(FlashError, match="can't use"):
            container.load(path)


def test_a_bit_of_the_index_is_noticed_and_version_1_is_read(tmp_path: Path) -> None:
    flash = Flash(1 << 20)
    flash.write("f", b"x" * 100)
    path = tmp_path / "flash"
    container.store(flash, path)
    whole = path.read_bytes()
    start = len(container.MAGIC) + 8
    (length,) = struct.unpack_from("<I", whole, start - 8)
    for at in range(start, start + length, 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(FlashError, match="index is damaged"):
            container.load(path)
    path.write_bytes(b"CC3200SIM-FLASH-1\n" + struct.pack("<I", length) + whole[start:])
    assert container.load(path).read("f") == b"x" * 100


@pytest.mark.parametrize("size", [0, 4095, SYSTEM_BLOCKS * BLOCK_SIZE, 17 << 20])
def test_impossible_sizes_are_refused(size: int) -> None:
    with pytest.raises(FlashError):
        Flash(size)


def test_the_default_size_is_that_of_the_wipy() -> None:
    assert Flash().size == DEFAULT_SIZE == 2 * 1024 * 1024
