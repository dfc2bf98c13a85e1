"""Images as rows: another one is added to a copy of the project, and is built beside the application."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from support.project import Project

SCRIPT = """
INCLUDE chip/memory.ld
ENTRY(start)
SECTIONS
{
    .text : { KEEP(*(.header)) *(.text .text.*) *(.rodata .rodata.*) } > SRAM
    .bss (NOLOAD) : { *(.bss .bss.*) } > LOW
}
"""
MAIN = """
#include "chip/irq.h"
#include "chip/memory.h"
void start(void);
__attribute__((section(".header"), used)) static void *const header[] = {(void *)(RAM_START + 4096), start};
static volatile uint32_t count;
void start(void) {
    for (;;) {
        interrupts_restore(interrupts_disable());
        count++;
    }
}
"""
ROW = """
Import("env")
from image import Limits

little = env.Image(
    "little", script="../little.ld", rooms={".": ["main.c"]}, limits=Limits(image=256),
    BUILD=f"{env['BUILD']}/little", CPPPATH=["#ports/cc3200"],
)
linked = little.Program()
binary = little.Binary(linked, "$BUILD/little.bin")
report = little.SizeReport(["$BUILD/size.txt", "$BUILD/size.json"], [*linked, binary])
env.Word("little", "another image", [binary, report])
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A copy with a third image."""
    project = Project(tmp_path / "project")
    folder = project.folder / "ports/cc3200/little"
    folder.mkdir()
    (folder / "main.c").write_text(MAIN)
    (folder / "SConscript").write_text(ROW)
    (project.folder / "ports/cc3200/little.ld").write_text(SCRIPT)
    table = project.folder / "SConstruct"
    last = "    env.Words(settings)"
    assert last in table.read_text()
    table.write_text(
        table.read_text().replace(last, f'    SConscript("ports/cc3200/little/SConscript", exports="env")\n{last}')
    )
    return project


@pytest.mark.req("BLD-4")
def test_another_image_is_a_row(project: Project) -> None:
    said = project.build("little")
    assert not any("py/" in line for line in said)  # of the application it takes nothing that it does not name
    output = project.folder / "build/WIPY/little"
    image = (output / "little.bin").read_bytes()
    stack, entry = struct.unpack_from("<II", image)
    assert stack == 0x20001000
    assert 0x20004000 <= entry < 0x20004000 + len(image)
    sizes = json.loads((output / "size.json").read_text())
    assert sizes["image"] == {"name": "little.bin", "size": len(image), "limit": 256, "free": 256 - len(image)}
    assert sizes["heap"] is None
    assert [region["name"] for region in sizes["regions"]] == ["LOW", "SRAM"]
    assert "little.bin" in said[-1] and "heap" not in said[-1]
    assert project.build("little") == ["scons: `little' is up to date."]


def test_what_a_linker_script_includes_counts(project: Project) -> None:
    project.build("little")
    memory = project.folder / "ports/cc3200/chip/memory.ld"
    memory.write_text(memory.read_text().replace("0x20004000, LENGTH = 240K", "0x20005000, LENGTH = 236K"))
    project.build("little")
    program = (project.folder / "build/WIPY/little/little.elf").read_bytes()
    assert struct.unpack_from("<I", program, 24)[0] >= 0x20005000  # e_entry


def test_two_images_of_one_name_are_refused(project: Project) -> None:
    row = project.folder / "ports/cc3200/little/SConscript"
    row.write_text(row.read_text().replace('"little", script', '"firmware", script'))
    assert "two images called 'firmware'" in project.refused()
