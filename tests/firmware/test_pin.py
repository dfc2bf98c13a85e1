"""machine.Pin on the booted image: what the world sees on the pins, and what stands in the pad registers."""

from __future__ import annotations

import random

import pytest
from cc3200sim.board import Board
from cc3200sim.peripherals.pinmux import PACKAGE_PINS
from support.tested import BOARD, ROOT
from support.values import error, value_of
from wipy import pins

TABLES = pins.parse(BOARD.folder / "pins.csv", ROOT / "boards/cc3200_af.csv")
CONSOLE = {"GP1", "GP2"}  # UART0: a test that took them would be deaf
PINS = [pin.name for pin in TABLES.pins if pin.name not in CONSOLE]
PADS = {package.name: package.pad for package in PACKAGE_PINS}

# Fields of a pad register (hw_ocp_shared.h).
MODE, OPEN_DRAIN, STRENGTH, PULL_UP, PULL_DOWN, OUTPUT_OFF = 0xF, 0x10, 0xE0, 0x100, 0x200, 0xC00


@pytest.fixture
def board(board: Board) -> Board:
    """With machine and Pin imported, and the heartbeat off: GP25 is a pin like any other."""
    assert board.repl("import machine, wipy\nfrom machine import Pin\nwipy.heartbeat(False)\n") == ""
    return board


def pad(board: Board, name: str) -> int:
    return board.machine.blocks.ocp_shared.regs[0x0A0 + 4 * PADS[name]]


@pytest.mark.req("PIN-1")
def test_every_pin_drives_its_level(board: Board) -> None:
    board.repl(f"names = {PINS!r}\nps = [Pin(n, Pin.OUT, value=i & 1) for i, n in enumerate(names)]\n")
    assert [board.pin(name).level for name in PINS] == [index & 1 for index in range(len(PINS))]
    draw = random.Random(9)
    for _ in range(4):
        levels = [draw.randrange(2) for _ in PINS]
        board.repl(f"for p, v in zip(ps, {levels!r}): p.value(v)\n")
        assert [board.pin(name).level for name in PINS] == levels
        assert value_of(board, "[p.value() for p in ps]") == levels


@pytest.mark.req("PIN-1")
def test_every_pin_reads_the_world(board: Board) -> None:
    board.repl(f"ps = [Pin(n, mode=Pin.IN) for n in {PINS!r}]\n")
    draw = random.Random(13)
    for _ in range(4):
        levels = [draw.randrange(2) for _ in PINS]
        for name, level in zip(PINS, levels, strict=True):
            board.pin(name).drive(level)
        assert value_of(board, "[p() for p in ps]") == levels


@pytest.mark.req("PIN-1")
def test_pulls(board: Board) -> None:
    board.repl(f"ps = [Pin(n, Pin.IN, Pin.PULL_UP) for n in {PINS!r}]\n")
    assert value_of(board, "[p() for p in ps]") == [1] * len(PINS)
    assert {pad(board, name) & (PULL_UP | PULL_DOWN) for name in PINS} == {PULL_UP}
    board.repl("for p in ps: p.pull(Pin.PULL_DOWN)\n")
    assert value_of(board, "[p() for p in ps]") == [0] * len(PINS)
    assert {pad(board, name) & (PULL_UP | PULL_DOWN) for name in PINS} == {PULL_DOWN}
    assert value_of(board, "ps[0].pull() == Pin.PULL_DOWN")
    board.repl("for p in ps: p.pull(None)\n")
    assert {pad(board, name) & (PULL_UP | PULL_DOWN) for name in PINS} == {0}
    assert value_of(board, "ps[0].pull()") is None


@pytest.mark.req("PIN-1")
def test_value_call_toggle_on_off(board: Board) -> None:
    pin = board.pin("GP22")
    seen = []
    board.repl("p = Pin('GP22', Pin.OUT)\n")
    for step in ("p(1)", "p(0)", "p(True)", "p(())", "p.toggle()", "p.toggle()", "p.on()", "p.off()", "p.value('x')"):
        assert board.repl(step) == ""
        seen.append(pin.level)
    assert seen == [1, 0, 1, 0, 1, 0, 1, 0, 1]


