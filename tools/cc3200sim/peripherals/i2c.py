"""I2CA0: the I2C controller (CC3200 TRM SWRU367 chapter 7, hw_i2c.h; the block of MSP432E4 too, SLAU723A chapter 19).

Bytes and acknowledges are exchanged with the devices of the bus whose wires the pads select; the lines' bits are not
drawn on the pins. Not in the documents, and taken as drivers rely on it: a stop after an error ends without the
interrupt, and a command given during a stop waits for its end. Target mode, high speed, bursts through the FIFO and
quick commands are not modelled.
"""

from __future__ import annotations

from collections.abc import Callable

from cc3200sim.alarm import Alarm
from cc3200sim.clock import Clock
from cc3200sim.peripheral import IrqLine
from cc3200sim.peripherals.bus_controller import BusController
from cc3200sim.peripherals.registers import reads, writes
from cc3200sim.peripherals.signals import Input, Output
from cc3200sim.register_table import Table
from cc3200sim.world.i2c import I2cBus, I2cDevice
from cc3200sim.world.pins import Pin

REGISTERS = Table("hw_i2c.h", "I2C_O_")
MSA = REGISTERS.stored(0x000, "MSA", "RS:0 SA:7-1")
MCS = REGISTERS.live(
    0x004,
    "MCS",
    "RUN:0 START:1 STOP:2 ACK:3 HS:4! QCMD:5! BURST:6!",
    reads="BUSY:0 ERROR:1 ADRACK:2 DATACK:3 ARBLST:4 IDLE:5 BUSBSY:6 CLKTO:7",
    source="SLAU723A 19",
)
MDR = REGISTERS.stored(0x008, "MDR", "DATA:7-0")
MTPR = REGISTERS.stored(0x00C, "MTPR", "TPR:6-0 HS:7!", reset=1)
MIMR = REGISTERS.stored(0x010, "MIMR", "IM:0 CLKIM:1 NACKIM:4 STARTIM:5 STOPIM:6 ARBLOSTIM:7")
MRIS = REGISTERS.live(0x014, "MRIS", "RIS:0 CLKRIS:1 NACKRIS:4 STARTRIS:5 STOPRIS:6 ARBLOSTRIS:7")
MMIS = REGISTERS.live(0x018, "MMIS", "MIS:0 CLKMIS:1 NACKMIS:4 STARTMIS:5 STOPMIS:6 ARBLOSTMIS:7")
MICR = REGISTERS.live(0x01C, "MICR", "IC:0 CLKIC:1 NACKIC:4 STARTIC:5 STOPIC:6 ARBLOSTIC:7")
MCR = REGISTERS.stored(0x020, "MCR", "LPBK:0! MFE:4 SFE:5! MMD:6!")
MCLKOCNT = REGISTERS.stored(0x024, "MCLKOCNT", "CNTL:7-0")
MBMON = REGISTERS.live(0x02C, "MBMON", "SCL:0 SDA:1")
REGISTERS.constant(0xFC0, "PP", "HS:0", note="no high-speed mode")
REGISTERS.unmodelled("bursts through the FIFO", "MBLEN:0x030 MBCNT:0x034 FIFODATA:0xF00 FIFOCTL:0xF04 FIFOSTATUS:0xF08")
REGISTERS.unmodelled(
    "target mode",
    "SOAR:0x800 SCSR:0x804 SDR:0x808 SIMR:0x80C SRIS:0x810 SMIS:0x814 SICR:0x818 SOAR2:0x81C SACKCTL:0x820",
)
REGISTERS.unmodelled("test", "OBSMUXSEL0:0xF80 OBSMUXSEL1:0xF84 MUXROUTE:0xF88")
REGISTERS.unmodelled("version and properties", "PV:0xFB0 PC:0xFC4 CC:0xFC8")

RUN, START, STOP = MCS.masks("RUN START STOP")
BUSY, ERROR, ADDRESS_NACK, DATA_NACK, LOST, IDLE, BUS_BUSY, CLOCK_TIMEOUT = MCS.masks(
    "BUSY ERROR ADRACK DATACK ARBLST IDLE BUSBSY CLKTO"
)
INT_DONE, INT_CLOCK, INT_NACK, INT_START, INT_STOP, INT_LOST = MIMR.masks("IM CLKIM NACKIM STARTIM STOPIM ARBLOSTIM")
(MCR_MFE,) = MCR.masks("MFE")


