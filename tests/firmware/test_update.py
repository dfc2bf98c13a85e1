"""Updates over FTP on the booted chain: bootloader, factory image, and what is sent to /flash/sys/mcuimg.bin."""

from __future__ import annotations

import pytest
from cc3200sim.board import Board
from cc3200sim.nwp.errors import FsError
from cc3200sim.nwp.opcodes import Opcode
from support.boot_chain import (
    BOOT_INFO,
    CHECK,
    FACTORY,
    LIMIT,
    LOAD,
    NAMES,
    READY,
    TRIAL,
    UPDATE_1,
    UPDATE_2,
    signed,
    sleeper,
)
from support.debug_info import DebugInfo
from support.ftp import Ftp
from support.update import IMAGE, images, info, release, released

NEW = "9.9.9"
FILE_COMMANDS = (
    Opcode.NVMEM_FILEOPEN,
    Opcode.NVMEM_FILECLOSE,
    Opcode.NVMEM_FILEREADCOMMAND,
    Opcode.NVMEM_FILEWRITECOMMAND,
    Opcode.NVMEM_FILEGETINFOCOMMAND,
)


@pytest.mark.req("OTA-1", "BOOT-1")
def test_an_update_is_what_runs_after_the_next_reset(factory_board: Board, wipy_image: bytes) -> None:
    board = factory_board
    old = release(board)
    for number, slot in enumerate((UPDATE_1, UPDATE_2, UPDATE_1), 1):
        board.run(12_000)  # until the one before is confirmed
        new = released(wipy_image, f"9.9.{number}")
        before = info(board)
        began = board.machine.seconds
        assert Ftp(board).put(f"STOR {IMAGE}", new) == "226 Transfer complete.\r\n"
        assert board.machine.seconds - began < 8.0
        assert info(board) == (slot, CHECK, before[0])
        assert images(board)[slot] == new
        entry = board.flash.entry(NAMES[slot])
        assert entry is not None and entry.copies == 2  # fail-safe
        assert release(board) == old  # until the reset
        board.uart.write(b"import machine; machine.reset()\r")
        board.wait_prompt()
        old = release(board)
        assert old == f"9.9.{number}"
        assert info(board) == (slot, TRIAL, before[0])
    assert board.machine.unmodelled == []


@pytest.mark.req("OTA-1", "FTP-5")
@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("/", "flash/sys/mcuimg.bin"),
        ("/", "/FLASH/Sys/McuImg.BIN"),
        ("/flash", "sys/mcuimg.bin"),
        ("/flash/sys", "mcuimg.bin"),
        ("/flash/sys", "MCUIMG.BIN. ."),
        ("/flash/lib", "../sys/mcuimg.bin"),
        ("/flash/lib", "..//sys/./mcuimg.bin/"),
        ("/flash", "sys \\mcuimg.bin"),
        ("/flash", "//flash//sys..//mcuimg.bin "),
        ("/flash", "/../flash/cert/../sys/mcuimg.bin"),
    ],
)
def test_every_spelling_of_the_name(factory_board: Board, folder: str, name: str) -> None:
    board = factory_board
    ftp = Ftp(board)
    assert ftp(f"CWD {folder}").startswith("250")
    image = sleeper(7)
    assert ftp.put(f"STOR {name}", image).startswith("226")
    assert images(board)[UPDATE_1] == image
    assert ftp.get("NLST /flash/sys") == b""


def flaw(name: str) -> bytes:
    image = sleeper(7)
    return {
        "empty": b"",
        "one byte": b"x",
        "seven bytes": image[:7],
        "the header": image[:8],
        "header and MD5": signed(image[:8]),
        "cut short": image[:-1],
        "cut by a block": image[:-512],
        "one byte more": image + b"\n",
        "a changed byte": image[:900] + b"?" + image[901:],
        "capital digits": image[:-32] + image[-32:].upper(),
        "no MD5": image[:-32],
        "a Python file": b"print('hello')\n" * 100,
        "a bootloader": sleeper(7, stack=0x20004000, entry=0x20000101),
        "stack out of RAM": sleeper(7, stack=0x20040004),
        "entry past the end": sleeper(7, entry=LOAD + 2001),
        "too large": sleeper(7, size=LIMIT - 31),
        "much too large": sleeper(7, size=2 * LIMIT),
    }[name]


