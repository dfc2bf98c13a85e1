"""Hostile telnet and FTP sessions, each made of its number alone, and what plays them against a board.

A session is a list of steps: bytes to send, whole or in pieces, time to wait, and ways to end. Valid dialogues are
taken and broken: lines dropped, doubled, swapped, cut, over-long, with bytes turned or thrown in; before and after
login; the connection closed, reset or gone without a word at any place.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from cc3200sim.board import Board, Client
from cc3200sim.world.net.memory import GIVE_UP_SECONDS, Stream

TELNET, FTP = 23, 21
GREETINGS = {TELNET: b"Login as: ", FTP: b"220"}
IDLE_SECONDS = 6  # the servers' timeout has passed after this
# After this sessions of clients that vanished, and what was sent to them, have been given up.
QUIET_SECONDS = IDLE_SECONDS + round(GIVE_UP_SECONDS) + 10
PATIENCE_SECONDS = 180  # a guesser waits up to 16 s; what a vanished client was sent is given up after 120 s

_NAMES = [
    *("a", "b.txt", "dir", "dir/c", "/flash/x y.txt", "/flash/dir", "/flash/sys/mcuimg.bin", "/flash/cert/ca.pem"),
    *("/flash/cert/private.key", "/", "/flash", "..", "../../..", ".", "", "//flash//a", "/sd/a", "x" * 300, "a" * 120),
    *("%s%n%x", "a\\b", "a:b", "*?", "\u00e9\u00f8", "-la", "-la dir", "~upload.ftp", "dir/../a"),
]
_VERBS = [
    "ABOR", "ACCT", "ALLO", "APPE", "AUTH", "CDUP", "CWD", "DELE", "EPRT", "EPSV", "FEAT", "HELP", "LIST", "MDTM",
    "MKD", "MLSD", "MLST", "MODE", "NLST", "NOOP", "OPTS", "PASS", "PASV", "PBSZ", "PORT", "PROT", "PWD", "QUIT",
    "REST", "RETR", "RMD", "RNFR", "RNTO", "SITE", "SIZE", "STAT", "STOR", "STRU", "SYST", "TYPE", "USER", "XMKD",
    "XRMD", "XPWD",
]  # fmt: skip
_ARGUMENTS = [
    *("0", "1", "4294967295", "4294967296", "-1", "A", "I", "L 8", "S", "F", "|1|192.168.1.2|1025|", "ALL", "2"),
    *("192,168,1,2,4,1", "999,999,999,999,999,999", "UTF8 ON", "MLST type;", "TLS", "micro", "python"),
]
# What is typed at the prompt: nothing that changes files, and no program that goes on for ever.
_TYPED = [
    *("1 + 1", "print('x' * 3000)", "for i in range(9999): pass\r\r", "'" + "y" * 2000 + "'", "import nothing", "("),
    *("[i for i in range(200)]", "\x05print(1)\x04", "\x05half of it", "\x01print(2)\x04", "\x01\x02", "\x04"),
    *("\x01for i in range(9999): pass\x04", "\x1b[A\x1b[B\x1b[C\x1b[D\x1b[Z\x1b[999", "\x7f\x7f\x08\x08", "help()"),
    *("print(end='\xff')", "for i in range(300): print(i)\r\r", "bytes(20000)", "input()\rline", "1 // 0", "'''"),
    "import sys; sys.stdin.read(1)z",
]
_IAC = [
    *(b"\xff\xf6", b"\xff\xf4", b"\xff\xf3", b"\xff\xfd\x01", b"\xff\xfb\x18", b"\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0"),
    *(b"\xff", b"\xff\xff", b"\xff\xfa" + b"Z" * 600, b"\xff\xfa\xff\xff\xff", b"\xff\xfe"),
    *(b"\xff\xf2", b"\xff\xf9" * 9, b"\xff\xfd\xff"),
]


@dataclass(frozen=True)
class Step:
    """One action. `kind`: send, trickle (in pieces), wait (ms), data (what to do with a data connection), close,
    reset, cut, pause, resume."""

    kind: str
    data: bytes = b""
    number: int = 0


@dataclass(frozen=True)
class Session:
    """Steps against one port. The last one always ends the connection."""

    port: int
    steps: list[Step]


def session(seed: int, number: int) -> Session:
    """The session of a number."""
    source = random.Random(seed << 32 | number)
    port = source.choice((TELNET, FTP))
    chunks = _noise(source) if source.random() < 0.2 else (_telnet(source) if port == TELNET else _ftp(source))
    steps: list[Step] = []
    for chunk in chunks:
        steps += _deliver(source, chunk)
    if source.random() < 0.3:
        del steps[source.randrange(len(steps) + 1) :]
    if source.random() < 0.1:
        steps.insert(source.randrange(len(steps) + 1), Step("pause"))
    ending = source.choices(("close", "reset", "cut"), (50, 45, 5))[0]
    return Session(port, [*steps, Step(ending)])


def _noise(source: random.Random) -> list[bytes]:
    return [source.randbytes(source.choice((1, 10, 100, 1000, 5000))) for _ in range(source.randrange(1, 6))]


def _telnet(source: random.Random) -> list[bytes]:
    lines = [b"micro", b"python"] if source.random() < 0.7 else [_word(source), _word(source)]
    for _ in range(source.randrange(5)):
        lines.append(source.choice(_TYPED).encode("latin-1"))
    end = source.choice((b"\r\n", b"\r\0", b"\r", b"\n"))
    for at in range(len(lines)):
        lines[at] += end
        if source.random() < 0.25:
            where = source.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:where] + source.choice(_IAC) + lines[at][where:]
    return lines if source.random() < 0.5 else _break(source, lines, keep=2)


def _word(source: random.Random) -> bytes:
    return source.choice((b"micro", b"python", b"", b"root", b"m" * 200, b"p" * 3000, source.randbytes(20)))


def _ftp(source: random.Random) -> list[bytes]:
    lines = [b"USER micro\r\n", b"PASS python\r\n"] if source.random() < 0.75 else []
    for _ in range(source.randrange(1, 12)):
        if source.random() < 0.3:
            lines += [source.choice((b"PASV\r\n", b"EPSV\r\n")), _transfer(source)]
        else:
            argument = source.choice(_NAMES if source.random() < 0.6 else _ARGUMENTS)
            lines.append(f"{source.choice(_VERBS)} {argument}\r\n".encode())
    return lines if source.random() < 0.4 else _break(source, lines, keep=2)


def _transfer(source: random.Random) -> bytes:
    verb = source.choice(("LIST", "NLST", "MLSD", "RETR", "STOR", "STOR", "APPE"))
    return f"{verb} {source.choice(_NAMES)}\r\n".encode()


def _break(source: random.Random, lines: list[bytes], keep: int) -> list[bytes]:
    """Drop, double, swap, cut, stretch, turn bytes; mostly behind the login, so that what follows it is met."""
    lines = list(lines)
    for _ in range(source.randrange(1, 6)):
        first = keep if source.random() < 0.7 and len(lines) > keep else 0
        if not lines:
            break
        at = source.randrange(first, len(lines))
        line = lines[at]
        match source.randrange(8):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, line)
            case 2:
                other = source.randrange(len(lines))
                lines[at], lines[other] = lines[other], line
            case 3:
                lines[at] = line[: source.randrange(len(line) + 1)]
            case 4:
                lines[at] = line[:-2] + line[-3:-2] * source.choice((100, 600, 4000)) + line[-2:]
            case 5:
                turned = bytearray(line or b"x")
                turned[source.randrange(len(turned))] ^= 1 << source.randrange(8)
                lines[at] = bytes(turned)
            case 6:
                where = source.randrange(len(line) + 1)
                lines[at] = line[:where] + source.randbytes(source.randrange(1, 9)) + line[where:]
            case 7:
                lines[at] = line.replace(b" ", source.choice((b"", b"  ", b"\t", b"\0", b"\r", b"\n")))
    return lines


def _deliver(source: random.Random, chunk: bytes) -> list[Step]:
    """How a chunk gets there, and what a client does with a data connection meanwhile."""
    steps = [Step("trickle" if source.random() < 0.1 else "send", chunk)]
    if re.match(rb"(?i)(PASV|EPSV)\r\n", chunk):
        steps += [Step("wait", number=60)]
        if source.random() < 0.85:
            content = source.choice((b"", b"content", source.randbytes(4000), bytes(10_000)))
            steps += [Step("data", content, source.randrange(5))]
    elif source.random() < 0.6:
        steps.append(Step("wait", number=source.choice((1, 5, 40, 40, 40, 150, 1200))))
    return steps


def shorten_idle_time(board: Board) -> None:
    """Start the servers with the idle time that the sessions count on."""
    board.repl(f"import network; network.Server().init(timeout={IDLE_SECONDS - 1})")


def fresh_heap(board: Board) -> int:
    """Bytes free in a fresh interpreter. BoardTimeout or ValueError when there is none any more."""
    board.uart.write(b"\x03\x02")
    board.run(500)
    board.uart.write(b"\x04")
    board.run(2000)
    board.uart.read()
    return int(board.repl("import gc; gc.collect(); print(gc.mem_free())"))


def _answered(stream: Stream, port: int) -> bool:
    return GREETINGS[port] in stream.received or stream.peer_closed or stream.state == "reset"


class NoAnswer(Exception):
    """The board no longer greets."""


class Player:
    """Plays sessions against a board."""

    def __init__(self, board: Board) -> None:
        self.board = board

    def greeted(self, port: int) -> Client:
        """A client that the server has greeted. While another session is open the board says so, and time passes."""
        board = self.board
        limit = board.machine.seconds + PATIENCE_SECONDS
        said = b""
        while board.machine.seconds < limit and not board.machine.cpu.lockup:
            try:
                client = board.connect(port)
            except ConnectionRefusedError as refused:
                said = str(refused).encode()
                board.run(500)
                continue
            over = client.wait(partial(_answered, client.stream, port), 10.0)
            said = client.stream.received
            if over and GREETINGS[port] in said:
                return client
            client.stream.reset()
            board.run(500)
        raise NoAnswer(f"port {port}: {said!r} {board.machine.cpu.lockup or ''}")

    def play(self, made: Session) -> None:
        """One session. NoAnswer when the board does not even greet."""
        client = self.greeted(made.port)
        stream = client.stream
        transfers: list[Client] = []
        for step in made.steps:
            match step.kind:
                case "send":
                    client.send(step.data)
                    self.board.run(2)
                case "trickle":
                    for at in range(0, min(len(step.data), 200), 7):
                        client.send(step.data[at : at + 7])
                        self.board.run(3)
                case "wait":
                    self.board.run(step.number)
                case "data":
                    transfers += self._data(stream.receive(), step)
                case "close" | "reset" | "cut" | "pause":
                    getattr(stream, step.kind)()
        for transfer in transfers:
            if transfer.stream.state == "open":
                transfer.stream.reset()
        self.board.run(IDLE_SECONDS * 1000 if made.steps[-1].kind == "cut" else 40)

    def _data(self, said: bytes, step: Step) -> Iterator[Client]:
        """Use the data port that the server named last, if it did."""
        ports = [int(high) << 8 | int(low) for high, low in re.findall(rb",(\d+),(\d+)\)", said)]
        ports += [int(port) for port in re.findall(rb"\|\|\|(\d+)\|", said)]
        if not ports:
            return
        client = Client(self.board.machine, self.board.network.connect(ports[-1]))
        client.send(step.data)
        match step.number:
            case 0:
                client.close()
            case 1:
                self.board.run(15)
                client.stream.reset()
            case 2:
                client.stream.pause()
            case 3:
                client.stream.cut()
            case 4:
                client.close()
                self.board.run(30)
        yield client
