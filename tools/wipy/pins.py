"""Pin tables: a board's and the chip's CSV in, `pins.c` and `pins.h` out.

Two tables describe the pins. The chip's (boards/cc3200_af.csv) says which package pin carries which GPIO and what else
it can be routed to; the board's (boards/<BOARD>/pins.csv) which of them the board brings out and what it calls them.
Parsing yields a `PinTables`, Jinja2 turns that into C. Everything wrong in either file is reported at once, each
problem as `file:line: message`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jinja2

from wipy.errors import UserError

AF_HEADER = ("pin", "gpio", "functions")
BOARD_HEADER = ("gpio", "names")
NOTHING = "-"  # stands where a cell has nothing to say; an empty cell is an error

PACKAGE_PINS = range(1, 65)  # QFN-64, TI data sheet SWAS032
GPIOS = range(32)  # GPIOA0 to GPIOA3, eight bits each; GPIOA4 has no interrupt
MUXES = range(1, 16)  # the pad register's MODE field; 0 selects GPIO
MAX_NAME = 15  # letters of a board name; the firmware's look-up is a linear search over short names

# What a function may be called: peripheral -> (how many units it has, its signals).
PERIPHERALS: dict[str, tuple[int, tuple[str, ...]]] = {
    "UART": (2, ("TX", "RX", "RTS", "CTS")),
    "SPI": (1, ("CLK", "MOSI", "MISO", "CS0")),
    "I2S": (1, ("CLK", "FS", "DAT0", "DAT1")),
    "I2C": (1, ("SDA", "SCL")),
    "TIM": (4, ("PWM/A", "PWM/B", "CC/A", "CC/B")),
    "SD": (1, ("CLK", "CMD", "DAT0", "IRQ")),
    "ADC": (1, ("CH0", "CH1", "CH2", "CH3")),
}

_ANALOG = "analog"
_GPIO_NAME = re.compile(r"GP(0|[1-9][0-9]?)")
_BOARD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_FUNCTION = re.compile(r"([0-9A-Z]*?[A-Z])([0-9]+)_([0-9A-Z/]+)")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class PinsError(UserError):
    """The pin tables can't be used. `problems` holds a `file:line: message` each; str() is all of them, a line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Function:
    """One thing a pad can be routed to. `mux` is 1 to 15, or 0 for the pad's analog input."""

    mux: int
    peripheral: str
    unit: int
    signal: str

    @property
    def name(self) -> str:
        """As Python shows it: UART1_TX, TIM3_PWM."""
        return f"{self.peripheral}{self.unit}_{self.signal.split('/')[0]}"

    @property
    def signal_constant(self) -> str:
        """The C enumerator's last part: TX, PWM_A."""
        return self.signal.replace("/", "_")


@dataclass(frozen=True)
class Pin:
    """One package pin that carries a GPIO. `line` is where the chip's table says so."""

    package_pin: int
    gpio: int
    functions: tuple[Function, ...]
    line: int

    @property
    def name(self) -> str:
        """The chip's name of the pin, GP0 to GP31."""
        return f"GP{self.gpio}"


@dataclass(frozen=True)
class BoardName:
    """A board's name for one of its pins; `pin` is the index into `PinTables.pins`."""

    name: str
    pin: int


@dataclass(frozen=True)
class PinTables:
    """What the C tables are made from: the board's pins in GPIO order and the board's names in the file's order."""

    pins: tuple[Pin, ...]
    names: tuple[BoardName, ...]


@dataclass(frozen=True)
class _Row:
    line: int
    cells: tuple[str, ...]


