"""wipy-flash: what it shows of a dump, what it changes, and one line for each mistake."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path

import pytest
from cc3200sim.cli import flash_image
from cc3200sim.flash import dump
from support import sffs
from support.boot_chain import signed


@pytest.fixture
def flash(tmp_path: Path) -> str:
    """The path of a dump as of a board."""
    path = tmp_path / "flash.bin"
    files = [
        sffs.File("/sys/mcuimg.bin", b"boot" * 3000),
        sffs.File("/sys/bootinfo.bin", b"\1\1\0\0", copies=2),
        sffs.File("lost", b"its name is not kept", named=False),
    ]
    path.write_bytes(sffs.build(files, 1 << 20, 7))
    return str(path)


def test_the_list_is_a_table(flash: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert flash_image.main(["list", flash]) == 0
    assert capsys.readouterr().out == (
        "number  block    blocks      size  name\n"
        "     0      5         4    12,000  /sys/mcuimg.bin\n"
        "     7      9     2 x 1         4  /sys/bootinfo.bin\n"
        "     8     11         1        20  (name not kept)\n"
        "3 files, 7 of 256 blocks; revision 7 of the file table\n"
    )
    assert flash_image.main(["list", "--json", flash]) == 0
    read = json.loads(capsys.readouterr().out)
    assert [file["name"] for file in read["files"]] == ["/sys/mcuimg.bin", "/sys/bootinfo.bin", None]


def test_files_go_out_and_in(flash: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert flash_image.main(["extract", flash, "--to", str(out)]) == 0
    assert (out / "sys/mcuimg.bin").read_bytes() == b"boot" * 3000
    assert (out / "file-8").read_bytes() == b"its name is not kept"
    (tmp_path / "new").write_bytes(b"n" * 5000)
    assert flash_image.main(["put", flash, str(tmp_path / "new"), "new", "--fail-safe", "--size", "9000"]) == 0
    assert flash_image.main(["put", flash, str(tmp_path / "new"), "/sys/mcuimg.bin"]) == 0
    assert flash_image.main(["delete", flash, "#8", "/sys/bootinfo.bin"]) == 0
    read = dump.load(flash)
    assert read.list() == ["/sys/mcuimg.bin", "new"] and read.read("/sys/mcuimg.bin") == b"n" * 5000
    entry = read.entry("new")
    assert entry is not None and (entry.copies, entry.max_size) == (2, 9000)
    assert flash_image.main(["check", flash]) == 0
    assert capsys.readouterr().out.endswith("2 files, all whole\n")


def test_a_new_flash_is_made_of_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a").write_bytes(b"a" * 100)
    image = b"x" * 1000
    (tmp_path / "image").write_bytes(signed(image))
    path = str(tmp_path / "flash.bin")
    files = [f"--file=/cert/a={tmp_path / 'a'}", f"--file=/sys/factimg.bin={tmp_path / 'image'}"]
    assert flash_image.main(["make", path, "--size", "1", *files]) == 0
    assert sffs.read(Path(path).read_bytes())["/cert/a"] == b"a" * 100
    assert flash_image.main(["check", path]) == 0
    (tmp_path / "image").write_bytes(image + b"0" * 32)
    assert flash_image.main(["put", path, str(tmp_path / "image"), "/sys/factimg.bin"]) == 0
    flash = dump.load(path)
    assert flash.create("open", 10, 0, copies=1)
    dump.store(flash, path)
    capsys.readouterr()
    assert flash_image.main(["check", path]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "/sys/factimg.bin does not verify: a bootloader passes it over",
        "open (number 7) was never closed: it has no content",
    ]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["list", "none"], "can't read the serial flash none: No such file or directory"),
        (["list", "text"], "can't use text as a serial flash: a serial flash of 5 bytes: must be a multiple of 4096"),
        (["extract", "flash.bin", "none"], "there is no file none"),
        (["extract", "flash.bin", "lost"], "there is no file lost"),
        (["delete", "flash.bin", "#9"], "there is no file #9"),
        (["put", "flash.bin", "none", "n"], "can't read none: No such file or directory"),
        (["put", "flash.bin", "large", "n"], "no room in the serial flash for n (1200000 bytes)"),
        (["extract", "flash.bin", "--to", "text"], "can't write text/sys/mcuimg.bin: Not a directory"),
        (["make", "flash.bin"], "flash.bin is there already"),
        (["make", "new", "--file", "a=none"], "can't read none: No such file or directory"),
    ],
)
def test_a_mistake_is_one_clear_line(
    words: list[str], text: str, flash: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    before = Path(flash).read_bytes()
    Path("text").write_text("text\n")
    Path("large").write_bytes(bytes(1_200_000))
    assert flash_image.main(words) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"wipy-flash: {text}") and said.count("\n") == 1
    assert Path(flash).read_bytes() == before and not Path("new").exists()


def test_a_flash_in_use_is_left_alone(flash: str, capsys: pytest.CaptureFixture[str]) -> None:
    with Path(flash).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert flash_image.main(["delete", flash, "#8"]) == 1
    assert "is in use by a run of the emulator" in capsys.readouterr().err
