"""libFuzzer on what parses bytes from the network or the flash: each target runs for FUZZ_SECONDS from the kept corpus.

That is 5 seconds unless set, and 30 where CI is set."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from support.host_sources import CHECK, FTP, IMAGE, SERVERS, board_header

ROOT = Path(__file__).resolve().parents[2]
TARGETS = {
    "telnet": [f"{SERVERS}/telnet/protocol.c", f"{SERVERS}/telnet/dialogue.c", f"{SERVERS}/login.c"],
    "path": [f"{SERVERS}/ftp/path.c"],
    "ftp": FTP,
    "image": IMAGE,
    "check": CHECK,
}
SECONDS = os.environ.get("FUZZ_SECONDS", "30" if os.environ.get("CI") else "5")
FLAGS = [
    "-std=gnu99",
    "-g",
    "-O2",
    "-fsanitize=fuzzer,address,undefined",
    "-fno-sanitize-recover=all",
    "-Iports/cc3200",
    "-Itests/host",
]


@pytest.mark.req("FTP-5", "TEL-2", "OTA-2")
@pytest.mark.parametrize("target", TARGETS)
def test_fuzz(target: str, tmp_path: Path) -> None:
    clang = shutil.which("clang")
    assert clang, "the fuzzers need clang and its runtime: install clang and libclang-rt-dev"
    program = tmp_path / target
    board_header(tmp_path)
    built = subprocess.run(
        [clang, *FLAGS, f"-I{tmp_path}", f"tests/host/fuzz_{target}.c", *TARGETS[target], "-o", str(program)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    found = tmp_path / "found"
    found.mkdir()
    # FUZZ_RUNS replaces the time: a number of executions, for the long runs that a release asks for.
    limit = f"-runs={os.environ['FUZZ_RUNS']}" if "FUZZ_RUNS" in os.environ else f"-max_total_time={SECONDS}"
    done = subprocess.run(
        [
            str(program),
            str(found),
            str(ROOT / "tests/host/corpus" / target),
            limit,
            "-max_len=600",
            "-print_final_stats=1",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    executed = next(line for line in done.stderr.splitlines() if "number_of_executed_units" in line)
    assert int(executed.split()[-1]) > 1000, executed
    print(f"{target}: {executed}")
