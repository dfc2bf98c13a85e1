"""A copy of the project that tests may build and change: the files git knows, in a folder of their own."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from support.tested import BOARD

REPOSITORY = Path(__file__).parents[2]


class Project:
    """A working copy. `scons(...)` runs in it and gives what it said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=REPOSITORY, check=True, capture_output=True, text=True,
        ).stdout.split("\0")  # fmt: skip
        for name in filter(None, names):
            source = REPOSITORY / name
            if source.is_file() and not name.startswith("tests/"):
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)

    def scons(self, *words: str, jobs: int = 2) -> subprocess.CompletedProcess[str]:
        """Run scons with these words; never raises for a failing build."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "SCONSFLAGS"))
        }
        return subprocess.run(
            [sys.executable, "-m", "SCons", f"-j{jobs}", *words],
            cwd=self.folder, capture_output=True, text=True, env=environment, timeout=600,
        )  # fmt: skip

    def build(self, *words: str, jobs: int = 2) -> list[str]:
        """Run a build that must succeed; the lines that it said."""
        run = self.scons(*words, jobs=jobs)
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout.splitlines()

    def refused(self, *words: str) -> str:
        """Run scons with words that it must refuse: one line on stderr, no traceback. Gives that line."""
        run = self.scons(*words)
        assert run.returncode != 0, run.stdout
        lines = run.stderr.strip().splitlines()
        assert len(lines) == 1, run.stderr
        return lines[0]

    def output(self, name: str, board: str = BOARD.folder.name) -> Path:
        """A file that the build of a board leaves."""
        return self.folder / "build" / board / name

    def append(self, name: str, text: str) -> None:
        """Add text to a source file of the copy."""
        with (self.folder / name).open("a") as stream:
            stream.write(text)

    def set_board_fact(self, key: str, value: int) -> None:
        """Change a number in the file of the board that is built."""
        path = self.folder / "boards" / BOARD.folder.name / "board.toml"
        text, count = re.subn(rf"(?m)^{key} = \S+", f"{key} = {value}", path.read_text())
        assert count == 1, key
        path.write_text(text)

    def files(self) -> dict[str, int]:
        """Every file outside the build folder, with its modification time in ns."""
        return {
            str(path.relative_to(self.folder)): path.stat().st_mtime_ns
            for path in self.folder.rglob("*")
            if path.is_file() and path.relative_to(self.folder).parts[0] != "build"
        }
