"""Is there nothing to build? A build that succeeded leaves a record of all it looked at; one look compares them.

What SCons would find out by reading the build's description and asking after each file again is told by the times and
sizes of the files, which its own decider trusts too. The record holds every file that the build read, made or was
described by, and the folders of the former: a new file in one may be found before another.
"""

import json
import os
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wipy.errors import UserError
from wipy.setup import thirdparty, toolchain

RECORD = ".all-is-made"
DEFAULT = "image"
_SETTING = re.compile(r"([A-Z_]+)=(.*)", re.DOTALL)
# The system stamps files by a clock that it advances every few milliseconds.
_CLOCK_TICK = 20_000_000  # ns


def settings(words: Sequence[str]) -> dict[str, str] | None:
    """NAME=value of words that ask for the default build; None where they ask for anything else."""
    if os.environ.get("SCONSFLAGS"):  # more words, of any kind
        return None
    found = {}
    for word in words:
        if setting := _SETTING.fullmatch(word):
            found[setting[1]] = setting[2]
        elif word != DEFAULT and not re.fullmatch(r"-j\d+", word):
            return None
    return found


def _key(given: dict[str, str], tools: Sequence[str]) -> list[str]:
    """What must be the same besides files; `tools` says versions and places of what is outside the project."""
    return [*sorted(f"{name}={value}" for name, value in given.items()), *tools, sys.version]


def _stamp(path: str) -> list[int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return [status.st_mtime_ns, status.st_size]


class Witness:
    """Notes which files of the project are opened, and which folders are listed, while the description is read."""

    def __init__(self, root: str) -> None:
        self.seen: set[str] = set()
        self._root = root + os.sep
        self._build = self._root + "build" + os.sep
        self._started = time.time_ns()
        self._watching = True
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: Sequence[Any]) -> None:
        if self._watching and event in ("open", "os.listdir", "os.scandir") and isinstance(arguments[0], str | Path):
            self.seen.add(os.path.abspath(arguments[0]))

    def rest(self) -> None:
        """The description is read; modules that it brought may have come from compiled files."""
        self._watching = False
        for module in list(sys.modules.values()):
            if path := getattr(module, "__file__", None):
                self.seen.add(path)
        self.seen = {path for path in self.seen if path.startswith(self._root)}

    def record(self, output: Path, words: Sequence[str], tools: Sequence[str], files: Sequence[str]) -> None:
        """Everything was made: keep what it was made of, `files` and what was seen, for is_all_made().

        tools: the third-party tree, the compiler as toolchain.find() tells of it, SCons's version.
        """
        given = settings(words)
        if given is None:
            return
        made = {path for path in files if path.startswith(self._build)}
        read = {path for path in {*files, *self.seen} if not path.startswith(self._build)}
        folders = {os.path.dirname(path) for path in read if path.startswith(self._root)} - {self._root[:-1]}
        stamps = {path: _stamp(path) for path in sorted(read | folders | made)}
        # Who changed something meanwhile may or may not have been heard.
        late = self._started - _CLOCK_TICK
        if any(stamp is not None and stamp[0] >= late for path, stamp in stamps.items() if path not in made):
            return
        record = {"key": _key(given, tools), "files": stamps}
        (output / RECORD).write_text(json.dumps(record))


def is_all_made(words: Sequence[str], scons_version: str) -> bool:
    """Would a build by these words find nothing to do? False where that cannot be told at a glance."""
    given = settings(words)
    if given is None:
        return False
    try:
        tree = thirdparty.locate(Path("third_party.toml"), given.get("MICROPYTHON_DIR"))
        tools = [str(tree), str(toolchain.find(given.get("CROSS_COMPILE"))), scons_version]
    except UserError:
        return False  # the build says why it cannot go on
    for path in Path("build").glob(f"*/{RECORD}"):
        try:
            record = json.loads(path.read_text())
            if record["key"] == _key(given, tools):
                return all(_stamp(name) == stamp for name, stamp in record["files"].items())
        except (OSError, ValueError, KeyError):
            continue
    return False
