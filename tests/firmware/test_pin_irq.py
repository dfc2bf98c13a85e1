"""Pin.irq() on the booted image: edges and levels made by the world, handlers run by the interpreter."""

from __future__ import annotations

import ast

import pytest
from cc3200sim.board import Board

HANDLER = """
from machine import Pin
import machine, time
seen = []
def handler(pin):
    seen.append((pin.id(), pin.irq().flags()))
p = Pin('GP10', mode=Pin.IN, pull=Pin.PULL_DOWN)
"""


@pytest.fixture
def board(board: Board) -> Board:
    assert board.repl(HANDLER) == ""
    return board


def seen(board: Board) -> list[tuple[str, int]]:
    """(pin, flags) of each call of the handler since the last look."""
    found = ast.literal_eval(board.repl("print(seen)\nseen.clear()\n").strip())
    assert isinstance(found, list)
    return found


def pulses(board: Board, *levels: int, name: str = "GP10") -> None:
    for level in levels:
        board.pin(name).drive(level)
        board.run(2)


def last_line(board: Board, statement: str) -> str:
    return board.repl(statement + "\n").strip().splitlines()[-1]


FALLING, RISING, LOW_LEVEL, HIGH_LEVEL = 1, 2, 4, 8


@pytest.mark.req("PIN-2")
@pytest.mark.parametrize(
    ("trigger", "flags"),
    [
        ("Pin.IRQ_RISING", [RISING] * 3),
        ("Pin.IRQ_FALLING", [FALLING] * 2),
        ("Pin.IRQ_RISING | Pin.IRQ_FALLING", [RISING, FALLING, RISING, FALLING, RISING]),
    ],
)
def test_edges(board: Board, trigger: str, flags: list[int]) -> None:
    board.repl(f"i = p.irq(trigger={trigger}, handler=handler)\n")
    pulses(board, 1, 0, 1, 0, 1)
    assert seen(board) == [("GP10", flag) for flag in flags]


@pytest.mark.req("PIN-2")
@pytest.mark.parametrize("wake", ["machine.IDLE", "None"])
def test_any_pin_wakes_from_idle(board: Board, wake: str) -> None:
    board.repl(f"p.irq(handler, Pin.IRQ_RISING, wake={wake})\n")
    board.uart.write(b"while not seen: machine.idle()\r\r")
    board.run(100)
    board.uart.read()
    pulses(board, 1, 0)
    board.wait_prompt()
    assert seen(board) == [("GP10", RISING)]


@pytest.mark.req("PIN-2")
def test_both_edges_are_the_default_and_the_handler_may_come_first(board: Board) -> None:
    board.repl("p.irq(handler)\n")
    pulses(board, 1, 0)
    assert seen(board) == [("GP10", RISING), ("GP10", FALLING)]


@pytest.mark.req("PIN-2")
@pytest.mark.parametrize(("trigger", "level", "flag"), [("LOW_LEVEL", 0, LOW_LEVEL), ("HIGH_LEVEL", 1, HIGH_LEVEL)])
def test_a_level_calls_again_as_long_as_it_lasts(board: Board, trigger: str, level: int, flag: int) -> None:
    board.pin("GP10").drive(1 - level)
    board.repl("def handler(pin):\n    seen.append((pin.id(), pin.irq().flags()))\n    time.sleep_ms(10)\n")
    board.repl(f"i = p.irq(trigger=Pin.IRQ_{trigger}, handler=handler)\n")
    board.run(20)
    assert seen(board) == []
    board.pin("GP10").drive(level)
    board.run(35)
    board.pin("GP10").drive(1 - level)
    calls = seen(board)
    assert 3 <= len(calls) <= 5
    assert set(calls) == {("GP10", flag)}
    board.run(30)
    assert seen(board) == []


@pytest.mark.req("PIN-2")
def test_the_prompt_is_alive_under_a_lasting_level(board: Board) -> None:
    board.repl("n = 0\ndef count(pin):\n    global n\n    n += 1\n")
    board.repl("i = p.irq(trigger=Pin.IRQ_LOW_LEVEL, handler=count)\n")
    board.run(50)
    assert int(board.repl("n")) > 10
    board.repl("i.disable()\n")
    stopped = int(board.repl("n"))
    board.run(20)
    assert int(board.repl("n")) == stopped


@pytest.mark.req("PIN-2")
def test_fire_by_hand_disable_and_enable_as_the_document_has_it(board: Board) -> None:
    board.repl("p.irq(trigger=Pin.IRQ_RISING, handler=handler)\n")
    board.repl("p.irq()()\n")
    assert seen(board) == [("GP10", 0)]
    board.repl("p.irq().disable()\n")
    pulses(board, 1, 0, 1, 0)
    assert seen(board) == []
    board.repl("p.irq().enable()\n")
    board.run(5)
    assert seen(board) == []  # what happened meanwhile is forgotten
    pulses(board, 1, 0)
    assert seen(board) == [("GP10", RISING)]
    board.repl("p.irq().init(trigger=Pin.IRQ_FALLING, handler=handler)\n")
    pulses(board, 1, 0)
    assert seen(board) == [("GP10", FALLING)]
    assert board.repl("p.irq() is p.irq()") == "True\n"


