"""The build as a whole, run for real in a copy of the project."""

import hashlib
import io
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cc3200sim.board import Board
from cc3200sim.flash import Flash
from cc3200sim.rom.boot import LOAD_ADDRESS
from elftools.elf.elffile import ELFFile
from intelhex import IntelHex
from support.project import Project
from wipy.setup import thirdparty


def steps(lines: list[str]) -> list[str]:
    """What a build did: "CC file", "LINK file" and the like."""
    return [line for line in lines if line.split(" ")[0] in ("CC", "LINK", "GEN", "IMG", "ROM")]


@pytest.mark.req("BLD-1")
def test_build_leaves_every_output(built: Project) -> None:
    for name in ("mcuimg.bin", "firmware.elf", "firmware.map", "firmware.hex", "size.txt", "size.json",
                 "compile_commands.json"):  # fmt: skip
        assert built.output(name).stat().st_size > 0, name


@pytest.mark.req("BLD-3")
def test_image_is_the_elf_as_loaded_with_its_md5(built: Project) -> None:
    image = built.output("mcuimg.bin").read_bytes()
    raw, signature = image[:-32], image[-32:]
    assert signature == hashlib.md5(raw).hexdigest().encode()
    with built.output("firmware.elf").open("rb") as stream:
        sections = [
            (section["sh_addr"], section.data())
            for section in ELFFile(stream).iter_sections()
            if section["sh_flags"] & 2 and section["sh_type"] == "SHT_PROGBITS" and section["sh_size"]
        ]
    assert min(address for address, _ in sections) == LOAD_ADDRESS
    for address, data in sections:
        assert raw[address - LOAD_ADDRESS :][: len(data)] == data
    assert len(raw) == max(address + len(data) for address, data in sections) - LOAD_ADDRESS
    # The vector table's first two words: a stack in SRAM, a Thumb entry point within the image.
    stack, entry = (int.from_bytes(raw[at : at + 4], "little") for at in (0, 4))
    assert 0x20000000 < stack <= 0x20040000
    assert entry & 1 and LOAD_ADDRESS <= entry < LOAD_ADDRESS + len(raw)


@pytest.mark.req("BLD-1", "BLD-3")
def test_intel_hex_holds_the_same_bytes(built: Project) -> None:
    records = IntelHex(io.StringIO(built.output("firmware.hex").read_text()))
    assert records.minaddr() == LOAD_ADDRESS
    assert records.tobinstr() == built.output("mcuimg.bin").read_bytes()[:-32]


@pytest.mark.req("BLD-4")
def test_size_report_adds_up(built: Project) -> None:
    sizes = json.loads(built.output("size.json").read_text())
    assert sizes["image"]["size"] == built.output("mcuimg.bin").stat().st_size
    assert sum(room["image"] for room in sizes["rooms"].values()) == sizes["image"]["size"] - 32
    assert sizes["heap"]["size"] >= sizes["heap"]["minimum"]
    assert {region["name"]: region["length"] for region in sizes["regions"]} == {"LOW": 16 * 1024, "SRAM": 240 * 1024}
    for region in sizes["regions"]:
        assert 0 < region["used"] <= region["length"]
    assert {"py", "extmod", "FatFs", "FreeRTOS", "chip", "bindings"} <= sizes["rooms"].keys()
    assert sizes["stacks"]["interpreter"] >= 4096
    text = built.output("size.txt").read_text()
    assert f"{sizes['image']['size']:,} of 196,608 bytes" in text
    assert "mp_execute_bytecode" in text


@pytest.mark.req("BLD-10")
def test_size_report_knows_the_room_of_link_time_code(built: Project) -> None:
    sizes = json.loads(built.output("size.json").read_text())
    rooms = {name: sum(use.values()) for name, use in sizes["rooms"].items()}
    assert rooms["py"] > 60_000
    assert {"servers", "nwp", "bindings", "storage", "FatFs", "SimpleLink", "FreeRTOS", "pin tables"} <= set(rooms)
    assert rooms.get("link-time code", 0) < sum(rooms.values()) / 50
    symbols = {symbol["name"]: symbol for symbol in sizes["symbols"]}
    assert symbols["mp_execute_bytecode"]["object"] == "micropython/py/vm.o"


