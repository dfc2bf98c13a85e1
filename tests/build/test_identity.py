"""A board says its own name wherever it names itself, and no other file than its own names it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cc3200sim import rom
from cc3200sim.board import Board
from support.project import REPOSITORY, Project
from wipy import board

BOARDS = board.available(REPOSITORY / "boards")
# Who may name a board in code: the default of BOARD=, and upstream's port, which is built for the boards that it knows.
MAY_NAME_ONE = {
    "SConstruct": {"WIPY"},
    "tools/bench/build.py": {"WIPY"},
    "tools/wipy/peer.py": {"WIPY"},
    "tools/cc3200sim/cli/__init__.py": {"WiPy", "LAUNCHXL"},  # what it emulates, in its help
    "tools/cc3200sim/pytest_plugin.py": {"WiPy"},  # the heading of its options
    "tests/support/tested.py": {"WIPY"},  # the board that is booted
}
SOURCES = (
    "SConstruct",
    "ports/**/*.[ch]",
    "ports/**/SConscript",
    "ports/**/*.ld",
    "tools/**/*.py",
    "site_scons/**/*.py",
    "tests/*.py",
    "tests/[!bt]*/*.py",  # the tests of the build and of its tools try them on boards by name
)
SHELL = ("sconsw", ".ci/run")
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')


def named_in_strings(path: Path, names: set[str]) -> set[str]:
    """Names that stand as a word of a string literal."""
    text = re.sub(r'"""(?:.|\n)*?"""', "", path.read_text())
    words = {word for literal in STRING.findall(text) for word in re.findall(r"\w+", literal)}
    return names & words


def test_no_other_file_names_a_board() -> None:
    names = set(BOARDS)
    for folder in BOARDS:
        facts = board.load(REPOSITORY / "boards", folder)
        names |= {facts.name, facts.host_name}
    names.discard("wipy")  # the package of the build's own logic is called that, and the command
    found = {}
    for pattern in SOURCES:
        for path in sorted(REPOSITORY.glob(pattern)):
            if named := named_in_strings(path, names):
                found[path.relative_to(REPOSITORY).as_posix()] = named
    for name in SHELL:
        code = re.sub(r"(?m)#.*$", "", (REPOSITORY / name).read_text())
        if named := names & set(re.findall(r"\w+", code)):
            found[name] = named
    assert found == MAY_NAME_ONE


@pytest.mark.req("BLD-1")
@pytest.mark.parametrize("name", BOARDS)
def test_a_board_says_its_own_name(built: Project, wipy_rom: bytes, name: str) -> None:
    built.build(f"BOARD={name}")
    facts = board.load(REPOSITORY / "boards", name)
    device = Board.from_image(built.output("mcuimg.bin", name).read_bytes(), wipy_rom)
    banner = device.power_on().decode()
    assert f"; {facts.name} with CC3200\r\n" in banner
    assert device.repl("import os, sys; print(sys.platform, os.uname().sysname)") == f"{facts.name} {facts.name}\n"
    assert f"on the {facts.name}!" in device.repl("help()")
    mac = device.repl("import network; w = network.WLAN(); print(w.mac()[-2:].hex())").strip()
    assert device.repl("print(w.ssid(), w.auth()[1])") == f"{facts.host_name}-wlan-{mac} {facts.wlan_key}\n"
    ftp = device.connect(21)
    ftp.wait(lambda: ftp.stream.received.endswith(b"\r\n"))
    assert ftp.read() == f"220 {facts.name} FTP server ready.\r\n".encode()
    telnet = device.connect(23)
    telnet.wait(lambda: b"Login as: " in telnet.stream.received)
    telnet.read()
    telnet.send(b"\xff\xf6")  # are you there?
    telnet.wait(lambda: telnet.stream.received.endswith(b"\xff\xf6"))
    assert telnet.read() == f"\r\n[{facts.name}: yes]\r\n".encode() + b"\xff\xf6"
    lit = device.pin(facts.led)
    device.run(4100)
    assert lit.mode.startswith("GPIO")


def test_the_rom_is_the_same_for_every_board(built: Project) -> None:
    built.build("BOARD=WIPY", "rom")
    once = (built.folder / "build/rom/rom.bin").read_bytes()
    built.build("BOARD=LAUNCHXL", "rom")
    assert (built.folder / "build/rom/rom.bin").read_bytes() == once
    assert rom.load(built.folder / "build/rom/rom.bin") == once
