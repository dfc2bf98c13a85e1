"""Pin tables: what the CSVs of this repository mean, every way a table can be wrong, and the C that comes out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wipy import pins
from wipy.errors import UserError

BOARDS = Path(__file__).parents[2] / "boards"
CHIP = "pin,gpio,functions\n1,GP10,1=I2C0_SCL 3=TIM3_PWM/A\n2,GP11,-\n57,GP2,analog=ADC0_CH0 6=UART1_RX\n"
BOARD = "gpio,names\nGP10,A\nGP2,B\n"


def tables(tmp_path: Path, board: str | bytes = BOARD, chip: str | bytes = CHIP) -> pins.PinTables:
    board_csv, af_csv = tmp_path / "pins.csv", tmp_path / "af.csv"
    for path, content in ((board_csv, board), (af_csv, chip)):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return pins.parse(board_csv, af_csv)


@pytest.mark.req("BLD-2")
def test_a_small_table(tmp_path: Path) -> None:
    parsed = tables(tmp_path)
    assert [(pin.name, pin.package_pin) for pin in parsed.pins] == [("GP2", 57), ("GP10", 1)]
    assert [(name.name, parsed.pins[name.pin].name) for name in parsed.names] == [("A", "GP10"), ("B", "GP2")]
    routes = [[(function.name, function.mux) for function in pin.functions] for pin in parsed.pins]
    assert routes == [[("ADC0_CH0", 0), ("UART1_RX", 6)], [("I2C0_SCL", 1), ("TIM3_PWM", 3)]]


@pytest.mark.req("BLD-2")
def test_comments_blank_lines_spaces_and_dos_line_ends_are_fine(tmp_path: Path) -> None:
    board = '# Zwölf Bären, "quoted"\r\n\r\ngpio , names\r\n  GP10,A \r\n#GP10,A\r\nGP2, B'
    assert tables(tmp_path, board) == tables(tmp_path)


@pytest.mark.req("BLD-2")
def test_a_pin_can_have_several_names_or_none(tmp_path: Path) -> None:
    parsed = tables(tmp_path, "gpio,names\nGP10,LED P1_9\nGP2,-\n")
    assert [pin.gpio for pin in parsed.pins] == [2, 10]
    assert [(name.name, name.pin) for name in parsed.names] == [("LED", 1), ("P1_9", 1)]


BAD_BOARDS: list[tuple[str, str | bytes, list[str]]] = [
    ("unknown pin", BOARD + "GP12,C\n", ["4: unknown pin: GP12 is not in the chip's table"]),
    ("not a GPIO", BOARD + "12,C\n", ["4: '12' is not a GPIO (GP0 to GP31)"]),
    ("GPIO out of range", BOARD + "GP32,C\n", ["4: 'GP32' is not a GPIO (GP0 to GP31)"]),
    ("leading zero", BOARD + "GP02,C\n", ["4: 'GP02' is not a GPIO (GP0 to GP31)"]),
    ("lower case", BOARD + "gp2,C\n", ["4: 'gp2' is not a GPIO (GP0 to GP31)"]),
    ("duplicate pin", BOARD + "GP2,C\n", ["4: GP2 is already in line 3"]),
    ("duplicate name", BOARD + "GP11,A\n", ["4: 'A' is already in line 2"]),
    ("duplicate name in a cell", BOARD + "GP11,C C\n", ["4: 'C' is already in line 4"]),
    (
        "name of the chip's",
        BOARD + "GP11,GP2\n",
        ["4: 'GP2' is the chip's own name of a pin; a board can't give it away"],
    ),
    (
        "name that is no word",
        BOARD + "GP11,P1.2\n",
        ["4: 'P1.2' can't be a pin's name: a letter, then letters, digits and underscores"],
    ),
    ("long name", BOARD + "GP11,ABCDEFGHIJKLMNOP\n", ["4: 'ABCDEFGHIJKLMNOP' is longer than 15 letters"]),
    ("empty names", BOARD + "GP11,\n", ["4: column 'names' is empty"]),
    ("blank names", BOARD + "GP11,  \n", ["4: column 'names' is empty"]),
    ("empty pin", BOARD + ",C\n", ["4: column 'gpio' is empty"]),
    ("column missing", BOARD + "GP11\n", ["4: 1 columns, 2 wanted: gpio,names"]),
    ("column too many", BOARD + "GP11,C,D\n", ["4: 3 columns, 2 wanted: gpio,names"]),
    ("wrong separator", BOARD + "GP11;C\n", ["4: 1 columns, 2 wanted: gpio,names"]),
    ("no header", "GP10,A\n", ["1: the first row must be the header 'gpio,names'"]),
    ("other header", "names,gpio\nA,GP10\n", ["1: the first row must be the header 'gpio,names'"]),
    ("byte order mark", "\ufeff" + BOARD, ["1: the first row must be the header 'gpio,names'"]),
    ("empty file", "", ["1: no table in this file; the header 'gpio,names' is missing"]),
    ("comments only", "# nothing\n\n", ["1: no table in this file; the header 'gpio,names' is missing"]),
    ("header only", "gpio,names\n", ["1: the board has no pins"]),
    ("quoted", BOARD + 'GP11,"C"\n', ["4: a quotation mark; cells of this table are never quoted"]),
    (
        "quotation left open",
        BOARD + 'GP11,"C\nGP12,D\n',
        [
            "4: a quotation mark; cells of this table are never quoted",
            "5: unknown pin: GP12 is not in the chip's table",
        ],
    ),
    ("not UTF-8", BOARD.encode() + b"GP11,\xfc\n", ["4: not UTF-8: byte 0xfc at column 6"]),
    ("not UTF-8 in a comment", b"# \xff\n" + BOARD.encode(), ["1: not UTF-8: byte 0xff at column 3"]),
    (
        "UTF-16",
        "gpio,names\n".encode("utf-16-le"),
        ["1: control character 0x00 at column 2", "2: control character 0x00 at column 1"],
    ),
    ("NUL", BOARD + "GP11,C\0\n", ["4: control character 0x00 at column 7"]),
    ("old Mac line ends", BOARD.replace("\n", "\r"), ["1: control character 0x0d at column 11"]),
    (
        "several at once",
        BOARD + "GP11,\nGP40,A\n",
        ["4: column 'names' is empty", "5: 'GP40' is not a GPIO (GP0 to GP31)", "5: 'A' is already in line 2"],
    ),
]

BAD_CHIPS: list[tuple[str, str | bytes, list[str]]] = [
    ("package pin out of range", CHIP + "65,GP3,-\n", ["5: '65' is not a package pin (1 to 64)"]),
    ("package pin no number", CHIP + "x,GP3,-\n", ["5: 'x' is not a package pin (1 to 64)"]),
    ("package pin in other digits", CHIP + "\u0665,GP3,-\n", ["5: '\u0665' is not a package pin (1 to 64)"]),
    ("package pin twice", CHIP + "1,GP3,-\n", ["5: package pin 1 is already in line 2"]),
    ("GPIO twice", CHIP + "3,GP10,-\n", ["5: GP10 is already in line 2"]),
    ("not a GPIO", CHIP + "3,TCK,-\n", ["5: 'TCK' is not a GPIO (GP0 to GP31)"]),
    ("empty cell", CHIP + "3,GP3,\n", ["5: column 'functions' is empty"]),
    ("column too many", CHIP + "3,GP3,1=I2C0_SCL,2=I2C0_SDA\n", ["5: 4 columns, 3 wanted: pin,gpio,functions"]),
    ("AF without index", CHIP + "3,GP3,I2C0_SCL\n", ["5: 'I2C0_SCL' is not of the form MUX=FUNCTION"]),
    (
        "AF index 0",
        CHIP + "3,GP3,0=I2C0_SCL\n",
        ["5: '0=I2C0_SCL': the alternate function's index must be 1 to 15 or 'analog'"],
    ),
    (
        "AF index 16",
        CHIP + "3,GP3,16=I2C0_SCL\n",
        ["5: '16=I2C0_SCL': the alternate function's index must be 1 to 15 or 'analog'"],
    ),
    ("AF index twice", CHIP + "3,GP3,1=I2C0_SCL 1=I2C0_SDA\n", ["5: '1=I2C0_SDA': 1 is already I2C0_SCL"]),
    (
        "unknown peripheral",
        CHIP + "3,GP3,1=CAN0_TX\n",
        ["5: '1=CAN0_TX': unknown alternate function; a peripheral is one of UART, SPI, I2S, I2C, TIM, SD, ADC"],
    ),
    (
        "no function at all",
        CHIP + "3,GP3,1=\n",
        ["5: '1=': unknown alternate function; a peripheral is one of UART, SPI, I2S, I2C, TIM, SD, ADC"],
    ),
    ("unit out of range", CHIP + "3,GP3,1=UART2_TX\n", ["5: '1=UART2_TX': the chip has UART0 to UART1"]),
    ("unknown signal", CHIP + "3,GP3,1=UART1_XX\n", ["5: '1=UART1_XX': a signal of UART is one of TX, RX, RTS, CTS"]),
    (
        "timer without its half",
        CHIP + "3,GP3,1=TIM1_PWM\n",
        ["5: '1=TIM1_PWM': a signal of TIM is one of PWM/A, PWM/B, CC/A, CC/B"],
    ),
    (
        "ADC by index",
        CHIP + "3,GP3,1=ADC0_CH1\n",
        ["5: '1=ADC0_CH1': an ADC channel, and nothing else, is routed as 'analog'"],
    ),
    (
        "analog UART",
        CHIP + "3,GP3,analog=UART1_TX\n",
        ["5: 'analog=UART1_TX': an ADC channel, and nothing else, is routed as 'analog'"],
    ),
    ("not UTF-8", CHIP.encode() + b"3,GP3,\xe9\n", ["5: not UTF-8: byte 0xe9 at column 7"]),
    ("no header", "3,GP3,-\n", ["1: the first row must be the header 'pin,gpio,functions'"]),
    ("empty file", b"", ["1: no table in this file; the header 'pin,gpio,functions' is missing"]),
]


@pytest.mark.req("BLD-2")
@pytest.mark.parametrize(("board", "problems"), [case[1:] for case in BAD_BOARDS], ids=[case[0] for case in BAD_BOARDS])
def test_bad_board_table(tmp_path: Path, board: str | bytes, problems: list[str]) -> None:
    with pytest.raises(pins.PinsError) as caught:
        tables(tmp_path, board=board)
    assert caught.value.problems == [f"{tmp_path / 'pins.csv'}:{problem}" for problem in problems]
    assert str(caught.value) == "\n".join(caught.value.problems)
    assert isinstance(caught.value, UserError)


@pytest.mark.req("BLD-2")
@pytest.mark.parametrize(("chip", "problems"), [case[1:] for case in BAD_CHIPS], ids=[case[0] for case in BAD_CHIPS])
def test_bad_chip_table(tmp_path: Path, chip: str | bytes, problems: list[str]) -> None:
    with pytest.raises(pins.PinsError) as caught:
        tables(tmp_path, chip=chip)
    assert caught.value.problems == [f"{tmp_path / 'af.csv'}:{problem}" for problem in problems]


@pytest.mark.req("BLD-2")
def test_problems_of_both_files_are_told_together(tmp_path: Path) -> None:
    with pytest.raises(pins.PinsError) as caught:
        tables(tmp_path, board=BOARD + "GP11,A\n", chip=CHIP + "1,GP3,-\n")
    assert [problem.split(":")[1] for problem in caught.value.problems] == ["5", "4"]


@pytest.mark.req("BLD-2")
def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(pins.PinsError, match=r"pins\.csv:1: can't be read: No such file or directory"):
        pins.parse(tmp_path / "pins.csv", BOARDS / "cc3200_af.csv")


@pytest.mark.req("BLD-2")
def test_nothing_is_written_when_a_table_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "pins.csv").write_text("gpio,names\nGP99,A\n")
    with pytest.raises(pins.PinsError):
        pins.generate(tmp_path / "pins.csv", BOARDS / "cc3200_af.csv", tmp_path / "genhdr")
    assert not (tmp_path / "genhdr").exists()


@pytest.mark.req("BLD-2")
def test_output_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(pins.PinsError, match="can't be written"):
        pins.generate(BOARDS / "WIPY/pins.csv", BOARDS / "cc3200_af.csv", tmp_path / "file" / "genhdr")


# Bytes that look enough like a table to get past the first checks, so that the later ones see strange input too.
_words = st.sampled_from(
    ["GP1", "GP10", "GP99", "A", "-", "1", "64", "065", "1=UART0_TX", "analog=ADC0_CH0", "=", "3=I2S_", "\x85"]
)
_lines = st.lists(st.one_of(_words, st.text(max_size=6)), max_size=5).map(",".join)
_almost = st.builds(
    lambda header, lines: "\n".join([header, *lines]).encode("utf-8", "replace"),
    st.sampled_from(["gpio,names", "pin,gpio,functions", ""]),
    st.lists(_lines, max_size=8),
)
_content = st.one_of(st.binary(max_size=200), _almost)


@pytest.mark.req("BLD-2")
@settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(board=_content, chip=st.one_of(_content, st.just(CHIP.encode())))
def test_any_bytes_give_tables_or_problems(tmp_path: Path, board: bytes, chip: bytes) -> None:
    try:
        parsed = tables(tmp_path, board, chip)
    except pins.PinsError as error:
        assert error.problems
        for problem in error.problems:
            found = re.fullmatch(re.escape(str(tmp_path)) + r"/(pins|af)\.csv:([0-9]+): .+", problem)
            assert found, problem
            assert 1 <= int(found[2]) <= 1 + (board if found[1] == "pins" else chip).count(b"\n")
    else:
        assert parsed.pins
        assert {name.pin for name in parsed.names} <= set(range(len(parsed.pins)))


@pytest.mark.req("BLD-2")
@pytest.mark.parametrize("board", ["WIPY", "LAUNCHXL"])
def test_a_function_has_one_place_on_a_pin_and_input_pins_are_as_the_data_sheet_says(board: str) -> None:
    parsed = pins.parse(BOARDS / board / "pins.csv", BOARDS / "cc3200_af.csv")
    channels = {function.signal: pin.name for pin in parsed.pins for function in pin.functions if function.mux == 0}
    assert channels == {"CH0": "GP2", "CH1": "GP3", "CH2": "GP4", "CH3": "GP5"}
    for pin in parsed.pins:
        names = [(function.peripheral, function.unit, function.signal) for function in pin.functions]
        assert len(names) == len(set(names)), pin.name


@pytest.mark.req("BLD-2")
def test_the_wipy_has_its_25_pins() -> None:
    parsed = pins.parse(BOARDS / "WIPY/pins.csv", BOARDS / "cc3200_af.csv")
    assert [pin.gpio for pin in parsed.pins] == [*range(18), 22, 23, 24, 25, 28, 30, 31]
    assert {name.name: parsed.pins[name.pin].name for name in parsed.names}["HBL"] == "GP25"


@pytest.mark.req("BLD-2")
def test_the_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    outputs = []
    for where in ("a", "b"):
        written = pins.generate(BOARDS / "WIPY/pins.csv", BOARDS / "cc3200_af.csv", tmp_path / where)
        outputs.append([path.read_bytes() for path in written])
    assert outputs[0] == outputs[1]
    assert b"#define PIN_COUNT (25)" in outputs[0][1]
    assert str(tmp_path).encode() not in b"".join(outputs[0])
