"""Files on /flash, and the os module: what open() and os promise, and that it is there after every kind of reset."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from cc3200sim.board import Board
from support.debug_info import DebugInfo
from support.tested import BOARD
from support.values import error, value

OS = "import os\n"
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.req("FS-1")
def test_a_new_drive_has_its_files_and_folders(board: Board) -> None:
    assert board.repl("import os\nprint(sorted(os.listdir()))") == "['boot.py', 'cert', 'lib', 'main.py', 'sys']\n"
    for name in ("boot.py", "main.py"):
        assert value(board, f"print(repr(open('/flash/{name}').read()))") == (ROOT / "boards/flash" / name).read_text()
    for name in ("sys", "lib", "cert"):
        assert value(board, f"import os\nprint(os.listdir('/flash/{name}'))") == []


@pytest.mark.req("FS-1")
def test_the_current_directory_and_the_path(board: Board) -> None:
    assert value(board, "import os\nprint(repr(os.getcwd()))") == "/flash"
    assert value(board, "import sys\nprint(sys.path)") == ["", "/flash", "/flash/lib"]


@pytest.mark.req("FS-1")
def test_modules_are_imported_from_flash_and_its_lib(board: Board) -> None:
    board.repl("with open('/flash/lib/first.py', 'w') as f: f.write('a = 1\\n')")
    board.repl("with open('second.py', 'w') as f: f.write('import first\\nb = first.a + 1\\n')")
    assert value(board, "import os\nos.chdir('/')\nimport second\nprint(second.b)") == 2


@pytest.mark.req("FS-1")
def test_text_and_bytes(board: Board) -> None:
    script = r"""
text = 'Gr\u00fc\u00dfe\nzweite Zeile\n\nletzte'
with open('t.txt', 'w') as f:
    f.write(text)
with open('t.txt', 'a') as f:
    f.write('!\n')
with open('t.txt', 'rb') as f:
    raw = f.read()
with open('t.txt') as f:
    lines = [line for line in f]
with open('t.txt') as f:
    first, rest = f.readline(), f.readlines()
print((raw == (text + '!\n').encode(), lines, [first] + rest == lines))
"""
    lines = ["Grüße\n", "zweite Zeile\n", "\n", "letzte!\n"]
    assert value(board, script) == (True, lines, True)


@pytest.mark.req("FS-1")
def test_seek_tell_and_modes(board: Board) -> None:
    script = """
data = bytes(i * 7 & 255 for i in range(3000))
with open('b.bin', 'wb') as f:
    for i in range(0, 3000, 700):
        f.write(data[i:i + 700])
    end = f.tell()
with open('b.bin', 'r+b') as f:
    f.seek(1000)
    f.write(b'middle')
    f.seek(-10, 2)
    tail = f.read()
    f.seek(5)
    f.seek(5, 1)
    here = f.tell()
expected = data[:1000] + b'middle' + data[1006:]
with open('b.bin', 'rb') as f:
    whole = f.read()
buffer = bytearray(100)
with open('b.bin', 'rb') as f:
    got = f.readinto(buffer)
print((end, tail == data[-10:], here, whole == expected, got, bytes(buffer) == data[:100]))
"""
    assert value(board, script) == (3000, True, 10, True, 100, True)


@pytest.mark.req("FS-1")
def test_many_files_are_open_at_once(board: Board) -> None:
    script = """
files = [open('many%d' % i, 'w') for i in range(12)]
for turn in range(40):
    for i, f in enumerate(files):
        f.write('%d:%d ' % (i, turn))
for f in files:
    f.close()
print(all(open('many%d' % i).read() == ''.join('%d:%d ' % (i, t) for t in range(40)) for i in range(12)))
"""
    assert value(board, script) is True


@pytest.mark.req("FS-1")
def test_folders_and_names(board: Board) -> None:
    script = """
