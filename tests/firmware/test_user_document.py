"""The WiPy page of MicroPython's documentation ("General information about the WiPy", v1.23), example by example.

What stands there as code is run here as it stands; a difference is named where it is made.
"""

from __future__ import annotations

import hashlib

import pytest
from cc3200sim.board import Board
from support.script import Script

SD = """
class SD:
    def __init__(self):
        self.data = bytearray(64 * 512)
    def readblocks(self, n, buf):
        buf[:] = self.data[n * 512:n * 512 + len(buf)]
    def writeblocks(self, n, buf):
        self.data[n * 512:n * 512 + len(buf)] = buf
    def ioctl(self, op, arg):
        return {4: 64, 5: 512}.get(op, 0)
sd = SD()
"""


@pytest.mark.req("NF-1")
def test_no_floating_point_support(board: Board) -> None:
    assert board.repl("r = 4 // 2  # this will work\nprint(r)\n") == "2\n"
    assert "TypeError" in board.repl("r = 4 / 2   # this WON'T\n")
    assert "SyntaxError" in board.repl("r = 4.0\n")
    assert "ImportError" in board.repl("import math\n")


@pytest.mark.req("WL-1")
def test_wlan_default_behaviour(board: Board) -> None:
    board.repl("import network\nw = network.WLAN()\n")
    assert board.repl("w.mode() == network.WLAN.AP and w.ssid().startswith('wipy-wlan')") == "True\n"
    assert board.repl("w.auth() == (network.WLAN.WPA2, 'www.wipy.io')") == "True\n"
    assert board.repl("w.ifconfig()[0]") == "'192.168.1.1'\n"
    telnet = board.connect(23)
    telnet.send(b"micro\r\npython\r\n")
    telnet.read_until(b">>> ")


@pytest.mark.req("FS-1", "BOOT-1")
def test_local_file_system(board: Board) -> None:
    assert board.repl("import os\nprint(os.getcwd(), sorted(os.listdir('/flash')))\n") == (
        "/flash ['boot.py', 'cert', 'lib', 'main.py', 'sys']\n"
    )
    ftp = board.connect(21)
    ftp.send(b"USER micro\r\nPASS python\r\n")
    assert ftp.wait(lambda: b"\n230 " in ftp.stream.received)


def test_reset_and_the_software_version(board: Board) -> None:
    board.repl("import machine\n")
    board.uart.write(b"machine.reset()\r")
    assert b"MicroPython" in board.wait_prompt()
    board.repl("import os\n")
    assert board.repl("os.uname().release").strip("'\n").count(".") == 2


@pytest.mark.req("LED-1")
def test_the_heartbeat_led(board: Board) -> None:
    board.repl("import wipy\nwipy.heartbeat(False)\n")
    start = board.machine.clock.now
    board.run(9000)
    assert not [edge for edge in board.pin("GP25").edges(start) if edge.level]
    assert board.repl("wipy.heartbeat()") == "False\n"


@pytest.mark.req("LED-2")
def test_an_error_in_a_script_flashes_the_led_quickly(board: Board) -> None:
    board.repl("with open('/flash/main.py', 'w') as f: f.write('1 // 0')")
    board.reset()
    start = board.machine.clock.now
    board.run(4000)
    assert len([edge for edge in board.pin("GP25").edges(start) if edge.level]) > 8


@pytest.mark.req("PIN-1", "PIN-4")
def test_additional_details_for_pin(board: Board) -> None:
    board.repl("""
import machine
from machine import Pin
g = machine.Pin('GP9', mode=Pin.OUT, pull=None, drive=Pin.MED_POWER, alt=-1)
g(1)
""")
    assert board.pin("GP9").level == 1
    assert board.repl("[g.drive(d) or g.drive() == d for d in (Pin.LOW_POWER, Pin.HIGH_POWER)]") == "[True, True]\n"
    assert board.repl("[n for n, i in g.alt_list() if isinstance(i, int)]").startswith("['TIM2_PWM'")


