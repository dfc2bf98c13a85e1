"""Finding the cross compiler: what will do, and one clear line for each that will not."""

import shutil
from pathlib import Path

import pytest
from wipy.errors import UserError
from wipy.setup import toolchain


@pytest.fixture
def fake_gcc(tmp_path: Path):
    """Makes a compiler that answers the probe with the words given; returns its prefix."""

    def make(answer: str, status: int = 0) -> str:
        gcc = tmp_path / "fake-gcc"
        gcc.write_text(f"#!/bin/sh\ncat >/dev/null\necho '{answer}'\nexit {status}\n")
        gcc.chmod(0o755)
        return f"{tmp_path}/fake-"

    return make


def complaint(prefix: str | None) -> str:
    with pytest.raises(UserError) as caught:
        toolchain.find(prefix)
    text = str(caught.value)
    assert text and "\n" not in text
    return text


@pytest.mark.req("BLD-1")
def test_the_default_compiler_of_this_machine_will_do():
    found = toolchain.find()
    assert found.prefix == "arm-none-eabi-"
    assert found.version >= toolchain.OLDEST
    assert found.newlib[0].isdigit()
    assert shutil.which(found.tool("objcopy"))


def test_a_prefix_with_a_path_will_do(fake_gcc):
    found = toolchain.find(fake_gcc('wipy-probe 13 2 1 1 __clang__ "4.4.0"'))
    assert found.version == (13, 2, 1)
    assert found.newlib == "4.4.0"
    assert found.tool("gcc").endswith("/fake-gcc")


@pytest.mark.req("BLD-9")
def test_no_compiler(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert complaint(None).startswith("no compiler arm-none-eabi-gcc: install gcc-arm-none-eabi and libnewlib-arm-none")
    assert complaint("/nowhere/arm-").startswith("no compiler /nowhere/arm-gcc: CROSS_COMPILE= must be")


@pytest.mark.req("BLD-9")
def test_a_file_that_cannot_be_run(tmp_path):
    (tmp_path / "x-gcc").write_text("not a program")
    assert "cannot run" in complaint(f"{tmp_path}/x-")
    (tmp_path / "x-gcc").chmod(0o755)
    assert "cannot run" in complaint(f"{tmp_path}/x-")


@pytest.mark.req("BLD-9")
def test_a_compiler_for_another_machine():
    assert "is not a GNU compiler for Cortex-M4" in complaint(f"{Path(shutil.which('gcc') or '').parent}/")


@pytest.mark.req("BLD-9")
@pytest.mark.parametrize(
    ("answer", "status", "expected"),
    [
        ('wipy-probe 9 3 1 1 __clang__ "3.3.0"', 0, "is version 9.3.1, too old: 10 or newer is needed"),
        ("wipy-probe 12 2 1 1 __clang__ _NEWLIB_VERSION", 0, "has no C library"),
        ('wipy-probe 12 2 1 __ARM_ARCH_7EM__ __clang__ "3.3.0"', 0, "is not a GNU compiler for Cortex-M4"),
        ('wipy-probe 4 2 1 1 1 "3.3.0"', 0, "is not a GNU compiler for Cortex-M4"),
        ("something else", 0, "is not a GNU compiler for Cortex-M4"),
        ('wipy-probe 12 2 1 1 __clang__ "3.3.0"', 1, "is not a GNU compiler for Cortex-M4"),
    ],
)
def test_compilers_that_will_not_do(fake_gcc, answer, status, expected):
    assert expected in complaint(fake_gcc(answer, status))
