"""Sizes out of a linker map, the limits, and the report."""

from pathlib import Path

import pytest
from wipy import report
from wipy.errors import UserError
from wipy.sizes import limits, linker_map, measure, rooms

MAP = """
Discarded input sections

 .text          0x00000000        0x0 build/WIPY/obj/port/main.o
 .text.unused   0x00000000      0x400 build/WIPY/obj/port/main.o

Memory Configuration

Name             Origin             Length             Attributes
LOW              0x20000000         0x00004000         xrw
SRAM             0x20004000         0x0003c000         xrw
*default*        0x00000000         0xffffffff

Linker script and memory map

LOAD build/WIPY/obj/port/main.o

.stacks         0x20000000     0x1000
 .stacks        0x20000000     0x1000 build/WIPY/obj/port/main.o
                0x20000000                interpreter_stack

.text           0x20004000      0x150
 *(.text .text.*)
 .text.start_up
                0x20004000       0x40 build/WIPY/obj/port/chip/start_up.o
                0x20004001                start_up
 .text.mp_execute_bytecode
                0x20004040       0x80 build/WIPY/obj/micropython/py/vm.o
 *fill*         0x200040c0        0x4
 .text.memcpy   0x200040c4       0x1c /usr/lib/libc_nano.a(lib_a-memcpy.o)
 .rodata.a.str1.1
                0x200040e0       0x30 build/WIPY/obj/micropython/py/vm.o
                                 0x77 (size before relaxing)
 .rodata.b.str1.1
                0x200040e0       0x70 build/WIPY/obj/micropython/extmod/modos.o

.debug_info     0x00000000     0x4000
 .debug_info    0x00000000     0x4000 build/WIPY/obj/port/main.o
"""


def test_pieces_are_what_was_linked_and_merged_strings_count_once() -> None:
    found = [(piece.object, piece.room, piece.size) for piece in linker_map.pieces(MAP)]
    assert found == [
        ("port/main.o", "main", 0x1000),
        ("port/chip/start_up.o", "chip", 0x40),
        ("micropython/py/vm.o", "py", 0x80),
        ("padding", "padding", 4),
        ("libc_nano.a(lib_a-memcpy.o)", "C library", 0x1C),
        ("micropython/extmod/modos.o", "extmod", 0x70),
    ]
    assert sum(piece.size for piece in linker_map.pieces(MAP) if piece.section == ".text") == 0x150


def test_link_time_code_is_named_by_its_sections() -> None:
    lto = "/tmp/ccAbc.ltrans0.ltrans.o"
    text = MAP
    for name in ("py/vm.o", "extmod/modos.o"):
        text = text.replace(f"build/WIPY/obj/micropython/{name}", lto)
    found = [(piece.object, piece.room, piece.size) for piece in linker_map.pieces(text)]
    assert ("mp_execute_bytecode", "link-time code", 0x80) in found
    assert ("text literals", "text literals", 0x70) in found


@pytest.mark.parametrize(
    ("source", "made", "room"),
    [
        ("./ports/cc3200/servers/ftp/reply.c", "port/servers/ftp/reply.o", "servers"),
        ("ports/cc3200/main.c", "port/main.o", "main"),
        ("micropython/py/vm.c", "micropython/py/vm.o", "py"),
        ("micropython/ports/cc3200/hal/prcm.c", "micropython/ports/cc3200/hal/prcm.o", "driver library"),
        ("build/WIPY/genhdr/pins.c", "genhdr/pins.o", "pin tables"),
    ],
)
def test_the_object_a_source_would_have(source: str, made: str, room: str) -> None:
    assert rooms.object_of(source) == made
    assert rooms.room_of(f"/obj/{made}") == room


def test_regions_count_what_lies_in_them() -> None:
    # What begins at 0x20004100 takes the place of what is there before it.
    found = linker_map.regions(MAP, [(0x20004100, 0x50), (0x20000000, 0x1000), (0x20004000, 0x120)])
    assert [(r.name, r.length, r.used, r.free) for r in found] == [
        ("LOW", 0x4000, 0x1000, 0x3000),
        ("SRAM", 0x3C000, 0x150, 0x3C000 - 0x150),
    ]


