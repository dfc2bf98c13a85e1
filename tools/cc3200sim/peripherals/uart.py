"""UARTA0 and UARTA1: TI's version of Arm's PL011 (CC3200 TRM SWRU367 chapter 6, hw_uart.h, Arm DDI 0183).

Frames take their time on the line: a byte written at cycle t with an idle transmitter leaves at t + frame time, and so
do received ones. The registers of DMA, LIN, IrDA, smart card and 9-bit modes are not modelled.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from cc3200sim.alarm import Alarm
from cc3200sim.clock import Clock
from cc3200sim.peripheral import IrqLine, Unmodelled
from cc3200sim.peripherals.registers import RegisterBlock
from cc3200sim.peripherals.signals import Input, Output
from cc3200sim.world.serial import BREAK, SerialPort

DR, RSR, FR, IBRD, FBRD, LCRH, CTL, IFLS = 0x00, 0x04, 0x18, 0x24, 0x28, 0x2C, 0x30, 0x34
IM, RIS, MIS, ICR, DMACTL = 0x38, 0x3C, 0x40, 0x44, 0x48

FR_CTS, FR_BUSY, FR_RXFE, FR_TXFF, FR_RXFF, FR_TXFE = 0x01, 0x08, 0x10, 0x20, 0x40, 0x80
LCRH_BRK, LCRH_PEN, LCRH_STP2, LCRH_FEN = 0x01, 0x02, 0x08, 0x10
CTL_UARTEN, CTL_EOT, CTL_HSE, CTL_LBE, CTL_TXE, CTL_RXE = 0x0001, 0x0010, 0x0020, 0x0080, 0x0100, 0x0200
CTL_RTS, CTL_RTSEN, CTL_CTSEN = 0x0800, 0x4000, 0x8000
INT_CTS, INT_RX, INT_TX, INT_RT, INT_FE, INT_PE, INT_BE, INT_OE, INT_EOT = (
    0x002, 0x010, 0x020, 0x040, 0x080, 0x100, 0x200, 0x400, 0x800)  # fmt: skip
INT_ALL = INT_CTS | INT_RX | INT_TX | INT_RT | INT_FE | INT_PE | INT_BE | INT_OE | INT_EOT
DR_BE, DR_OE = 0x400, 0x800

FIFO_DEPTH = 16
RX_LEVELS = (2, 4, 8, 12, 14, 14, 14, 14)
TX_LEVELS = (2, 4, 8, 12, 14, 14, 14, 14)
RECEIVE_TIMEOUT_BITS = 32


class Uart(RegisterBlock):
    """A UART with its host-side terminal in `port`. `rx_frame` takes frames that come over a wire between pins."""

    STORED = {
        IBRD: (0, 0xFFFF),
        FBRD: (0, 0x3F),
        LCRH: (0, 0xFF),
        CTL: (CTL_TXE | CTL_RXE, 0xFFFF),
        IFLS: (0x12, 0x3F),
        IM: (0, INT_ALL),
        DMACTL: (0, 0),
    }
    ALARMS = ("_tx_done", "_rx_done", "_rx_timeout")
    STATE = (
        "regs", "raw", "_fr", "_tx_fifo", "_rx_fifo", "_shifting", "_line_byte", "_overrun", "_errors",
        "_bit_cycles_x4", "_frame_bits", "_idle_since_rx",
    )  # fmt: skip
    narrow_writes = frozenset((DR,))

    def __init__(self, clock: Clock, irq: IrqLine, port: SerialPort | None = None) -> None:
        self._irq = irq
        self.port = port if port is not None else SerialPort()
        self.port.on_feed = self._start_receiving
        self.tx = Output(level=1, enabled=True)
        self.rts = Output(level=1, enabled=True)
        self.rx = Input(lambda level: None, idle=1)
        self.cts = Input(self._cts_changed, idle=1)
        self.send_frame_on_pads = lambda byte: None
        self._tx_done = Alarm(clock, self._transmitted)
        self._rx_done = Alarm(clock, self._arrived)
        self._rx_timeout = Alarm(clock, self._timed_out)
        self.readers = {
            DR: self._read_data,
            RSR: lambda: self._errors,
            RIS: self._read_raw,
            MIS: lambda: self._read_raw() & self.regs[IM],
        }
        self.writers = {
            DR: self._write_data,
            RSR: self._clear_errors,
            FR: lambda value: None,  # read-only; the driver library writes it
            LCRH: self._write_line_control,
            CTL: self._write_control,
            IM: self._write_mask,
            ICR: self._write_clear,
            DMACTL: self._write_dma_control,
        }
        super().__init__(clock)

    @property
    def working(self) -> bool:
        return bool(self.regs[CTL] & CTL_UARTEN)

    def reset(self) -> None:
        super().reset()
        self.raw = 0
        self._tx_fifo: deque[int] = deque()
        self._rx_fifo: deque[int] = deque()
        self._shifting: int | None = None
        self._line_byte: int | None = None
        self._overrun = False
        self._errors = 0
        self._bit_cycles_x4 = 0
        self._frame_bits = 7
        self._idle_since_rx = False
        self._fr = 0
        self._update_flags()
        self._update_irq()
        self.tx.set(1)
        self.rts.set(1)

    def read(self, offset: int, size: int) -> int:
        if offset == FR:
            return self._fr
        return super().read(offset, size)

    # Timing

    @property
    def frame_cycles(self) -> int:
        """Cycles of one frame on the line, 0 while no baud rate is set."""
        return (self._frame_bits * self._bit_cycles_x4 + 2) >> 2

    @property
    def baud(self) -> float:
        """Bits a second, 0 while no baud rate is set."""
        return 4 * 80_000_000 / self._bit_cycles_x4 if self._bit_cycles_x4 else 0.0

    def _write_line_control(self, value: int) -> None:
        """LCRH. Writing it is also what takes IBRD and FBRD over (PL011, DDI 0183, 3.3.6)."""
        was_fifo = self.regs[LCRH] & LCRH_FEN
        self.regs[LCRH] = value & 0xFF
        divisor = self.regs[IBRD] * 64 + self.regs[FBRD] if self.regs[IBRD] else 0
        # Baud rate = 80 MHz / (16 * divisor / 64), with HSE 80 MHz / (8 * divisor / 64): quarters of a cycle a bit.
        self._bit_cycles_x4 = divisor >> 1 if self.regs[CTL] & CTL_HSE else divisor
        self._frame_bits = 1 + 5 + (value >> 5 & 3) + bool(value & LCRH_PEN) + (2 if value & LCRH_STP2 else 1)
        if was_fifo and not value & LCRH_FEN:
            self._tx_fifo.clear()
            self._rx_fifo.clear()
            self._rx_timeout.cancel()
        self.tx.set(0 if value & LCRH_BRK else 1)
        self._update_flags()
        self._start_sending()
        self._start_receiving()

    def _write_control(self, value: int) -> None:
        high_speed_changed = (value ^ self.regs[CTL]) & CTL_HSE
        self.regs[CTL] = value & 0xFFFF
        if high_speed_changed and self.regs[IBRD]:
            divisor = self.regs[IBRD] * 64 + self.regs[FBRD]
            self._bit_cycles_x4 = divisor >> 1 if value & CTL_HSE else divisor
        self._drive_rts()
        self._start_sending()
        self._start_receiving()

    # Transmitter

    def _write_data(self, value: int) -> None:
        depth = FIFO_DEPTH if self.regs[LCRH] & LCRH_FEN else 1
        if len(self._tx_fifo) >= depth:
            return
        self._tx_fifo.append(value & 0xFF)
        if len(self._tx_fifo) > self._tx_level():
            self._drop(INT_TX)
        self._start_sending()
        self._update_flags()

    def _tx_level(self) -> int:
        return TX_LEVELS[self.regs[IFLS] & 7] if self.regs[LCRH] & LCRH_FEN else 0

    def _start_sending(self) -> None:
        control = self.regs[CTL]
        if (
            self._shifting is not None
            or not self._tx_fifo
            or control & (CTL_UARTEN | CTL_TXE) != (CTL_UARTEN | CTL_TXE)
            or not self._bit_cycles_x4
            or (control & CTL_CTSEN and self.cts.level)
        ):
            return
        above = len(self._tx_fifo) > self._tx_level()
        self._shifting = self._tx_fifo.popleft()
        self._tx_done.after(self.frame_cycles)
        # The transmit interrupt marks the passage through the level, not the level itself.
        if above and len(self._tx_fifo) <= self._tx_level() and not control & CTL_EOT:
            self._raise(INT_TX)
        self._update_flags()

    def _transmitted(self) -> None:
        byte = self._shifting
        assert byte is not None
        self._shifting = None
        self._start_sending()
        if self._shifting is None:
            self._raise(INT_EOT | (INT_TX if self.regs[CTL] & CTL_EOT else 0))
        self._update_flags()
        byte &= (1 << 5 + (self.regs[LCRH] >> 5 & 3)) - 1
        if self.regs[CTL] & CTL_LBE:
            self._receive(byte)
        else:
            self.port.deliver(byte)
            self.send_frame_on_pads(byte)

    # Receiver

    def _start_receiving(self) -> None:
        """Put the next frame of the terminal on the line once the receiver is up."""
        control = self.regs[CTL]
        if (
            self.port.pending
            and self._line_byte is None
            and self._bit_cycles_x4
            and control & (CTL_UARTEN | CTL_RXE) == CTL_UARTEN | CTL_RXE
            and not (control & CTL_RTSEN and self.rts.level)
        ):
            self._line_byte = self.port.pending.popleft()
            self._rx_done.after(self.frame_cycles)

    def _arrived(self) -> None:
        byte = self._line_byte
        assert byte is not None
        self._line_byte = None
        if not self.regs[CTL] & CTL_LBE:
            self.rx_frame(byte)
        self._start_receiving()

    def rx_frame(self, byte: int) -> None:
        """The stop bit of a frame has come in on the receive line; BREAK is a line held low."""
        if self.regs[CTL] & (CTL_UARTEN | CTL_RXE) == CTL_UARTEN | CTL_RXE:
            self._receive(byte)

    def _receive(self, byte: int) -> None:
        fifo = bool(self.regs[LCRH] & LCRH_FEN)
        if len(self._rx_fifo) >= (FIFO_DEPTH if fifo else 1):
            self._overrun = True
            self._errors |= DR_OE >> 8
            self._raise(INT_OE)
        else:
            entry = (DR_BE if byte == BREAK else byte) | (DR_OE if self._overrun else 0)
            self._overrun = False
            self._rx_fifo.append(entry)
            raised = INT_BE if byte == BREAK else 0
            if len(self._rx_fifo) >= self._rx_level():
                raised |= INT_RX
            if raised:
                self._raise(raised)
        self._idle_since_rx = False
        self._rx_timeout.after(RECEIVE_TIMEOUT_BITS * self._bit_cycles_x4 >> 2)
        self._update_flags()
        self._drive_rts()

    def _rx_level(self) -> int:
        return RX_LEVELS[self.regs[IFLS] >> 3 & 7] if self.regs[LCRH] & LCRH_FEN else 1

    def _timed_out(self) -> None:
        self._idle_since_rx = True
        if self._rx_fifo and self.regs[IM] & INT_RT:
            self._raise(INT_RT)

    def _read_data(self) -> int:
        if not self._rx_fifo:
            return 0
        entry = self._rx_fifo.popleft()
        self._errors = self._errors & DR_OE >> 8 | entry >> 8
        dropped = 0
        if len(self._rx_fifo) < self._rx_level():
            dropped |= INT_RX
        if not self._rx_fifo:
            dropped |= INT_RT
            self._rx_timeout.cancel()
        if dropped:
            self._drop(dropped)
        self._update_flags()
        self._drive_rts()
        return entry

    def _clear_errors(self, value: int) -> None:
        self._errors = 0

    # Modem lines

    def _drive_rts(self) -> None:
        """RTS, active low: by RTSEN from the room in the receive FIFO, else the CTL bit."""
        if self.regs[CTL] & CTL_RTSEN:
            asserted = len(self._rx_fifo) < self._rx_level()
        else:
            asserted = bool(self.regs[CTL] & CTL_RTS)
        was = self.rts.level
        self.rts.set(0 if asserted else 1)
        if was and asserted:
            self._start_receiving()

    def _cts_changed(self, level: int) -> None:
        self._raise(INT_CTS)
        self._update_flags()
        self._start_sending()

    # Flags and interrupts

    def _update_flags(self) -> None:
        depth = FIFO_DEPTH if self.regs[LCRH] & LCRH_FEN else 1
        sending, received = len(self._tx_fifo), len(self._rx_fifo)
        self._fr = (
            (FR_TXFE if not sending else 0)
            | (FR_TXFF if sending >= depth else 0)
            | (FR_RXFE if not received else 0)
            | (FR_RXFF if received >= depth else 0)
            | (FR_BUSY if sending or self._shifting is not None else 0)
            | (0 if self.cts.level else FR_CTS)
        )

    def _read_raw(self) -> int:
        return self.raw

    def _write_mask(self, value: int) -> None:
        self.regs[IM] = value & INT_ALL
        # The mask bit also enables the time-out's detection (DDI 0183, 2.8.4): it shows as soon as it is unmasked.
        if value & INT_RT and self._idle_since_rx and self._rx_fifo:
            self.raw |= INT_RT
            self._idle_since_rx = False
        self._update_irq()

    def _write_clear(self, value: int) -> None:
        if value & INT_RT:
            self._idle_since_rx = False
        self._drop(value)

    def _raise(self, bits: int) -> None:
        self.raw |= bits
        self._update_irq()

    def _drop(self, bits: int) -> None:
        self.raw &= ~bits
        self._update_irq()

    def _update_irq(self) -> None:
        self._irq.set(bool(self.raw & self.regs[IM]))

    def _write_dma_control(self, value: int) -> None:
        if value & 3:
            raise Unmodelled

    def save(self) -> dict[str, Any]:
        return super().save() | {"port": self.port.save()}

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        self.port.restore(state["port"])
