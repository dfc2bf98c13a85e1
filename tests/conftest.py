"""For all tests: `board`, the emulated board at its prompt (--wipy-image, --wipy-rom); what becomes of each is kept."""

pytest_plugins = ["cc3200sim.pytest_plugin", "wipy.recorder"]
