"""The table of requirements against tests."""

from pathlib import Path

import pytest
from wipy import requirements
from wipy.errors import UserError

REPOSITORY = Path(__file__).parents[2]
TESTS = """
import pytest
pytestmark = pytest.mark.req("AA-1")

@pytest.mark.req("AA-2", "BB-1")
@pytest.mark.parametrize("x", [1])
def test_one(x): pass

class TestGroup:
    @pytest.mark.req("AA-2")
    def test_two(self): pass

def helper(): pass
"""


def test_marks_are_found_on_files_functions_and_in_classes() -> None:
    assert list(requirements.marks(TESTS)) == [
        ("test_one", "AA-1"),
        ("test_one", "AA-2"),
        ("test_one", "BB-1"),
        ("TestGroup::test_two", "AA-1"),
        ("TestGroup::test_two", "AA-2"),
    ]


def test_status_is_the_worst_of_a_requirements_tests(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_it.py").write_text(TESTS)
    promises = {"AA-1": "first", "AA-2": "second", "BB-1": "third", "CC-1": "fourth"}
    outcomes = {"tests/test_it.py::test_one": "passed", "tests/test_it.py::TestGroup::test_two": "failed"}
    rows = requirements.table(promises, tmp_path / "tests", outcomes)
    assert [(row.id, row.status) for row in rows] == [
        ("AA-1", "failed"), ("AA-2", "failed"), ("BB-1", "proved"), ("CC-1", "open"),
    ]  # fmt: skip
    assert [row.status for row in requirements.table(promises, tmp_path / "tests", {})][:3] == ["not run"] * 3
    assert requirements.text(rows).endswith("1 of 4 proved, 1 open")


def test_an_unknown_id_is_refused(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    with pytest.raises(UserError, match="test_one names the unknown requirement BB-1"):
        requirements.table({"AA-1": "", "AA-2": ""}, tmp_path, {})


def test_outcomes_of_runs_add_up(tmp_path: Path) -> None:
    results = tmp_path / "build" / "results.json"
    requirements.record(results, {"a": ["passed", "passed"], "b": ["passed", "failed"], "c": ["skipped"]})
    requirements.record(results, {"b": ["passed"]})
    assert requirements.read_outcomes(results) == {"a": "passed", "b": "passed", "c": "skipped"}


def test_every_test_of_this_project_names_known_requirements() -> None:
    promises = requirements.read_list(REPOSITORY / requirements.LIST)
    rows = requirements.table(promises, REPOSITORY / "tests", {})
    assert any(row.tests for row in rows)
