"""A new image on trial: confirmed when it is up, or the one before it comes back."""

from __future__ import annotations

import pytest
from cc3200sim.board import Board
from support.boot_chain import (
    BOOT_INFO,
    CHECK,
    CONFIRMS,
    FACTORY,
    NAMES,
    READY,
    TAKEN_BACK,
    TRIAL,
    UPDATE_1,
    UPDATE_2,
    Chain,
    sleeper,
)  # fmt: skip
from support.ftp import Ftp
from support.update import IMAGE, info, release, released

WATCHDOG_SECONDS = 2 * 2**32 / 80e6  # it raises its interrupt, then resets
CONFIRM_SECONDS = 10.0
ON_TRIAL = "450 firmware on trial.\r\n"


def watchdog(board: Board) -> bool:
    block = board.machine.blocks.placed["WDT"]
    return block.clocked and block.working


def trial(board: Board) -> int:
    return int(board.repl("import wipy; print(wipy.trial())"))


@pytest.fixture
def updated(factory_board: Board, wipy_image: bytes) -> Board:
    """Its update is what starts next, for the first time."""
    factory_board.flash.write(NAMES[UPDATE_1], released(wipy_image, "9.9.9"), max_size=192 * 1024, flags=1)
    factory_board.flash.write(BOOT_INFO, bytes((UPDATE_1, CHECK, FACTORY, 0)))
    return factory_board


@pytest.mark.req("OTA-3")
def test_an_image_that_comes_up_is_confirmed(updated: Board) -> None:
    board = updated
    assert trial(board) == 0 and not watchdog(board)
    board.reset()
    assert (info(board), trial(board)) == ((UPDATE_1, TRIAL, FACTORY), 1)
    assert watchdog(board)
    began = board.machine.seconds
    while watchdog(board):
        board.run(50)
    assert board.machine.seconds - began == pytest.approx(CONFIRM_SECONDS, abs=2.0)
    assert (info(board), trial(board)) == ((UPDATE_1, READY, FACTORY), 0)
    board.run(2.5 * WATCHDOG_SECONDS * 1000)  # nothing resets it any more
    assert release(board) == "9.9.9"
    board.reset()
    assert (info(board), trial(board), watchdog(board)) == ((UPDATE_1, READY, FACTORY), 0, False)
    assert board.machine.unmodelled == []
    assert board.machine.blocks.arcm.stopped_in_sleep == []


@pytest.mark.req("OTA-3")
def test_main_py_that_runs_on_is_up_too(updated: Board) -> None:
    board = updated
    board.repl("with open('main.py', 'w') as f: f.write('while True: pass')")
    board.repl("import os; os.sync()")
    board.reset(to_prompt=False)
    board.run(9000)
    assert info(board) == (UPDATE_1, TRIAL, FACTORY)
    board.run(4000)
    assert info(board) == (UPDATE_1, READY, FACTORY)


@pytest.mark.req("OTA-3", "BOOT-2")
@pytest.mark.parametrize(
    ("boot", "why"),
    [
        ("import time\nwhile True: time.sleep(1)", "boot.py does not end"),
        ("import wipy; wipy.trial(True)", "a program wants to decide"),
    ],
)
def test_not_confirmed_in_three_starts(updated: Board, boot: str, why: str) -> None:
    board = updated
    board.repl(f"with open('boot.py', 'w') as f: f.write({boot!r})\nimport os; os.sync()")
    board.reset(to_prompt=False)
    for number in range(3):
        board.run(1000)
        assert info(board) == (UPDATE_1, TRIAL + number, FACTORY), why
        board.run(WATCHDOG_SECONDS * 1000 - 500)
    board.run(1000)
    assert info(board) == (FACTORY, TAKEN_BACK, FACTORY)
    board.interrupt()
    assert release(board) != "9.9.9"
    assert trial(board) == -1 and not watchdog(board)
    assert board.repl("import machine; print(machine.reset_cause() == machine.WDT_RESET)") == "True\n"
    board.reset(to_prompt=False)
    board.run(1000)
    assert info(board) == (FACTORY, TAKEN_BACK, FACTORY)


