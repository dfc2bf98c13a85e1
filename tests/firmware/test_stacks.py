"""How much of every stack is used: painted at start-up, looked at after a workload."""

from __future__ import annotations

import re

from support.debug_info import DebugInfo

STACKS = ("main_stack", "idle_stack", "interpreter_stack", "servers_stack", "spawn_stack")

WORKLOAD = [
    "import os, json, re, struct, binascii, hashlib, time, machine, _thread, gc",
    """\
with open('/flash/a.txt', 'w') as f:
 for i in range(100): f.write('line %d\\n' % i)
""",
    "print(len(open('/flash/a.txt').read()), os.listdir('/flash'), os.stat('/flash/a.txt'), os.statvfs('/flash'))",
    """\
os.mkdir('/flash/d')
os.rename('/flash/a.txt', '/flash/d/b.txt')
os.remove('/flash/d/b.txt')
os.rmdir('/flash/d')
""",
    "print(json.loads(json.dumps({'a': [1, {'b': [2, {'c': [3, (4,)]}]}]})))",
    "print(re.sub('(a|b)+', lambda m: m.group(0).upper(), 'xabbay'))",
    """\
def f(n): return n if n < 2 else f(n - 1) + f(n - 2)
print(f(7))
""",
    """\
class A:
 def __init__(self, *a, **k): self.x = [i for i in range(10) if i % 2]
class B(A): pass
print(B(1, c=2).x)
""",
    """\
code = 'def g(*b, c=1, **d):\\n for i in b:\\n  try:\\n   with open("x") as f: pass\\n  except OSError as e: print(e)'
exec(code)
""",
    """\
g(1, 2, 3)
print(sorted([(3, 'c'), (1, 'a')], key=lambda p: p[0]), 3 ** 100, f'{10 ** 30:,d}')
""",
    """\
try:
 try:
  1 // 0
 finally:
  raise ValueError('x')
except ValueError as e:
 print(repr(e))
""",
    "print(hashlib.sha256(bytes(1000)).digest(), os.urandom(8), os.uname())",
    """\
def w():
 for i in range(20): time.sleep_ms(1); json.dumps([i])
for i in range(3): _thread.start_new_thread(w, ())
time.sleep(1)
""",
    """\
p = machine.Pin('GP9', mode=machine.Pin.OUT)
p.toggle()
print(p, p.alt_list())
help('modules')
""",
    """\
u = machine.UART(1, 9600)
u.write(b'x' * 50)
print(u)
""",
    "import nothere",
    """\
with open('/flash/m.py', 'w') as f: f.write('import json\\nprint(json.dumps({}))\\n')
import sys
sys.path.append('/flash')
import m
""",
    "os.remove('/flash/m.py')",
]


def test_every_task_leaves_a_quarter_of_its_stack(board, debug_info: DebugInfo) -> None:
    board.reset()
    for code in WORKLOAD:
        board.repl(code, 60)
    board.uart.write(b"12\x7f\x7fos.un\t()\r\x05x = 1\r\x04while True: pass\r\r")
    board.run(500)
    board.interrupt()
    serve(board)
    serve_from_many_blocks(board)
    stacks = {name: size for name, (_, size) in debug_info.stacks().items()}
    assert set(stacks) == set(STACKS)
    left = {name: 100 * debug_info.stack_free(board, name) // size for name, size in stacks.items()}
    print({name: (size - debug_info.stack_free(board, name), size) for name, size in stacks.items()})
    assert {name: percent for name, percent in left.items() if percent < 25} == {}


def serve(board) -> None:
    """A telnet and an FTP session that try everything, long names among them."""
    telnet = board.connect(23)
    telnet.send(b"x" * 300 + b"\r\nwrong\r\n")
    board.run(1200)
    telnet.send(b"micro\r\npython\r\nprint(1)\r\n" + b"\xff\xf6")
    ftp = board.connect(21)
    ftp.send(b"USER micro\r\nPASS python\r\n")
    long = b"n" * 100
    steps = [
        b"CWD flash",
        b"MKD " + long,
        b"CWD " + long,
        b"PWD",
        b"CDUP",
        b"RNFR " + long,
        b"RNTO new name",
        b"RMD new name",
        b"SIZE main.py",
        b"MDTM main.py",
        b"MLST main.py",
        b"FEAT",
        b"HELP",
        b"X" * 500,
        b"DELE none",
    ]
    transfers = [b"LIST", b"MLSD", b"NLST", b"STOR " + long, b"RETR " + long, b"STOR cert/ca.pem"]
    for number, step in enumerate([*transfers, *steps]):
        ftp.send(b"PASV\r\n")
        board.run(300)
        port = int(re.findall(rb"(\d+),(\d+)\)", ftp.read())[-1][1]) + (2024 & ~255)
        data = board.connect(port)
        ftp.send(step + b"\r\n")
        board.run(200)
        if number in (3, 5):
            data.send(b"content" * 300)
        data.close()
        board.run(1500)
    ftp.send(b"CWD ../flash\r\nDELE " + long + b"\r\nQUIT\r\n")
    board.run(1000)
    telnet.close()
    board.run(500)


def serve_from_many_blocks(board) -> None:
    """FTP in a folder that is longer than the drive's cached blocks: each look at a name reads blocks in between."""
    board.repl(
        """\
import os
os.mkdir('/flash/many')
for i in range(40):
 with open('/flash/many/%d%s' % (i, 'n' * 90), 'w') as f: f.write('x')
""",
        120,
    )
    ftp = board.connect(21)
    ftp.send(b"USER micro\r\nPASS python\r\nCWD /flash/many\r\n")
    long = b"m" * 100
    steps = [
        b"SIZE none",
        b"MLST none",
        b"MKD " + long,
        b"RNFR " + long,
        b"RNTO /flash/many/new",
        b"RNFR new",
        b"RNTO ../" + long,
        b"RMD ../" + long,
        b"RETR none",
        b"STOR " + long,
        b"APPE " + long,
        b"DELE " + long,
    ]
    for step in steps:
        ftp.send(b"PASV\r\n")
        board.run(300)
        data = board.connect(int(re.findall(rb"(\d+),(\d+)\)", ftp.read())[-1][1]) + (2024 & ~255))
        ftp.send(step + b"\r\n")
        board.run(20)
        data.send(b"content" * 600)
        data.close()
        board.run(1000)


def test_runaway_recursion_stays_inside(board, debug_info: DebugInfo) -> None:
    """The limit Python sees leaves room for what C calls without asking and for the frame of an interrupt."""
    for code in (
        "def f(): f()\nf()",
        "def h():\n l = []\n for i in range(1000): l = [l]\n print(repr(l))\nh()",
        "exec('(' * 300 + '1' + ')' * 300)",
        "import json\njson.loads('[' * 500 + ']' * 500)",
        "import re\nre.match('(' * 100 + 'a*' + ')*' * 100, 'a' * 50)",
        "def g():\n try: g()\n finally: open('/flash/nothing')\ng()",
        "class A:\n def __repr__(s): return repr(s)\nA()",
    ):
        board.repl(code, 60)
        print(debug_info.stack_free(board, "interpreter_stack"), code[:20])
    assert debug_info.stack_free(board, "interpreter_stack") >= 256
