"""What a team shares work by: a launcher of the compiler (LAUNCHER=), and a folder of what was built (CACHE_DIR=)."""

import os
import shlex
import shutil
from pathlib import Path

from wipy.errors import UserError


def words(given: str) -> list[str]:
    """LAUNCHER= as words of a command line; raises UserError where its program is not to be found."""
    try:
        found = shlex.split(given)
    except ValueError as error:
        raise UserError(f"LAUNCHER={given}: {error}") from None
    if found and shutil.which(found[0]) is None:
        raise UserError(f"LAUNCHER={given}: there is no program {found[0]}: install it or give its path")
    return found


def cache_folder(given: str, read_only: bool = False) -> Path:
    """CACHE_DIR= as a folder that is there and, unless read_only, can be written; else raises UserError."""
    folder = Path(given).expanduser().absolute()
    try:
        if not read_only:
            folder.mkdir(parents=True, exist_ok=True)
        usable = os.access(folder, os.R_OK | os.X_OK | (0 if read_only else os.W_OK))
        reason = "permission denied" if folder.exists() else "no such folder"
    except OSError as error:
        usable, reason = False, (error.strerror or str(error)).lower()
    if not usable:
        raise UserError(f"CACHE_DIR={given} cannot be {'read' if read_only else 'written to'}: {reason}")
    return folder