def test_building_again_does_nothing(built: Project) -> None:
    assert built.build() == ["scons: `image' is up to date."]


def test_nothing_is_written_outside_the_build_folder(bare: Project, built: Project) -> None:
    assert built.files().keys() == bare.files().keys()


@pytest.fixture
def changed(built: Project, tmp_path: Path) -> Iterator[Project]:
    """The built copy, which a test may change; source and build are put back after it."""
    kept = tmp_path / "kept"
    shutil.copytree(built.folder, kept, symlinks=True)
    yield built
    shutil.rmtree(built.folder)
    kept.rename(built.folder)


@pytest.mark.req("BLD-10")
def test_a_changed_c_file_is_compiled_linked_and_packaged_alone(changed: Project) -> None:
    changed.append("ports/cc3200/chip/led.c", "\nint extra(void);\nint extra(void) { return 42; }\n")
    assert steps(changed.build()) == [
        "GEN build/WIPY/genhdr/strings.i",
        "CC ports/cc3200/chip/led.c",
        "LINK build/WIPY/firmware.elf",
        "IMG build/WIPY/mcuimg.bin",
    ]


@pytest.mark.req("BLD-10")
def test_a_comment_changes_no_image(changed: Project) -> None:
    changed.append("ports/cc3200/chip/led.c", "// nothing\n")
    assert steps(changed.build()) == ["GEN build/WIPY/genhdr/strings.i", "CC ports/cc3200/chip/led.c"]


@pytest.mark.req("BLD-10")
def test_what_is_known_of_files_is_written_when_it_is_new(changed: Project) -> None:
    """A file with another time but the same content is read once, not at every build; and nothing is kept of a build
    that learnt nothing."""
    known = changed.output(".sconsign.dblite")
    before = known.stat().st_mtime_ns
    os.utime(changed.folder / "ports/cc3200/main.c")
    assert steps(changed.build()) == []
    after = known.stat().st_mtime_ns
    assert after > before
    assert steps(changed.build()) == []
    assert known.stat().st_mtime_ns == after


@pytest.mark.req("BLD-10")
def test_a_header_that_is_included_by_way_of_the_pinned_tree(changed: Project) -> None:
    changed.append("ports/cc3200/mpconfigport.h", "\n#define NEVER_SEEN_BEFORE\n")
    done = steps(changed.build("-n"))
    assert "CC py/gc.c" in done and "GEN build/WIPY/genhdr/strings.i" in done


@pytest.mark.req("BLD-10")
def test_a_new_qstr_is_seen(changed: Project) -> None:
    header = changed.output("genhdr/qstrdefs.generated.h")
    assert "never_seen_before" not in header.read_text()
    changed.append(
        "ports/cc3200/chip/led.c",
        '\n#include "py/obj.h"\nint seen(void);\nint seen(void) { return MP_QSTR_never_seen_before; }\n',
    )
    done = steps(changed.build("build/WIPY/genhdr/qstrdefs.generated.h"))
    assert "GEN build/WIPY/genhdr/qstrdefs.generated.h" in done
    assert "never_seen_before" in header.read_text()
    done = steps(changed.build("-n"))
    assert "CC py/qstr.c" in done
    # What has to do with no string at all stays as it is.
    assert not [step for step in done if "FreeRTOS" in step or "hal/" in step]


@pytest.mark.req("BLD-10", "BLD-2")
def test_changed_pins_rebuild_what_uses_them(changed: Project) -> None:
    pins = changed.folder / "boards/WIPY/pins.csv"
    lines = pins.read_text().splitlines(keepends=True)
    pins.write_text("".join(lines[:-1]))  # one pin less
    done = steps(changed.build())
    assert "GEN build/WIPY/genhdr/pins.c build/WIPY/genhdr/pins.h" in done
    assert "CC build/WIPY/genhdr/pins.c" in done
    assert "CC ports/cc3200/chip/pin_mapper.c" in done
    assert "CC py/gc.c" not in done


