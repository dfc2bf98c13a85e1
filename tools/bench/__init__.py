"""Measurements of the firmware and of its build: these know the firmware, the emulator and the build."""
