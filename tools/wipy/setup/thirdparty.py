"""Third-party source: fetched once, pinned by digest, unpacked into the cache, and looked over at every build.

The archive's digest is compared each time. The unpacked tree is compared with a listing of sizes and modification times
made when it was unpacked, which costs two milliseconds; a file that differs is named, not silently built.
"""

import hashlib
import os
import re
import shutil
import stat
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from wipy import cache
from wipy.console import Console
from wipy.errors import UserError
from wipy.setup import apt

VERSION_HEADER = "py/mpconfig.h"
OVERRIDE = "MICROPYTHON_DIR"

Fetch = Callable[["Pin", Path, Console], None]


@dataclass(frozen=True)
class Pin:
    """What third_party.toml says about the archive."""

    version: str
    package: str
    package_version: str
    suite: str
    file: str
    size: int
    sha256: str
    folders: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def tree_name(self) -> str:
        """The cached tree's folder: another archive or other folders of it give another name."""
        content = "\n".join([self.sha256, *sorted(self.folders), "", *sorted(self.left_out)])
        return f"micropython-{self.version}-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def read_manifest(manifest: Path) -> Pin:
    """Reads third_party.toml. Raises UserError that names the file and what is wrong."""
    try:
        table = tomllib.loads(manifest.read_text(encoding="utf-8"))["micropython"]
        pin = Pin(
            version=str(table["version"]),
            package=str(table["package"]),
            package_version=str(table["package-version"]),
            suite=str(table["suite"]),
            file=str(table["file"]),
            size=int(table["size"]),
            sha256=str(table["sha256"]),
            folders=tuple(table["folders"]),
            left_out=tuple(table.get("left-out", ())),
        )
    except OSError as error:
        raise UserError(f"{manifest}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError, ValueError) as error:
        raise UserError(f"{manifest}: {error}") from None
    except KeyError as error:
        raise UserError(f"{manifest}: [micropython] has no {error.args[0]}") from None
    if not re.fullmatch("[0-9a-f]{64}", pin.sha256) or "/" in pin.file:
        raise UserError(f"{manifest}: sha256 must be 64 lower-case hex digits and file a plain name")
    return pin


def locate(manifest: Path, override: str | None = None, console: Console | None = None) -> Path:
    """The root of the MicroPython tree to build from: the override (MICROPYTHON_DIR=) where given, else the cached
    tree, fetched and unpacked if need be. Raises UserError where neither can be had or what is there is not right."""
    pin = read_manifest(manifest)
    if override:
        return check_checkout(Path(override).expanduser(), pin)
    try:
        return _cached_tree(pin, console or Console())
    except OSError as error:  # a full disk, a file of another user
        raise UserError(f"{error.filename or cache.folder()}: {error.strerror}") from None


def _cached_tree(pin: Pin, console: Console) -> Path:
    archive = fetch(pin, console)
    tree = cache.folder() / "source" / pin.tree_name
    if _is_unchanged(tree):
        return tree
    cache.make(tree.parent)
    with cache.lock(tree.parent):
        if not _listing_of(tree).exists():
            console.say(f"unpacking {pin.file}")
            _unpack_tree(archive, tree, pin)
        elif not _is_unchanged(tree):
            _refuse_changes(archive, tree, pin)
    return tree


def check_checkout(root: Path, pin: Pin) -> Path:
    """root as an absolute path, if it holds MicroPython in the pinned version with every folder the build uses."""
    header = root / VERSION_HEADER
    try:
        text = header.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{OVERRIDE}={root} is not a MicroPython tree: {header}: {error.strerror}") from None
    numbers = dict(re.findall(r"^#define MICROPY_VERSION_(MAJOR|MINOR|MICRO|PRERELEASE) (\d+)$", text, re.MULTILINE))
    found = ".".join(numbers.get(part, "?") for part in ("MAJOR", "MINOR", "MICRO"))
    if numbers.get("PRERELEASE") == "1":
        found += "-preview"
    if found != pin.version:
        raise UserError(f"{OVERRIDE}={root} holds MicroPython {found}; check out the tag v{pin.version}")
    for folder in pin.folders:
        if not (root / folder).is_dir():
            raise UserError(f"{OVERRIDE}={root} has no folder {folder}: it must be a whole checkout of v{pin.version}")
    return root.resolve()


def fetch(pin: Pin, console: Console, download: Fetch | None = None) -> Path:
    """The pinned archive in the cache, verified; downloaded first where it is missing or damaged.
    Raises UserError where it cannot be had, or where what came has another digest."""
    folder = cache.folder() / "archives"
    archive = folder / pin.file
    if _has_digest(archive, pin):
        return archive
    cache.make(folder)
    with cache.lock(folder):
        if _has_digest(archive, pin):  # by another process, while this one waited
            return archive
        if archive.exists():
            console.say(f"{archive} is damaged: fetching it again")
        for left in folder.glob("new-*"):  # of an interrupted run
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix="new-") as private:
            (download or _download_with_apt)(pin, Path(private), console)
            new = Path(private) / pin.file
            if not new.exists():
                raise UserError(f"no third-party source: the mirror has no {pin.file}; {_otherwise(pin)}")
            if not _has_digest(new, pin):
                raise UserError(
                    f"wrong digest: {pin.file} came as SHA-256 {digest(new)}, third_party.toml pins {pin.sha256}; "
                    f"not used. {_otherwise(pin).capitalize()}"
                )
            new.replace(archive)
    return archive


