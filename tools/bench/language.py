"""Measures the interpreter: instructions that upstream's perf_bench takes on one or more images. Repeats exactly.

The scripts come from the pinned archive (tests/perf_bench), those that need neither floating point nor native code and
fit into the board's memory. What is counted is bm_run() without what the prompt takes for an empty line.
"""

from __future__ import annotations

import math
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from cc3200sim import rom
from cc3200sim.board import Board
from wipy.console import Console
from wipy.setup import thirdparty

from bench import images

REPOSITORY = Path(__file__).parents[2]
SCRIPTS = (
    "bm_fannkuch", "bm_nqueens", "bm_pidigits", "bm_wordcount", "core_locals", "core_qstr", "core_str",
    "core_yield_from", "misc_aes", "misc_pystone",
)  # fmt: skip
# What upstream's runner asks of a board: its speed in MHz and memory in KB, from which each script takes its work.
MHZ, KILOBYTES = 100, 64
_LIMIT = 600.0  # virtual seconds


def scripts() -> dict[str, str]:
    """The source of each script, with bm_run() behind it, by name."""
    archive = thirdparty.fetch(thirdparty.read_manifest(REPOSITORY / "third_party.toml"), Console())
    with tempfile.TemporaryDirectory() as folder:
        thirdparty.unpack(archive, Path(folder), lambda name: name.startswith("tests/perf_bench/"))
        place = Path(folder) / "tests" / "perf_bench"
        run = (place / "benchrun.py").read_text()
        return {name: (place / f"{name}.py").read_text() + "\n" + run for name in SCRIPTS}


def _instructions(board: Board, code: str) -> tuple[int, str]:
    before = board.machine.instructions
    output = board.repl(code + "\n", _LIMIT)
    return board.machine.instructions - before, output


def measure(image: bytes, rom_image: bytes | None, sources: Mapping[str, str]) -> dict[str, int]:
    """Instructions of each script's bm_run(). Raises RuntimeError where one fails."""
    board = Board.from_image(image, rom_image)
    board.power_on()
    start = board.save()
    figures = {}
    for name, source in sources.items():
        board.restore(start)
        defined = board.repl(source, _LIMIT)
        empty, _ = _instructions(board, "pass;")
        taken, output = _instructions(board, f"bm_run({MHZ}, {KILOBYTES});")
        if defined or not re.match(r"\d+ \d+ ", output):  # microseconds, how many passes, what came of it
            raise RuntimeError(f"{name}: {defined or output}")
        figures[name] = taken - empty
    return figures


def table(results: Mapping[str, Mapping[str, int]]) -> str:
    """A row a script, a column an image, and how the first compares with the last where there are two."""
    names = list(results)
    compare = len(names) > 1
    lines = ["| script | " + " | ".join(names) + (" | ratio |" if compare else " |")]
    lines.append("|---" * (len(names) + 1 + compare) + "|")
    ratios = []
    for script in SCRIPTS:
        row = [results[name][script] for name in names]
        cells = [script, *(f"{figure:,}" for figure in row)]
        if compare:
            ratios.append(row[0] / row[-1])
            cells.append(f"{ratios[-1]:.3f}")
        lines.append("| " + " | ".join(cells) + " |")
    if compare:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        lines.append("| **geometric mean** |" + " |" * len(names) + f" **{mean:.3f}** |")
    return "\n".join(lines)


def main() -> None:
    """Print the table for one or more images."""
    arguments = images.parser(__doc__).parse_args()
    rom_image = rom.load(arguments.rom)
    sources = scripts()
    results = {}
    for name, path in arguments.image:
        print(f"{name} ...", file=sys.stderr)
        results[name] = measure(path.read_bytes(), rom_image, sources)
    print(table(results))


if __name__ == "__main__":
    main()
