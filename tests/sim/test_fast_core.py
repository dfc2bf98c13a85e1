"""The fast core: what holds on it too, and how far it may differ from the exact one."""

import subprocess
from pathlib import Path

import pytest
from cc3200sim.board import Board
from cc3200sim.native import FastEngine, NativeError, library
from support.core import BUSY, ENABLE_DEVICE, Core


@pytest.fixture(autouse=True)
def _needs_a_compiler() -> None:
    try:
        library()
    except NativeError as error:
        pytest.skip(str(error))


def _fast(source: str) -> Core:
    return Core(source, FastEngine())


def test_it_counts_every_instruction_of_a_block() -> None:
    core = _fast("movs r1, #100\nloop: mov.w r0, #0x1000\nldr r2, [r7, #4]\nsubs r1, #1\nbne loop\nend: wfi\nb end\n")
    core.run(10_000)
    assert core.cpu.instructions == 1 + 100 * 4 + 1
    assert core.device.reads == 100


def test_a_slice_ends_less_than_a_block_late() -> None:
    core = _fast("loop: nop\nnop\nnop\nnop\nb loop\n")
    seen: list[int] = []
    for when in (7, 1000, 12_345):
        core.clock.at(when, lambda: seen.append(core.clock.now))
    core.run(20_000)
    assert all(0 <= now - when < 5 for now, when in zip(seen, (7, 1000, 12_345), strict=True))


def test_a_fault_in_a_block_counts_what_ran_before_it() -> None:
    core = _fast("nop\nnop\nldr r0, =0x60000000\nbad: ldr r1, [r0]\nnop\nb .\nhard_fault: wfi\nb hard_fault\n.ltorg\n")
    core.run(100)
    assert core.cpu.instructions == 3 + 1
    assert core.cpu.read_word(core.cpu.register("sp") + 24) == core.labels["bad"] & ~1


@pytest.mark.parametrize("release", ["cpsie i", "movs r0, #0\nmsr primask, r0"])
def test_a_masked_interrupt_is_taken_right_after_the_unmasking(release: str) -> None:
    core = _fast(
        ENABLE_DEVICE + "movs r5, #0\nmovs r4, #0\ncpsid i\nmovs r0, #1\nstr r0, [r7, #0xC]\n"
        f"adds r4, #1\nadds r4, #1\n{release}\nnop\ncpsid i\nadds r4, #1\nloop: b loop\n"
        "device: str r4, [r7]\nmovs r0, #0\nstr r0, [r7, #0xC]\nbx lr\n"
    )
    core.run(200)
    assert core.values == [2]


def test_a_replay_from_a_snapshot_is_identical() -> None:
    core = _fast(BUSY)
    core.run(12_345)
    parts = (core.cpu, core.clock, core.nvic, core.device)
    saved = [part.save() for part in parts]
    runs = []
    for _ in range(3):
        for part, state in zip(parts, saved, strict=True):
            part.restore(state)
        core.run(50_000)
        runs.append((core.clock.now, core.cpu.instructions, core.device.written, bytes(core.cpu.ram)))
    assert runs[0] == runs[1] == runs[2]


def test_code_changed_from_outside_is_seen() -> None:
    core = _fast("loop: movs r1, #1\nb loop\n")
    core.run(10)
    core.cpu.write_memory(core.labels["loop"] & ~1, b"\x02\x21")
    core.run(10)
    assert core.cpu.register("r1") == 2


def test_an_image_boots_on_it_the_same_way_every_time(wipy_image: bytes, wipy_rom: bytes) -> None:
    seen = []
    for _ in range(2):
        board = Board.from_image(wipy_image, wipy_rom, fast=True)
        board.power_on()
        assert board.repl("6 * 7") == "42\n"
        seen.append((board.machine.instructions, board.machine.clock.now))
    assert seen[0] == seen[1]


def test_no_compiler_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    with pytest.raises(NativeError, match="needs a C compiler"):
        library()
    monkeypatch.setenv("CC", "/bin/false")
    with pytest.raises(NativeError, match="/bin/false can't compile"):
        library()
    assert not list(tmp_path.glob("cc3200sim/*"))


def test_the_hook_is_free_of_warnings(tmp_path: Path) -> None:
    source = Path(library.__code__.co_filename).with_name("native.c")
    command = ["cc", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", str(source)]
    subprocess.run(command, check=True, capture_output=True)
