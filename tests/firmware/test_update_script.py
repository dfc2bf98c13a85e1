"""wipy.update: an update that a program takes from any stream."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from cc3200sim.board import Board
from support.boot_chain import CHECK, FACTORY, READY, UPDATE_1, sleeper
from support.debug_info import DebugInfo
from support.ftp import Ftp
from support.script import Script
from support.tls_peer import Chain, Peer, context
from support.update import IMAGE, images, info, release, released

PEER = "192.168.1.2"
UPDATE_MD = Path(__file__).parents[2] / "docs" / "update.md"
# A stream of a Python class: what a program has made of something else.
STREAM = """
import io, wipy
class Pieces(io.IOBase):
    def __init__(self, pieces):
        self.pieces = iter(pieces)
        self.rest = b''
    def readinto(self, buffer):
        if not self.rest:
            for self.rest in self.pieces:
                break
        size = min(len(buffer), len(self.rest))
        buffer[:size] = self.rest[:size]
        self.rest = self.rest[size:]
        return size
"""
SLOW = """
import time, _thread
GOOD = {image!r}
def slow():
    for i in range({count}):
        time.sleep_ms({ms})
        yield {piece}
"""
# A thread that does not leave when it is asked to.
STAY = """
def stay():
    try:
        wipy.update(Pieces(slow()))
    except SystemExit:
        stay()
_thread.start_new_thread(stay, ())
"""


@pytest.mark.req("OTA-1")
def test_from_a_stream_of_python(factory_board: Board) -> None:
    board = factory_board
    image = sleeper(7, size=2000)
    pieces = [image[:3], image[3:600], image[600:601], image[601:]]
    assert board.repl(f"{STREAM}\nprint(wipy.update(Pieces({pieces!r})))") == "None\n"
    assert info(board) == (UPDATE_1, CHECK, FACTORY)
    assert images(board)[UPDATE_1] == image


@pytest.mark.req("OTA-2", "OTA-5")
@pytest.mark.parametrize(
    ("stream", "said"),
    [
        ("io.BytesIO(b'')", "OSError: wrong length"),
        ("io.BytesIO(b'x' * 3000)", "OSError: not an image"),
        ("Pieces([GOOD[:-1]])", "OSError: wrong MD5"),
        ("Pieces(GOOD[:512] for _ in range(500))", "OSError: wrong length"),
        ("Pieces(1 // 0 for _ in range(5))", "ZeroDivisionError: "),
        ("Pieces((GOOD, 1 // 0)[i] for i in range(2))", "ZeroDivisionError: "),
        ("7", "OSError: stream operation not supported"),
    ],
)
def test_what_is_refused_changes_nothing(factory_board: Board, stream: str, said: str) -> None:
    board = factory_board
    answer = board.repl(f"{STREAM}\nGOOD = {sleeper(7)!r}\nwipy.update({stream})", 60)
    assert answer.splitlines()[-1].startswith(said.strip()), answer
    assert info(board) == (FACTORY, READY, FACTORY)
    assert images(board)[1:] == [None, None]
    assert board.repl("print(wipy.update(io.BytesIO(GOOD)))") == "None\n"  # and the next one is taken
    assert info(board) == (UPDATE_1, CHECK, FACTORY)


@pytest.mark.req("OTA-2")
def test_one_update_at_a_time(factory_board: Board) -> None:
    """Not by FTP while a program's is under way, nor the other way round."""
    board = factory_board
    program = f"{STREAM}{SLOW.format(image=sleeper(7), count=4, ms=3000, piece='GOOD[i * 508:i * 508 + 508]')}"
    script = Script(board, f"{program}wipy.update(Pieces(slow()))\nprint('taken')")
    board.run(5000)
    ftp = Ftp(board)
    ftp.passive()
    assert ftp(f"STOR {IMAGE}") == "450 update under way.\r\n"
    assert script.finish(60) == "taken\n"
    data = ftp.passive()
    assert ftp(f"STOR {IMAGE}").startswith("150")
    data.send(sleeper(8)[:1000])
    board.run(1000)
    assert board.repl("wipy.update(io.BytesIO(b''))").endswith("OSError: update under way\n")
    data.send(sleeper(8)[1000:])
    data.close()
    assert ftp.reply().startswith("226")
    assert images(board)[UPDATE_1] == sleeper(8)