class I2c(BusController[I2cBus]):
    """The controller. `lines` tells which pins SCL and SDA are on; `buses` are the ones the world has put there."""

    TABLE = REGISTERS
    STEADY = frozenset((MCS, MRIS, MMIS, MBMON))
    MASK = MIMR
    STATE = ("regs", "raw", "_status", "_command", "_selected", "_receiving", "_owned", "_outcome", "_queued")
    ALARMS = ("_done",)

    def __init__(self, clock: Clock, irq: IrqLine, lines: Callable[[], tuple[list[Pin], list[Pin]]]) -> None:
        self._lines = lines
        self.scl = Output(level=1, enabled=True)
        self.sda = Output(level=1, enabled=True)
        self.scl_in = Input(lambda level: None, idle=1)
        self.sda_in = Input(lambda level: None, idle=1)
        self._done = Alarm(clock, self._finished)
        super().__init__(clock, irq)

    @property
    def working(self) -> bool:
        return self._command is not None

    def reset(self) -> None:
        super().reset()
        self._status = IDLE
        self._command: int | None = None
        self._selected: int | None = None  # the address of the device that takes part
        self._receiving = False
        self._owned = False  # between a start and its stop
        self._outcome: tuple[int, int] = (0, 0)
        self._queued: int | None = None  # a command that waits for the stop under way

    @property
    def bit_cycles(self) -> int:
        """Cycles of one bit on the bus: SCL is low for six and high for four counts of the prescaler, twice."""
        return 2 * (1 + (self.regs[MTPR] & 0x7F)) * (6 + 4)

    def _device(self) -> I2cDevice | None:
        scl, sda = self._lines()
        for bus in self.buses:
            if self._selected is not None and bus.joins(scl, sda):
                return bus.devices.get(self._selected)
        return None

    @reads(MCS)
    def _read_status(self) -> int:
        if self._command is not None:
            return BUSY | (BUS_BUSY if self._owned else 0)
        return self._status

    @writes(MCS)
    def _write_command(self, command: int) -> None:
        if not self.regs[MCR] & MCR_MFE or not command & (RUN | STOP):
            return
        if self._command is not None:
            if not self._command & RUN:
                self._queued = command
            return
        stop_alone = not command & RUN
        if stop_alone and not self._owned:
            return  # nothing to stop
        quiet = stop_alone and bool(self._status & ERROR)
        self._command = command
        bits = 0
        status = raised = 0
        if not self.sda_in.level or not self.scl_in.level:
            if not self.scl_in.level:
                if not self.regs[MCLKOCNT]:
                    return  # the clock is held low and nothing ends the wait
                bits, status, raised = self.regs[MCLKOCNT] << 4, ERROR | CLOCK_TIMEOUT, INT_CLOCK
            else:
                bits, status, raised = 1, ERROR | LOST, INT_LOST
            self._owned = False
            self._selected = None
        else:
            bits, status, raised = self._exchange(command)
        self._outcome = (status, raised | (0 if quiet else INT_DONE))
        self._done.after(max(1, bits) * self.bit_cycles)

    def _exchange(self, command: int) -> tuple[int, int, int]:
        """What the command does on the bus: its bits, the error flags and the interrupts it ends with."""
        bits = status = raised = 0
        if command & START and command & RUN:
            self._owned = True
            self._receiving = bool(self.regs[MSA] & 1)
            self._selected = self.regs[MSA] >> 1
            bits += 10
            raised |= INT_START
            device = self._device()
            if device is None or not device.start(self._receiving):
                status |= ERROR | ADDRESS_NACK
                raised |= INT_NACK
                self._selected = None
        if command & RUN and not status:
            bits += 9
            device = self._device()
            if self._receiving:
                self.regs[MDR] = device.read() & 0xFF if device is not None else 0xFF
            elif device is None or not device.write(self.regs[MDR]):
                status |= ERROR | DATA_NACK
                raised |= INT_NACK
        if command & STOP:
            bits += 1
            if self._owned:
                raised |= INT_STOP
            device = self._device()
            if device is not None:
                device.stop()
            self._owned = False
            self._selected = None
        return bits, status, raised

    def _finished(self) -> None:
        status, raised = self._outcome
        self._command = None
        self._status = status | (BUS_BUSY if self._owned else IDLE)
        self._raise(raised)
        queued, self._queued = self._queued, None
        if queued is not None:
            self._write_command(queued)

    @reads(MRIS)
    def _raw(self) -> int:
        return self.raw

    @reads(MMIS)
    def _masked(self) -> int:
        return self.raw & self.regs[MIMR]

    @writes(MIMR)
    def _write_mask(self, value: int) -> None:
        self._let_out(value)

    @writes(MICR)
    def _write_clear(self, value: int) -> None:
        self._drop(value)

    @reads(MBMON)
    def _monitor(self) -> int:
        return self.sda_in.level << 1 | self.scl_in.level
