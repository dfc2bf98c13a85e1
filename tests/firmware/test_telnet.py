"""Telnet on the booted image: login, the prompt, its keys and its tools, from clients in memory and virtual time."""

from __future__ import annotations

import pytest
from cc3200sim.board import Board
from support.telnet import IAC, PROMPT, SUCCESS, expect, log_in, run
from support.tested import BOARD


@pytest.mark.req("TEL-1", "WL-1")
def test_login_and_prompt(board: Board) -> None:
    client = log_in(board)
    assert run(client, b"6 * 7") == b"42\r\n"
    assert run(client, b"import os; os.getcwd()") == b"'/flash'\r\n"


def test_heap_at_a_telnet_prompt(board: Board, wipy_image: bytes) -> None:
    """The budget that holds to the end, with machine's classes, boot and update in (docs/size.md)."""
    client = log_in(board)
    run(client, b"import gc")
    run(client, b"gc.collect()")
    assert int(run(client, b"gc.mem_free()")) >= 58_400
    assert len(wipy_image) <= 184_000


@pytest.mark.req("TEL-1")
@pytest.mark.parametrize(
    ("user", "password"),
    [
        (b"micro", b"wrong"),
        (b"nobody", b"python"),
        (b"", b""),
        (b"micro", b"pythonpython"),
        (b"m" * 200, b"p" * 200),
    ],
)
def test_wrong_login_tells_nothing_and_takes_time(board: Board, user: bytes, password: bytes) -> None:
    client = board.connect(23)
    expect(client, b"Login as: ")
    client.send(user + b"\r\n")
    expect(client, b"Password: ")
    client.send(password + b"\r\n")
    board.run(900)
    assert b"Invalid" not in client.read()
    assert expect(client, b"Login as: ").endswith(b"\r\nInvalid credentials, try again.\r\nLogin as: ")


@pytest.mark.req("TEL-1")
def test_third_wrong_guess_ends_the_session_and_the_next_waits_longer(board: Board) -> None:
    client = board.connect(23)
    for seconds in (1, 2):
        expect(client, b"Login as: ")
        client.send(b"micro\r\nguess\r\n")
        board.run(seconds * 1000 - 100)
        assert b"Invalid" not in client.read()
    expect(client, b"Login as: ")
    client.send(b"micro\r\nguess\r\n")
    assert client.read_all().endswith(b"Invalid credentials, try again.\r\n")
    again = board.connect(23)
    expect(again, b"Login as: ")
    again.send(b"micro\r\nguess\r\n")
    board.run(7900)
    assert b"Invalid" not in again.read()
    expect(again, b"Login as: ")
    again.send(b"micro\r\npython\r\n")
    expect(again, PROMPT)


@pytest.mark.req("TEL-1")
def test_name_and_password_typed_ahead_are_kept(board: Board) -> None:
    client = board.connect(23)
    client.send(b"micro\r\npython\r\nprint(1 + 1)\r\n")
    expect(client, SUCCESS)
    assert b"2\r\n" in expect(client, b"2\r\n>>> ")


@pytest.mark.req("TEL-2")
def test_option_negotiation(board: Board) -> None:
    client = log_in(board)
    client.send(IAC + b"\xfd\x01" + IAC + b"\xfd\x03" + IAC + b"\xfb\x1f" + IAC + b"\xfd\x22" + IAC + b"\xfb\x18")
    board.run(50)
    assert client.read() == IAC + b"\xfc\x22" + IAC + b"\xfe\x18"


@pytest.mark.req("TEL-2")
def test_are_you_there(board: Board) -> None:
    """Text for a person, the command itself for tools that came with the WiPy; no text into a raw REPL's answer."""
    client = log_in(board)
    client.send(IAC + b"\xf6")
    assert expect(client, IAC + b"\xf6") == f"\r\n[{BOARD.name}: yes]\r\n".encode() + IAC + b"\xf6"
    client.send(b"\x01")
    expect(client, b"raw REPL; CTRL-B to exit\r\n>")
    client.send(b"import time\nfor i in range(3): print('line', i); time.sleep(1)\n\x04")
    expect(client, b"line 0\r\n")
    client.send(IAC + b"\xf6")
    assert expect(client, b"\x04>") == IAC + b"\xf6" + b"line 1\r\nline 2\r\n\x04\x04>"


@pytest.mark.req("TEL-2")
@pytest.mark.parametrize("key", [b"\x03", IAC + b"\xf4", IAC + b"\xf3", IAC + b"\xf4" + IAC + b"\xfd\x06"])
def test_interrupt_at_any_time(board: Board, key: bytes) -> None:
    client = log_in(board)
    client.send(b"while True: pass\r\n\r\n")
    board.run(200)
    client.read()
    client.send(key)
    assert b"KeyboardInterrupt" in expect(client, PROMPT)
    assert run(client, b"1") == b"1\r\n"


