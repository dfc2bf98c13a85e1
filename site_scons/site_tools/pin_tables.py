"""SCons tool: env.PinTables(board_csv, chip_csv) makes genhdr/pins.c and genhdr/pins.h and compiles the former."""

from pathlib import Path

from SCons.Script import Builder
from scons_types import Environment, Nodes
from site_init import action


def _write(target: Nodes, source: Nodes, env: Environment) -> None:
    from wipy import pins  # brings Jinja2, which only this step needs

    board, chip = (Path(node.get_path()) for node in source[:2])
    pins.generate(board, chip, Path(target[0].dir.get_path()))


def pin_tables(env: Environment, board_csv: str, chip_csv: str) -> Nodes:
    """The tables' source and header; the header is known to whatever includes genhdr/pins.h."""
    code, header = env.PinTableFiles(["$BUILD/genhdr/pins.c", "$BUILD/genhdr/pins.h"], [board_csv, chip_csv])
    env.Depends([code, header], [env.Glob("#tools/wipy/templates/*"), "#tools/wipy/pins.py"])
    env["GENERATED"].add(header.get_internal_path())
    env.GeneratedSource(code)
    return [code, header]


def generate(env: Environment) -> None:
    env.Append(BUILDERS={"PinTableFiles": Builder(action=action(_write, "GEN $TARGETS"))})
    env.AddMethod(pin_tables, "PinTables")


def exists(env: Environment) -> bool:
    return True