def digest(path: Path) -> str:
    """SHA-256 of a file, as 64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def unpack(archive: Path, folder: Path, wanted: Callable[[str], bool] = lambda name: True) -> None:
    """Unpacks those files of a verified archive whose path below its one top folder is wanted. Symbolic links and
    anything else that is no plain file or folder are refused, as is a path that leads out of folder."""
    import tarfile  # here, because most builds have nothing to unpack and it takes 10 ms

    with tarfile.open(archive, "r:xz") as tar:
        for member in tar:
            parts = PurePosixPath(member.name).parts[1:]
            if not parts or not wanted("/".join(parts)):
                continue
            if ".." in parts or not (member.isfile() or member.isdir()):
                raise UserError(f"{archive}: refusing to unpack {member.name}")
            if member.isdir():
                continue
            path = folder.joinpath(*parts)
            path.parent.mkdir(parents=True, exist_ok=True)
            source = tar.extractfile(member)
            assert source is not None
            with path.open("wb") as target:
                shutil.copyfileobj(source, target)
            # Time and permission bits of the archive, without group, other and set-id rights.
            os.utime(path, (member.mtime, member.mtime))
            path.chmod(member.mode & 0o755 | stat.S_IRUSR)


def _download_with_apt(pin: Pin, folder: Path, console: Console) -> None:
    if not apt.available():
        raise UserError(f"fetching the third-party source needs Debian's apt; elsewhere {_otherwise(pin)}")
    console.say(f"fetching the third-party source, {pin.file} ({pin.size / 1e6:.1f} MB)")
    try:
        apt.download_source(pin.package, pin.package_version, pin.suite, folder, console)
    except apt.AptError as error:
        raise UserError(f"cannot fetch the third-party source: {error}; {_otherwise(pin)}") from None


def _otherwise(pin: Pin) -> str:
    return f"give {OVERRIDE}=<a checkout of MicroPython, tag v{pin.version}>"


def _has_digest(archive: Path, pin: Pin) -> bool:
    try:
        return archive.stat().st_size == pin.size and digest(archive) == pin.sha256
    except FileNotFoundError:
        return False


def _unpack_tree(archive: Path, tree: Path, pin: Pin) -> None:
    """Unpacks beside the final place, then renames: the tree is there whole or not at all. Its listing comes last."""
    for left in [*tree.parent.glob("new-*"), tree]:  # of an interrupted run
        shutil.rmtree(left, ignore_errors=True)
    new = Path(tempfile.mkdtemp(dir=tree.parent, prefix="new-"))
    try:
        new.chmod(0o755)
        unpack(archive, new, _chosen(pin))
        missing = [folder for folder in pin.folders if not (new / folder).is_dir()]
        if missing:
            raise UserError(f"{pin.file} has no folder {missing[0]}, which third_party.toml names")
        new.rename(tree)
        _write_listing(tree)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _chosen(pin: Pin) -> Callable[[str], bool]:
    folders = tuple(f"{folder}/" for folder in pin.folders)
    left_out = frozenset(pin.left_out)
    # Files at the root are the licence and the like.
    return lambda name: (name.startswith(folders) or "/" not in name) and name not in left_out


def _listing_of(tree: Path) -> Path:
    return tree.with_name(tree.name + ".files")


def _list(tree: Path) -> list[str]:
    """A line for each file of the tree: path, size, modification time in ns."""
    lines: list[str] = []
    start = len(str(tree)) + 1
    pending = [str(tree)]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                else:
                    status = entry.stat(follow_symlinks=False)
                    lines.append(f"{entry.path[start:]}\t{status.st_size}\t{status.st_mtime_ns}")
    return sorted(lines)


def _write_listing(tree: Path) -> None:
    with tempfile.TemporaryDirectory(dir=tree.parent, prefix="new-") as name:
        listing = Path(name) / "files"
        listing.write_text("\n".join(_list(tree)))
        listing.replace(_listing_of(tree))


def _is_unchanged(tree: Path) -> bool:
    try:
        return _listing_of(tree).read_text() == "\n".join(_list(tree))
    except FileNotFoundError:
        return False


def _refuse_changes(archive: Path, tree: Path, pin: Pin) -> None:
    """Compares the tree's content with the archive's. Where only times differ (a restored backup), lists it anew;
    else raises UserError that names a file."""
    with tempfile.TemporaryDirectory(dir=tree.parent, prefix="new-") as name:
        fresh = Path(name)
        unpack(archive, fresh, _chosen(pin))
        changed = _first_difference(fresh, tree)
    if changed is not None:
        raise UserError(
            f"{changed} differs from the pinned archive: delete {tree} to have it unpacked again; "
            f"to build from changed source give {OVERRIDE}="
        )
    _write_listing(tree)


def _first_difference(fresh: Path, tree: Path) -> Path | None:
    def names(root: Path) -> Sequence[str]:
        return [line.split("\t")[0] for line in _list(root)] if root.is_dir() else []

    expected, present = names(fresh), names(tree)
    for name in sorted({*expected, *present}):
        if name not in expected or name not in present or (fresh / name).read_bytes() != (tree / name).read_bytes():
            return tree / name
    return None
