"""SCons tool: env.PinTables(board_csv, chip_csv) makes genhdr/pins.c and genhdr/pins.h and compiles the former."""

from pathlib import Path

from SCons.Script import Builder
from site_init import action


def _generate(target, source, env) -> None:  # type: ignore[no-untyped-def]
    from wipy import pins  # brings Jinja2, which only this step needs

    pins.generate(*(Path(node.get_path()) for node in source[:2]), Path(target[0].dir.get_path()))


def pin_tables(env, board_csv, chip_csv):  # type: ignore[no-untyped-def]
    """The tables' source and header; the header is known to whatever includes genhdr/pins.h."""
    code, header = env.PinTableFiles(["$BUILD/genhdr/pins.c", "$BUILD/genhdr/pins.h"], [board_csv, chip_csv])
    env.Depends([code, header], [env.Glob("#tools/wipy/templates/*"), "#tools/wipy/pins.py"])
    env["GENERATED"].add(header.get_internal_path())
    env.GeneratedSource(code)
    return [code, header]


def generate(env) -> None:  # type: ignore[no-untyped-def]
    env.Append(BUILDERS={"PinTableFiles": Builder(action=action(_generate, "GEN $TARGETS"))})
    env.AddMethod(pin_tables, "PinTables")


def exists(env) -> bool:  # type: ignore[no-untyped-def]
    return True
