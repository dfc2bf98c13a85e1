"""The serial flash: space, NOR cells, power cuts."""

from __future__ import annotations

import pytest
from cc3200sim.flash import BLOCK_SIZE, DEFAULT_SIZE, SYSTEM_BLOCKS, Flash, FlashError, PowerCut


def test_content_comes_back_with_its_exact_length() -> None:
    flash = Flash()
    for length in (0, 1, 255, 256, 3655, 3656, 3657, 70000):
        flash.write(f"f{length}", bytes(i % 251 for i in range(length)))
    for length in (0, 1, 255, 256, 3655, 3656, 3657, 70000):
        assert flash.read(f"f{length}") == bytes(i % 251 for i in range(length))
    assert flash.read("nothing") is None
    assert flash.list() == sorted(f"f{length}" for length in (0, 1, 255, 256, 3655, 3656, 3657, 70000))


def test_440_bytes_of_each_copy_are_not_for_content() -> None:
    flash = Flash()
    flash.write("fits", bytes(BLOCK_SIZE - 440))
    flash.write("over", bytes(BLOCK_SIZE - 439))
    fits, over = flash.entry("fits"), flash.entry("over")
    assert fits is not None and fits.blocks == 1
    assert over is not None and over.blocks == 2


def test_the_smallest_hole_that_fits_is_taken() -> None:
    flash = Flash()
    for name, blocks in (("a", 3), ("b", 1), ("c", 2), ("d", 1)):
        flash.write(name, bytes(blocks * BLOCK_SIZE - 440))
    hole_of_three, hole_of_two = flash.entry("a"), flash.entry("c")
    flash.delete("a")
    flash.delete("c")
    flash.write("e", bytes(2 * BLOCK_SIZE - 440))
    flash.write("f", bytes(BLOCK_SIZE - 440))
    e, f = flash.entry("e"), flash.entry("f")
    assert e is not None and hole_of_two is not None and e.first_block == hole_of_two.first_block
    assert f is not None and hole_of_three is not None and f.first_block == hole_of_three.first_block


def test_five_blocks_are_not_for_files() -> None:
    flash = Flash(64 * 1024)
    most = 16 - SYSTEM_BLOCKS - 2  # the last two are for the settings of the network processor
    assert flash.find_hole(most) == SYSTEM_BLOCKS
    assert flash.find_hole(most + 1) is None
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
    assert steps == 2 + 24 + 1  # two blocks erased, 5970 bytes from the 8th on in pages, the header
    assert outcomes == {old if survives else None}


def test_a_torn_erase_and_a_torn_program_leave_half_of_it_done() -> None:
    flash = Flash()
    flash.write("f", bytes(BLOCK_SIZE - 440))
    entry = flash.entry("f")
    assert entry is not None
    flash.cut_after(1)
    with pytest.raises(PowerCut, match="erasing"):
        flash.begin_copy(entry)
    data = flash.read_copy(entry, 0, 0, BLOCK_SIZE - 440)
    assert data[: BLOCK_SIZE // 2 - 8] == b"\xff" * (BLOCK_SIZE // 2 - 8)
    assert set(data[BLOCK_SIZE // 2 - 8 :]) == {0xA5}
    flash.begin_copy(entry)
    flash.cut_after(1)
    with pytest.raises(PowerCut, match="programming"):
        flash.write_copy(entry, 0, 0, b"\x00" * 248)
    assert flash.read_copy(entry, 0, 0, 248) == b"\x00" * 124 + b"\xff" * 124


def test_a_cut_while_a_file_is_created_leaves_it_out_of_the_table() -> None:
    for step in range(1, 5):
        flash = Flash()
        for name in ("a", "b", "c"):
            flash.write(name, b"what was here before")
        for name in ("a", "b", "c"):
            flash.delete(name)
        flash.cut_after(step)
        with pytest.raises(PowerCut):
            flash.create("f", 3 * BLOCK_SIZE - 440, 0, copies=1)  # three erases, then the table
        assert flash.list() == []
    assert flash.create("f", 3 * BLOCK_SIZE - 440, 0, copies=1)
    assert flash.list() == ["f"] and flash.read("f") is None


def test_steps_take_the_time_of_the_data_sheet() -> None:
    flash = Flash()
    flash.write("f", bytes(5000))  # two blocks
    assert flash.take_busy() == 0 and flash.operations == 0
    rewrite(flash, b"x" * 1024)
    assert flash.take_busy() == pytest.approx(2 * 70e-3 + 6 * 0.8e-3)  # bytes 8 to 1031: five pages; the header
    assert flash.operations == 8


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


@pytest.mark.parametrize("size", [0, 4095, SYSTEM_BLOCKS * BLOCK_SIZE, 17 << 20])
def test_impossible_sizes_are_refused(size: int) -> None:
    with pytest.raises(FlashError):
        Flash(size)


def test_the_default_size_is_that_of_the_wipy() -> None:
    assert Flash().size == DEFAULT_SIZE == 2 * 1024 * 1024
