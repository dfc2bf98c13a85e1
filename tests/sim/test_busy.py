"""Where time went: the models' own account of it, and how a span is shared out."""

from __future__ import annotations

import pytest
from bench.net import PARTS, Meter
from cc3200sim.board import Board
from cc3200sim.busy import Busy, length, merge, shares
from cc3200sim.clock import cycles
from cc3200sim.flash import ERASE_SECONDS, PROGRAM_SECONDS, READ_SECONDS_PER_BYTE, Flash
from cc3200sim.nwp.processor import COMMAND_SECONDS, WORD_SECONDS
from cc3200sim.world.net.memory import MemoryNetwork
from hypothesis import given
from hypothesis import strategies as st
from support.nwp_host import Host
from support.socket_host import SocketHost

spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda pair: (pair[0], sum(pair))), max_size=8)


def test_pieces_are_kept_while_recorded_and_always_counted() -> None:
    busy = Busy()
    busy.add(0, 10)
    busy.record()
    busy.add(10, 15)
    busy.add(15, 20)
    busy.add(12, 30)
    assert busy.cycles == 38
    assert busy.recorded() == [(10, 20), (12, 30)]
    busy.add(30, 31)
    assert busy.recorded() == []
    assert busy.cycles == 39


@given(spans, st.integers(0, 40), st.integers(0, 40))
def test_merged_spans_are_the_same_cycles(given_spans: list[tuple[int, int]], start: int, size: int) -> None:
    window = start, start + size
    wanted = {cycle for begin, end in given_spans for cycle in range(begin, end) if window[0] <= cycle < window[1]}
    merged = merge(given_spans, window)
    assert [cycle for begin, end in merged for cycle in range(begin, end)] == sorted(wanted)
    assert length(merged) == len(wanted)


@given(st.lists(spans, min_size=1, max_size=4), st.integers(0, 80))
def test_each_cycle_goes_to_the_first_that_worked(parts: list[list[tuple[int, int]]], end: int) -> None:
    wanted = dict.fromkeys(map(str, range(len(parts))), 0)
    for cycle in range(end):
        first = next((i for i, part in enumerate(parts) if any(a <= cycle < b for a, b in part)), None)
        if first is not None:
            wanted[str(first)] += 1
    found, idle = shares({str(i): part for i, part in enumerate(parts)}, (0, end))
    assert found == wanted
    assert idle == end - sum(wanted.values())


def test_flash_counters_are_its_time() -> None:
    flash = Flash()
    assert flash.create("f", 3000, 0, copies=1)
    entry = flash.entry("f")
    assert entry is not None
    for _ in range(2):
        copy = flash.begin_copy(entry)
        flash.write_copy(entry, copy, 0, b"x" * 600)
        flash.end_copy(entry, copy, 600)
    flash.read_copy(entry, 0, 100, 500)
    # the table's entry; each time three pages of content and the header; what was blank at first was not erased
    assert (flash.erases, flash.programs, flash.bytes_read) == (1, 1 + 2 * 4, 500)
    wanted = flash.erases * ERASE_SECONDS + flash.programs * PROGRAM_SECONDS + 500 * READ_SECONDS_PER_BYTE
    assert flash.take_busy() == pytest.approx(wanted)


def test_looking_at_the_flash_from_outside_is_no_work_of_its_own() -> None:
    flash = Flash()
    flash.write("f", b"x" * 5000)
    flash.write("f", b"y" * 5000)
    assert flash.read("f") == b"y" * 5000
    assert (flash.erases, flash.programs, flash.bytes_read, flash.take_busy()) == (0, 0, 0, 0.0)
    state = flash.save()
    entry = flash.entry("f")
    assert entry is not None
    flash.begin_copy(entry)
    assert flash.erases == 2
    flash.restore(state)
    assert flash.erases == 0


def test_a_file_command_is_link_command_and_flash(host: Host) -> None:
    nwp = host.nwp
    handle = host.fs_create("f", 1000)
    host.flash.take_busy()
    before = nwp.flash_busy.cycles, nwp.link_busy.cycles, nwp.command_busy.cycles
    saved = nwp.save()
    start = host.clock.now
    assert host.fs_write(handle, 100, b"x" * 256) == 256
    flash, link, command = (
        now - then
        for now, then in zip(
            (nwp.flash_busy.cycles, nwp.link_busy.cycles, nwp.command_busy.cycles), before, strict=True
        )
    )
    assert flash == pytest.approx(cycles(2 * PROGRAM_SECONDS))  # it spans two pages
    assert command == cycles(COMMAND_SECONDS)
    assert flash + link + command == host.clock.now - start  # one after the other, and nothing besides
    assert link > cycles(64 * WORD_SECONDS)
    nwp.restore(saved)
    assert (nwp.flash_busy.cycles, nwp.link_busy.cycles, nwp.command_busy.cycles) == before


def test_the_network_is_busy_while_something_is_under_way() -> None:
    board = SocketHost(MemoryNetwork(delay=0.1, rate=10_000))
    _, stream = board.pair()
    board.run(1.0)
    before = board.network.busy.cycles
    state = board.network.save()
    stream.send(bytes(1000))
    board.run(1.0)
    assert board.network.busy.cycles - before == cycles(0.1) + cycles(0.1)
    board.network.restore(state)
    assert board.network.busy.cycles == before


def test_a_span_of_a_running_board_is_shared_out_whole(board: Board) -> None:
    instructions = board.machine.instructions
    meter = Meter(board)
    start = board.machine.clock.now
    board.repl("f = open('/flash/x', 'wb'); f.write(b'x' * 3000); f.close()")
    figures = meter.stop(board.machine.clock.now)
    assert figures.cycles == board.machine.clock.now - start
    assert sum(figures.share.values()) + figures.idle == figures.cycles
    assert figures.instructions == board.machine.instructions - instructions
    assert figures.share["flash"] == figures.busy["flash"] > cycles(ERASE_SECONDS)
    assert all(figures.busy[part] >= figures.share[part] for part in PARTS)
    assert figures.flash[1] >= 12
