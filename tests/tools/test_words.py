"""Words that need more than a build does: known to SCons, listed once, read alike by wrapper and set-up."""

from __future__ import annotations

import re
from pathlib import Path

from wipy.setup import environment

ROOT = Path(__file__).parents[2]


def listed() -> dict[str, set[str]]:
    lines = (line.split("#")[0].split() for line in environment.NEEDS.read_text().splitlines())
    return {word: set(kinds) for word, *kinds in filter(None, lines)}


def test_every_listed_word_is_one_of_scons() -> None:
    known = set(re.findall(r'env\.Word\(\s*"([^"]+)"', (ROOT / "SConstruct").read_text()))
    assert listed().keys() <= known
    assert all(kinds <= {"host", "clients"} and kinds for kinds in listed().values())


def test_every_word_that_compiles_here_is_listed() -> None:
    known = set(re.findall(r'env\.Word\(\s*"([^"]+)"', (ROOT / "SConstruct").read_text()))
    assert {word for word in known if word.startswith(("test", "bench"))} == listed().keys()


def test_what_words_need_adds_up() -> None:
    assert environment.needs(["BOARD=WIPY"]) == set()
    assert environment.needs(["bench-net"]) == {"host"}
    assert environment.needs(["image", "test"]) == {"host", "clients"}


def test_the_table_of_the_readme_has_every_word() -> None:
    words = set(re.findall(r'env\.Word\(\s*"([^"]+)"', (ROOT / "SConstruct").read_text()))
    readme = (ROOT / "README.md").read_text()
    missing = {word for word in words if f"`{word}`" not in readme and f"sconsw {word}" not in readme}
    assert missing - {"rom"} == set()
