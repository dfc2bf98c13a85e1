"""The words of scons, and what it says to wrong ones."""

from pathlib import Path

import pytest
from support.project import Project


@pytest.mark.req("BLD-1")
def test_help_lists_variables_and_targets(bare: Project) -> None:
    said = "\n".join(bare.build("-h"))
    for word in ("BOARD=", "BTYPE=", "V=", "CROSS_COMPILE=", "MICROPYTHON_DIR=", "SIM="):
        assert f"\n  {word}" in said
    for word in ("image", "size", "run", "test", "lint", "req-table", "bench-build", "bench-sim", "artifacts", "rom"):
        assert f"\n  {word} " in said
    assert "Boards: LAUNCHXL, WIPY" in said


@pytest.mark.req("BLD-9")
@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["BORAD=WIPY"], "unknown variable 'BORAD'"),
        (["flash"], "unknown target 'flash'"),
        (["BOARD=PYBOARD"], "unknown BOARD 'PYBOARD': there are LAUNCHXL, WIPY"),
        (["BOARD=../boards/WIPY"], "unknown BOARD"),
        (["BTYPE=fast"], "('release', 'quick', 'debug')"),
        (["V=perhaps"], "'V'"),
        (["CROSS_COMPILE=/nowhere/arm-"], "no compiler /nowhere/arm-gcc"),
        (["MICROPYTHON_DIR=/nowhere"], "MICROPYTHON_DIR=/nowhere is not a MicroPython tree"),
    ],
)
def test_wrong_words_are_refused_in_one_line(bare: Project, words: list[str], part: str) -> None:
    assert part in bare.refused(*words)


@pytest.mark.req("BLD-9")
def test_a_build_folder_that_cannot_be_written(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    (project.folder / "build").write_text("in the way")
    assert "cannot write the build folder build/WIPY" in project.refused()


@pytest.mark.req("BLD-9")
@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        ('led = "GP25"', 'led = "GP55"', "board.toml: led must be a GPIO name"),
        ("min-heap", "min-hope", "board.toml: unknown key 'min-hope'"),
        ("flash-blocks = 96 ", "flash-blocks = true #", "board.toml: flash-blocks must be a whole number"),
        ("image-limit = 196_608", "", "board.toml: no 'image-limit'"),
        ('name = "WiPy"', "name = WiPy", "board.toml: "),
    ],
)
def test_a_wrong_board_file_is_told_in_one_line(tmp_path: Path, before: str, after: str, part: str) -> None:
    project = Project(tmp_path / "project")
    path = project.folder / "boards/WIPY/board.toml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))
    assert part in project.refused()