class _Reader:
    """Reads one CSV and collects what is wrong with it. Comments (#) and blank lines are skipped."""

    def __init__(self, path: Path, header: tuple[str, ...]) -> None:
        self.path = path
        self.header = header
        self.problems: list[str] = []

    def complain(self, line: int, message: str) -> None:
        self.problems.append(f"{self.path}:{line}: {message}")

    def rows(self) -> Iterator[_Row]:
        """The well-formed rows under the header; the others are complained about and left out."""
        seen_header = False
        for line, text in self._lines():
            cells = tuple(cell.strip() for cell in text.split(","))
            if not seen_header:
                seen_header = True
                if cells != self.header:
                    self.complain(line, f"the first row must be the header {','.join(self.header)!r}")
                    return
            elif len(cells) != len(self.header):
                self.complain(line, f"{len(cells)} columns, {len(self.header)} wanted: {','.join(self.header)}")
            elif "" in cells:
                self.complain(line, f"column {self.header[cells.index('')]!r} is empty")
            else:
                yield _Row(line, cells)
        if not seen_header and not self.problems:
            self.complain(1, f"no table in this file; the header {','.join(self.header)!r} is missing")

    def _lines(self) -> Iterator[tuple[int, str]]:
        try:
            data = self.path.read_bytes()
        except OSError as error:
            self.complain(1, f"can't be read: {error.strerror or error}")
            return
        for line, raw in enumerate(data.split(b"\n"), 1):
            try:
                text = raw.removesuffix(b"\r").decode("utf-8")
            except UnicodeDecodeError as error:
                self.complain(line, f"not UTF-8: byte 0x{raw[error.start]:02x} at column {error.start + 1}")
                continue
            control = _CONTROL.search(text)
            if control is not None:
                self.complain(line, f"control character 0x{ord(control[0]):02x} at column {control.start() + 1}")
            elif text.strip() and not text.lstrip().startswith("#"):
                if '"' in text:
                    self.complain(line, "a quotation mark; cells of this table are never quoted")
                else:
                    yield line, text


def parse(board_csv: Path, af_csv: Path) -> PinTables:
    """Read both tables.

    Raises:
        PinsError: anything at all is wrong with either file.
    """
    chip_reader = _Reader(af_csv, AF_HEADER)
    chip = _parse_chip(chip_reader)
    board_reader = _Reader(board_csv, BOARD_HEADER)
    tables = _parse_board(board_reader, chip, chip_is_whole=not chip_reader.problems)
    problems = chip_reader.problems + board_reader.problems
    if problems:
        raise PinsError(problems)
    return tables


def generate(board_csv: Path, af_csv: Path, output_dir: Path) -> list[Path]:
    """Write `pins.c` and `pins.h` for a board into `output_dir` (made if absent) and return their paths.

    Raises:
        PinsError: a table is wrong, or the output can't be written. Nothing is written unless both tables are right.
    """
    tables = parse(board_csv, af_csv)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    written = []
    try:
        output_dir.mkdir(parents=True, exist_ok=True)
        for name in ("pins.c", "pins.h"):
            output = output_dir / name
            template = environment.get_template(f"{name}.j2")
            text = template.render(tables=tables, board_csv=board_csv.name, af_csv=af_csv.name)
            output.write_text(text, encoding="utf-8", newline="\n")
            written.append(output)
    except OSError as error:
        raise PinsError([f"{output_dir}: can't be written: {error.strerror or error}"]) from error
    return written


def _parse_chip(reader: _Reader) -> dict[int, Pin]:
    """The chip's table as GPIO number -> pin."""
    by_gpio: dict[int, Pin] = {}
    line_of_package_pin: dict[int, int] = {}
    for row in reader.rows():
        number, gpio_name, words = row.cells
        package_pin = _number(number, PACKAGE_PINS)
        gpio = _gpio(gpio_name)
        if package_pin is None:
            reader.complain(row.line, f"{number!r} is not a package pin (1 to 64)")
        elif package_pin in line_of_package_pin:
            reader.complain(row.line, f"package pin {number} is already in line {line_of_package_pin[package_pin]}")
        else:
            line_of_package_pin[package_pin] = row.line
        if gpio is None:
            reader.complain(row.line, f"{gpio_name!r} is not a GPIO (GP0 to GP31)")
        elif gpio in by_gpio:
            reader.complain(row.line, f"{gpio_name} is already in line {by_gpio[gpio].line}")
        functions = _functions(reader, row.line, words)
        if package_pin is not None and gpio is not None and gpio not in by_gpio:
            by_gpio[gpio] = Pin(package_pin, gpio, functions, row.line)
    return by_gpio