LENGTH, HEADER, DIGEST = "wrong length", "not an image", "wrong MD5"


@pytest.mark.req("OTA-2", "OTA-5")
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("empty", LENGTH),
        ("one byte", LENGTH),
        ("seven bytes", LENGTH),
        ("the header", LENGTH),
        ("header and MD5", LENGTH),
        ("cut short", DIGEST),
        ("cut by a block", DIGEST),
        ("one byte more", DIGEST),
        ("a changed byte", DIGEST),
        ("capital digits", DIGEST),
        ("no MD5", DIGEST),
        ("a Python file", HEADER),
        ("a bootloader", HEADER),
        ("stack out of RAM", HEADER),
        ("entry past the end", HEADER),
        ("too large", LENGTH),
        ("much too large", LENGTH),
    ],
)
def test_what_is_no_image_is_refused_and_nothing_changes(factory_board: Board, name: str, why: str) -> None:
    """With two updates on the board, in fail-safe slots: the one that is active and the previous one."""
    board = factory_board
    for slot in (UPDATE_1, UPDATE_2):
        board.flash.write(NAMES[slot], sleeper(slot), max_size=LIMIT, flags=1)
    board.flash.write(BOOT_INFO, bytes((UPDATE_2, READY, UPDATE_1, 0)))
    before = images(board)
    ftp = Ftp(board)
    assert ftp.put(f"STOR {IMAGE}", flaw(name)) == f"550 {why}.\r\n"
    assert info(board) == (UPDATE_2, READY, UPDATE_1)
    assert images(board) == before
    assert ftp.put(f"STOR {IMAGE}", sleeper(9)).startswith("226")  # and the next one is taken
    assert info(board) == (UPDATE_1, CHECK, UPDATE_2)


@pytest.mark.req("OTA-2", "OTA-5")
def test_slots_of_the_stock_firmware_are_used_as_they_are(factory_board: Board) -> None:
    board = factory_board
    for slot in (UPDATE_1, UPDATE_2):
        board.flash.write(NAMES[slot], sleeper(slot), max_size=LIMIT)
    board.flash.write(BOOT_INFO, bytes((UPDATE_2, READY, UPDATE_1, 0)))
    ftp = Ftp(board)
    assert ftp.put(f"STOR {IMAGE}", b"no image").startswith("550")
    assert info(board) == (UPDATE_2, READY, UPDATE_1) and images(board)[UPDATE_1] == sleeper(UPDATE_1)
    # What begins as an image takes the place of the old one, which is named no more.
    assert ftp.put(f"STOR {IMAGE}", sleeper(7)[:-1]).startswith("550")
    assert info(board) == (UPDATE_2, READY, FACTORY) and images(board)[UPDATE_1] is None
    assert ftp.put(f"STOR {IMAGE}", sleeper(8)).startswith("226")
    assert info(board) == (UPDATE_1, CHECK, UPDATE_2)
    entry = board.flash.entry(NAMES[UPDATE_1])
    assert entry is not None and entry.copies == 1 and images(board)[UPDATE_1] == sleeper(8)


@pytest.mark.req("OTA-1")
@pytest.mark.parametrize("room", [0, 50, 100])
def test_a_crowded_flash(factory_board: Board, room: int) -> None:
    """Not fail-safe where there is no room for that, and refused where there is none at all."""
    board = factory_board
    while board.flash.find_hole(room + 1) is not None:
        hole = room + 1
        while hole < room + 100 and board.flash.find_hole(hole + 1) is not None:
            hole += 1
        board.flash.write(f"filler {len(board.flash.list())}", b"", max_size=(hole - room) * 4096 - 512)
    before = info(board)
    answer = Ftp(board).put(f"STOR {IMAGE}", sleeper(7))
    entry = board.flash.entry(NAMES[UPDATE_1])
    if room == 0:
        assert (answer, entry, info(board)) == ("452 flash full.\r\n", None, before)
    else:
        assert answer.startswith("226") and entry is not None and entry.copies == (2 if room == 100 else 1)


