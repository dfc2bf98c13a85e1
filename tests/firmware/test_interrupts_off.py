"""What takes waiting can't be had while a program has interrupts off: it says so at once, and the board goes on."""

from __future__ import annotations

import pytest

WAITS = {
    "open": "open('/flash/a', 'w')",
    "write": "f.write('x' * 5000)",
    "read": "g.read()",
    "close": "f.close()",
    "listdir": "os.listdir('/flash')",
    "stat": "os.stat('/flash/main.py')",
    "rename": "os.rename('/flash/main.py', '/flash/n.py')",
    "replace": "os.rename('/flash/main.py', '/flash/boot.py')",
    "mkdir": "os.mkdir('/flash/d')",
    "sync": "os.sync()",
    "mkfs": "os.mkfs('/flash')",
    "socket": "socket.socket()",
    "close of a socket": "s.close()",
    "send": "s.sendto(b'x', ('192.168.1.2', 9))",
    "names": "socket.getaddrinfo('a.b', 1)",
    "poll": "p.poll(0)",
    "addresses": "w.ifconfig()",
    "mac": "w.mac()",
    "channel": "w.channel(7)",
    "scan": "w.scan()",
    "hostname": "network.hostname('abc')",
    "servers off": "network.Server().deinit()",
    "servers on": "network.Server().init()",
}
BEGIN = """\
import machine, os, socket, network, select
w = network.WLAN()
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
p = select.poll()
p.register(s, 1)
g = open('/flash/boot.py')
f = open('/flash/f', 'w')
"""


@pytest.mark.parametrize("name", WAITS)
def test_what_waits(board, name: str) -> None:
    """OSError, or nothing where nothing is waited for; then it works."""
    code = f"""
state = machine.disable_irq()
try: {WAITS[name]}
except OSError: pass
machine.enable_irq(state)
print('after')
"""
    board.repl(BEGIN)
    assert board.repl(code) == "after\n"
    assert board.repl("with open('/flash/after', 'w') as f: print(f.write('x' * 3000))", 20) == "3000\n"
    assert board.repl("print(w.ifconfig()[0], network.Server().isrunning() in (True, False))") == "192.168.1.1 True\n"


def test_a_program_that_fails_with_interrupts_off(board) -> None:
    """The prompt comes back, with all that the program had to say."""
    shown = board.repl("import machine\nmachine.disable_irq()\nopen('/flash/a', 'w')\n")
    assert shown.startswith('Traceback (most recent call last):\n  File "<stdin>", line 3, in <module>\nOSError: ')
    assert board.repl("open('/flash/a', 'w').write('x' * 2000)", 20) == "2000\n"