import os
os.mkdir('A folder with a long name')
os.chdir('A folder with a long name')
here = os.getcwd()
open('x', 'w').close()
os.rename('x', 'A file with an even longer name.text')
names = os.listdir()
os.rename('A file with an even longer name.text', '../moved.txt')
os.chdir('..')
os.rmdir('A folder with a long name')
mode = os.stat('lib')[0], os.stat('moved.txt')[0], os.stat('boot.py')[6]
os.remove('moved.txt')
print((here, names, mode, sorted(os.listdir('/flash'))))
"""
    here, names, mode, left = value(board, script)
    assert here == "/flash/A folder with a long name"
    assert names == ["A file with an even longer name.text"]
    assert mode == (0x4000, 0x8000, (ROOT / "boards/flash/boot.py").stat().st_size)
    assert left == ["boot.py", "cert", "lib", "main.py", "sys"]


@pytest.mark.req("FS-1")
def test_rename_takes_the_place_of_a_file_but_of_no_folder(board: Board) -> None:
    script = """
import os
for name in ('new', 'lib/old file with a long name.txt'):
    with open(name, 'w') as f:
        f.write('content of ' + name)
os.rename('new', 'lib/old file with a long name.txt')
print((open('lib/old file with a long name.txt').read(), 'new' in os.listdir(), os.listdir('lib')))
"""
    assert value(board, script) == ("content of new", False, ["old file with a long name.txt"])
    assert error(board, OS + "os.rename('boot.py', 'lib')") == "OSError: [Errno 13] EACCES"
    assert value(board, "os.rename('boot.py', 'BOOT.PY')\nprint('BOOT.PY' in os.listdir())") is True


@pytest.mark.req("FS-1")
@pytest.mark.parametrize(
    "statement, raised",
    [
        ("open('nothing')", "OSError: [Errno 2] ENOENT"),
        ("open('nowhere/file', 'w')", "OSError: [Errno 2] ENOENT"),
        ("os.remove('nothing')", "OSError: [Errno 2] ENOENT"),
        ("os.rename('nothing', 'other')", "OSError: [Errno 2] ENOENT"),
        ("os.stat('nothing')", "OSError: [Errno 2] ENOENT"),
        ("os.chdir('nothing')", "OSError: [Errno 2] ENOENT"),
        ("os.listdir('nothing')", "OSError: [Errno 2] ENOENT"),
        ("os.mkdir('lib')", "OSError: [Errno 17] EEXIST"),
        ("open('boot.py', 'x')", "OSError: [Errno 17] EEXIST"),
        ("os.remove('lib')", "OSError: [Errno 21] EISDIR"),
        ("os.rmdir('boot.py')", "OSError: 20"),
        ("open('a:b', 'w')", "OSError: [Errno 22] EINVAL"),
        ("open('/elsewhere/x', 'w')", "OSError: [Errno 19] ENODEV"),
        ("os.mkdir('d'); open('d/x', 'w').close(); os.rmdir('d')", "OSError: [Errno 13] EACCES"),
    ],
)
def test_errors_have_their_number(board: Board, statement: str, raised: str) -> None:
    assert error(board, OS + statement) == raised


@pytest.mark.req("FS-1")
def test_a_full_drive_says_so_and_harms_nothing(board: Board) -> None:
    script = """
import os
with open('kept.txt', 'w') as f:
    f.write('kept')
piece = b'0123456789abcdef' * 64
written = 0
try:
    with open('large.bin', 'wb') as f:
        while True:
            written += f.write(piece)
except OSError as e:
    number = e.errno
