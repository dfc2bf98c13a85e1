"""Mounting and formatting: os.mount, os.unmount, os.mkfs, the vfs module, and block devices written in Python."""

from __future__ import annotations

import pytest
from cc3200sim.board import Board
from support.values import value

# A block device in RAM that counts what is asked of it.
DEVICE = """
import os, vfs
class Device:
    def __init__(self, blocks, size=512):
        self.data = {}
        self.blocks = blocks
        self.size = size
        self.writes = self.syncs = 0
    def readblocks(self, n, buf):
        for at in range(0, len(buf), self.size):
            buf[at:at + self.size] = self.data.get(n + at // self.size, bytes(self.size))
    def writeblocks(self, n, buf):
        self.writes += 1
        for at in range(0, len(buf), self.size):
            block = bytes(buf[at:at + self.size])
            if any(block):
                self.data[n + at // self.size] = block
            else:
                self.data.pop(n + at // self.size, None)
    def ioctl(self, op, arg):
        if op == 3:
            self.syncs += 1
        if op == 4:
            return self.blocks
        if op == 5:
            return self.size
def raised(function, *args, **named):
    try:
        function(*args, **named)
    except Exception as e:
        return (type(e).__name__,) + e.args
"""
NAMES = ["boot.py", "cert", "lib", "main.py", "sys"]


@pytest.fixture
def board(board: Board) -> Board:
    assert board.repl(DEVICE) == ""
    return board


@pytest.mark.req("VFS-1", "VFS-3")
@pytest.mark.parametrize("mount, unmount", [("os.mount", "os.unmount"), ("os.mount", "os.umount"),
                                            ("vfs.mount", "vfs.umount")])  # fmt: skip
def test_a_python_block_device_is_formatted_mounted_and_unmounted(board: Board, mount: str, unmount: str) -> None:
    script = f"""
d = Device(50)
os.mkfs(d)
{mount}(d, '/ram')
with open('/ram/file.txt', 'w') as f:
    f.write('in RAM' * 200)
os.mkdir('/ram/folder')
there = sorted(os.listdir('/ram')), sorted(os.listdir('/')), d.writes > 0, d.syncs > 0
{unmount}('/ram')
gone = os.listdir('/'), raised(os.listdir, '/ram')
{mount}(d, '/again')
print((there, gone, open('/again/file.txt').read() == 'in RAM' * 200))
"""
    there, gone, same = value(board, script)
    assert there == (["file.txt", "folder"], ["flash", "ram"], True, True)
    assert gone == (["flash"], ("OSError", 19))
    assert same is True


@pytest.mark.req("VFS-1")
def test_readonly(board: Board) -> None:
    script = """
d = Device(50)
os.mkfs(d)
os.mount(d, '/ram')
open('/ram/file', 'w').close()
os.unmount('/ram')
before = d.writes
os.mount(d, '/ram', readonly=True)
print((os.listdir('/ram'), raised(open, '/ram/other', 'w'), raised(os.remove, '/ram/file'), d.writes == before))
"""
    assert value(board, script) == (["file"], ("OSError", 30), ("OSError", 30), True)


@pytest.mark.req("VFS-2")
def test_a_mounted_device_is_not_mounted_twice(board: Board) -> None:
    script = """
d = Device(50)
os.mkfs(d)
os.mount(d, '/ram')
e = Device(50)
os.mkfs(e)
print((raised(os.mount, d, '/other'), raised(os.mount, d, '/ram'), raised(os.mount, e, '/ram'),
       raised(os.mount, e, '/flash'), raised(vfs.mount, d, '/other'), raised(os.mkfs, d), sorted(os.listdir('/'))))
"""
    *errors, names = value(board, script)
    assert errors == [("OSError", 1)] * 5 + [("OSError", 16)]
    assert names == ["flash", "ram"]


@pytest.mark.req("VFS-2")
def test_flash_stays_mounted(board: Board) -> None:
    script = """
flash = [fs for fs, path in os.mount() if path == '/flash'][0]
print((raised(os.unmount, '/flash'), raised(os.umount, '/flash'), raised(vfs.umount, '/flash'),
       raised(os.umount, flash), raised(os.mount, flash, '/twice'), raised(os.umount, '/nothing'),
       sorted(os.listdir('/flash'))))
"""
    *errors, names = value(board, script)
    assert errors == [("OSError", 1)] * 5 + [("OSError", 22)]
    assert names == NAMES


