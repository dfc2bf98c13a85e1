"""SCons tool: what every build of this project shares: where things go, which board, and the words the user can say."""

import os
import sys
import tomllib
from pathlib import Path
from typing import Any

from at_start import record_when_made
from build_types import TYPES
from SCons.Script import COMMAND_LINE_TARGETS, Action, AlwaysBuild, Decider, Default, Help, SConsignFile, SetOption
from scons_types import Environment
from site_init import shown
from wipy import board, launcher, nothing_changed
from wipy.errors import UserError
from wipy.setup import thirdparty


def word(env: Environment, name: str, what: str, nodes: object = (), command: str | None = None) -> Any:
    """A word for the command line: builds `nodes`, then runs `command` each time it is asked for."""
    env["WORDS"][name] = what
    if not command:
        return env.Alias(name, nodes)
    return AlwaysBuild(env.Alias(name, nodes, Action(command, **shown(env, None))))


def words(env: Environment, settings: Any) -> None:  # SCons's Variables
    """After everything is declared: refuses unknown words and writes the help."""
    unknown = settings.UnknownVariables()
    if unknown:
        raise UserError(f"unknown variable {next(iter(unknown))!r}: scons -h lists them")
    for target in COMMAND_LINE_TARGETS:
        if target not in env["WORDS"] and not env.Entry(target).has_builder():
            raise UserError(f"unknown target {target!r}: scons -h lists them")
    lines = ["Words for the command line: scons [NAME=value ...] [target ...]", "", "Variables:"]
    lines += [f"  {option.key + '=':<18}{option.help} [{option.default}]" for option in settings.options]
    lines += ["", "Targets:", *(f"  {name:<18}{what}" for name, what in env["WORDS"].items())]
    lines += [
        "",
        f"Boards: {', '.join(board.available(Path('boards')))}",
        "scons -H lists the options of SCons itself.",
        "",
    ]
    Help("\n".join(lines))
    Default(env.Alias(nothing_changed.DEFAULT))
    record_when_made(env, env.Alias(nothing_changed.DEFAULT))


def generate(env: Environment) -> None:
    SetOption("num_jobs", os.cpu_count() or 1)
    SetOption("implicit_cache", 1)
    SetOption("max_drift", 1)
    SetOption("no_progress", True)
    Decider("content-timestamp")
    env["BOARD_FACTS"] = board.load(Path("boards"), env["BOARD"])
    output = Path("build") / env["BOARD"]
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot write the build folder {output}: {error.strerror}") from None
    if not os.access(output, os.W_OK):
        raise UserError(f"cannot write the build folder {output}")
    SConsignFile(str(output.absolute() / ".sconsign"))
    project = tomllib.loads(Path("pyproject.toml").read_text())
    manifest = Path("third_party.toml")
    micropython = str(thirdparty.locate(manifest, env["MICROPYTHON_DIR"]))
    env.Replace(
        BUILD=f"#{output}",  # for SCons
        OUTPUT=str(output),  # for command lines
        VERSION=project["project"]["version"],
        RELEASE_DATE=project["tool"]["wipy"]["release-date"],
        MICROPYTHON_VERSION=thirdparty.read_manifest(manifest).version,
        MICROPYTHON=micropython,
        # What needs no dependencies: files of the cached tree, which locate() has just found to be as they were pinned.
        PINNED=() if env["MICROPYTHON_DIR"] else (micropython + os.sep,),
        TREE=str(env["MICROPYTHON_DIR"] or Path(micropython).name),  # what tells one tree from another
        WORDS={},
        BUILD_TYPE=TYPES[env["BTYPE"]],
        LAUNCHER=launcher.words(env["LAUNCHER"]),
        PYTHON=sys.executable,
        ENV={**os.environ, "PYTHONPATH": str(Path("tools").absolute())},
    )
    if env["CACHE_DIR"]:
        env.CacheDir(str(launcher.cache_folder(env["CACHE_DIR"], read_only=bool(env.GetOption("cache_readonly")))))
    env.AddMethod(word, "Word")
    env.AddMethod(words, "Words")


def exists(env: Environment) -> bool:
    return True
