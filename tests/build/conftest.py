"""Fixtures of the build's tests: one copy of the project, built once."""

import pytest
from support.project import Project


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project with the WIPY firmware built. Tests leave it built and as it was."""
    project = Project(tmp_path_factory.mktemp("build") / "project")
    project.build()
    return project


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project that nothing was built in."""
    return Project(tmp_path_factory.mktemp("bare") / "project")
