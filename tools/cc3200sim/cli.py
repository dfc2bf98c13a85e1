"""wipy-sim: runs a firmware image on the emulated CC3200, with its UART in this terminal."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import logging
import os
import signal
import sys
import time
from pathlib import Path

from cc3200sim import bench, rom
from cc3200sim.bus import Access
from cc3200sim.console import ConsoleError, open_console
from cc3200sim.flash import DEFAULT_SIZE, Flash, FlashError
from cc3200sim.machine import Machine
from cc3200sim.native import NativeError
from cc3200sim.pin_view import PinLines, PinStatus
from cc3200sim.rom import RomError
from cc3200sim.session import Session
from cc3200sim.world.host_sockets import DEFAULT_FORWARDS, LOOPBACK, HostNetwork, HostNetworkError
from cc3200sim.world.radio import AccessPoint, Radio

_DESCRIPTION = "An emulated TI CC3200 (WiPy, CC3200 LaunchPad) that runs unmodified firmware images."


class UsageError(Exception):
    """What the user asked for can't be done; the text says why, in a line."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="wipy-sim", description=_DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser(
        "run",
        help="start a firmware image, its UART0 in this terminal",
        description="Start a firmware image. In a terminal Ctrl-C goes to the firmware and Ctrl-] ends the emulator.",
    )
    run.add_argument(
        "--image", metavar="FILE", type=Path, help="firmware image (mcuimg.bin) to put into the flash first"
    )
    run.add_argument(
        "--flash",
        metavar="FILE",
        type=Path,
        help="serial flash: made if missing, saved at the end; else it starts blank and is forgotten",
    )
    run.add_argument(
        "--flash-size",
        metavar="MIB",
        type=int,
        choices=range(1, 17),
        default=DEFAULT_SIZE >> 20,
        help="size of a new serial flash (default: %(default)s)",
    )
    run.add_argument(
        "--rom", metavar="FILE", type=Path, help=f"the ROM stand-in, else ${rom.ROM_VARIABLE} or build/rom/rom.bin"
    )
    run.add_argument(
        "--uart", metavar="WHERE", default="stdio", help="UART0: stdio, pty, tcp:PORT or none (default: stdio)"
    )
    run.add_argument(
        "--pace",
        choices=("real", "virtual"),
        help="keep to the wall clock, or run as fast as the host can (default: real in a terminal or with --forward, "
        "else virtual)",
    )
    run.add_argument("--for", metavar="SECONDS", dest="seconds", type=_seconds, help="end after so much virtual time")
    run.add_argument(
        "--trace", action="store_true", help="name each register that firmware uses and nothing models, when it does"
    )
    run.add_argument(
        "--pins", action="store_true", help="show the levels of the LED and the other pins in use, as they change"
    )
    run.add_argument("--led", metavar="PIN", help="the pin that --pins shows as the LED, such as GP25")
    run.add_argument(
        "--forward",
        metavar="PORT:BOARDPORT",
        type=_forward,
        action="append",
        help=f"a port of {LOOPBACK} that leads to a TCP port of the board; may be given again "
        f"(default: {', '.join(f'{here}:{there}' for here, there in DEFAULT_FORWARDS)})",
    )
    run.add_argument(
        "--access-point",
        metavar="SSID[:KEY]",
        type=_access_point,
        action="append",
        default=[],
        help="an access point in range, WPA2 when it has a key; may be given again",
    )
    run.add_argument("--no-network", action="store_true", help="nobody else is on the board's network")
    run.add_argument(
        "--core",
        choices=("exact", "fast"),
        default="exact",
        help="fast: a native hook, made by a C compiler, counts by the block (default: exact, as tests use)",
    )
    measure = commands.add_parser(
        "bench", help="measure the emulator", description="Measure the emulator; prints a table."
    )
    measure.add_argument("--image", metavar="FILE", type=Path, required=True, help="firmware image to boot")
    measure.add_argument("--rom", metavar="FILE", type=Path, help="the ROM stand-in")
    return parser


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError(f"{text} is not a span of time")
    return value


def _forward(text: str) -> tuple[int, int]:
    here, colon, there = text.partition(":")
    if not (colon and here.isdecimal() and there.isdecimal() and int(here) < 65536 and 0 < int(there) < 65536):
        raise argparse.ArgumentTypeError(f"{text} is not PORT:BOARDPORT, two TCP ports")
    return int(here), int(there)


def _access_point(text: str) -> AccessPoint:
    ssid, colon, key = text.partition(":")
    if not 1 <= len(ssid.encode()) <= 32 or (colon and not 8 <= len(key) <= 63):
        raise argparse.ArgumentTypeError(f"{text} is not SSID[:KEY] with a name of 1 to 32 and a key of 8 to 63 bytes")
    bssid = b"\x02" + hashlib.sha256(text.encode()).digest()[:5]
    return AccessPoint(ssid, "wpa2" if colon else "open", key, bssid=bssid)


