"""What `scons lint` runs: every checker of form, types, imports, spelling and dead code, whatever the others say."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROSE = ["README.md", "docs", "ports", "tools", "tests", "site_scons", "boards", "SConstruct", "sconsw", ".ci/run"]


def c_files() -> list[str]:
    """The C files that git knows."""
    listed = subprocess.run(["git", "ls-files", "*.c", "*.h"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def commands() -> dict[str, list[str]]:
    """Each checker by name, and the words that run it."""
    tool = Path(sys.executable).parent  # where the environment's programs are
    return {
        "ruff": [sys.executable, "-m", "ruff", "check", "--quiet"],
        "ruff format": [sys.executable, "-m", "ruff", "format", "--check"],
        "mypy": [sys.executable, "-m", "mypy"],
        "import-linter": [str(tool / "lint-imports"), "--no-cache"],
        "vulture": [sys.executable, "-m", "vulture"],
        "codespell": [str(tool / "codespell"), *PROSE],
        "clang-format": [str(tool / "clang-format"), "--dry-run", "--Werror", *c_files()],
    }


def run(checkers: Mapping[str, Sequence[str]]) -> int:
    """Run each; what one that complains says is shown. Returns how many did."""
    bad = []
    for name, words in checkers.items():
        done = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            bad.append(name)
            print(f"lint: {name} complains:\n{done.stdout.rstrip()}", flush=True)
    print(f"lint: {', '.join(bad)} complained" if bad else f"lint: {', '.join(checkers)} have nothing to say")
    return len(bad)


if __name__ == "__main__":
    sys.exit(min(run(commands()), 1))
