"""Fixtures of the tests on the booted image, besides `board` of the emulator's plugin."""

from __future__ import annotations

from typing import Any

import pytest
from cc3200sim.board import Board
from cc3200sim.pytest_plugin import image_path
from support.boot_chain import UPDATE_1, UPDATE_2, Chain, sleeper
from support.debug_info import DebugInfo
from support.pools import Keeper, resources


@pytest.fixture(scope="session")
def debug_info(pytestconfig: pytest.Config) -> DebugInfo:
    """Of the image under test."""
    return DebugInfo(image_path(pytestconfig).with_name("firmware.elf"))


@pytest.fixture(scope="session")
def fresh_resources(booted_board: tuple[Board, dict[str, Any]], debug_info: DebugInfo) -> dict[str, object]:
    """What pools.resources finds on a board that nobody has used."""
    board, state = booted_board
    board.restore(state)
    return resources(board, debug_info)


@pytest.fixture
def keeper(debug_info: DebugInfo, fresh_resources: dict[str, object]) -> Keeper:
    """For the end of a test: keeper.check(board). Take it before `board`, so that the board is fresh after it."""
    return Keeper(debug_info, fresh_resources)


@pytest.fixture(scope="session")
def bootloader(pytestconfig: pytest.Config) -> bytes:
    """That of the image under test."""
    return image_path(pytestconfig).with_name("bootloader.bin").read_bytes()


@pytest.fixture(scope="session")
def booted_from_factory(wipy_image: bytes, wipy_rom: bytes, bootloader: bytes) -> tuple[Board, dict[str, Any]]:
    """A board with a bootloader and the image under test as the factory's, and its state at its first prompt."""
    board = Board.from_image(wipy_image, wipy_rom, bootloader=bootloader)
    board.power_on()
    return board, board.save()


@pytest.fixture
def factory_board(booted_from_factory: tuple[Board, dict[str, Any]]) -> Board:
    """That board at its first prompt."""
    board, state = booted_from_factory
    board.restore(state)
    return board


@pytest.fixture
def chain(bootloader: bytes, wipy_rom: bytes) -> Chain:
    """A board with three images that sleep, of which the second update is active and the first the previous."""
    chain = Chain(bootloader, wipy_rom)
    for image in range(3):
        chain.put(image, sleeper(image))
    chain.set_info(UPDATE_2, previous=UPDATE_1)
    return chain
