"""lint runs every checker, shows what those say that complain, and fails when one does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from wipy import lint

GOOD = [sys.executable, "-c", "print('unseen')"]
BAD = [sys.executable, "-c", "print('line 1: ugly'); raise SystemExit(1)"]


def test_all_are_run_and_only_complaints_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert lint.run({"first": BAD, "second": GOOD, "third": BAD}) == 2
    assert capsys.readouterr().out == (
        "lint: first complains:\nline 1: ugly\nlint: third complains:\nline 1: ugly\nlint: first, third complained\n"
    )
    assert lint.run({"first": GOOD, "second": GOOD}) == 0
    assert capsys.readouterr().out == "lint: first, second have nothing to say\n"


@pytest.mark.parametrize(
    ("checker", "name", "text"),
    [
        ("ruff", "tools/wipy/bad.py", '"""Bad."""\n\nimport os\n'),
        ("ruff format", "tools/wipy/bad.py", '"""Bad."""\n\nx = {  "a":1 }\n'),
        ("vulture", "tools/wipy/bad.py", '"""Bad."""\n\n\ndef never_called() -> None:\n    """Dead."""\n'),
        ("codespell", "docs/bad.md", "It is wrong, {}eh.\n".format("t")),
        ("clang-format", "ports/cc3200/bad.c", "int  x;\n"),
        ("clang-format", "tests/host/bad.c", "int  x;\n"),
        ("clang-format", "tools/cc3200sim/bad.h", "int  x;\n"),
        ("import-linter", "tools/cc3200sim/bad.py", '"""Bad."""\n\nfrom wipy import image\n\nprint(image)\n'),
        ("import-linter", "site_scons/site_tools/bad.py", '"""Bad."""\n\nfrom cc3200sim import rom\n\nprint(rom)\n'),
        ("import-linter", "tools/wipy/setup/bad.py", '"""Bad."""\n\nimport jinja2\n\nprint(jinja2)\n'),
    ],
)
def test_a_checker_sees_what_it_is_for(tmp_path: Path, checker: str, name: str, text: str) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=lint.ROOT, capture_output=True, text=True, check=True).stdout
    for path in filter(None, listed.split("\0")):
        if (lint.ROOT / path).is_file():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes((lint.ROOT / path).read_bytes())
    (tmp_path / name).write_text(text)
    words = [word if word != "ports/cc3200/main.c" else name for word in lint.commands()[checker]]
    done = subprocess.run(
        words, cwd=tmp_path, capture_output=True, text=True, env={"PYTHONPATH": "tools", "PATH": "/usr/bin:/bin"}
    )
    assert done.returncode != 0, done.stdout
    assert "bad" in done.stdout + done.stderr
