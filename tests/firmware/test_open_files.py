"""What is open stays whole: files that a program or FTP has open, and folders that would be moved into themselves."""

from __future__ import annotations

import pytest
from cc3200sim.board import Board
from support.ftp import Ftp
from support.values import value

RAISED = """
import os
def raised(function, *args):
    try:
        function(*args)
    except OSError as e:
        return e.errno
"""
EBUSY, EINVAL, EMFILE = 16, 22, 24
# A volume of a program's own, and how a name is spelled on it and on the firmware's.
VOLUME = """
class Device:
    def __init__(self):
        self.data = bytearray(512 * 60)
    def readblocks(self, n, buf):
        buf[:] = self.data[n * 512:n * 512 + len(buf)]
    def writeblocks(self, n, buf):
        self.data[n * 512:n * 512 + len(buf)] = buf
    def ioctl(self, op, arg):
        return 60 if op == 4 else 512 if op == 5 else None
device = Device()
os.mkfs(device)
os.mount(device, '/ram')
"""


@pytest.fixture
def board(board: Board) -> Board:
    assert board.repl(RAISED) == ""
    return board


@pytest.mark.req("FS-1", "VFS-1")
@pytest.mark.parametrize("top", ["/flash", "/ram"])
def test_a_folder_is_not_moved_into_itself(board: Board, top: str) -> None:
    if top == "/ram":
        assert board.repl(VOLUME) == ""
    script = f"""
os.chdir('{top}')
os.mkdir('a')
os.mkdir('a/b')
with open('a/b/precious', 'w') as f:
    f.write('x' * 3000)
into = ['a/c', 'a/b/c', 'A/B/c', 'a/b/../c', './a/b/c', '{top}/a/c', '{top}/a/b/c']
if '{top}' == '/flash':
    into += ['a./b/c', 'a \\\\b\\\\c', 'a\\\\c']
results = [raised(os.rename, name, to) for name in ('a', 'A', './a', '{top}/a') for to in into]
os.chdir('a/b')
results += [raised(os.rename, '{top}/a', 'c'), raised(os.rename, '../../a', '../c'), raised(os.rename, '..', 'c')]
os.chdir('{top}')
print((results, os.listdir('a'), os.listdir('a/b'), os.stat('a/b/precious')[6]))
"""
    results, a, b, size = value(board, script)
    assert set(results) == {EINVAL}
    assert (a, b, size) == (["b"], ["precious"], 3000)
    # What is no move into itself still goes.
    script = f"""
os.rename('a/b', 'ab')
os.rename('ab', 'a/bc')
os.rename('a', 'aa')
os.rename('aa', 'AA')
os.rename('AA/bc', 'AA/b')
print((os.listdir('{top}')[-1], os.listdir('aa'), os.stat('aa/b/precious')[6]))
"""
    assert value(board, script) == ("AA", ["b"], 3000)


@pytest.mark.req("FTP-1", "FS-1")
def test_ftp_does_not_move_a_folder_into_itself(board: Board) -> None:
    ftp = Ftp(board)
    ftp("CWD /flash")
    ftp("MKD lib/deep")
    for target in (
        "/flash/lib/old",
        "lib/deep/old",
        "LIB/old",
        "lib./old",
        "lib\\old",
        "lib/deep/../old",
        "lib /deep /x",
    ):
        assert ftp("RNFR lib").startswith("350")
        assert ftp(f"RNTO {target}").startswith("553"), target
    assert ftp.get("NLST lib") == b"deep\r\n"


