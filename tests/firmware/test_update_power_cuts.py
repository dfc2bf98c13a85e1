"""The power goes in each flash step of an update, its refusal, a trial's start, confirmation and end, and again in
each step of the start that follows: an image that verifies starts, what bootinfo names is whole, user files are kept.

The images are small, so that all steps are tried. WIPY_UPDATE_CUTS=all does it with images of full size (some minutes).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from cc3200sim.board import Board
from cc3200sim.machine import Power
from support.boot_chain import (
    BOOT_INFO,
    CHECK,
    CONFIRMS,
    FACTORY,
    LIMIT,
    NAMES,
    READY,
    TAKEN_BACK,
    TRIAL,
    UPDATE_1,
    UPDATE_2,
    signed,
    sleeper,
    start,
)  # fmt: skip
from support.ftp import Ftp
from support.update import IMAGE, images, info

ALL = os.environ.get("WIPY_UPDATE_CUTS") == "all"
SIZE = 180_000 if ALL else 1_500
NEW, OLD = 9, 1  # numbers of the image that comes and of the one that was the previous
STEP_SECONDS = 0.02
State = dict[str, Any]


def verifies(image: bytes | None) -> bool:
    return image is not None and signed(image[:-32]) == image


class Cuts:
    """Power cuts in what a board does from now on, for so many seconds."""

    def __init__(self, board: Board, seconds: float) -> None:
        self.board = board
        self.user_files = self._user_files()
        self.wanted: set[int | None] = {CONFIRMS, NEW}
        self.seen: set[tuple[bytes | None, ...]] = set()
        self.steps = self.second_steps = 0
        self.states: list[State] = []
        ends = board.machine.seconds + seconds
        while board.machine.seconds < ends:
            self.states.append(board.save())
            board.machine.run(STEP_SECONDS)
        self.last = board.flash.operations

    def _user_files(self) -> list[bytes | None]:
        return [self.board.flash.read(name) for name in self.board.flash.list() if name.endswith(".fsb")]

    def _look(self) -> None:
        """What must be so after every cut, without starting anything."""
        active, _, previous = info(self.board)
        held = images(self.board)
        assert verifies(held[active]) and verifies(held[previous]), (active, previous)
        assert self._user_files() == self.user_files

    def every(self) -> None:
        """Try all steps; then, from each state of the flash that came of it, all steps of the start."""
        flash = self.board.flash
        for step in range(self.states[0]["flash"]["operations"] + 1, self.last + 1):
            before = [state for state in self.states if state["flash"]["operations"] < step][-1]
            self.board.restore(before)
            flash.cut_after(step - flash.operations)
            self.board.machine.run(5.0)
            assert self.board.machine.power is Power.OFF, step
            self.steps += 1
            self._start(step)

    def _start(self, step: int) -> None:
        board, flash = self.board, self.board.flash
        visible = tuple(flash.read(name) for name in flash.list())
        if visible in self.seen:
            return
        self.seen.add(visible)
        self._look()
        cut = flash.save()
        for second in range(1, 100):
            flash.restore(cut)
            flash.cut_after(second)
            first = start(board)
            was_cut = board.machine.power is Power.OFF
            flash.cut_after(None)
            self._look()
            if not was_cut:
                assert first in self.wanted, (step, second)
                return
            self.second_steps += 1
            assert start(board) in self.wanted, (step, second)
            self._look()


def two_updates(board: Board, firmware: bytes, *, fail_safe: bool) -> None:
    """The firmware that runs is the second update, the first is the previous one."""
    flags = int(fail_safe)
    board.flash.write(NAMES[UPDATE_1], sleeper(OLD, size=SIZE), max_size=LIMIT, flags=flags)
    board.flash.write(NAMES[UPDATE_2], firmware, max_size=LIMIT, flags=flags)
    board.flash.write(BOOT_INFO, bytes((UPDATE_2, READY, UPDATE_1, 0)))


def upload(board: Board, content: bytes) -> None:
    """All of it is on its way."""
    ftp = Ftp(board)
    data = ftp.passive()
    assert ftp(f"STOR {IMAGE}").startswith("150")
    data.send(content)
    data.close()


SCRIPT = """
import io, wipy
class Sleeper(io.IOBase):  # made while it is read: there is no room for it
    at = 0
    def readinto(self, buffer):
        at = self.at
        piece = {head} if at == 0 else {end} if at == {tail} else b'\\xa5' * min(512, {tail} - at)
        if at == {tail} + 32:
            return 0
        piece = piece[:len(buffer)]
        buffer[:len(piece)] = piece
        self.at += len(piece)
        return len(piece)
