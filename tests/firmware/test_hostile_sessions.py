"""Hostile telnet and FTP sessions against one running image: nothing is lost, hangs, leaks or overflows.

WIPY_HOSTILE_SESSIONS says how many: 60 unless set, 500 where CI is. They are always the same ones, by their number.
"""

from __future__ import annotations

import os

import pytest
from bench import hostile
from bench.hostile_sessions import Player, session, shorten_idle_time
from cc3200sim.board import Board
from support.debug_info import DebugInfo
from support.ftp import Ftp
from support.pools import resources
from support.telnet import log_in, run

SESSIONS = int(os.environ.get("WIPY_HOSTILE_SESSIONS", "500" if os.environ.get("CI") else "60"))


@pytest.mark.req("FTP-5", "TEL-1")
def test_hostile_sessions(board: Board, debug_info: DebugInfo) -> None:
    board.reset()  # stacks are painted
    shorten_idle_time(board)
    before = resources(board, debug_info)
    resets = board.machine.last_reset
    player = Player(board)
    for number in range(SESSIONS):
        player.play(session(hostile.SEED, number))
    after = resources(board, debug_info)
    assert after == before
    assert board.machine.last_reset is resets
    assert board.machine.unmodelled == []
    left = {name: debug_info.stack_free(board, name) / size for name, (_, size) in debug_info.stacks().items()}
    print(SESSIONS, "sessions,", round(board.machine.seconds), "virtual seconds; free of each stack:", left)
    assert {name: share for name, share in left.items() if share < 0.25} == {}

    client = log_in(board)
    assert run(client, b"6 * 7") == b"42\r\n"
    ftp = Ftp(board)
    ftp("CWD /flash")
    for line in ftp.get("MLSD").decode().splitlines():  # room again
        facts, _, name = line.partition(" ")
        if "type=file" in facts and name not in ("boot.py", "main.py"):
            assert ftp(f"DELE {name}").startswith("250")
    assert ftp.put("STOR afterwards", b"content" * 1000).startswith("226")
    assert ftp.get("RETR afterwards") == b"content" * 1000


def test_the_bench_tells_what_became_of_a_board(wipy_image: bytes, wipy_rom: bytes) -> None:
    outcome = hostile.measure(wipy_image, wipy_rom, 3)
    assert (outcome.played, outcome.resets, outcome.silent) == (3, [], [])
    assert outcome.memory_after == outcome.memory_before > 50_000
    assert (outcome.connections_left, outcome.buffers_left) == (0, 0)
    assert outcome.row("ours").startswith("| ours | 3 | 0 | 0 | ")
