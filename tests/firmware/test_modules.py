"""Which modules there are, and under which names."""

from __future__ import annotations

import pytest
from cc3200sim.board import Board

# Scripts written before MicroPython 1.21 import these by their old names, with a u in front.
OLD_NAMES = ["uarray", "ubinascii", "ucollections", "uerrno", "uhashlib", "uio", "ujson", "uos", "ure", "uselect",
             "usocket", "ussl", "ustruct", "usys", "utime"]  # fmt: skip


@pytest.mark.parametrize("name", OLD_NAMES)
def test_old_names_are_the_same_modules(board: Board, name: str) -> None:
    assert board.repl(f"import {name}, {name[1:]}\nprint({name} is {name[1:]})\n") == "True\n"


def test_a_script_of_ones_own_goes_before_a_module_of_the_image(board: Board) -> None:
    board.repl("with open('/flash/socket.py', 'w') as f: f.write('mine = 1\\nfrom usocket import *\\n')")
    assert board.repl("import socket\nprint(socket.mine, socket.AF_INET)\n") == "1 2\n"


def test_poll_asks_streams_in_python_again(board: Board) -> None:
    """Nothing tells when one is ready; the first look that finds it so ends the wait."""
    code = """
import io, select, time
class Later(io.IOBase):
    looks = 0
    def ioctl(self, request, argument):
        self.looks += 1
        return argument if self.looks > 5 else 0
s = Later()
p = select.poll()
p.register(s, select.POLLIN)
t = time.ticks_ms()
print(len(p.poll()), s.looks)
s.looks = -5
print(len(p.poll(2000)), s.looks, time.ticks_diff(time.ticks_ms(), t) < 500)
s.looks = -1000
t = time.ticks_ms()
print(len(p.poll(100)), time.ticks_diff(time.ticks_ms(), t))
"""
    assert board.repl(code, 20) == "1 6\n1 6 True\n0 100\n"