@pytest.mark.req("BLD-2", "BLD-9")
def test_bad_pins_stop_the_build_with_their_line(changed: Project) -> None:
    changed.append("boards/WIPY/pins.csv", "GP99,EXTRA\n")
    line = changed.refused()
    number = len((changed.folder / "boards/WIPY/pins.csv").read_text().splitlines())
    assert f"boards/WIPY/pins.csv:{number}: " in line


@pytest.mark.req("BLD-4")
def test_an_image_over_the_limit_fails_and_leaves_none(changed: Project) -> None:
    size = changed.output("mcuimg.bin").stat().st_size
    changed.set_board_fact("image-limit", size - 1000)
    line = changed.refused()
    assert f"mcuimg.bin would be {size:,} bytes, 1,000 more than the {size - 1000:,} allowed" in line
    assert "Largest objects: " in line
    assert "mp_execute_bytecode" in line
    assert not changed.output("mcuimg.bin").exists()


@pytest.mark.req("BLD-1", "BLD-4")
def test_a_debug_build_has_assertions_and_fits(changed: Project, wipy_rom: bytes) -> None:
    assert b"assertion failed" not in changed.output("mcuimg.bin").read_bytes()
    changed.build("BTYPE=debug")
    image = changed.output("mcuimg.bin").read_bytes()
    assert b"assertion failed" in image
    board = Board.from_image(image, wipy_rom)
    board.power_on()
    assert board.repl("6 * 7") == "42\n"


@pytest.mark.req("BLD-4")
def test_too_small_a_heap_fails(changed: Project) -> None:
    heap = json.loads(changed.output("size.json").read_text())["heap"]["size"]
    changed.set_board_fact("min-heap", heap + 500)
    assert f"the Python heap would be {heap:,} bytes, 500 less than the {heap + 500:,} wanted" in changed.refused()
    assert not changed.output("mcuimg.bin").exists()


@pytest.mark.req("BLD-4")
def test_a_full_memory_region_fails_with_what_is_largest(changed: Project) -> None:
    # The linker script keeps whatever is in this section, and that lies in the lower 16 KiB.
    ballast = 'char ballast[300000] __attribute__((section(".stacks"), used))'
    changed.append("ports/cc3200/chip/led.c", f"\nextern char ballast[];\n{ballast};\n")
    line = changed.refused()
    assert "does not fit in memory: it overflows LOW by " in line
    assert "Largest objects: .stacks 3" in line
    assert not changed.output("mcuimg.bin").exists()


@pytest.mark.req("BLD-5")
def test_the_launchxl_is_built_by_its_folder(built: Project) -> None:
    built.build("BOARD=LAUNCHXL")
    config = built.output("genhdr/board_config.h", "LAUNCHXL").read_text()
    assert "#define BOARD_FLASH_BLOCK_COUNT (32)" in config
    assert "#define BOARD_LED_GPIO (9)" in config
    image = built.output("mcuimg.bin", "LAUNCHXL").read_bytes()
    assert image[-32:] == hashlib.md5(image[:-32]).hexdigest().encode()
    assert b"LAUNCHXL" in image
    # Nothing of the other board was touched.
    assert built.build() == ["scons: `image' is up to date."]


@pytest.mark.req("BLD-5", "LED-1", "FS-1")
def test_the_launchxl_boots_with_its_led_and_its_drive(built: Project, wipy_rom: bytes) -> None:
    built.build("BOARD=LAUNCHXL")
    flash = Flash(1 << 20)
    board = Board.from_image(built.output("mcuimg.bin", "LAUNCHXL").read_bytes(), wipy_rom, flash)
    assert b"LAUNCHXL with CC3200" in board.power_on()
    shown = board.repl("import os\nd = os.statvfs('/flash')\nprint(os.getcwd(), 46_000 < d[0] * d[2] < 65_536)")
    assert shown == "/flash True\n"
    start = board.machine.clock.now
    board.run(12_000)
    rises = [edge.seconds for edge in board.pin("GP9").edges(start) if edge.level]
    assert len(rises) == 3
    assert rises[2] - rises[0] == pytest.approx(8.0, abs=0.01)
    assert board.repl("from machine import Pin\nprint(Pin('P3_9') is Pin('LED_RED') is Pin('GP9'))") == "True\n"
    assert board.machine.unmodelled == []