@pytest.mark.req("OTA-5")
@pytest.mark.parametrize("cut", ["data", "control", "abort", "endless"])
def test_a_connection_that_ends_before_the_image_does(factory_board: Board, wipy_image: bytes, cut: str) -> None:
    board = factory_board
    before = info(board), images(board)
    ftp = Ftp(board)
    data = ftp.passive()
    assert ftp(f"STOR {IMAGE}").startswith("150")
    data.send(wipy_image[:70_000])
    board.run(8000)
    if cut == "data":
        data.stream.reset()
        assert ftp.reply().startswith("426")
    elif cut == "control":
        ftp.control.stream.reset()
        board.run(1000)
        ftp = Ftp(board)
    elif cut == "abort":
        assert ftp("ABOR").startswith("426")
        assert ftp.reply().startswith("226")
    else:  # it stands still, and is given up
        assert ftp.reply().startswith("426")
    assert (info(board), images(board)) == before
    assert ftp.put(f"STOR {IMAGE}", sleeper(7)).startswith("226")


@pytest.mark.req("OTA-2", "OTA-5")
def test_cut_at_each_sector_and_changed_on_a_grid(factory_board: Board) -> None:
    board = factory_board
    image = sleeper(7, size=5000)
    bad = [image[:size] for size in range(0, len(image), 512)]
    bad += [image[:at] + bytes([image[at] ^ 1 << at % 8]) + image[at + 1 :] for at in range(8, len(image), 211)]
    ftp = Ftp(board)
    for content in bad:
        assert ftp.put(f"STOR {IMAGE}", content).startswith("550")
    assert info(board) == (FACTORY, READY, FACTORY) and images(board)[1:] == [None, None]
    assert ftp.put(f"STOR {IMAGE}", image).startswith("226")


@pytest.mark.req("OTA-5")
def test_a_connection_that_breaks_at_any_packet(factory_board: Board) -> None:
    board = factory_board
    image = sleeper(7)
    ftp = Ftp(board)
    for sent in range(0, len(image), 508):
        data = ftp.passive()
        assert ftp(f"STOR {IMAGE}").startswith("150")
        data.send(image[:sent])
        board.run(100)
        data.stream.reset()
        assert ftp.reply().startswith("426")
    assert info(board) == (FACTORY, READY, FACTORY) and images(board)[1:] == [None, None]


@pytest.mark.req("FTP-4", "OTA-5")
def test_another_client_during_an_update(factory_board: Board) -> None:
    board = factory_board
    ftp = Ftp(board)
    data = ftp.passive()
    assert ftp(f"STOR {IMAGE}").startswith("150")
    data.send(sleeper(7)[:1000])
    board.run(300)
    other = board.connect(21)
    assert other.read_all().startswith(b"421")
    data.send(sleeper(7)[1000:])
    data.close()
    assert ftp.reply().startswith("226")
    assert images(board)[UPDATE_1] == sleeper(7)