@pytest.mark.req("VFS-2")
@pytest.mark.parametrize(
    "target, raises",
    [("'/nowhere'", "ValueError"), ("''", "ValueError"), ("'/'", "ValueError"), ("'flash'", "ValueError"),
     ("'/flash/lib'", "ValueError"), ("'/sd'", "OSError"), ("5", "AttributeError"), ("None", "AttributeError")],
)  # fmt: skip
def test_mkfs_refuses_all_but_a_drive(board: Board, target: str, raises: str) -> None:
    assert value(board, f"print(raised(os.mkfs, {target}))")[0] == raises
    assert value(board, "print(sorted(os.listdir('/flash')))") == NAMES


@pytest.mark.req("VFS-2")
def test_mkfs_of_flash_starts_anew_and_leaves_it_mounted(board: Board) -> None:
    script = """
os.mkdir('old')
for i in range(30):
    with open('old file number %d.txt' % i, 'w') as f:
        f.write('x' * 600)
os.mkfs('/flash')
print((os.getcwd(), sorted(os.listdir()), os.statvfs('/flash')[3]))
"""
    cwd, names, free = value(board, script)
    assert (cwd, names) == ("/flash", NAMES)
    board.power_cut()
    board.power_on()
    assert value(board, "import os\nprint((sorted(os.listdir()), os.statvfs('/flash')[3]))") == (NAMES, free)


@pytest.mark.req("VFS-2")
def test_mkfs_of_a_mounted_sd(board: Board) -> None:
    script = """
d = Device(60)
os.mkfs(d)
os.mount(d, '/sd')
open('/sd/file', 'w').close()
os.mkfs('/sd')
empty = os.listdir('/sd')
open('/sd/other', 'w').close()
print((empty, os.listdir('/sd')))
"""
    assert value(board, script) == ([], ["other"])


@pytest.mark.req("VFS-3")
def test_a_device_that_fails_or_does_not_fit(board: Board) -> None:
    script = """
class Broken(Device):
    def readblocks(self, n, buf):
        return -5
print((raised(os.mount, Device(50), '/a'), raised(os.mount, Device(50, 1024), '/b'), raised(os.mkfs, Device(2)),
       raised(os.mount, Broken(50), '/c'), raised(os.mount, 5, '/d'), os.listdir('/')))
"""
    blank, odd, small, broken, nothing, names = value(board, script)
    assert blank == ("OSError", 19)
    assert odd[0] == small[0] == broken[0] == "OSError"
    assert nothing[0] == "AttributeError"
    assert names == ["flash"]


@pytest.mark.req("VFS-3")
@pytest.mark.parametrize(
    "habit",
    [
        "kept.append(buf)",
        "kept.append(memoryview(buf)[9:99])",
        "buf.extend(b'x' * 3000)",
        "kept.append(buf); buf += b'y'",
    ],
)
def test_a_device_that_keeps_or_resizes_what_it_is_given(board: Board, habit: str) -> None:
    """It is the device's own: what it does with it later is not done to the volume."""
    script = f"""
kept = []
class Hoarder(Device):
    def readblocks(self, n, buf):
        super().readblocks(n, buf)
        if len(kept) < 20: {habit}
    def writeblocks(self, n, buf):
        super().writeblocks(n, buf)
        if len(kept) < 20: {habit}
os.mkfs(d := Hoarder(50))
os.mount(d, '/sd')
with open('/sd/a', 'w') as f: f.write('hello' * 300)
for b in kept:
    for i in range(len(b)): b[i] = 0x55
import gc
gc.collect()
print((open('/sd/a').read() == 'hello' * 300, os.listdir('/sd')))
"""
    assert value(board, script) == (True, ["a"])


@pytest.mark.req("VFS-3")
def test_a_device_that_takes_away_from_what_it_is_given(board: Board) -> None:
    script = """
class Short(Device):
    def readblocks(self, n, buf):
        buf[:] = b'short'
print(raised(os.mount, Short(50), '/sd'))
"""
    assert value(board, script)[0] == "OSError"
