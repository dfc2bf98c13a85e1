"""The time module over the calendar clock."""

from __future__ import annotations

import calendar
import time

EPOCH = 946_684_800  # 2000-01-01 in Unix time


def test_calendar_starts_in_2015_and_runs(board) -> None:
    first = int(board.repl("import time\nprint(time.time())"))
    assert time.gmtime(first + EPOCH)[:3] == (2015, 1, 1)
    board.run(10_000)
    assert 10 <= int(board.repl("time.time()")) - first <= 11


def test_localtime_agrees_with_time(board) -> None:
    year, month, day, hour, minute, second, weekday, yearday = eval(board.repl("import time\nprint(time.localtime())"))
    now = int(board.repl("time.time()"))
    shown = calendar.timegm((year, month, day, hour, minute, second)) - EPOCH
    assert 0 <= now - shown <= 1
    assert (weekday, yearday) == (3, 1)


def test_mktime_is_the_inverse(board) -> None:
    board.repl("import time")
    for when in (0, 500_000_000, 852_076_799, 1_000_000_000):
        assert board.repl(f"time.mktime(time.gmtime({when}))").strip() == str(when)
        assert board.repl(f"time.localtime({when})").strip() == str(tuple(list(time.gmtime(when + EPOCH))[:8]))


def test_calendar_survives_a_soft_reset(board) -> None:
    before = int(board.repl("import time\nprint(time.time())"))
    board.uart.write(b"\x04")
    board.wait_prompt()
    assert int(board.repl("import time\nprint(time.time())")) - before <= 2