@pytest.mark.req("PIN-2")
def test_pin_interrupts(board: Board) -> None:
    script = Script(
        board,
        """
from machine import Pin

def pincb(pin):
    print(pin.id())

pin_int = Pin('GP10', mode=Pin.IN, pull=Pin.PULL_DOWN)
pin_int.irq(trigger=Pin.IRQ_RISING, handler=pincb)
# the callback can be triggered manually
pin_int.irq()()
import time
print('edge')
time.sleep_ms(50)
# to disable the callback
pin_int.irq().disable()
print('no more')
time.sleep_ms(50)
for priority in range(1, 8):
    pin_int.irq(trigger=Pin.IRQ_RISING, handler=pincb, priority=priority)
""",
    )
    script.printed("edge")
    for level in (1, 0):
        board.pin("GP10").drive(level)
        board.run(1)
    script.printed("no more")
    board.pin("GP10").drive(1)
    assert script.finish() == "GP10\nedge\nGP10\nno more\n"


@pytest.mark.req("SSL-1")
def test_ssl_sockets(board: Board) -> None:
    # The page's first snippet calls the module, socket(...); its second has it right: socket.socket(...).
    assert (
        board.repl("""
import socket
import ssl
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SEC)
ss = ssl.wrap_socket(s)
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SEC)
ss = ssl.wrap_socket(s, cert_reqs=ssl.CERT_REQUIRED, ca_certs='/flash/cert/ca.pem')
print(callable(ss.connect), socket.getaddrinfo('192.168.1.2', 8441)[0][-1])
""")
        == "True ('192.168.1.2', 8441)\n"
    )


@pytest.mark.req("HASH-2")
def test_incompatibilities_in_hashlib(board: Board) -> None:
    shown = board.repl("""
import hashlib
hash = hashlib.sha1('abcd1234', 1001)    # length of the initial piece is multiple of 4 bytes
hash.update('1234')                       # also multiple of 4 bytes
for i in range(246): hash.update('....')
hash.update('12345')                      # last chunk may be of any length
print(hash.digest())
""")
    assert shown.strip() == repr(hashlib.sha1(b"abcd12341234" + b"...." * 246 + b"12345").digest())


@pytest.mark.req("MCH-1")
def test_unrelated_function_in_machine(board: Board) -> None:
    board.repl("""
with open('/flash/boot.py', 'w') as f: f.write("import machine\\nmachine.main('other.py')\\n")
with open('/flash/other.py', 'w') as f: f.write("print('the other')\\n")
""")
    assert b"the other" in board.reset()


@pytest.mark.req("SRV-1")
def test_control_of_the_servers(board: Board) -> None:
    assert (
        board.repl("""
import network
server = network.Server()
server.deinit() # disable the server
print(server.isrunning())
# enable the server again with new settings
server.init(login=('user', 'password'), timeout=600)
print(server.isrunning(), server.timeout())
server.timeout(300)
print(server.timeout())
""")
        == "False\nTrue 600\n300\n"
    )
    telnet = board.connect(23)
    telnet.send(b"user\r\npassword\r\n")
    telnet.read_until(b">>> ")


@pytest.mark.req("VFS-1", "VFS-2")
@pytest.mark.parametrize(("mount", "unmount"), [("vfs.mount", "os.unmount"), ("os.mount", "vfs.umount")])
def test_vfs_like_support(board: Board, mount: str, unmount: str) -> None:
    assert (
        board.repl(f"""
import os, vfs
{SD}
os.mkfs(sd)
{mount}(sd, '/sd')
with open('/sd/a', 'w') as f: f.write('kept')
{unmount}('/sd')
print(os.listdir('/'))
{mount}(sd, '/sd', readonly=True)
print(os.listdir('/sd'))
try:
    open('/sd/b', 'w')
except OSError:
    print('read-only')
{unmount}('/sd')
os.mkfs('/flash')
print(sorted(os.listdir('/flash')))
""")
        == "['flash']\n['a']\nread-only\n['boot.py', 'cert', 'lib', 'main.py', 'sys']\n"
    )
