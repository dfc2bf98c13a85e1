"""SCons tool: env.Image(name, script) is the environment of one image: what it is made of and how it is linked.

A project has any number of them: the application, a bootloader, what stands for the chip's ROM. Each has objects,
string tables, a linker script and limits of its own; what all share (board, compiler, MicroPython) is `env`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from SCons.Script import Action, Builder
from scons_types import Environment, Nodes
from site_init import action, shown
from wipy.errors import UserError


@dataclass(frozen=True)
class Limits:
    """In bytes: what the image file may take, and what it must leave for the Python heap (None: it has none)."""

    image: int
    heap: int | None = None


def image(
    env: Environment,
    name: str,
    script: str,
    rooms: Mapping[str, Sequence[str]] | None = None,
    limits: Limits | None = None,
    **overrides: object,
) -> Environment:
    """The environment of an image.

    name: of the files it is linked to, $BUILD/<name>.elf and .map. script: its linker script, beside the calling
    SConscript. rooms: folder there -> files, compiled with all warnings as errors. overrides: construction variables
    that differ, such as BUILD, the folder where all of it goes. UserError for a name that is taken.
    """
    if name in env["IMAGES"]:
        raise UserError(f"there are two images called {name!r}")
    own = env.Clone(
        IMAGE=name,
        LINKER_SCRIPT=env.File(script),
        LIMITS=limits,
        OBJECTS=[],
        STRING_SOURCES=[],
        QSTR_DEFINITIONS=[],
        CONFIGURATION=[],
        **overrides,
    )
    env["IMAGES"][name] = own
    for room, files in (rooms or {}).items():
        own.Port(room, files)
    return own


def program(env: Environment) -> Any:
    """The linked image: [$BUILD/<name>.elf, $BUILD/<name>.map]."""
    return env.Firmware(["$BUILD/${IMAGE}.elf", "$BUILD/${IMAGE}.map"], env["OBJECTS"])


def binary(env: Environment, linked: Nodes, target: str, said: str = "BIN") -> Any:
    """What a linked image puts into memory, as raw bytes from its lowest address; no more than its limit."""
    command = [["$OBJCOPY", "-O", "binary", "$SOURCE", "$TARGET"]]
    check = action(_check_binary, None, varlist=["LIMITS"])
    return env.Command(target, linked[0], [Action(command, **shown(env, f"{said} $TARGET")), check])


def _check_binary(target: Nodes, source: Nodes, env: Environment) -> None:
    path, limits = Path(target[0].get_path()), env["LIMITS"]
    size = path.stat().st_size
    if limits is not None and size > limits.image:
        path.unlink()
        raise UserError(
            f"{path.name} would be {size:,} bytes, {size - limits.image:,} more than the {limits.image:,} allowed"
        )


def _package(target: Nodes, source: Nodes, env: Environment) -> None:
    from wipy import image
    from wipy.sizes import elf, limits

    signed, hexadecimal = (Path(node.get_path()) for node in target)
    program, map_file = (Path(node.get_path()) for node in source)
    address = elf.load_address(program)
    raw = image.raw_image(program, address)
    whole = image.sign(raw)
    allowed = env["LIMITS"]
    # A debug build may leave less: the linker script's minimum.
    wanted = allowed.heap if env["BTYPE"] == "release" else 0
    limits.check(signed.name, len(whole), allowed.image, elf.heap_size(program), wanted, map_file)
    hexadecimal.write_text(image.intel_hex(raw, address))
    signed.write_bytes(whole)


def _register(target: Nodes, source: Nodes, env: Environment) -> tuple[Nodes, Nodes]:
    env["PACKAGED"][source[0].get_path()] = target
    return target, source


def generate(env: Environment) -> None:
    env.SetDefault(IMAGES={})
    package = action(_package, "IMG $TARGET", varlist=["LIMITS", "BTYPE"])
    env.Append(BUILDERS={"McuImage": Builder(action=package, emitter=_register)})
    env.AddMethod(image, "Image")
    env.AddMethod(program, "Program")
    env.AddMethod(binary, "Binary")


def exists(env: Environment) -> bool:
    return True
