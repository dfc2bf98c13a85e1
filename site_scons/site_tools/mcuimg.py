"""SCons tool: env.McuImage([mcuimg.bin, firmware.hex], firmware.elf) packages a linked firmware."""

from pathlib import Path

from site_init import action
from SCons.Script import Builder
from wipy import image


def _package(target, source, env) -> None:  # type: ignore[no-untyped-def]
    signed, hexadecimal = (Path(node.get_path()) for node in target)
    raw = image.raw_image(Path(source[0].get_path()))
    signed.write_bytes(image.sign(raw))
    hexadecimal.write_text(image.intel_hex(raw))


def generate(env) -> None:  # type: ignore[no-untyped-def]
    env.Append(BUILDERS={"McuImage": Builder(action=action(_package, "IMG $TARGET"))})


def exists(env) -> bool:  # type: ignore[no-untyped-def]
    return True
