"""The whole machine and the board: the same every time, snapshots, power and resets, on the image that is built."""

from __future__ import annotations

import time

import pytest
from cc3200sim.board import Board, BoardTimeout
from cc3200sim.flash import dump
from cc3200sim.machine import Power


def _boot(image: bytes, rom: bytes) -> Board:
    board = Board.from_image(image, rom)
    board.power_on()
    return board


def _fingerprint(board: Board) -> tuple[object, ...]:
    machine = board.machine
    return machine.instructions, machine.clock.now, machine.cpu.pc, bytes(machine.cpu.ram)


def test_the_same_image_gives_the_same_instruction_count(wipy_image: bytes, wipy_rom: bytes) -> None:
    first, second = _boot(wipy_image, wipy_rom), _boot(wipy_image, wipy_rom)
    assert _fingerprint(first) == _fingerprint(second)
    for board in (first, second):
        board.repl("sum(range(1000))")
    assert _fingerprint(first) == _fingerprint(second)


def test_a_replay_from_a_snapshot_is_identical(board: Board) -> None:
    state = board.machine.save()
    runs = []
    for _ in range(3):
        board.machine.restore(state)
        assert board.repl("with open('t', 'w') as f: f.write('x' * 3000)\nprint(len(open('t').read()))") == "3000\n"
        board.run(5000)
        runs.append((_fingerprint(board), board.flash.operations, board.pin("GP25").edges()))
    assert runs[0] == runs[1] == runs[2]


def test_a_test_starts_in_less_than_50_ms(booted_board: tuple[Board, dict]) -> None:  # type: ignore[type-arg]
    board, state = booted_board
    board.machine.restore(state)
    board.repl("[i for i in range(100)]")
    start = time.process_time()
    board.machine.restore(state)
    assert time.process_time() - start < 0.05


@pytest.mark.parametrize("leave", ["a file", "a variable"])
def test_each_test_finds_the_board_as_booted(board: Board, leave: str) -> None:
    assert board.repl("'left' in globals()") == "False\n"
    assert board.repl("import os\n'left' in os.listdir('/flash')") == ""
    assert board.repl("'left' in os.listdir('/flash')") == "False\n"
    board.repl("left = 1" if leave == "a variable" else "open('/flash/left', 'w').close()")


def test_what_the_repl_returns(board: Board) -> None:
    assert board.repl("1 + 1") == "2\n"
    assert board.repl("None") == ""
    assert board.repl("x = 5\nfor i in range(x):\n    print(i)") == "0\n1\n2\n3\n4\n"
    assert board.repl("1 // 0").endswith("ZeroDivisionError: divide by zero\n")
    assert board.repl("raise ValueError('no')").endswith("ValueError: no\n")
    assert board.repl("") == ""
    with pytest.raises(BoardTimeout, match=r"within 0\.5 s of virtual time"):
        board.repl("while True: pass", seconds=0.5)
    board.interrupt()


def test_files_outlive_a_power_cut_and_variables_do_not(board: Board) -> None:
    board.repl("kept = 1\nwith open('/flash/kept', 'w') as f: f.write('here')\nimport os\nos.sync()")
    board.power_cut()
    assert board.machine.power is Power.OFF
    board.run(1000)
    assert board.uart.read() == b""
    board.power_on()
    assert board.repl("open('/flash/kept').read()") == "'here'\n"
    assert board.repl("'kept' in globals()") == "False\n"


def test_reset_and_the_firmwares_own_reset(board: Board) -> None:
    assert b"MicroPython" in board.reset()
    board.uart.write(b"import machine\r")
    board.wait_prompt()
    board.uart.write(b"machine.reset()\r")
    assert b"MicroPython" in board.wait_prompt()
    assert board.repl("6 * 7") == "42\n"


def test_an_idle_board_sleeps(board: Board) -> None:
    board.run(1000)
    before = board.machine.instructions
    board.run(10_000)
    assert board.machine.instructions - before < 300_000


def test_the_flash_goes_to_another_machine_through_a_file(board: Board, wipy_rom: bytes, tmp_path) -> None:  # type: ignore[no-untyped-def]
    board.repl("with open('/flash/kept', 'w') as f: f.write('here')\nimport os\nos.sync()")
    dump.store(board.flash, tmp_path / "flash.bin")
    other = Board.from_image(None, wipy_rom, dump.load(tmp_path / "flash.bin"))
    other.power_on()
    assert other.repl("open('/flash/kept').read()") == "'here'\n"


def test_the_firmware_uses_nothing_that_is_not_modelled(wipy_image: bytes, wipy_rom: bytes) -> None:
    assert _boot(wipy_image, wipy_rom).machine.unmodelled == []


def test_a_client_does_not_wait_for_a_board_without_power(board: Board) -> None:
    client = board.connect(23)
    board.power_cut()
    assert not client.wait(lambda: False, 5.0)
    with pytest.raises(BoardTimeout):
        client.read_until(b"never")
