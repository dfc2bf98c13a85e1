"""asyncio as users get it: precompiled files, sent to /flash/lib by FTP, on an image that knows nothing of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cc3200sim.board import Board
from support.ftp import Ftp
from wipy import library

HEAP = 15_000  # bytes that all of it takes (docs/asyncio.md)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The files of the library."""
    return library.make(tmp_path_factory.mktemp("library"))


@pytest.fixture
def sent(board: Board, files: list[Path]) -> Board:
    """A board with the library at /flash/lib."""
    ftp = Ftp(board)
    assert ftp("MKD /flash/lib/asyncio").startswith("257")
    for path in files:
        assert ftp.put(f"STOR /flash/lib/asyncio/{path.name}", path.read_bytes()).startswith("226")
    assert ftp("QUIT").startswith("221")
    return board


def test_tasks_run_side_by_side(sent: Board) -> None:
    said = sent.repl(
        """
import asyncio
async def blink(name, ms, times):
    for i in range(times):
        print(name, i)
        await asyncio.sleep_ms(ms)
    return name
async def main():
    a = asyncio.create_task(blink('a', 30, 3))
    print(await asyncio.gather(blink('b', 50, 2), a))
    try:
        await asyncio.wait_for(blink('c', 5000, 1), 1)
    except asyncio.TimeoutError:
        print('timeout')
    lock, event = asyncio.Lock(), asyncio.Event()
    async with lock:
        event.set()
    await event.wait()
asyncio.run(main())
""",
        30,
    )
    assert said.splitlines() == ["a 0", "b 0", "a 1", "b 1", "a 2", "['b', 'a']", "c 0", "timeout"]


def test_a_server_and_what_it_costs(sent: Board) -> None:
    before = int(sent.repl("import gc; gc.collect(); print(gc.mem_free())"))
    said = sent.repl(
        """
import asyncio
parts = asyncio.gather, asyncio.Event, asyncio.Lock, asyncio.start_server
gc.collect()
print(gc.mem_free())
async def echo(reader, writer):
    line = await reader.readline()
    writer.write(b'echo: ' + line)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    done.set()
async def main():
    global done
    done = asyncio.Event()
    await asyncio.start_server(echo, '0.0.0.0', 8000)
    print('listening')
    await done.wait()
""",
        30,
    )
    taken = before - int(said)
    print("heap that all of asyncio takes:", taken)
    assert taken < HEAP
    sent.uart.write(b"asyncio.run(main())\r")
    sent.uart.read_until(b"listening\r\n")
    client = sent.connect(8000)
    client.send(b"hello\n")
    assert client.read_all() == b"echo: hello\n"
    sent.uart.read_until(b">>> ")