def _open_network(arguments: argparse.Namespace) -> HostNetwork | None:
    """The loopback network. Ports that nobody asked for by name may be taken: then the board does without them."""
    if arguments.no_network:
        return None
    if arguments.forward:
        return HostNetwork(arguments.forward)
    free = []
    for pair in DEFAULT_FORWARDS:
        try:
            HostNetwork([pair]).close_all()
            free.append(pair)
        except HostNetworkError as error:
            _say(f"wipy-sim: {error}")
    return HostNetwork(free)


def _read_image(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"can't read the image {path}: {error.strerror}") from error


def _open_flash(path: Path | None, size: int, held: contextlib.ExitStack) -> Flash:
    """The flash, locked in a file until `held` closes: of two runs on it the later would undo the earlier."""
    if path is None:
        return Flash(size)
    if not path.exists():
        if not os.access(path.parent, os.W_OK):
            raise UsageError(f"can't make the serial flash {path}: its folder is missing or not writable")
        Flash(size).store(path)
    try:
        file = held.enter_context(path.open("rb"))
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UsageError(f"the serial flash {path} is in use by another run: --flash takes another one") from None
    except OSError as error:
        raise UsageError(f"can't read the serial flash {path}: {error.strerror}") from error
    return Flash.load(path)


def _run(arguments: argparse.Namespace, held: contextlib.ExitStack) -> None:
    if arguments.image is None and arguments.flash is None:
        raise UsageError("nothing to start: give --image FILE, or --flash FILE with an image in it")
    image = _read_image(arguments.image) if arguments.image is not None else None
    flash = _open_flash(arguments.flash, arguments.flash_size << 20, held)
    network = _open_network(arguments)
    radio = Radio(arguments.access_point, host_joins=network is not None)
    fast = arguments.core == "fast"
    machine = Machine(image, flash, rom.load(arguments.rom), radio=radio, network=network, fast=fast)
    console = open_console(arguments.uart)
    watched = arguments.forward or (sys.stdin is not None and sys.stdin.isatty())
    real_time = arguments.pace == "real" or (arguments.pace is None and bool(watched))
    started = time.monotonic()
    view: PinLines | PinStatus | None = None
    try:
        if arguments.trace:
            machine.bus.trace = lambda access: _say(f"wipy-sim: {access}")
        else:
            machine.bus.trace = _ignore
        if arguments.pins:
            terminal = sys.stdout.isatty()
            view = PinStatus(machine, arguments.led) if terminal else PinLines(machine, sys.stderr, arguments.led)
        machine.power_on()
        if console.description:
            _say(console.description)
        if arguments.flash is not None:
            _say(f"the serial flash is kept in {arguments.flash}")
        if network is not None and network.ports:
            _say("from another terminal:")
        for here, there in network.ports if network is not None else []:
            words = {21: f"ftp -p {LOOPBACK} {here}", 23: f"telnet {LOOPBACK} {here}"}
            _say(words.get(there, f"port {there} of the board: {LOOPBACK}:{here}"))
        Session(
            machine,
            console,
            real_time=real_time,
            limit=arguments.seconds,
            on_slice=view.update if view else lambda: None,
        ).run()
    finally:
        try:
            if arguments.flash is not None and flash.changed:
                flash.store(arguments.flash)  # first: the terminal may be gone
        finally:
            if view is not None:
                with contextlib.suppress(OSError):
                    view.close()
            console.close()
    if machine.cpu.lockup:
        print(f"\nwipy-sim: the processor has locked up: {machine.cpu.lockup}", file=sys.stderr)
    if machine.unmodelled and not arguments.trace:
        print(
            f"\nwipy-sim: {len(machine.unmodelled)} registers were used that nothing models; --trace names them",
            file=sys.stderr,
        )
    seconds = time.monotonic() - started
    print(
        f"\n{machine.seconds:.3f} s virtual, {machine.instructions:,} instructions, {seconds:.2f} s host",
        file=sys.stderr,
    )


def _ignore(access: Access) -> None:
    """They are counted, and named by --trace."""


def _say(text: str) -> None:
    # The terminal may be raw: the line needs its own carriage return.
    print(f"{text}\r", file=sys.stderr, flush=True)


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
        if words.command == "run":
            with contextlib.ExitStack() as held:
                _run(words, held)
        else:
            print(bench.table(bench.measure(_read_image(words.image), rom.load(words.rom))))
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


if __name__ == "__main__":
    sys.exit(main())