@pytest.mark.req("BLD-5")
def test_a_new_board_is_a_new_folder(built: Project) -> None:
    folder = built.folder / "boards/ANOTHER"
    folder.mkdir()
    for source in (built.folder / "boards/WIPY").glob("*.*"):
        (folder / source.name).write_bytes(source.read_bytes())
    (folder / "board.toml").write_text((folder / "board.toml").read_text().replace('"WiPy"', '"Another"'))
    assert "ANOTHER" in built.refused("BOARD=NONE")
    built.build("BOARD=ANOTHER", "build/ANOTHER/genhdr/board_config.h")
    assert '"Another"' in built.output("genhdr/board_config.h", "ANOTHER").read_text()


@pytest.mark.req("BLD-6")
def test_the_same_bytes_in_another_folder_and_with_one_job(built: Project, bare: Project) -> None:
    bare.build(jobs=1)
    for name in ("mcuimg.bin", "firmware.elf", "firmware.hex", "size.json"):
        assert bare.output(name).read_bytes() == built.output(name).read_bytes(), name


@pytest.mark.req("BLD-7")
def test_artifacts_are_collected_with_their_checksums(built: Project) -> None:
    built.build("artifacts")
    folder = built.folder / "build/artifacts/WIPY"
    assert subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder).returncode == 0
    names = {line.split()[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    assert {"mcuimg.bin", "firmware.elf", "firmware.map", "size.json", "compile_commands.json"} <= names
    assert names == {path.name for path in folder.iterdir()} - {"SHA256SUMS"}


def test_compile_commands_compile(built: Project, tmp_path: Path) -> None:
    entries = json.loads(built.output("compile_commands.json").read_text())
    entry = next(entry for entry in entries if entry["file"].endswith("chip/led.c"))
    assert entry["directory"] == str(built.folder)
    command = entry["command"].replace(entry["output"], str(tmp_path / "led.o"))
    subprocess.run(command, shell=True, cwd=entry["directory"], check=True)
    assert (tmp_path / "led.o").read_bytes() == (built.folder / entry["output"]).read_bytes()


@pytest.mark.req("BLD-10")
@pytest.mark.parametrize("tree", ["pinned", "named by MICROPYTHON_DIR"])
def test_every_file_the_compiler_reads_is_a_dependency(built: Project, tree: str) -> None:
    """The compiler's own list of what it read (-M) against what SCons holds an object to depend on. Headers of the
    pinned tree are left out: whether any of its files has changed is looked at before, for all of them at once."""
    micropython = str(thirdparty.locate(built.folder / "third_party.toml"))
    words = [] if tree == "pinned" else [f"MICROPYTHON_DIR={micropython}"]
    entries = json.loads(built.output("compile_commands.json").read_text())
    chosen = [
        e for e in entries if e["file"].endswith(("main.c", "modos.c", "modtime.c", "ff.c", "gc.c", "pin_mapper.c"))
    ]
    assert len(chosen) >= 5
    listed = built.build("-n", "--tree=all,prune", *words, *(entry["output"] for entry in chosen))
    known = {line.rpartition("+-")[2].strip("[]") for line in listed}
    for entry in chosen:
        command = entry["command"].replace("-isystem ", "-I").replace(" -c ", " -MM -MF - ")
        listing = subprocess.run(
            command.replace(entry["output"], "/dev/null"),
            shell=True,
            cwd=built.folder,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        read = listing.partition(":")[2].replace("\\\n", " ").split()
        assert read
        missing = {str(Path(name)) for name in read} - known
        missing = {name for name in missing if not name.startswith("/usr/")}
        if tree == "pinned":
            missing = {name for name in missing if not name.startswith(micropython)}
        assert not missing, f"{entry['file']}: {missing}"
