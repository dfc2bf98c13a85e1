"""Fixtures of the emulator's tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.chip import Chip
from support.nwp_host import Host
from wipy.setup import thirdparty


@pytest.fixture
def chip() -> Chip:
    """The chip's blocks after power-on with every clock on, no processor."""
    return Chip()


@pytest.fixture
def host() -> Host:
    """A host driver whose network processor has just been started, on a blank flash and an in-memory network."""
    host = Host()
    host.power_on()
    return host


@pytest.fixture(scope="session")
def headers(pytestconfig: pytest.Config) -> Path:
    """The folder of TI's register headers in the tree that is fetched."""
    return Path(thirdparty.locate(pytestconfig.rootpath / "third_party.toml")) / "ports/cc3200/hal/inc"
