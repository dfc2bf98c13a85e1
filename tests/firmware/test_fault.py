"""A hard fault tells, on UART0, what a developer needs to find it."""

from __future__ import annotations

import re

import pytest
from cc3200sim.rom.boot import LOAD_ADDRESS


def crash(board, code: str) -> str:
    board.uart.read()
    board.uart.write(code.encode() + b"\r")
    board.uart.read_until(b"Hard fault:")
    board.run(200)
    return board.uart.read().decode()


@pytest.mark.req("LED-2")
def test_dump_of_a_bad_address(board) -> None:
    dump = crash(board, "import machine; machine.mem32[0x60000000]")
    assert "task=Python" in dump
    assert "PRECISERR" in dump and "BFARVALID" in dump
    assert "bfar=60000000" in dump
    registers = dict(re.findall(r"(\w+)=([0-9a-f]{8})", dump))
    wanted = {f"r{i}" for i in range(13)} | {"lr", "pc", "psr", "sp", "cfsr", "hfsr", "mmar", "exc_return"}
    assert wanted <= set(registers)
    assert LOAD_ADDRESS < int(registers["pc"], 16) < 0x20040000
    assert 0x20000000 < int(registers["sp"], 16) < LOAD_ADDRESS


@pytest.mark.req("LED-2")
def test_dump_of_a_jump_to_nowhere(board) -> None:
    # Vector 16 + 5 is UART0's: the next byte received jumps through it.
    dump = crash(board, "import machine; machine.mem32[0x20000000 + 4 * 21] = 0x60000001\rx")
    assert "IBUSERR" in dump


@pytest.mark.req("LED-2")
def test_a_fault_is_the_end_until_reset(board) -> None:
    crash(board, "import machine; machine.mem32[0x60000000]")
    board.uart.write(b"1+1\r")
    before = board.machine.instructions
    board.run(5000)
    assert board.uart.read() == b""
    assert board.machine.instructions - before < 1000
    assert b">>> " in board.reset()
