"""APPS_CONFIG: the application processor's odds and ends (hw_apps_config.h); only the timers' trigger select so far."""

from __future__ import annotations

from cc3200sim.peripherals.registers import RegisterBlock

GPT_TRIG_SEL = 0x0B0


class AppsConfig(RegisterBlock):
    """GPT_TRIG_SEL is held: with its reset value, and with the driver library's 0xFF, CCP inputs reach the timers."""

    STORED = {GPT_TRIG_SEL: (0, 0xFF)}
