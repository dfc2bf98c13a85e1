"""Idle means asleep: instructions executed while nothing happens, and time that stays right meanwhile."""

from __future__ import annotations

import pytest

IDLE_LIMIT = 30_000  # instructions a second, the servers' look at their sockets included; a polling loop takes millions


def instructions(board, milliseconds: float) -> int:
    before = board.machine.instructions
    board.run(milliseconds)
    return board.machine.instructions - before


@pytest.mark.req("MCH-2")
@pytest.mark.parametrize(
    "waiting",
    [
        b"",
        b"import time; time.sleep(1000)\r",
        b"import select, sys; p = select.poll(); p.register(sys.stdin, 1); p.poll(100000)\r",
        b"import machine; u = machine.UART(1, 9600, timeout=60000); u.read(1)\r",
    ],
    ids=["prompt", "sleep", "poll", "uart"],
)
def test_a_waiting_board_sleeps(board, waiting: bytes) -> None:
    board.uart.write(waiting)
    board.run(1000)
    assert instructions(board, 10_000) < 10 * IDLE_LIMIT


@pytest.mark.parametrize("ms", [1, 2, 7, 100, 208, 209, 210, 1000])
def test_sleep_ms_is_exact_in_virtual_time(board, ms: int) -> None:
    """What the script measures and what the world sees agree to a microsecond in 100; a sleep is never too short."""
    code = f"""
import time
from machine import Pin
p = Pin('GP9', mode=Pin.OUT, value=0)
a = time.ticks_us(); p.value(1); time.sleep_ms({ms}); p.value(0); b = time.ticks_us()
print(time.ticks_diff(b, a))
"""
    start = board.machine.clock.now
    measured = int(board.repl(code, 30))
    up, down = (edge.cycle for edge in board.pin("GP9").edges(start))
    world = (down - up) / 80
    assert ms * 1000 <= world <= (ms + 1) * 1000 + 300
    assert measured == pytest.approx(world, abs=300)


def test_time_does_not_drift_over_sleeps(board) -> None:
    """Short sleeps and a long one: the clock of ticks and the crystal's agree to 20 parts in a million."""
    board.repl("import time")

    def ticks() -> tuple[int, float]:
        return int(board.repl("time.ticks_us()")), board.machine.seconds

    board.repl("for i in range(500): time.sleep_ms(3)", 30)
    first, start = ticks()
    board.repl("for i in range(2000): time.sleep_ms(3)", 60)
    board.run(40_000)
    last, end = ticks()
    passed = (last - first) % (1 << 30)
    assert passed == pytest.approx((end - start) * 1_000_000 % (1 << 30), rel=20e-6)


def test_sleeps_that_begin_anywhere_between_two_ticks(board) -> None:
    """A tick that falls due while a sleep is prepared ends that sleep, and is not taken for all of it."""
    board.repl("import time")

    def ticks() -> tuple[int, float]:
        return int(board.repl("time.ticks_us()")), board.machine.seconds

    first, start = ticks()
    board.repl("for i in range(600): time.sleep_us(700 + i % 300); time.sleep_ms(200)", 200)
    last, end = ticks()
    assert last - first == pytest.approx((end - start) * 1_000_000, abs=1000)


def test_ticks_never_step_back(board) -> None:
    code = """
import time
def watch():
    last = time.ticks_us()
    worst = 0
    for i in range(3000):
        if i % 50 == 0:
            time.sleep_ms(i % 7)
        now = time.ticks_us()
        worst = min(worst, time.ticks_diff(now, last))
        last = now
    return worst
print(watch())
"""
    assert board.repl(code, 60) == "0\n"


def test_sleep_us(board) -> None:
    code = """
import time
def measure(us):
    a = time.ticks_us()
    time.sleep_us(us)
    return time.ticks_diff(time.ticks_us(), a)
print([measure(us) - us for us in (0, 10, 100, 1999, 2001, 5000)])
"""
    assert all(0 <= late < 150 for late in eval(board.repl(code)))
