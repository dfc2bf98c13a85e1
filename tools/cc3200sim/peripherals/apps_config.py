"""APPS_CONFIG: the application processor's odds and ends (hw_apps_config.h); of these the timers' trigger select."""

from __future__ import annotations

from cc3200sim.peripherals.registers import RegisterBlock
from cc3200sim.register_table import Table

REGISTERS = Table("hw_apps_config.h", "APPS_CONFIG_O_")
GPT_TRIG_SEL = REGISTERS.stored(0x0B0, "GPT_TRIG_SEL", "GPT_TRIG_SEL:7-0")
REGISTERS.unmodelled(
    "interrupts of DMA transfers",
    "DMA_DONE_INT_MASK:0x08C DMA_DONE_INT_MASK_SET:0x090 DMA_DONE_INT_MASK_CLR:0x094 DMA_DONE_INT_STS_CLR:0x098 "
    "DMA_DONE_INT_ACK:0x09C DMA_DONE_INT_STS_MASKED:0x0A0 DMA_DONE_INT_STS_RAW:0x0A4",
)
REGISTERS.unmodelled(
    "patching of the ROM, faults of memories",
    "PATCH_TRAP_ADDR_REG:0x000 PATCH_TRAP_EN_REG:0x078 FAULT_STATUS_REG:0x07C MEMSS_WR_ERR_CLR_REG:0x080 "
    "MEMSS_WR_ERR_ADDR_REG:0x084 FAULT_STATUS_CLR_REG:0x0A8",
)
REGISTERS.unmodelled("reserved", "RESERVD_REG_0:0x0AC TOP_DIE_SPARE_DIN_REG:0x0B4 TOP_DIE_SPARE_DOUT_REG:0x0B8")


class AppsConfig(RegisterBlock):
    """GPT_TRIG_SEL: bit n lets CCP pin n reach its timer half (the driver library's TimerConfigure sets all eight)."""

    TABLE = REGISTERS

    def triggered(self, pin: int) -> bool:
        """Whether CCP pin 0 to 7 reaches its timer half."""
        return bool(self.regs[GPT_TRIG_SEL] >> pin & 1)
