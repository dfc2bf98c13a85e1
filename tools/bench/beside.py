"""Runs one of the emulator's benches on our image and on the peer's (upstream's own port), side by side.

Where the peer can't be built, that is said in a line and ours is measured alone.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from wipy import peer
from wipy.console import Console
from wipy.errors import UserError

REPOSITORY = Path(__file__).parents[2]


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the bench's table. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench", help="module of the bench, as bench.net")
    parser.add_argument("--image", type=Path, required=True)
    parser.add_argument("--rom", type=Path, required=True)
    parser.add_argument("--cross-compile", default=None, help="prefix of the compiler")
    parser.add_argument(
        "--larger-servers-stack",
        action="store_true",
        help="give the peer's servers task a stack that its FTP server does not run over",
    )
    options = parser.parse_args(argv)
    console = Console()
    images = [f"--image=ours={options.image}"]
    try:
        made = peer.build(
            REPOSITORY / "third_party.toml",
            options.cross_compile,
            console=console,
            larger_servers_stack=options.larger_servers_stack,
        )
        images.append(f"--image=peer={made.mcuimg}")
    except UserError as error:
        console.say(f"the peer is left out: {error}")
    command = [sys.executable, "-m", options.bench, *images, f"--rom={options.rom}"]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
