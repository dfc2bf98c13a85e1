"""What runs after a reset: boot.py, main.py or the script that machine.main() names, then the prompt."""

from __future__ import annotations

import pytest
from cc3200sim.board import Board


def write(board, name: str, text: str) -> None:
    board.repl(f"with open('/flash/{name}', 'w') as f: f.write({text!r})", 30)


@pytest.mark.req("BOOT-1")
def test_boot_then_main_then_the_prompt(board) -> None:
    write(board, "boot.py", "print('in boot')\nx = 1\n")
    write(board, "main.py", "print('in main', x)\n")
    for start in (board.reset, lambda: (board.uart.write(b"\x04"), board.wait_prompt())[1]):
        shown = start()
        assert shown.index(b"in boot\r\n") < shown.index(b"in main 1\r\n") < shown.index(b"MicroPython v")
        assert board.repl("x").strip() == "1"


@pytest.mark.req("BOOT-1")
def test_the_console_is_there_before_boot_py(board) -> None:
    write(board, "boot.py", "print('hello')\n")
    assert b"hello\r\n" in board.reset()


@pytest.mark.req("MCH-1")
def test_machine_main_names_the_script(board) -> None:
    write(board, "boot.py", "import machine\nmachine.main('app.py')\n")
    write(board, "main.py", "print('wrong')\n")
    write(board, "app.py", "print('right')\n")
    shown = board.reset()
    assert b"right\r\n" in shown
    assert b"wrong" not in shown


@pytest.mark.req("BOOT-1")
def test_a_failing_boot_py_does_not_keep_main_from_running(board) -> None:
    write(board, "boot.py", "1 // 0\n")
    write(board, "main.py", "print('main runs')\n")
    shown = board.reset()
    assert b"ZeroDivisionError" in shown
    assert b"main runs" in shown


@pytest.mark.req("BOOT-1")
def test_sys_exit_in_a_script_is_a_soft_reset(board) -> None:
    once = "import os\nif 'flag' in os.listdir('/flash'):\n  os.remove('/flash/flag')\n  raise SystemExit\n"
    write(board, "main.py", once)
    write(board, "flag", "")
    assert board.reset().count(b"MPY: soft reboot") == 1


@pytest.mark.req("BOOT-1")
def test_how_much_a_boot_executes(wipy_image: bytes, wipy_rom: bytes) -> None:
    """Of a new flash, which is formatted, and of one that is in use: docs/benchmarks.md has what it was made of."""
    board = Board.from_image(wipy_image, wipy_rom)
    board.power_on()
    first = board.machine.instructions
    board.power_cut()
    board.power_on()
    assert first <= 4_500_000
    assert board.machine.instructions - first <= 1_000_000


@pytest.mark.req("BOOT-1")
def test_random_numbers_hang_on_the_instant_of_the_start(wipy_image: bytes, wipy_rom: bytes) -> None:
    """Of a reset that the slow clock goes on through: its next edge comes sooner or later."""
    numbers = set()
    for microseconds in (0, 7, 14):
        board = Board.from_image(wipy_image, wipy_rom)
        board.power_on()
        board.uart.write(b"import machine, time\r")
        board.wait_prompt()
        board.uart.write(b"time.sleep_us(%d); machine.reset()\r" % microseconds)
        board.uart.read_until(b"MicroPython")
        board.wait_prompt()
        numbers.add(board.repl("import os\nprint(os.urandom(16))"))
    assert len(numbers) == 3
