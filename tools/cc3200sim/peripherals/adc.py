"""ADC: four external channels, 12 bits (CC3200 TRM SWRU367 chapter 13, hw_adc.h).

The converter goes round its eight channels (every other one is internal) in 16 us: 62.5 thousand samples a second each.
A channel's FIFO holds four; once full, new samples are lost. A FIFO word: sample in bits 13:2, time stamp in 30:14, of
a 17-bit timer at 40 MHz. Full scale is taken as 1.4 V, as TI's SDK example "adc" does (CC3200 SDK 1.5.0). DMA and
gain are not modelled.
"""

from __future__ import annotations

from cc3200sim.alarm import Alarm
from cc3200sim.clock import Clock
from cc3200sim.peripheral import IrqLine, Unmodelled
from cc3200sim.peripherals.registers import Reader, RegisterBlock, Writer
from cc3200sim.world.pins import Pin

CTRL, IRQ_EN, IRQ_STATUS, DMA_MODE_EN = 0x00, 0x24, 0x44, 0x64
TIMER_CONFIGURATION, TIMER_CURRENT_COUNT, FIFO_DATA, FIFO_LEVEL, CH_ENABLE = 0x68, 0x6C, 0x74, 0x94, 0xB8
TIMER_RESET, TIMER_ENABLE, TIMER_COUNT = 0x0100_0000, 0x0200_0000, 0x1_FFFF
FULL, EMPTY, UNDERFLOW, OVERFLOW = 1, 2, 4, 8

PINS = ("GP2", "GP3", "GP4", "GP5")
FULL_SCALE_VOLTS = 1.4
SUPPLY_VOLTS = 3.3
ROUND = 1280  # cycles in 16 us
SLOT = 320  # external channels 0, 2, 4, 6 of the eight, 2 us each
DEPTH = 4


