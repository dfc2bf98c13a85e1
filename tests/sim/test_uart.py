"""UARTs through their registers: timing on the line, FIFOs, interrupts, pads and wires."""

from __future__ import annotations

import pytest
from cc3200sim.chip import Irq
from support.chip import UART0, UART1, Chip

DR, RSR, FR, IBRD, FBRD, LCRH, CTL, IFLS, IM, RIS, MIS, ICR = (
    0x00, 0x04, 0x18, 0x24, 0x28, 0x2C, 0x30, 0x34, 0x38, 0x3C, 0x40, 0x44)  # fmt: skip
BUSY, RXFE, TXFF, RXFF, TXFE = 0x08, 0x10, 0x20, 0x40, 0x80
RX, TX, RT, BE, OE, EOT = 0x10, 0x20, 0x40, 0x200, 0x400, 0x800
WORD_8, FIFO, ON = 0x60, 0x10, 0x301
FRAME = 6945  # cycles of ten bits at 80 MHz / (16 * (43 + 26 / 64)), as the driver library sets 115200


def setup(chip: Chip, base: int = UART0, line: int = WORD_8 | FIFO, control: int = ON) -> None:
    chip.write(base + IBRD, 43)
    chip.write(base + FBRD, 26)
    chip.write(base + LCRH, line)
    chip.write(base + CTL, control)


def test_reset_values(chip: Chip) -> None:
    assert [chip.read(UART0 + offset) for offset in (FR, LCRH, CTL, IFLS, IM, RIS)] == [0x90, 0, 0x300, 0x12, 0, 0]


def test_bytes_leave_one_frame_time_apart(chip: Chip) -> None:
    setup(chip)
    arrived = []
    chip.blocks.uarts[0].port.on_output = lambda byte: arrived.append((byte, chip.now))
    for byte in b"abc":
        chip.write(UART0 + DR, byte, 1)
    chip.run(3 * FRAME - 1)
    assert chip.read(UART0 + FR) & BUSY
    chip.run(1)
    assert not chip.read(UART0 + FR) & BUSY
    assert arrived == [(ord("a"), FRAME), (ord("b"), 2 * FRAME), (ord("c"), 3 * FRAME)]


@pytest.mark.parametrize(
    ("line", "bits"), [(WORD_8, 10), (WORD_8 | 0x02, 11), (WORD_8 | 0x08, 11), (0x00, 7), (0x40 | 0x0A, 11)]
)
def test_frame_length(chip: Chip, line: int, bits: int) -> None:
    setup(chip, line=line | FIFO)
    assert chip.blocks.uarts[0].frame_cycles == pytest.approx(bits * 694.5, abs=1)


def test_transmit_fifo_holds_sixteen_and_drops_the_rest(chip: Chip) -> None:
    setup(chip)
    data = bytes(range(20))
    for byte in data:
        chip.write(UART0 + DR, byte)
    assert chip.read(UART0 + FR) & TXFF
    chip.run(30 * FRAME)
    assert chip.blocks.uarts[0].port.take() == data[:17]  # one in the shifter, sixteen in the FIFO
    assert chip.read(UART0 + FR) & TXFE


def test_transmit_interrupt_marks_the_passage_through_the_level(chip: Chip) -> None:
    setup(chip)
    chip.write(UART0 + IFLS, 0x12)  # half: eight
    chip.write(UART0 + IM, TX)
    assert not chip.irq(Irq.UARTA0)  # an empty FIFO is no passage
    for byte in range(12):
        chip.write(UART0 + DR, byte)
    chip.run(3 * FRAME - 1)
    assert not chip.irq(Irq.UARTA0)
    chip.run(1)  # the ninth of eleven in the FIFO has moved on: eight are left
    assert chip.irq(Irq.UARTA0)
    chip.write(UART0 + ICR, TX)
    assert not chip.irq(Irq.UARTA0)
    chip.run(20 * FRAME)
    assert not chip.read(UART0 + RIS) & TX


def test_end_of_transmission_interrupt(chip: Chip) -> None:
    setup(chip, control=ON | 0x10)
    chip.write(UART0 + IM, TX)
    chip.write(UART0 + DR, 1)
    chip.run(FRAME - 1)
    assert not chip.irq(Irq.UARTA0)
    chip.run(1)
    assert chip.irq(Irq.UARTA0) and chip.read(UART0 + RIS) & EOT


def test_receive_level_and_timeout(chip: Chip) -> None:
    setup(chip)
    chip.write(UART0 + IFLS, 0x00)  # an eighth: two
    chip.write(UART0 + IM, RX | RT)
    chip.blocks.uarts[0].port.feed(b"xyz")
    chip.run(2 * FRAME - 1)
    assert not chip.irq(Irq.UARTA0)
    chip.run(1)
    assert chip.read(UART0 + MIS) == RX
    assert [chip.read(UART0 + DR) for _ in range(2)] == [ord("x"), ord("y")]
    assert not chip.irq(Irq.UARTA0)
    chip.run_to(3 * FRAME + 32 * 694)
    assert not chip.irq(Irq.UARTA0)
    chip.run(32)  # 32 bit times after the last byte
    assert chip.read(UART0 + MIS) == RT
    assert chip.read(UART0 + DR) == ord("z")
    assert not chip.irq(Irq.UARTA0) and chip.read(UART0 + FR) & RXFE


def test_timeout_shows_only_unmasked(chip: Chip) -> None:
    setup(chip)
    chip.blocks.uarts[0].port.feed(b"x")
    chip.run(FRAME * 10)
    assert not chip.read(UART0 + RIS) & RT
    chip.write(UART0 + IM, RT)
    assert chip.irq(Irq.UARTA0)


