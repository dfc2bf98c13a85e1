"""The build benchmark: alternates, takes medians, works on copies, and says when a tree does not build."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from bench import build
from wipy.errors import UserError


@pytest.fixture
def contestant(tmp_path) -> build.Contestant:
    """A tree whose "build" appends a line to a log."""
    (tmp_path / "main.c").write_text("")
    (tmp_path / "mpconfigport.h").write_text("")
    (tmp_path / "pins.csv").write_text("# pins\nGP1,L1\nGP2,L2\nGP3,L3\n")
    (tmp_path / "build").mkdir()
    command = [sys.executable, "-c", "open('log', 'a').write('x')"]  # whatever words follow
    return build.Contestant("ours", tmp_path, command, tmp_path / "build", tmp_path / "pins.csv")


def test_each_case_changes_what_it_names(contestant):
    cases = build.CASES
    cases["no-op"].prepare(contestant, 1)
    assert (contestant.folder / "build").exists()
    cases["clean"].prepare(contestant, 1)
    assert not (contestant.folder / "build").exists()
    cases["source"].prepare(contestant, 4)
    assert "int bench_build_4(void)" in contestant.source.read_text()
    cases["header"].prepare(contestant, 4)
    assert "BENCH_BUILD_4" in contestant.header.read_text()
    cases["pins"].prepare(contestant, 1)
    assert contestant.pins.read_text() == "# pins\nGP1,L1\nGP3,L3\nGP2,L2\n"


def test_rounds_alternate_who_is_first(contestant):
    order: list[str] = []
    case = build.Case("order", lambda one, number: order.append(f"{one.name}{number}"))
    other = build.Contestant("peer", contestant.folder, contestant.command, contestant.build, contestant.pins)
    runs = build.measure((contestant, other), case, 3)
    assert order == ["ours0", "peer0", "peer1", "ours1", "ours2", "peer2"]
    assert [len(one) for one in runs] == [3, 3]
    assert (contestant.folder / "log").read_text() == "x" * 6
    assert all(wall > 0 and cpu > 0 for one in runs for wall, cpu in one)


def test_late_cases_are_run_once(contestant):
    case = build.Case("late", lambda one, number: None)
    runs = build.measure((contestant, contestant), case, 5, until=time.monotonic() - 1)
    assert [len(one) for one in runs] == [1, 1]


def test_no_case_of_the_whole_writes_what_another_wrote(contestant):
    for first in (0, 100):
        build.measure((contestant,), build.CASES["source"], 2, first)
    text = contestant.source.read_text()
    assert [text.count(f"int bench_build_{number}(void)") for number in (0, 1, 100, 101)] == [1, 1, 1, 1]


def test_a_row_has_medians_and_ratios():
    case = build.Case("clean build", lambda one, number: None, 1.0)
    line = build.row(case, ([(1.0, 0.5), (9.0, 0.7), (2.0, 0.6)], [(4.0, 0.5), (4.0, 0.5), (4.0, 0.5)]))
    assert line == "| clean build | 2.00 s | 4.00 s | 0.50 | ≤ 1.0 | 0.60 s | 0.50 s | 1.20 |"


def test_a_tree_that_does_not_build_ends_the_benchmark(contestant):
    contestant.command = [sys.executable, "-c", "import sys; print('x.c: error: no'); sys.exit(1)"]
    with pytest.raises(UserError, match=r"^ours does not build: x\.c: error: no$"):
        contestant.run()


def test_the_copy_has_what_git_knows_and_nothing_made(tmp_path):
    build.copy_tree(tmp_path)
    assert (tmp_path / "pyproject.toml").read_bytes() == (build.REPOSITORY / "pyproject.toml").read_bytes()
    assert not (tmp_path / "build").exists()
    assert not (tmp_path / ".venv").exists()
    git = ["git", "ls-files", "tools/wipy"]
    known = subprocess.run(git, cwd=build.REPOSITORY, capture_output=True, text=True, check=True).stdout
    assert all((tmp_path / name).exists() for name in known.split() if (build.REPOSITORY / Path(name)).exists())
