"""The host's side of the link: the LSPI controller and the mask of the interrupt.

Framing as TI's driver.c has it: 12344321, then opcode and length, then the body; to read, the host sends 56788765 and
clocks dummy words while the message comes back. Words of 32 bits; the time they take is part of a command's time.
"""

from __future__ import annotations

import struct
from enum import Enum
from typing import ClassVar

from cc3200sim.clock import Clock
from cc3200sim.mcspi import complete
from cc3200sim.nwp.processor import NetworkProcessor
from cc3200sim.nwp.service import log
from cc3200sim.peripheral import Peripheral, Unmodelled
from cc3200sim.register_table import WORD, Access, Table

H2N_SYNC = 0x12344321
H2N_CNYS = 0x56788765
IDLE_WORD = 0xFFFFFFFF

LSPI = Table("hw_mcspi.h", "MCSPI_O_")
_REVISION = LSPI.constant(0x100, "REVISION", "REV:7-0", reset=0x2B)
_SYSCONFIG = LSPI.stored(0x110, "SYSCONFIG", "SOFTRESET:1", writable=WORD)
_SYSSTATUS = LSPI.constant(0x114, "SYSSTATUS", "RESETDONE:0", reset=1)
_IRQSTATUS = LSPI.constant(0x118, "IRQSTATUS", note="no interrupt is modelled")
_IRQENABLE = LSPI.stored(0x11C, "IRQENABLE", "ALL:31-0!", source="all its fields")
_MODULCTRL = LSPI.stored(0x128, "MODULCTRL", writable=WORD, reset=0x4, note="held, without effect")
_CH0CONF = LSPI.stored(
    0x12C, "CH0CONF", writable=WORD, reset=0x6_0000, note="held; words have 32 bits whatever it says"
)
_CH0STAT = LSPI.live(0x130, "CH0STAT", "", reads="RXS:0 TXS:1 EOT:2")
_CH0CTRL = LSPI.stored(0x134, "CH0CTRL", "EN:0", writable=WORD)
_TX0 = LSPI.live(0x138, "TX0", "TDATA:31-0")
_RX0 = LSPI.live(0x13C, "RX0", "RDATA:31-0")
_XFERLEVEL = LSPI.stored(0x17C, "XFERLEVEL", writable=WORD, note="held, without effect")
complete(LSPI)

(_SOFTRESET,) = _SYSCONFIG.masks("SOFTRESET")
_RXS, _TXS, _EOT = _CH0STAT.masks("RXS TXS EOT")
(_CH0CTRL_EN,) = _CH0CTRL.masks("EN")


class Framing(Enum):
    """What the next word of a command is."""

    SYNC = "sync word"
    HEADER = "opcode and length"
    BODY = "part of the body"


class Lspi(Peripheral):
    """The SPI controller (OMAP McSPI) of the link. Its interrupts and DMA are not modelled."""

    TABLE = LSPI
    STATE: ClassVar[tuple[str, ...]] = (
        "_registers",
        "_received",
        "_outgoing",
        "_header",
        "_body",
        "_body_words",
        "_framing",
    )

    def __init__(self, clock: Clock, processor: NetworkProcessor) -> None:
        self._nwp = processor
        super().__init__(clock)

    def reset(self) -> None:
        """Registers to their reset values, framing to the start of a command."""
        self._registers: dict[int, int] = {
            register: register.reset for register in LSPI if register.access in (Access.STORED, Access.CONSTANT)
        }
        self._received: int | None = None
        self._outgoing: list[int] = []
        self._framing = Framing.SYNC
        self._header = 0
        self._body: list[int] = []
        self._body_words = 0

    def read(self, offset: int, size: int) -> int:
        """Registers of hw_mcspi.h that the driver library uses."""
        if offset == _CH0STAT:
            return _TXS | _EOT | (_RXS if self._received is not None else 0)
        if offset == _RX0:
            word = self._received if self._received is not None else 0
            self._received = None
            return word
        if offset in self._registers:
            return self._registers[offset]
        raise Unmodelled

    def steady(self, offset: int) -> bool:
        """All but the words themselves."""
        return offset != _RX0

    def write(self, offset: int, value: int, size: int) -> None:
        """A word to TX0 is shifted out and another one in, at once."""
        if offset == _TX0:
            if self._registers[_CH0CTRL] & _CH0CTRL_EN:
                self._received = self._exchange(value)
            return
        if offset == _SYSCONFIG and value & _SOFTRESET:
            self.reset()
            return
        if offset == _IRQENABLE and value:
            raise Unmodelled
        if offset not in self._registers:
            raise Unmodelled
        if offset not in (_REVISION, _SYSSTATUS, _IRQSTATUS):
            self._registers[offset] = value

    def _exchange(self, word: int) -> int:
        """One word each way."""
        if self._framing is Framing.HEADER:
            self._header = word
            self._body = []
            self._body_words = ((word >> 16) + 3) // 4
            self._framing = Framing.BODY
            self._finish()
            return IDLE_WORD
        if self._framing is Framing.BODY:
            self._body.append(word)
            self._finish()
            return IDLE_WORD
        if word == H2N_SYNC:
            self._framing = Framing.HEADER
            self._outgoing = []
        elif word == H2N_CNYS:
            self._outgoing = self._nwp.next_message()[::-1]
        elif word == IDLE_WORD:
            return self._outgoing.pop() if self._outgoing else IDLE_WORD
        else:
            log.warning("LSPI: word %08X where a sync word was due: ignored", word)
        return IDLE_WORD

    def _finish(self) -> None:
        if len(self._body) < self._body_words:
            return
        self._framing = Framing.SYNC
        body = struct.pack(f"<{len(self._body)}I", *self._body)
        self._nwp.receive(self._header & 0xFFFF, body[: self._header >> 16])


