"""The chip table: every block of the CC3200 with its address, interrupts, clock gate, reset domain and model.

Addresses are those of hw_memmap.h and, for the private bus, of the ARMv7-M manual (table B3-1); interrupt names and
numbers those of hw_ints.h; clock gates those of prcm.py. A block without a model is on the chip all the same: what
firmware does with it is reported by its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from cc3200sim.nvic import Nvic
from cc3200sim.nwp.link import Lspi, NwpInterrupt
from cc3200sim.peripheral import Peripheral
from cc3200sim.peripherals.adc import Adc
from cc3200sim.peripherals.apps_config import AppsConfig
from cc3200sim.peripherals.dthe import Dthe
from cc3200sim.peripherals.gpio import Gpio
from cc3200sim.peripherals.gspi import Gspi
from cc3200sim.peripherals.hib import Hib1p2, Hib3p3
from cc3200sim.peripherals.i2c import I2c
from cc3200sim.peripherals.ocp_shared import OcpShared
from cc3200sim.peripherals.prcm import AppsRcm, ClockGate, Gprcm
from cc3200sim.peripherals.reset import Domain
from cc3200sim.peripherals.shamd5 import ShaMd5
from cc3200sim.peripherals.timer import Timer
from cc3200sim.peripherals.uart import Uart
from cc3200sim.peripherals.wdt import Wdt
from cc3200sim.systick import Dwt


class Irq(IntEnum):
    """Interrupts by their vector number, 16 + the line of the controller (hw_ints.h)."""

    GPIOA0 = 16
    GPIOA1 = 17
    GPIOA2 = 18
    GPIOA3 = 19
    UARTA0 = 21
    UARTA1 = 22
    I2CA0 = 24
    ADCCH0 = 30
    ADCCH1 = 31
    ADCCH2 = 32
    ADCCH3 = 33
    WDT = 34
    TIMERA0A = 35
    TIMERA0B = 36
    TIMERA1A = 37
    TIMERA1B = 38
    TIMERA2A = 39
    TIMERA2B = 40
    FLASH = 45
    TIMERA3A = 51
    TIMERA3B = 52
    UDMA = 62
    UDMAERR = 63
    SHA = 164
    AES = 167
    DES = 169
    MMCHS = 175
    I2S = 177
    CAMERA = 179
    NWPIC = 187
    PRCM = 188
    SSPI = 191
    GSPI = 192
    LSPI = 193


@dataclass(frozen=True)
class Block:
    """A row of the chip table. `size` is in bytes; `model` is None where the emulator has none."""

    name: str
    base: int
    model: type[Peripheral] | None
    irqs: tuple[Irq, ...] = ()
    gate: ClockGate | None = None
    domain: Domain = Domain.MCU
    size: int = 0x1000
    what: str = ""


_GATE, _IRQ = ClockGate, Irq
BLOCKS: tuple[Block, ...] = (
    Block("WDT", 0x4000_0000, Wdt, (_IRQ.WDT,), _GATE.WDT, what="watchdog"),
    Block("GPIOA0", 0x4000_4000, Gpio, (_IRQ.GPIOA0,), _GATE.GPIOA0, what="GPIO 0 to 7"),
    Block("GPIOA1", 0x4000_5000, Gpio, (_IRQ.GPIOA1,), _GATE.GPIOA1, what="GPIO 8 to 15"),
    Block("GPIOA2", 0x4000_6000, Gpio, (_IRQ.GPIOA2,), _GATE.GPIOA2, what="GPIO 16 to 23"),
    Block("GPIOA3", 0x4000_7000, Gpio, (_IRQ.GPIOA3,), _GATE.GPIOA3, what="GPIO 24 to 31"),
    Block("UARTA0", 0x4000_C000, Uart, (_IRQ.UARTA0,), _GATE.UARTA0, what="UART 0"),
    Block("UARTA1", 0x4000_D000, Uart, (_IRQ.UARTA1,), _GATE.UARTA1, what="UART 1"),
    Block("I2CA0", 0x4002_0000, I2c, (_IRQ.I2CA0,), _GATE.I2CA0, what="I2C"),
    Block("GPIOA4", 0x4002_4000, Gpio, (), _GATE.GPIOA4, what="GPIO 32 to 39"),
    Block("TIMERA0", 0x4003_0000, Timer, (_IRQ.TIMERA0A, _IRQ.TIMERA0B), _GATE.TIMERA0, what="timer 0"),
    Block("TIMERA1", 0x4003_1000, Timer, (_IRQ.TIMERA1A, _IRQ.TIMERA1B), _GATE.TIMERA1, what="timer 1"),
    Block("TIMERA2", 0x4003_2000, Timer, (_IRQ.TIMERA2A, _IRQ.TIMERA2B), _GATE.TIMERA2, what="timer 2"),
    Block("TIMERA3", 0x4003_3000, Timer, (_IRQ.TIMERA3A, _IRQ.TIMERA3B), _GATE.TIMERA3, what="timer 3"),
    Block("STACKDIE_CTRL", 0x400F_5000, None, what="stacked die control"),
    Block(
        "COMMON_REG", 0x400F_7000, NwpInterrupt, (_IRQ.NWPIC,), domain=Domain.SHARED, what="interrupts between cores"
    ),
    Block("FLASH_CONTROL", 0x400F_D000, None, (_IRQ.FLASH,), what="control of an internal flash"),
    Block("SYSTEM_CONTROL", 0x400F_E000, None, what="system control"),
    Block("UDMA", 0x400F_F000, None, (_IRQ.UDMA, _IRQ.UDMAERR), _GATE.UDMA, what="DMA controller"),
    Block("SDHOST", 0x4401_0000, None, (_IRQ.MMCHS,), _GATE.SDHOST, what="SD card host"),
    Block("CAMERA", 0x4401_8000, None, (_IRQ.CAMERA,), _GATE.CAMERA, what="parallel camera interface"),
    Block("I2S", 0x4401_C000, None, (_IRQ.I2S,), _GATE.I2S, size=0x2000, what="audio serial port (McASP)"),
    Block("SSPI", 0x4402_0000, None, (_IRQ.SSPI,), _GATE.SSPI, what="SPI of the serial flash, the NWP's"),
    Block("GSPI", 0x4402_1000, Gspi, (_IRQ.GSPI,), _GATE.GSPI, what="general SPI"),
    Block("LSPI", 0x4402_2000, Lspi, (_IRQ.LSPI,), _GATE.LSPI, what="SPI of the link to the network processor"),
    Block("ARCM", 0x4402_5000, AppsRcm, (_IRQ.PRCM,), what="clock gates and soft resets"),
    Block("APPS_CONFIG", 0x4402_6000, AppsConfig, what="the application processor's odds and ends"),
    Block("GPRCM", 0x4402_D000, Gprcm, domain=Domain.SHARED, what="resets of the whole chip"),
    Block("OCP_SHARED", 0x4402_E000, OcpShared, domain=Domain.SHARED, size=0x800, what="pads"),
    Block("ADC", 0x4402_E800, Adc, (_IRQ.ADCCH0, _IRQ.ADCCH1, _IRQ.ADCCH2, _IRQ.ADCCH3), size=0x800, what="ADC"),
    Block("HIB1P2", 0x4402_F000, Hib1p2, domain=Domain.HIBERNATE, size=0x800, what="hibernate domain, 1.2 V"),
    Block("HIB3P3", 0x4402_F800, Hib3p3, domain=Domain.HIBERNATE, size=0x800, what="hibernate domain, 3.3 V"),
    Block("DTHE", 0x4403_0000, Dthe, (), _GATE.DTHE, what="cryptographic engines' interrupts, and the CRC"),
    Block("SHAMD5", 0x4403_5000, ShaMd5, (_IRQ.SHA,), _GATE.DTHE, what="hash engine"),
    Block("AES", 0x4403_7000, None, (_IRQ.AES,), _GATE.DTHE, what="AES engine"),
    Block("DES", 0x4403_9000, None, (_IRQ.DES,), _GATE.DTHE, what="DES engine"),
    Block("ITM", 0xE000_0000, None, domain=Domain.CORE, what="instrumentation trace"),
    Block("DWT", 0xE000_1000, Dwt, domain=Domain.CORE, what="cycle counter and watchpoints"),
    Block("FPB", 0xE000_2000, None, domain=Domain.CORE, what="flash patch and breakpoints"),
    Block("SCS", 0xE000_E000, Nvic, domain=Domain.CORE, what="system control, SysTick, interrupt controller"),
    Block("TPIU", 0xE004_0000, None, domain=Domain.CORE, what="trace port"),
    Block("ETM", 0xE004_1000, None, domain=Domain.CORE, what="instruction trace"),
    Block("ROM_TABLE", 0xE004_2000, None, domain=Domain.CORE, what="list of debug components"),
)

BY_NAME = {block.name: block for block in BLOCKS}
