"""The peer: upstream's own port for this chip, unmodified, built by its own Makefile from the fetched archive.

Its image must boot in the emulator too, and sizes and speeds are measured beside it. It is made once, in the cache.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wipy import cache
from wipy.console import Console
from wipy.errors import UserError
from wipy.setup import thirdparty, toolchain

PORT = Path("ports") / "cc3200"
# Its servers task has a stack of 1024 bytes, which FTP on /flash runs over with today's compiler. To measure that
# server, the task gets 1024 more, of the interpreter's stack.
LARGER_SERVERS_STACK = {
    "serverstask.h": (r"(#define SERVERS_STACK_SIZE +)1024", r"\g<1>2048"),
    "mptask.h": (r"(#define MICROPY_TASK_STACK_SIZE +\(\()6( \* 1024\) \+ 512\))", r"\g<1>5\g<2>"),
}
NOT_NEEDED = ("docs/", "tests/", "examples/", "logo/")  # parts of the archive that are no source


@dataclass(frozen=True)
class PeerImages:
    """What the peer's build made."""

    mcuimg: Path
    elf: Path
    map: Path


def unpack(manifest: Path, folder: Path, console: Console | None = None) -> Path:
    """Puts the peer's source tree into folder; returns its port's folder, where make is to be run."""
    pin = thirdparty.read_manifest(manifest)
    archive = thirdparty.fetch(pin, console or Console())
    thirdparty.unpack(archive, folder, lambda name: not name.startswith(NOT_NEEDED))
    return folder / PORT


def make_command(compiler: toolchain.Toolchain, jobs: int, board: str = "WIPY") -> list[str]:
    """The peer's own way to build its release image (its default target also packs it with zip)."""
    target = str(images(Path(), board).mcuimg)
    return ["make", f"-j{jobs}", f"BOARD={board}", "BTYPE=release", f"CROSS_COMPILE={compiler.prefix}", target]


def images(port: Path, board: str = "WIPY") -> PeerImages:
    """Where a build in the port's folder leaves them."""
    build = port / "build" / board / "release"
    return PeerImages(build / "mcuimg.bin", build / "application.axf", build / "application.axf.map")


def build(
    manifest: Path, cross_compile: str | None = None, board: str = "WIPY", jobs: int = 2,
    console: Console | None = None, larger_servers_stack: bool = False,
) -> PeerImages:  # fmt: skip
    """The peer's images, built unless the cache has them. Raises UserError where they cannot be made.

    larger_servers_stack: with the changes of LARGER_SERVERS_STACK, for benchmarks; else unmodified.
    """
    console = console or Console()
    compiler = toolchain.find(cross_compile)
    if shutil.which("make") is None:
        raise UserError("the peer's build needs make: install it")
    version = ".".join(map(str, compiler.version))
    sha256 = thirdparty.read_manifest(manifest).sha256
    changed = "-larger-servers-stack" if larger_servers_stack else ""
    final = cache.folder() / "peer" / f"{board}-{sha256[:12]}-gcc-{version}-newlib-{compiler.newlib}{changed}"

    def build_new(folder: Path) -> Path:
        console.say("building the peer, upstream's port, by its own Makefile")
        port = unpack(manifest, folder / "tree", console)
        if larger_servers_stack:
            _enlarge_servers_stack(port)
        run_make(make_command(compiler, jobs, board), port)
        kept = folder / "images"
        kept.mkdir()
        made = images(port, board)
        for image in (made.mcuimg, made.elf, made.map):
            shutil.copy2(image, kept)
        return kept

    cache.made_once(final, build_new)
    return PeerImages(final / "mcuimg.bin", final / "application.axf", final / "application.axf.map")


def _enlarge_servers_stack(port: Path) -> None:
    for name, (pattern, replacement) in LARGER_SERVERS_STACK.items():
        text, count = re.subn(pattern, replacement, (port / name).read_text())
        if count != 1:
            raise UserError(f"the peer's {name} does not say how large a stack is as it used to")
        (port / name).write_text(text)


def run_make(command: Sequence[str], folder: Path, what: str = "the peer") -> None:
    """Runs a make of upstream's in a folder. Raises UserError with its first error where it fails."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    run = subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
    )  # fmt: skip
    if run.returncode != 0:
        lines = [line for line in run.stdout.splitlines() if "error:" in line or "***" in line]
        raise UserError(f"the make of {what} failed: {lines[0] if lines else run.stdout[-200:]!r}")
