"""What a test of sessions that end badly looks at afterwards: everything that is limited must have come back."""

from __future__ import annotations

from bench.hostile_sessions import IDLE_SECONDS, QUIET_SECONDS, fresh_heap
from cc3200sim.board import Board

from support.debug_info import DebugInfo

HEAP_NOISE = 64  # bytes: a stale word on a stack keeps what it points to, as the collector can't know better


def resources(board: Board, debug_info: DebugInfo) -> dict[str, object]:
    """What must come back: the heap of a fresh interpreter, sockets, packet buffers, driver objects, open files.

    Sessions of clients that vanished end first, if the servers' timeout is below IDLE_SECONDS.
    """
    nwp = board.machine.nwp
    board.run(QUIET_SECONDS * 1000)
    return {
        "memory": fresh_heap(board),
        "sockets": sorted((socket.port, socket.listening) for socket in nwp.sockets.sockets.values()),
        "connections": len(nwp.sockets.connections),
        "buffers": nwp.buffers_in_use,
        "files": len(nwp.files._open),
        "driver": debug_info.driver_pool(board),
    }


class Keeper:
    """Tells whether all that is limited is back."""

    def __init__(self, debug_info: DebugInfo, fresh: dict[str, object]) -> None:
        self._debug_info, self._fresh = debug_info, fresh

    def check(self, board: Board) -> None:
        """Waits until sessions that nobody ended have been given up, then compares with a fresh board."""
        board.repl(f"import network; network.Server().timeout({IDLE_SECONDS - 1})")
        found = resources(board, self._debug_info)
        lost = int(str(self._fresh["memory"])) - int(str(found["memory"]))
        same = {**found, "memory": None} == {**self._fresh, "memory": None}
        assert same and abs(lost) <= HEAP_NOISE, f"{found} instead of {self._fresh}"
