"""machine.UART, on UART 1 with its two pins joined by a wire."""

from __future__ import annotations

import pytest


@pytest.fixture
def loop(board):
    """A board with UART1_TX (GP3) wired to UART1_RX (GP4) and `u` at 115200 baud."""
    board.pin("GP3").wire(board.pin("GP4"))
    board.repl("import machine, time\nfrom machine import UART\nu = UART(1, 115200, timeout=100)")
    return board


@pytest.mark.req("BUS-1")
def test_defaults_and_repr(board) -> None:
    shown = board.repl("import machine\nprint(machine.UART(1))")
    assert shown == "UART(1, baudrate=9600, bits=8, parity=None, stop=1)\n"
    assert board.repl("machine.UART(1, 57600, bits=7, parity=machine.UART.ODD, stop=2)").strip() == (
        "UART(1, baudrate=57600, bits=7, parity=UART.ODD, stop=2)"
    )


@pytest.mark.req("BUS-1")
def test_what_is_written_is_read(loop) -> None:
    assert loop.repl("u.write(b'hello\\nworld')").strip() == "11"
    loop.run(50)
    assert loop.repl("u.any()").strip() == "11"
    assert loop.repl("u.readline()").strip() == "b'hello\\n'"
    assert loop.repl("u.read(2), u.read()").strip() == "(b'wo', b'rld')"
    assert loop.repl("u.read(), u.any()").strip() == "(None, 0)"


@pytest.mark.req("BUS-1")
def test_readinto(loop) -> None:
    loop.repl("b = bytearray(4)\nu.write(b'abcdef')\ntime.sleep_ms(10)")
    assert loop.repl("u.readinto(b), bytes(b)").strip() == "(4, b'abcd')"
    assert loop.repl("u.readinto(b, 1), bytes(b)").strip() == "(1, b'ebcd')"


@pytest.mark.req("BUS-1")
@pytest.mark.parametrize("bits", [5, 6, 7, 8])
@pytest.mark.parametrize("parity", ["None", "UART.EVEN", "UART.ODD"])
@pytest.mark.parametrize("stop", [1, 2])
def test_frames(loop, bits: int, parity: str, stop: int) -> None:
    data = bytes(i & ((1 << bits) - 1) for i in (0, 1, 0x55, 0xAA, 0xFF, 17))
    loop.repl(f"u.init(115200, bits={bits}, parity={parity}, stop={stop}, timeout=50)")
    loop.repl(f"u.write({data!r})\ntime.sleep_ms(10)")
    assert loop.repl("u.read()").strip() == repr(data)


@pytest.mark.req("BUS-1")
@pytest.mark.parametrize("baud", [1200, 9600, 921600])
def test_baud_rates_take_their_time(loop, baud: int) -> None:
    code = f"""
u.init({baud}, timeout=2000)
a = time.ticks_us(); u.write(b'0123456789' * 4); u.flush(); b = time.ticks_us()
print(time.ticks_diff(b, a))
"""
    expected = 40 * 10 * 1_000_000 / baud
    assert int(loop.repl(code, 30)) == pytest.approx(expected, rel=0.03, abs=1500)


@pytest.mark.req("BUS-1")
def test_timeouts(board) -> None:
    code = """
import time
from machine import UART
def wait(**k):
    u = UART(1, 115200, **k)
    a = time.ticks_ms()
    r = u.read(3)
    return r, time.ticks_diff(time.ticks_ms(), a)
print(wait(), wait(timeout=30), wait(timeout=500))
"""
    (none, at_once), (none_30, waited_30), (none_500, waited_500) = eval(board.repl(code).replace(") (", "), ("))
    assert (none, none_30, none_500) == (None, None, None)
    assert at_once <= 1
    assert 30 <= waited_30 <= 32
    assert 500 <= waited_500 <= 502


@pytest.mark.req("BUS-1")
def test_long_transfers_lose_nothing_up_to_the_buffer(loop) -> None:
    loop.repl("data = bytes(range(256)) * 4\nu.init(9600, timeout=100)")
    code = """
import _thread
got = bytearray()
def reader():
    while len(got) < len(data):
        r = u.read()
        if r: got.extend(r)
_thread.start_new_thread(reader, ())
u.write(data)
time.sleep_ms(200)
print(got == data)
"""
    assert loop.repl(code, 30) == "True\n"


@pytest.mark.req("BUS-1")
def test_poll(loop) -> None:
    code = """
import select
p = select.poll()
p.register(u, select.POLLIN)
before = p.poll(0)
u.write(b'x')
after = p.poll(100)
print(before, after[0][1] == select.POLLIN)
"""
    assert loop.repl(code) == "[] True\n"


@pytest.mark.req("BUS-1")
@pytest.mark.parametrize(
    "call",
    ["UART(2)", "UART(-1)", "UART(1, 0)", "UART(1, 9600, bits=9)", "UART(1, 9600, parity=2)", "UART(1, 9600, stop=3)",
     "UART(1, 9600, timeout=-1)"],
)  # fmt: skip
def test_bad_arguments_raise(board, call: str) -> None:
    answer = board.repl(f"from machine import UART\n{call}")
    assert "ValueError" in answer or "OSError" in answer
    assert board.repl("1 + 1").strip() == "2"


