"""Versions are stated once, in pyproject.toml and third_party.toml; what people read agrees with them."""

from __future__ import annotations

import re
import tomllib

import pytest
from support.tested import ROOT
from wipy.setup import thirdparty

PAGES = sorted(path.relative_to(ROOT).as_posix() for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", [*PAGES, "docs/pictures/session.svg"])
def test_a_page_names_no_other_version(page: str) -> None:
    text = (ROOT / page).read_text()
    micropython = thirdparty.read_manifest(ROOT / "third_party.toml").version
    released = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["wipy"]["release-date"]
    assert set(re.findall(r"MicroPython v(\d+\.\d+\.\d+)|tag v(\d+\.\d+\.\d+)", text)) <= {
        (micropython, ""),
        ("", micropython),
    }
    assert set(re.findall(r"MicroPython v[\d.]+ on ([\d-]+);", text)) <= {released}


def test_no_code_states_them_again() -> None:
    micropython = thirdparty.read_manifest(ROOT / "third_party.toml").version
    sources = [ROOT / "SConstruct", ROOT / "sconsw"]
    for pattern in ("ports/**/SConscript", "site_scons/**/*.py", "tools/**/*.py", "ports/cc3200/**/*.[ch]"):
        sources += ROOT.glob(pattern)
    assert [path.name for path in sources if re.search(rf"\b{re.escape(micropython)}\b", path.read_text())] == []
