"""The chip's blocks under the drivers of upstream's port, written for the board by people who had one."""

from __future__ import annotations

from itertools import pairwise

import pytest
from cc3200sim.board import Board
from cc3200sim.clock import CPU_HZ
from cc3200sim.peripherals.reset import ResetKind
from cc3200sim.world.i2c import I2cMemory
from cc3200sim.world.spi import SpiDevice


@pytest.fixture(scope="module")
def peer_board(peer_image: bytes, wipy_rom: bytes) -> Board:
    board = Board.from_image(peer_image, wipy_rom)
    board.power_on()
    board.repl("import machine\nfrom machine import *")
    return board


def test_i2c(peer_board: Board) -> None:
    device = I2cMemory(16)
    peer_board.machine.blocks.i2c_bus("GP23", "GP24").attach(0x48, device)
    peer_board.repl("i2c = I2C(0, scl='GP23', sda='GP24', freq=400000)")
    assert peer_board.repl("i2c.scan()", seconds=60) == "[72]\n"
    peer_board.repl("i2c.writeto_mem(0x48, 3, b'hello')")
    assert device.content[3:8] == b"hello"
    assert peer_board.repl("i2c.readfrom_mem(0x48, 3, 5)") == "b'hello'\n"
    assert peer_board.machine.blocks.i2c.bit_cycles == CPU_HZ // 400_000


def test_spi(peer_board: Board) -> None:
    class Inverter(SpiDevice):
        def exchange(self, word: int, bits: int) -> int:
            return ~word

    peer_board.machine.blocks.spi_bus("GP14", "GP16", "GP15").attach(Inverter(), "GP9")
    peer_board.repl("s = SPI(0, baudrate=1000000, bits=8, pins=('GP14', 'GP16', 'GP15'))")
    peer_board.repl("cs = Pin('GP9', mode=Pin.OUT)\ncs(0)\nb = bytearray(3)\ns.write_readinto(b'abc', b)\ncs(1)")
    assert peer_board.repl("bytes(~c & 255 for c in b)") == "b'abc'\n"
    assert peer_board.machine.blocks.gspi.bit_cycles == CPU_HZ // 1_000_000


def test_adc(peer_board: Board) -> None:
    for name, channel, volts in (("GP2", 0, 0.35), ("GP3", 1, 0.7), ("GP5", 3, 1.05)):
        peer_board.pin(name).volts = volts
        peer_board.repl(f"c = ADC().channel({channel})")
        assert peer_board.repl("c()") == f"{int(volts / 1.4 * 4096)}\n"
        peer_board.repl("c.deinit()")


def test_pwm(peer_board: Board) -> None:
    peer_board.repl("t = Timer(2, mode=Timer.PWM, width=16)")
    peer_board.repl("ch = t.channel(Timer.B, freq=1000, duty_cycle=2500)")
    start = peer_board.machine.clock.now
    peer_board.run(10)
    edges = peer_board.pin("GP9").edges(start)
    rises = [edge.cycle for edge in edges if edge.level]
    falls = [edge.cycle for edge in edges if not edge.level and edge.cycle > rises[0]]
    assert {later - earlier for earlier, later in pairwise(rises)} == {CPU_HZ // 1000}
    assert (falls[0] - rises[0]) / (CPU_HZ // 1000) == pytest.approx(0.25, abs=0.002)
    peer_board.repl("t.deinit()")


def test_uart_over_a_wire(peer_board: Board) -> None:
    peer_board.pin("GP16").wire(peer_board.pin("GP17"))
    peer_board.repl("u = UART(1, baudrate=9600, pins=('GP16', 'GP17'))\nu.write('over the wire')")
    peer_board.run(30)
    assert peer_board.repl("u.read()") == "b'over the wire'\n"
    assert peer_board.machine.blocks.uarts[1].baud == pytest.approx(9600, rel=0.001)


def test_rtc_keeps_time(peer_board: Board) -> None:
    peer_board.repl("machine.mem32[0x4402F804] = 1")  # upstream's bootloader starts the counter; here is none
    peer_board.repl("rtc = RTC()\nrtc.init((2026, 2, 3, 4, 5, 6, 0, None))")
    peer_board.run(3000)
    year, month, day, hour, minute, second = eval(peer_board.repl("rtc.now()[:6]"))
    assert (year, month, day, hour, minute) == (2026, 2, 3, 4, 5)
    assert second in (9, 10)


def test_watchdog(peer_board: Board) -> None:
    peer_board.repl("w = WDT(timeout=1000)")
    for _ in range(3):
        peer_board.run(700)
        peer_board.repl("w.feed()")
    assert peer_board.machine.last_reset is ResetKind.POWER_ON
    peer_board.run(2500)
    assert peer_board.machine.last_reset is ResetKind.WDT
    peer_board.wait_prompt()
    assert peer_board.repl("import machine\nprint(machine.reset_cause() == machine.WDT_RESET)") == "True\n"


def test_no_register_was_missed_and_nothing_lost_its_clock_in_sleep(peer_board: Board) -> None:
    assert peer_board.machine.unmodelled == []
    assert peer_board.machine.blocks.arcm.stopped_in_sleep == []
