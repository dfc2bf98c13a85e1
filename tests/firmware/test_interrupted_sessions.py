"""What becomes of telnet and FTP sessions when the interpreter, the board or the servers start over under them.

A state is saved in the middle of a transfer, and what interrupts it comes at many instants from there.
"""

from __future__ import annotations

import hashlib

import pytest
from cc3200sim.board import Board
from support.ftp import Ftp
from support.pools import Keeper
from support.telnet import expect, log_in, run
from support.uploads import DRIVE, NEW, OLD, begin_upload, names, names_in_python

INSTANTS_MS = (0, 3, 20, 71, 150, 333, 500, 777, 1000, 1100, 1203, 1333, 1500)


def type_at_prompt(board: Board) -> None:
    """Ctrl-D at UART0, until the prompt is back."""
    board.uart.read()
    board.uart.write(b"\x04")
    assert b"soft reboot" in board.wait_prompt()


@pytest.mark.req("FTP-1", "TEL-2")
@pytest.mark.parametrize("through", ["uart", "telnet"])
def test_soft_reset_in_an_upload(keeper: Keeper, board: Board, through: str) -> None:
    telnet = log_in(board) if through == "telnet" else None
    ftp, _ = begin_upload(board)
    before = board.machine.last_reset
    middle = board.save()
    done_at = set()
    for instant in INSTANTS_MS:
        board.restore(middle)
        board.run(instant)
        done_at.add(b"226" in ftp.control.stream.received)
        if telnet is None:
            type_at_prompt(board)
        else:
            telnet.send(b"\x04")
            assert b"soft reboot" in expect(telnet, b">>> ", 30)
        assert ftp.reply().startswith("226"), instant
        assert ftp.get("RETR kept.bin") == NEW
        assert names(ftp) == names_in_python(board) == DRIVE
    assert done_at == {False, True}  # the instants go beyond the transfer's end
    assert board.machine.last_reset is before
    keeper.check(board)


@pytest.mark.req("FTP-1", "TEL-2")
@pytest.mark.parametrize("through", ["uart", "telnet"])
def test_soft_reset_in_a_download(keeper: Keeper, board: Board, through: str) -> None:
    telnet = log_in(board) if through == "telnet" else None
    ftp = Ftp(board)
    ftp("CWD /flash")
    assert ftp.put("STOR kept.bin", NEW * 3).startswith("226")
    data = ftp.passive()
    ftp.control.send(b"RETR kept.bin\r\n")
    middle = board.save()
    seen = set()
    for instant in range(0, 60, 4):
        board.restore(middle)
        board.run(instant)
        seen.add(data.stream.peer_closed)
        if telnet is None:
            type_at_prompt(board)
        else:
            telnet.send(b"\x04")
            assert b"soft reboot" in expect(telnet, b">>> ", 30)
        assert data.read_all() == NEW * 3, instant
        assert ftp.reply().startswith("150")
        assert ftp.reply().startswith("226")
    keeper.check(board)


@pytest.mark.req("FTP-1")
def test_soft_resets_one_after_the_other(keeper: Keeper, board: Board) -> None:
    ftp, _ = begin_upload(board)
    for _ in range(6):
        type_at_prompt(board)
    assert ftp.reply().startswith("226")
    assert ftp.get("RETR kept.bin") == NEW
    keeper.check(board)


