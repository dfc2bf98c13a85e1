"""SCons tool: env.SizeReport([size.txt, size.json], [firmware.elf, firmware.map, mcuimg.bin]) says where bytes go."""

import json
from pathlib import Path

from SCons.Script import Builder
from site_init import action


def _report(target, source, env) -> None:  # type: ignore[no-untyped-def]
    from wipy import report, sizes

    text_file, json_file = (Path(node.get_path()) for node in target)
    elf, map_file, signed = (Path(node.get_path()) for node in source)
    board = env["BOARD_FACTS"]
    measured = sizes.measure(elf, map_file, signed.stat().st_size, board.image_limit, board.min_heap)
    now = {"board": env["BOARD"], "version": env["VERSION"], "build_type": env["BTYPE"], **measured.as_json()}
    try:
        before = json.loads(json_file.read_text())
    except (OSError, ValueError):
        before = None
    title = f"{board.name} firmware {env['VERSION']}, {env['BTYPE']} build"
    text_file.write_text(report.text(title, now, before))
    json_file.write_text(json.dumps(now) + "\n")  # indented, Python's slower encoder would write it
    print(report.summary(now, before))


def size_report(env, target, source):  # type: ignore[no-untyped-def]
    """The report; the last one stays until the new one is written, which tells the difference."""
    nodes = env.SizeReportFiles(target, source)
    env.Precious(nodes)
    return nodes


def generate(env) -> None:  # type: ignore[no-untyped-def]
    env.Append(BUILDERS={"SizeReportFiles": Builder(action=action(_report, None, varlist=["BOARD_FACTS", "VERSION"]))})
    env.AddMethod(size_report, "SizeReport")


def exists(env) -> bool:  # type: ignore[no-untyped-def]
    return True
