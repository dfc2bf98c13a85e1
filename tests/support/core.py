"""A bare core for tests: memories, interrupt controller, clock, and a program assembled for it. No chip around it."""

from __future__ import annotations

import subprocess
import tempfile
from functools import cache
from pathlib import Path

from cc3200sim.bus import SRAM_BASE, Bus
from cc3200sim.chip import BLOCKS, BY_NAME, Irq
from cc3200sim.clock import Clock
from cc3200sim.cpu import Cpu
from cc3200sim.nvic import Nvic
from cc3200sim.peripheral import BusError, Peripheral, Unmodelled
from cc3200sim.unicorn_handle import Engine

VECTORS = SRAM_BASE + 0x4000
STACK = SRAM_BASE + 0x8000
DEVICE = BY_NAME["WDT"].base  # where Device is, in place of the watchdog

# The vector of each handler's label; one that a program does not define goes to the label unexpected.
_VECTOR_NAMES = {
    1: "reset", 2: "nmi", 3: "hard_fault", 4: "mem_manage", 5: "bus_fault", 6: "usage_fault", 11: "svcall",
    14: "pendsv", 15: "systick", 16: "device", 17: "device2",
}  # fmt: skip


@cache
def assemble(source: str) -> tuple[bytes, dict[str, int]]:
    """Machine code at VECTORS with a vector table in front, and the addresses of its labels."""
    body = f"\nunexpected: b unexpected\nreset:\n{source}\n"
    table = f".word {STACK}\n"
    for number in range(1, 32):
        name = _VECTOR_NAMES.get(number, "unexpected")
        table += f".word {name if f'{chr(10)}{name}:' in body else 'unexpected'}\n"
    for name in {*_VECTOR_NAMES.values(), "unexpected"}:
        body = body.replace(f"\n{name}:", f"\n.thumb_func\n{name}:")
    text = f".syntax unified\n.thumb\n.cpu cortex-m4\n.text\n{table}{body}"
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "t.s").write_text(text)
        for command in (
            ["arm-none-eabi-gcc", "-c", "-mcpu=cortex-m4", "-mthumb", "-o", "t.o", "t.s"],
            ["arm-none-eabi-ld", f"-Ttext={VECTORS:#x}", "-e", "reset", "-o", "t.elf", "t.o"],
            ["arm-none-eabi-objcopy", "-O", "binary", "t.elf", "t.bin"],
        ):
            subprocess.run(command, cwd=place, check=True, capture_output=True)
        listing = subprocess.run(["arm-none-eabi-nm", "t.elf"], cwd=place, check=True, capture_output=True, text=True)
        labels = {
            line.split()[2]: int(line.split()[0], 16) for line in listing.stdout.splitlines() if len(line.split()) == 3
        }
        return (place / "t.bin").read_bytes(), labels


class Device(Peripheral):
    """Registers that tell what happened: 0 logs what is written, 4 counts its reads, 8 is the time, C raises the line
    to the level written, 10 does not answer, 14 raises the line after so many cycles, 18 is `steady`: 1 after so many
    cycles as were written; the rest is not modelled."""

    name = "device"
    STATE = ("written", "reads", "pulses", "ready")

    def __init__(self, clock: Clock, line, second) -> None:  # type: ignore[no-untyped-def]
        self._line, self._second = line, second
        super().__init__(clock)

    def reset(self) -> None:
        self.written: list[tuple[int, int]] = []
        self.reads = 0
        self.pulses = 0
        self.ready = 0

    def _make_ready(self) -> None:
        self.ready = 1

    def steady(self, offset: int) -> bool:
        return offset == 0x18

    def read(self, offset: int, size: int) -> int:
        if offset == 4:
            self.reads += 1
            return self.reads
        if offset == 8:
            return self.clock.now
        if offset == 0x10:
            raise BusError
        if offset == 0x18:
            return self.ready
        raise Unmodelled

    def write(self, offset: int, value: int, size: int) -> None:
        if offset == 0:
            self.written.append((self.clock.now, value))
        elif offset == 0xC:
            self._line.set(bool(value & 1))
            self._second.set(bool(value & 2))
        elif offset == 0x10:
            raise BusError
        elif offset == 0x14:
            self.clock.after(value, lambda: self._line.set(True))
        elif offset == 0x18:
            self.ready = 0
            self.clock.after(value, self._make_ready)
        else:
            raise Unmodelled


class Core:
    """A core that runs `source` from its label reset; r7 holds the device's address, r6 0xE000E000."""

    def __init__(self, source: str, engine: Engine | None = None) -> None:
        self.clock = Clock()
        self.bus = Bus(BLOCKS)
        self.resets = 0
        self.nvic = Nvic(self.clock, self._reset)
        self.cpu = Cpu(self.clock, self.bus, self.nvic, engine)
        self.device = Device(self.clock, self.nvic.line(Irq.GPIOA0), self.nvic.line(Irq.GPIOA1))
        self.bus.map(BY_NAME["SCS"], self.nvic)
        self.bus.map(BY_NAME["WDT"], self.device)
        code, self.labels = assemble(source)
        self.cpu.write_memory(VECTORS, code)
        self.cpu.start(STACK, self.labels["reset"])
        self.nvic.vtor = VECTORS
        self.cpu.set_register("r7", DEVICE)
        self.cpu.set_register("r6", 0xE000_E000)

    def _reset(self) -> None:
        self.resets += 1
        self.cpu.stop()

    def run(self, cycles: int) -> None:
        """Run for so many cycles."""
        self.cpu.run_until(self.clock.now + cycles)

    def at(self, label: str) -> bool:
        """Whether the next instruction is the one at a label."""
        return self.cpu.pc == self.labels[label] & ~1

    @property
    def values(self) -> list[int]:
        """What was written to register 0 of the device."""
        return [value for _, value in self.device.written]


# Code that enables the device, and one that computes for ever under the SysTick interrupt.
ENABLE_DEVICE = "mov r0, #3\nstr r0, [r6, #0x100]\n"
BUSY = (
    "ldr r0, =777\nstr r0, [r6, #0x14]\nstr r0, [r6, #0x18]\nmovs r0, #7\nstr r0, [r6, #0x10]\n"
    f"ldr r5, ={SRAM_BASE}\nmovs r1, #0\nloop: adds r1, #3\nmuls r1, r1, r1\nadds r1, #1\nstr r1, [r5]\nittt cs\n"
    "addcs r2, #1\nstrcs r2, [r5, #4]\neorcs r1, r2\nlsrs r4, r1, #3\nb loop\n"
    "systick: ldr r0, [r5]\nstr r0, [r7]\nbx lr\n.ltorg\n"
)
