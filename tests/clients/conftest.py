"""Real clients against one emulator process; a client that is missing fails its test with what to install."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from cc3200sim import rom
from cc3200sim.pytest_plugin import image_path
from support.emulator import Emulator
from wipy.setup.environment import CLIENTS


@pytest.fixture(scope="session")
def emulator(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A board that runs at the pace of the wall clock, as for a person."""
    folder = tmp_path_factory.mktemp("emulator")
    chip_rom = folder / "rom.bin"
    chip_rom.write_bytes(rom.load(pytestconfig.getoption("--wipy-rom")))
    running = Emulator(pytestconfig.rootpath, image_path(pytestconfig), chip_rom, folder / "flash.bin")
    yield running
    running.stop()


@pytest.fixture
def client() -> Callable[[str], str]:
    """The path of a client program by its name."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            pytest.fail(f"{name} is missing: install {CLIENTS[name]} (Debian's name)", pytrace=False)
        return path

    return find
