"""wipy-sim run: a firmware image on the emulated CC3200, its UART in this terminal."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import sys
import time
from pathlib import Path

from cc3200sim import rom
from cc3200sim.bus import Access
from cc3200sim.cli.arguments import add_flash_size
from cc3200sim.flash import dump
from cc3200sim.machine import Machine
from cc3200sim.run.attachment import Attachment
from cc3200sim.run.console import open_console
from cc3200sim.run.options import Device, Options, open_device
from cc3200sim.run.pin_view import PinLines, PinStatus
from cc3200sim.run.runner import Runner
from cc3200sim.run.terminal import Terminal
from cc3200sim.world.net.host import DEFAULT_FORWARDS, LOOPBACK
from cc3200sim.world.radio import AccessPoint

HELP = "start a firmware image, its UART0 in this terminal"
DESCRIPTION = "Start a firmware image. In a terminal Ctrl-C goes to the firmware and Ctrl-] ends the emulator."


def add_arguments(run: argparse.ArgumentParser) -> None:
    """The options of the subcommand."""
    run.add_argument(
        "--image", metavar="FILE", type=Path, help="firmware image (mcuimg.bin) to put into the flash first"
    )
    run.add_argument(
        "--bootloader",
        metavar="FILE",
        type=Path,
        help="bootloader to put into the flash first: it starts the image, which is the factory's then",
    )
    run.add_argument(
        "--flash",
        metavar="FILE",
        type=Path,
        help="serial flash: made if missing, saved at the end; else it starts blank and is forgotten",
    )
    add_flash_size(run, "--flash-size", "size of a new serial flash")
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
    run.add_argument("--board", metavar="NAME", help="what --pins calls the board")
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


def execute(arguments: argparse.Namespace) -> None:
    """Run until the time is over, the user leaves or the power is cut; the flash is kept whatever happens."""
    options = Options(
        image=arguments.image,
        bootloader=arguments.bootloader,
        flash=arguments.flash,
        flash_size=arguments.flash_size << 20,
        rom=arguments.rom,
        forward=arguments.forward or (),
        access_points=arguments.access_point,
        network=not arguments.no_network,
        fast=arguments.core == "fast",
    )
    started = time.monotonic()
    with contextlib.ExitStack() as held:
        device = open_device(options, held, _say)
        _trace(device.machine, arguments.trace)
        _run(device, arguments)
    machine = device.machine
    if machine.unmodelled and not arguments.trace:
        print(
            f"\nwipy-sim: {len(machine.unmodelled)} registers were used that nothing models; --trace names them",
            file=sys.stderr,
        )
    if machine.cpu.lockup:
        sys.exit(f"\nwipy-sim: the processor has locked up: {machine.cpu.lockup}")
    seconds = time.monotonic() - started
    print(
        f"\n{machine.seconds:.3f} s virtual, {machine.instructions:,} instructions, {seconds:.2f} s host",
        file=sys.stderr,
    )


def _run(device: Device, arguments: argparse.Namespace) -> None:
    machine = device.machine
    console = open_console(arguments.uart)
    watched = arguments.forward or (sys.stdin is not None and sys.stdin.isatty())
    real_time = arguments.pace == "real" or (arguments.pace is None and bool(watched))
    attachments: list[Attachment] = [Terminal(machine, console, to_the_end=arguments.seconds is not None)]
    runner = Runner(machine, attachments, real_time=real_time, limit=arguments.seconds, wait=console.wait)
    try:
        if arguments.pins:
            attachments.append(_pin_view(machine, arguments.led, arguments.board))
        machine.power_on()
        _greet(device, console.description, arguments.flash)
        runner.run()
    finally:
        try:
            if arguments.flash is not None and device.flash.changed:
                dump.store(device.flash, arguments.flash)  # first: the terminal may be gone
        finally:
            runner.close()


def _pin_view(machine: Machine, led: str | None, board: str | None) -> Attachment:
    return PinStatus(machine, led, board) if sys.stdout.isatty() else PinLines(machine, sys.stderr, led, board)


def _greet(device: Device, console: str, flash: Path | None) -> None:
    if console:
        _say(console)
    if flash is not None:
        _say(f"the serial flash is kept in {flash}")
    ports = device.network.ports if device.network is not None else []
    if ports:
        _say("from another terminal:")
    for here, there in ports:
        words = {21: f"ftp -p {LOOPBACK} {here}", 23: f"telnet {LOOPBACK} {here}"}
        _say(words.get(there, f"port {there} of the board: {LOOPBACK}:{here}"))


def _trace(machine: Machine, named: bool) -> None:
    def show(access: Access) -> None:
        _say(f"wipy-sim: {access}")

    def ignore(access: Access) -> None:
        """They are counted, and named by --trace."""

    machine.bus.trace = show if named else ignore


def _say(text: str) -> None:
    # The terminal may be raw: the line needs its own carriage return.
    print(f"{text}\r", file=sys.stderr, flush=True)