class FailingOnce(dict[int, int]):
    """The network processor's refusals: the n-th command on its files is answered with an error."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.left = number
        self.failed = 0

    def __contains__(self, opcode: object) -> bool:
        if not isinstance(opcode, int) or opcode not in FILE_COMMANDS:
            return False
        self.left -= 1
        if self.left == 0:
            self.failed = opcode
        return self.left == 0

    def __getitem__(self, opcode: int) -> int:
        return FsError.NO_AVAILABLE_NV_INDEX


@pytest.mark.req("OTA-2", "OTA-5")
@pytest.mark.parametrize("slots", ["none", "fail-safe", "stock's"])
def test_each_command_to_the_flash_failing_once(factory_board: Board, slots: str) -> None:
    board = factory_board
    if slots != "none":
        board.flash.write(NAMES[UPDATE_1], sleeper(1), max_size=LIMIT, flags=int(slots == "fail-safe"))
        board.flash.write(NAMES[UPDATE_2], sleeper(2), max_size=LIMIT, flags=int(slots == "fail-safe"))
        board.flash.write(BOOT_INFO, bytes((UPDATE_2, READY, UPDATE_1, 0)))
    before = info(board)
    begin = board.save()
    for number in range(1, 100):
        board.restore(begin)
        ftp = Ftp(board)
        board.machine.nwp.refusals = failing = FailingOnce(number)
        answer = ftp.put(f"STOR {IMAGE}", sleeper(7))
        board.machine.nwp.refusals = {}
        active, status, previous = info(board)
        held = images(board)
        if answer.startswith("226"):
            assert (active, status, previous) == (UPDATE_1, CHECK, before[0])
            assert held[UPDATE_1] == sleeper(7)
        else:
            assert answer[:3] in ("451", "452", "550"), answer
            assert (active, status) == before[:2]
            assert previous in (before[2], FACTORY) and held[previous] is not None
        if failing.left > 0:
            break
        if failing.failed != Opcode.NVMEM_FILECLOSE:  # a file that does not close stays open until a reset
            assert ftp.put(f"STOR {IMAGE}", sleeper(8)).startswith("226"), number
    assert 10 < number < 99


@pytest.mark.req("OTA-5")
def test_a_stream_without_end_is_cut_at_the_limit(factory_board: Board, wipy_image: bytes) -> None:
    board = factory_board
    ftp = Ftp(board)
    assert ftp.put(f"STOR {IMAGE}", wipy_image + bytes(400_000)) == f"550 {LENGTH}.\r\n"
    assert info(board) == (FACTORY, READY, FACTORY)
    assert ftp("NOOP").startswith("200")


@pytest.mark.req("OTA-1")
@pytest.mark.parametrize("sizes", [(1, 6, 2, 500), (3, 33, 29, 31), (8, 8, 512, 1460), (7, 1, 1, 2000)])
def test_pieces_of_any_size(factory_board: Board, sizes: tuple[int, ...]) -> None:
    board = factory_board
    image = sleeper(7, size=9001)
    ftp = Ftp(board)
    data = ftp.passive()
    assert ftp(f"STOR {IMAGE}").startswith("150")
    at = 0
    for turn in range(1000):
        piece = image[at : at + sizes[turn % len(sizes)]]
        data.send(piece)
        at += len(piece)
        if at == len(image):
            break
        board.run(20)
    data.close()
    assert ftp.reply().startswith("226")
    assert images(board)[UPDATE_1] == image


@pytest.mark.req("FTP-5", "OTA-1")
def test_nothing_else_can_be_done_with_the_name(factory_board: Board) -> None:
    board = factory_board
    ftp = Ftp(board)
    refused = "553 This file does not take that.\r\n"
    for command in (f"RETR {IMAGE}", f"APPE {IMAGE}"):
        ftp.passive()
        assert ftp(command) == refused
    assert ftp("REST 100").startswith("350")
    ftp.passive()
    ftp("REST 100")
    assert ftp(f"STOR {IMAGE}") == refused
    for command in ("SIZE", "MDTM", "MLST", "DELE", "RNFR", "CWD"):
        assert ftp(f"{command} {IMAGE}").startswith("550")
    assert ftp("RNFR /flash/boot.py").startswith("350")
    assert ftp(f"RNTO {IMAGE}") == refused
    assert ftp(f"MKD {IMAGE}").startswith("553")
    assert info(board) == (FACTORY, READY, FACTORY)
    assert images(board)[1:] == [None, None]


@pytest.mark.req("OTA-2")
def test_an_update_that_was_never_started_is_replaced(factory_board: Board) -> None:
    board = factory_board
    ftp = Ftp(board)
    for number in (7, 8):
        assert ftp.put(f"STOR {IMAGE}", sleeper(number)).startswith("226")
        assert info(board) == (UPDATE_1, CHECK, FACTORY)
        assert images(board) == [images(board)[0], sleeper(number), None]


@pytest.mark.req("OTA-1")
def test_the_servers_stack_keeps_a_quarter_free(factory_board: Board, debug_info: DebugInfo) -> None:
    board = factory_board
    assert Ftp(board).put(f"STOR {IMAGE}", sleeper(7)).startswith("226")
    _, size = debug_info.stacks()["servers_stack"]
    assert debug_info.stack_free(board, "servers_stack") >= size // 4


@pytest.mark.req("OTA-2")
def test_a_board_without_a_bootloader_says_so(board: Board) -> None:
    ftp = Ftp(board)
    ftp.passive()
    assert ftp(f"STOR {IMAGE}") == "550 no bootloader.\r\n"
    assert ftp.get("NLST /flash/sys") == b""
