"""Upstream's own tests of its port, run on our image: what a WiPy script could rely on there holds here.

They come with the fetched archive and are never kept in this repository.
"""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from cc3200sim.board import Board
from wipy.console import Console
from wipy.setup import thirdparty

MANIFEST = Path(__file__).resolve().parents[2] / "third_party.toml"

# Upstream's script -> pins that its text wants connected.
SCRIPTS = {"pin.py": [("GP12", "GP17")], "modwipy.py": []}


@pytest.fixture(scope="module")
def scripts() -> dict[str, tuple[str, str]]:
    """Script name -> its text and what it must print."""
    archive = thirdparty.fetch(thirdparty.read_manifest(MANIFEST), Console())
    found: dict[str, str] = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            folder, _, name = member.name.rpartition("/")
            if folder.endswith("tests/ports/cc3200") and name.removesuffix(".exp") in SCRIPTS:
                stream = tar.extractfile(member)
                assert stream is not None
                found[name] = stream.read().decode()
    return {name: (found[name], found[name + ".exp"]) for name in SCRIPTS}


@pytest.mark.req("PIN-1", "PIN-3", "PIN-4", "LED-1")
@pytest.mark.parametrize("name", SCRIPTS)
def test_upstreams_script_prints_what_it_should(
    wipy_image: bytes, wipy_rom: bytes, scripts: dict[str, tuple[str, str]], name: str
) -> None:
    text, wanted = scripts[name]
    board = Board.from_image(wipy_image, wipy_rom)  # its own: wires are for good
    board.power_on()
    for one, other in SCRIPTS[name]:
        board.pin(one).wire(board.pin(other))
    assert board.repl(text, seconds=60) == wanted
