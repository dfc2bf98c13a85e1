"""Python threads on FreeRTOS tasks."""

from __future__ import annotations

import pytest


def test_threads_take_turns_and_end(board) -> None:
    code = """
import _thread, time
done = []
lock = _thread.allocate_lock()
def work(n):
    for i in range(50):
        with lock:
            done.append(n)
        if i % 10 == 0:
            time.sleep_ms(1)
for n in range(4):
    _thread.start_new_thread(work, (n,))
while len(done) < 200:
    time.sleep_ms(5)
print(sorted(set(done)), len(done))
"""
    assert board.repl(code, 60) == "[0, 1, 2, 3] 200\n"


def test_threads_that_ended_give_their_memory_back(board) -> None:
    """60 threads of 5 KiB are four times the heap. A stale word on a stack may keep the memory of one of them."""
    code = """
import _thread, time, gc
count = [0]
def work():
    count[0] += 1
gc.collect()
free = gc.mem_free()
for i in range(60):
    _thread.start_new_thread(work, ())
    time.sleep_ms(2)
gc.collect()
print(count[0], gc.mem_free() > free - 5500)
"""
    assert board.repl(code, 60) == "60 True\n"


def test_threads_start_at_any_instant_of_a_tick(board) -> None:
    """One that ran before its creator had said how much stack it has raised RuntimeError, or worse."""
    code = """
import _thread, time
count = [0]
def work():
    count[0] += 1
for i in range(120):
    _thread.stack_size(2560 + 16 * i)
    _thread.start_new_thread(work, ())
    time.sleep_ms(2)
    time.sleep_us(7 * i)
print(count[0])
"""
    assert board.repl(code, 60) == "120\n"


def test_ctrl_c_goes_to_the_main_thread(board) -> None:
    board.repl("""
import _thread, time
ticks = [0]
def work():
    while True:
        time.sleep_ms(10)
        ticks[0] += 1
_thread.start_new_thread(work, ())
""")
    board.uart.write(b"while True: pass\r\r")
    board.run(200)
    board.interrupt()
    first = int(board.repl("ticks[0]"))
    board.run(500)
    assert int(board.repl("ticks[0]")) >= first + 40


def test_soft_reset_ends_threads(board) -> None:
    board.repl("""
import _thread, time, machine
pin = machine.Pin('GP9', mode=machine.Pin.OUT)
def blink():
    while True:
        pin.toggle()
        time.sleep_ms(5)
_thread.start_new_thread(blink, ())
""")
    board.uart.write(b"\x04")
    board.wait_prompt()
    start = board.machine.clock.now
    board.run(500)
    assert board.pin("GP9").edges(start) == []
    assert int(board.repl("import gc\ngc.collect()\nprint(gc.mem_free())")) >= 58_400


# What a thread does when the session ends: it sits in a call to the network processor or the drive, or will not go.
BUSY = {
    "a name": "import socket\n_thread.start_new_thread(socket.getaddrinfo, ('no.such', 80))",
    "a change of the channel": "import network\n_thread.start_new_thread(lambda: network.WLAN().channel(9), ())",
    "a new drive": "import os\n_thread.start_new_thread(lambda: os.mkfs('/flash'), ())",
    "files without an end": """\
def work():
 while 1:
  try:
   while 1:
    with open('/flash/f', 'w') as f: f.write('x' * 900)
  except BaseException: pass
_thread.start_new_thread(work, ())
""",
    "looks at a socket without an end": """\
import socket, select
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('', 700))
p = select.poll()
p.register(s, 1)
def work():
 while 1:
  try:
   while 1: p.poll(0)
  except BaseException: pass
_thread.start_new_thread(work, ())
""",
    "addresses without an end": """\
import network
def work():
 while 1:
  try: network.WLAN().ifconfig()
  except BaseException: pass
_thread.start_new_thread(work, ())
""",
    "a lock that nobody gives": """\
lock = _thread.allocate_lock()
lock.acquire()
def work():
 while 1:
  try: lock.acquire()
  except BaseException: pass
_thread.start_new_thread(work, ())
""",
}


@pytest.mark.parametrize("name", BUSY)
@pytest.mark.parametrize("milliseconds", [3, 150, 401])
def test_soft_reset_leaves_no_lock_taken(board, name: str, milliseconds: int) -> None:
    board.repl(f"import _thread\n{BUSY[name]}\n", 60)
    board.run(milliseconds)
    board.uart.read()
    board.uart.write(b"\x04")
    assert board.uart.read_until(b">>> ", 15).startswith(b"\r\nMPY: soft reboot")
    assert board.repl("with open('/flash/after', 'w') as f: print(f.write('x' * 3000))", 20) == "3000\n"
    assert board.repl("import network\nprint(network.WLAN().ifconfig()[0], network.Server().isrunning())", 20) == (
        "192.168.1.1 True\n"
    )
    ftp = board.connect(21)
    assert ftp.read_until(b"\r\n").startswith(b"220")


@pytest.mark.parametrize("pause", ["", "  time.sleep_ms(1)\n"])
def test_a_thread_that_writes_files_leaves_turns_to_the_prompt(board, pause: str) -> None:
    """One turn of each in turn: a call to the drive takes 0.2 s at most."""
    board.repl(f"""
import _thread, time
def work():
 while 1:
  with open('/flash/log.txt', 'a') as f: f.write('x' * 100)
{pause}_thread.start_new_thread(work, ())
""")
    board.run(1000)
    board.uart.read()
    board.uart.write(b"6*7\r")
    assert board.uart.read_until(b">>> ", 4) == b"6*7\r\n42\r\n>>> "


def test_settings_of_the_radio_by_two_threads(board) -> None:
    """Each of both changes another one: neither undoes what the other did, and the board goes on."""
    code = """
import _thread, network
w = network.WLAN()
done = _thread.allocate_lock()
done.acquire()
def work():
 for name in ('one', 'two', 'three'): w.ssid(name)
 done.release()
_thread.start_new_thread(work, ())
for channel in (1, 6, 11, 4): w.channel(channel)
done.acquire()
print(w.ssid(), w.channel(), w.ifconfig()[0])
"""
    assert board.repl(code, 60) == "three 4 192.168.1.1\n"


def test_recursion_in_a_thread_raises(board) -> None:
    code = """
import _thread, time
def deep(n):
    return deep(n + 1)
def work():
    try:
        deep(0)
    except RuntimeError as error:
        print(error)
_thread.start_new_thread(work, ())
time.sleep_ms(300)
"""
    assert board.repl(code) == "maximum recursion depth exceeded\n"


def test_a_threads_exception_is_shown(board) -> None:
    code = "import _thread, time\ndef work(): 1 // 0\n_thread.start_new_thread(work, ())\ntime.sleep_ms(100)"
    assert "ZeroDivisionError" in board.repl(code)
