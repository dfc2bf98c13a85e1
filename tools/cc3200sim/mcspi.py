"""The McSPI's registers that neither of its two models here has: the general controller's and the link's."""

from __future__ import annotations

from cc3200sim.register_table import Table

_UNMODELLED = (
    (
        "channels 1 to 3: the chip has channel 0 alone",
        "CH1CONF:0x140 CH1STAT:0x144 CH1CTRL:0x148 TX1:0x14C RX1:0x150 CH2CONF:0x154 CH2STAT:0x158 CH2CTRL:0x15C "
        "TX2:0x160 RX2:0x164 CH3CONF:0x168 CH3STAT:0x16C CH3CTRL:0x170 TX3:0x174 RX3:0x178",
    ),
    (
        "DMA",
        "DAFTX:0x180 DAFRX:0x1A0",
    ),
    (
        "wake-up, test and identification",
        "HL_REV:0x000 HL_HWINFO:0x004 HL_SYSCONFIG:0x010 REVISION:0x100 WAKEUPENABLE:0x120 SYST:0x124",
    ),
)


def complete(table: Table) -> None:
    """Add what a model's table does not have of its own."""
    for why, registers in _UNMODELLED:
        missing = [word for word in registers.split() if table.at(int(word.partition(":")[2], 16)) is None]
        table.unmodelled(why, " ".join(missing))
