"""What the benches that run images take from the command line: the images by name, and the chip's ROM."""

from __future__ import annotations

import argparse
from pathlib import Path


def named_image(text: str) -> tuple[str, Path]:
    """Of an argument [NAME=]FILE: the name, by default that of the file, and the file."""
    name, _, path = text.rpartition("=")
    return name or Path(path).stem, Path(path)


def parser(description: str | None) -> argparse.ArgumentParser:
    """Takes --image, as often as there are images, into `image`: pairs of name and file; and --rom."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--image", type=named_image, required=True, action="append", metavar="[NAME=]FILE")
    made.add_argument("--rom", type=Path)
    return made
