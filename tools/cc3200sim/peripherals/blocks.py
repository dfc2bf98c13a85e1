"""All blocks of the application processor's side, put together: addresses, interrupt numbers, signals, resets.

Addresses are those of hw_memmap.h, interrupt numbers those of hw_ints.h (vector numbers, 16 + IRQ).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from cc3200sim.clock import Clock
from cc3200sim.peripheral import IrqLine, Peripheral
from cc3200sim.peripherals.adc import PINS as ADC_PINS
from cc3200sim.peripherals.adc import Adc
from cc3200sim.peripherals.apps_config import AppsConfig
from cc3200sim.peripherals.gpio import Gpio
from cc3200sim.peripherals.gspi import Gspi
from cc3200sim.peripherals.hib import WAKE_PINS, Hib1p2, Hib3p3
from cc3200sim.peripherals.i2c import I2c
from cc3200sim.peripherals.ocp_shared import OcpShared
from cc3200sim.peripherals.prcm import AppsRcm, Gprcm
from cc3200sim.peripherals.reset import ResetKind
from cc3200sim.peripherals.shamd5 import Dthe, ShaMd5
from cc3200sim.peripherals.timer import Timer
from cc3200sim.peripherals.uart import Uart
from cc3200sim.peripherals.wdt import Wdt
from cc3200sim.world.i2c import I2cBus
from cc3200sim.world.pins import Pins
from cc3200sim.world.spi import SpiBus

# The pins of the hibernate wake bits: GPIO26 is the antenna select pin.
_WAKE_PIN_NAMES = {name: "ANTSEL1" if name == "GP26" else name for name in WAKE_PINS}


class Blocks:
    """The blocks by name, and `mapping`: base address to block, for the bus.

    `irq` makes the line of an interrupt number; `request_reset` tells the machine of a reset that a block asks for. The
    machine calls `reset` when it carries one out.
    """

    def __init__(self, clock: Clock, irq: Callable[[int], IrqLine], request_reset: Callable[[ResetKind], None]) -> None:
        self.pins = Pins()
        self.ocp_shared = OcpShared(clock, self.pins)
        self.arcm = AppsRcm(clock, irq(188))
        self.gprcm = Gprcm(clock, request_reset)
        wake_pins = {name: self.pins[pin] for name, pin in _WAKE_PIN_NAMES.items()}
        self.hib3p3 = Hib3p3(clock, self.arcm.slow_clock_match, request_reset, wake_pins)
        self.hib1p2 = Hib1p2(clock, lambda: self.hib3p3.counter)
        self.apps_config = AppsConfig(clock)
        self.wdt = Wdt(clock, irq(34), lambda: request_reset(ResetKind.WDT))
        self.gpio = [Gpio(clock, irq(16 + port) if port < 4 else None) for port in range(5)]
        self.uart0 = Uart(clock, irq(21))
        self.uart1 = Uart(clock, irq(22))
        # Interrupts of halves A and B are neighbours; timer 3's are apart from the others'.
        self.timers = [Timer(clock, irq(number), irq(number + 1)) for number in (35, 37, 39, 51)]
        self.shamd5 = ShaMd5(clock, irq(164))
        self.dthe = Dthe(clock)
        self.i2c = I2c(clock, irq(24), lambda: (self.ocp_shared.pins_of("I2C_SCL"), self.ocp_shared.pins_of("I2C_SDA")))
        self.gspi = Gspi(
            clock,
            irq(192),
            lambda: (
                self.ocp_shared.pins_of("GSPI_CLK"),
                self.ocp_shared.pins_of("GSPI_MOSI"),
                self.ocp_shared.pins_of("GSPI_MISO"),
            ),
        )
        self.adc = Adc(clock, [irq(30 + channel) for channel in range(4)], [self.pins[name] for name in ADC_PINS])
        self.mapping: dict[int, Peripheral] = {
            0x4000_0000: self.wdt,
            0x4000_4000: self.gpio[0],
            0x4000_5000: self.gpio[1],
            0x4000_6000: self.gpio[2],
            0x4000_7000: self.gpio[3],
            0x4002_0000: self.i2c,
            0x4002_4000: self.gpio[4],
            0x4000_C000: self.uart0,
            0x4000_D000: self.uart1,
            0x4003_0000: self.timers[0],
            0x4003_1000: self.timers[1],
            0x4003_2000: self.timers[2],
            0x4003_3000: self.timers[3],
            0x4402_1000: self.gspi,
            0x4402_5000: self.arcm,
            0x4402_6000: self.apps_config,
            0x4402_D000: self.gprcm,
            0x4402_E000: self.ocp_shared,
            0x4402_E800: self.adc,
            0x4402_F000: self.hib1p2,
            0x4402_F800: self.hib3p3,
            0x4403_0000: self.dthe,
            0x4403_5000: self.shamd5,
        }
        by_gate: dict[str, Peripheral] = {
            "WDT": self.wdt,
            "UARTA0": self.uart0,
            "UARTA1": self.uart1,
            **{f"GPIOA{port}": gpio for port, gpio in enumerate(self.gpio)},
            **{f"TIMERA{index}": timer for index, timer in enumerate(self.timers)},
            "DTHE": self.shamd5,
            "I2CA0": self.i2c,
            "GSPI": self.gspi,
        }
        for name, block in by_gate.items():
            self.arcm.attach(name, block)
        self.arcm.attach("DTHE", self.dthe)
        self._with_processor = (*by_gate.values(), self.dthe, self.adc, self.apps_config, self.arcm)
        self._connect_signals()

    def _connect_signals(self) -> None:
        connect = self.ocp_shared.connect
        for port, gpio in enumerate(self.gpio):
            for bit in range(8):
                connect(f"GPIO{8 * port + bit}", gpio.outputs[bit], gpio.inputs[bit])
        for name, uart in (("UART0", self.uart0), ("UART1", self.uart1)):
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
        """Carry out a reset of this side of the chip; the processor and the network processor are the machine's.

        The hibernate domain loses its state with all power only; shared blocks (the pads) with the chip's main supply
        (hw_gprcm.h, MCU_GLOBAL_SOFT_RESET: "shared peripherals are not affected").
        """
        if kind is not ResetKind.CORE:
            for block in self._with_processor:
                block.reset()
        if kind in (ResetKind.POWER_ON, ResetKind.HIBERNATE, ResetKind.HIBERNATE_EXIT):
            self.ocp_shared.reset()
            self.gprcm.reset()
        if kind is ResetKind.POWER_ON:
            self.hib3p3.reset()
            self.hib1p2.reset()
        if kind is not ResetKind.HIBERNATE:
            self.gprcm.restarted(kind)

    def save(self) -> dict[str, Any]:
        """The state of every block and pin for a snapshot."""
        return {
            "blocks": {base: block.save() for base, block in self.mapping.items()},
            "pins": self.pins.save(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a saved state."""
        for base, block_state in state["blocks"].items():
            self.mapping[base].restore(block_state)
        self.pins.restore(state["pins"])
