"""Tests share what is in tests/support, and import no other test."""

from __future__ import annotations

import ast
from pathlib import Path

TESTS = Path(__file__).parents[1]


def imported(path: Path) -> set[str]:
    """The modules that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def sources() -> list[Path]:
    return [path for path in sorted(TESTS.rglob("*.py")) if "demo_project" not in path.parts]


def test_no_test_imports_a_test() -> None:
    tests = {path.stem for path in sources() if path.stem.startswith(("test_", "conftest"))}
    found = {path.name: {name for name in imported(path) if name.split(".")[-1] in tests} for path in sources()}
    assert {name: names for name, names in found.items() if names} == {}


def test_what_is_shared_is_in_support() -> None:
    """No file beside the tests but conftest.py: nothing else can be imported by its bare name."""
    beside = [
        path.relative_to(TESTS).as_posix()
        for path in sources()
        if path.parent.name != "support" and not path.stem.startswith(("test_", "conftest"))
    ]
    assert beside == []


def test_no_test_changes_where_modules_are_looked_for() -> None:
    """By code, that is: a script that a test gives to the board may do with its own path what it likes."""
    changing = [
        path.name
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "path" and getattr(node.value, "id", "") == "sys"
    ]
    assert changing == []
