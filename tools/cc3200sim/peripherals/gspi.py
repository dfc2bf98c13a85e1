"""GSPI: the general SPI controller, an OMAP McSPI (CC3200 TRM SWRU367 chapter 8, hw_mcspi.h), clocked at 40 MHz.

Whole words are exchanged with the bus whose wires the pads select; the clock's and data's bits are not drawn on the
pins, the chip select is. A wire from MOSI to MISO loops words back. The FIFO is taken as 64 bytes a direction. Target
mode, receive-only mode, start bit, crossed data lines, word counts and DMA are not modelled.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from cc3200sim.alarm import Alarm
from cc3200sim.clock import Clock
from cc3200sim.peripheral import IrqLine, Unmodelled
from cc3200sim.peripherals.registers import RegisterBlock
from cc3200sim.peripherals.signals import Input, Output
from cc3200sim.world.pins import Pin
from cc3200sim.world.spi import SpiBus

SYSCONFIG, SYSSTATUS, IRQSTATUS, IRQENABLE = 0x110, 0x114, 0x118, 0x11C
MODULCTRL, CH0CONF, CH0STAT, CH0CTRL, TX0, RX0, XFERLEVEL = 0x128, 0x12C, 0x130, 0x134, 0x138, 0x13C, 0x17C
SOFTRESET = 0x2
SINGLE, TARGET = 0x1, 0x4
EPOL, POL, FORCE, START_BIT, FIFO_TX, FIFO_RX, GRANULARITY = (
    0x40, 0x2, 0x10_0000, 0x80_0000, 0x800_0000, 0x1000_0000, 0x2000_0000)  # fmt: skip
LINES, LINES_USUAL = 0x7_0000, 0x1_0000  # IS, DPE1, DPE0: in on data line 0, out on data line 1
DMA, MODE, TRANSMIT_RECEIVE, TRANSMIT = 0xC000, 0x3000, 0x0000, 0x2000
RXS, TXS, EOT, TXFFE, TXFFF, RXFFE, RXFFF = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40
INT_TX_EMPTY, INT_RX_FULL = 0x1, 0x4
INT_MASK = 0x3_000F
FIFO_BYTES = 64
CYCLES_OF_CLOCK = 2  # of the 80 MHz core in one of 40 MHz


class Gspi(RegisterBlock):
    """The controller. `lines` tells which pins CLK, MOSI and MISO are on; `buses` are those the world has put there."""

    STORED = {
        SYSCONFIG: (0, 0x31D),
        SYSSTATUS: (1, 0),
        IRQENABLE: (0, INT_MASK),
        MODULCTRL: (TARGET, 0x1FF),
        CH0CONF: (0x6_0000, 0x3FFF_FFFF),
        CH0CTRL: (0, 0xFF01),
        XFERLEVEL: (0, 0xFFFF),
    }
    STATE = ("regs", "raw", "_to_send", "_received", "_shifting")
    ALARMS = ("_done",)

    def __init__(self, clock: Clock, irq: IrqLine, lines: Callable[[], tuple[list[Pin], list[Pin], list[Pin]]]) -> None:
        self._irq = irq
        self._lines = lines
        self.buses: list[SpiBus] = []
        self.clk = Output(level=0, enabled=True)
        self.mosi = Output(level=0, enabled=True)
        self.cs = Output(level=0, enabled=True)
        self.miso = Input(lambda level: None)
        self._done = Alarm(clock, self._shifted)
        self.readers = {
            CH0STAT: self._read_status,
            RX0: self._read_data,
            IRQSTATUS: lambda: self.raw,
        }
        self.writers = {
            SYSCONFIG: self._write_sysconfig,
            IRQSTATUS: self._write_clear,
            IRQENABLE: self._write_mask,
            CH0CONF: self._write_configuration,
            CH0CTRL: self._write_control,
            TX0: self._write_data,
            XFERLEVEL: self._write_levels,
        }
        super().__init__(clock)

    @property
    def working(self) -> bool:
        return self._shifting is not None

    def reset(self) -> None:
        super().reset()
        self.raw = 0
        self._to_send: deque[int] = deque()
        self._received: deque[int] = deque()
        self._shifting: int | None = None
        self._irq.set(False)
        self._drive()

    @property
    def bits(self) -> int:
        """Bits of a word, 4 to 32."""
        return (self.regs[CH0CONF] >> 7 & 0x1F) + 1

    @property
    def bit_cycles(self) -> int:
        """Core cycles of one bit."""
        divider = self.regs[CH0CONF] >> 2 & 0xF
        if self.regs[CH0CONF] & GRANULARITY:
            divider = (self.regs[CH0CTRL] >> 4 & 0xFF0 | divider) + 1
        else:
            divider = 1 << divider
        return CYCLES_OF_CLOCK * divider

    def _depth(self, fifo: int) -> int:
        if not self.regs[CH0CONF] & fifo:
            return 1
        width = 1 if self.bits <= 8 else 2 if self.bits <= 16 else 4
        return FIFO_BYTES // width

    # Registers

    def _write_sysconfig(self, value: int) -> None:
        if value & SOFTRESET:
            self.reset()
        else:
            self.regs[SYSCONFIG] = value & 0x31D

    def _write_configuration(self, value: int) -> None:
        if value & (DMA | START_BIT):
            raise Unmodelled
        self.regs[CH0CONF] = value & 0x3FFF_FFFF
        self._drive()

    def _write_control(self, value: int) -> None:
        before = self.regs[CH0CTRL]
        if value & ~before & 1:
            configuration = self.regs[CH0CONF]
            if (
                self.regs[MODULCTRL] & TARGET
                or configuration & MODE not in (TRANSMIT_RECEIVE, TRANSMIT)
                or configuration & LINES != LINES_USUAL
            ):
                raise Unmodelled
            self.raw |= INT_TX_EMPTY
        elif before & ~value & 1:
            self._to_send.clear()
            self._received.clear()
        self.regs[CH0CTRL] = value & 0xFF01
        self._update_irq()

    def _write_levels(self, value: int) -> None:
        if value >> 16:
            raise Unmodelled
        self.regs[XFERLEVEL] = value

    def _read_status(self) -> int:
        status = 0
        waiting, received = len(self._to_send), len(self._received)
        if received:
            status |= RXS
        else:
            status |= RXFFE
        if received >= self._depth(FIFO_RX):
            status |= RXFFF
        if waiting < self._depth(FIFO_TX):
            status |= TXS
        else:
            status |= TXFFF
        if not waiting:
            status |= TXFFE
            if self._shifting is None:
                status |= EOT
        return status

    def _write_data(self, value: int) -> None:
        if not self.regs[CH0CTRL] & 1 or len(self._to_send) >= self._depth(FIFO_TX):
            return
        self._to_send.append(value & (1 << self.bits) - 1)
        self._start()

    def _read_data(self) -> int:
        if not self._received:
            return 0
        word = self._received.popleft()
        self._start()
        return word

    # Words

    def _start(self) -> None:
        receiving = self.regs[CH0CONF] & MODE == TRANSMIT_RECEIVE
        # Without turbo a word is held back until the one received before it has been read.
        room = len(self._received) < self._depth(FIFO_RX)
        if self._shifting is not None or not self._to_send or (receiving and not room):
            return
        self._shifting = self._to_send.popleft()
        self._drive()
        self._done.after(self.bits * self.bit_cycles)
        if not self._to_send:
            self.raw |= INT_TX_EMPTY
            self._update_irq()

    def _shifted(self) -> None:
        word = self._shifting
        assert word is not None
        answer = self._exchange(word)
        self._shifting = None
        if self.regs[CH0CONF] & MODE == TRANSMIT_RECEIVE:
            self._received.append(answer)
            if len(self._received) > (self.regs[XFERLEVEL] >> 8 & 0xFF if self.regs[CH0CONF] & FIFO_RX else 0):
                self.raw |= INT_RX_FULL
        self._drive()
        self._update_irq()
        self._start()

    def _exchange(self, word: int) -> int:
        clk, mosi, miso = self._lines()
        for bus in self.buses:
            if bus.joins(clk, mosi) and bus.miso in miso:
                answer = bus.exchange(word, self.bits)
                if answer is not None:
                    return answer & (1 << self.bits) - 1
        if any(pin.wired_to(other) for pin in mosi for other in miso):
            return word
        return (1 << self.bits) - 1 if self.miso.level else 0

    def _drive(self) -> None:
        """The chip select by FORCE, or for each word alone; the clock's idle level."""
        configuration = self.regs[CH0CONF]
        if self.regs[MODULCTRL] & SINGLE:
            active = bool(configuration & FORCE)
        else:
            active = self._shifting is not None
        self.cs.set(int(active ^ bool(configuration & EPOL)))
        self.clk.set(1 if configuration & POL else 0)

    # Interrupts

    def _write_clear(self, value: int) -> None:
        self.raw &= ~value
        self._update_irq()

    def _write_mask(self, value: int) -> None:
        self.regs[IRQENABLE] = value & INT_MASK
        self._update_irq()

    def _update_irq(self) -> None:
        self._irq.set(bool(self.raw & self.regs[IRQENABLE]))

    def save(self) -> dict[str, Any]:
        return super().save() | {"buses": [(bus, bus.save()) for bus in self.buses]}

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        self.buses = [bus for bus, _ in state["buses"]]
        for bus, bus_state in state["buses"]:
            bus.restore(bus_state)
