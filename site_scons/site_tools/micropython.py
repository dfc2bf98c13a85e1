"""SCons tool: MicroPython as a part of the firmware.

Gives image.Port(...) and image.ThirdParty(...), which compile files for an image (image.py), and image.Tables(), which
makes the qstr, module, root-pointer and compressed-error headers of every source that it has so far.
"""

import os
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from arm_none_eabi import all_sources_scanner, compiler
from SCons.Script import Builder, Value
from scons_types import Environment, Node, Nodes
from site_init import action
from wipy import tables

OUR_WARNINGS = ["-Wall", "-Wextra", "-Werror"]


def _command(env: Environment) -> list[str]:
    # The scripts read line by line, and GCC breaks lines where a macro of a -isystem header is used.
    flags = compiler(env).replace("-isystem ", "-I")
    return [*shlex.split(flags), "-E", "-DNO_QSTR"]


def _collect(target: Nodes, source: Nodes, env: Environment) -> None:
    output = Path(target[0].get_path())
    sources = [node.get_path() for node in source]
    headers = [node.get_path() for node in target[0].implicit or []]
    text = tables.collect(_command(env), sources, output.with_suffix(".cache"), headers, env.GetOption("num_jobs"))
    output.write_text(text)


def _header(target: Nodes, source: Nodes, env: Environment) -> None:
    output = Path(target[0].get_path())
    collected, *extra = [Path(node.get_path()) for node in source]
    work = output.with_suffix(".parts")
    text = tables.header(output.name, collected, work, Path(env["MICROPYTHON"]), _command(env), extra)
    output.write_bytes(text)


def _text(target: Nodes, source: Nodes, env: Environment) -> None:
    Path(target[0].get_path()).write_text(source[0].read())


def _objects(
    env: Environment, root: str, prefix: str, files: Sequence[str], flags: Sequence[str], strings: bool
) -> Nodes:
    objects: list[Node] = []
    for name in files:
        source = env.File(f"{root}/{name}")
        target = f"$BUILD/{env['BUILD_TYPE'].objects}/{prefix}/{os.path.splitext(name)[0]}.o"
        objects += env.CObject(target, source, **({"FILE_FLAGS": flags} if flags else {}))
        if strings and name.endswith(".c"):
            env["STRING_SOURCES"].append(source)
    env["OBJECTS"].extend(objects)
    return objects


def port(env: Environment, room: str, files: Sequence[str], flags: Sequence[str] = ()) -> Nodes:
    """Compile files of a room of the port (a folder beside the SConscript, "." for the port), warnings being errors."""
    here = env.Dir(".").srcnode().path
    folder = here if room == "." else f"{here}/{room}"
    return _objects(
        env, f"#{folder}", f"port/{room}", files, [*OUR_WARNINGS, *env["BUILD_TYPE"].ours, *flags], strings=True
    )


def third_party(
    env: Environment, folder: str, files: Sequence[str], flags: Sequence[str] = (), strings: bool = False
) -> Nodes:
    """Compile files of a folder of MicroPython's tree; `strings`: they may name qstrs, modules or root pointers."""
    return _objects(env, f"$MICROPYTHON/{folder}", f"micropython/{folder}", files, list(flags), strings)


def generated_source(env: Environment, source: Node) -> Any:
    """Compile a generated C file, which may name qstrs."""
    env["STRING_SOURCES"].append(source)
    name = os.path.splitext(source.name)[0]
    objects = env.CObject(f"$BUILD/{env['BUILD_TYPE'].objects}/genhdr/{name}.o", source, FILE_FLAGS=OUR_WARNINGS)
    env["OBJECTS"].extend(objects)
    return objects


def generated(env: Environment, header: str, text: str) -> Any:
    """A header under genhdr/ whose text is known when the build is read; rewritten when the text changes."""
    node = env.GeneratedText(f"$BUILD/genhdr/{header}", Value(text))
    env["GENERATED"].add(node[0].get_internal_path())
    return node


def make_tables(env: Environment) -> Nodes:
    """The generated headers of every source that may name strings."""
    collected = env.Strings("$BUILD/genhdr/strings.i", env["STRING_SOURCES"])
    scripts = {name: [f"$MICROPYTHON/py/{table.script}", "$MICROPYTHON/py/makeqstrdefs.py"]
               for name, table in tables.TABLES.items()}  # fmt: skip
    headers: list[Node] = []
    for name in tables.TABLES:
        extra = env["QSTR_DEFINITIONS"] if name == "qstrdefs.generated.h" else []
        node = env.TableHeader(f"$BUILD/genhdr/{name}", [collected, *extra])
        env.Depends(node, scripts[name])
        if extra or name == "qstrdefs.generated.h":
            env.Depends(node, ["$MICROPYTHON/py/qstrdefs.h", "$MICROPYTHON/py/mpconfig.h", *env["CONFIGURATION"]])
        headers += node
    return headers


def generate(env: Environment) -> None:
    env["GENERATED"].update(env.File(f"$BUILD/genhdr/{name}").get_internal_path() for name in tables.TABLES)
    headers_not_read = frozenset(f"genhdr/{name}" for name in tables.TABLES)
    flags = ["CCFLAGS", "CPPDEFINES", "CC", "CC_VERSION"]
    env.Append(
        BUILDERS={
            "Strings": Builder(action=action(_collect, "GEN $TARGET", varlist=[*flags, "TREE"]),
                               target_scanner=all_sources_scanner(headers_not_read)),
            "TableHeader": Builder(action=action(_header, "GEN $TARGET", varlist=flags)),
            "GeneratedText": Builder(action=action(_text, "GEN $TARGET")),
        }
    )  # fmt: skip
    env.AddMethod(port, "Port")
    env.AddMethod(third_party, "ThirdParty")
    env.AddMethod(generated, "GeneratedHeader")
    env.AddMethod(generated_source, "GeneratedSource")
    env.AddMethod(make_tables, "Tables")


def exists(env: Environment) -> bool:
    return Path(env["MICROPYTHON"], "py", "mpconfig.h").is_file()
