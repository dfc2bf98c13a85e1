"""Keys at the instant when the firmware looks away: virtual time puts an event at any cycle, and they are swept."""

from __future__ import annotations

import pytest
from cc3200sim.board import Board, Client
from cc3200sim.clock import cycles
from support.telnet import expect, log_in, run

FIRST_INTERRUPT_TO_SLEEP = range(0, 40_000, 23)  # cycles after a key at UART0: longer than the prompt takes for it


@pytest.mark.req("TEL-2")
def test_a_key_at_uart0_while_the_last_one_is_taken(board: Board) -> None:
    """A byte that comes between the look at the input and the sleep is not left for the next one to wake."""
    port, clock = board.machine.uart, board.machine.clock
    board.run(100)
    board.uart.read()
    start, state = clock.now, board.save()
    board.uart.write(b"a")
    while not board.machine.cpu.sleeping or clock.now - start < cycles(2e-4):
        board.machine.run_until(clock.now + 200)
    arrival = clock.now - start  # of the interrupt, more or less
    sweep = [*FIRST_INTERRUPT_TO_SLEEP, *range(arrival - 1200, arrival + 200)]
    for offset in sweep:
        board.restore(state)
        board.uart.write(b"a")
        clock.at(start + offset, lambda: port.feed(b"b"))
        board.machine.run_until(start + offset + cycles(2e-3))
        assert board.uart.read() == b"ab", offset


@pytest.mark.req("TEL-2")
def test_a_key_over_telnet_while_the_last_one_is_taken(board: Board) -> None:
    client = log_in(board)
    board.run(100)
    client.read()
    start, state = board.machine.clock.now, board.save()
    for offset in range(0, cycles(4e-3), 431):
        board.restore(state)
        client.send(b"a")
        board.machine.clock.at(start + offset, lambda: client.send(b"b"))
        board.machine.run_until(start + offset + cycles(6e-3))
        assert client.read() == b"ab", offset


def typed_ahead(board: Board) -> tuple[Client, dict[str, object], int]:
    """A program that reads one byte after the other, with many more waiting for it."""
    client = log_in(board)
    client.send(b"import sys; r = sys.stdin.buffer.read; exec('while True: r(1)')\r\n")
    board.run(400)
    client.read()
    client.send(b"x" * 240)
    board.machine.run(1.3e-3)
    return client, board.save(), board.machine.clock.now


@pytest.mark.req("TEL-2")
def test_an_interrupt_that_empties_the_input_while_it_is_read(board: Board) -> None:
    client, state, start = typed_ahead(board)
    for offset in range(0, cycles(2e-3), 401):
        board.restore(state)
        board.machine.clock.at(start + offset, lambda: client.send(b"\x03"))
        assert b"KeyboardInterrupt" in expect(client, b">>> "), offset
        assert run(client, b"6 * 7") == b"42\r\n", offset


@pytest.mark.req("TEL-2")
@pytest.mark.parametrize("line", [b"exec('while True: pass')", b"import time; time.sleep(1000)", b"input()"])
def test_an_interrupt_at_any_moment_of_a_programs_start_over_telnet(board: Board, line: bytes) -> None:
    client = log_in(board)
    board.run(100)
    client.read()
    start, state = board.machine.clock.now, board.save()
    ended = set()
    for offset in range(0, cycles(12e-3), 9973):
        board.restore(state)
        client.send(line + b"\r\n")
        board.machine.clock.at(start + offset, lambda: client.send(b"\x03"))
        board.run(100)
        said = client.read()
        assert said.endswith(b"\r\n>>> "), (offset, said)
        ended.add(b"KeyboardInterrupt" in said)
        assert run(client, b"6 * 7") == b"42\r\n", offset
    assert True in ended


@pytest.mark.req("TEL-2")
def test_an_interrupt_at_any_moment_of_a_programs_start_at_uart0(board: Board) -> None:
    """While a line is compiled Ctrl-C is a key like others there, as on every port: pressed again it interrupts."""
    board.run(100)
    board.uart.read()
    port, clock = board.machine.uart, board.machine.clock
    start, state = clock.now, board.save()
    at_once = 0
    offsets = range(0, cycles(12e-3), 9973)
    for offset in offsets:
        board.restore(state)
        board.uart.write(b"exec('while True: pass')\r")
        clock.at(start + offset, lambda: port.feed(b"\x03"))
        board.run(100)
        said = board.uart.read()
        if said.endswith(b"\r\n>>> "):
            at_once += 1
        else:
            assert b"KeyboardInterrupt" in board.interrupt(), offset
            board.run(50)
        board.uart.read()
        assert board.repl("6 * 7") == "42\n", offset
    assert at_once > len(offsets) // 2


@pytest.mark.req("SOCK-1")
def test_sockets_are_collected_while_threads_allocate(board: Board) -> None:
    """A finaliser that let go of the interpreter lock would let others allocate while the collector sweeps."""
    text = board.repl(
        """
import _thread, gc, socket, time
bad = []
stop = [False]
rounds = [0, 0]
def work(n):
    while not stop[0]:
        kept = [bytes([n, i]) * 9 for i in range(40)]
        for i in range(40):
            if kept[i] != bytes([n, i]) * 9:
                bad.append((n, i))
        rounds[n] += 1
for n in range(2):
    _thread.start_new_thread(work, (n,))
for i in range(500):
    for j in range(3):
        socket.socket()
    gc.collect()
    time.sleep_ms(1)
    if min(rounds) > 50:
        break
stop[0] = True
time.sleep_ms(200)
print(bad, min(rounds))
""",
        seconds=30,
    )
    bad, rounds = text.rsplit(" ", 1)
    assert bad == "[]"
    assert int(rounds) > 50
    assert len(board.machine.nwp.sockets.sockets) == 2  # the servers' listeners


@pytest.mark.req("SRV-1", "TEL-2")
@pytest.mark.parametrize("switch", ["server.deinit(); server.init()", "wlan.channel(7)"])
def test_the_servers_go_off_and_on_while_a_thread_prints_over_telnet(board: Board, switch: str) -> None:
    """A key ends the wait of the servers' task, which then closes the session under the thread that is sending.

    UART0 is no terminal meanwhile, so that the thread sends without a pause and holds the client's lock more often.
    """
    client = log_in(board)
    board.repl(f"""
import _thread, network, os, time
server = network.Server()
wlan = network.WLAN()
going = [True]
def talk():
    while going[0]: print('-' * 60)
def switch():
    _thread.start_new_thread(talk, ())
    time.sleep_ms(20)
    uart = os.dupterm(None)
    {switch}
    os.dupterm(uart)
    going[0] = False
""")
    board.uart.write(b"switch()\r")
    board.run(30)
    start, state = board.machine.clock.now, board.save()
    for offset in range(0, cycles(2e-3), 1499):
        board.restore(state)
        board.machine.clock.at(start + offset, lambda: client.send(b"k"))
        board.run(300 if "server" in switch else 600)
        log_in(board).close()
        expect(board.connect(21), b"220 ")
