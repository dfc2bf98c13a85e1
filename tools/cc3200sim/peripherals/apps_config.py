"""APPS_CONFIG: the application processor's odds and ends (hw_apps_config.h); of these the timers' trigger select."""

from __future__ import annotations

from cc3200sim.peripherals.registers import RegisterBlock

GPT_TRIG_SEL = 0x0B0


class AppsConfig(RegisterBlock):
    """GPT_TRIG_SEL: bit n lets CCP pin n reach its timer half (the driver library's TimerConfigure sets all eight)."""

    STORED = {GPT_TRIG_SEL: (0, 0xFF)}

    def triggered(self, pin: int) -> bool:
        """Whether CCP pin 0 to 7 reaches its timer half."""
        return bool(self.regs[GPT_TRIG_SEL] >> pin & 1)