@pytest.mark.req("PIN-1")
def test_open_drain_pulls_low_or_lets_go(board: Board) -> None:
    wire = board.pin("GP13")
    wire.pull(1)
    board.repl("p = Pin('GP13', mode=Pin.OPEN_DRAIN, value=1)\n")
    assert wire.pad_drive is None
    assert value_of(board, "p()") == 1
    wire.drive(0)
    assert value_of(board, "p()") == 0
    wire.drive(None)
    board.repl("p(0)")
    assert (wire.pad_drive, wire.level) == (0, 0)
    assert value_of(board, "p()") == 0
    board.repl("p.toggle()")
    assert (wire.pad_drive, wire.level) == (None, 1)
    assert pad(board, "GP13") & OPEN_DRAIN


@pytest.mark.req("PIN-1")
@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize(
    "before", ["Pin('GP16')", "Pin('GP16', Pin.ALT, alt=5)", "Pin('GP16', Pin.OPEN_DRAIN, value=1)"]
)
def test_a_new_output_does_not_pulse_the_wrong_way(board: Board, before: str, level: int) -> None:
    pin = board.pin("GP16")
    board.repl(before)
    pin.pull(level)
    board.run(1)
    since = board.machine.clock.now
    assert board.repl(f"p = Pin('GP16', Pin.OUT, value={level})\n") == ""
    assert pin.pad_drive == level
    if "ALT" not in before:  # the UART that was routed here drove the line itself
        assert pin.edges(since) == []
    board.repl("p.drive(Pin.HIGH_POWER); p.pull(Pin.PULL_DOWN)\n")
    assert pin.level == level


@pytest.mark.req("PIN-1")
def test_a_value_given_to_an_input_comes_out_when_it_becomes_an_output(board: Board) -> None:
    pin = board.pin("GP3")
    pin.pull(0)
    board.repl("p = Pin('GP3', Pin.IN)\np(1)\n")
    assert pin.level == 0
    board.repl("p.mode(Pin.OUT)\n")
    assert pin.level == 1


@pytest.mark.req("PIN-1")
def test_chip_names_board_names_and_attributes_mean_the_same_pin(board: Board) -> None:
    pairs = [(name.name, TABLES.pins[name.pin].name) for name in TABLES.names]
    pairs = [(name, gpio) for name, gpio in pairs if gpio not in CONSOLE]
    assert len(pairs) == len(PINS)
    assert value_of(board, f"all(Pin(a) is Pin(b) for a, b in {pairs!r})")
    assert value_of(board, f"all(getattr(Pin.board, a) is Pin(b) for a, b in {pairs!r})")
    assert value_of(board, f"all(getattr(Pin.cpu, b) is getattr(Pin.board, b) for a, b in {pairs!r})")
    assert value_of(board, f"[Pin(a).id() for a, b in {pairs!r}]") == [gpio for _, gpio in pairs]
    assert value_of(board, "Pin(Pin('R5')) is Pin('GP9')")
    assert error(board, "Pin.cpu.R5").startswith("AttributeError")


@pytest.mark.req("PIN-1")
@pytest.mark.parametrize(
    "name", ["'GP99'", "'GP26'", "'gp9'", "''", "'GP9 '", "'A0'", "9", "None", "b'GP9'", "('GP9',)"]
)
def test_an_unknown_pin_is_refused(board: Board, name: str) -> None:
    assert error(board, f"Pin({name})") == "ValueError: no such pin"


@pytest.mark.req("PIN-1")
def test_the_documents_own_line(board: Board) -> None:
    board.repl("g = machine.Pin('GP9', mode=Pin.OUT, pull=None, drive=Pin.MED_POWER, alt=-1)\n")
    assert board.repl("g") == "Pin('GP9', mode=Pin.OUT, pull=None, drive=Pin.MED_POWER, alt=-1)\n"
    assert value_of(board, "g.mode() == Pin.OUT and g.drive() == Pin.MED_POWER and g.pull() is None")


