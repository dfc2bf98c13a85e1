"""An upload that replaces a file of the drive, begun and left under way, and what is on the drive then."""

from __future__ import annotations

from cc3200sim.board import Board, Client

from support.ftp import Ftp

OLD = bytes(at * 5 & 255 for at in range(5_000))
NEW = bytes(at * 7 + at // 256 & 255 for at in range(12_000))
DRIVE = ["boot.py", "cert", "kept.bin", "lib", "main.py", "sys"]


def begin_upload(board: Board, how: str = "PASV") -> tuple[Ftp, Client]:
    """A file that is on the drive is being replaced; all of the new one is on its way."""
    ftp = Ftp(board)
    ftp("CWD /flash")
    assert ftp.put("STOR kept.bin", OLD, how).startswith("226")
    data = ftp.passive(how)
    assert ftp("STOR kept.bin").startswith("150")
    data.send(NEW)
    data.close()
    return ftp, data


def names(ftp: Ftp) -> list[str]:
    return sorted(ftp.get("NLST /flash").decode().split())


def names_in_python(board: Board) -> list[str]:
    return eval(board.repl("import os; print(sorted(os.listdir('/flash')))"))
