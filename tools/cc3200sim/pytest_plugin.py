"""pytest: the fixture `board`, a board at its prompt, started once a session and set back for every test.

`pytest -p cc3200sim.pytest_plugin --wipy-image mcuimg.bin`, or `pytest_plugins = ["cc3200sim.pytest_plugin"]` in a
conftest.py. The ROM stand-in is looked for as rom.load() says (--wipy-rom names one).
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cc3200sim import rom
from cc3200sim.board import Board

IMAGE_VARIABLE = "WIPY_IMAGE"
_BUILT = "build/*/mcuimg.bin"


class UnmodelledWarning(UserWarning):
    """Firmware used a register that nothing models: it read 0, or what was written is lost."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The image under test and the chip's ROM."""
    group = parser.getgroup("wipy", "emulated WiPy")
    group.addoption("--wipy-image", metavar="FILE", help=f"firmware image, else ${IMAGE_VARIABLE} or {_BUILT}")
    group.addoption(
        "--wipy-rom", metavar="FILE", help=f"the ROM stand-in, else ${rom.ROM_VARIABLE} or build/rom/rom.bin"
    )


@pytest.fixture(scope="session")
def wipy_rom(pytestconfig: pytest.Config) -> bytes:
    """The chip's ROM."""
    try:
        return rom.load(pytestconfig.getoption("--wipy-rom"))
    except rom.RomError as error:
        reason = str(error)
    pytest.fail(reason, pytrace=False)


def image_path(config: pytest.Config) -> Path:
    """The file of the image under test; a failed test where nothing says which it is."""
    named = config.getoption("--wipy-image") or os.environ.get(IMAGE_VARIABLE)
    built = sorted(config.rootpath.glob(_BUILT))
    if not named and len(built) != 1:
        pytest.fail(f"{len(built)} images are {_BUILT}: --wipy-image names the one to test", pytrace=False)
    return Path(named) if named else built[0]


@pytest.fixture(scope="session")
def wipy_image(pytestconfig: pytest.Config) -> bytes:
    """The firmware image under test."""
    path = image_path(pytestconfig)
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror
    pytest.fail(f"no firmware image at {path} ({reason}): --wipy-image names one", pytrace=False)


@pytest.fixture(scope="session")
def booted_board(wipy_image: bytes, wipy_rom: bytes) -> tuple[Board, dict[str, Any]]:
    """A board and its state at the first prompt, the file system made. Tests take `board`."""
    board = Board.from_image(wipy_image, wipy_rom)
    board.power_on()
    return board, board.save()


@pytest.fixture
def board(booted_board: tuple[Board, dict[str, Any]]) -> Iterator[Board]:
    """A board at its prompt, just booted, whatever the tests before did with it."""
    board, state = booted_board
    board.restore(state)
    yield board
    for access in board.machine.bus.forget_unmodelled():
        warnings.warn(UnmodelledWarning(str(access)), stacklevel=1)
    stopped = board.machine.blocks.arcm.stopped_in_sleep
    for name in stopped:
        warnings.warn(UnmodelledWarning(f"{name} worked in sleep without its sleep-mode clock"), stacklevel=1)
    stopped.clear()
