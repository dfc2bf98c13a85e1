"""The language as it ships: integers only, what the size left in and what was worth leaving in."""

from __future__ import annotations

import pytest
from support.tested import BOARD


@pytest.mark.req("NF-1")
def test_integers_divide_with_two_slashes_only(board) -> None:
    assert board.repl("4 // 2").strip() == "2"
    assert board.repl("-7 // 2, -7 % 2").strip() == "(-4, 1)"
    assert "TypeError" in board.repl("4 / 2")


@pytest.mark.req("NF-1")
@pytest.mark.parametrize("literal", ["1.5", ".5", "1e3", "2j"])
def test_decimal_literals_are_refused_by_name(board, literal: str) -> None:
    answer = board.repl(literal)
    assert "SyntaxError" in answer
    assert "decimal numbers not supported" in answer


@pytest.mark.req("NF-1")
@pytest.mark.parametrize("name", ["float", "complex"])
def test_there_are_no_floating_types(board, name: str) -> None:
    assert "NameError" in board.repl(name)


@pytest.mark.req("NF-1")
@pytest.mark.parametrize("name", ["math", "cmath"])
def test_there_are_no_floating_modules(board, name: str) -> None:
    assert "ImportError" in board.repl(f"import {name}")


def test_integers_are_as_long_as_they_need_to_be(board) -> None:
    assert board.repl("3 ** 200 % 1000000007").strip() == str(3**200 % 1000000007)
    assert board.repl("(1 << 100) - 1").strip() == str((1 << 100) - 1)


def test_formatted_strings(board) -> None:
    assert board.repl("f\"{6 * 7:04d}|{'x'!r}|{255:#x}\"").strip() == "\"0042|'x'|0xff\""


def test_coroutines(board) -> None:
    code = """
async def double(n):
    return 2 * n

async def main():
    return await double(4) + await double(5)

task = main()
try:
    task.send(None)
except StopIteration as end:
    print(end.value)
"""
    assert board.repl(code) == "18\n"


MODULES = {
    "array": "array.array('H', b'ab')[0] == 0x6261",
    "binascii": "binascii.hexlify(b'az') == b'617a'",
    "collections": "collections.namedtuple('P', 'x y')(1, 2).y == 2",
    "errno": "errno.ENOENT == 2",
    "gc": "gc.mem_free() > 0",
    "io": "io.StringIO('ab').read() == 'ab' and io.BytesIO(b'c').read() == b'c'",
    "json": "json.loads(json.dumps({'a': [1, None, True]})) == {'a': [1, None, True]}",
    "micropython": "micropython.const(3) == 3",
    "re": "re.match('(a+)b', 'aab').group(1) == 'aa' and re.sub('a', 'x', 'aa') == 'xx'",
    "select": "len(select.poll().poll(0)) == 0",
    "struct": "struct.pack('<HI', 1, 2) == b'\\x01\\x00\\x02\\x00\\x00\\x00'",
    "sys": f"sys.platform == '{BOARD.name}' and sys.version_info >= (3, 4) and sys.implementation[0] == 'micropython'",
}


@pytest.mark.parametrize("name", MODULES)
def test_module(board, name: str) -> None:
    assert board.repl(f"import {name}\nprint({MODULES[name]})") == "True\n"


def test_deep_recursion_raises_and_the_board_goes_on(board) -> None:
    answer = board.repl("def f(n): return f(n + 1)\nf(0)")
    assert "RuntimeError: maximum recursion depth exceeded" in answer
    assert board.repl("1 + 1").strip() == "2"


@pytest.mark.parametrize(
    "code",
    [
        "l = []\nfor i in range(1000): l = [l]\nprint(len(repr(l)))",  # C recursion in print
        "exec('(' * 300 + '1' + ')' * 300)",  # in the parser and the compiler
        "d = {}\nfor i in range(500): d = {'k': d}\nimport json\njson.dumps(d)",
        "import json\njson.loads('[' * 500 + ']' * 500)",
        "import re\nre.match('(' * 100 + 'a*' + ')*' * 100, 'a' * 50)",
        "class A:\n def __getattr__(s, n): return getattr(s, n)\nA().x",
        "l = [1, 2]\nl.sort(key=lambda x: l.sort(key=lambda y: 1/0 if 0 else sorted(l, key=lambda z: repr(z))))",
    ],
)
def test_recursion_in_c_never_leaves_the_stack(board, code: str) -> None:
    board.repl(code, 60)
    assert board.repl("1 + 1").strip() == "2"


def test_memory_errors_are_exceptions(board) -> None:
    assert "MemoryError" in board.repl("bytearray(1000000)")
    fill = "def fill():\n l = []\n while True: l.append(bytearray(500))\nfill()"
    assert "MemoryError" in board.repl(fill, 60)
    assert board.repl("len(bytearray(30000))").strip() == "30000"
