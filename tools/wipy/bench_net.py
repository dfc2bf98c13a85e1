"""Telnet and FTP of our image beside the peer's (upstream's own port), by the emulator's own bench.

The peer's servers task gets a stack that its FTP server does not run over (peer.LARGER_SERVERS_STACK). Where the peer
can't be built, that is said in a line and ours is measured alone.
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
    """Prints the table. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="scons bench-net", description=__doc__)
    parser.add_argument("--image", type=Path, required=True)
    parser.add_argument("--rom", type=Path, required=True)
    parser.add_argument("--cross-compile", default=None, help="prefix of the compiler")
    options = parser.parse_args(argv)
    console = Console()
    images = [f"--image=ours={options.image}"]
    try:
        pins = REPOSITORY / "third_party.toml"
        made = peer.build(pins, options.cross_compile, console=console, larger_servers_stack=True)
        images.append(f"--image=peer={made.mcuimg}")
    except UserError as error:
        console.say(f"the peer is left out: {error}")
    command = [sys.executable, "-m", "cc3200sim.bench_net", *images, f"--rom={options.rom}"]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
