"""Images and boot info on the host: which image is started, which slot is written, and what an image must look like."""

from __future__ import annotations

import hashlib
import itertools

import pytest
from support.host_sources import IMAGE

FACTORY, UPDATE_1, UPDATE_2 = range(3)
CHECK, READY, TRIAL, TAKEN_BACK = 0, 1, 2, 5
CONFIRMS = 16  # beside the image that is started: it can confirm itself
LOAD = 0x20004000
Info = tuple[int, int, int, int]


@pytest.fixture
def ask(compile_host):
    """ask(word, *numbers) -> the program's answer, as numbers."""
    program = compile_host("image", ["tests/host/image_program.c", *IMAGE])

    def asked(word: str, *numbers: int | str) -> list[int]:
        (line,) = program.run(" ".join(map(str, (word, *numbers))) + "\n")
        return [int(part) for part in line.split()]

    return asked


@pytest.fixture
def ask_all(compile_host):
    """ask_all(questions) -> the answers, of many questions at once."""
    program = compile_host("image", ["tests/host/image_program.c", *IMAGE])

    def asked(questions: list[tuple[int | str, ...]]) -> list[list[int]]:
        lines = program.run("".join(" ".join(map(str, question)) + "\n" for question in questions))
        return [[int(part) for part in line.split()] for line in lines]

    return asked


INFOS = list(itertools.product((0, 1, 2, 3, 255), (0, 1, 2, 4, 5, 255), (0, 1, 2, 7), (0, 9)))


@pytest.mark.req("BOOT-2")
def test_a_board_without_the_file_starts_its_factory_image(ask) -> None:
    assert ask("init") == [FACTORY, READY, FACTORY, 0, 0]


@pytest.mark.req("BOOT-2")
@pytest.mark.parametrize(
    ("info", "wanted", "order"),
    [
        ((2, READY, 1, 0), UPDATE_2, [UPDATE_2, UPDATE_1, FACTORY]),
        ((1, READY, 0, 0), UPDATE_1, [UPDATE_1, FACTORY, UPDATE_2]),
        ((1, READY, 2, 0), UPDATE_2, [UPDATE_2, UPDATE_1, FACTORY]),  # safe boot, previous
        ((1, READY, 2, 0), FACTORY, [FACTORY, UPDATE_1, UPDATE_2]),  # safe boot, factory
        ((0, READY, 0, 0), FACTORY, [FACTORY, UPDATE_1, UPDATE_2]),
        ((77, READY, 99, 0), FACTORY, [FACTORY, UPDATE_1, UPDATE_2]),
    ],
)
def test_order_of_the_images(ask, info: Info, wanted: int, order: list[int]) -> None:
    assert ask("order", *info, wanted) == order


@pytest.mark.req("BOOT-2")
def test_every_order_has_every_image_once(ask_all) -> None:
    questions = [("order", *info, wanted) for info in INFOS for wanted in range(3)]
    for question, answer in zip(questions, ask_all(questions), strict=True):
        assert sorted(answer) == [0, 1, 2] and answer[0] == question[-1], question


@pytest.mark.req("BOOT-2")
@pytest.mark.parametrize(
    ("info", "image", "after"),
    [
        ((1, READY, 2, 5), UPDATE_1, [1, READY, 2, 5, 0]),
        ((1, CHECK, 2, 5), UPDATE_1, [1, READY, 2, 5, 1]),
        ((1, CHECK, 2, 5), UPDATE_2, [2, READY, 0, 5, 1]),  # the new one does not verify: the previous is back
        ((1, READY, 2, 5), FACTORY, [0, READY, 0, 5, 1]),
        ((9, READY, 2, 5), FACTORY, [0, READY, 0, 5, 1]),
    ],
)
def test_what_was_started_is_noted(ask, info: Info, image: int, after: list[int]) -> None:
    assert ask("started", *info, image) == after


@pytest.mark.req("OTA-3")
def test_a_new_image_is_on_trial_for_three_starts(ask) -> None:
    info = [1, CHECK, 2, 5]
    for number in (1, 2, 3):
        assert ask("expire", *info) == [*info, 0]
        *info, changed = ask("started", *info, UPDATE_1 | CONFIRMS)
        assert (info, changed) == ([1, TRIAL + number - 1, 2, 5], 1)
        assert ask("trial", *info) == [number]
        assert ask("confirm", *info) == [1, READY, 2, 5, 1]
        assert ask("slot", *info) == [UPDATE_1]  # of a safe boot: not the image that would come back
    assert ask("expire", *info) == [2, TAKEN_BACK, FACTORY, 5, 1]
    assert ask("started", 2, TAKEN_BACK, FACTORY, 5, UPDATE_2 | CONFIRMS) == [2, TAKEN_BACK, FACTORY, 5, 0]


