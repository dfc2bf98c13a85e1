"""wipy-sim on the command line: what it shows, where UART0 can be, how it ends, and one line for each mistake."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "tools"


@pytest.fixture
def command(wipy_image: bytes, wipy_rom: bytes, tmp_path: Path) -> list[str]:
    """wipy-sim run with the image and ROM under test."""
    (tmp_path / "mcuimg.bin").write_bytes(wipy_image)
    (tmp_path / "rom.bin").write_bytes(wipy_rom)
    run = [sys.executable, "-m", "cc3200sim.cli", "run", "--no-network"]
    return [*run, "--image", str(tmp_path / "mcuimg.bin"), "--rom", str(tmp_path / "rom.bin")]


def _run(command: list[str], text: str = "", **options: object) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(TOOLS)}
    return subprocess.run(
        command, input=text, capture_output=True, text=True, timeout=120, env=environment, check=False, **options
    )  # type: ignore[call-overload,no-any-return]


def test_piped_lines_are_typed_at_the_prompt(command: list[str]) -> None:
    done = _run([*command, "--for", "3"], "x = 20\nprint(x + 1)\n")
    assert done.returncode == 0
    assert ">>> print(x + 1)\n21\n>>> " in done.stdout.replace("\r", "")
    assert re.search(r"^3\.000 s virtual, [\d,]+ instructions, \d+\.\d\d s host$", done.stderr, re.MULTILINE)


def test_a_pipe_that_ends_ends_the_run(command: list[str]) -> None:
    done = _run(command, "print('bye')\n")
    assert done.returncode == 0
    assert "\nbye\n>>> " in done.stdout.replace("\r", "")


def test_the_same_input_takes_the_same_instructions(command: list[str]) -> None:
    runs = [_run([*command, "--for", "2"], "print(1)\n").stderr for _ in range(2)]
    counts = [re.search(r"([\d,]+) instructions", text)[1] for text in runs]  # type: ignore[index]
    assert counts[0] == counts[1]


def test_pins_as_lines(command: list[str]) -> None:
    done = _run([*command, "--for", "9", "--pins", "--led", "GP25", "--board", "Some board"])
    assert "pins of Some board\n" in done.stderr
    led = re.findall(r"^ *([\d.]+) s  GP25 \(LED\) 1 ", done.stderr, re.MULTILINE)
    assert len(led) >= 2
    assert float(led[-1]) - float(led[-2]) == pytest.approx(4.0, abs=0.1)


def test_trace_names_each_register_that_nothing_models_once(command: list[str]) -> None:
    touch = "import machine\n" + "machine.mem32[0x44037000] = 5\n" * 2 + "machine.mem32[0x4000C144]\n"
    done = _run([*command, "--for", "3", "--trace"], touch)
    told = re.findall(r"wipy-sim: (.*) at pc 0x[0-9a-f]{8}: (.*) is not modelled", done.stderr)
    assert told == [
        ("write of 0x5 to AES+0x000 (0x44037000, 4 bytes)", "AES"),
        ("read of UARTA0+0x144 (0x4000c144, 4 bytes)", "UARTA0+0x144"),
    ]


def test_the_flash_is_kept(command: list[str], tmp_path: Path) -> None:
    flash = ["--flash", str(tmp_path / "flash.bin")]
    _run([*command, *flash, "--for", "4"], "f = open('kept', 'w'); f.write('here'); f.close()\nimport os\nos.sync()\n")
    done = _run([*command, *flash, "--for", "4"], "print(open('kept').read())\n")
    assert "\nhere\n" in done.stdout.replace("\r", "")


def test_uart_on_tcp(command: list[str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"PYTHONPATH": str(TOOLS)}
    words = [*command, "--uart", f"tcp:{port}", "--pace", "real"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stderr is not None
            assert f"UART0 is at TCP port {port}" in process.stderr.readline()
            with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
                seen = b""
                client.sendall(b"\r")
                while b">>> " not in seen:
                    seen += client.recv(1000)
                client.sendall(b"print(6 * 7)\r")
                while b"\r\n42\r\n" not in seen:
                    data = client.recv(1000)
                    assert data
                    seen += data
            busy = _run(words)
            assert busy.returncode == 1
            assert busy.stderr == f"wipy-sim: TCP port {port}: Address already in use\n"
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 143


def test_in_a_terminal_ctrl_c_is_the_firmwares_and_ctrl_bracket_quits(command: list[str]) -> None:
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    environment = os.environ | {"PYTHONPATH": str(TOOLS)}
    process = subprocess.Popen(
        [*command, "--pace", "virtual"], stdin=slave, stdout=slave, stderr=slave, env=environment, close_fds=True
    )
    try:
        _expect(master, b">>> ")
        os.write(master, b"while True: pass\r\r")
        _expect(master, b"pass\r\n")
        time.sleep(0.1)
        os.write(master, b"\x03")
        _expect(master, b"KeyboardInterrupt")
        os.write(master, b"\x1d")
        _expect(master, b"s host")
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
    assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)


def test_a_terminal_that_goes_away_leaves_the_flash_saved(command: list[str], tmp_path: Path) -> None:
    path = tmp_path / "flash.bin"
    master, slave = pty.openpty()
    environment = os.environ | {"PYTHONPATH": str(TOOLS)}
    words = [*command, "--pins", "--flash", str(path)]
    process = subprocess.Popen(words, stdin=slave, stdout=slave, stderr=slave, env=environment, close_fds=True)
    os.close(slave)
    try:
        _expect(master, b">>> ")
        os.write(master, b"open('kept', 'w').close(); print(6 * 7)\r")
        _expect(master, b"42\r\n>>> ")
        os.close(master)
        for _ in range(20):  # from the kernel, from the shell, from whoever ends the session
            process.send_signal(signal.SIGHUP)
            time.sleep(0.002)
        assert process.wait(60) == 143
    finally:
        process.kill()
        process.wait()
    done = _run([*command, "--flash", str(path)], "import os\nos.stat('kept')[6]\n")
    assert "\n0\n>>> " in done.stdout.replace("\r", "")


def _expect(terminal: int, end: bytes) -> None:
    seen = b""
    while end not in seen:
        assert select.select([terminal], [], [], 60)[0], f"no {end!r} within 60 s, but {seen!r}"
        seen += os.read(terminal, 1000)


MISTAKES = {
    "missing image": (["--image", "none.bin"], "can't read the image none.bin: No such file or directory"),
    "nothing": ([], "nothing to start: give --image FILE, or --flash FILE with an image in it"),
    "bad flash": (
        ["--flash", "bad.bin"],
        "can't use bad.bin as a serial flash: a serial flash of 110 bytes: must be a multiple of 4096, at most 16 MiB",
    ),
    "flash folder": (["--flash", "no/flash.bin"], "can't make the serial flash no/flash.bin: its folder is missing"),
    "no image in the flash": (["--flash", "new.bin"], "the serial flash has no /sys/mcuimg.bin: nothing to start"),
    "uart": (["--image", "bad.bin", "--uart", "com1"], "--uart com1: it is stdio, pty, tcp:PORT or none"),
    "tiny image": (["--image", "tiny.bin"], "/sys/mcuimg.bin has 3 bytes: 8 to 245760 can be started"),
    "no ROM": (["--image", "bad.bin", "--rom", "none.bin"], "no ROM image at none.bin (No such file or directory)"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_clear_line(mistake: str, command: list[str], tmp_path: Path) -> None:
    words, text = MISTAKES[mistake]
    (tmp_path / "bad.bin").write_bytes(b"not a flash" * 10)
    (tmp_path / "tiny.bin").write_bytes(b"abc")
    rom = [] if "--rom" in words else ["--rom", str(tmp_path / "rom.bin")]
    done = _run([*command[:5], *words, *rom], cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"wipy-sim: {text}")
    assert done.stderr.count("\n") == 1


def test_wrong_words_are_refused(command: list[str]) -> None:
    for words in (["--pace", "slow"], ["--for", "-1"], ["--for", "x"], ["--nonsense"]):
        assert _run([*command, *words]).returncode == 2
    done = _run([*command[:3], "--help"])
    assert "run" in done.stdout
    assert "bench" in done.stdout
