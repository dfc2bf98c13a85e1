"""MicroPython's tables: each source is preprocessed when it, or what it includes, has changed, and only then."""

import sys
from pathlib import Path

import pytest
from wipy import tables
from wipy.errors import UserError


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two sources, one with a header; the working folder."""
    monkeypatch.chdir(tmp_path)
    Path("a.c").write_text('#include "a.h"\nint a = MP_QSTR_alpha;\n')
    Path("a.h").write_text("int h = MP_QSTR_from_header;\n")
    Path("b.c").write_text("int b = MP_QSTR_beta;\n#ifdef MORE\nMP_REGISTER_MODULE(MP_QSTR_m, mod);\n#endif\nint c;\n")
    # A preprocessor that keeps account of what it was asked for.
    Path("count.py").write_text(
        "import subprocess, sys\n"
        "names = [word for word in sys.argv[1:] if word.endswith('.c')]\n"
        "open('asked', 'a').write(' '.join(sorted(names)) + '\\n')\n"
        "sys.exit(subprocess.run(['arm-none-eabi-gcc', '-E', *sys.argv[1:]]).returncode)\n"
    )
    return tmp_path


def collect(*flags: str, headers: tuple[str, ...] = ("a.h",)) -> tuple[str, list[str]]:
    """The collected text, and which sources were preprocessed for it."""
    Path("asked").unlink(missing_ok=True)
    text = tables.collect([sys.executable, "count.py", *flags], ["a.c", "b.c"], Path("cache"), headers, jobs=1)
    asked = Path("asked").read_text().split() if Path("asked").exists() else []
    return text, asked


def test_lines_that_matter_are_kept_by_source(tree: Path) -> None:
    text, _ = collect()
    assert text == '# 1 "a.c"\nint h = MP_QSTR_from_header;\nint a = MP_QSTR_alpha;\n# 1 "b.c"\nint b = MP_QSTR_beta;\n'


@pytest.mark.req("BLD-10")
def test_only_what_changed_is_preprocessed_again(tree: Path) -> None:
    first, asked = collect()
    assert asked == ["a.c", "b.c"]
    assert collect() == (first, [])
    Path("b.c").write_text("int b = MP_QSTR_gamma;\n")
    text, asked = collect()
    assert asked == ["b.c"]
    assert "MP_QSTR_gamma" in text and "MP_QSTR_beta" not in text
    Path("a.h").write_text("int h = MP_QSTR_other;\n")
    text, asked = collect()
    assert asked == ["a.c"]
    assert "MP_QSTR_other" in text
    Path("a.h").touch()
    assert collect() == (text, [])


def test_other_flags_and_new_headers_start_anew(tree: Path) -> None:
    collect()
    text, asked = collect("-DMORE")
    assert asked == ["a.c", "b.c"]
    assert "MP_REGISTER_MODULE(MP_QSTR_m, mod);" in text
    assert collect("-DMORE", headers=("a.h", "new.h"))[1] == ["a.c", "b.c"]


def test_a_damaged_record_of_the_last_run_is_no_harm(tree: Path) -> None:
    first, _ = collect()
    Path("cache").write_text("{")
    assert collect() == (first, ["a.c", "b.c"])


def test_a_missing_header_is_told_once(tree: Path) -> None:
    Path("b.c").write_text('#include "nowhere.h"\n')
    with pytest.raises(UserError, match=r"b\.c:1:\d+: fatal error: nowhere\.h"):
        collect()


def test_the_version_header_knows_no_clock() -> None:
    text = tables.version_header("1.2.3", "1.25.0", "2026-01-02")
    assert '#define MICROPY_GIT_TAG "v1.25.0"\n' in text
    assert '#define MICROPY_BUILD_DATE "2026-01-02"\n' in text
    assert '#define WIPY_VERSION "1.2.3"\n' in text
