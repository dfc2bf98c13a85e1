"""The pages of docs/formats are true: real files are taken apart by their tables."""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from pathlib import Path

import pytest
from cc3200sim.board import Board
from cc3200sim.flash import dump
from cc3200sim.rom.boot import LOAD_ADDRESS

FORMATS = Path(__file__).resolve().parents[2] / "docs/formats"
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| (.+) \|$", re.MULTILINE)


def fields(page: str, **lengths: int) -> dict[str, slice]:
    """Where each field of a page's tables is; `lengths` are the letters that its numbers are written with."""
    found = {}
    for offset, size, name, _ in ROW.findall((FORMATS / page).read_text()):
        if offset != "offset" and not offset.startswith("-"):
            start = eval(offset, {}, lengths)
            found[name] = slice(start, start + eval(size.removesuffix(" each"), {}, lengths))
    return found


def number(data: bytes, where: slice) -> int:
    return int.from_bytes(data[where], "little")


def words(data: bytes, where: slice) -> list[int]:
    return list(struct.unpack(f"<{(where.stop - where.start) // 4}I", data[where]))


def fnv(data: bytes) -> int:
    value = 2166136261
    for (word,) in struct.iter_unpack("<I", data):
        value = (value ^ word) * 16777619 % 2**32
    return value


def test_every_page_has_a_version_and_is_in_the_list() -> None:
    pages = sorted(path.name for path in FORMATS.glob("*.md") if path.name != "README.md")
    listed = re.findall(r"\]\((\S+\.md)\)", (FORMATS / "README.md").read_text())
    assert pages == sorted(listed)
    for page in pages:
        assert re.match(r"# .+, version \d+\n", (FORMATS / page).read_text()), page


@pytest.mark.req("BLD-3")
def test_an_image_is_what_its_page_says(wipy_image: bytes) -> None:
    at = fields("image.md", n=len(wipy_image))
    assert list(at) == ["stack pointer", "entry point", "trial", "code and data", "signature"]
    assert 0x20000000 < number(wipy_image, at["stack pointer"]) <= 0x20040000
    entry = number(wipy_image, at["entry point"])
    assert entry & 1 and LOAD_ADDRESS < entry < LOAD_ADDRESS + len(wipy_image)
    assert wipy_image[at["trial"]] == b"TRL1"
    content = wipy_image[: at["signature"].start]
    assert at["code and data"].stop == len(content)
    assert wipy_image[at["signature"]] == hashlib.md5(content).hexdigest().encode()
    assert at["signature"].stop == len(wipy_image)


def test_boot_info_is_four_bytes_without_a_gap() -> None:
    at = fields("boot-info.md")
    assert [(where.start, where.stop) for where in at.values()] == [(0, 1), (1, 2), (2, 3), (3, 4)]


@pytest.mark.req("FS-1")
def test_a_journal_is_what_its_page_says(board: Board) -> None:
    board.repl("f = open('/flash/boot.py', 'a'); f.write('# ' * 700); f.close()", seconds=30)
    flash = board.flash
    journal = flash.read("__JN0__.fsb")
    assert journal is not None
    at = fields("journal.md")
    assert number(journal, at["magic"]) == 0x324C4E4A
    assert journal[at["magic"]] == b"JNL2"
    count = number(journal, at["count"])
    assert 1 <= count <= 6
    assert number(journal, at["header hash"]) == fnv(journal[: at["header hash"].start])
    blocks, new = words(journal, at["block"])[:count], words(journal, at["new hash"])[:count]
    last = journal[at["last block"]]
    kept = [flash.read(f"__JN{index + 1}__.fsb") for index in range(count - 1)] + [last]
    for block, hashed, content in zip(blocks, new, kept, strict=True):
        assert content is not None
        assert fnv(content[:2048]) == hashed
        assert flash.read(f"__{block:03}__.fsb") == content[:2048]  # it was written through
    assert len(set(blocks)) == count
    assert len(words(journal, at["old hash"])) == 6


def test_a_flash_is_what_its_page_says(board: Board) -> None:
    image = board.flash.read("/sys/mcuimg.bin") or b""
    data = dump.contents(board.flash)
    assert len(data) == board.flash.size
    at = fields("flash.md", n=len(image), b=0, m=0)
    slot = data[:4096] if data[2:4] == b"LS" else data[4096:8192]
    assert slot[at["table magic"]] == bytes.fromhex("4C53")
    assert number(slot, at["revision"]) == board.flash.revision
    names = [int.from_bytes(slot[at["names"]][2 * i : 2 * i + 2], "little") for i in range(256)]
    text = slot[at["text"]]
    assert at["text"].stop == 4096
    found = {}
    for index in range(128):
        place = slot[at["places"]][4 * index : 4 * index + 4]
        if place[0] == index:
            name = text[names[2 * index] : names[2 * index] + names[2 * index + 1]].decode()
            found[name] = (place[1], place[2] | (place[3] & 0xF) << 8, place[3] >> 4)
    assert sorted(found) == sorted([*board.flash.list(), "/sys/cc3200sim.cfg"])
    blocks, first, marks = found["/sys/mcuimg.bin"]
    assert slot[at["places"]][0] == 0 and marks == 0x4
    copy = data[4096 * first : 4096 * (first + blocks)]
    assert copy[at["copy magic"]] == b"LS" and number(copy, at["length"]) == len(image)
    assert copy[at["content"]] == image
    label = {name: slice(where.start, where.stop) for name, where in at.items() if name.startswith("label")}
    end = copy[-432:]
    where = {name: slice(field.start + 432, field.stop + 432) for name, field in label.items()}
    assert end[where["label magic"]] == b"CSL1"
    name = end[where["label name"].start :].partition(b"\0")[0]
    assert name == b"/sys/mcuimg.bin"
    checked = end[where["label flags"].start : where["label name"].start + len(name) + 1]
    assert number(end, where["label check sum"]) == zlib.crc32(checked)