@pytest.mark.req("PIN-1")
def test_repr_can_be_read_back(board: Board) -> None:
    settings = [
        "mode=Pin.IN, pull=Pin.PULL_UP, drive=Pin.LOW_POWER, alt=-1",
        "mode=Pin.OPEN_DRAIN, pull=None, drive=Pin.HIGH_POWER, alt=-1",
        "mode=Pin.ALT, pull=Pin.PULL_DOWN, drive=Pin.MED_POWER, alt=12",
        "mode=Pin.ALT_OPEN_DRAIN, pull=None, drive=Pin.MED_POWER, alt=3",
    ]
    for setting in settings:
        assert board.repl(f"Pin('GP9', {setting})") == f"Pin('GP9', {setting})\n"


@pytest.mark.req("PIN-1")
def test_what_is_not_given_has_its_default_and_a_name_alone_changes_nothing(board: Board) -> None:
    board.repl("Pin('GP4', Pin.OUT, Pin.PULL_UP, drive=Pin.HIGH_POWER, value=1)\n")
    before = pad(board, "GP4")
    assert board.repl("Pin('GP4')") == "Pin('GP4', mode=Pin.OUT, pull=Pin.PULL_UP, drive=Pin.HIGH_POWER, alt=-1)\n"
    assert pad(board, "GP4") == before
    board.repl("Pin('GP4').init(Pin.IN)\n")
    assert board.repl("Pin('GP4')") == "Pin('GP4', mode=Pin.IN, pull=None, drive=Pin.MED_POWER, alt=-1)\n"


@pytest.mark.req("PIN-1")
@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        ("p.init(mode=Pin.LOW_POWER)", "ValueError: invalid mode"),
        ("p.init(mode=-1)", "ValueError: invalid mode"),
        ("p.mode(Pin.PULL_UP)", "ValueError: invalid mode"),
        ("p.init(Pin.IN, Pin.HIGH_POWER)", "ValueError: invalid pull"),
        ("p.init(Pin.IN, Pin.PULL_UP | Pin.PULL_DOWN)", "ValueError: invalid pull"),
        ("p.pull(Pin.OUT)", "ValueError: invalid pull"),
        ("p.init(Pin.OUT, drive=Pin.IN)", "ValueError: invalid drive"),
        ("p.init(Pin.OUT, drive=6)", "ValueError: invalid drive"),
        ("p.drive(Pin.IN)", "ValueError: invalid drive"),
        ("p.init(Pin.IN, alt=0)", "ValueError: invalid alt"),
        ("p.init(Pin.OUT, alt=7)", "ValueError: invalid alt"),
        ("p.init(Pin.ALT, alt=16)", "ValueError: invalid alt"),
        ("p.init(Pin.ALT, alt=-2)", "ValueError: invalid alt"),
        ("p.init(Pin.ALT_OPEN_DRAIN, alt=1)", "ValueError: invalid alt"),
        ("p.init('OUT')", "TypeError"),
        ("p.id('GP8')", "TypeError"),
        ("p.init(colour=1)", "TypeError"),
    ],
)
def test_a_bad_setting_is_refused_and_changes_nothing(board: Board, statement: str, wanted: str) -> None:
    board.repl("p = Pin('GP9', Pin.OUT, Pin.PULL_DOWN, drive=Pin.LOW_POWER, value=1)\n")
    before = pad(board, "GP9"), board.repl("p")
    assert error(board, statement).startswith(wanted)
    assert (pad(board, "GP9"), board.repl("p")) == before
    assert board.pin("GP9").level == 1


