"""Requirements against tests: the ids of docs/requirements.md beside the tests that carry them as pytest.mark.req(...).

python -m wipy.requirements prints the table. Which tests there are is read from their source; how they ended, from the
results that test runs leave in build/test-results.json. An id that no passing test proves is shown as open.
"""

import ast
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wipy.errors import UserError

LIST = Path("docs/requirements.md")
RESULTS = Path("build/test-results.json")
_ROW = re.compile(r"^\| ([A-Z][A-Z0-9]*-\d+) \| (.+) \|$", re.MULTILINE)


@dataclass
class Row:
    """One requirement: its tests as "file::function", and how each ended ("passed", "failed", "skipped", "not run")."""

    id: str
    promise: str
    tests: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """ "proved" where every test passed, "open" where there is none, else the worst that happened."""
        if not self.tests:
            return "open"
        for outcome in ("failed", "not run", "skipped"):
            if outcome in self.tests.values():
                return outcome
        return "proved"


def read_list(path: Path) -> dict[str, str]:
    """The ids and promises, in the file's order. Raises UserError if it cannot be read or has an id twice."""
    try:
        rows = _ROW.findall(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    twice = {name for name, _ in rows if sum(name == other for other, _ in rows) > 1}
    if twice:
        raise UserError(f"{path}: {min(twice)} stands there twice")
    return dict(rows)


def marks(source: str) -> Iterator[tuple[str, str]]:
    """(test as "Class::function" or "function", id) for each req mark of a test file's source."""
    tree = ast.parse(source)
    whole_file = [i for node in tree.body if isinstance(node, ast.Assign) for i in _assigned(node)]

    def walk(body: list[ast.stmt], prefix: str, inherited: list[str]) -> Iterator[tuple[str, str]]:
        for node in body:
            if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
                yield from walk(node.body, f"{prefix}{node.name}::", [*inherited, *_decorated(node)])
            elif isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
                for name in dict.fromkeys([*inherited, *_decorated(node)]):
                    yield f"{prefix}{node.name}", name

    yield from walk(tree.body, "", whole_file)


def _decorated(node: ast.ClassDef | ast.FunctionDef) -> list[str]:
    return [name for decorator in node.decorator_list for name in _ids(decorator)]


def _assigned(node: ast.Assign) -> list[str]:
    if any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets):
        return _ids(node.value)
    return []


def _ids(node: ast.expr) -> list[str]:
    """The ids in a mark, or in a list of marks: pytest.mark.req("A-1", "B-2")."""
    calls = [n for n in ast.walk(node) if isinstance(n, ast.Call) and ast.unparse(n.func) == "pytest.mark.req"]
    return [a.value for call in calls for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]


def table(promises: Mapping[str, str], tests: Path, outcomes: Mapping[str, str]) -> list[Row]:
    """A row for each requirement. `outcomes` is keyed as pytest names tests, without their parameters.

    Raises UserError where a test carries an id that is not in the list, or a test file is not Python.
    """
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for path in sorted(tests.rglob("test_*.py")):
        try:
            for test, name in marks(path.read_text(encoding="utf-8")):
                if name not in promises:
                    raise UserError(f"{path}: {test} names the unknown requirement {name}")
                key = f"{path.relative_to(tests.parent).as_posix()}::{test}"
                found[name][key] = outcomes.get(key, "not run")
        except (SyntaxError, UnicodeDecodeError) as error:
            raise UserError(f"{path}: {error}") from None
    return [Row(name, promise, found.get(name, {})) for name, promise in promises.items()]


def read_outcomes(path: Path) -> dict[str, str]:
    """The outcomes that test runs left; nothing where there was none."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def record(path: Path, outcomes: Mapping[str, list[str]]) -> None:
    """Add a run's outcomes, each test's with all its parameters and phases, to those of earlier runs."""
    known = read_outcomes(path)
    for test, seen in outcomes.items():
        known[test] = next((o for o in ("failed", "passed") if o in seen), "skipped")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def text(rows: list[Row]) -> str:
    """The table as people read it."""
    lines = []
    for row in rows:
        lines.append(f"{row.id:<8} {row.status:<8} {row.promise}")
        lines += [f"{'':18}{outcome:<8} {test}" for test, outcome in row.tests.items()]
    proved = sum(row.status == "proved" for row in rows)
    lines.append(f"{proved} of {len(rows)} proved, {sum(row.status == 'open' for row in rows)} open")
    return "\n".join(lines)


def main() -> int:
    """Print the table for the project in the current folder."""
    try:
        print(text(table(read_list(LIST), Path("tests"), read_outcomes(RESULTS))))
    except UserError as error:
        print(f"req-table: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
