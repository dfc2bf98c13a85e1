"""wipy-sim, the emulator's command line: a module of this package is a subcommand."""

from __future__ import annotations

import argparse
import contextlib
import logging
import signal
import sys

from cc3200sim.cli import bench, factory, run
from cc3200sim.flash import FlashError
from cc3200sim.native import NativeError
from cc3200sim.rom import RomError
from cc3200sim.run.console import ConsoleError
from cc3200sim.run.options import UsageError
from cc3200sim.world.net.host import HostNetworkError

_DESCRIPTION = "An emulated TI CC3200 (WiPy, CC3200-LAUNCHXL) that runs unmodified firmware images."
_SUBCOMMANDS = {"run": run, "factory": factory, "bench": bench}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="wipy-sim", description=_DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in _SUBCOMMANDS.items():
        module.add_arguments(commands.add_parser(name, help=module.HELP, description=module.DESCRIPTION))
    return parser


_ENDING = (signal.SIGTERM, signal.SIGHUP)


class _Terminated(BaseException):
    """SIGTERM or SIGHUP: leave, the terminal set back and the flash saved."""


def _terminate(number: int, frame: object) -> None:
    # A terminal that goes away may say so several times; the second must not interrupt the saving.
    for name in (*_ENDING, signal.SIGINT):
        signal.signal(name, signal.SIG_IGN)
    raise _Terminated


def main(arguments: list[str] | None = None) -> int:
    """The command line. 0: done; 1: what was asked for can't be done; 2: not understood."""
    words = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.ERROR, format="wipy-sim: %(message)s\r")
    for name in _ENDING:
        signal.signal(name, _terminate)
    try:
        _SUBCOMMANDS[words.command].execute(words)
    except (UsageError, RomError, FlashError, ConsoleError, HostNetworkError, NativeError) as error:
        print(f"wipy-sim: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except _Terminated:
        return 143
    except BrokenPipeError:
        with contextlib.suppress(OSError):
            sys.stdout.close()
        return 1
    return 0
