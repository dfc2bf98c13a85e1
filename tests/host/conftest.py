"""Compiles the firmware's pure C files for this machine, with sanitizers, and runs them as programs."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from support.host_sources import board_header

ROOT = Path(__file__).resolve().parents[2]
PORT = ROOT / "ports" / "cc3200"
FLAGS = (
    "-std=gnu99",
    "-g",
    "-O1",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-fno-sanitize-recover=all",
    "-fsanitize=address,undefined",
)


class HostProgram:
    """A compiled test program."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def run(self, script: str) -> list[str]:
        """Run it with script as its standard input: its lines, or a failure with what the sanitizers said."""
        done = subprocess.run([str(self.path)], input=script.encode(), capture_output=True, timeout=60)
        assert done.returncode == 0, f"{self.path.name} ended with {done.returncode}:\n{done.stderr.decode()}"
        return done.stdout.decode(errors="surrogateescape").splitlines()


Compile = Callable[..., HostProgram]


def compiler() -> str:
    """The host's C compiler; a machine without one can't run these tests, and they fail rather than hide it."""
    found = shutil.which("gcc") or shutil.which("clang")
    assert found, "the tests of the pure C files need a C compiler: install gcc"
    return found


@pytest.fixture(scope="session")
def compile_host(tmp_path_factory: pytest.TempPathFactory) -> Compile:
    """compile_host(name, sources, includes=(), flags=()) -> a HostProgram, built once a session for the same words.

    Sources are paths below the repository or absolute; the port's folder and the repository's root are searched for
    includes.
    """
    folder = tmp_path_factory.mktemp("host")
    built: dict[str, Path] = {}
    board_header(folder)

    def build(
        name: str, sources: Sequence[str | Path], includes: Sequence[str | Path] = (), flags: Sequence[str] = ()
    ) -> HostProgram:
        words = [
            compiler(),
            *FLAGS,
            f"-I{PORT}",
            f"-I{ROOT}",
            f"-I{folder}",
            *(f"-I{path}" for path in includes),
            *(str(ROOT / source) for source in sources),
            *flags,
        ]
        key = hashlib.sha256("\0".join(words).encode()).hexdigest()[:12]
        if key not in built:
            program = folder / f"{name}-{key}"
            done = subprocess.run([*words, "-o", str(program)], capture_output=True, text=True)
            assert done.returncode == 0, f"{name} does not compile:\n{done.stderr}"
            built[key] = program
        return HostProgram(built[key])

    return build
