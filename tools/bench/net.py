"""Measures the servers of an image on the network in memory: FTP both ways, telnet. Repeats exactly.

What a span of virtual time was spent on is told by the models themselves (machine.busy): each cycle is given to the
first of PARTS that was at work in it, so the parts and the idle rest add up to the span.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cc3200sim import rom
from cc3200sim.board import Board, BoardTimeout, Client
from cc3200sim.busy import length, merge, shares
from cc3200sim.clock import CPU_HZ
from cc3200sim.flash import ERASE_SECONDS, PROGRAM_SECONDS, READ_SECONDS_PER_BYTE
from wipy.image import sign

from bench import images

SIZES = (20, 100)  # KB of the files
UPDATE_KB = 190  # of an image
KEYS = 40
KEY_SECONDS = 0.0873  # between keys, so that they meet the board's waits at many points
LINE_KEYS = 60
PRINTED_LINES = 300
PARTS = ("flash", "link", "commands", "network", "processor")
_KB = 1024
_LIMIT = 120.0


@dataclass(frozen=True)
class Figures:
    """What one phase took: cycles, how many of them each part was at work, and was given as its share."""

    cycles: int
    instructions: int
    busy: dict[str, int]
    share: dict[str, int]
    idle: int
    flash: tuple[int, int, int]  # erases, programs, bytes read

    def minus(self, other: Figures) -> Figures:
        """What this one took more than another."""
        return Figures(
            self.cycles - other.cycles,
            self.instructions - other.instructions,
            {name: self.busy[name] - other.busy[name] for name in PARTS},
            {name: self.share[name] - other.share[name] for name in PARTS},
            self.idle - other.idle,
            (self.flash[0] - other.flash[0], self.flash[1] - other.flash[1], self.flash[2] - other.flash[2]),
        )


class Meter:
    """Begins a phase when it is made."""

    def __init__(self, board: Board) -> None:
        self._machine = board.machine
        self._flash = self._flash_work()
        self._start = board.machine.clock.now
        for part in board.machine.busy.values():
            part.record()

    def _flash_work(self) -> tuple[int, int, int]:
        flash = self._machine.flash
        return flash.erases, flash.programs, flash.bytes_read

    def stop(self, end: int) -> Figures:
        """Ends the phase at a cycle that has passed."""
        window = self._start, end
        spans = {name: self._machine.busy[name].recorded() for name in PARTS}
        busy = {name: length(merge(spans[name], window)) for name in PARTS}
        share, idle = shares(spans, window)
        erases, programs, read = (now - then for now, then in zip(self._flash_work(), self._flash, strict=True))
        return Figures(end - self._start, busy["processor"], busy, share, idle, (erases, programs, read))


def _command(client: Client, line: str, code: bytes) -> bytes:
    client.send(line.encode() + b"\r\n")
    answer = client.read_until(b"\r\n", _LIMIT)
    if not answer.startswith(code):
        raise RuntimeError(f"{line}: {answer!r}")
    return answer


def _data(board: Board, client: Client) -> Client:
    numbers = re.findall(rb"\d+", _command(client, "PASV", b"227"))
    return board.connect(int(numbers[5]) << 8 | int(numbers[6]))


def ftp_login(board: Board) -> Client:
    """The control connection of a client that is logged in."""
    client = board.connect(21)
    client.read_until(b"\r\n")
    _command(client, "USER micro", b"331")
    _command(client, "PASS python", b"230")
    return client


def put(board: Board, client: Client, content: bytes, path: str = "/flash/bench.bin") -> Figures:
    """An upload, from the command to the reply that it is there."""
    data = _data(board, client)
    meter = Meter(board)
    _command(client, f"STOR {path}", b"150")
    data.send(content)
    data.close()
    if not client.read_until(b"\r\n", _LIMIT).startswith(b"226"):
        raise RuntimeError("the upload failed")
    return meter.stop(client.stream.received_at)


def update(board: Board, client: Client) -> Figures:
    """An image of UPDATE_KB where both copies of a slot hold one, so that it is erased."""
    code = struct.pack("<II", 0x20003000, 0x20004009).ljust(UPDATE_KB * _KB - 32, b"\xa5")
    board.flash.write("/sys/bootinfo.bin", bytes((0, 1, 0, 0)), max_size=256, flags=1)
    image = sign(code)
    for _ in range(2):
        put(board, client, image, "/flash/sys/mcuimg.bin")
    return put(board, client, image, "/flash/sys/mcuimg.bin")


def get(board: Board, client: Client, content: bytes) -> Figures:
    """A download, from the command to the reply that it was all."""
    data = _data(board, client)
    meter = Meter(board)
    client.send(b"RETR /flash/bench.bin\r\n")
    if data.read_all(_LIMIT) != content:
        raise RuntimeError("the file came back with another content")
    client.wait(lambda: b"\r\n226" in client.stream.received, _LIMIT)
    figures = meter.stop(client.stream.received_at)
    client.read()
    return figures


def telnet_login(board: Board) -> Client:
    """A client at the prompt. Upstream's server throws away what is typed before it asks."""
    client = board.connect(23)
    client.read_until(b"Login as: ")
    client.send(b"micro\r\n")
    board.run(300)
    client.send(b"python\r\n")
    client.wait(lambda: client.stream.received.endswith(b">>> "))
    board.run(1000)
    client.read()
    return client


def key(board: Board, client: Client) -> Figures:
    """A key and its echo."""
    board.run(KEY_SECONDS * 1000)
    client.read()
    meter = Meter(board)
    client.send(b"x")
    client.read_until(b"x")
    return meter.stop(client.stream.received_at)


