"""How long our build takes beside the peer's: the same compiler, the same number of jobs, alternating on one machine.

Works on copies of both trees in a temporary folder. Times are host times: only ratios within one run tell something.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wipy import peer
from wipy.console import Console
from wipy.errors import UserError
from wipy.setup import toolchain

REPOSITORY = Path(__file__).parents[2]


@dataclass
class Contestant:
    """A tree and the command that builds it, to be run in folder."""

    name: str
    folder: Path
    command: Sequence[str]
    build: Path  # what a clean build starts without
    pins: Path
    source: Path = field(init=False)
    header: Path = field(init=False)

    def __post_init__(self) -> None:
        self.source = self._port / "main.c"
        self.header = self._port / "mpconfigport.h"

    @property
    def _port(self) -> Path:
        return self.folder if (self.folder / "main.c").exists() else self.folder / peer.PORT

    def run(self, words: Sequence[str] = ()) -> tuple[float, float]:
        """One build, with more words: its wall-clock and processor time in seconds. UserError where it fails."""
        # As in a user's terminal: nothing of a make around us, and Python keeps what it compiled.
        left_out = ("MAKE", "PYTHONDONTWRITEBYTECODE")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
        with tempfile.TemporaryFile("w+", errors="replace") as output:
            start = time.perf_counter()
            process = subprocess.Popen(
                [*self.command, *words],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                output.seek(0)
                lines = [line.strip() for line in output if "rror" in line or "***" in line]
                raise UserError(f"{self.name} does not build: {lines[0] if lines else 'no reason given'}")
        return wall, usage.ru_utime + usage.ru_stime


def _clean(contestant: Contestant, number: int) -> None:
    shutil.rmtree(contestant.build, ignore_errors=True)


def _nothing(contestant: Contestant, number: int) -> None:
    pass


def _change_source(contestant: Contestant, number: int) -> None:
    # Code, not a comment: the object must differ, so that linking and packaging are part of what is measured.
    with contestant.source.open("a") as stream:
        stream.write(f"\nint bench_build_{number}(void) {{ return {number}; }}\n")


def _change_header(contestant: Contestant, number: int) -> None:
    with contestant.header.open("a") as stream:
        stream.write(f"\n#define BENCH_BUILD_{number} ({number})\n")


def _change_pins(contestant: Contestant, number: int) -> None:
    """Exchanges the last two pins: the tables made of them differ, the format stays each tree's own."""
    lines = contestant.pins.read_text().rstrip("\n").split("\n")
    lines[-2:] = reversed(lines[-2:])
    contestant.pins.write_text("\n".join(lines) + "\n")


@dataclass(frozen=True)
class Case:
    """What is done to a built tree before it is built again, and the ratio of times that is wanted.

    words: of our own build; the peer has no types of build that would compare. `unasked`: part of the whole benchmark,
    which has four minutes.
    """

    name: str
    prepare: Callable[[Contestant, int], None]
    wanted: float | None = None
    rounds: int = 1
    words: tuple[str, ...] = ()
    unasked: bool = True


QUICK = ("BTYPE=quick",)
SOFT_LIMIT = 150  # seconds, after which each case is run once: all of it shall end within four minutes
# In this order: what is built first is the clean build, and whoever compiles in another way comes later.
CASES = {
    "clean": Case("clean build", _clean, 1.0),
    "no-op": Case("nothing changed", _nothing, 1.3, rounds=9),
    "release": Case("one C file changed (main.c), release build", _change_source),
    "source": Case("one C file changed (main.c), quick build", _change_source, 3.0, rounds=9, words=QUICK),
    "pins": Case("pins.csv changed, quick build", _change_pins, rounds=3, words=QUICK),
    "header": Case("one header changed (mpconfigport.h), release build", _change_header, unasked=False),
}


