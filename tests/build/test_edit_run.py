"""The loop of editing and running: nothing to do is seen at once, a quick build links in a moment, work is shared."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cc3200sim.board import Board
from support.project import Project
from wipy.nothing_changed import RECORD

UP_TO_DATE = "scons: `image' is up to date.\n"


def starts(project: Project, *words: str) -> tuple[str, bool]:
    """What a build says, and whether it read its description to say that."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "SCons", *words], cwd=project.folder, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout, "build_types" in run.stderr  # which SConstruct imports


def sources(project: Project) -> dict[Path, bytes]:
    """Every file that is not the build's, with its content."""
    return {
        path: path.read_bytes()
        for path in project.folder.rglob("*")
        if path.is_file() and path.relative_to(project.folder).parts[0] != "build"
    }


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project with a quick build in it."""
    project = Project(tmp_path_factory.mktemp("quick") / "project")
    project.build("BTYPE=quick")
    return project


@pytest.fixture
def settled(quick: Project) -> Iterator[Project]:
    """The same, known to have nothing to do; a test leaves its sources as they were."""
    quick.build("BTYPE=quick")
    time.sleep(0.05)  # what is changed from here on is later than what is recorded, by any clock
    assert starts(quick, "BTYPE=quick") == (UP_TO_DATE, False)
    yield quick


@pytest.mark.req("BLD-10")
def test_with_nothing_to_do_the_description_is_not_read(settled: Project) -> None:
    assert starts(settled, "BTYPE=quick", "image", "-j3") == (UP_TO_DATE, False)


@pytest.mark.req("BLD-10")
@pytest.mark.parametrize("words", [["BTYPE=debug", "-n"], ["BTYPE=quick", "V=1"], ["BTYPE=quick", "size"]])
def test_other_words_are_another_question(settled: Project, words: list[str]) -> None:
    assert starts(settled, *words)[1]


def _new(path: str) -> Callable[[Project], None]:
    return lambda project: (project.folder / path).write_text("\n")


def _longer(path: str) -> Callable[[Project], None]:
    return lambda project: project.append(path, "\n")


def _gone(path: str) -> Callable[[Project], None]:
    return lambda project: (project.folder / "build/WIPY" / path).unlink()


@pytest.mark.req("BLD-10")
@pytest.mark.parametrize(
    "change",
    [
        _longer("ports/cc3200/main.c"), _longer("ports/cc3200/chip/led.h"), _longer("ports/cc3200/chip/memory.ld"),
        _longer("ports/cc3200/SConscript"), _longer("SConstruct"), _longer("boards/WIPY/board.toml"),
        _longer("tools/wipy/templates/pins.c.j2"), _longer("tools/wipy/board.py"), _longer("boards/flash/main.py"),
        _longer("site_scons/site_tools/image.py"), _longer("pyproject.toml"), _new("ports/cc3200/chip/py.h"),
        _new("boards/flash/third.py"), _gone("mcuimg.bin"), _gone("size.txt"), _gone("genhdr/mpversion.h"),
        _gone("quick/obj/port/main.o"),
    ],
)  # fmt: skip
def test_whatever_a_build_is_made_of_is_looked_at(settled: Project, change: Callable[[Project], None]) -> None:
    before = sources(settled)
    change(settled)
    assert starts(settled, "BTYPE=quick")[1]
    for path, content in sources(settled).items():
        if path not in before:
            path.unlink()
        elif content != before[path]:
            path.write_bytes(before[path])


@pytest.mark.req("BLD-10")
def test_what_changes_during_a_build_is_not_taken_for_built(settled: Project) -> None:
    settled.append("ports/cc3200/main.c", "int during;\n")
    build = subprocess.Popen(
        [sys.executable, "-m", "SCons", "BTYPE=quick"], cwd=settled.folder, stdout=subprocess.PIPE, text=True
    )
    assert build.stdout is not None
    for line in build.stdout:
        if line.startswith("LINK"):
            settled.append("ports/cc3200/main.c", "int late;\n")
    assert build.wait() == 0
    said, read = starts(settled, "BTYPE=quick")
    assert read and "CC ports/cc3200/main.c" in said
    text = (settled.folder / "ports/cc3200/main.c").read_text()
    (settled.folder / "ports/cc3200/main.c").write_text(text.replace("int during;\nint late;\n", ""))


@pytest.mark.req("BLD-10")
def test_a_build_that_fails_leaves_no_record(settled: Project) -> None:
    path = settled.folder / "ports/cc3200/main.c"
    text = path.read_text()
    path.write_text(text + "#error no\n")
    assert settled.scons("BTYPE=quick").returncode != 0
    assert settled.scons("BTYPE=quick").returncode != 0
    path.write_text(text)
    settled.output(RECORD).unlink()
    said, read = starts(settled, "BTYPE=quick")
    assert said.endswith(UP_TO_DATE) and read
    assert starts(settled, "BTYPE=quick") == (UP_TO_DATE, False)


SESSION = (
    "import os, sys, gc, wipy, network, socket, machine, json, re",
    "print(os.uname(), sys.implementation, sys.platform)",
    "print(sorted(m for m in ('_thread', 'ssl', 'hashlib', 'select', 'struct', 'random') if __import__(m)))",
    "print(json.loads('[1, {\"a\": null}]'), re.match('a(.)', 'abc').group(1))",
    "open('/flash/kept.txt', 'w').write('x' * 3000); print(os.stat('/flash/kept.txt')[6], os.listdir('/flash'))",
    "print(sum(i * i for i in range(200)), 2 ** 200, [i for i in 'abc'])",
    "print(network.WLAN().mode(), network.Server().isrunning(), wipy.heartbeat(), machine.freq())",
    "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    print(repr(error))",
)


@pytest.mark.req("BLD-1", "BLD-4")
def test_a_quick_image_behaves_as_the_released_one(quick: Project, wipy_image: bytes, wipy_rom: bytes) -> None:
    quick.build("BTYPE=quick")
    image = quick.output("mcuimg.bin").read_bytes()
    assert image != wipy_image
    said = []
    for content in (image, wipy_image):
        board = Board.from_image(content, wipy_rom)
        answers = [board.power_on().decode()]
        said.append([*answers, *(board.repl(text) for text in SESSION)])
    assert said[0] == said[1]


@pytest.mark.req("BLD-1")
def test_the_types_keep_their_objects_apart_and_say_which_they_are(quick: Project) -> None:
    quick.build("BTYPE=quick")
    assert "(debug build)" in quick.build("BTYPE=debug")[-1]
    again = quick.build("BTYPE=quick")
    assert not [line for line in again if line.startswith("CC ")]
    assert again[-1].endswith("(quick build)") and "+" not in again[-1]
    assert ", quick build\n" in quick.output("size.txt").read_text()
    assert "quick/obj/" in quick.output("compile_commands.json").read_text()


@pytest.mark.req("BLD-10")
def test_a_launcher_starts_each_compilation(quick: Project, tmp_path: Path) -> None:
    launcher = tmp_path / "ccache"
    launcher.write_text(f'#!/bin/sh\necho "$1" >>{tmp_path}/log\nexec "$@"\n')
    launcher.chmod(0o755)
    quick.build("BTYPE=quick")
    assert quick.build("BTYPE=quick", f"LAUNCHER={launcher}") == [UP_TO_DATE.strip()]  # it makes no other object
    (quick.folder / "build/WIPY/quick/obj/port/main.o").unlink()
    quick.build("BTYPE=quick", f"LAUNCHER={launcher} ")
    assert (tmp_path / "log").read_text() == "arm-none-eabi-gcc\n"
    assert str(launcher) not in quick.output("compile_commands.json").read_text()


@pytest.mark.req("BLD-9")
def test_a_launcher_that_is_missing_is_one_line(quick: Project) -> None:
    line = quick.refused("LAUNCHER=no-such-cache --fast")
    assert line.endswith(
        "LAUNCHER=no-such-cache --fast: there is no program no-such-cache: install it or give its path"
    )


@pytest.mark.req("BLD-6", "BLD-10")
def test_a_cache_serves_a_clone_elsewhere(tmp_path: Path) -> None:
    """In another folder, of a user whose home is elsewhere: the third-party tree has another path there."""
    words = ("BTYPE=quick", f"CACHE_DIR={tmp_path}/cache")
    first, second = Project(tmp_path / "first/project"), Project(tmp_path / "another/place")
    first.build(*words)
    home = tmp_path / "home"
    home.mkdir()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    (home / "wipy-firmware").symlink_to(Path(base, "wipy-firmware"))
    run = subprocess.run(
        [sys.executable, "-m", "SCons", *words], cwd=second.folder, capture_output=True, text=True,
        env={**os.environ, "XDG_CACHE_HOME": str(home)},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert not [line for line in run.stdout.splitlines() if line.startswith(("CC ", "LINK ", "IMG "))]
    assert "mcuimg.bin" in run.stdout.splitlines()[-1]
    assert second.output("mcuimg.bin").read_bytes() == first.output("mcuimg.bin").read_bytes()


@pytest.mark.req("BLD-9")
def test_a_cache_that_cannot_be_written_is_one_line(quick: Project, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    line = quick.refused(f"CACHE_DIR={tmp_path}/file/cache")
    assert line.endswith(f"CACHE_DIR={tmp_path}/file/cache cannot be written to: not a directory")
    run = quick.scons("BTYPE=quick", f"CACHE_DIR={tmp_path}/none", "--cache-readonly")
    assert run.stderr.endswith(f"CACHE_DIR={tmp_path}/none cannot be read: no such folder\n")
