"""Power cuts on the /flash drive: FatFs on the firmware's store, over a simulated flash (flash_drive_main.c)."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from support.tested import BOARD
from wipy import flash_files
from wipy.setup import thirdparty

ROOT = Path(__file__).resolve().parents[2]
STORAGE = "ports/cc3200/storage"

# Seed, operations, block files, and how the medium shows a file whose writing was cut off. Small drives run full.
RUNS = [
    (1, 120, 96, "lost"),
    (2, 120, 32, "lost"),
    (3, 150, 24, "lost"),
    (4, 120, 96, "readable"),
    (5, 120, 20, "readable"),
    (6, 200, 16, "lost"),
]


@pytest.fixture(scope="session")
def drive_program(compile_host, tmp_path_factory):
    """The power-cut program with the third-party tree's FatFs."""
    tree = thirdparty.locate(ROOT / "third_party.toml", os.environ.get("MICROPYTHON_DIR"))
    build = tmp_path_factory.mktemp("flash_drive")
    (build / "genhdr").mkdir()
    (build / "genhdr/flash_files.h").write_text(flash_files.header(flash_files.folder_of(BOARD.folder)))
    sources = [
        "tests/host/flash_drive_main.c",
        f"{STORAGE}/flash_store.c",
        f"{STORAGE}/flash_volume.c",
        f"{STORAGE}/fat_check.c",
        tree / "lib/oofatfs/ff.c",
        tree / "lib/oofatfs/ffunicode.c",
    ]
    flags = ['-DFFCONF_H="lib/oofatfs/ffconf.h"', "-Wno-unused-parameter"]
    return compile_host("flash_drive", sources, includes=[ROOT / "tests/host/fatfs", build, tree], flags=flags)


@pytest.mark.req("FS-1")
@pytest.mark.parametrize("seed, operations, blocks, medium", RUNS)
def test_no_power_cut_breaks_the_drive(drive_program, seed, operations, blocks, medium) -> None:
    words = [str(drive_program.path), str(seed), str(operations), str(blocks), medium]
    done = subprocess.run(words, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    figures = dict(zip(*[iter(done.stdout.decode().split())] * 2, strict=True))
    assert int(figures["operations"]) == operations
    assert int(figures["cuts"]) > 20 * operations
    assert int(figures["short_names"]) * 100 < int(figures["cuts"])


def test_capital_letters_are_those_of_fatfs(compile_host) -> None:
    tree = thirdparty.locate(ROOT / "third_party.toml", os.environ.get("MICROPYTHON_DIR"))
    program = compile_host("fat_case", ["tests/host/fat_case_main.c", f"{STORAGE}/fat_case.c"],
                           includes=[ROOT / "tests/host/fatfs", tree],
                           flags=['-DFFCONF_H="lib/oofatfs/ffconf.h"', "-Wno-unused-parameter"])  # fmt: skip
    assert program.run("") == ["0 wrong"]
