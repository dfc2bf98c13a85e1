"""Telnet clients that people use, against the emulated board."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from support.emulator import LOOPBACK, PASSWORD, TELNET, USER, Emulator, RawRepl
from support.terminal import Terminal
from support.tested import BOARD
from wipy.console import Console
from wipy.setup import thirdparty

Find = Callable[[str], str]


def use(terminal: Terminal) -> None:
    """Log in, use the prompt and its keys."""
    terminal.until(b"Login as: ")
    terminal.type(USER.encode() + b"\r")
    assert USER.encode() in terminal.until(b"Password: ")
    terminal.type(PASSWORD.encode() + b"\r")
    assert PASSWORD.encode() not in terminal.until(b"Login succeeded!")
    terminal.until(b">>> ")
    terminal.type(b"print(6 * 7)\r")
    shown = terminal.until(b"42\r\n>>> ")
    assert shown.count(b"print(6 * 7)") == 1  # the board echoes, the client does not
    terminal.type(b"while True: pass\r\r")
    terminal.until(b"... ")
    terminal.type(b"\x03")
    assert b"KeyboardInterrupt" in terminal.until(b">>> ")


@pytest.mark.req("TEL-1", "TEL-2")
def test_inetutils_telnet(emulator: Emulator, client: Find) -> None:
    with closing(Terminal(client("telnet"), LOOPBACK, str(emulator.ports[TELNET]))) as terminal:
        use(terminal)
        terminal.type(b"\x1d")
        terminal.until(b"telnet> ")
        terminal.type(b"send ayt\r")
        terminal.until(f"[{BOARD.name}: yes]".encode())
        terminal.type(b"\x1d")
        terminal.until(b"telnet> ")
        terminal.type(b"quit\r")
        assert terminal.wait() == 0


@pytest.mark.req("TEL-1", "TEL-2")
def test_plink(emulator: Emulator, client: Find) -> None:
    with closing(Terminal(client("plink"), "-telnet", "-P", str(emulator.ports[TELNET]), LOOPBACK)) as terminal:
        use(terminal)


@pytest.mark.req("TEL-3")
def test_raw_repl(emulator: Emulator) -> None:
    with closing(RawRepl(emulator)) as repl:
        repl.start("print('x' * 20_000)")
        assert repl.finish() == "x" * 20_000 + "\n"
        repl.start("1 // 0")
        assert "ZeroDivisionError" in repl.finish()


@pytest.mark.req("TEL-3")
@pytest.mark.skipif(importlib.util.find_spec("telnetlib") is None, reason="pyboard.py needs telnetlib (Python < 3.13)")
def test_pyboard(emulator: Emulator, pytestconfig: pytest.Config, tmp_path: Path) -> None:
    """Upstream's own tool. It knows the telnet port by telnetlib's constant alone."""
    archive = thirdparty.fetch(thirdparty.read_manifest(pytestconfig.rootpath / "third_party.toml"), Console())
    thirdparty.unpack(archive, tmp_path, lambda name: name.endswith("tools/pyboard.py"))
    (tool,) = tmp_path.rglob("pyboard.py")
    program = (
        "import runpy, sys, telnetlib\n"
        f"telnetlib.TELNET_PORT = {emulator.ports[TELNET]}\n"
        f"sys.argv[0] = {str(tool)!r}\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    words = ["-d", LOOPBACK, "-u", USER, "-p", PASSWORD, "-c", "import os; print(os.listdir('/flash'))"]
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, *words], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "boot.py" in run.stdout