@pytest.mark.req("TEL-2")
def test_an_interrupt_typed_ahead_reaches_the_program(board: Board) -> None:
    client = log_in(board)
    client.send(b"while True: pass\r\n\r\n\x03")
    assert b"KeyboardInterrupt" in expect(client, PROMPT)
    assert run(client, b"1") == b"1\r\n"


@pytest.mark.req("TEL-2")
def test_output_of_every_byte(board: Board) -> None:
    client = log_in(board)
    answer = run(client, b"import sys; n = sys.stdout.buffer.write(bytes([1, 255, 254, 13, 65, 13, 10]))")
    assert answer == b"\x01\xff\xff\xfe\r\0A\r\n"


@pytest.mark.req("TEL-2")
def test_soft_reset_keeps_the_session(board: Board) -> None:
    client = log_in(board)
    run(client, b"x = 1")
    client.send(b"\x04")
    assert b"MPY: soft reboot" in expect(client, PROMPT)
    assert b"NameError" in run(client, b"x")


@pytest.mark.req("TEL-3")
def test_raw_repl(board: Board) -> None:
    client = log_in(board)
    client.send(b"\r\x03\x03\r\x01")
    expect(client, b"raw REPL; CTRL-B to exit\r\n>")
    client.send(b"print('a' * 3)\nprint(1 // 0)\n\x04")
    answer = expect(client, b"\x04>")
    assert answer.startswith(b"OKaaa\r\n\x04Traceback")
    assert b"ZeroDivisionError" in answer
    client.send(b"\x05A\x01")
    assert expect(client, b"R\x01") == b"R\x01"
    assert expect(client, b"\x01")[2:] == b"\x01"
    client.send(b"print(123)\x04")
    assert b"123\r\n" in expect(client, b"\x04>")
    client.send(b"\x02")
    expect(client, PROMPT)


@pytest.mark.req("TEL-3")
def test_paste_mode(board: Board) -> None:
    client = log_in(board)
    client.send(b"\x05")
    expect(client, b"=== ")
    client.send(b"def f(n):\r    return n * 2\r\rprint(f(21))\r\x04")
    assert expect(client, b"\r\n>>> ").endswith(b"42\r\n>>> ")


@pytest.mark.req("TEL-1")
def test_a_second_client_is_told_so(board: Board) -> None:
    first = log_in(board)
    assert board.connect(23).read_all() == b"Another session is open.\r\n"
    assert run(first, b"2") == b"2\r\n"
    first.close()
    board.run(300)
    assert run(log_in(board), b"3") == b"3\r\n"


@pytest.mark.req("TEL-1", "SRV-1")
def test_idle_session_is_closed(board: Board) -> None:
    board.repl("import network; network.Server().init(timeout=5)")
    client = log_in(board)
    board.run(4500)
    assert run(client, b"1") == b"1\r\n"
    assert client.read_all(6.0) == b"\r\nIdle for too long.\r\n"


@pytest.mark.req("TEL-2")
def test_a_client_that_does_not_read_does_not_stop_the_board(board: Board) -> None:
    client = log_in(board)
    client.stream.pause()
    client.send(b"for i in range(4000): print('a line that fills the buffers', i)\r\n\r\n")
    board.run(12_000)
    assert "3999" in board.repl("print(i)", seconds=60)


@pytest.mark.req("TEL-2")
def test_a_lost_connection_frees_the_session(board: Board) -> None:
    client = log_in(board)
    client.stream.reset()
    board.run(300)
    assert run(log_in(board), b"4") == b"4\r\n"


@pytest.mark.req("TEL-3")
def test_a_program_pasted_faster_than_it_is_read(board: Board) -> None:
    client = log_in(board)
    client.send(b"\x01")
    expect(client, b"raw REPL; CTRL-B to exit\r\n>")
    start = board.machine.seconds
    client.send(b"x = 0\n" + b"x += 1 # a line of a program\n" * 300 + b"print(x)\n\x04")
    assert b"300\r\n" in expect(client, b"\x04>", 20)
    assert board.machine.seconds - start < 1.5


@pytest.mark.req("FTP-5", "TEL-1")
def test_a_flood_of_commands_leaves_the_other_server_its_turn(board: Board) -> None:
    flood = board.connect(21)
    flood.send(b"NOOP\r\n" * 3_000)
    client = log_in(board)
    assert run(client, b"6 * 7") == b"42\r\n"
    assert len(flood.stream.received) < 3_000 * 20
    flood.stream.reset()
