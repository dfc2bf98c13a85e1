"""The system LED: heartbeat, script error, and what turns them off."""

from __future__ import annotations

from itertools import pairwise

import pytest

CYCLES_PER_MS = 80_000


def edges(board, milliseconds: float) -> list[tuple[float, int]]:
    """The LED's changes in the next span of time, as (ms since its start, level)."""
    start = board.machine.clock.now
    board.run(milliseconds)
    return [((edge.cycle - start) / CYCLES_PER_MS, edge.level) for edge in board.pin("GP25").edges(start)]


def flashes(changes: list[tuple[float, int]]) -> list[tuple[float, float]]:
    """(start, length) in ms of each whole flash."""
    starts = [index for index, (_, level) in enumerate(changes) if level]
    return [(changes[i][0], changes[i + 1][0] - changes[i][0]) for i in starts if i + 1 < len(changes)]


@pytest.mark.req("LED-1")
@pytest.mark.parametrize("busy", [b"", b"while True: pass\r\r"], ids=["idle", "computing"])
def test_heartbeat_is_one_flash_every_four_seconds(board, busy: bytes) -> None:
    board.uart.write(busy)
    seen = flashes(edges(board, 12_500))
    assert len(seen) == 3
    assert all(length == pytest.approx(80, abs=1.1) for _, length in seen)
    gaps = [later[0] - earlier[0] for earlier, later in pairwise(seen)]
    assert gaps == pytest.approx([4000, 4000], abs=1.1)


@pytest.mark.req("LED-1")
def test_heartbeat_switch(board) -> None:
    assert board.repl("import wipy\nprint(wipy.heartbeat())") == "True\n"
    board.repl("wipy.heartbeat(False)")
    assert board.repl("wipy.heartbeat()").strip() == "False"
    assert edges(board, 9000) == []
    assert board.pin("GP25").level == 0
    board.repl("wipy.heartbeat(True)")
    assert len(flashes(edges(board, 8500))) == 2


@pytest.mark.req("LED-1")
def test_the_pin_is_the_scripts_when_the_heartbeat_is_off(board) -> None:
    board.repl("import wipy\nfrom machine import Pin\nwipy.heartbeat(False)\nled = Pin('GP25', mode=Pin.OUT, value=1)")
    assert board.pin("GP25").level == 1
    assert edges(board, 9000) == []


@pytest.mark.req("LED-2")
@pytest.mark.parametrize("name", ["main.py", "boot.py"])
def test_a_script_that_fails_flashes_quickly(board, name: str) -> None:
    board.repl(f"with open('/flash/{name}', 'w') as f: f.write('1 // 0\\n')", 30)
    shown = board.reset()
    assert b"ZeroDivisionError" in shown
    seen = flashes(edges(board, 2000))
    assert len(seen) >= 18
    assert all(length == pytest.approx(50, abs=1.1) for _, length in seen)
    # Typing is the sign that somebody has noticed.
    assert board.repl("1 + 1").strip() == "2"
    assert flashes(edges(board, 3000)) == []


@pytest.mark.req("LED-2")
def test_an_interrupted_script_has_not_failed(board) -> None:
    board.repl("with open('/flash/main.py', 'w') as f: f.write('print(\"on\")\\nwhile True: pass\\n')", 30)
    board.reset(to_prompt=False)
    board.uart.read_until(b"on\r\n", 30)
    board.interrupt()
    assert flashes(edges(board, 2000)) == []


@pytest.mark.req("LED-2")
def test_a_hard_fault_leaves_it_on(board) -> None:
    board.uart.write(b"import machine; machine.mem32[0x60000000]\r")
    board.uart.read_until(b"Hard fault:")
    board.run(100)
    assert board.pin("GP25").level == 1
    assert edges(board, 10_000) == []
