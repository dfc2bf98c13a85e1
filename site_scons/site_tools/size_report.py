"""SCons tool: image.SizeReport([size.txt, size.json], [elf, map, image file]) says where an image's bytes go."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from SCons.Script import Builder
from scons_types import Environment, Nodes
from site_init import action


def _report(target: Nodes, source: Nodes, env: Environment) -> None:
    from wipy import report
    from wipy.sizes.measure import measure

    text_file, json_file = (Path(node.get_path()) for node in target)
    elf, map_file, signed = (Path(node.get_path()) for node in source)
    limits = env["LIMITS"]
    measured = measure(elf, map_file, signed, limits.image, limits.heap)
    now = {"board": env["BOARD"], "version": env["VERSION"], "build_type": env["BTYPE"], **measured.as_json()}
    try:
        before = json.loads(json_file.read_text())
    except (OSError, ValueError):
        before = None
    title = f"{env['BOARD_FACTS'].name} {env['IMAGE']} {env['VERSION']}, {env['BTYPE']} build"
    text_file.write_text(report.text(title, now, before))
    json_file.write_text(json.dumps(now) + "\n")  # indented, Python's slower encoder would write it
    print(report.summary(now, before))


def size_report(env: Environment, target: Sequence[str], source: Nodes) -> Any:
    """The report; the last one stays until the new one is written, which tells the difference."""
    nodes = env.SizeReportFiles(target, source)
    env.Precious(nodes)
    env.NoCache(nodes)  # it is told, and compared with the last one
    return nodes


def generate(env: Environment) -> None:
    report = action(_report, None, varlist=["BOARD_FACTS", "IMAGE", "LIMITS", "VERSION"])
    env.Append(BUILDERS={"SizeReportFiles": Builder(action=report)})
    env.AddMethod(size_report, "SizeReport")


def exists(env: Environment) -> bool:
    return True
