"""docs/chip/ is what the emulator's tables say."""

from __future__ import annotations

import pytest
from cc3200sim.chip import BLOCKS
from cc3200sim.chip_pages import pages


def test_the_committed_pages_are_the_generated_ones(pytestconfig: pytest.Config) -> None:
    folder = pytestconfig.rootpath / "docs" / "chip"
    committed = {path.name: path.read_text() for path in folder.iterdir()}
    assert committed == pages(), "run: PYTHONPATH=tools python -m cc3200sim.chip_pages docs/chip"


def test_every_block_and_register_is_on_a_page() -> None:
    written = pages()
    for row in BLOCKS:
        assert f"| {row.name} | {row.base:#010x} |" in written["README.md"]
        if row.model is not None:
            (page,) = [text for name, text in written.items() if name != "README.md" and f"{row.base:#010x}" in text]
            assert all(f"| {register.name} | {register:#05x} |" in page for register in row.model.TABLE)
            assert list(row.model.TABLE), f"{row.name} has no table of registers"