@pytest.mark.req("BUS-1")
def test_deinit_closes(board) -> None:
    board.repl("import machine\nu = machine.UART(1, 9600)\nu.deinit()\nu.deinit()")
    for call in ("u.read()", "u.write(b'x')", "u.any()"):
        assert "OSError" in board.repl(call)
    assert board.repl("u").strip() == "UART(1)"
    board.repl("u.init(9600)")
    assert board.repl("u.write(b'x')").strip() == "1"


@pytest.mark.req("BUS-1")
def test_irq_on_received_bytes(loop) -> None:
    code = """
got = []
def handler(uart):
    got.append(uart.read())
i = u.irq(trigger=UART.RX_ANY, priority=3, handler=handler, wake=machine.IDLE)
u.write(b'abc')
time.sleep_ms(50)
first = b''.join(got)
i.disable()
u.write(b'd')
time.sleep_ms(50)
print(first, b''.join(got), u.any())
i.enable()
u.write(b'e')
time.sleep_ms(50)
print(b''.join(got))
"""
    assert loop.repl(code) == "b'abc' b'abc' 1\nb'abcde'\n"


@pytest.mark.req("BUS-1")
def test_irq_handler_runs_while_the_prompt_waits(loop) -> None:
    loop.repl("u.irq(handler=lambda uart: print('seen', uart.read()))")
    loop.uart.read()
    loop.uart.write(b"u.write(b'xyz')\r")
    loop.run(300)
    assert b"seen b'xyz'" in loop.uart.read()


@pytest.mark.req("BUS-1")
@pytest.mark.parametrize("arguments", ["trigger=2", "priority=0", "priority=8", "wake=4"])
def test_bad_irq_arguments_raise(loop, arguments: str) -> None:
    assert "ValueError" in loop.repl(f"u.irq({arguments})")


@pytest.mark.req("BUS-1")
def test_a_break_is_two_frames_low_after_what_was_written(loop) -> None:
    loop.repl("u.init(9600)")
    start = loop.machine.clock.now
    loop.repl("u.write(b'\\xff'); u.sendbreak()")
    fall, rise = loop.pin("GP3").edges(start)
    assert (fall.level, rise.level) == (0, 1)
    assert 24 / 9600 <= rise.seconds - fall.seconds < 26 / 9600
    assert loop.repl("u.read(1)").strip() == "b'\\xff'"
    assert loop.repl("u.write(b'after'), u.flush()").strip() == "(5, None)"


@pytest.mark.req("BUS-1")
def test_the_two_names_of_the_interrupt(board) -> None:
    assert board.repl("import machine\nprint(machine.UART.IRQ_RX == machine.UART.RX_ANY)") == "True\n"


@pytest.mark.req("BUS-1")
def test_what_was_written_is_read_in_one_piece(loop) -> None:
    """Without a timeout a read waits for a byte that is on its way, two characters."""
    code = """
for baud in (9600, 115200, 1000000):
    u = UART(1, baud)
    for pause in range(20):
        time.sleep_us(37 * pause)
        u.write(b'123456')
        if u.read() != b'123456' or u.read() != None: print(baud, pause)
"""
    assert loop.repl(code, 30) == ""


@pytest.mark.req("BUS-1")
@pytest.mark.parametrize("pins", ["(None, 'GP17')", "(None, None)", "('GP3', 'GP4')", "(None, 'GP17', None, None)"])
def test_a_pin_given_up_is_an_input_again(board, pins: str) -> None:
    code = f"""
from machine import Pin, UART
u = UART(1, 1000000, pins=('GP16', 'GP17'))
UART(1, 1000000, pins={pins})
print(Pin('GP16'))
"""
    assert board.repl(code) == "Pin('GP16', mode=Pin.IN, pull=None, drive=Pin.MED_POWER, alt=-1)\n"
    start = board.machine.clock.now
    board.repl("u.write(b'x' * 20)")
    assert board.pin("GP16").edges(start) == []


@pytest.mark.req("BUS-1")
def test_pins_that_can_not_change_nothing(board) -> None:
    code = """
from machine import Pin, UART
UART(1, 9600, pins=('GP16', 'GP17'))
try: UART(1, 9600, pins=('GP3', 'GP22'))
except ValueError as e: print(e)
print(Pin('GP16').mode() == Pin.ALT, Pin('GP3').mode() == Pin.ALT)
"""
    assert board.repl(code) == "pin can't do that\nTrue False\n"


@pytest.mark.req("BUS-1")
@pytest.mark.parametrize(("pins", "number"), [("('GP16', 'GP17')", 1), ("(None, 'GP4')", 1), ("('GP12', 'GP13')", 0)])
def test_without_a_number_it_is_the_pins_uart(board, pins: str, number: int) -> None:
    code = f"from machine import UART\nu = UART(baudrate=115200, pins={pins})"
    if number == 0:  # the console's: it leaves the cable
        code += "\nUART(0, 115200, pins=('GP1', 'GP2'))\nimport time; time.sleep_ms(5)"
    board.repl(code, 30)
    assert board.repl("u").startswith(f"UART({number}, ")
