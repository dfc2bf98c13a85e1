"""The board whose image the tests boot: the one that upstream's port knows too, which the peer's tests need."""

from pathlib import Path

from wipy import board

ROOT = Path(__file__).parents[2]
BOARD = board.load(ROOT / "boards", "WIPY")
IMAGE = ROOT / "build" / BOARD.folder.name / "mcuimg.bin"  # unless --wipy-image names another