wipy.update(Sleeper())
"""


def script(board: Board, content: bytes) -> None:
    """A program that updates from a stream of its own is about to run."""
    board.uart.write(b"\x01")
    board.uart.read_until(b"raw REPL; CTRL-B to exit\r\n>")
    tail = len(content) - 32
    text = SCRIPT.format(head=content[:16], tail=tail, end=content[tail:])
    board.uart.write(text.encode())
    board.run(50 + len(text) / 8)
    board.uart.write(b"\x04")


WAYS: dict[str, Callable[[Board, bytes], None]] = {"ftp": upload, "script": script}


@pytest.mark.req("OTA-5")
@pytest.mark.parametrize("slots", ["none", "fail-safe", "stock's"])
@pytest.mark.parametrize("how", WAYS)
def test_an_update(factory_board: Board, wipy_image: bytes, how: str, slots: str) -> None:
    board = factory_board
    if slots != "none":
        two_updates(board, wipy_image, fail_safe=slots == "fail-safe")
    before = info(board)
    WAYS[how](board, sleeper(NEW, size=SIZE))
    cuts = Cuts(board, 9.0 if ALL else 1.5)
    assert info(board) == (UPDATE_1, CHECK, before[0])
    cuts.every()
    print(f"update, {how}, {slots} slots: {cuts.steps} cuts, {cuts.second_steps} of them twice")
    assert cuts.steps > 10


@pytest.mark.req("OTA-5")
@pytest.mark.parametrize("fail_safe", [True, False])
def test_a_refused_update(factory_board: Board, wipy_image: bytes, fail_safe: bool) -> None:
    board = factory_board
    two_updates(board, wipy_image, fail_safe=fail_safe)
    upload(board, sleeper(NEW, size=SIZE)[:-1] + b"-")
    cuts = Cuts(board, 9.0 if ALL else 1.5)
    assert info(board) == (UPDATE_2, READY, UPDATE_1 if fail_safe else FACTORY)
    cuts.wanted = {CONFIRMS}
    cuts.every()
    print(f"refused update, fail-safe {fail_safe}: {cuts.steps} cuts, {cuts.second_steps} of them twice")


@pytest.mark.req("OTA-5")
def test_a_confirmation(factory_board: Board, wipy_image: bytes) -> None:
    board = factory_board
    two_updates(board, wipy_image, fail_safe=True)
    board.flash.write(BOOT_INFO, bytes((UPDATE_2, CHECK, UPDATE_1, 0)))
    board.reset()
    cuts = Cuts(board, 12.0)
    assert info(board) == (UPDATE_2, READY, UPDATE_1)
    cuts.every()
    print(f"confirmation: {cuts.steps} cuts, {cuts.second_steps} of them twice")
    assert cuts.steps > 0


@pytest.mark.req("OTA-5")
@pytest.mark.parametrize("status", [CHECK, TRIAL, TRIAL + 1, TRIAL + 2])
def test_a_start_on_trial_and_the_way_back(factory_board: Board, wipy_image: bytes, status: int) -> None:
    board = factory_board
    two_updates(board, wipy_image, fail_safe=True)
    board.flash.write(NAMES[UPDATE_1], sleeper(CONFIRMS, size=SIZE))
    board.flash.write(BOOT_INFO, bytes((UPDATE_1, status, UPDATE_2, 0)))
    board.reset(to_prompt=False)
    cuts = Cuts(board, 0.5)
    after = {CHECK: TRIAL, TRIAL: TRIAL + 1, TRIAL + 1: TRIAL + 2}.get(status)
    assert info(board) == ((UPDATE_2, TAKEN_BACK, FACTORY) if after is None else (UPDATE_1, after, UPDATE_2))
    cuts.every()
    print(f"start with status {status}: {cuts.steps} cuts, {cuts.second_steps} of them twice")
    assert cuts.steps > 0
