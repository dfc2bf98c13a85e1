"""The machine and wipy modules on the booted image: resets and their causes, random numbers, idling, the heartbeat."""

from __future__ import annotations

import random
from functools import partial
from itertools import pairwise

import pytest
from cc3200sim.board import Board
from cc3200sim.clock import CPU_HZ
from cc3200sim.flash import Flash
from cc3200sim.machine import Machine
from cc3200sim.peripherals.reset import ResetKind
from support import values

value_of = partial(values.value_of, setup="import machine, time")

CAUSES = ("PWRON_RESET", "HARD_RESET", "WDT_RESET", "DEEPSLEEP_RESET", "SOFT_RESET")


def cause(board: Board) -> str:
    """The name that machine gives to what reset_cause() says."""
    names = value_of(board, f"[n for n in {CAUSES!r} if getattr(machine, n) == machine.reset_cause()]")
    assert isinstance(names, list)
    assert len(names) == 1
    return names[0]


def test_reset_causes(board: Board) -> None:
    assert cause(board) == "PWRON_RESET"
    board.uart.write(b"\x04")
    board.wait_prompt()
    assert cause(board) == "SOFT_RESET"
    board.uart.write(b"machine.soft_reset()\r")
    board.wait_prompt()
    assert cause(board) == "SOFT_RESET"
    board.repl("import machine\n")
    board.uart.write(b"machine.reset()\r")
    board.wait_prompt()
    assert cause(board) == "HARD_RESET"
    assert board.machine.last_reset is ResetKind.MCU
    board.repl("import machine\nm = machine.mem32\nm[0x44025078] |= 0x101\n")  # the watchdog's clock, in sleep too
    board.uart.write(b"m[0x40000000] = 800_000; m[0x40000008] = 3\r")  # LOAD: 10 ms; CTL: interrupt, then reset
    board.uart.read_until(b"m[0x40000008] = 3\r\n>>> ")
    board.wait_prompt()
    assert board.machine.last_reset is ResetKind.WDT
    assert cause(board) == "WDT_RESET"
    board.reset()
    assert cause(board) == "PWRON_RESET"


def test_what_was_printed_leaves_before_a_reset(board: Board) -> None:
    board.repl("import machine\n")
    board.uart.write(b"print(700 * 'x'); machine.reset()\r")
    assert board.wait_prompt().count(b"x") == 700 + 1  # and the echo's


def test_frequency_is_the_virtual_clocks(board: Board) -> None:
    assert value_of(board, "machine.freq()") == CPU_HZ


def test_unique_id_is_the_mac_address(board: Board) -> None:
    assert value_of(board, "machine.unique_id()") == board.machine.nwp.factory_mac


def test_mem_reads_registers(board: Board) -> None:
    """The pad register of GP9 at 0x4402E0C4 (hw_ocp_shared.h: GPIO_PAD_CONFIG_9)."""
    board.repl("import machine\nmachine.Pin('GP9', drive=machine.Pin.HIGH_POWER)\n")
    assert value_of(board, "machine.mem32[0x4402e0c4]") == 0x60


def test_idle_sleeps_until_the_next_interrupt(board: Board) -> None:
    """The kernel's tick comes each millisecond while a task runs; with the servers off nothing else happens here."""
    board.repl("import machine, time, network\nnetwork.Server().deinit()\n")
    before = board.machine.instructions
    script = "t = time.ticks_us()\nfor i in range(200): machine.idle()\nprint(time.ticks_diff(time.ticks_us(), t))\n"
    assert 190_000 < int(board.repl(script)) < 210_000
    assert board.machine.instructions - before < 1_000_000  # of 16 million, had it not slept


def test_interrupts_off_and_on(board: Board) -> None:
    script = """
import machine, time
a = machine.disable_irq()
b = machine.disable_irq()
machine.enable_irq(b)
machine.enable_irq(a)
time.sleep_ms(5)
print(a != b)
"""
    assert board.repl(script) == "True\n"


def test_random_numbers_have_24_bits_and_spread(board: Board) -> None:
    numbers = value_of(board, "[machine.rng() for i in range(600)]")
    assert isinstance(numbers, list)
    assert len(set(numbers)) > 595
    assert min(numbers) >= 0
    assert max(numbers) < 1 << 24
    for bit in range(24):
        assert 230 < sum(number >> bit & 1 for number in numbers) < 370, bit  # 300 +- 5.7 standard deviations


def test_random_numbers_depend_on_the_ram_at_power_up(wipy_image: bytes, wipy_rom: bytes) -> None:
    first_numbers = []
    for seed in (1, 2, 2):
        board = Board(Machine(wipy_image, Flash(), wipy_rom))
        board.machine.cpu.write_memory(0x2000_0000, random.Random(seed).randbytes(256 * 1024))
        board.power_on()
        first_numbers.append(value_of(board, "machine.rng()"))
    assert first_numbers[0] != first_numbers[1]
    assert first_numbers[1] == first_numbers[2]  # all else being equal: an emulated board has no jitter


@pytest.mark.req("LED-1")
def test_heartbeat_is_one_flash_every_four_seconds(board: Board) -> None:
    led = board.pin("GP25")
    since = board.machine.clock.now
    board.run(20_000)
    on = [edge.cycle for edge in led.edges(since) if edge.level]
    off = [edge.cycle for edge in led.edges(since) if not edge.level]
    assert len(on) == 5
    assert {round((b - a) / CPU_HZ, 2) for a, b in pairwise(on)} == {4.0}
    assert all(0 < (b - a) / CPU_HZ < 0.5 for a, b in zip(on, off, strict=True))


@pytest.mark.req("LED-1")
def test_heartbeat_can_be_switched(board: Board) -> None:
    led = board.pin("GP25")
    assert value_of(board, "wipy.heartbeat()", setup="import wipy") is True
    board.repl("wipy.heartbeat(False)\n")
    assert value_of(board, "wipy.heartbeat()") is False
    since = board.machine.clock.now
    board.run(10_000)
    assert led.level == 0
    assert led.edges(since) == []
    board.repl("wipy.heartbeat(True)\n")
    since = board.machine.clock.now
    board.run(10_000)
    assert [edge.level for edge in led.edges(since)].count(1) in (2, 3)


@pytest.mark.req("LED-1")
def test_without_heartbeat_the_led_is_a_pin(board: Board) -> None:
    board.repl("import machine, wipy\nwipy.heartbeat(False)\nled = machine.Pin('HBL', machine.Pin.OUT)\nled(1)\n")
    board.run(9_000)
    assert board.pin("GP25").level == 1


@pytest.mark.req("MCH-1", "BOOT-1")
def test_main_names_the_script_to_run_after_boot(board: Board) -> None:
    script = """
for name, text in (
    ('boot.py', 'import machine\\nprint("boot")\\nmachine.main("other.py")'),
    ('main.py', 'print("main")'),
    ('other.py', 'print("other")'),
):
    with open(name, 'w') as f:
        f.write(text)
"""
    assert board.repl(script) == ""
    board.uart.write(b"\x04")
    assert b"boot\r\nother\r\n" in board.wait_prompt()
    board.repl("with open('boot.py', 'w') as f: f.write('print(\"boot\")')\n")
    board.uart.write(b"\x04")
    assert b"boot\r\nmain\r\n" in board.wait_prompt()


@pytest.mark.req("MCH-1")
def test_main_takes_a_name_only(board: Board) -> None:
    board.repl("import machine\n")
    assert board.repl("machine.main(5)\n").strip().endswith("TypeError: can't convert to str implicitly")
