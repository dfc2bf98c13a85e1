"""Containers nested deeper than the stack: what goes down them raises, in the main thread and in others."""

from __future__ import annotations

import pytest
from cc3200sim.board import Board

DEEP = """
def deep(make, start):
    for i in range(300):
        start = make(start)
    return start
def down(name):
    a, b = (deep(*MAKE[name]) for i in range(2))
    try:
        WHAT[name](a, b)
        print(name, 'ended')
    except RuntimeError:
        print(name, 'raised')
l, t, d, f = lambda x: [x], lambda x: (x,), lambda x: {1: x}, lambda x: frozenset((x,))
MAKE = {
    'equal lists': (l, []), 'less': (l, []), 'in': (l, []), 'equal tuples': (t, ()), 'hash': (t, ()),
    'dicts': (d, {}), 'repr': (l, []),
}
WHAT = {
    'equal lists': lambda a, b: a == b, 'less': lambda a, b: a < b, 'in': lambda a, b: a in [b],
    'equal tuples': lambda a, b: a == b, 'hash': lambda a, b: hash(a), 'dicts': lambda a, b: a == b,
    'repr': lambda a, b: repr(a),
}
"""
NAMES = ("equal lists", "less", "in", "equal tuples", "hash", "dicts", "repr")


@pytest.mark.parametrize("name", NAMES)
def test_in_the_main_thread(board: Board, name: str) -> None:
    said = board.repl(f"{DEEP}\ndown({name!r})\n", 30)
    assert said == f"{name} raised\n"
    assert board.repl("6 * 7") == "42\n"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [2560, 5120])
def test_in_a_thread(board: Board, name: str, size: int) -> None:
    start = f"import _thread, time\n_thread.stack_size({size})\n_thread.start_new_thread(down, ({name!r},))\n"
    said = board.repl(f"{DEEP}\n{start}time.sleep(2)\n", 30)
    assert said == f"{name} raised\n"
    assert board.repl("6 * 7") == "42\n"


@pytest.mark.req("SOCK-1")
def test_what_is_no_stream_leaves_nothing_in_a_poll(board: Board) -> None:
    said = board.repl(
        """
import select, sys
p = select.poll()
for what in 5, None, 'a', [], 0, object():
    try:
        p.register(what)
    except OSError as e:
        print(e.errno)
    try:
        p.modify(what, 1)
    except OSError as e:
        print(e.errno)
p.register(sys.stdin, select.POLLOUT)
print(len(p.poll(0)))
"""
    )
    assert said.split()[-1] == "1"
    assert board.repl("6 * 7") == "42\n"
