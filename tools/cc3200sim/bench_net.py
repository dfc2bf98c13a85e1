"""Measures the servers of an image on the network in memory: FTP both ways, a telnet round trip. Repeats exactly."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from cc3200sim import rom
from cc3200sim.board import Board, Client

SIZE = 20 * 1024  # bytes of the file
_LIMIT = 120.0


def _command(client: Client, line: str, code: bytes) -> bytes:
    client.send(line.encode() + b"\r\n")
    answer = client.read_until(b"\r\n", _LIMIT)
    if not answer.startswith(code):
        raise RuntimeError(f"{line}: {answer!r}")
    return answer


def _data(board: Board, client: Client) -> Client:
    numbers = re.findall(rb"\d+", _command(client, "PASV", b"227"))
    return board.connect(int(numbers[5]) << 8 | int(numbers[6]))


def _row(name: str, board: Board, seconds: float, instructions: int) -> str:
    spent, executed = board.machine.seconds - seconds, board.machine.instructions - instructions
    kilobytes = SIZE / 1024
    return f"| {name} | {executed / kilobytes:,.0f} | {spent / kilobytes * 1e3:.1f} ms | {kilobytes / spent:.1f} KB/s |"


def measure(image: bytes, rom_image: bytes) -> str:
    """The figures as a Markdown table."""
    board = Board.from_image(image, rom_image)
    board.power_on()
    board.run(300)
    ftp = board.connect(21)
    ftp.read_until(b"\r\n")
    _command(ftp, "USER micro", b"331")
    _command(ftp, "PASS python", b"230")
    rows = ["| what | instructions a KB | virtual time a KB | rate |", "|---|---|---|---|"]
    data = _data(board, ftp)
    start = board.machine.seconds, board.machine.instructions
    _command(ftp, "STOR /flash/bench.bin", b"150")
    data.send(bytes(SIZE))
    data.close()
    ftp.read_until(b"\r\n", _LIMIT)
    rows.append(_row("FTP put", board, *start))
    data = _data(board, ftp)
    start = board.machine.seconds, board.machine.instructions
    _command(ftp, "RETR /flash/bench.bin", b"150")
    if len(data.read_all(_LIMIT)) != SIZE:
        raise RuntimeError("the file came back with another length")
    rows.append(_row("FTP get", board, *start))
    telnet = board.connect(23)
    telnet.read_until(b"Login as: ")
    telnet.send(b"micro\r\npython\r\n")
    telnet.read_until(b">>> ", _LIMIT)
    board.run(1000)
    telnet.read()
    before = board.machine.seconds
    telnet.send(b"x")
    telnet.read_until(b"x")
    rows.append(f"| telnet: a key and its echo | | {(board.machine.seconds - before) * 1e3:.0f} ms | |")
    return "\n".join(rows)


def main() -> None:
    """Print the table for an image."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--image", type=Path, required=True)
    parser.add_argument("--rom", type=Path)
    arguments = parser.parse_args()
    print(measure(arguments.image.read_bytes(), rom.load(arguments.rom)))


if __name__ == "__main__":
    main()
