"""SCons tool: env.Artifacts(nodes) gathers what a build leaves in build/artifacts/<BOARD>, with SHA256SUMS."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

from SCons.Script import Builder, Flatten
from scons_types import Environment, Nodes
from site_init import action


def _gather(target: Nodes, source: Nodes, env: Environment) -> None:
    *copies, sums = (Path(node.get_path()) for node in target)
    lines = []
    for copy, node in zip(copies, source, strict=True):
        shutil.copyfile(node.get_path(), copy)
        lines.append(f"{hashlib.sha256(copy.read_bytes()).hexdigest()}  {copy.name}\n")
    sums.write_text("".join(lines))


def artifacts(env: Environment, nodes: Nodes) -> Any:
    """Copies of the nodes' files and their checksums."""
    sources = Flatten(nodes)
    folder = "#build/artifacts/$BOARD"
    return env.ArtifactFiles([*(f"{folder}/{node.name}" for node in sources), f"{folder}/SHA256SUMS"], sources)


def generate(env: Environment) -> None:
    env.Append(BUILDERS={"ArtifactFiles": Builder(action=action(_gather, "COLLECT ${TARGET.dir}"))})
    env.AddMethod(artifacts, "Artifacts")


def exists(env: Environment) -> bool:
    return True