@pytest.mark.req("FS-1", "VFS-1")
@pytest.mark.parametrize("top", ["/flash", "/ram"])
def test_what_an_open_file_keeps_away(board: Board, top: str) -> None:
    if top == "/ram":
        assert board.repl(VOLUME) == ""
    script = f"""
os.chdir('{top}')
for name in 'a', 'b':
    with open(name, 'w') as f:
        f.write(name * 3000)
def changes(name):
    return [raised(*what) for what in (
        (os.remove, name), (os.rename, name, 'c'), (os.rename, 'b', name), (open, name, 'w'))]
def writers(name):
    return [raised(open, name, 'a'), raised(open, name, 'r+')]
results = []
for mode in 'a', 'r+', 'r':
    f = open('a', mode)
    for name in 'a', 'A', './a', '{top}/a':
        results.append((mode, changes(name), writers(name)))
    f.close()
f = open('a', 'a')
g = open('a')
f.write('z' * 2000)
f.flush()
read = g.read() == 'a' * 3000
f.close()
g.close()
f = open('a')
content = f.read(3000) == 'a' * 3000 and f.read() == 'z' * 2000
f.close()
print((results, read, os.stat('a')[6], content, os.stat('b')[6], sorted(os.listdir())[:2]))
"""
    results, read, size, content, other, names = value(board, script)
    for mode, changes, writers in results:
        assert changes == [EBUSY] * 4
        assert writers == ([None] * 2 if mode == "r" else [EBUSY] * 2)
    assert (read, size, content, other, names) == (True, 5000, True, 3000, ["a", "b"])


@pytest.mark.req("FS-1")
def test_who_has_a_file_in_a_variable_keeps_it(board: Board) -> None:
    script = """
class Log:
    def __init__(self):
        self.file = open('/flash/log', 'a')
log = Log()
print((raised(os.remove, '/flash/log'), raised(open, '/flash/log', 'w'), log.file.write('kept')))
log.file.close()
def f():
    g = open('/flash/log', 'a')
    g.write('too')
    os.rename('/flash/log', '/flash/log.1')
    try:
        g.write('lost')
    except OSError as e:
        print(e.errno, open('/flash/log.1').read(), os.listdir().count('log'))
f()
"""
    assert board.repl(script) == f"({EBUSY}, {EBUSY}, 4)\n{EINVAL} kepttoo 0\n"


@pytest.mark.req("FS-1")
def test_what_nobody_has_any_more_stands_in_no_ones_way(board: Board) -> None:
    script = """
results = []
for i in range(40):
    open('/flash/a', 'a').write('x')
open('/flash/a').read()
os.rename('/flash/a', '/flash/b')
for i in range(3):
    open('/flash/b', 'w').write('new' * i)
    open('/flash/b', 'a').write('newer' * i)
    os.rename('/flash/b', '/flash/c')
    open('/flash/c', 'a').write('newest')
    results.append(open('/flash/b', 'w').write(open('/flash/c').read()))
os.remove('/flash/b')
print(results)
"""
    assert value(board, script) == [0, 8, 16]


@pytest.mark.req("FS-1")
def test_sixteen_files_can_be_open(board: Board) -> None:
    script = """
kept = []
try:
    for i in range(40):
        kept.append(open('/flash/main.py'))
except OSError as e:
    print((len(kept), e.errno))
for f in kept:
    f.close()
"""
    assert value(board, script) == (16, EMFILE)
    assert board.repl("for i in range(40):\n    open('/flash/boot.py')\n") == ""


@pytest.mark.req("VFS-1", "VFS-2")
def test_no_formatting_and_no_unmounting_under_open_files(board: Board) -> None:
    script = (
        VOLUME
        + """
f = open('/flash/a', 'w')
g = open('/ram/a', 'w')
results = [raised(os.mkfs, '/flash'), raised(os.umount, '/ram')]
f.write('x')
f.close()
g.close()
g = open('/ram/a')
results += [raised(os.mkfs, '/flash'), raised(os.umount, '/ram')]
g.close()
os.umount('/ram')
print((results, os.stat('/flash/main.py')[6] > 0))
"""
    )
    assert value(board, script) == ([EBUSY, EBUSY, None, EBUSY], True)


