"""Done once, before SConstruct is read: the way out where there is nothing to build, or the watch that prepares it."""

import atexit
import os
import sys
from contextlib import suppress
from pathlib import Path

import SCons
import SCons.Node
import SCons.Node.FS
from scons_types import Environment, Nodes
from wipy import nothing_changed

if nothing_changed.is_all_made(sys.argv[1:], SCons.__version__):
    print(f"scons: `{nothing_changed.DEFAULT}' is up to date.")
    sys.exit(0)

_WITNESS = nothing_changed.Witness(os.getcwd())


def _files(nodes: Nodes) -> list[str]:
    """Each file that these nodes are, or are made of."""
    found, seen, pending = [], set(nodes), list(nodes)
    while pending:
        node = pending.pop()
        if isinstance(node, SCons.Node.FS.File):
            found.append(node.get_abspath())
        for child in (
            *(node.sources or ()),
            *(node.depends or ()),
            *(node.implicit or ()),
        ):  # None: it has let go of them
            if child not in seen:
                seen.add(child)
                pending.append(child)
    return found


def record_when_made(env: Environment, nodes: Nodes) -> None:
    """The description is read: should all of the nodes be made when SCons ends, the next start will know."""
    _WITNESS.rest()

    def record() -> None:
        if all(node.get_state() in (SCons.Node.executed, SCons.Node.up_to_date) for node in nodes):
            tools = [env["MICROPYTHON"], env["CC_VERSION"], SCons.__version__]
            with suppress(OSError):  # without it the next build takes longer
                _WITNESS.record(Path(env["OUTPUT"]), sys.argv[1:], tools, _files(nodes))

    atexit.register(record)
