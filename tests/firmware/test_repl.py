"""The prompt on UART0, byte by byte as a terminal or a tool sends and sees them."""

from __future__ import annotations

import re

import pytest
from support.tested import BOARD

PROMPT = b">>> "


def type_(board, keys: bytes, end: bytes = b"\r\n" + PROMPT) -> bytes:
    board.uart.read()
    board.uart.write(keys)
    return board.uart.read_until(end)


@pytest.mark.req("BOOT-1")
def test_banner_names_version_board_and_chip(board) -> None:
    banner = board.reset()
    assert re.search(rf"MicroPython v\d+\.\d+\S* on 20\d\d-\d\d-\d\d; {BOARD.name} with CC3200\r\n", banner.decode())
    assert banner.endswith(b'Type "help()" for more information.\r\n>>> ')


def test_echo_and_value(board) -> None:
    assert type_(board, b"20+3\r") == b"20+3\r\n23\r\n>>> "


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        (b"12\x7f3", b"13"),  # backspace
        (b"23\x1b[D\x1b[D1\x1b[C", b"123"),  # arrows
        (b"23\x011", b"123"),  # Ctrl-A: here home, as there is text on the line
        (b"12\x1b[H\x1b[3~", b"2"),  # home, delete
        (b"123\x1b[D\x0b", b"12"),  # Ctrl-K
        (b"99\x1512", b"12"),  # Ctrl-U
    ],
)
def test_line_editing(board, keys: bytes, shown: bytes) -> None:
    assert type_(board, keys + b"\r").endswith(b"\r\n" + shown + b"\r\n>>> ")


def test_history(board) -> None:
    type_(board, b"40+1\r")
    type_(board, b"40+2\r")
    assert type_(board, b"\x1b[A\x1b[A\r").endswith(b"\r\n41\r\n>>> ")


def test_completion(board) -> None:
    type_(board, b"import sys\r", b">>> ")
    assert type_(board, b"sys.plat\t\r").endswith(f"\r\n'{BOARD.name}'\r\n>>> ".encode())


def test_continuation_lines_are_indented(board) -> None:
    shown = type_(board, b"for i in range(2):\rprint(i)\r\r\r\r")
    assert b"\r\n...     print(i)" in shown
    assert shown.endswith(b"\r\n0\r\n1\r\n>>> ")


def test_paste_mode(board) -> None:
    board.uart.read()
    board.uart.write(b"\x05")
    board.uart.read_until(b"=== ")
    board.uart.write(b"if 1:\r  a = 5\r  print(a * 2)\r")
    shown = type_(board, b"\x04", b"10\r\n>>> ")
    assert shown.endswith(b"10\r\n>>> ")


def test_paste_mode_is_left_by_ctrl_c(board) -> None:
    type_(board, b"\x05", b"=== ")
    assert type_(board, b"boo!\x03", PROMPT).endswith(b"\r\n>>> ")


def enter_raw(board) -> None:
    type_(board, b"\x01", b"raw REPL; CTRL-B to exit\r\n>")


def test_raw_repl_separates_output_and_errors(board) -> None:
    enter_raw(board)
    assert type_(board, b"print('x' * 3)\x04", b"\x04>") == b"OKxxx\r\n\x04\x04>"
    answer = type_(board, b"1//0\x04", b"\x04>")
    assert answer.startswith(b"OK\x04Traceback")
    assert answer.endswith(b"ZeroDivisionError: divide by zero\r\n\x04>")
    assert b"MicroPython v" in type_(board, b"\x02", PROMPT)


def test_raw_repl_soft_reset(board) -> None:
    enter_raw(board)
    assert b"soft reboot\r\n" in type_(board, b"\x04", b"raw REPL; CTRL-B to exit\r\n>")


def test_raw_paste_with_flow_control(board) -> None:
    """The protocol of pyboard.py: windows of bytes, acknowledged one by one."""
    enter_raw(board)
    answer = type_(board, b"\x05A\x01", b"R\x01\x80\x00\x01")
    window = int.from_bytes(answer[2:4], "little")
    assert window == 128
    code = b"".join(b"a%d = %d\n" % (i, i) for i in range(300)) + b"print(a299)\n"
    allowance, sent = window, 0
    while sent < len(code):
        while allowance == 0:
            assert board.uart.read_until(b"\x01") == b"\x01"
            allowance += window
        chunk = code[sent : sent + allowance]
        board.uart.write(chunk)
        sent += len(chunk)
        allowance -= len(chunk)
    board.uart.write(b"\x04")
    assert board.uart.read_until(b"\x04>").endswith(b"\x04299\r\n\x04\x04>")


