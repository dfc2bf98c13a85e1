"""Options that several commands take."""

from __future__ import annotations

import argparse

from cc3200sim.flash import DEFAULT_SIZE


def add_flash_size(parser: argparse.ArgumentParser, option: str, what: str) -> None:
    """How large a serial flash is, in MiB, from 1 to 16: the WiPy's unless said otherwise."""
    parser.add_argument(
        option,
        metavar="MIB",
        type=int,
        choices=range(1, 17),
        default=DEFAULT_SIZE >> 20,
        help=f"{what} (default: %(default)s)",
    )