@pytest.mark.req("PIN-2")
def test_pins_of_one_port_and_of_others_are_told_apart(board: Board) -> None:
    names = ["GP8", "GP9", "GP15", "GP0", "GP17", "GP28", "GP31"]
    for number, name in enumerate(names):
        board.repl(f"Pin({name!r}, Pin.IN).irq(handler, Pin.IRQ_RISING, priority={number % 7 + 1})\n")
    for name in names:
        pulses(board, 1, 0, name=name)
    assert seen(board) == [(name, RISING) for name in names]


@pytest.mark.req("PIN-2")
def test_an_output_can_interrupt_too(board: Board) -> None:
    board.repl("q = Pin('GP11', Pin.OUT, value=0)\nq.irq(handler, Pin.IRQ_RISING)\nq(1); time.sleep_ms(2)\n")
    assert seen(board) == [("GP11", RISING)]


@pytest.mark.req("PIN-2")
def test_a_short_sleep_serves_what_has_just_happened(board: Board) -> None:
    """Upstream's handlers run at once; scripts rely on it after a sleep as short as this."""
    board.repl("q = Pin('GP11', Pin.OUT, value=0)\nq.irq(handler, Pin.IRQ_RISING)\n")
    assert board.repl("q(1); time.sleep_us(50); print(len(seen))\n") == "1\n"


@pytest.mark.req("PIN-2")
def test_a_handler_may_allocate_and_edges_while_it_runs_are_not_lost(board: Board) -> None:
    board.repl("def handler(pin):\n    seen.append((pin.id(), len(bytearray(2000))))\n    time.sleep_ms(20)\n")
    board.repl("p.irq(handler, Pin.IRQ_RISING)\n")
    pulses(board, 1, 0, 1, 0, 1, 0)
    board.run(60)
    assert seen(board) == [("GP10", 2000)] * 2


@pytest.mark.req("PIN-2")
def test_what_is_typed_while_a_handler_sleeps_is_answered(board: Board) -> None:
    """The handler's sleep must not use up the event that the prompt waits for."""
    board.repl("def handler(pin):\n    time.sleep_ms(50)\np.irq(handler, Pin.IRQ_RISING)\n")
    board.pin("GP10").drive(1)
    board.run(10)
    board.uart.write(b"3+4\r")
    assert b"7\r\n>>> " in board.uart.read_until(b"7\r\n>>> ", 1)


@pytest.mark.req("PIN-2", "LED-2")
def test_a_handler_that_fails_is_shown_and_not_called_again(board: Board) -> None:
    board.repl("def bad(pin): raise ValueError('of the handler')\np.irq(bad, Pin.IRQ_RISING)\n")
    pulses(board, 1, 0)
    board.run(20)
    assert b"ValueError: of the handler" in board.uart.read()
    pulses(board, 1, 0)
    assert b"ValueError" not in board.uart.read()
    since = board.machine.clock.now
    board.run(1000)
    assert len(board.pin("GP25").edges(since)) > 10


@pytest.mark.req("PIN-2")
@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ("handler, 16", "ValueError: invalid trigger"),
        ("handler, Pin.IRQ_LOW_LEVEL | Pin.IRQ_HIGH_LEVEL", "ValueError: invalid trigger"),
        ("handler, Pin.IRQ_LOW_LEVEL | Pin.IRQ_RISING", "ValueError: invalid trigger"),
        ("handler, priority=0", "ValueError: invalid priority"),
        ("handler, priority=8", "ValueError: invalid priority"),
        ("handler, wake=0", "ValueError: invalid wake"),
        ("handler, wake=16", "ValueError: invalid wake"),
        ("handler, wake='x'", "TypeError"),
        ("handler, 'x'", "TypeError"),
    ],
)
def test_bad_arguments_are_refused_and_change_nothing(board: Board, arguments: str, wanted: str) -> None:
    board.repl("p.irq(handler, Pin.IRQ_RISING)\n")
    assert last_line(board, f"p.irq({arguments})").startswith(wanted)
    pulses(board, 1, 0)
    assert seen(board) == [("GP10", RISING)]


@pytest.mark.req("PIN-2")
def test_no_handler_survives_a_soft_reset(board: Board) -> None:
    board.repl("p.irq(handler, Pin.IRQ_RISING)\n")
    board.uart.write(b"\x04")
    board.wait_prompt()
    pulses(board, 1, 0, 1, 0)
    assert board.uart.read() == b""
    board.repl(HANDLER)
    board.repl("p.irq(handler, Pin.IRQ_RISING)\n")
    pulses(board, 1, 0)
    assert seen(board) == [("GP10", RISING)]


@pytest.mark.req("PIN-2")
def test_a_thousand_configurations_leak_nothing(board: Board) -> None:
    script = """
import gc
gc.collect()
before = gc.mem_free()
for i in range(1000):
    p.irq(trigger=Pin.IRQ_RISING, handler=handler)
gc.collect()
print(before - gc.mem_free() < 200)
"""
    assert board.repl(script, 30) == "True\n"
