"""Stands for scons: says where and how it was called."""

import os
import sys


def main() -> int:
    """Status 7 where a word says fail."""
    first = os.environ["PATH"].split(":")[0]
    print(os.getcwd(), os.environ["VIRTUAL_ENV"], sys.prefix, first, sys.argv[1:], sep="\n")
    return 7 if "fail" in sys.argv else 0
