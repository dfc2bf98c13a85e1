"""Every operation at every depth that Python can call it from: a quarter of the stack stays free, whoever's it is.

What takes more of it than there is ends in RuntimeError, and nothing else happens.
"""

from __future__ import annotations

import pytest
from support.debug_info import PAINT, DebugInfo

OPERATIONS = {
    "write": "f=open('/flash/a long file name.txt','w'); f.write('x'*3000); f.close()",
    "append and read": "open('/flash/r1','a').write('x'); open('/flash/r1').read()",
    "rename": "n='/flash/lib/a long file name'; os.rename('/flash/r1',n); os.rename(n,'/flash/r1')",
    "replace": "open('/flash/r2','w').close(); os.rename('/flash/r2','/flash/r1')",
    "mkdir": "os.mkdir('/flash/a long dir name'); os.rmdir('/flash/a long dir name')",
    "remove": "open('/flash/a long file name.txt','w').close(); os.remove('/flash/a long file name.txt')",
    "listdir": "os.listdir('/flash/lib')",
    "ilistdir": "list(os.ilistdir('/flash'))",
    "stat": "os.stat('/flash/lib'), os.statvfs('/flash'), os.getcwd(); os.stat('/flash/lib/nothing here at all')",
    "mkfs": "os.mkfs('/flash'); open('/flash/r1','w').close()",
    "import of nothing": "exec('import nosuchmodule')",
    "import": "sys.modules.pop('a_module', 0); exec('import a_module')",
    "execfile": "execfile('/flash/a_module.py')",
    "exec": "exec('a=[1,2,(3,4,{5:6})]; b=a[2][2][5]+1')",
    "json": "json.loads('[[[[[[[[[[[[1]]]]]]]]]]]]'); json.dumps([[[[[[[[1]]]]]]]])",
    "re": "re.match('((((a|b)*)*)*)*c','ab'*20)",
    "sort": "sorted([3,1,2]*30, key=lambda x: -x)",
    "hash": "hashlib.sha256(b'x'*200).digest(), os.urandom(40)",
    "connect": "s=socket.socket(); s.settimeout(1); s.connect(('192.168.1.9',1))",
    "certificate": "ssl.wrap_socket(socket.socket(2,1,256), ca_certs='/flash/cert/ca.pem')",
    "names": "socket.getaddrinfo('no.such',80)",
    "datagram": "s=socket.socket(2,2); s.bind(('',99)); s.settimeout(0); s.recv(10)",
    "wlan": "network.WLAN().ifconfig(), network.WLAN().mac(), network.WLAN().ssid()",
    "channel": "network.WLAN().channel(6); network.WLAN().channel(5)",
    "servers": "network.Server().deinit(); network.Server().init()",
    "hostname": "network.hostname('abc'), network.hostname()",
    "print": "print(2**200, 'x'*50, {1:(2,[3])})",
    "big numbers": "int('9'*300)*int('8'*300), pow(3,500,7**99)",
    "format": "'{:>30,d} {!r:<40}'.format(10**20, 'é'*10)",
    "pin": "machine.Pin('GP16', mode=machine.Pin.IN).irq(handler=lambda p: None, trigger=machine.Pin.IRQ_FALLING)",
    "uart": "machine.UART(1,9600).write('x'*40)",
    "thread": "_thread.start_new_thread(lambda: None, ())",
    "select": "p=select.poll(); p.register(socket.socket(2,2),1); p.poll(10)",
    "collect": "f=open('/flash/r3','w'); f.write('abc'*300); f=None; gc.collect()",
    "struct": "struct.pack('<100sIq', b'x', 1, 2)",
    "block device": "d=D(); os.mkfs(d); os.mount(d,'/x'); open('/x/a long name.txt','w').write('y'); os.listdir('/x')",
    "help": "help('modules')",
    "console": "os.dupterm(None); os.dupterm(U)",
}
BEGIN = """\
import os, json, re, hashlib, socket, ssl, network, machine, _thread, select, gc, struct, sys
U = machine.UART(0, 115200)
os.dupterm(U)
open('/flash/r1', 'w').close()
with open('/flash/a_module.py', 'w') as f: f.write('def g(x): return [x for x in (1, 2)]\\nprint(g(1))\\n')
class D:
 def __init__(s): s.d = bytearray(512 * 48)
 def readblocks(s, n, buf): buf[:] = s.d[n * 512:n * 512 + len(buf)]
 def writeblocks(s, n, buf): s.d[n * 512:n * 512 + len(buf)] = buf
 def ioctl(s, op, a): return 48 if op == 4 else 512 if op == 5 else 0
def f(n):
 if n: f(n - 1)
 else: op()
def at(n):
 try: f(n)
 except RuntimeError: return 1
 except (OSError, ImportError, ValueError, MemoryError): pass
 return 0
def sweep(deepest):
 refused = [at(n) for n in range(max(deepest - 10, 0), deepest + 2)]
 print('refused', sum(refused), 'of', len(refused))
def go():
 global op
 op = lambda: None
 deepest = 0
 while not at(deepest): deepest += 1
 op = operation
 sweep(deepest)
"""
THREAD = """\
done, over = _thread.allocate_lock(), _thread.allocate_lock()
done.acquire()
over.acquire()
def thread():
 go()
 done.release()
 over.acquire()
_thread.stack_size(%d)
_thread.start_new_thread(thread, ())
done.acquire()
"""
THREAD_STACK = 8  # offset in thread_t, mpthreadport.c; behind it the stack's length in words


def lowest_free(memory: bytes) -> int:
    return len(memory) - len(memory.lstrip(PAINT))


def words(board, address: int, count: int) -> list[int]:
    memory = bytes(board.machine.cpu.read_memory(address, 4 * count))
    return [int.from_bytes(memory[i : i + 4], "little") for i in range(0, len(memory), 4)]


def thread_stacks(board, debug_info: DebugInfo) -> list[bytes]:
    """What is on the stacks of threads that live."""
    stacks = []
    (thread,) = words(board, debug_info.symbols["main_thread"][0], 1)
    while thread:
        address, count = words(board, thread + THREAD_STACK, 2)
        stacks.append(bytes(board.machine.cpu.read_memory(address, 4 * count)))
        (thread,) = words(board, thread, 1)
    return stacks


@pytest.mark.parametrize("name", OPERATIONS)
def test_main_thread(board, debug_info: DebugInfo, name: str) -> None:
    board.reset()  # paints the stacks
    shown = board.repl(f"{BEGIN}def operation():\n {OPERATIONS[name]}\ngo()\n", 400)
    assert "refused" in shown, shown
    size = debug_info.stacks()["interpreter_stack"][1]
    assert debug_info.stack_free(board, "interpreter_stack") >= size // 4
    assert debug_info.stack_free(board, "spawn_stack") >= debug_info.stacks()["spawn_stack"][1] // 4
    assert board.repl("6 * 7") == "42\n"


@pytest.mark.parametrize("size", [0, 1])
@pytest.mark.parametrize("name", OPERATIONS)
def test_threads(board, debug_info: DebugInfo, name: str, size: int) -> None:
    """Of the usual size, and of the smallest."""
    shown = board.repl(f"{BEGIN}def operation():\n {OPERATIONS[name]}\n{THREAD % size}", 400)
    assert "refused" in shown, shown
    memory = max(thread_stacks(board, debug_info), key=len)  # an operation's own threads are small
    assert lowest_free(memory) >= len(memory) // 4
    board.repl("over.release()\n")
    assert board.repl("6 * 7") == "42\n"
