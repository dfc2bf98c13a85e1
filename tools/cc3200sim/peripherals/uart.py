"""UARTA0 and UARTA1: TI's version of Arm's PL011 (CC3200 TRM SWRU367 chapter 6, hw_uart.h, Arm DDI 0183).

Frames take their time on the line: a byte written at cycle t with an idle transmitter leaves at t + frame time, and so
do received ones. The registers of DMA, LIN, IrDA, smart card and 9-bit modes are not modelled.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from cc3200sim.alarm import Alarm
from cc3200sim.clock import CPU_HZ, Clock
from cc3200sim.peripheral import IrqLine
from cc3200sim.peripherals.registers import RegisterBlock, reads, writes
from cc3200sim.peripherals.signals import Input, Output
from cc3200sim.register_table import Table
from cc3200sim.world.serial import BREAK, SerialPort

REGISTERS = Table("hw_uart.h", "UART_O_")
DR = REGISTERS.live(0x000, "DR", "DATA:7-0", reads="DATA:7-0 FE:8 PE:9 BE:10 OE:11")
RSR = REGISTERS.live(0x004, "RSR", "", reads="FE:0 PE:1 BE:2 OE:3", note="any value clears the errors (ECR)")
FR = REGISTERS.live(0x018, "FR", "", reads="CTS:0 BUSY:3 RXFE:4 TXFF:5 RXFF:6 TXFE:7")
IBRD = REGISTERS.stored(0x024, "IBRD", "DIVINT:15-0")
FBRD = REGISTERS.stored(0x028, "FBRD", "DIVFRAC:5-0")
LCRH = REGISTERS.stored(0x02C, "LCRH", "BRK:0 PEN:1 EPS:2~ STP2:3 FEN:4 WLEN:6-5 SPS:7~")
CTL = REGISTERS.stored(
    0x030,
    "CTL",
    "UARTEN:0 SIREN:1~ SIRLP:2~ SMART:3~ EOT:4 HSE:5 LIN:6~ LBE:7 TXE:8 RXE:9 DTR:10~ RTS:11 DCD:12~ RI:13~ "
    "RTSEN:14 CTSEN:15",
    reset=0x300,
)
IFLS = REGISTERS.stored(0x034, "IFLS", "TX:2-0 RX:5-3", reset=0x12)
IM = REGISTERS.stored(0x038, "IM", "CTSMIM:1 RXIM:4 TXIM:5 RTIM:6 FEIM:7 PEIM:8 BEIM:9 OEIM:10 EOTIM:11")
RIS = REGISTERS.live(0x03C, "RIS", "CTSRIS:1 RXRIS:4 TXRIS:5 RTRIS:6 FERIS:7 PERIS:8 BERIS:9 OERIS:10 EOTRIS:11")
MIS = REGISTERS.live(0x040, "MIS", "CTSMIS:1 RXMIS:4 TXMIS:5 RTMIS:6 FEMIS:7 PEMIS:8 BEMIS:9 OEMIS:10 EOTMIS:11")
ICR = REGISTERS.live(0x044, "ICR", "CTSMIC:1 RXIC:4 TXIC:5 RTIC:6 FEIC:7 PEIC:8 BEIC:9 OEIC:10 EOTIC:11")
REGISTERS.stored(0x048, "DMACTL", "RXDMAE:0! TXDMAE:1!")
REGISTERS.unmodelled("IrDA", "ILPR:0x020")
REGISTERS.unmodelled("LIN", "LCTL:0x090 LSS:0x094 LTIM:0x098")
REGISTERS.unmodelled("9-bit mode", "9BITADDR:0x0A4 9BITAMASK:0x0A8")
REGISTERS.unmodelled("properties", "PP:0xFC0 CC:0xFC8")

_FR = int(FR)  # a plain number: it is compared at every load
FR_CTS, FR_BUSY, FR_RXFE, FR_TXFF, FR_RXFF, FR_TXFE = FR.masks("CTS BUSY RXFE TXFF RXFF TXFE")
LCRH_BRK, LCRH_PEN, LCRH_STP2, LCRH_FEN = LCRH.masks("BRK PEN STP2 FEN")
CTL_UARTEN, CTL_EOT, CTL_HSE, CTL_LBE, CTL_TXE, CTL_RXE = CTL.masks("UARTEN EOT HSE LBE TXE RXE")
CTL_RTS, CTL_RTSEN, CTL_CTSEN = CTL.masks("RTS RTSEN CTSEN")
INT_CTS, INT_RX, INT_TX, INT_RT, INT_BE, INT_OE, INT_EOT = RIS.masks("CTSRIS RXRIS TXRIS RTRIS BERIS OERIS EOTRIS")
DR_BE, DR_OE = DR.masks("BE OE")

FIFO_DEPTH = 16
RX_LEVELS = (2, 4, 8, 12, 14, 14, 14, 14)
TX_LEVELS = (2, 4, 8, 12, 14, 14, 14, 14)
RECEIVE_TIMEOUT_BITS = 32


class Uart(RegisterBlock):
    """A UART with its host-side terminal in `port`. `rx_frame` takes frames that come over a wire between pins."""

    TABLE = REGISTERS
    STEADY = frozenset((FR, RIS, MIS, RSR))
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
        if offset == _FR:
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
        return 4 * CPU_HZ / self._bit_cycles_x4 if self._bit_cycles_x4 else 0.0

    @writes(LCRH)
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

    @writes(CTL)
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

    @writes(DR)
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

    @reads(DR)
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

    @writes(RSR)
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

    @reads(FR)
    def _read_flags(self) -> int:
        return self._fr

    @writes(FR)
    def _write_flags(self, value: int) -> None:
        """Read-only; the driver library writes it."""

    @reads(RIS)
    def _read_raw(self) -> int:
        return self.raw

    @reads(MIS)
    def _read_masked(self) -> int:
        return self.raw & self.regs[IM]

    @reads(RSR)
    def _read_errors(self) -> int:
        return self._errors

    @writes(IM)
    def _write_mask(self, value: int) -> None:
        self.regs[IM] = value & IM.writable
        # The mask bit also enables the time-out's detection (DDI 0183, 2.8.4): it shows as soon as it is unmasked.
        if value & INT_RT and self._idle_since_rx and self._rx_fifo:
            self.raw |= INT_RT
            self._idle_since_rx = False
        self._update_irq()

    @writes(ICR)
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

    def save(self) -> dict[str, Any]:
        return super().save() | {"port": self.port.save()}

    def restore(self, state: dict[str, Any]) -> None:
        super().restore(state)
        self.port.restore(state["port"])