@pytest.mark.req("OTA-3")
def test_what_is_on_no_trial(ask_all) -> None:
    infos = [info for info in INFOS if not TRIAL <= info[1] < TAKEN_BACK]
    for word in ("confirm", "expire"):
        assert ask_all([(word, *info) for info in infos]) == [[*info, 0] for info in infos]
    assert ask_all([("trial", *info) for info in infos]) == [[0] for _ in infos]
    # An image that can't confirm itself is ready when it starts.
    assert ask_all([("started", 1, CHECK, 2, 5, UPDATE_1)]) == [[1, READY, 2, 5, 1]]


@pytest.mark.req("BOOT-2", "OTA-2")
@pytest.mark.parametrize(
    ("info", "slot"),
    [
        ((0, READY, 0, 0), UPDATE_1),
        ((1, READY, 0, 0), UPDATE_2),
        ((2, READY, 1, 0), UPDATE_1),
        ((2, CHECK, 1, 0), UPDATE_2),  # a new image that was never started
        ((1, CHECK, 2, 0), UPDATE_1),
    ],
)
def test_an_update_goes_to_the_slot_that_is_not_running(ask, info: Info, slot: int) -> None:
    assert ask("slot", *info) == [slot]


@pytest.mark.req("OTA-2")
def test_a_slot_is_not_named_while_it_is_written(ask_all) -> None:
    slots = [answer[0] for answer in ask_all([("slot", *info) for info in INFOS])]
    reserved = ask_all([("reserve", *info, slot) for info, slot in zip(INFOS, slots, strict=True)])
    for info, slot, (active, status, previous, unused, changed) in zip(INFOS, slots, reserved, strict=True):
        assert slot not in (active, previous), info
        assert unused == info[3]
        assert bool(changed) == ((active, status, previous) != info[:3]), info
    switched = ask_all([("switch", *answer[:4], slot) for answer, slot in zip(reserved, slots, strict=True)])
    for before, slot, (active, status, previous, _, _) in zip(reserved, slots, switched, strict=True):
        assert (active, status) == (slot, CHECK)
        assert previous == (before[0] if before[0] < 3 else FACTORY)


@pytest.mark.req("OTA-2")
@pytest.mark.parametrize(("length", "fits"), [(0, 0), (40, 0), (41, 1), (196608, 1), (196609, 0), (2**32 - 1, 0)])
def test_length(ask, length: int, fits: int) -> None:
    assert ask("length", length, 196608) == [fits]


@pytest.mark.req("OTA-2")
@pytest.mark.parametrize(
    ("stack", "entry", "fits"),
    [
        (0x20000280, LOAD + 9, 1),
        (0x20040000, LOAD + 0x3DF, 1),
        (0x20000000, LOAD + 9, 0),
        (0x20040004, LOAD + 9, 0),
        (0x20000282, LOAD + 9, 0),
        (0, LOAD + 9, 0),
        (0xFFFFFFFC, LOAD + 9, 0),
        (0x20000280, LOAD + 8, 0),  # not Thumb
        (0x20000280, LOAD + 7, 0),  # the header itself
        (0x20000280, LOAD + 0x3E1, 0),  # the signature
        (0x20000280, 0x20000001, 0),
        (0x20000280, 0, 0),
        (0x20000280, 1, 0),
        (0x20000280, 0xFFFFFFFF, 0),
    ],
)
def test_first_two_words(ask, stack: int, entry: int, fits: int) -> None:
    assert ask("header", stack, entry, 0x400) == [fits]


@pytest.mark.req("OTA-2")
def test_signature(ask_all) -> None:
    digest = hashlib.md5(b"image")
    good = digest.hexdigest().encode()
    bad = [good.upper(), b"0" * 32, good[:31] + b"\0", good[1:] + good[:1], b"\0" * 32]
    bad += [good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :] for at in range(32)]
    answers = ask_all([("signature", text.hex(), digest.hexdigest()) for text in (good, *bad)])
    assert answers == [[1], *([0] for _ in bad)]


def test_files(compile_host) -> None:
    program = compile_host("image", ["tests/host/image_program.c", *IMAGE])
    names = program.run("".join(f"file 0 0 0 0 {image}\n" for image in range(3)))
    assert names == ["/sys/factimg.bin", "/sys/updtimg1.bin", "/sys/updtimg2.bin"]
