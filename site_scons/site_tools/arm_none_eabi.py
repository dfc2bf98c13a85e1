"""SCons tool: compile and link for the CC3200 with arm-none-eabi-gcc.

Gives env.CObject(target, source) and env.Firmware([elf, map], objects), a scanner that follows #include as the compiler
does (also `#include MACRO`), and the flags of the chip.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from SCons.Script import Action, Builder, Scanner
from scons_types import Environment, Node, Nodes
from site_init import action, shown
from wipy.errors import UserError
from wipy.setup import toolchain

# Cortex-M4 without its FPU (the CC3200 has none), sizes first; what no one refers to is dropped by the linker.
CPU = ["-mthumb", "-mcpu=cortex-m4", "-mfloat-abi=soft", "-mabi=aapcs"]
CODE = ["-std=gnu99", "-Os", "-g", "-ffunction-sections", "-fdata-sections", "-fno-common", "-fsigned-char",
        "--param=min-pagesize=0",
        # Optimizations that make code larger even at -Os: without them the image is 2 % smaller (docs/size.md).
        "-fno-schedule-insns2", "-fno-move-loop-invariants", "-fno-jump-tables", "-fno-tree-ch",
        "-fno-tree-loop-optimize", "-fno-caller-saves", "-fno-thread-jumps", "-fno-tree-dominator-opts",
        "-fno-tree-slsr", "-fno-tree-tail-merge", "-fno-ssa-phiopt", "-fno-if-conversion",
        "-fno-shrink-wrap", "-fno-tree-reassoc", "-fno-forward-propagate"]  # fmt: skip

_DIRECTIVE = re.compile(
    rb'^[ \t]*#[ \t]*(?:include(_next)?[ \t]+(?:"([^"\n]+)"|<([^>\n]+)>|([A-Za-z_]\w*))'
    rb'|define[ \t]+(\w+)[ \t]+["<]([\w./+-]+\.[ch])[">])',
    re.MULTILINE,
)


class Includes:
    """Every file that a source includes, however deep, whatever the #ifs around it say.

    Not told are those of the pinned tree, which cannot change.
    Takes the search path from CPPPATH, follows `#include MACRO` through the files that define the macro as a file name
    (and CPPDEFINES), and leaves out the names in `without` with all they include.
    """

    def __init__(self, without: frozenset[str] = frozenset()) -> None:
        self.without = without

    # Shared by all scanners of one build: what each file says, and where each name was found.
    _said: dict[str, list[tuple[str, ...]]] = {}
    _found: dict[tuple[str, str], Node | None] = {}
    _followed: dict[tuple[str, str, bool, str], Node | None] = {}

    def _directives(self, node: Node) -> list[tuple[str, ...]]:
        path = node.get_internal_path()
        if path in self._said and not node.has_builder():
            return self._said[path]
        try:
            with open(path, "rb") as stream:
                said = [tuple(part.decode() for part in match) for match in _DIRECTIVE.findall(stream.read())]
        except OSError:
            return []  # generated, not there yet: SCons asks again once it is
        self._said[path] = said
        return said

    def _find(self, env: Environment, folder: Node, name: str) -> Node | None:
        """The node of an included file, or None where the search path does not have it (the compiler's own headers)."""
        key = (folder.get_internal_path(), name)
        if key not in self._found:
            path = os.path.normpath(os.path.join(key[0], name))
            if path in env["GENERATED"] or os.path.isfile(path):
                self._found[key] = env.File(path if os.path.isabs(path) else "#" + path)
            else:
                self._found[key] = None
        return self._found[key]

    def of_sources(self, target: Node, env: Environment, path: object = ()) -> Nodes:
        """What any source of a target includes."""
        return self._closure(target.sources or (), env)

    def __call__(self, node: Node, env: Environment, path: object = ()) -> Nodes:
        return self._closure([node], env)

    def _closure(self, nodes: Nodes, env: Environment) -> Nodes:
        search = [env.Dir(folder) for folder in env["CPPPATH"]]
        places = " ".join(folder.get_internal_path() for folder in search)
        macros = {d[0]: {str(d[1]).strip('\\"')} for d in env["CPPDEFINES"] if isinstance(d, tuple)}
        asked: set[str] = set()
        seen = set(nodes)
        todo = list(nodes)

        def first(folder: Node, name: str, quoted: bool, after: Node | None) -> Node | None:
            every = (self._find(env, place, name) for place in ([folder, *search] if quoted and not after else search))
            there: Iterator[Node] = (found for found in every if found is not None)
            if after is not None:
                known = list(there)
                there = iter(known[known.index(after) + 1 :] if after in known else known)
            return next(there, None)

        def follow(folder: Node, name: str, quoted: bool, after: Node | None = None) -> None:
            """`after` is the file that wants the next one of this name on the search path (#include_next)."""
            if name in self.without:
                return
            key = (after.get_internal_path() if after else folder.get_internal_path() if quoted else "", name, quoted,
                   f"{places} next" if after else places)  # fmt: skip
            if key not in self._followed:
                self._followed[key] = first(folder, name, quoted, after)
            found = self._followed[key]
            if found is not None and found not in seen:
                seen.add(found)
                todo.append(found)

        while todo:
            current = todo.pop()
            folder = current.dir
            for following, quoted, angled, macro, defined, value in self._directives(current):
                if quoted or angled:
                    follow(folder, quoted or angled, bool(quoted), current if following else None)
                elif macro:
                    asked.add(macro)
                elif defined:
                    macros.setdefault(defined, set()).add(value)
            if not todo:
                for macro in asked:
                    for name in sorted(macros.get(macro, ())):
                        follow(folder, name, True)
        seen.difference_update(nodes)
        # The pinned tree is looked over as a whole when the build starts, and another one has another name, which is in
        # each command line: SCons need not ask after each of its headers for each object.
        pinned = env["PINNED"]
        return sorted((found for found in seen if not found.get_internal_path().startswith(pinned)), key=str)


def c_scanner() -> Any:
    """A SCons scanner of one source."""
    return Scanner(function=Includes(), skeys=[".c", ".S", ".s"], recursive=False)


def all_sources_scanner(without: frozenset[str]) -> Any:
    """A SCons scanner of a target, for all its sources at once."""
    return Scanner(function=Includes(without).of_sources, recursive=False)


_compilers: dict[tuple[str, ...], str] = {}


def compiler(env: Environment) -> str:
    """The compiler with all flags that sources share; headers outside the project are not ours to warn about.

    Put together once for each set of flags, not for each source: it is asked for hundreds of times.
    """
    key = (env["CC"], str(env["CCFLAGS"]), str(env["CPPDEFINES"]), str(env["CPPPATH"]), env["BUILD"])
    if key not in _compilers:
        folders = [env.Dir(folder).path for folder in env["CPPPATH"]]
        search = (f"-isystem {folder}" if os.path.isabs(folder) else f"-I{folder}" for folder in folders)
        _compilers[key] = " ".join([env.subst("$CC $CCFLAGS $_CPPDEFFLAGS"), *search])
    return _compilers[key]


def compiler_signature(env: Environment) -> str:
    """The same, wherever on a machine MicroPython's tree is: it is told by what is in it."""
    return compiler(env).replace(env["MICROPYTHON"], env["TREE"])


def prefix_maps(env: Environment) -> str:
    """Flags that keep the folders of this machine out of the output: the same bytes wherever it is built."""
    places = {os.getcwd(): ".", env["MICROPYTHON"]: "micropython"}
    # The assembler hears of debug prefixes alone.
    return " ".join(f"-f{what}-prefix-map={path}={name}" for path, name in places.items() for what in ("file", "debug"))


def short_name(source: object, env: Environment) -> str:
    """A source's path as it is told to people: within the project, or within MicroPython's tree."""
    path = str(source)
    root = env.get("MICROPYTHON", "") + os.sep
    return path[len(root) :] if path.startswith(root) else path


def _needs_linker_script(target: Nodes, source: Nodes, env: Environment) -> tuple[Nodes, Nodes]:
    script = env["LINKER_SCRIPT"]
    parts = re.findall(r"^INCLUDE +(\S+)$", Path(script.srcnode().get_path()).read_text(), re.MULTILINE)  # beside it
    env.Depends(target, [script, *(script.srcnode().dir.File(part) for part in parts)])
    return target, source


def _link(target: Nodes, source: Nodes, env: Environment) -> None:
    command = shlex.split(env.subst("$LINKCOM", target=target, source=source))
    run = subprocess.run(command, env=env["ENV"], stderr=subprocess.PIPE, text=True, errors="replace")
    if run.returncode:
        from wipy.sizes import limits  # here, because most builds have nothing to link: so wherever a step imports

        for node in env["PACKAGED"].get(target[0].get_path(), []):
            Path(node.get_path()).unlink(missing_ok=True)  # the last image must not pass for this one
        map_file = Path(target[1].get_path())
        map_text = map_file.read_text(errors="replace") if map_file.exists() else ""
        why = limits.explain_overflow(run.stderr, map_text)
        if why is None:
            print(run.stderr, end="", file=sys.stderr)
        raise UserError(why or "linking failed")
    print(run.stderr, end="", file=sys.stderr)


def generate(env: Environment) -> None:
    found = toolchain.find(env["CROSS_COMPILE"])
    env.Replace(CC=found.tool("gcc"), OBJCOPY=found.tool("objcopy"), CC_VERSION=str(found))
    env.AppendUnique(
        CCFLAGS=[*CPU, *CODE],
        LINKFLAGS=[*CPU, "-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections"],
        CPPDEFINES=["NDEBUG"],
        CPPPATH=[],
    )
    env.Replace(
        CPPDEFPREFIX="-D",
        CPPDEFSUFFIX="",
        SCANNERS=[],  # of SCons itself, which would look into what Builders here do not scan
        _compiler=compiler,
        _compiler_signature=compiler_signature,
        _short_name=short_name,
        _prefix_maps=prefix_maps,
    )
    env.SetDefault(WHOLE_PROGRAM=env["BUILD_TYPE"].whole_program)
    env.SetDefault(GENERATED=set(), PACKAGED={}, FILE_FLAGS=[], LIBS_TEXT="-lgcc")
    # The compiler's version counts: another compiler, another object. Its launcher does not.
    env["CCCOM"] = "$( $LAUNCHER $) $COMPILE"
    env["COMPILE"] = (
        "$( ${_compiler(__env__)} ${_prefix_maps(__env__)} $)"
        " -frandom-seed=${_short_name(SOURCE, __env__)} $WHOLE_PROGRAM $FILE_FLAGS -c -o $TARGET $( $SOURCES $)"
    )
    env["LINKCOM"] = (
        "$CC $LINKFLAGS ${WHOLE_PROGRAM and WHOLE_PROGRAM + CCFLAGS} $( ${_prefix_maps(__env__)} $)"
        " -Wl,-Map=${TARGETS[1]} -L${LINKER_SCRIPT.dir} -T $LINKER_SCRIPT -o $TARGET $SOURCES $LIBS_TEXT"
    )
    said = shown(env, "CC ${_short_name(SOURCE, __env__)}")
    env.Append(
        BUILDERS={
            "CObject": Builder(
                action=Action("$CCCOM", varlist=["CC_VERSION", "_compiler_signature(__env__)"], **said),
                suffix=".o",
                single_source=True,
                source_scanner=c_scanner(),
            ),
            "Firmware": Builder(
                action=action(_link, "$LINKCOM" if env["V"] else "LINK $TARGET", varlist=["LINKCOM", "CC_VERSION"]),
                emitter=_needs_linker_script,
            ),
        }
    )


def exists(env: Environment) -> bool:
    return True  # generate() says what is missing
