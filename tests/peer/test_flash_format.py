"""The on-flash format is the stock firmware's: a drive goes back and forth between the peer and this firmware."""

from __future__ import annotations

import ast

import pytest
from cc3200sim.board import Board
from cc3200sim.flash import Flash

LOOK = """
import os
def look(folder):
    for name in sorted(os.listdir(folder)):
        path = folder + '/' + name
        if os.stat(path)[0] & 0x4000:
            print((path, None))
            look(path)
        else:
            try:
                with open(path, 'rb') as f:
                    print((path, f.read()))
            except OSError as e:
                print((path, e.errno))
look('/flash')
"""
WRITE = """
import os
os.mkdir('/flash/{0} folder with a long name')
os.mkdir('/flash/{0} folder with a long name/inner')
for i, size in enumerate((0, 1, 511, 512, 513, 5000)):
    with open('/flash/{0} folder with a long name/inner/file %d.bin' % i, 'wb') as f:
        f.write(bytes((j * 7 + i) & 255 for j in range(size)))
with open('/flash/main.py', 'w') as f:
    f.write('{0} = 1\\n' * 50)
with open('/flash/log.txt', 'a') as f:
    f.write('{0} was here\\n' * 30)
os.sync()
"""

Tree = dict[str, bytes | int | None]  # content, the number of the error that reading it raises, None for a folder


def start(image: bytes, rom: bytes, flash: Flash) -> Board:
    """Boot an image on a serial flash that may have been another's."""
    board = Board.from_image(image, rom, flash)
    board.power_on()
    return board


def look(board: Board) -> Tree:
    lines = board.repl(LOOK, 60).splitlines()
    try:
        return dict(ast.literal_eval(line) for line in lines)
    except (SyntaxError, ValueError):
        raise AssertionError("\n".join(lines)) from None


def write(board: Board, who: str) -> Tree:
    assert board.repl(WRITE.format(who), 120) == ""
    tree = look(board)
    board.power_cut()
    return tree


@pytest.mark.req("FS-1")
@pytest.mark.parametrize("first", ["peer", "ours"])
def test_a_drive_goes_back_and_forth(peer_image: bytes, wipy_image: bytes, wipy_rom: bytes, first: str) -> None:
    images = {"peer": peer_image, "ours": wipy_image}
    second = "ours" if first == "peer" else "peer"
    flash = Flash()
    board = start(images[first], wipy_rom, flash)
    # The peer's prompt is on UART0 only if boot.py says so, as its own does; ours is there anyway.
    script = "import os, machine; os.dupterm(machine.UART(0, 115200))"
    board.repl(f"with open('/flash/boot.py', 'w') as f: f.write({script!r})")
    left = write(board, first)
    for turn, who in enumerate([second, first, second, first]):
        board = start(images[who], wipy_rom, flash)
        assert look(board) == left
        left = write(board, f"{who}{turn}")


@pytest.mark.req("FS-1")
def test_what_a_power_cut_of_the_peer_leaves_can_be_used(peer_image: bytes, wipy_image: bytes, wipy_rom: bytes) -> None:
    """The peer loses the block it was writing, and with it files; what it leaves is a drive that works here."""
    peer = start(peer_image, wipy_rom, Flash())
    before = write(peer, "peer")
    peer.power_on()
    ready = peer.machine.save()
    script = "with open('/flash/main.py', 'w') as f:\n    for i in range(6):\n        f.write('line\\n' * 100)\n"
    lost = 0
    for step in range(3, 100, 19):
        peer.machine.restore(ready)
        peer.flash.cut_after(step)
        peer.uart.write(b"\x05" + script.replace("\n", "\r").encode() + b"\x04")
        peer.machine.run(4)
        assert peer.machine.power.value == "off", f"flash step {step} never came"
        block_lost = any(peer.flash.read(f"__{index:03}__.fsb") is None for index in range(96))
        board = start(wipy_image, wipy_rom, peer.flash)
        tree = look(board)
        if not block_lost:
            assert {**tree, "/flash/main.py": b""} == {**before, "/flash/main.py": b""}, f"flash step {step}"
        lost += block_lost
        assert board.repl("with open('/flash/main.py', 'w') as f: f.write('new' * 500)") == ""
        assert board.repl("print(open('/flash/main.py').read() == 'new' * 500)") == "True\n"
    assert lost
