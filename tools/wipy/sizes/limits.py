"""Does an image fit? Where it does not, a line says by how much, and what takes most."""

import re
from collections import defaultdict
from pathlib import Path

from wipy.errors import UserError
from wipy.sizes.linker_map import pieces

_OVERFLOW = re.compile(r"region [`'](\w+)' overflowed by (\d+) bytes")


def largest_objects(map_text: str, count: int = 8) -> str:
    """The object files that take most, for an error message: "py/vm.o 7,412, ..."."""
    sums: dict[str, int] = defaultdict(int)
    for piece in pieces(map_text):
        if piece.object != "padding":
            sums[piece.object] += piece.size
    top = sorted(sums.items(), key=lambda item: (-item[1], item[0]))[:count]
    return ", ".join(f"{name} {size:,}" for name, size in top)


def check(name: str, image: int, image_limit: int, heap: int, min_heap: int, map_file: Path) -> None:
    """Raises UserError where an image would be too large for the board, or would leave too little Python heap."""
    problems = []
    if image > image_limit:
        problems.append(
            f"{name} would be {image:,} bytes, {image - image_limit:,} more than the {image_limit:,} allowed"
        )
    if heap < min_heap:
        problems.append(
            f"the Python heap would be {heap:,} bytes, {min_heap - heap:,} less than the {min_heap:,} wanted"
        )
    if problems:
        largest = largest_objects(map_file.read_text(errors="replace"))
        raise UserError(f"{'; '.join(problems)}. Largest objects: {largest}")


def explain_overflow(linker_said: str, map_text: str) -> str | None:
    """A line on memory regions that do not hold what was linked; None where the linker complained of something else."""
    overflows = _OVERFLOW.findall(linker_said)
    if not overflows:
        return None
    by = " and ".join(f"{name} by {int(size):,} bytes" for name, size in dict(overflows).items())
    return f"the firmware does not fit in memory: it overflows {by}. Largest objects: {largest_objects(map_text)}"
