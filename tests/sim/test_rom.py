"""The ROM stand-in: its tables against rom.h, its traps, and what the loader does."""

import pytest
from cc3200sim import rom
from cc3200sim.flash import Flash
from cc3200sim.machine import Machine
from cc3200sim.rom import boot
from cc3200sim.rom.tables import TableError, generate, parse

HEADER = """
#define ROM_APITABLE            ((unsigned long *)0x0000040C)
#define ROM_VERSION             (ROM_APITABLE[0])
#define ROM_FIRSTTABLE           ((unsigned long *)(ROM_APITABLE[1]))
#define ROM_OTHERTABLE           ((unsigned long *)(ROM_APITABLE[3]))
#if defined(TARGET_IS_CC3200)
#define ROM_DoThis                                                            \\
        ((void (*)(unsigned long ulBase,                                      \\
                   unsigned long ulTimer))ROM_FIRSTTABLE[0])
#endif
#if defined(TARGET_IS_CC3200)
#define ROM_DoThat                                                            \\
        ((unsigned long (*)(void))ROM_OTHERTABLE[2])
#endif
"""


def test_the_tables_of_a_header() -> None:
    assert parse(HEADER) == {"FIRSTTABLE": (1, {0: "DoThis"}), "OTHERTABLE": (3, {2: "DoThat"})}
    source = generate(parse(HEADER))
    assert "[2] = DoThat," in source
    assert "[3] = othertable," in source


@pytest.mark.parametrize(
    "header",
    [
        "",
        HEADER.replace("ROM_OTHERTABLE[2]", "ROM_NOTABLE[2]"),
        HEADER.replace("ROM_OTHERTABLE[2]", "ROM_FIRSTTABLE[0]"),
    ],
)
def test_a_header_of_another_form_is_refused(header: str) -> None:
    with pytest.raises(TableError):
        parse(header)


def _word(image: bytes, address: int) -> int:
    return int.from_bytes(image[address : address + 4], "little")


def test_the_built_rom_has_every_table_at_its_place(wipy_rom: bytes) -> None:
    tables = [_word(wipy_rom, 0x40C + 4 * place) for place in range(1, 23)]
    assert len(set(tables)) == 22
    for table in tables:
        entry = _word(wipy_rom, table)
        assert entry == 0 or (entry & 1 and 0x1000 <= entry < len(wipy_rom))


def _machine(wipy_rom: bytes, image: bytes) -> Machine:
    return Machine(image, Flash(), wipy_rom)


def test_the_loader_starts_the_image_through_its_vectors(wipy_rom: bytes) -> None:
    entry = boot.LOAD_ADDRESS + 8
    image = (0x2000_3000).to_bytes(4, "little") + (entry | 1).to_bytes(4, "little") + b"\xfe\xe7"
    machine = _machine(wipy_rom, image)
    machine.power_on()
    assert machine.cpu.register("sp") == 0x2000_3000
    assert machine.cpu.pc == entry
    assert machine.nvic.vtor == boot.LOAD_ADDRESS
    machine.run(1e-6)
    assert machine.instructions == 80


def test_without_an_image_there_is_nothing_to_start(wipy_rom: bytes) -> None:
    with pytest.raises(rom.RomError, match=r"no /sys/mcuimg\.bin"):
        Machine(None, Flash(), wipy_rom).power_on()
    with pytest.raises(rom.RomError, match="has 4 bytes"):
        _machine(wipy_rom, b"1234").power_on()


def test_a_function_without_source_is_a_trap_that_names_it(wipy_rom: bytes, caplog: pytest.LogCaptureFixture) -> None:
    first_of_udma = _word(wipy_rom, _word(wipy_rom, 0x40C + 4 * 5))
    code = (0x4800).to_bytes(2, "little") + (0x4700).to_bytes(2, "little") + first_of_udma.to_bytes(4, "little")
    start = boot.LOAD_ADDRESS + 16
    vectors = [0x2000_3000, start | 1, start + 8 | 1, start + 8 | 1]
    image = b"".join(word.to_bytes(4, "little") for word in vectors) + code + b"\xfe\xe7"
    machine = _machine(wipy_rom, image)
    machine.power_on()
    machine.run(1e-6)
    assert "uDMAChannelTransferSet" in caplog.text
    assert machine.cpu.pc == start + 8


def test_a_missing_rom_says_what_to_do(tmp_path: object) -> None:
    with pytest.raises(rom.RomError, match="scons rom"):
        rom.load(f"{tmp_path}/none.bin")


@pytest.mark.req("BOOT-2")
def test_a_programmer_puts_bootloader_and_factory_image() -> None:
    flash = Flash()
    boot.install(flash, b"image 1", b"bootloader")
    assert {name: flash.read(name) for name in flash.list()} == {
        "/sys/mcuimg.bin": b"bootloader",
        "/sys/factimg.bin": b"image 1",
    }
    flash.write("/sys/bootinfo.bin", bytes((2, 1, 1, 0)))
    boot.install(flash, b"image 1", b"bootloader")  # the same again: the update stays
    assert flash.read("/sys/bootinfo.bin") == bytes((2, 1, 1, 0))
    boot.install(flash, b"image 2", b"bootloader")
    assert flash.read("/sys/factimg.bin") == b"image 2"
    assert flash.read("/sys/bootinfo.bin") == bytes((0, 1, 0, 0))