@pytest.mark.req("PIN-3")
def test_drive_strengths_are_in_the_pad_registers(board: Board) -> None:
    """2, 4 and 6 mA: bit 5 switches 2 mA on, bit 6 another 4 mA stage (hw_ocp_shared.h; PIN_STRENGTH_* in pin.h)."""
    for name, bits in (("LOW_POWER", 0x20), ("MED_POWER", 0x40), ("HIGH_POWER", 0x60)):
        board.repl(f"for n in {PINS!r}: Pin(n, Pin.OUT, drive=Pin.{name})\n")
        assert {pad(board, pin) & STRENGTH for pin in PINS} == {bits}
        board.repl(f"for n in {PINS!r}: Pin(n, Pin.OUT, drive=Pin.MED_POWER).drive(Pin.{name})\n")
        assert {pad(board, pin) & STRENGTH for pin in PINS} == {bits}
    board.repl(f"for n in {PINS!r}: Pin(n).init(Pin.OUT)\n")
    assert {pad(board, pin) & STRENGTH for pin in PINS} == {0x40}


@pytest.mark.req("PIN-4")
def test_alt_list_is_the_csv(board: Board) -> None:
    for pin in TABLES.pins:
        if pin.name not in CONSOLE:
            wanted = [(function.name, function.mux or -1) for function in pin.functions]
            assert value_of(board, f"Pin({pin.name!r}).alt_list()") == wanted, pin.name


@pytest.mark.req("PIN-4", "PIN-1")
def test_every_index_of_alt_list_selects_its_function(board: Board) -> None:
    for pin in TABLES.pins:
        for function in pin.functions:
            if function.mux == 0 or pin.name in CONSOLE:
                continue
            for mode in ("ALT", "ALT_OPEN_DRAIN"):
                board.repl(f"Pin({pin.name!r}, mode=Pin.{mode}, alt={function.mux})\n")
                register = pad(board, pin.name)
                assert register & (MODE | OUTPUT_OFF) == function.mux
                assert bool(register & OPEN_DRAIN) == (mode == "ALT_OPEN_DRAIN")
        if pin.name not in CONSOLE:
            board.repl(f"Pin({pin.name!r}, Pin.IN)\n")
            assert pad(board, pin.name) & (MODE | OUTPUT_OFF) == 0


@pytest.mark.req("PIN-1")
def test_a_line_is_on_one_pin_at_a_time(board: Board) -> None:
    board.repl("a = Pin('GP23', Pin.ALT, alt=9); b = Pin('GP10', Pin.ALT, alt=1)\n")  # I2C0_SCL, both
    assert board.repl("a") == "Pin('GP23', mode=Pin.IN, pull=None, drive=Pin.MED_POWER, alt=-1)\n"
    assert (pad(board, "GP23") & MODE, pad(board, "GP10") & MODE) == (0, 1)


@pytest.mark.req("PIN-1")
def test_a_soft_reset_makes_the_pins_of_the_session_inputs(board: Board) -> None:
    board.repl("Pin('GP9', Pin.OUT, value=1); Pin('GP10', Pin.ALT, alt=3); Pin('GP11', Pin.IN, Pin.PULL_UP)\n")
    untouched = pad(board, "GP12"), pad(board, "GP1"), pad(board, "GP2")
    board.uart.write(b"\x04")
    board.wait_prompt()
    for name in ("GP9", "GP10", "GP11"):
        assert pad(board, name) & ~STRENGTH == 0
        assert board.pin(name).pad_drive is None
    assert (pad(board, "GP12"), pad(board, "GP1"), pad(board, "GP2")) == untouched
    assert board.repl("1 + 1") == "2\n"


@pytest.mark.req("PIN-1")
def test_a_soft_reset_gives_the_console_its_pin_back(board: Board) -> None:
    board.uart.write(b"Pin('GP1', Pin.OUT, value=1)\r")
    board.run(20)
    assert board.machine.blocks.ocp_shared.regs[0x0A0 + 4] & MODE == 0
    board.uart.read()
    board.uart.write(b"\x04")
    board.wait_prompt()
    assert board.repl("1 + 1") == "2\n"
