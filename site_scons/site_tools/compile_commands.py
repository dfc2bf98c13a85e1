"""SCons tool: env.CompileCommands(target) lists how each source is compiled, for editors and analysers."""

import json
import os
from pathlib import Path
from typing import Any

from arm_none_eabi import compiler
from SCons.Script import Builder, Value
from scons_types import Environment, Nodes
from site_init import action


def _write(target: Nodes, source: Nodes, env: Environment) -> None:
    entries = []
    for node in env["OBJECTS"]:
        build = node.get_build_env()
        entries.append(
            {
                "directory": os.getcwd(),
                "file": node.sources[0].get_path(),
                "output": node.get_path(),
                "command": build.subst("$COMPILE", target=[node], source=node.sources),
            }
        )
    Path(target[0].get_path()).write_text(json.dumps(entries, indent=1) + "\n")


def compile_commands(env: Environment, target: str) -> Any:
    """The list; made again when a source is added or taken away, or the flags change."""
    sources = [str(node.sources[0]) for node in env["OBJECTS"]]
    return env.CompileCommandsFile(
        target, Value("\n".join([os.getcwd(), compiler(env), env["BUILD_TYPE"].objects, *sources]))
    )


def generate(env: Environment) -> None:
    env.Append(BUILDERS={"CompileCommandsFile": Builder(action=action(_write, "GEN $TARGET"))})
    env.AddMethod(compile_commands, "CompileCommands")


def exists(env: Environment) -> bool:
    return True
