"""I2CA0: the I2C controller (CC3200 TRM SWRU367 chapter 7, hw_i2c.h; the block of MSP432E4 too, SLAU723A chapter 19).

Bytes and acknowledges are exchanged with the devices of the bus whose wires the pads select; the lines' bits are not
drawn on the pins. Not in the documents, and taken as drivers rely on it: a stop after an error ends without the
interrupt, and a command given during a stop waits for its end. Target mode, high speed, bursts through the FIFO and
quick commands are not modelled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cc3200sim.alarm import Alarm
from cc3200sim.clock import Clock
from cc3200sim.peripheral import IrqLine, Unmodelled
from cc3200sim.peripherals.registers import RegisterBlock
from cc3200sim.peripherals.signals import Input, Output
from cc3200sim.world.i2c import I2cBus, I2cDevice
from cc3200sim.world.pins import Pin

MSA, MCS, MDR, MTPR, MIMR, MRIS, MMIS, MICR, MCR, MCLKOCNT, MBMON, PP = (
    0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18, 0x1C, 0x20, 0x24, 0x2C, 0xFC0)  # fmt: skip
RUN, START, STOP, ACK, HIGH_SPEED, QUICK, BURST = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40
BUSY, ERROR, ADDRESS_NACK, DATA_NACK, LOST, IDLE, BUS_BUSY, CLOCK_TIMEOUT = (
    0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80)  # fmt: skip
INT_DONE, INT_CLOCK, INT_NACK, INT_START, INT_STOP, INT_LOST = 0x01, 0x02, 0x10, 0x20, 0x40, 0x80
INT_ALL = INT_DONE | INT_CLOCK | INT_NACK | INT_START | INT_STOP | INT_LOST
MCR_MFE = 0x10


class I2c(RegisterBlock):
    """The controller. `lines` tells which pins SCL and SDA are on; `buses` are the ones the world has put there."""

    STORED = {
        MSA: (0, 0xFF),
        MDR: (0, 0xFF),
        MTPR: (1, 0x7F),
        MIMR: (0, INT_ALL),
        MCR: (0, MCR_MFE),
        MCLKOCNT: (0, 0xFF),
        PP: (0, 0),  # no high-speed mode
    }
    STATE = ("regs", "raw", "_status", "_command", "_selected", "_receiving", "_owned", "_outcome", "_queued")
    ALARMS = ("_done",)

    def __init__(self, clock: Clock, irq: IrqLine, lines: Callable[[], tuple[list[Pin], list[Pin]]]) -> None:
        self._irq = irq
        self._lines = lines
        self.buses: list[I2cBus] = []
        self.scl = Output(level=1, enabled=True)
        self.sda = Output(level=1, enabled=True)
        self.scl_in = Input(lambda level: None, idle=1)
        self.sda_in = Input(lambda level: None, idle=1)
        self._done = Alarm(clock, self._finished)
        self.readers = {
            MCS: self._read_status,
            MRIS: lambda: self.raw,
            MMIS: lambda: self.raw & self.regs[MIMR],
            MBMON: lambda: self.sda_in.level << 1 | self.scl_in.level,
        }
        self.writers = {
            MCS: self._write_command,
            MIMR: self._write_mask,
            MICR: self._write_clear,
            MCR: self._write_configuration,
            MTPR: self._write_period,
        }
        super().__init__(clock)

    @property
    def working(self) -> bool:
        return self._command is not None

    def reset(self) -> None:
        super().reset()
        self.raw = 0
        self._status = IDLE
        self._command: int | None = None
        self._selected: int | None = None  # the address of the device that takes part
        self._receiving = False
        self._owned = False  # between a start and its stop
        self._outcome: tuple[int, int] = (0, 0)
        self._queued: int | None = None  # a command that waits for the stop under way
        self._irq.set(False)

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

    def _write_period(self, value: int) -> None:
        if value & 0x80:
            raise Unmodelled
        self.regs[MTPR] = value & 0x7F

    def _write_configuration(self, value: int) -> None:
        if value & ~MCR_MFE:
            raise Unmodelled
        self.regs[MCR] = value

    def _read_status(self) -> int:
        if self._command is not None:
            return BUSY | (BUS_BUSY if self._owned else 0)
        return self._status

    def _write_command(self, command: int) -> None:
        if command & (HIGH_SPEED | QUICK | BURST):
            raise Unmodelled
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
        self.raw |= raised
        self._update_irq()
        queued, self._queued = self._queued, None
        if queued is not None:
            self._write_command(queued)

    def _write_mask(self, value: int) -> None:
        self.regs[MIMR] = value & INT_ALL
        self._update_irq()

    def _write_clear(self, value: int) -> None:
        self.raw &= ~value
        self._update_irq()

    def _update_irq(self) -> None:
        self._irq.set(bool(self.raw & self.regs[MIMR]))

    def save(self) -> dict[str, Any]:
        return super().save() | {"buses": [(bus, bus.save()) for bus in self.buses]}

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        self.buses = [bus for bus, _ in state["buses"]]
        for bus, bus_state in state["buses"]:
            bus.restore(bus_state)