@pytest.mark.req("FTP-1", "FS-1")
def test_ftp_keeps_away_from_what_a_program_writes(board: Board) -> None:
    board.repl("f = open('/flash/log', 'w')\nf.write('x' * 3000)\nf.flush()\n")
    ftp = Ftp(board)
    ftp("CWD /flash")
    assert ftp.get("RETR log") == b"x" * 3000
    assert ftp("DELE log").startswith("450")
    assert ftp("RNFR LOG").startswith("350")
    assert ftp("RNTO other").startswith("450")
    assert ftp.put("STOR log", b"new").startswith("450")
    assert ftp.put("APPE log.", b"new").startswith("450")
    ftp("REST 100")
    assert ftp.put("STOR log", b"new").startswith("450")
    assert board.repl("f.write('y')\nf.close()") == ""
    assert ftp.get("RETR log") == b"x" * 3000 + b"y"
    assert ftp.put("STOR log", b"new").startswith("226")


@pytest.mark.req("FTP-1", "FS-1")
def test_ftp_takes_a_file_from_who_reads_it(board: Board) -> None:
    """A program may have forgotten to close it: an upload must go on all the same."""
    ftp = Ftp(board)
    ftp("CWD /flash")
    assert ftp.put("STOR page", b"old" * 1000).startswith("226")
    assert value(board, "f = open('/flash/page')\nprint(repr(f.read(3)))") == "old"
    assert ftp.put("STOR page", b"new" * 1000).startswith("226")
    assert value(board, "print(raised(f.read))") == EINVAL
    assert value(board, "f.close()\nprint(repr(open('/flash/page').read(6)))") == "newnew"
    assert ftp("DELE page").startswith("250")


@pytest.mark.req("FTP-1", "FS-1")
def test_programs_keep_away_from_what_ftp_has_open(board: Board) -> None:
    ftp = Ftp(board)
    ftp("CWD /flash")
    assert ftp.put("STOR log", b"L" * 1000).startswith("226")
    before = value(board, "print(os.statvfs('/flash')[3])")
    for command in ("APPE log", "STOR other", "STOR log"):
        data = ftp.passive()
        assert ftp(command).startswith("150")
        data.send(b"1" * 3000)
        board.run(1500)
        target = "log" if command == "APPE log" else "~upload.ftp"
        script = f"""
names = '{target}', '{target.upper()}'
changes = os.remove, lambda n: os.rename(n, 'x'), lambda n: open(n, 'w'), lambda n: open(n, 'a')
print([raised(f, n) for n in names for f in changes]
    + [raised(os.mkfs, '/flash')])
"""
        assert value(board, script) == [EBUSY] * 9
        data.send(b"2" * 3000)
        data.close()
        assert ftp.reply().startswith("226")
        ftp("DELE other")
    assert ftp.get("RETR log") == b"1" * 3000 + b"2" * 3000
    assert value(board, "print(os.statvfs('/flash')[3])") == before - (12 - 2)
    board.power_cut()
    board.power_on()
    assert value(board, "import os\nprint(os.statvfs('/flash')[3])") == before - (12 - 2)


# Spellings that FatFs takes for /flash/cert/private.key.
ALIASES = [
    "/flash/cert/private.key.",
    "/flash/cert/private.key ",
    "/flash/cert/PRIVATE.KEY. .",
    "/flash/cert\\private.key",
    "/flash\\cert\\private.key",
    "/flash/cert./private.key",
    "/flash/cert /private.key",
    "/flash/cert/./x/../private.key",
    "/flash//cert//private.key/",
    "/flash/cert/private.key\\",
    "/flash/cert/private.key\x01more",
]