free = os.statvfs('/flash')[3]
size = os.stat('large.bin')[6]
intact = True
with open('large.bin', 'rb') as f:
    for _ in range(written // 1024):
        intact = intact and f.read(1024) == piece
os.remove('large.bin')
print((number, free, written <= size < written + 1024, intact, open('kept.txt').read(), os.statvfs('/flash')[3] > 300))
"""
    assert value(board, script, 300) == (28, 0, True, True, "kept", True)


@pytest.mark.req("FS-1")
@pytest.mark.parametrize("way", ["soft reset", "machine.reset()", "reset button", "power cut"])
def test_closed_files_survive(board: Board, way: str) -> None:
    board.repl("with open('kept.txt', 'w') as f: f.write('kept' * 1000)")
    if way == "soft reset":
        board.uart.write(b"\x04")
        assert b"soft reboot" in board.wait_prompt()
    elif way == "machine.reset()":
        board.uart.write(b"import machine; machine.reset()\r")
        board.wait_prompt()
    elif way == "reset button":
        board.reset()
    else:
        board.power_cut()
        board.power_on()
    assert value(board, "print(open('kept.txt').read() == 'kept' * 1000)") is True


@pytest.mark.req("FS-1")
def test_what_is_flushed_survives_a_power_cut_and_what_is_open_a_soft_reset(board: Board) -> None:
    board.repl("f = open('flushed.txt', 'w')\nf.write('flushed')\nf.flush()\nf.write('lost')")
    board.power_cut()
    board.power_on()
    assert value(board, "print(repr(open('flushed.txt').read()))") == "flushed"
    board.repl("g = open('open.txt', 'w')\ng.write('not closed')")
    board.uart.write(b"\x04")
    board.wait_prompt()
    assert value(board, "print(repr(open('open.txt').read()))") == "not closed"


@pytest.mark.req("FS-1")
def test_missing_files_of_a_new_drive_come_back(board: Board) -> None:
    board.repl("import os\nos.remove('main.py')\nos.rmdir('lib')")
    board.reset()
    assert board.repl("import os\nprint(sorted(os.listdir()))") == "['boot.py', 'cert', 'lib', 'main.py', 'sys']\n"


@pytest.mark.req("OTA-3")
def test_uname(board: Board) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert value(board, "import os\nprint(repr(os.uname().release))") == version
    assert value(board, "import os\nprint(tuple(os.uname()))")[0:2] == (BOARD.name, BOARD.name)
    assert value(board, "import os\nprint(repr(os.uname().machine))") == f"{BOARD.name} with CC3200"


@pytest.mark.req("FS-1")
def test_urandom_and_sync(board: Board) -> None:
    assert value(board, "import os\nprint([len(os.urandom(n)) for n in (0, 1, 5, 64)])") == [0, 1, 5, 64]
    assert value(board, "import os\nprint(len({os.urandom(8) for _ in range(50)}))") == 50
    assert error(board, OS + "os.urandom(-1)") == "ValueError:"
    assert board.repl("os.sync()") == ""


@pytest.mark.req("FS-1")
def test_when_peers_come_stirs_the_random_numbers(board: Board, debug_info: DebugInfo) -> None:
    """In the pool that the next numbers are made of, a peer that comes a millisecond later makes a difference."""
    address, _ = debug_info.symbols["generator"]

    def pool() -> bytes:
        return bytes(board.machine.cpu.read_memory(address, 32))

    state = board.save()
    pools = []
    for wait_ms in (10, 11, 11):
        board.restore(state)
        before = pool()
        board.run(wait_ms)
        board.connect(23).read_until(b"Login as: ")
        assert pool() != before
        pools.append(pool())
    assert pools[0] != pools[1] == pools[2]


@pytest.mark.req("FS-1")
def test_no_network_processor_is_no_reason_to_hang(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board.machine.blocks.arcm, "on_nwp_wake", lambda *_: None)  # it never wakes up
    said = board.reset()
    assert b"No /flash: the network processor does not answer" in said
    assert board.repl("6 * 7") == "42\n"
    assert error(board, OS + "os.listdir('/flash')") == "OSError: [Errno 19] ENODEV"
    assert (
        board.repl("""
import network, socket
for f in (socket.socket, network.WLAN, network.hostname, lambda: socket.getaddrinfo('a.b', 1)):
    try:
        f()
    except OSError as e:
        print(e.errno)
network.Server().init()
""")
        == "19\n" * 4
    )
    board.run(3000)
    assert board.repl("1 + 1") == "2\n"