@pytest.mark.parametrize(
    "busy",
    [
        b"while True: pass\r\r",
        b"import time\rtime.sleep(1000)\r",
        b"import time\rwhile True: time.sleep_ms(1)\r\r",
        b"import select, sys\rp = select.poll()\rp.register(sys.stdin, select.POLLOUT << 8)\rp.poll()\r",
        b"x = input()\r",
        b"while True: print('x' * 100)\r\r",
        b"def f():\r  while True:\r    try: g()\r    except NameError: pass\r\r\r\rf()\r",
    ],
)
def test_ctrl_c_interrupts_anything(board, busy: bytes) -> None:
    board.uart.write(busy)
    board.run(300)
    board.uart.read()
    assert b"KeyboardInterrupt" in type_(board, b"\x03", PROMPT)
    assert board.repl("6 * 7").strip() == "42"


def test_ctrl_c_in_a_burst_of_bytes_is_not_lost(board) -> None:
    board.uart.write(b"while True: pass\r\r")
    board.run(50)
    board.uart.write(b"junk" * 100 + b"\x03")
    board.uart.read_until(b"KeyboardInterrupt: \r\n", 5)


def test_ctrl_c_can_be_caught(board) -> None:
    board.uart.write(b"try:\r while True: pass\rexcept KeyboardInterrupt: print('caught')\r\r\r")
    board.run(100)
    assert b"caught\r\n" in type_(board, b"\x03", b"caught\r\n>>> ")


def test_ctrl_d_resets_softly(board) -> None:
    board.repl("x = 1\nimport gc")
    assert b"MPY: soft reboot\r\n" in type_(board, b"\x04", PROMPT)
    assert "NameError" in board.repl("x")


def test_soft_resets_leak_nothing(board) -> None:
    free = set()
    for _ in range(4):
        type_(board, b"\x04", PROMPT)
        free.add(board.repl("import gc\ngc.collect()\nprint(gc.mem_free())"))
    assert len(free) == 1


def test_heap_at_the_first_prompt(board) -> None:
    assert int(board.repl("import gc\ngc.collect()\nprint(gc.mem_free())")) >= 58_400


def test_exit_is_a_soft_reset(board) -> None:
    assert b"soft reboot" in type_(board, b"import sys; sys.exit()\r", PROMPT)


def test_stdin_from_a_script(board) -> None:
    board.uart.write(b"import sys; d = sys.stdin.read(3); print(d)\r")
    board.run(100)
    board.uart.read()
    assert type_(board, b"abc").startswith(b"abc\r\n")


def test_select_waits_for_the_console(board) -> None:
    board.uart.write(b"import select, sys; p = select.poll(); p.register(sys.stdin, 1); print(p.poll(5000)[0][1])\r")
    board.run(300)
    assert type_(board, b"z", b"1\r\n>>> z").endswith(b"1\r\n>>> z")


def test_dupterm_line_of_the_stock_boot_file(board) -> None:
    assert type_(board, b"import os, machine; os.dupterm(machine.UART(0, 115200))\r").count(b"\n") == 2
    assert board.repl("1 + 1").strip() == "2"


def test_dupterm_none_frees_uart_0(board) -> None:
    board.uart.write(b"import os, machine; os.dupterm(None); machine.UART(0).write('raw bytes\\x03')\r")
    board.uart.read_until(b"raw bytes\x03")
    board.uart.write(b"1+1\r")
    board.run(100)
    assert board.uart.read() == b""


@pytest.mark.req("BOOT-1")
def test_a_prompt_without_memory_resets_softly(board) -> None:
    """Objects that leave no memory for the next line are lost, not the board."""
    board.uart.write(b"\x01")
    board.uart.read_until(b"raw REPL; CTRL-B to exit\r\n>")
    board.uart.write(b"l = []\nwhile True: l = [l]\n\x04")
    board.uart.read_until(b"\x04>")
    board.uart.write(b"x = '" + b"a" * 3000)
    assert b"MemoryError" in board.wait_prompt()
    board.interrupt()  # the rest of the line was typed at the new prompt
    assert board.repl("1 + 1") == "2\n"
