"""The floors of the firmware: which room of ports/cc3200 includes which, read out of the sources."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

PORT = Path(__file__).parents[2] / "ports" / "cc3200"
PICTURE = Path(__file__).parents[2] / "docs" / "architecture.md"

# From the ground up: a room may include those below it. "port" are the files of no room, which MicroPython asks for;
# "boot" is another image.
FLOORS = ("chip", "rtos", "image", "nwp", "storage", "servers", "bindings", "port", "boot")
# A header of no room that says how rooms are used by the floor above all: it includes nothing of the port.
SEAMS = {"console.h"}
INTERPRETER = ("py/", "extmod/", "shared/")
KERNEL = {"FreeRTOS.h", "task.h"}
# Below `servers` only what FatFs's configuration needs, and the drive's file system object, which is the interpreter's.
KNOWS_THE_INTERPRETER = {
    "storage/fat_time.c": {"py/mpconfig.h", "shared/timeutils/timeutils.h"},
}

INCLUDE = re.compile(r'^#include +["<]([^">]+)[">]', re.MULTILINE)


def sources() -> dict[str, list[str]]:
    """Every file of the port by its path there, with what it includes."""
    found = {}
    for path in sorted([*PORT.rglob("*.c"), *PORT.rglob("*.h")]):
        found[path.relative_to(PORT).as_posix()] = INCLUDE.findall(path.read_text())
    return found


def room_of(path: str) -> str:
    """The floor that a file is on."""
    return path.split("/")[0] if "/" in path else "port"


def arrows() -> dict[str, set[str]]:
    """For each room, the others it includes."""
    files = sources()
    found: dict[str, set[str]] = defaultdict(set)
    for path, included in files.items():
        for name in included:
            if name in files and name not in SEAMS and room_of(name) != room_of(path):
                found[room_of(path)].add(room_of(name))
    return found


def picture() -> str:
    """The rooms from the top down, each with those it includes."""
    found = arrows()
    lines = []
    for room in reversed(FLOORS):
        below = [other for other in reversed(FLOORS) if other in found[room]]
        lines.append(f"{room:<9}─► {', '.join(below)}" if below else room)
    return "\n".join(lines) + "\n"


def test_every_file_is_on_a_floor() -> None:
    assert {room_of(path) for path in sources()} == set(FLOORS)


def test_no_room_includes_a_higher_one() -> None:
    up = {
        (room, other)
        for room, others in arrows().items()
        for other in others
        if FLOORS.index(other) > FLOORS.index(room)
    }
    assert up == set()


def test_the_bootloader_takes_what_needs_no_kernel() -> None:
    assert arrows()["boot"] <= {"nwp", "image", "chip"}


def test_seams_include_nothing_of_the_port() -> None:
    files = sources()
    assert {seam: [name for name in files[seam] if name in files] for seam in SEAMS} == {seam: [] for seam in SEAMS}


def test_nothing_below_servers_knows_the_interpreter() -> None:
    below = FLOORS[: FLOORS.index("servers")]
    found = {
        path: {name for name in included if name.startswith(INTERPRETER)}
        for path, included in sources().items()
        if room_of(path) in below
    }
    assert {path: names for path, names in found.items() if names} == KNOWS_THE_INTERPRETER


def test_the_chip_knows_no_kernel() -> None:
    assert [path for path, included in sources().items() if room_of(path) == "chip" and KERNEL & set(included)] == []


def test_the_picture_in_the_documentation_is_true() -> None:
    assert picture() in PICTURE.read_text()