def test_overrun(chip: Chip) -> None:
    setup(chip)
    chip.blocks.uarts[0].port.feed(bytes(range(18)))
    chip.run(18 * FRAME)
    assert chip.read(UART0 + FR) & RXFF and chip.read(UART0 + RIS) & OE and chip.read(UART0 + RSR) & 8
    assert [chip.read(UART0 + DR) for _ in range(16)] == list(range(16))
    chip.blocks.uarts[0].port.feed(b"\x55")
    chip.run(FRAME)
    assert chip.read(UART0 + DR) == 0x855  # the first one in after the loss carries the mark
    chip.write(UART0 + RSR, 0)
    assert chip.read(UART0 + RSR) == 0


def test_break(chip: Chip) -> None:
    setup(chip)
    chip.blocks.uarts[0].port.feed_break()
    chip.run(FRAME)
    assert chip.read(UART0 + RIS) & BE and chip.read(UART0 + DR) == 0x400


def test_loopback(chip: Chip) -> None:
    setup(chip, control=ON | 0x80)
    chip.write(UART0 + DR, 0x41)
    chip.run(FRAME)
    assert chip.read(UART0 + DR) == 0x41 and chip.blocks.uarts[0].port.take() == b""


def test_without_fifo_one_byte_is_held(chip: Chip) -> None:
    setup(chip, line=WORD_8)
    chip.blocks.uarts[0].port.feed(b"ab")
    chip.write(UART0 + DR, 1)
    chip.write(UART0 + DR, 2)
    assert chip.read(UART0 + FR) & TXFF
    chip.run(FRAME)
    assert chip.read(UART0 + RIS) & RX and chip.read(UART0 + FR) & RXFF
    chip.run(FRAME)
    assert chip.read(UART0 + RIS) & OE and chip.read(UART0 + DR) == ord("a")


def test_bytes_wait_for_the_receiver(chip: Chip) -> None:
    chip.blocks.uarts[0].port.feed(b"q")
    chip.run(FRAME)
    setup(chip)
    chip.run(FRAME)
    assert chip.read(UART0 + DR) == ord("q")


def test_a_wire_between_pins_carries_frames(chip: Chip) -> None:
    setup(chip, UART0)
    setup(chip, UART1)
    chip.pad(55, 3)  # UART0_TX
    chip.pad(59, 6)  # UART1_RX
    chip.write(UART0 + DR, 0x31)
    chip.run(FRAME)
    assert chip.read(UART1 + FR) & RXFE  # no wire yet
    chip.pins["GP1"].wire(chip.pins["GP4"])
    chip.write(UART0 + DR, 0x32)
    chip.run(FRAME)
    assert chip.read(UART1 + DR) == 0x32
    chip.pad(59, 0)
    chip.write(UART0 + DR, 0x33)
    chip.run(FRAME)
    assert chip.read(UART1 + FR) & RXFE  # UART1_RX is no longer on that pin


def test_break_and_idle_level_on_the_pin(chip: Chip) -> None:
    chip.pad(55, 3)
    assert chip.pins["GP1"].level == 1
    setup(chip, line=WORD_8 | 1)
    assert chip.pins["GP1"].level == 0


def test_cts_holds_the_transmitter(chip: Chip) -> None:
    chip.pins["GP6"].drive(1)
    chip.pad(61, 3)  # UART1_CTS, active low
    setup(chip, UART1, control=ON | 0x8000)
    chip.write(UART1 + DR, 0x41)
    chip.run(5 * FRAME)
    assert chip.blocks.uarts[1].port.take() == b""
    chip.pins["GP6"].drive(0)
    chip.run(FRAME)
    assert chip.blocks.uarts[1].port.take() == b"A"


def test_rts_holds_the_terminal(chip: Chip) -> None:
    setup(chip, UART1, control=ON | 0x4000)
    chip.write(UART1 + IFLS, 0x10)  # receive level half: eight
    chip.blocks.uarts[1].port.feed(bytes(20))
    chip.run(40 * FRAME)
    assert not chip.read(UART1 + RIS) & OE
    chip.pad(62, 3)
    assert chip.pins["GP7"].level == 1
    for _ in range(8):
        chip.read(UART1 + DR)
    assert chip.pins["GP7"].level == 0


def test_registers_of_unmodelled_modes_are_not_claimed(chip: Chip) -> None:
    from cc3200sim.peripheral import Unmodelled

    for offset in (0x20, 0x90, 0xA4, 0xFC0):
        with pytest.raises(Unmodelled):
            chip.read(UART0 + offset)
    with pytest.raises(Unmodelled):
        chip.write(UART0 + 0x48, 3)


def test_snapshot_replays_the_same(chip: Chip) -> None:
    setup(chip)
    chip.write(UART0 + IM, RX | RT | TX)
    chip.blocks.uarts[0].port.feed(b"hello")
    for byte in b"world":
        chip.write(UART0 + DR, byte)
    chip.run(2 * FRAME + 17)
    clock, blocks = chip.clock.save(), chip.blocks.save()

    def go() -> list[object]:
        seen: list[object] = []
        for _ in range(60):
            chip.run(FRAME // 7)
            seen.append((chip.now, chip.read(UART0 + FR), chip.read(UART0 + RIS), chip.irq(Irq.UARTA0)))
        seen.append([chip.read(UART0 + DR) for _ in range(6)])
        seen.append(chip.blocks.uarts[0].port.take())
        return seen

    first = go()
    line = chip.lines[21].level
    chip.clock.restore(clock)
    chip.blocks.restore(blocks)
    chip.lines[21].level = False
    second = go()
    assert first == second and chip.lines[21].level == line
