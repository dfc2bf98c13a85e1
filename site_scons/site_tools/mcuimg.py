"""SCons tool: env.McuImage([mcuimg.bin, firmware.hex], [firmware.elf, firmware.map]) packages what a board can take."""

from pathlib import Path

from SCons.Script import Builder
from site_init import action


def _package(target, source, env) -> None:  # type: ignore[no-untyped-def]
    from wipy import image, sizes

    signed, hexadecimal = (Path(node.get_path()) for node in target)
    elf, map_file = (Path(node.get_path()) for node in source)
    raw = image.raw_image(elf)
    whole = image.sign(raw)
    board = env["BOARD_FACTS"]
    # A debug build may leave less: the linker script's minimum.
    min_heap = board.min_heap if env["BTYPE"] == "release" else 0
    sizes.check(len(whole), board.image_limit, sizes.heap_size(elf), min_heap, map_file)
    hexadecimal.write_text(image.intel_hex(raw))
    signed.write_bytes(whole)


def _register(target, source, env):  # type: ignore[no-untyped-def]
    env["PACKAGED"][source[0].get_path()] = target
    return target, source


def generate(env) -> None:  # type: ignore[no-untyped-def]
    package = action(_package, "IMG $TARGET", varlist=["BOARD_FACTS", "BTYPE"])
    env.Append(BUILDERS={"McuImage": Builder(action=package, emitter=_register)})


def exists(env) -> bool:  # type: ignore[no-untyped-def]
    return True
