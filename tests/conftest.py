"""Fixtures for all tests: `board`, the emulated board at its prompt (--wipy-image, --wipy-rom)."""

pytest_plugins = ["cc3200sim.pytest_plugin"]
