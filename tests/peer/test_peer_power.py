"""Power cuts inside flash operations, with the unmodified peer as the one that is cut off."""

from __future__ import annotations

from typing import Any

import pytest
from cc3200sim.board import Board
from cc3200sim.machine import Power


@pytest.fixture(scope="module")
def booted(peer_image: bytes, wipy_rom: bytes) -> tuple[Board, dict[str, Any]]:
    """The peer at its prompt."""
    board = Board.from_image(peer_image, wipy_rom)
    board.power_on()
    return board, board.machine.save()


@pytest.mark.parametrize("operation", [1, 2, 10, 20, 40])
def test_a_cut_stops_the_machine_inside_the_operation(booted: tuple[Board, dict[str, Any]], operation: int) -> None:
    board, state = booted
    board.machine.restore(state)
    image = board.flash.read("/sys/mcuimg.bin")
    done = board.flash.operations
    board.flash.cut_after(operation)
    board.uart.write(b"f=open('/flash/main.py','w');f.write('#'*3000);f.close()\r")
    board.run(3000)
    assert board.machine.power is Power.OFF
    assert board.flash.operations == done + operation
    assert board.flash.read("/sys/mcuimg.bin") == image
    board.run(1000)
    assert board.machine.power is Power.OFF
    board.power_on(to_prompt=False)  # what the peer makes of its drive then is its own affair
    board.run(100)
    assert board.machine.power is Power.ON
