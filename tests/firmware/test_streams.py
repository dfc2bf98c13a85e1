"""Streams written in Python: whatever they do with what they are given, the interpreter stands."""

from __future__ import annotations

import pytest
from cc3200sim.board import Board

HABITS = {
    "keeps": "kept.append(buf)",
    "keeps a view": "kept.append(memoryview(buf)[1:])",
    "resizes": "buf.extend(b'x' * 3000)",
    "keeps and resizes": "kept.append(buf); buf += b'y' * 300",
}


@pytest.mark.parametrize("habit", HABITS.values(), ids=HABITS)
def test_a_stream_that_keeps_or_resizes_what_it_is_given(board: Board, habit: str) -> None:
    code = f"""
import gc, io, json
kept = []
class Hoarder(io.IOBase):
    left = b'[1, 2, 3]'
    def readinto(self, buf):
        n = min(len(buf), len(self.left))
        buf[:n] = self.left[:n]
        self.left = self.left[n:]
        {habit}
        return n
    def write(self, buf):
        self.seen = bytes(buf)
        n = len(buf)
        {habit}
        return n
s = Hoarder()
text = 'a literal of this program'
for i in range(9):
    print(text, end='', file=s)
    gc.collect()
read = json.load(s)
for b in kept:
    for i in range(len(b)): b[i] = 0x55
gc.collect()
print(s.seen, read, text)
"""
    assert board.repl(code, 20) == "b'a literal of this program' [1, 2, 3] a literal of this program\n"


@pytest.mark.parametrize("count", ["10**9", "len(buf) + 1"])
def test_a_stream_that_says_more_than_it_can_have_done(board: Board, count: str) -> None:
    """Read, it would be memory that was never given; written, what lies behind the text would go out too."""
    code = f"""
import io, json
class Boaster(io.IOBase):
    def readinto(self, buf):
        buf[0] = 0x31
        return {count}
    def write(self, buf):
        seen.append(bytes(buf))
        if len(seen) > 3: raise OSError
        return {count}
def raised(call):
    try:
        return call()
    except Exception as e:
        return type(e).__name__
seen = []
s = Boaster()
print(raised(lambda: json.load(s)), raised(lambda: print('abc', end='', file=s)), seen)
"""
    assert board.repl(code, 20) == "ValueError ValueError [b'abc']\n"


def test_a_console_that_says_it_wrote_more(board: Board) -> None:
    """It is one no longer, as if write() had raised that."""
    code = """
import io, os
class Boaster(io.IOBase):
    calls = 0
    def readinto(self, buf): return None
    def ioctl(self, request, argument): return 0
    def write(self, buf):
        self.calls += 1
        if self.calls > 3: raise OSError
        return 10**9
uart, boaster = os.dupterm(), Boaster()
os.dupterm(boaster)
print('lost')
print('lost too')
taken = os.dupterm()
os.dupterm(uart)
print('calls', boaster.calls, taken)
"""
    assert "calls 1 None" in board.repl(code, 20)
