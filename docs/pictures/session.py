"""Makes session.svg: two terminals, recorded from a real run of the emulated board, and prints them as text.

From the repository, with curl and telnet installed and the ports 2121 and 2323 free:

    ./sconsw BOARD=WIPY image rom && .venv/bin/python docs/pictures/session.py
"""

import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
from html import escape
from pathlib import Path

HERE = Path(__file__).resolve().parent
COLUMNS, LINE, LETTER, EDGE, BAR = 76, 19, 8.4, 16, 28  # letters; the rest in pixels
ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|\r")


class Terminal:
    """A command in a terminal of its own, and what it showed."""

    def __init__(self, command: list[str]) -> None:
        self._terminal, far = pty.openpty()
        self.process = subprocess.Popen(command, stdin=far, stdout=far, stderr=far, cwd=HERE.parents[1])
        os.close(far)
        self.shown = f"$ {' '.join(command)}\n"

    def wait(self, end: str, after: int = 0) -> None:
        """Until what is shown, from a place in it, ends with `end`."""
        limit = time.monotonic() + 60
        while not self.shown[after:].endswith(end):
            if not select.select([self._terminal], [], [], max(0.0, limit - time.monotonic()))[0]:
                sys.exit(f"no {end!r} but:\n{self.shown}")
            self.shown += ESCAPES.sub("", os.read(self._terminal, 4096).decode())

    def type(self, keys: str, end: str) -> None:
        """Press keys and wait for what they bring."""
        before = len(self.shown)
        os.write(self._terminal, keys.encode())
        self.wait(end, before)


def drawing(terminals: list[str]) -> str:
    """Terminals from top to bottom as SVG; what was typed stands out."""
    parts, top = [], 0
    width = COLUMNS * LETTER + 2 * EDGE
    for text in terminals:
        lines = text.splitlines()
        height = BAR + len(lines) * LINE + EDGE
        parts.append(f'<rect y="{top}" width="{width}" height="{height}" rx="8" fill="#1e222a"/>')
        for i, colour in enumerate(("#e06c75", "#e5c07b", "#98c379")):
            parts.append(f'<circle cx="{EDGE + 16 * i}" cy="{top + 14}" r="5" fill="{colour}"/>')
        for i, line in enumerate(lines):
            prompt = next((word for word in ("$ ", ">>> ", "Login as: ") if line.startswith(word)), "")
            words = f'<tspan fill="#98c379">{escape(prompt)}</tspan><tspan fill="#fff">' if prompt else "<tspan>"
            y = top + BAR + (i + 0.8) * LINE
            parts.append(f'<text x="{EDGE}" y="{y:g}">{words}{escape(line[len(prompt) :])}</tspan></text>')
        top += height + EDGE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {top - EDGE}" width="{width:g}" '
        'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14" fill="#b9c0cb" '
        'xml:space="preserve" role="img">\n'
        f"<title>The emulated board in two terminals</title>\n<desc>{escape(chr(10).join(terminals))}</desc>\n"
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def record() -> list[str]:
    """The session: a boot and the prompt; then a file by FTP and the prompt by telnet, from another terminal."""
    board = Terminal(["./sconsw", "BOARD=WIPY", "run"])
    try:
        board.wait("\n>>> ")
        for line in ("import os, wipy", "os.uname().release", "os.listdir()", "wipy.heartbeat()"):
            board.type(f"{line}\r", "\n>>> ")
        first = board.shown
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "hello.py").write_text("print('hello from the board')\n")
            curl = ["curl", "-sST", "hello.py", "ftp://micro:python@127.0.0.1:2121/flash/"]
            subprocess.run(curl, check=True, cwd=folder)
        telnet = Terminal(["telnet", "127.0.0.1", "2323"])
        telnet.wait("Login as: ")
        telnet.type("micro\r", "Password: ")
        telnet.type("python\r", "\n>>> ")
        telnet.type("import hello\r", "\n>>> ")
        telnet.process.kill()
        return [first, f"$ {' '.join(curl)}\n{telnet.shown}"]
    finally:
        board.type("\x1d", " host\n")
        board.process.wait()


if __name__ == "__main__":
    terminals = record()
    Path(HERE, "session.svg").write_text(drawing(terminals))
    print("\n".join(terminals))