@pytest.mark.req("OTA-3")
def test_an_image_that_does_nothing(factory_board: Board, wipy_image: bytes) -> None:
    """Up to the watchdog, three times; then the image that took it runs again, and takes the next one."""
    board = factory_board
    ftp = Ftp(board)
    assert ftp.put(f"STOR {IMAGE}", sleeper(CONFIRMS)).startswith("226")
    board.reset(to_prompt=False)
    began = board.machine.seconds
    board.wait_prompt(seconds=1000)
    assert board.machine.seconds - began == pytest.approx(3 * WATCHDOG_SECONDS, abs=3)
    assert (info(board), trial(board)) == ((FACTORY, TAKEN_BACK, FACTORY), -1)
    assert Ftp(board).put(f"STOR {IMAGE}", released(wipy_image, "9.9.9")).startswith("226")
    assert (info(board), trial(board)) == ((UPDATE_1, CHECK, FACTORY), 0)


@pytest.mark.req("OTA-3")
def test_a_program_decides(updated: Board) -> None:
    board = updated
    board.repl("with open('boot.py', 'w') as f: f.write('import wipy; wipy.trial(True)')\nimport os; os.sync()")
    board.reset()
    board.run(60_000)
    board.repl("wipy.trial(True)")  # and takes its time
    board.run(WATCHDOG_SECONDS * 1000 - 2000)
    assert info(board) == (UPDATE_1, TRIAL, FACTORY)
    assert board.repl("print(wipy.trial(), wipy.trial(False), wipy.trial())") == "1 None 0\n"
    assert (info(board), watchdog(board)) == ((UPDATE_1, READY, FACTORY), False)
    board.repl("wipy.trial(True)\nwipy.trial(False)")  # no trial: nothing
    assert info(board) == (UPDATE_1, READY, FACTORY)


@pytest.mark.req("OTA-2")
def test_no_update_while_on_trial(updated: Board) -> None:
    """It would go where the image is that comes back."""
    board = updated
    board.reset()
    ftp = Ftp(board)
    ftp.passive()
    assert ftp(f"STOR {IMAGE}") == ON_TRIAL
    said = board.repl("import io, wipy\nwipy.update(io.BytesIO(b''))")
    assert said.endswith("OSError: firmware on trial\n")
    board.run(12_000)
    assert ftp.put(f"STOR {IMAGE}", sleeper(7)).startswith("226")
    assert info(board) == (UPDATE_2, CHECK, UPDATE_1)


@pytest.mark.req("OTA-3", "BOOT-4")
def test_a_safe_boot_is_no_start_of_a_trial(chain: Chain) -> None:
    chain.put(UPDATE_2, sleeper(CONFIRMS))
    chain.set_info(UPDATE_2, TRIAL, UPDATE_1)
    assert chain.start(hold=1.0) == CONFIRMS
    assert chain.start(hold=4.0) == UPDATE_1
    assert chain.info == bytes((UPDATE_2, TRIAL, UPDATE_1, 0))
    assert not watchdog(chain.board)
    assert chain.start() == CONFIRMS
    assert chain.info == bytes((UPDATE_2, TRIAL + 1, UPDATE_1, 0))
    assert watchdog(chain.board)


@pytest.mark.req("OTA-3")
def test_an_image_that_cannot_confirm_itself_is_on_no_trial(chain: Chain) -> None:
    chain.set_info(UPDATE_2, CHECK, UPDATE_1)
    assert chain.start() == UPDATE_2
    assert chain.info == bytes((UPDATE_2, READY, UPDATE_1, 0)) and not watchdog(chain.board)


@pytest.mark.req("OTA-3")
def test_nothing_to_come_back_to(chain: Chain) -> None:
    """What is left when the previous image is damaged: the factory's; without that, the one on trial once more."""
    chain.put(UPDATE_2, sleeper(CONFIRMS))
    chain.put(UPDATE_1, None)
    chain.set_info(UPDATE_2, TRIAL + 2, UPDATE_1)
    assert chain.start() == FACTORY
    chain.put(FACTORY, None)
    chain.set_info(UPDATE_2, TRIAL + 2, UPDATE_1)
    assert chain.start() == CONFIRMS
