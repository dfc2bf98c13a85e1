"""A pytest plugin that keeps how each test ended, so that `scons req-table` can say what is proved."""

from collections import defaultdict
from pathlib import Path

import pytest

from wipy import requirements


class Recorder:
    """Outcomes of one run by test, without parameters."""

    def __init__(self, results: Path) -> None:
        self.results = results
        self.outcomes: dict[str, list[str]] = defaultdict(list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called for each phase of each test; set-up and clean-up that pass say nothing about it."""
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[report.nodeid.partition("[")[0]].append(report.outcome)

    def pytest_sessionfinish(self) -> None:
        """Called at the end of the run."""
        if self.outcomes:
            requirements.record(self.results, self.outcomes)


def pytest_configure(config: pytest.Config) -> None:
    """With xdist, the run that hands out the tests hears of all of them."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(config.rootpath / requirements.RESULTS))
