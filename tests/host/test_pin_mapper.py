"""The pin mapper and the generated tables, compiled for the host and held against what the CSVs say."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from wipy import board, pins

ROOT = Path(__file__).resolve().parents[2]
BOARDS = board.available(ROOT / "boards")


@pytest.fixture(scope="module", params=BOARDS)
def mapper(request, compile_host, tmp_path_factory):
    """(ask, tables) of a board: ask(line, ...) -> the program's answers."""
    board_csv, af_csv = ROOT / "boards" / request.param / "pins.csv", ROOT / "boards/cc3200_af.csv"
    build = tmp_path_factory.mktemp(request.param)
    pins.generate(board_csv, af_csv, build / "genhdr")
    sources = ["tests/host/pin_mapper_main.c", "ports/cc3200/chip/pin_mapper.c", build / "genhdr/pins.c"]
    program = compile_host(f"pin_mapper_{request.param}", sources, includes=[build])
    return lambda *lines: program.run("\n".join(lines) + "\n"), pins.parse(board_csv, af_csv)


def hexed(name: str) -> str:
    return name.encode().hex()


@pytest.mark.req("PIN-1", "PIN-4")
def test_the_generated_tables_say_what_the_csv_says(mapper) -> None:
    ask, tables = mapper
    assert ask("count") == [str(len(tables.pins))]
    answers = ask(*(f"pin {index}" for index in range(len(tables.pins))))
    for pin, answer in zip(tables.pins, answers, strict=True):
        functions = [f"{function.mux}={function.name}" for function in pin.functions]
        assert answer.split() == [pin.name, *functions]


@pytest.mark.req("PIN-1")
def test_chip_names_and_board_names_find_the_pin(mapper) -> None:
    ask, tables = mapper
    wanted = {pin.name: index for index, pin in enumerate(tables.pins)} | {name.name: name.pin for name in tables.names}
    assert ask(*(f"find {hexed(name)}" for name in wanted)) == [str(index) for index in wanted.values()]


@pytest.mark.req("PIN-1")
def test_any_other_name_finds_nothing(mapper) -> None:
    ask, tables = mapper
    known = {pin.name for pin in tables.pins} | {name.name for name in tables.names}
    names = {"G", "GP", "GP09", "gp9", "GP9 ", " GP9", "GP99", "GP-1", "P9", "GP256", "L", "\0", "GP9\0", "A" * 1500}
    names |= {name[:-1] for name in known} | {name + "0" for name in known} | {name.lower() for name in known}
    draw = random.Random(3200)
    names |= {"".join(draw.choices("GPLRHB0123456789_\0\xff", k=draw.randrange(1, 6))) for _ in range(500)}
    assert set(ask(*(f"find {hexed(name)}" for name in sorted(names - known)))) == {"-1"}
    assert ask("find") == ["-1"]


@pytest.mark.req("PIN-1")
def test_gpio_numbers(mapper) -> None:
    ask, tables = mapper
    index = {pin.gpio: at for at, pin in enumerate(tables.pins)}
    assert ask(*(f"gpio {gpio}" for gpio in range(256))) == [str(index.get(gpio, -1)) for gpio in range(256)]


@pytest.mark.req("PIN-4")
def test_an_index_outside_the_list_leads_to_no_function(mapper) -> None:
    ask, tables = mapper
    answers = ask(*(f"absent {index}" for index in range(len(tables.pins))))
    for pin, answer in zip(tables.pins, answers, strict=True):
        muxes = {function.mux for function in pin.functions} - {0}
        assert answer.split() == [str(mux) for mux in range(16) if mux not in muxes], pin.name
