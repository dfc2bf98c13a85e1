"""Plays hostile sessions against images and tells how each came through. Repeats exactly.

For any firmware of this board that has telnet, FTP and `network.Server` as the stock one has them.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from cc3200sim import rom
from cc3200sim.board import Board, BoardTimeout

from bench import images
from bench.hostile_sessions import QUIET_SECONDS, NoAnswer, Player, fresh_heap, session, shorten_idle_time

log = logging.getLogger(__name__)

SEED = 1


@dataclass
class Outcome:
    """What became of a board. Memory is gc.mem_free() of a fresh interpreter, in bytes; -1: it did not answer."""

    played: int = 0
    resets: list[int] = field(default_factory=list)  # sessions in which the board started over by itself
    silent: list[int] = field(default_factory=list)  # sessions after which a port took nobody until a reset
    memory_before: int = 0
    memory_after: int = 0
    connections_left: int = 0  # without a reset in between: of the last start on
    buffers_left: int = 0
    virtual_seconds: float = 0.0

    def row(self, name: str) -> str:
        """A row of the table."""
        return (
            f"| {name} | {self.played:,} | {len(self.resets)} | {len(self.silent)} | {self.memory_before:,} | "
            f"{self.memory_after:,} | {self.connections_left} | {self.buffers_left} | {self.virtual_seconds:,.0f} s |"
        )


HEAD = """\
| image | sessions | resets of its own | times a port stayed silent | free before | free after | connections left | \
packet buffers left | virtual time |
|---|---|---|---|---|---|---|---|---|"""


def start(board: Board) -> None:
    """Reset, and the shortest idle time that the sessions count on."""
    board.reset()
    shorten_idle_time(board)


def free_memory(board: Board) -> int:
    """Of a fresh interpreter; -1 when there is none any more."""
    try:
        return fresh_heap(board)
    except (BoardTimeout, ValueError):
        return -1


def measure(image: bytes, rom_image: bytes, sessions: int, seed: int = SEED) -> Outcome:
    """Play sessions 0 to `sessions` - 1 against one board, which is reset only when it takes no client any more."""
    board = Board.from_image(image, rom_image)
    outcome = Outcome()
    start(board)
    outcome.memory_before = free_memory(board)
    start(board)
    player = Player(board)
    for number in range(sessions):
        board.machine.last_reset = None
        try:
            player.play(session(seed, number))
        except NoAnswer as error:
            outcome.silent.append(number)
            log.warning("session %d: %s", number, error)
            start(board)
        else:
            if board.machine.last_reset is not None:
                outcome.resets.append(number)
                log.warning("session %d: the board started over", number)
                start(board)
        outcome.played += 1
    board.run(QUIET_SECONDS * 1000)
    outcome.memory_after = free_memory(board)
    sockets = board.machine.nwp.sockets
    outcome.connections_left = len(sockets.connections)
    outcome.buffers_left = board.machine.nwp.buffers_in_use
    outcome.virtual_seconds = board.machine.seconds
    return outcome


def main() -> None:
    """Print the table for one or more images."""
    parser = images.parser(__doc__)
    parser.add_argument("--sessions", type=int, default=5000)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    rom_image = rom.load(arguments.rom)
    print(HEAD, flush=True)
    for name, path in arguments.image:
        outcome = measure(path.read_bytes(), rom_image, arguments.sessions)
        print(outcome.row(name), flush=True)


if __name__ == "__main__":
    main()
