"""The rooms that people know an image by: which of them an object file belongs to."""

import re
from functools import cache
from pathlib import Path

LINK_TIME = "link-time code"
# Folder of an object file under obj/: the name people know it by. The longest that matches counts.
_ROOMS = {
    "port": "main",
    "micropython/drivers/cc3100": "SimpleLink",
    "micropython/ports/cc3200/simplelink": "SimpleLink",
    "micropython/ports/cc3200/hal": "driver library",
    "micropython/ports/cc3200/FreeRTOS": "FreeRTOS",
    "micropython/lib/oofatfs": "FatFs",
    "genhdr": "pin tables",
}


@cache
def room_of(path: str) -> str:
    """The room that an object file as the map names it belongs to."""
    if "(" in path or path.endswith(".a"):
        library = Path(path.split("(")[0]).name
        return "compiler library" if library.startswith("libgcc") else "C library"
    folder = path.split("/obj/", 1)[-1].rpartition("/")[0]
    if path.endswith(".ltrans.o"):
        return LINK_TIME
    if "/obj/" not in path:
        return "C library" if "crt" in Path(path).name else "other"
    for known in sorted(_ROOMS, key=len, reverse=True):
        if folder == known or (known != "port" and folder.startswith(known + "/")):
            return _ROOMS[known]
    parts = folder.split("/")
    return parts[1] if len(parts) > 1 else parts[0]


def short_name(origin: str) -> str:
    """An object file as the map names it, below obj/."""
    return origin.split("/obj/", 1)[-1] if "/obj/" in origin else Path(origin).name


def object_of(source: str) -> str:
    """The object file of a source as it would be without link-time optimization, below obj/."""
    path = Path(source.removeprefix("./")).with_suffix(".o").as_posix()
    if path.startswith("build/"):
        return "genhdr/" + Path(path).name
    return re.sub("^ports/cc3200/", "port/", path)
