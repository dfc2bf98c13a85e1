"""The folder for what is fetched or made once: outside every build folder, shared by all clones of one user."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from wipy.errors import UserError


def folder() -> Path:
    """XDG_CACHE_HOME/wipy-firmware, or ~/.cache/wipy-firmware (XDG base directory specification)."""
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():  # the specification has relative paths ignored
        base = Path.home() / ".cache"
    return base / "wipy-firmware"


def make(path: Path) -> Path:
    """Makes the folder path and returns it. Raises UserError where it cannot be written to."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        writable = os.access(path, os.W_OK | os.X_OK)
        reason = "permission denied"
    except OSError as error:
        writable, reason = False, (error.strerror or str(error)).lower()
    if not writable:
        raise UserError(f"cannot write to {path} ({reason}): set XDG_CACHE_HOME to a folder that can be written to")
    return path


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Holds a folder for this process alone; another one waits. The system lets go of it when the process ends."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def made_once(final: Path, new: Callable[[Path], Path]) -> Path:
    """final, made where it is missing: whole or not at all, and by one process. Raises UserError as `make` does.

    new: makes it in a folder of its own, and says which file or folder there it is.
    """
    if final.exists():
        return final
    make(final.parent)
    with lock(final.parent):
        if not final.exists():  # by another process, while this one waited
            for left in final.parent.glob("new-*"):  # of an interrupted run
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(dir=final.parent, prefix="new-") as name:
                new(Path(name)).rename(final)
    return final
