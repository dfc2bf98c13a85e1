"""GSPI: the general SPI controller, an OMAP McSPI (CC3200 TRM SWRU367 chapter 8, hw_mcspi.h), clocked at 40 MHz.

Whole words are exchanged with the bus whose wires the pads select; the clock's and data's bits are not drawn on the
pins, the chip select is. A wire from MOSI to MISO loops words back. The FIFO is taken as 64 bytes a direction. Target
mode, receive-only mode, start bit, crossed data lines, word counts and DMA are not modelled.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from cc3200sim.alarm import Alarm
from cc3200sim.clock import Clock
from cc3200sim.mcspi import complete
from cc3200sim.peripheral import IrqLine, Unmodelled
from cc3200sim.peripherals.bus_controller import BusController
from cc3200sim.peripherals.registers import reads, writes
from cc3200sim.peripherals.signals import Input, Output
from cc3200sim.register_table import Table
from cc3200sim.world.pins import Pin
from cc3200sim.world.spi import SpiBus

REGISTERS = Table("hw_mcspi.h", "MCSPI_O_")
SYSCONFIG = REGISTERS.stored(
    0x110, "SYSCONFIG", "AUTOIDLE:0~ SOFTRESET:1 ENAWAKEUP:2~ SIDLEMODE:4-3~ CLOCKACTIVITY:9-8~", writable=0x31D
)
SYSSTATUS = REGISTERS.constant(0x114, "SYSSTATUS", "RESETDONE:0", reset=1)
IRQSTATUS = REGISTERS.live(0x118, "IRQSTATUS", "TX0_EMPTY:0 RX0_FULL:2")
IRQENABLE = REGISTERS.stored(
    0x11C,
    "IRQENABLE",
    "TX0_EMPTY_ENABLE:0 TX0_UNDERFLOW_ENABLE:1~ RX0_FULL_ENABLE:2 RX0_OVERFLOW_ENABLE:3~ WKE:16~ EOW_ENABLE:17~",
)
MODULCTRL = REGISTERS.stored(
    0x128, "MODULCTRL", "SINGLE:0 PIN34:1~ MS:2 SYSTEM_TEST:3~ INITDLY:6-4~ MOA:7~ FDAA:8~", reset=0x4
)
CH0CONF = REGISTERS.stored(
    0x12C,
    "CH0CONF",
    "PHA:0~ POL:1 CLKD:5-2 EPOL:6 WL:11-7 TRM:13-12 DMAW:14! DMAR:15! DPE0:16 DPE1:17 IS:18 TURBO:19~ FORCE:20 "
    "SPIENSLV:22-21~ SBE:23! SBPOL:24~ TCS0:26-25~ FFEW:27 FFER:28 CLKG:29",
    reset=0x6_0000,
)
CH0STAT = REGISTERS.live(0x130, "CH0STAT", "", reads="RXS:0 TXS:1 EOT:2 TXFFE:3 TXFFF:4 RXFFE:5 RXFFF:6")
CH0CTRL = REGISTERS.stored(0x134, "CH0CTRL", "EN:0 EXTCLK:15-8")
TX0 = REGISTERS.live(0x138, "TX0", "TDATA:31-0")
RX0 = REGISTERS.live(0x13C, "RX0", "RDATA:31-0")
XFERLEVEL = REGISTERS.stored(0x17C, "XFERLEVEL", "AEL:7-0 AFL:15-8 WCNT:31-16!")
complete(REGISTERS)

(SOFTRESET,) = SYSCONFIG.masks("SOFTRESET")
SINGLE, TARGET = MODULCTRL.masks("SINGLE MS")
EPOL, POL, FORCE, FIFO_TX, FIFO_RX, GRANULARITY = CH0CONF.masks("EPOL POL FORCE FFEW FFER CLKG")
LINES, LINES_USUAL = 0x7_0000, 0x1_0000  # IS, DPE1, DPE0: in on data line 0, out on data line 1
MODE, TRANSMIT_RECEIVE, TRANSMIT = 0x3000, 0x0000, 0x2000  # TRM
RXS, TXS, EOT, TXFFE, TXFFF, RXFFE, RXFFF = CH0STAT.masks("RXS TXS EOT TXFFE TXFFF RXFFE RXFFF")
INT_TX_EMPTY, INT_RX_FULL = IRQSTATUS.masks("TX0_EMPTY RX0_FULL")
FIFO_BYTES = 64
CYCLES_OF_CLOCK = 2  # of the 80 MHz core in one of 40 MHz


class Gspi(BusController[SpiBus]):
    """The controller. `lines` tells which pins CLK, MOSI and MISO are on; `buses` are those the world has put there."""

    TABLE = REGISTERS
    STEADY = frozenset((CH0STAT, IRQSTATUS))
    MASK = IRQENABLE
    STATE = ("regs", "raw", "_to_send", "_received", "_shifting")
    ALARMS = ("_done",)

    def __init__(self, clock: Clock, irq: IrqLine, lines: Callable[[], tuple[list[Pin], list[Pin], list[Pin]]]) -> None:
        self._lines = lines
        self.clk = Output(level=0, enabled=True)
        self.mosi = Output(level=0, enabled=True)
        self.cs = Output(level=0, enabled=True)
        self.miso = Input(lambda level: None)
        self._done = Alarm(clock, self._shifted)
        super().__init__(clock, irq)

    @property
    def working(self) -> bool:
        return self._shifting is not None

    def reset(self) -> None:
        super().reset()
        self._to_send: deque[int] = deque()
        self._received: deque[int] = deque()
        self._shifting: int | None = None
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

    @writes(SYSCONFIG)
    def _write_sysconfig(self, value: int) -> None:
        if value & SOFTRESET:
            self.reset()
        else:
            self.regs[SYSCONFIG] = value & SYSCONFIG.writable

    @writes(CH0CONF)
    def _write_configuration(self, value: int) -> None:
        self.regs[CH0CONF] = value & CH0CONF.writable
        self._drive()

    @writes(CH0CTRL)
    def _write_control(self, value: int) -> None:
        before = self.regs[CH0CTRL]
        if value & ~before & 1:
            configuration = self.regs[CH0CONF]
            if (
                self.regs[MODULCTRL] & TARGET
                or configuration & MODE not in (TRANSMIT_RECEIVE, TRANSMIT)
                or configuration & LINES != LINES_USUAL
            ):
                raise Unmodelled("CH0CTRL.EN with target, receive-only or crossed lines")
            self.raw |= INT_TX_EMPTY
        elif before & ~value & 1:
            self._to_send.clear()
            self._received.clear()
        self.regs[CH0CTRL] = value & CH0CTRL.writable
        self._update_irq()

    @reads(CH0STAT)
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

    @writes(TX0)
    def _write_data(self, value: int) -> None:
        if not self.regs[CH0CTRL] & 1 or len(self._to_send) >= self._depth(FIFO_TX):
            return
        self._to_send.append(value & (1 << self.bits) - 1)
        self._start()

    @reads(RX0)
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
            self._raise(INT_TX_EMPTY)

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

    @reads(IRQSTATUS)
    def _read_raw(self) -> int:
        return self.raw

    @writes(IRQSTATUS)
    def _write_clear(self, value: int) -> None:
        self._drop(value)

    @writes(IRQENABLE)
    def _write_mask(self, value: int) -> None:
        self._let_out(value)
