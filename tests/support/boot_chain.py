"""A board that starts as one from the factory does: ROM, bootloader, one of three images."""

from __future__ import annotations

import hashlib
import struct

from cc3200sim.board import Board
from cc3200sim.flash import Flash
from cc3200sim.machine import Power

LOAD = 0x20004000
LIMIT = 192 * 1024
FACTORY, UPDATE_1, UPDATE_2 = range(3)
NAMES = ("/sys/factimg.bin", "/sys/updtimg1.bin", "/sys/updtimg2.bin")
BOOT_INFO = "/sys/bootinfo.bin"
CHECK, READY, TRIAL, TAKEN_BACK = 0, 1, 2, 5
CONFIRMS = 0x314C5254  # the number of an image that sleeps and says that it can confirm itself
ID_AT = LOAD + 8  # of an image that sleeps


def signed(raw: bytes) -> bytes:
    """With its MD5 behind it."""
    return raw + hashlib.md5(raw).hexdigest().encode()


def sleeper(number: int, size: int = 2000, stack: int = 0x20003000, entry: int = LOAD + 13) -> bytes:
    """An image that sleeps and can be told from others by its number. size: without the signature."""
    code = struct.pack("<IIIHH", stack, entry, number, 0xBF30, 0xE7FD)  # wfi; b to it
    return signed(code.ljust(size, b"\xa5"))


def start(board: Board, hold: float = 0, seconds: float = 12.0) -> int | None:
    """From power-up to an image: its number (the firmware's: CONFIRMS), None when none starts. hold: of GP28, in s."""
    machine = board.machine
    began = machine.seconds
    pin = board.pin("GP28")
    pin.drive(1 if hold else 0)
    board.reset(to_prompt=False)
    machine.run(1e-3)  # the relocator is where images are
    while machine.seconds - began < seconds:
        if hold and machine.seconds - began >= hold:
            pin.drive(0)
            hold = 0
        if LOAD <= machine.cpu.pc < LOAD + LIMIT:
            pin.drive(0)
            return machine.cpu.read_word(ID_AT)
        if machine.power is Power.OFF:
            break
        machine.run(max(min(20e-3, hold + began - machine.seconds), 1e-6) if hold else 20e-3)
    return None


class Chain:
    """A board with a bootloader and images of its own."""

    def __init__(self, bootloader: bytes, rom: bytes) -> None:
        self.board = Board.from_image(bootloader, rom, Flash(2 << 20))

    def put(self, image: int, content: bytes | None) -> None:
        if content is not None:
            self.board.flash.write(NAMES[image], content)
        elif NAMES[image] in self.board.flash.list():
            self.board.flash.delete(NAMES[image])

    def set_info(self, active: int, status: int = READY, previous: int = FACTORY) -> None:
        self.board.flash.write(BOOT_INFO, bytes((active, status, previous, 0)), max_size=256, flags=0x61)

    @property
    def info(self) -> bytes | None:
        return self.board.flash.read(BOOT_INFO)

    def start(self, hold: float = 0, seconds: float = 12.0) -> int | None:
        """From power-up to an image, as `start`."""
        return start(self.board, hold, seconds)