def line(board: Board, client: Client) -> Figures:
    """A line of LINE_KEYS keys that are sent at once, as a paste is, to the echo of the last."""
    meter = Meter(board)
    client.send(b"#" + b"x" * (LINE_KEYS - 2) + b"y")
    client.wait(lambda: client.stream.received.endswith(b"y"), _LIMIT)
    figures = meter.stop(client.stream.received_at)
    client.send(b"\x03")
    board.run(300)
    client.read()
    return figures


def printing(board: Board, client: Client) -> Figures:
    """A program that prints PRINTED_LINES short lines, to the prompt after it."""
    client.send(f"for i in range({PRINTED_LINES}): print(i)\r\n".encode())
    board.run(1000)
    client.read()
    meter = Meter(board)
    client.send(b"\r\n")
    client.wait(lambda: client.stream.received.endswith(b"\n>>> "), _LIMIT)
    return meter.stop(client.stream.received_at)


def mean(figures: Sequence[Figures]) -> Figures:
    """The average of several."""
    count = len(figures)
    return Figures(
        sum(one.cycles for one in figures) // count,
        sum(one.instructions for one in figures) // count,
        {name: sum(one.busy[name] for one in figures) // count for name in PARTS},
        {name: sum(one.share[name] for one in figures) // count for name in PARTS},
        sum(one.idle for one in figures) // count,
        (0, 0, 0),
    )


def _ms(cycles: float) -> str:
    return f"{cycles / CPU_HZ * 1e3:,.2f}"


@dataclass(frozen=True)
class Row:
    """A line of the table: figures of one image, divided by kilobytes; no figures, where it failed."""

    name: str
    figures: Figures | None
    kilobytes: int = 1
    note: str = ""

    def text(self, image: str) -> str:
        """As Markdown: times in ms, of each part its share and, in brackets, all the time it was at work."""
        if self.figures is None:
            return f"| {self.name} | {image} | {self.note} |{' |' * (len(PARTS) + 2)}"
        figures, count = self.figures, self.kilobytes
        parts = [f"{_ms(figures.share[part] / count)} ({_ms(figures.busy[part] / count)})" for part in PARTS]
        cells = [self.name, image, f"{figures.instructions / count:,.0f}", f"**{_ms(figures.cycles / count)}**", *parts]
        return "| " + " | ".join([*cells, _ms(figures.idle / count)]) + " |"


HEAD = f"| what | image | instructions | ms | {' | '.join(PARTS)} | idle |\n|{'---|' * (len(PARTS) + 5)}"


def _flash_note(figures: Figures) -> str:
    erases, programs, read = figures.flash
    seconds = erases * ERASE_SECONDS + programs * PROGRAM_SECONDS + read * READ_SECONDS_PER_BYTE
    return f"{erases} erases, {programs} programs, {read:,} bytes read: {seconds * 1e3:,.1f} ms"


def measure(image: bytes, rom_image: bytes) -> list[Row]:
    """The figures of an image. Where its server stops answering, that is the last row."""
    board = Board.from_image(image, rom_image)
    board.power_on()
    board.run(300)
    client = telnet_login(board)
    keys = [key(board, client) for _ in range(KEYS)]
    rows = [
        Row(f"telnet: a key and its echo, mean of {KEYS}", mean(keys)),
        Row("telnet: the slowest of them", max(keys, key=lambda one: one.cycles)),
    ]
    rows += [
        Row(f"telnet: echo of {LINE_KEYS} keys sent at once", line(board, client)),
        Row(f"telnet: {PRINTED_LINES} lines printed", printing(board, client)),
    ]
    client.close()
    board.run(300)
    client = ftp_login(board)
    for name, transfer in (("put", put), ("get", get)):
        try:
            rows += _transfers(board, client, name, transfer)
        except BoardTimeout:
            return [*rows, Row(f"FTP {name}", None, note="the server no longer answers")]
    figures = update(board, client)
    return [*rows, Row(f"FTP update, {UPDATE_KB} KB, a KB", figures, UPDATE_KB, _flash_note(figures))]


def _transfers(
    board: Board, client: Client, name: str, transfer: Callable[[Board, Client, bytes], Figures]
) -> list[Row]:
    done = []
    rows = []
    for size in SIZES:
        content = bytes(at * 7 + at // 256 & 255 for at in range(size * _KB))  # no two blocks are the same
        if name == "get":
            put(board, client, content)
        done.append(transfer(board, client, content))
        rows.append(Row(f"FTP {name}, {size} KB, a KB", done[-1], size, _flash_note(done[-1])))
        _command(client, "DELE /flash/bench.bin", b"250")
    more = Row(f"FTP {name}, each further KB", done[1].minus(done[0]), SIZES[1] - SIZES[0])
    return [*rows, more]


def table(results: Mapping[str, Sequence[Row]]) -> str:
    """The rows of all images side by side, then what the flash did."""
    names = list(dict.fromkeys(row.name for rows in results.values() for row in rows))
    lines = [HEAD]
    notes = []
    for name in names:
        for image, rows in results.items():
            for row in rows:
                if row.name == name:
                    lines.append(row.text(image))
                    if row.figures is not None and row.note:
                        notes.append(f"- {name.removesuffix(', a KB')}, {image}: {row.note}")
    return "\n".join([*lines, "", "The flash in a whole file:", "", *notes])


def main() -> None:
    """Print the table for one or more images."""
    arguments = images.parser(__doc__).parse_args()
    rom_image = rom.load(arguments.rom)
    print(table({name: measure(path.read_bytes(), rom_image) for name, path in arguments.image}))


if __name__ == "__main__":
    main()