class Adc(RegisterBlock):
    """The converter. Its samples are worked out when somebody looks, from the voltage that was on the pin meanwhile."""

    STORED = {
        CTRL: (0, 0x3F),
        **dict.fromkeys(range(IRQ_EN, IRQ_EN + 32, 8), (0, 0xF)),
        DMA_MODE_EN: (0, 0),
        TIMER_CONFIGURATION: (0x111111, TIMER_ENABLE | 0xFF_FFFF),
        CH_ENABLE: (0, 0x1E),
    }
    STATE = ("regs", "_status", "_fifos", "_sampled", "_timer_start")
    ALARMS = ("_next",)

    def __init__(self, clock: Clock, irqs: list[IrqLine], pins: list[Pin]) -> None:
        self._irqs = irqs
        self._pins = pins
        self._next = Alarm(clock, self._sample_due)
        for pin in pins:
            pin.on_volts = self._catch_up
        self.readers = {TIMER_CURRENT_COUNT: self._timer}
        self.writers = {
            CTRL: self._write_control,
            CH_ENABLE: self._write_enable,
            TIMER_CONFIGURATION: self._write_timer,
            DMA_MODE_EN: self._write_dma,
        }
        for channel in range(4):
            self.readers[FIFO_DATA + 8 * channel] = self._data_reader(channel)
            self.readers[FIFO_LEVEL + 8 * channel] = self._level_reader(channel)
            self.readers[IRQ_STATUS + 8 * channel] = self._status_reader(channel)
            self.writers[IRQ_STATUS + 8 * channel] = self._status_writer(channel)
            self.writers[IRQ_EN + 8 * channel] = self._irq_enable_writer(channel)
        super().__init__(clock)

    @property
    def working(self) -> bool:
        return False  # it has no sleep-mode gate

    def reset(self) -> None:
        super().reset()
        self._status: tuple[int, ...] = (0, 0, 0, 0)
        self._fifos: tuple[tuple[int, ...], ...] = ((), (), (), ())
        self._sampled = self.clock.now
        self._timer_start = self.clock.now
        for irq in self._irqs:
            irq.set(False)

    # Sampling

    def _on(self, channel: int) -> bool:
        return bool(self.regs[CTRL] & 1 and self.regs[CH_ENABLE] & 2 << channel)

    def _slot_at_or_after(self, channel: int, cycle: int) -> int:
        first = channel * SLOT
        return cycle + (first - cycle) % ROUND

    def _catch_up(self) -> None:
        """Take the samples that were due since the last look."""
        now = self.clock.now
        for channel in range(4):
            if not self._on(channel):
                continue
            due = self._slot_at_or_after(channel, self._sampled)
            fifo = list(self._fifos[channel])
            status = self._status[channel]
            while due < now and len(fifo) < DEPTH:
                fifo.append(self._code(channel) << 2 | (self._timer_at(due) & TIMER_COUNT) << 14)
                due += ROUND
            if due < now:
                status |= OVERFLOW
            if len(fifo) == DEPTH:
                status |= FULL
            self._keep(channel, tuple(fifo), status)
        self._sampled = now
        self._update()

    def _keep(self, channel: int, fifo: tuple[int, ...], status: int) -> None:
        self._fifos = (*self._fifos[:channel], fifo, *self._fifos[channel + 1 :])
        self._status = (*self._status[:channel], status, *self._status[channel + 1 :])

    def _code(self, channel: int) -> int:
        pin = self._pins[channel]
        volts = pin.volts if pin.pad_drive is None else pin.pad_drive * SUPPLY_VOLTS
        return max(0, min(0xFFF, int(volts / FULL_SCALE_VOLTS * 4096)))

    def _sample_due(self) -> None:
        self._catch_up()

    def _update(self) -> None:
        waiting = []
        for channel, irq in enumerate(self._irqs):
            enabled = self.regs[IRQ_EN + 8 * channel]
            irq.set(bool(self._status[channel] & enabled))
            if enabled and self._on(channel):
                waiting.append(self._slot_at_or_after(channel, self.clock.now) + 1)
        if waiting:
            self._next.at(min(waiting))
        else:
            self._next.cancel()

    # Registers

    def _write_control(self, value: int) -> None:
        self._catch_up()
        self.regs[CTRL] = value & 0x3F
        self._update()

    def _write_enable(self, value: int) -> None:
        self._catch_up()
        self.regs[CH_ENABLE] = value & 0x1E
        self._update()

    def _irq_enable_writer(self, channel: int) -> Writer:
        def write(value: int) -> None:
            self._catch_up()
            self.regs[IRQ_EN + 8 * channel] = value & 0xF
            self._update()

        return write

    def _data_reader(self, channel: int) -> Reader:
        def read() -> int:
            self._catch_up()
            fifo, status = self._fifos[channel], self._status[channel]
            if not fifo:
                self._keep(channel, fifo, status | UNDERFLOW)
                self._update()
                return 0
            self._keep(channel, fifo[1:], status | (EMPTY if len(fifo) == 1 else 0))
            self._update()
            return fifo[0]

        return read

    def _level_reader(self, channel: int) -> Reader:
        def read() -> int:
            self._catch_up()
            return len(self._fifos[channel])

        return read

    def _status_reader(self, channel: int) -> Reader:
        def read() -> int:
            self._catch_up()
            return self._status[channel]

        return read

    def _status_writer(self, channel: int) -> Writer:
        def write(value: int) -> None:
            self._catch_up()
            self._keep(channel, self._fifos[channel], self._status[channel] & ~value)
            self._update()

        return write

    def _write_dma(self, value: int) -> None:
        if value:
            raise Unmodelled

    # Time stamps

    def _write_timer(self, value: int) -> None:
        before = self.regs[TIMER_CONFIGURATION]
        self.regs[TIMER_CONFIGURATION] = value & (TIMER_ENABLE | 0xFF_FFFF)
        if value & TIMER_RESET or (value & TIMER_ENABLE and not before & TIMER_ENABLE):
            self._timer_start = self.clock.now

    def _timer_at(self, cycle: int) -> int:
        configuration = self.regs[TIMER_CONFIGURATION]
        if not configuration & TIMER_ENABLE:
            return 0
        return (cycle - self._timer_start) // 2 % ((configuration & TIMER_COUNT) + 1)

    def _timer(self) -> int:
        return self._timer_at(self.clock.now)
