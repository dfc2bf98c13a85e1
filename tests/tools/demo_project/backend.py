"""A build backend that needs nothing: its editable wheel brings a program called scons (demo.py).

Files in the project's folder make it behave: "hang" holds it up, "broken" makes it fail, "needs" adds to its metadata.
"""

import sys
import time
import zipfile
from pathlib import Path

METADATA = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nProvides-Extra: test\nProvides-Extra: check\n"
WHEEL = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def build_editable(folder: str, config_settings=None, metadata_directory=None) -> str:
    """The one hook of PEP 660 that pip must have."""
    with Path("pip.log").open("a") as log:
        log.write("install\n")
    while Path("hang").exists():
        Path("hanging").touch()
        time.sleep(0.01)
    if Path("broken").exists():
        sys.exit("broken")
    needs = Path("needs").read_text() if Path("needs").exists() else ""
    name, info = "demo-1.0-py3-none-any.whl", "demo-1.0.dist-info"
    with zipfile.ZipFile(Path(folder) / name, "w") as wheel:
        wheel.write("demo.py")
        wheel.writestr(f"{info}/METADATA", METADATA + needs)
        wheel.writestr(f"{info}/WHEEL", WHEEL)
        wheel.writestr(f"{info}/entry_points.txt", "[console_scripts]\nscons = demo:main\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