@pytest.mark.parametrize(
    ("path", "room"),
    [
        ("build/WIPY/obj/port/main.o", "main"),
        ("build/WIPY/obj/port/servers/ftp/reply.o", "servers"),
        ("build/WIPY/obj/micropython/ports/cc3200/hal/prcm.o", "driver library"),
        ("build/WIPY/obj/micropython/drivers/cc3100/src/fs.o", "SimpleLink"),
        ("build/WIPY/obj/micropython/ports/cc3200/FreeRTOS/Source/portable/GCC/ARM_CM3/port.o", "FreeRTOS"),
        ("build/WIPY/obj/micropython/shared/runtime/pyexec.o", "shared"),
        ("build/WIPY/obj/genhdr/pins.o", "pin tables"),
        ("/usr/lib/gcc/arm-none-eabi/12.2.1/thumb/libgcc.a(_udivmoddi4.o)", "compiler library"),
        ("/tmp/ccAbc.ltrans0.ltrans.o", "link-time code"),
    ],
)
def test_rooms(path: str, room: str) -> None:
    assert rooms.room_of(path) == room


@pytest.mark.req("BLD-4")
def test_limits_hold_to_the_byte(tmp_path: Path) -> None:
    map_file = tmp_path / "firmware.map"
    map_file.write_text(MAP)
    limits.check("mcuimg.bin", 1000, 1000, 500, 500, map_file)
    with pytest.raises(
        UserError, match=r"mcuimg\.bin would be 1,001 bytes, 1 more than the 1,000 allowed.*port/main\.o"
    ):
        limits.check("mcuimg.bin", 1001, 1000, 500, 500, map_file)
    with pytest.raises(UserError, match="heap would be 499 bytes, 1 less than the 500 wanted"):
        limits.check("mcuimg.bin", 1000, 1000, 499, 500, map_file)


@pytest.mark.req("BLD-4")
def test_an_overflow_is_explained_and_other_errors_are_not() -> None:
    said = "ld: region `SRAM' overflowed by 70000 bytes\ncollect2: error: ld returned 1 exit status\n"
    told = limits.explain_overflow(said, MAP)
    assert told is not None
    assert "SRAM by 70,000 bytes" in told
    assert "port/main.o 4,096" in told
    assert limits.explain_overflow("undefined reference to `x'", MAP) is None


def test_the_report_tells_the_difference_to_the_last_build() -> None:
    def built(image: int, room: int) -> dict[str, object]:
        sizes = measure.Sizes(
            name="mcuimg.bin",
            image=image,
            image_limit=2000,
            heap=5000 - image,
            min_heap=1000,
            regions=[linker_map.Region("SRAM", 0x20004000, 8000, image)],
            stacks={"main": 1024},
            rooms={"py": measure.Usage(room, 8)},
            symbols=[measure.Symbol("f", 12, 0x20004000, ".text", "py", "py/vm.o", False)],
        )
        return {"build_type": "release", **sizes.as_json()}

    now, before = built(1500, 900), built(1400, 800)
    assert report.summary(now, None) == "mcuimg.bin 1,500 of 2,000 bytes, Python heap 3,500"
    assert report.summary(now, before) == "mcuimg.bin 1,500 of 2,000 bytes  +100, Python heap 3,500  -100"
    assert report.summary(now, now) == report.summary(now, None)
    quick = {**now, "build_type": "quick"}
    assert report.summary(quick, before) == "mcuimg.bin 1,500 of 2,000 bytes, Python heap 3,500 (quick build)"
    assert report.summary(now, quick) == report.summary(now, None)
    text = report.text("Title", now, before)
    assert text.startswith("Title\n")
    assert "  py    900    8    +100\n" in text
    assert "  main  1,024\n" in text
    assert "    f  12  .text\n" in text