COMMON_REG = Table(
    "hw_common_reg.h",
    "COMMON_REG_O_",
    "Bit 0 is the network processor's interrupt to the host (cc_pal.c); no other bit has an effect.",
)
_MASK_SET = COMMON_REG.live(0x088, "NW_INT_MASK_SET", "NW_INT_MASK_SET:31-0")
_MASK_CLR = COMMON_REG.live(0x08C, "NW_INT_MASK_CLR", "NW_INT_MASK_CLR:31-0")
_ACK = COMMON_REG.live(
    0x094, "NW_INT_ACK", "NW_INT_ACK:31-0", reads="", note="no effect: the interrupt is there while a message waits"
)
_TO_NWP_CLEAR = COMMON_REG.live(0x0B0, "APPS_INT_STS_CLR", "APPS_INT_STS_CLR:31-0")
_TO_NWP_RAISE = COMMON_REG.live(
    0x0B8, "APPS_INT_TRIG", "APPS_INT_TRIG:31-0", note="taken at once: it asks for a stop, which SPARE_REG_5 then does"
)
_TO_NWP = COMMON_REG.live(0x0C0, "APPS_INT_STS_RAW", "APPS_INT_STS_RAW:31-0", note="reads 0: nothing stays pending")
COMMON_REG.unmodelled(
    "semaphores between the processors",
    "APPS_sh_resource_Interrupt_enable:0x00C APPS_sh_resource_Interrupt_status:0x010 "
    "NWP_sh_resource_Interrupt_enable:0x014 NWP_sh_resource_Interrupt_status:0x018 APPS_NW_SEMAPHORE1:0x040 "
    "APPS_NW_SEMAPHORE2:0x044 APPS_NW_SEMAPHORE3:0x048 APPS_NW_SEMAPHORE4:0x04C APPS_NW_SEMAPHORE5:0x050 "
    "APPS_NW_SEMAPHORE6:0x054 APPS_NW_SEMAPHORE7:0x058 APPS_NW_SEMAPHORE8:0x05C APPS_NW_SEMAPHORE9:0x060 "
    "APPS_NW_SEMAPHORE10:0x064 APPS_NW_SEMAPHORE11:0x068 APPS_NW_SEMAPHORE12:0x06C APPS_SEMAPPHORE_PEND:0x070 "
    "NW_SEMAPPHORE_PEND:0x074 SEMAPHORE_STATUS:0x078 SEMAPHORE_STATUS2:0x0D0 SEMAPHORE_PREV_OWNER1:0x0D4 "
    "SEMAPHORE_PREV_OWNER2:0x0D8",
)
COMMON_REG.unmodelled(
    "other interrupts between the processors",
    "NW_INT_MASK:0x084 NW_INT_STS_CLR:0x090 NW_INT_TRIG:0x098 NW_INT_STS_MASKED:0x09C "
    "NW_INT_STS_RAW:0x0A0 APPS_INT_MASK:0x0A4 APPS_INT_MASK_SET:0x0A8 APPS_INT_MASK_CLR:0x0AC APPS_INT_ACK:0x0B4 "
    "APPS_INT_STS_MASKED:0x0BC",
)
COMMON_REG.unmodelled(
    "properties, bus matrix and debug",
    "I2C_Properties_Register:0x000 SPI_Properties_Register:0x004 Flash_ctrl_reg:0x01C "
    "Bus_matrix_M0_segment_access_config:0x024 Bus_matrix_M1_segment_access_config:0x028 "
    "Bus_matrix_M2_segment_access_config:0x02C Bus_matrix_M3_segment_access_config:0x030 "
    "Bus_matrix_M4_segment_access_config:0x034 Bus_matrix_M5_segment_access_config:0x038 "
    "GPIO_properties_register:0x03C IDMEM_TIM_Update:0x07C FPGA_ROM_WR_EN:0x080 IDMEM_TIM_Updated:0x0C4 "
    "APPS_GPIO_TRIG_EN:0x0C8 EMU_DEBUG_REG:0x0CC",
)


class NwpInterrupt(Peripheral):
    """The application's mask of the network processor's interrupt, and the interrupt the other way.

    NwpPowerOnPreamble of the host driver raises and clears the latter, and waits for it to show as taken.
    """

    TABLE = COMMON_REG

    def __init__(self, clock: Clock, processor: NetworkProcessor) -> None:
        self._nwp = processor
        super().__init__(clock)

    def read(self, offset: int, size: int) -> int:
        """The mask, and the raw status of the interrupt to the network processor."""
        if offset in (_MASK_SET, _MASK_CLR):
            return int(self._nwp.masked)
        if offset in (_TO_NWP, _ACK):
            return 0
        raise Unmodelled

    def write(self, offset: int, value: int, size: int) -> None:
        """Bit 0 is the host interrupt."""
        if offset in (_MASK_SET, _MASK_CLR):
            if value & 1:
                self._nwp.set_mask(offset == _MASK_SET)
        elif offset not in (_TO_NWP_RAISE, _TO_NWP_CLEAR, _ACK):
            raise Unmodelled
