"""The files of a new /flash drive turned into C: those of boards/flash/, or of a board's own flash folder."""

from __future__ import annotations

from pathlib import Path

from wipy.errors import UserError

LIMIT = 2048  # bytes of all files together: they are part of the image


def _literal(data: bytes) -> str:
    """A C string of these bytes. Octal escapes have three digits, so that no following digit joins them."""
    return "".join(chr(byte) if 32 <= byte < 127 and byte not in b'"\\?' else f"\\{byte:03o}" for byte in data)


def folder_of(board: Path) -> Path:
    """The folder whose files a board's new drive gets; board is the board's own folder."""
    own = board / "flash"
    return own if own.is_dir() else board.parent / "flash"


def sources(folder: Path) -> list[Path]:
    """The files below such a folder, sorted by path."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def header(folder: Path) -> str:
    """genhdr/flash_files.h: path (as FatFs takes it), text and length of each file; raises UserError when too large."""
    rows = []
    total = 0
    for path in sources(folder):
        data = path.read_bytes()
        total += len(data)
        name = "/" + path.relative_to(folder).as_posix()
        rows.append(f'    {{"{_literal(name.encode())}", "{_literal(data)}", {len(data)}}},')
    if not rows:
        raise UserError(f"{folder}: no files for a new /flash drive")
    if total > LIMIT:
        raise UserError(f"{folder}: {total} bytes of files for a new /flash drive, at most {LIMIT}")
    return (
        "// The files of a new /flash drive, generated from the board's flash folder.\n"
        "#pragma once\n#include <stdint.h>\n\n"
        "typedef struct {\n    const char *path;\n    const char *text;\n    uint16_t length; // bytes of text\n"
        "} flash_file_t;\n\n"
        "static const flash_file_t flash_files[] = {\n" + "\n".join(rows) + "\n};\n"
    )
