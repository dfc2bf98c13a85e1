"""ADC: four external channels, 12 bits (CC3200 TRM SWRU367 chapter 13, hw_adc.h).

The converter goes round its eight channels (every other one is internal) in 16 us: 62.5 thousand samples a second each.
A channel's FIFO holds four; once full, new samples are lost. A FIFO word: sample in bits 13:2, time stamp in 30:14, of
a 17-bit timer at 40 MHz. Full scale is taken as 1.4 V, as TI's SDK example "adc" does (CC3200 SDK 1.5.0). DMA and
gain are not modelled.
"""

from __future__ import annotations

from cc3200sim.alarm import Alarm
from cc3200sim.clock import Clock
from cc3200sim.peripheral import IrqLine
from cc3200sim.peripherals.registers import RegisterBlock, reads, reads_each, writes, writes_each
from cc3200sim.register_table import Register, Table
from cc3200sim.world.pins import Pin

_CHANNELS = range(0, 8, 2)

REGISTERS = Table("hw_adc.h", "ADC_O_")
CTRL = REGISTERS.stored(
    0x000,
    "ADC_CTRL",
    "adc_en:0 adc_soft_reset:1~ adc_core_en:2~ adc_buf_en:3~ adc_buf_bypass:4~ adc_cap_scale:5~",
)
# Of each four, external channels alone: 0, 2, 4 and 6 of the converter.
IRQ_EN = tuple(
    REGISTERS.stored(0x024 + 4 * channel, f"adc_ch{channel}_irq_en", f"adc_channel{channel}_irq_en:3-0")
    for channel in _CHANNELS
)
IRQ_STATUS = tuple(
    REGISTERS.live(0x044 + 4 * channel, f"adc_ch{channel}_irq_status", f"adc_channel{channel}_irq_status:3-0")
    for channel in _CHANNELS
)
REGISTERS.stored(0x064, "adc_dma_mode_en", "DMA_MODEenable:7-0!")
TIMER_CONFIGURATION = REGISTERS.stored(
    0x068,
    "adc_timer_configuration",
    "timercount:23-0 timerreset:24 timeren:25",
    reset=0x111111,
    writable=0x2FF_FFFF,
)
TIMER_CURRENT_COUNT = REGISTERS.live(0x070, "adc_timer_current_count", "timercurrentcount:16-0")
FIFO_DATA = tuple(
    REGISTERS.live(0x074 + 4 * channel, f"channel{channel}FIFODATA", "FIFO_RD_DATA:31-0") for channel in _CHANNELS
)
FIFO_LEVEL = tuple(
    REGISTERS.live(0x094 + 4 * channel, f"adc_ch{channel}_fifo_lvl", f"adc_channel{channel}_fifo_lvl:2-0")
    for channel in _CHANNELS
)
CH_ENABLE = REGISTERS.stored(0x0B8, "ADC_CH_ENABLE", "channels:4-1", source="adc.h")
REGISTERS.unmodelled(
    "gain",
    "adc_ch0_gain:0x004 adc_ch1_gain:0x008 adc_ch2_gain:0x00C adc_ch3_gain:0x010 adc_ch4_gain:0x014 "
    "adc_ch5_gain:0x018 adc_ch6_gain:0x01C adc_ch7_gain:0x020",
)
REGISTERS.unmodelled(
    "internal channels",
    "adc_ch1_irq_en:0x028 adc_ch3_irq_en:0x030 adc_ch5_irq_en:0x038 adc_ch7_irq_en:0x040 adc_ch1_irq_status:0x048 "
    "adc_ch3_irq_status:0x050 adc_ch5_irq_status:0x058 adc_ch7_irq_status:0x060 channel1FIFODATA:0x078 "
    "channel3FIFODATA:0x080 channel5FIFODATA:0x088 channel7FIFODATA:0x090 adc_ch1_fifo_lvl:0x098 "
    "adc_ch3_fifo_lvl:0x0A0 adc_ch5_fifo_lvl:0x0A8 adc_ch7_fifo_lvl:0x0B0",
)