def copy_tree(target: Path) -> None:
    """Copies the files of this repository that git knows or would add, as they are now."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY, capture_output=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listing.decode().split("\0")):
        source = REPOSITORY / name
        if source.is_file():  # deleted files are still listed
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)


def measure(
    contestants: Sequence[Contestant], case: Case, rounds: int, first: int = 0, until: float | None = None
) -> list[list[tuple[float, float]]]:
    """Runs of each contestant, alternating; whoever was first in one round is second in the next. Ours is the first.

    What a case writes has the number of its round in it, from `first` on: no other case may have used that. Once
    time.monotonic() is past `until`, no further round begins.
    """
    runs: list[list[tuple[float, float]]] = [[] for _ in contestants]
    for number in range(first, first + rounds):
        if number > first and until is not None and time.monotonic() > until:
            break
        order = list(range(len(contestants)))
        for index in order if number % 2 == 0 else reversed(order):
            case.prepare(contestants[index], number)
            words = case.words if index == 0 else ()
            runs[index].append(contestants[index].run(words))
    return runs


def row(case: Case, runs: Sequence[Sequence[tuple[float, float]]]) -> str:
    """A line of the table: medians of ours and the peer's, and their ratios."""
    (wall, cpu), (peer_wall, peer_cpu) = (
        (statistics.median(run[0] for run in one), statistics.median(run[1] for run in one)) for one in runs
    )
    wanted = f"≤ {case.wanted:.1f}" if case.wanted is not None else ""
    return (
        f"| {case.name} | {wall:.2f} s | {peer_wall:.2f} s | {wall / peer_wall:.2f} | {wanted} "
        f"| {cpu:.2f} s | {peer_cpu:.2f} s | {cpu / peer_cpu:.2f} |"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Measures and prints a Markdown table. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="scons bench-build", description=__doc__)
    parser.add_argument("--board", default="WIPY")
    parser.add_argument("--jobs", type=int, default=2, help="parallel jobs of either build (default 2)")
    parser.add_argument("--rounds", type=int, help="runs of each case (as many as fit into four minutes)")
    parser.add_argument("--case", choices=CASES, action="append", help="measure this case alone; may be repeated")
    parser.add_argument("--cross-compile", default=None, help="prefix of the compiler")
    options = parser.parse_args(argv)
    console = Console()
    try:
        compiler = toolchain.find(options.cross_compile)
        with tempfile.TemporaryDirectory(prefix="bench-build-") as name:
            _run(options, compiler, Path(name), console)
    except UserError as error:
        console.say(str(error))
        return 1
    return 0


def _run(options: argparse.Namespace, compiler: toolchain.Toolchain, folder: Path, console: Console) -> None:
    console.say("copying both trees")
    ours_folder, peer_folder = folder / "ours", folder / "peer"
    copy_tree(ours_folder)
    port = peer.unpack(REPOSITORY / "third_party.toml", peer_folder, console)
    words = [f"-j{options.jobs}", f"BOARD={options.board}"]
    if options.cross_compile:
        words.append(f"CROSS_COMPILE={options.cross_compile}")
    ours = Contestant(
        "ours", ours_folder, [sys.executable, "-m", "SCons", *words], ours_folder / "build",
        ours_folder / "boards" / options.board / "pins.csv",
    )  # fmt: skip
    theirs = Contestant(
        "the peer", port, peer.make_command(compiler, options.jobs, options.board), port / "build",
        port / "boards" / options.board / "pins.csv",
    )  # fmt: skip
    print(f"{compiler}, -j{options.jobs}, board {options.board}, medians; ratio is ours to the peer's\n")
    print("| case | ours | peer | ratio | wanted | ours, CPU | peer, CPU | ratio |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    built: set[tuple[str, ...]] = set()
    until = None if options.rounds else time.monotonic() + SOFT_LIMIT
    for place, (key, case) in enumerate(CASES.items()):
        if key not in (options.case or [key]) or not (case.unasked or options.case):
            continue
        if key != "clean" and case.words not in built:  # what the case changes must be there
            console.say(f"building what is changed: {case.name}")
            ours.run(case.words)
            if not built:
                theirs.run()
        built.add(case.words)
        console.say(f"measuring: {case.name}")
        print(
            row(case, measure((ours, theirs), case, options.rounds or case.rounds, first=100 * place, until=until)),
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
