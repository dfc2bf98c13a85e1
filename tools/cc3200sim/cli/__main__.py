"""python -m cc3200sim.cli"""

import sys

from cc3200sim.cli import main

if __name__ == "__main__":
    sys.exit(main())