@pytest.mark.req("FTP-5", "OTA-4")
def test_aliases_of_hidden_files_are_the_hidden_files(board: Board) -> None:
    ftp = Ftp(board)
    ftp("CWD /flash")
    for alias in ALIASES:
        assert ftp.put(f"STOR {alias}", alias.encode()).startswith("226"), alias
        assert board.flash.read("/cert/private.key").startswith(alias.encode())
        assert ftp.get("NLST cert") == b""
        assert ftp(f"SIZE {alias}").startswith("550")
        assert ftp.put(f"APPE {alias}", b"x").startswith("553")
        data = ftp.passive()
        assert ftp(f"RETR {alias}").startswith("553")
        data.close()
        assert ftp("RNFR main.py").startswith("350")
        assert ftp(f"RNTO {alias}").startswith("55")
        assert ftp(f"MKD {alias}").startswith("553")
        assert ftp(f"DELE {alias}").startswith("250")
    for alias in (
        "sys/mcuimg.bin.",
        "sys\\MCUIMG.BIN",
        "sys./mcuimg.bin ",
        "~upload.ftp",
        "~UPLOAD.FTP.",
        "/flash/~upload.ftp ",
    ):
        for command in ("STOR", "APPE", "RETR"):
            data = ftp.passive()
            # An update is refused by what the board lacks, here a bootloader.
            refusal = "550 no bootloader" if command == "STOR" and "mcuimg" in alias.lower() else "553"
            assert ftp(f"{command} {alias}").startswith(refusal), alias
            data.close()
        assert ftp(f"MKD {alias}").startswith("553")
        assert ftp(f"SIZE {alias}").startswith("550")
        assert ftp(f"DELE {alias}").startswith("550")
    assert ftp.get("NLST sys") == b""
    assert sorted(ftp.get("NLST").split()) == [b"boot.py", b"cert", b"lib", b"main.py", b"sys"]


@pytest.mark.req("FTP-5", "FS-1")
def test_programs_make_no_file_of_a_hidden_name(board: Board) -> None:
    within = [
        name for name in ALIASES if name.startswith("/flash/cert") and name[-1] not in "/\\" and "x/.." not in name
    ]
    script = f"""
names = {[*within, "/flash/sys/mcuimg.bin", "/flash/sys/MCUIMG.bin.", "/flash/~upload.ftp", "/flash/~Upload.ftp "]!r}
makers = [lambda n: open(n, 'w'), lambda n: open(n, 'a'), lambda n: open(n, 'x'), os.mkdir]
results = [raised(f, n) for n in names for f in makers + [lambda n: os.rename('/flash/main.py', n)]]
os.chdir('/flash/cert')
results += [raised(open, 'private.key', 'w'), raised(open, './Ca.pem.', 'w')]
results += [raised(os.rename, '../main.py', 'cert.pem')]
print((set(results), os.listdir(), os.listdir('/flash/sys'), len(os.listdir('/flash'))))
for name in 'private.key', 'cert/private.keys', 'cert/private.ke', 'lib/private.key', 'lib/~upload.ftp':
    open('/flash/' + name, 'w').close()
"""
    assert value(board, script) == ({EINVAL}, [], [], 5)


@pytest.mark.req("FTP-1")
def test_a_file_called_like_an_upload_elsewhere_is_one_like_any_other(board: Board) -> None:
    ftp = Ftp(board)
    ftp("CWD /flash/lib")
    assert ftp.put("STOR ~upload.ftp", b"mine").startswith("226")
    assert ftp.get("NLST") == b"~upload.ftp\r\n"
    assert ftp.put("STOR /flash/other", b"x" * 2000).startswith("226")
    assert ftp.get("RETR ~upload.ftp") == b"mine"
    assert ftp("DELE ~upload.ftp").startswith("250")
    ftp("CWD /")
    assert ftp("RMD /flash/lib").startswith("250")


@pytest.mark.req("FTP-5")
def test_what_another_firmware_left_under_a_hidden_name_can_be_removed(board: Board) -> None:
    """The stock firmware's Python writes such names to the drive. Here a name is made so in the directory itself."""
    board.repl("with open('/flash/cert/private.kez', 'w') as f: f.write('key')\nos.sync()\n")
    board.power_cut()
    for name in board.flash.list():
        if name.endswith(".fsb"):
            content = board.flash.read(name)
            if b"PRIVATE KEZ" in content:
                board.flash.write(name, content.replace(b"PRIVATE KEZ", b"PRIVATE KEY"))
    board.power_on()
    ftp = Ftp(board)
    assert ftp.get("NLST /flash/cert") == b"private.key\r\n"
    assert ftp("DELE /flash/cert/private.key").startswith("250")
    assert ftp.get("NLST /flash/cert") == b""
