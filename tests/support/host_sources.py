"""Which sources the pure parts of the firmware are, for the tests and fuzzers that build it on this machine."""

from pathlib import Path

from wipy import board

from support.tested import BOARD

BOARDS = Path(__file__).resolve().parents[2] / "boards"
SERVERS = "ports/cc3200/servers"
FTP = [
    "tests/host/ftp_memory_host.c",
    f"{SERVERS}/login.c",
    *(f"{SERVERS}/ftp/{name}.c" for name in ("engine", "transfer", "reply", "command", "listing", "path", "text")),
]
CHECK = ["tests/host/hash_host.c", "ports/cc3200/image/check.c", "ports/cc3200/image/image.c"]
IMAGE = ["ports/cc3200/image/boot_info.c", "ports/cc3200/image/image.c"]


def board_header(folder: Path, name: str = BOARD.folder.name) -> None:
    """genhdr/board_config.h of a board, in a folder that is then searched for includes."""
    header = folder / "genhdr" / "board_config.h"
    header.parent.mkdir()
    header.write_text(board.header(board.load(BOARDS, name)))
