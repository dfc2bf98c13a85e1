"""For all tests: `board`, the emulated board at its prompt (--wipy-image, --wipy-rom); what becomes of each is kept."""

import os

from cc3200sim.pytest_plugin import IMAGE_VARIABLE
from support.tested import IMAGE

pytest_plugins = ["cc3200sim.pytest_plugin", "wipy.recorder"]

os.environ.setdefault(IMAGE_VARIABLE, str(IMAGE))