def _functions(reader: _Reader, line: int, words: str) -> tuple[Function, ...]:
    if words == NOTHING:
        return ()
    functions: dict[int, Function] = {}
    for word in words.split():
        where, equals, name = word.partition("=")
        mux = 0 if where == _ANALOG else _number(where, MUXES)
        found = _FUNCTION.fullmatch(name)
        units, signals = PERIPHERALS.get(found[1], (0, ())) if found else (0, ())
        if not equals:
            reader.complain(line, f"{word!r} is not of the form MUX=FUNCTION")
        elif mux is None:
            reader.complain(line, f"{word!r}: the alternate function's index must be 1 to 15 or {_ANALOG!r}")
        elif found is None or not signals:
            known = ", ".join(PERIPHERALS)
            reader.complain(line, f"{word!r}: unknown alternate function; a peripheral is one of {known}")
        elif _number(found[2], range(units)) is None:
            reader.complain(line, f"{word!r}: the chip has {found[1]}0 to {found[1]}{units - 1}")
        elif found[3] not in signals:
            reader.complain(line, f"{word!r}: a signal of {found[1]} is one of {', '.join(signals)}")
        elif (mux == 0) != (found[1] == "ADC"):
            reader.complain(line, f"{word!r}: an ADC channel, and nothing else, is routed as {_ANALOG!r}")
        elif mux in functions:
            reader.complain(line, f"{word!r}: {where} is already {functions[mux].name}")
        else:
            functions[mux] = Function(mux, found[1], int(found[2]), found[3])
    return tuple(functions[mux] for mux in sorted(functions))


def _parse_board(reader: _Reader, chip: dict[int, Pin], *, chip_is_whole: bool) -> PinTables:
    line_of_gpio: dict[int, int] = {}
    line_of_name: dict[str, int] = {}
    names: list[tuple[str, int]] = []
    for row in reader.rows():
        gpio_name, words = row.cells
        gpio = _gpio(gpio_name)
        if gpio is None:
            reader.complain(row.line, f"{gpio_name!r} is not a GPIO (GP0 to GP31)")
        elif gpio in line_of_gpio:
            reader.complain(row.line, f"{gpio_name} is already in line {line_of_gpio[gpio]}")
        elif gpio in chip:
            line_of_gpio[gpio] = row.line
        elif chip_is_whole:
            reader.complain(row.line, f"unknown pin: {gpio_name} is not in the chip's table")
        for name in words.split() if words != NOTHING else ():
            problem = _name_problem(name, line_of_name)
            if problem:
                reader.complain(row.line, problem)
            elif gpio is not None:
                names.append((name, gpio))
            line_of_name.setdefault(name, row.line)
    if not line_of_gpio and chip_is_whole and not reader.problems:
        reader.complain(1, "the board has no pins")
    pins = tuple(chip[gpio] for gpio in sorted(line_of_gpio))
    index = {pin.gpio: at for at, pin in enumerate(pins)}
    return PinTables(pins, tuple(BoardName(name, index[gpio]) for name, gpio in names if gpio in index))


def _name_problem(name: str, line_of_name: dict[str, int]) -> str | None:
    if not _BOARD_NAME.fullmatch(name):
        return f"{name!r} can't be a pin's name: a letter, then letters, digits and underscores"
    if len(name) > MAX_NAME:
        return f"{name!r} is longer than {MAX_NAME} letters"
    if name in line_of_name:
        return f"{name!r} is already in line {line_of_name[name]}"
    if _GPIO_NAME.fullmatch(name):
        return f"{name!r} is the chip's own name of a pin; a board can't give it away"
    return None


def _number(text: str, allowed: range) -> int | None:
    """A plain decimal number without leading zeros that is in `allowed`, else None."""
    if re.fullmatch(r"0|[1-9][0-9]{0,3}", text) and int(text) in allowed:
        return int(text)
    return None


def _gpio(name: str) -> int | None:
    found = _GPIO_NAME.fullmatch(name)
    return _number(found[1], GPIOS) if found else None
