"""For all tests: `board`, the emulated board at its prompt (--wipy-image, --wipy-rom); what becomes of each is kept.

The board is the one that upstream's port knows too, which the peer's tests need.
"""

import os
from pathlib import Path

from cc3200sim.pytest_plugin import IMAGE_VARIABLE

pytest_plugins = ["cc3200sim.pytest_plugin", "wipy.recorder"]

os.environ.setdefault(IMAGE_VARIABLE, str(Path(__file__).parents[1] / "build/WIPY/mcuimg.bin"))
