"""The ways this chip can restart (hw_gprcm.h, APPS_RESET_CAUSE; hw_hib3p3.h)."""

from __future__ import annotations

from enum import Enum


class ResetKind(Enum):
    """What a block asks the machine for, and what the machine tells the blocks."""

    POWER_ON = "power on"
    CORE = "soft reset 0: the processor alone"
    MCU = "soft reset 1: the processor and its peripherals"
    WDT = "watchdog: the processor and its peripherals"
    SOC = "global soft reset: application and network processors and their peripherals"
    HIBERNATE = "hibernate: all power off but for the hibernate domain"
    HIBERNATE_EXIT = "wake from hibernate"


class Domain(Enum):
    """Which resets put a block back (hw_gprcm.h, MCU_GLOBAL_SOFT_RESET: "shared peripherals are not affected").

    The hibernate domain loses its state with all power only, shared blocks (the pads) with the chip's main supply.
    """

    CORE = frozenset(ResetKind)
    MCU = frozenset(ResetKind) - {ResetKind.CORE}
    NWP = frozenset(ResetKind) - {ResetKind.CORE, ResetKind.MCU, ResetKind.WDT}
    SHARED = frozenset({ResetKind.POWER_ON, ResetKind.HIBERNATE, ResetKind.HIBERNATE_EXIT})
    HIBERNATE = frozenset({ResetKind.POWER_ON})


# APPS_RESET_CAUSE after each; entering hibernation has none.
RESET_CAUSE = {
    ResetKind.POWER_ON: 0,
    ResetKind.HIBERNATE_EXIT: 0,
    ResetKind.CORE: 3,
    ResetKind.MCU: 4,
    ResetKind.WDT: 5,
    ResetKind.SOC: 6,
}
