"""All blocks of the application processor's side, made as the chip table has them, and the signals between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from cc3200sim.chip import BY_NAME, Irq
from cc3200sim.clock import Clock
from cc3200sim.gated_clock import GatedClock
from cc3200sim.peripheral import IrqLine, Peripheral
from cc3200sim.peripherals.adc import PINS as ADC_PINS
from cc3200sim.peripherals.adc import Adc
from cc3200sim.peripherals.apps_config import AppsConfig
from cc3200sim.peripherals.dthe import Dthe
from cc3200sim.peripherals.gpio import Gpio
from cc3200sim.peripherals.gspi import Gspi
from cc3200sim.peripherals.hib import WAKE_PINS, Hib1p2, Hib3p3
from cc3200sim.peripherals.i2c import I2c
from cc3200sim.peripherals.ocp_shared import OcpShared
from cc3200sim.peripherals.prcm import AppsRcm, Gprcm
from cc3200sim.peripherals.reset import ResetKind
from cc3200sim.peripherals.shamd5 import ShaMd5
from cc3200sim.peripherals.timer import Timer
from cc3200sim.peripherals.uart import Uart
from cc3200sim.peripherals.wdt import Wdt
from cc3200sim.world.i2c import I2cBus
from cc3200sim.world.pins import Pins
from cc3200sim.world.spi import SpiBus

# The pins of the hibernate wake bits: GPIO26 is the antenna select pin.
_WAKE_PIN_NAMES = {name: "ANTSEL1" if name == "GP26" else name for name in WAKE_PINS}


class Blocks:
    """The blocks, and `placed`: each by its name in the chip table.

    `line` makes the line of an interrupt; `request_reset` tells the machine of a reset that a block asks for. The
    machine calls `reset` when it carries one out.
    """

    def __init__(
        self, clock: Clock, line: Callable[[Irq], IrqLine], request_reset: Callable[[ResetKind], None]
    ) -> None:
        def lines(name: str) -> list[IrqLine]:
            return [line(irq) for irq in BY_NAME[name].irqs]

        def only_line(name: str) -> IrqLine:
            return line(*BY_NAME[name].irqs)

        def gated() -> GatedClock:
            return GatedClock(clock)

        self.placed: dict[str, Peripheral] = {}
        self.pins = Pins()
        self.ocp_shared = shared = OcpShared(clock, self.pins)
        self.arcm = AppsRcm(clock, only_line("ARCM"))
        self.gprcm = Gprcm(clock, request_reset)
        wake_pins = {name: self.pins[pin] for name, pin in _WAKE_PIN_NAMES.items()}
        self.hib3p3 = Hib3p3(clock, self.arcm.slow_clock_match, request_reset, wake_pins)
        self.apps_config = AppsConfig(clock)
        self.gpio = [Gpio(gated(), *lines(f"GPIOA{port}")) for port in range(5)]
        self.uarts = [Uart(gated(), only_line(f"UARTA{unit}")) for unit in range(2)]
        self.timers = [Timer(gated(), *lines(f"TIMERA{index}")) for index in range(4)]
        self.shamd5 = ShaMd5(gated(), only_line("SHAMD5"))
        self.i2c = I2c(gated(), only_line("I2CA0"), lambda: (shared.pins_of("I2C_SCL"), shared.pins_of("I2C_SDA")))
        self.gspi = Gspi(
            gated(),
            only_line("GSPI"),
            lambda: (shared.pins_of("GSPI_CLK"), shared.pins_of("GSPI_MOSI"), shared.pins_of("GSPI_MISO")),
        )
        for name, block in {
            "WDT": Wdt(gated(), only_line("WDT"), lambda: request_reset(ResetKind.WDT)),
            **{f"GPIOA{port}": gpio for port, gpio in enumerate(self.gpio)},
            **{f"UARTA{unit}": uart for unit, uart in enumerate(self.uarts)},
            "I2CA0": self.i2c,
            **{f"TIMERA{index}": timer for index, timer in enumerate(self.timers)},
            "GSPI": self.gspi,
            "ARCM": self.arcm,
            "APPS_CONFIG": self.apps_config,
            "GPRCM": self.gprcm,
            "OCP_SHARED": self.ocp_shared,
            "ADC": Adc(clock, lines("ADC"), [self.pins[name] for name in ADC_PINS]),
            "HIB1P2": Hib1p2(clock, lambda: self.hib3p3.counter),
            "HIB3P3": self.hib3p3,
            "DTHE": Dthe(gated()),
            "SHAMD5": self.shamd5,
        }.items():
            self.place(name, block)
        self._connect_signals()

    def place(self, name: str, block: Peripheral) -> None:
        """Make a block that of a row of the chip table: its clock gate, its resets, its part of a snapshot."""
        row = BY_NAME[name]
        if type(block) is not row.model:
            raise TypeError(f"{name} is a {row.model}, not {block!r}")
        self.placed[name] = block
        if row.gate is not None:
            self.arcm.attach(row.gate, block)

    def _connect_signals(self) -> None:
        connect = self.ocp_shared.connect
        for port, gpio in enumerate(self.gpio):
            for bit in range(8):
                connect(f"GPIO{8 * port + bit}", gpio.outputs[bit], gpio.inputs[bit])
        for unit, uart in enumerate(self.uarts):
            name = f"UART{unit}"
            connect(f"{name}_TX", uart.tx)
            connect(f"{name}_RTS", uart.rts)
            connect(f"{name}_RX", input_=uart.rx)
            connect(f"{name}_CTS", input_=uart.cts)
            uart.send_frame_on_pads = self.ocp_shared.frame_sender(f"{name}_TX")
            self.ocp_shared.frame_receivers[f"{name}_RX"] = uart.rx_frame
        connect("I2C_SCL", self.i2c.scl, self.i2c.scl_in)
        connect("I2C_SDA", self.i2c.sda, self.i2c.sda_in)
        connect("GSPI_CLK", self.gspi.clk)
        connect("GSPI_MOSI", self.gspi.mosi)
        connect("GSPI_CS", self.gspi.cs)
        connect("GSPI_MISO", input_=self.gspi.miso)
        halves = [half for timer in self.timers for half in timer.halves]
        for index, half in enumerate(halves):
            connect(f"GT_PWM{index:02}", half.output)
            connect(f"GT_CCP{index:02}", input_=half.input)
            half.triggered = partial(self.apps_config.triggered, index)

    def i2c_bus(self, scl: str, sda: str) -> I2cBus:
        """Put an I2C bus with its pull-ups on two pins; devices are attached to it."""
        bus = I2cBus(self.pins, scl, sda)
        self.i2c.buses.append(bus)
        return bus

    def spi_bus(self, clk: str, mosi: str, miso: str) -> SpiBus:
        """Put an SPI bus on three pins; devices are attached to it."""
        bus = SpiBus(self.pins, clk, mosi, miso)
        self.gspi.buses.append(bus)
        return bus

    def reset(self, kind: ResetKind) -> None:
        """Carry out a reset of the blocks placed here; the processor and the network processor are the machine's."""
        for name, block in self.placed.items():
            if kind in BY_NAME[name].domain.value:
                block.reset()
        if kind is not ResetKind.HIBERNATE:
            self.gprcm.restarted(kind)

    def _gated(self) -> Iterator[tuple[str, GatedClock]]:
        for name, block in self.placed.items():
            if isinstance(block.clock, GatedClock):
                yield name, block.clock

    def save(self) -> dict[str, Any]:
        """The state of every block and pin for a snapshot."""
        return {
            "blocks": {name: block.save() for name, block in self.placed.items()},
            "clocks": {name: gate.save_gate() for name, gate in self._gated()},
            "pins": self.pins.save(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a saved state."""
        for name, gate in self._gated():
            gate.restore_gate(state["clocks"][name])
        for name, block_state in state["blocks"].items():
            self.placed[name].restore(block_state)
        self.pins.restore(state["pins"])
