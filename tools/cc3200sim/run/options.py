"""What a run is asked for, and the device that is put together from it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cc3200sim import rom
from cc3200sim.flash import DEFAULT_SIZE, Flash, dump
from cc3200sim.machine import Machine
from cc3200sim.world.net.host import DEFAULT_FORWARDS, HostNetwork, HostNetworkError
from cc3200sim.world.radio import AccessPoint, Radio


class UsageError(Exception):
    """What the user asked for can't be done; the text says why, in a line."""


@dataclass(frozen=True)
class Options:
    """The device and what is around it. flash_size in bytes; forward: pairs of a port here and one of the board."""

    image: Path | None = None
    bootloader: Path | None = None
    flash: Path | None = None
    flash_size: int = DEFAULT_SIZE
    rom: Path | None = None
    forward: Sequence[tuple[int, int]] = ()
    access_points: Sequence[AccessPoint] = ()
    network: bool = True
    fast: bool = False


@dataclass(frozen=True)
class Device:
    """A machine with its power off, and what may be asked of its surroundings."""

    machine: Machine
    flash: Flash
    network: HostNetwork | None


def open_device(options: Options, held: contextlib.ExitStack, say: Callable[[str], None]) -> Device:
    """Put the device together; what it locks, `held` keeps. say: told of what it has to do without.

    Raises UsageError, FlashError, RomError, HostNetworkError and NativeError, each with a line for the user.
    """
    if options.image is None and options.flash is None:
        raise UsageError("nothing to start: give --image FILE, or --flash FILE with an image in it")
    if options.bootloader is not None and options.image is None:
        raise UsageError("--bootloader needs --image, what it starts")
    image, bootloader = (read_image(path) if path is not None else None for path in (options.image, options.bootloader))
    flash = _open_flash(options.flash, options.flash_size, held)
    network = _open_network(options, say)
    radio = Radio(list(options.access_points), host_joins=network is not None)
    loaded = rom.load(options.rom)
    machine = Machine(image, flash, loaded, bootloader=bootloader, radio=radio, network=network, fast=options.fast)
    return Device(machine, flash, network)


def _open_network(options: Options, say: Callable[[str], None]) -> HostNetwork | None:
    """The loopback network. Ports that nobody asked for by name may be taken: then the board does without them."""
    if not options.network:
        return None
    if options.forward:
        return HostNetwork(options.forward)
    free = []
    for pair in DEFAULT_FORWARDS:
        try:
            HostNetwork([pair]).close_all()
            free.append(pair)
        except HostNetworkError as error:
            say(f"wipy-sim: {error}")
    return HostNetwork(free)


def read_image(path: Path) -> bytes:
    """A firmware image. UsageError if it can't be read."""
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
        dump.store(Flash(size), path)
    try:
        return held.enter_context(dump.locked(path))
    except dump.FlashInUse as error:
        raise UsageError(f"{error}: --flash takes another one") from None