@pytest.mark.req("FTP-1", "FS-1")
@pytest.mark.parametrize("how", ["machine.reset", "reset pin", "power"])
def test_the_board_starts_over_in_an_upload(keeper: Keeper, board: Board, how: str) -> None:
    """The old file is whole, nothing of the new one is in the way; then an upload works."""
    begin_upload(board)
    middle = board.save()
    outcomes = set()
    for instant in INSTANTS_MS:
        board.restore(middle)
        board.run(instant)
        if how == "machine.reset":
            board.uart.read()
            board.uart.write(b"import machine; machine.reset()\r")
            board.uart.read_until(b"machine.reset()\r\n")
            board.wait_prompt()
        elif how == "reset pin":
            board.reset()
        else:
            board.power_cut()
            board.power_on()
        board.repl("import hashlib, binascii; h = hashlib.md5(open('kept.bin', 'rb').read())")
        digest = board.repl("print(binascii.hexlify(h.digest()).decode())").strip()
        outcomes.add(digest)
        assert digest in {hashlib.md5(whole).hexdigest() for whole in (OLD, NEW)}, instant
        assert names_in_python(board) == DRIVE, instant
    assert len(outcomes) == 2
    assert Ftp(board).put("STOR /flash/kept.bin", OLD).startswith("226")
    board.repl("import os; os.remove('/flash/kept.bin')")
    keeper.check(board)


@pytest.mark.req("SRV-1", "FTP-1", "TEL-1")
@pytest.mark.parametrize("begin", ["upload", "download", "listing", "passive"])
def test_servers_off_and_on_in_a_transfer(keeper: Keeper, board: Board, begin: str) -> None:
    telnet = log_in(board)
    data = None
    if begin == "upload":
        ftp, data = begin_upload(board)
    else:
        ftp = Ftp(board)
        ftp("CWD /flash")
        assert ftp.put("STOR kept.bin", OLD).startswith("226")
        data = ftp.passive()
        ftp.control.send({"download": b"RETR kept.bin\r\n", "listing": b"LIST\r\n", "passive": b""}[begin])
    middle = board.save()
    for instant in (0, 2, 7, 60, 300):
        board.restore(middle)
        board.run(instant)
        board.repl("import network; s = network.Server(); s.deinit(); s.init()", seconds=30)
        telnet.read_all()
        ftp.control.read_all()
        assert data.stream.peer_closed or data.stream.state == "reset"
        again = Ftp(board)
        assert again.get("RETR /flash/kept.bin") in (OLD, NEW)
        assert names(again) == names_in_python(board) == DRIVE
        assert run(log_in(board), b"6 * 7") == b"42\r\n"
    keeper.check(board)


@pytest.mark.req("SRV-1", "TEL-1")
def test_servers_off_and_on_from_the_telnet_prompt(keeper: Keeper, board: Board) -> None:
    """The session that asks for it is closed like all others; the prompt goes on at UART0, nobody waits for ever."""
    telnet = log_in(board)
    telnet.send(b"import network; s = network.Server(); s.deinit(); print('x' * 3000); s.init(); print('on')\r\n")
    telnet.read_all()
    board.run(500)
    assert board.uart.read().endswith(b"on\r\n>>> ")
    assert run(log_in(board), b"6 * 7") == b"42\r\n"
    keeper.check(board)


@pytest.mark.req("FTP-1", "FS-1")
def test_sync_while_a_file_is_uploaded(board: Board) -> None:
    """os.sync() writes what the drive's cache holds, which FTP's task is changing at the same time."""
    board.repl("import os")
    ftp, _ = begin_upload(board)
    board.uart.write(b"\x01")
    board.uart.read_until(b"raw REPL; CTRL-B to exit\r\n>")
    board.uart.write(b"import time\nwhile True:\n    os.sync()\n    time.sleep_ms(1)\n\x04")
    assert ftp.reply().startswith("226")
    assert ftp.put("STOR other.bin", OLD * 2).startswith("226")
    board.uart.write(b"\x03")
    board.run(500)
    board.uart.write(b"\x02")
    board.wait_prompt()
    assert ftp.get("RETR kept.bin") == NEW
    assert ftp.get("RETR other.bin") == OLD * 2
    board.power_cut()
    board.power_on()
    text = board.repl("import os, hashlib; print([len(open(n, 'rb').read()) for n in ('kept.bin', 'other.bin')])")
    assert text == f"[{len(NEW)}, {len(OLD) * 2}]\n"
