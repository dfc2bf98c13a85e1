"""The pages of docs/formats are true: real files are taken apart by their tables."""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zlib
from pathlib import Path

import pytest
from cc3200sim.board import Board
from cc3200sim.flash import container
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
    assert list(at) == ["stack pointer", "entry point", "code and data", "signature"]
    assert 0x20000000 < number(wipy_image, at["stack pointer"]) <= 0x20040000
    entry = number(wipy_image, at["entry point"])
    assert entry & 1 and LOAD_ADDRESS < entry < LOAD_ADDRESS + len(wipy_image)
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


def test_a_container_is_what_its_page_says(board: Board, tmp_path: Path) -> None:
    container.store(board.flash, tmp_path / "flash.bin")
    data = (tmp_path / "flash.bin").read_bytes()
    length = number(data, fields("flash.md", n=0)["index length"])
    at = fields("flash.md", n=length)
    assert data[:18] == b"CC3200SIM-FLASH-2\n"
    index = json.loads(data[at["index"]])
    keys = re.findall(r"^\| `(\w+)` \|", (FORMATS / "flash.md").read_text(), re.MULTILINE)
    assert sorted(index) == sorted(keys)
    body = data[at["blocks"].start :]
    assert len(body) == 4096 * len(index["blocks"])
    assert zlib.crc32(body) == index["crc32"]
    assert index["blocks"] == sorted(index["blocks"])
    entry = index["files"]["/sys/mcuimg.bin"]
    start = 4096 * index["blocks"].index(entry["first_block"])
    header = fields("flash.md", n=length)
    copy = body[start:]
    assert copy[:4] == b"SFH1"
    stored = number(copy, header["length"])
    assert stored == len(board.flash.read("/sys/mcuimg.bin") or b"")
    assert number(copy, header["check sum"]) == zlib.crc32(copy[: header["check sum"].start])
    assert copy[512 : 512 + 64] == (board.flash.read("/sys/mcuimg.bin") or b"")[:64]
