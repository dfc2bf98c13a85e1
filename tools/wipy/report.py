"""The size report as people read it, with what changed since the last build."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

_SYMBOLS_A_ROOM = 5
_ROOMS_WITH_SYMBOLS = 12


def _change(now: int, before: int | None) -> str:
    if before is None or now == before:
        return ""
    return f"  {now - before:+,}"


def _table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Columns lined up: the first to the left, the others to the right."""
    cells = list(rows)
    widths = [max(len(row[i]) for row in cells if i < len(row)) for i in range(max(map(len, cells), default=0))]
    lines = []
    for row in cells:
        first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=False))
        lines.append("  ".join(["", row[0].ljust(len(first)), *others]).rstrip())
    return lines


def summary(sizes: dict[str, Any], before: dict[str, Any] | None) -> str:
    """One line: the image against its limit, and the heap if it leaves one, with their changes."""
    image, heap = sizes["image"], sizes["heap"]
    if before and before.get("build_type") != sizes["build_type"]:
        before = None  # the type makes the difference, not a change
    old_image = before["image"]["size"] if before else None
    line = f"{image['name']} {image['size']:,} of {image['limit']:,} bytes{_change(image['size'], old_image)}"
    if heap:
        old_heap = before["heap"]["size"] if before and before["heap"] else None
        line += f", Python heap {heap['size']:,}{_change(heap['size'], old_heap)}"
    if sizes["build_type"] != "release":
        line += f" ({sizes['build_type']} build)"
    return line


def text(title: str, sizes: dict[str, Any], before: dict[str, Any] | None) -> str:
    """The whole report; `sizes` and `before` as Sizes.as_json() gives them, `before` None on a first build."""
    old = before or {"regions": [], "stacks": {}, "rooms": {}}
    lines = [title, "", summary(sizes, before), "", "Memory (bytes)"]
    was = {region["name"]: region["used"] for region in old["regions"]}
    lines += _table(
        (
            r["name"],
            f"{r['origin']:#010x}",
            f"{r['used']:,} of {r['length']:,}",
            f"{100 * r['used'] / r['length']:.1f} %",
            f"{r['free']:,} free{_change(r['used'], was.get(r['name']))}",
        )
        for r in sizes["regions"]
    )
    if heap := sizes["heap"]:
        lines += ["", f"Python heap: {heap['size']:,} bytes, at least {heap['minimum']:,} wanted"]
    lines += ["", "Stacks (bytes)"]
    lines += _table(
        (name, f"{size:,}{_change(size, old['stacks'].get(name))}") for name, size in sizes["stacks"].items()
    ) or ["  none"]
    lines += ["", "Rooms (bytes)"]
    rows = [("", "image", "RAM", "change" if before else "")]
    for room in {**sizes["rooms"], **old["rooms"]}:
        now = sizes["rooms"].get(room, {"image": 0, "ram": 0})
        then = old["rooms"].get(room, {"image": 0, "ram": 0}) if before else now
        rows.append(
            (room, f"{now['image']:,}", f"{now['ram']:,}", _change(sum(now.values()), sum(then.values())).strip())
        )
    lines += _table(rows)
    lines += ["", "Largest symbols by room (bytes)"]
    order = list(sizes["rooms"])[:_ROOMS_WITH_SYMBOLS]
    known = [symbol for symbol in sizes["symbols"] if symbol["room"] in order]
    known.sort(key=lambda symbol: order.index(symbol["room"]))  # stable: largest first within a room
    for room, symbols in groupby(known, key=lambda symbol: symbol["room"]):
        lines.append(f"  {room}")
        lines += [
            "  " + row
            for row in _table((s["name"], f"{s['size']:,}", s["section"]) for s in list(symbols)[:_SYMBOLS_A_ROOM])
        ]
    return "\n".join(lines) + "\n"