@pytest.mark.req("OTA-5")
@pytest.mark.parametrize("how", ["interrupt", "soft reset", "thread"])
def test_a_program_that_is_ended_in_an_update(factory_board: Board, how: str) -> None:
    board = factory_board
    program = f"{STREAM}{SLOW.format(image=sleeper(7), count=100_000, ms=20, piece='GOOD[:100]')}"
    if how == "thread":
        board.repl(program + STAY)
        board.run(500)
        board.uart.write(b"\x04")
        board.wait_prompt()
    else:
        script = Script(board, f"{program}print('begun')\nwipy.update(Pieces(slow()))")
        script.printed("begun")
        board.run(500)
        board.uart.write(b"\x03" if how == "interrupt" else b"\x03\x02\x04")
        if how == "interrupt":
            assert "KeyboardInterrupt" in script.finish()
        else:
            board.run(2000)
            board.uart.write(b"\r")
            board.wait_prompt()
    assert info(board) == (FACTORY, READY, FACTORY)
    assert Ftp(board).put(f"STOR {IMAGE}", sleeper(8)).startswith("226")


@pytest.mark.req("OTA-5")
def test_the_network_processor_restarts_in_an_update(factory_board: Board) -> None:
    board = factory_board
    answer = board.repl(
        f"""{STREAM}
import network
GOOD = {sleeper(7)!r}
def pieces():
    yield GOOD[:600]
    network.WLAN().init(mode=network.WLAN.AP, ssid='other')
    yield GOOD[600:]
wipy.update(Pieces(pieces()))""",
        60,
    )
    assert answer.endswith("OSError: flash fails\n")
    assert info(board) == (FACTORY, READY, FACTORY)
    assert board.repl("print(wipy.update(io.BytesIO(GOOD)))") == "None\n"


def example() -> str:
    """The program in docs/update.md."""
    return UPDATE_MD.read_text().split("```python\n")[1].split("```")[0]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    return Chain.make(tmp_path_factory.mktemp("certificates"))


def serve(board: Board, program: str, server: ssl.SSLContext, answer: bytes) -> tuple[str, bytes]:
    """Run a program that fetches from update.example:443; what it printed, and the request that came."""
    board.network.names["update.example"] = PEER
    listener = board.network.listen(443, address=PEER)
    script = Script(board, program)
    script.until(lambda: bool(listener.accepted), 30)
    peer = Peer(listener.accepted[0], server, server=True)
    sent = 0

    def ended() -> bool:
        nonlocal sent
        peer.step()
        if peer.plain.endswith(b"\r\n\r\n") and sent < len(answer):
            peer.send(answer[sent : sent + 4096])
            sent += 4096
            if sent >= len(answer):
                peer.close_tls()
                peer.stream.close()
        script.output += board.uart.read()
        return script.output.endswith(b"\x04>")

    script.until(ended, 120)
    return script.finish(), bytes(peer.plain)


@pytest.mark.req("OTA-1", "SSL-1")
def test_the_example_fetches_an_update_by_https(
    factory_board: Board, wipy_image: bytes, authority: Chain, debug_info: DebugInfo
) -> None:
    board = factory_board
    assert Ftp(board).put("STOR /flash/cert/ca.pem", authority.ca.certificate.read_bytes()).startswith("226")
    new = released(wipy_image, "9.9.9")
    head = f"HTTP/1.0 200 OK\r\nContent-Length: {len(new)}\r\n\r\n".encode()
    program = example() + "\nfetch('update.example', '/mcuimg.bin')\n"
    printed, request = serve(board, program, context(True, authority.good), head + new)
    assert request.startswith(b"GET /mcuimg.bin HTTP/1.0\r\nHost: update.example\r\n")
    assert printed == ""
    assert images(board)[UPDATE_1] == new
    for stack in ("interpreter_stack", "servers_stack"):
        assert debug_info.stack_free(board, stack) >= debug_info.stacks()[stack][1] // 4
    board.reset()
    assert release(board) == "9.9.9"


@pytest.mark.req("OTA-2", "SSL-1")
@pytest.mark.parametrize("wrong", ["certificate", "status", "cut short"])
def test_the_example_where_the_server_is_wrong(factory_board: Board, authority: Chain, wrong: str) -> None:
    board = factory_board
    ca = authority.other_ca if wrong == "certificate" else authority.ca
    assert Ftp(board).put("STOR /flash/cert/ca.pem", ca.certificate.read_bytes()).startswith("226")
    status = b"HTTP/1.0 404 Not Found\r\n\r\n" if wrong == "status" else b"HTTP/1.0 200 OK\r\n\r\n"
    program = example() + "\nfetch('update.example', '/mcuimg.bin')\n"
    printed, _ = serve(board, program, context(True, authority.good), status + sleeper(7)[:-1])
    assert printed.splitlines()[-1].startswith(
        {"status": "OSError: HTTP/1.0 404", "cut short": "OSError: wrong MD5"}.get(wrong, "OSError: ")
    )
    assert info(board) == (FACTORY, READY, FACTORY) and images(board)[1:] == [None, None]
