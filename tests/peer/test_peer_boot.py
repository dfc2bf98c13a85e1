"""The unmodified peer image on our chip: what keeps the model honest."""

import pytest
from cc3200sim.board import Board
from support.tested import BOARD, ROOT
from wipy.setup import thirdparty


@pytest.fixture(scope="module")
def peer_board(peer_image: bytes, wipy_rom: bytes) -> Board:
    board = Board.from_image(peer_image, wipy_rom)
    banner = board.power_on()
    assert f"MicroPython v{thirdparty.read_manifest(ROOT / 'third_party.toml').version}".encode() in banner
    assert f"{BOARD.name} with CC3200".encode() in banner
    return board


def test_answers_at_its_prompt(peer_board: Board) -> None:
    assert peer_board.repl("6 * 7") == "42\n"
    assert peer_board.repl("import os\nprint(os.listdir('/flash'))") == "['main.py', 'sys', 'lib', 'cert', 'boot.py']\n"


def test_raises_as_micropython_does(peer_board: Board) -> None:
    assert peer_board.repl("4 / 2").endswith("TypeError: unsupported type for operator\n")


def test_its_led_flashes(peer_board: Board) -> None:
    led = peer_board.pin("GP25")
    start = peer_board.machine.clock.now
    peer_board.run(8000)
    rises = [edge.seconds for edge in led.edges(start) if edge.level]
    assert len(rises) == 2
    assert rises[1] - rises[0] == pytest.approx(4.0, abs=0.1)


def test_boots_again_from_its_own_flash(peer_board: Board) -> None:
    peer_board.repl("with open('/flash/kept.txt', 'w') as f: f.write('here')")
    peer_board.repl("import os\nos.sync()")
    peer_board.power_cut()
    peer_board.power_on()
    assert peer_board.repl("open('/flash/kept.txt').read()") == "'here'\n"


def test_uses_nothing_that_is_not_modelled(peer_board: Board) -> None:
    assert peer_board.machine.unmodelled == []