TIMER_RESET, TIMER_ENABLE = TIMER_CONFIGURATION.masks("timerreset timeren")
TIMER_COUNT = 0x1_FFFF
FULL, EMPTY, UNDERFLOW, OVERFLOW = 1, 2, 4, 8

PINS = ("GP2", "GP3", "GP4", "GP5")
FULL_SCALE_VOLTS = 1.4
SUPPLY_VOLTS = 3.3
ROUND = 1280  # cycles in 16 us
SLOT = 320  # external channels 0, 2, 4, 6 of the eight, 2 us each
DEPTH = 4


class Adc(RegisterBlock):
    """The converter. Its samples are worked out when somebody looks, from the voltage that was on the pin meanwhile."""

    TABLE = REGISTERS
    STATE = ("regs", "_status", "_fifos", "_sampled", "_timer_start")
    ALARMS = ("_next",)

    def __init__(self, clock: Clock, irqs: list[IrqLine], pins: list[Pin]) -> None:
        self._irqs = irqs
        self._pins = pins
        self._next = Alarm(clock, self._sample_due)
        for pin in pins:
            pin.on_volts = self._catch_up
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
            enabled = self.regs[IRQ_EN[channel]]
            irq.set(bool(self._status[channel] & enabled))
            if enabled and self._on(channel):
                waiting.append(self._slot_at_or_after(channel, self.clock.now) + 1)
        if waiting:
            self._next.at(min(waiting))
        else:
            self._next.cancel()

    # Registers

    @writes(CTRL)
    def _write_control(self, value: int) -> None:
        self._catch_up()
        self.regs[CTRL] = value & CTRL.writable
        self._update()

    @writes(CH_ENABLE)
    def _write_enable(self, value: int) -> None:
        self._catch_up()
        self.regs[CH_ENABLE] = value & CH_ENABLE.writable
        self._update()

    @writes_each(*IRQ_EN)
    def _write_irq_enable(self, register: Register, value: int) -> None:
        self._catch_up()
        self.regs[register] = value & register.writable
        self._update()

    @reads_each(*FIFO_DATA)
    def _read_data(self, register: Register) -> int:
        channel = FIFO_DATA.index(register)
        self._catch_up()
        fifo, status = self._fifos[channel], self._status[channel]
        if not fifo:
            self._keep(channel, fifo, status | UNDERFLOW)
            self._update()
            return 0
        self._keep(channel, fifo[1:], status | (EMPTY if len(fifo) == 1 else 0))
        self._update()
        return fifo[0]

    @reads_each(*FIFO_LEVEL)
    def _read_level(self, register: Register) -> int:
        self._catch_up()
        return len(self._fifos[FIFO_LEVEL.index(register)])

    @reads_each(*IRQ_STATUS)
    def _read_status(self, register: Register) -> int:
        self._catch_up()
        return self._status[IRQ_STATUS.index(register)]

    @writes_each(*IRQ_STATUS)
    def _write_status(self, register: Register, value: int) -> None:
        channel = IRQ_STATUS.index(register)
        self._catch_up()
        self._keep(channel, self._fifos[channel], self._status[channel] & ~value)
        self._update()

    # Time stamps

    @writes(TIMER_CONFIGURATION)
    def _write_timer(self, value: int) -> None:
        before = self.regs[TIMER_CONFIGURATION]
        self.regs[TIMER_CONFIGURATION] = value & TIMER_CONFIGURATION.writable
        if value & TIMER_RESET or (value & TIMER_ENABLE and not before & TIMER_ENABLE):
            self._timer_start = self.clock.now

    def _timer_at(self, cycle: int) -> int:
        configuration = self.regs[TIMER_CONFIGURATION]
        if not configuration & TIMER_ENABLE:
            return 0
        return (cycle - self._timer_start) // 2 % ((configuration & TIMER_COUNT) + 1)

    @reads(TIMER_CURRENT_COUNT)
    def _timer(self) -> int:
        return self._timer_at(self.clock.now)
