"""wipy-flash: look into a dump of a serial flash, and change what is in it."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from cc3200sim.cli.arguments import add_flash_size
from cc3200sim.flash import BLOCK_SIZE, FileEntry, Flash, FlashError, dump

_DESCRIPTION = "Files in a dump of a CC3200's serial flash: of a board, or of wipy-sim --flash."
_FAIL_SAFE = 1  # sl_FsOpen's commit
_IMAGES = ("/sys/factimg.bin", "/sys/updtimg1.bin", "/sys/updtimg2.bin")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="wipy-flash", description=_DESCRIPTION)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(run: Callable[[argparse.Namespace], int], name: str, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        made.set_defaults(run=run)
        made.add_argument("flash", metavar="FLASH", type=Path, help="the dump")
        return made

    listing = command(_list, "list", "list the files: number, blocks, copies, size, name")
    listing.add_argument("--json", action="store_true", help="as JSON, for programs")
    extract = command(_extract, "extract", "copy files out of the dump")
    extract.add_argument("names", metavar="NAME", nargs="*", help="a file's name, or #NUMBER; none: all files")
    extract.add_argument("--to", metavar="FOLDER", type=Path, default=Path(), help="where to (default: here)")
    put = command(_put, "put", "copy a file into the dump")
    put.add_argument("local", metavar="LOCAL", type=Path, help="the file to copy")
    put.add_argument("name", metavar="NAME", help="its name in the flash, such as /sys/factimg.bin")
    put.add_argument("--fail-safe", action="store_true", help="a new file gets a second copy, for safe rewriting")
    put.add_argument("--size", metavar="BYTES", type=_size, help="room for a new file to grow (default: none)")
    delete = command(_delete, "delete", "delete files in the dump")
    delete.add_argument("names", metavar="NAME", nargs="+", help="a file's name, or #NUMBER")
    make = command(_make, "make", "make a new flash")
    make.add_argument("--file", metavar="NAME=LOCAL", dest="files", action="append", default=[], type=_pair,
                      help="a file to put into it; may be given again")  # fmt: skip
    add_flash_size(make, "--size", "of the flash")
    command(_check, "check", "tell whether the dump is whole: table, copies, images")
    return parser


def _size(text: str) -> int:
    value = int(text, 0)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is no size")
    return value


def _pair(text: str) -> tuple[str, Path]:
    name, equals, local = text.partition("=")
    if not (name and equals and local):
        raise argparse.ArgumentTypeError(f"{text} is not NAME=LOCAL")
    return name, Path(local)


@contextlib.contextmanager
def _changed(path: Path) -> Iterator[Flash]:
    """The flash, to be changed: locked against runs of the emulator, written when all went well."""
    try:
        with dump.locked(path) as flash:
            yield flash
            dump.store(flash, path)
    except dump.FlashInUse:
        raise FlashError(f"the serial flash {path} is in use by a run of the emulator") from None


def _named(flash: Flash, name: str) -> tuple[str, FileEntry]:
    for known, entry in flash.files.items():
        if name in (known, f"#{entry.index}"):
            return known, entry
    raise FlashError(f"there is no file {name}")


def _shown(name: str) -> str:
    return name if dump.is_kept_name(name) else "(name not kept)"


def _rows(flash: Flash) -> list[tuple[str, FileEntry, int | None]]:
    """Name, entry and length of every file, by its place; length None: never closed."""
    files = sorted(flash.files.items(), key=lambda item: item[1].first_block)
    return [(name, entry, active[2] if (active := flash.active_copy(entry)) else None) for name, entry in files]


def _list(words: argparse.Namespace) -> int:
    flash = dump.load(words.flash)
    rows = _rows(flash)
    if words.json:
        files = [
            {"number": entry.index, "name": name if dump.is_kept_name(name) else None, "size": length,
             "first_block": entry.first_block, "blocks": entry.blocks, "copies": entry.copies}
            for name, entry, length in rows
        ]  # fmt: skip
        print(json.dumps({"size": flash.size, "revision": flash.revision, "files": files}, indent=1))
        return 0
    print(f"{'number':>6} {'block':>6} {'blocks':>9} {'size':>9}  name")
    for name, entry, length in rows:
        blocks = f"{entry.copies} x {entry.blocks}" if entry.copies > 1 else str(entry.blocks)
        size = "not closed" if length is None else f"{length:,}"
        print(f"{entry.index:>6} {entry.first_block:>6} {blocks:>9} {size:>9}  {_shown(name)}")
    used = sum(entry.extent for _, entry, _ in rows)
    count = flash.size // BLOCK_SIZE
    print(f"{len(rows)} files, {used} of {count} blocks; revision {flash.revision} of the file table")
    return 0


def _extract(words: argparse.Namespace) -> int:
    flash = dump.load(words.flash)
    wanted = [_named(flash, name)[0] for name in words.names] or [name for name, _, _ in _rows(flash)]
    for name in wanted:
        content = flash.read(name)
        if content is None:
            if words.names:
                raise FlashError(f"{_shown(name)} was never closed: it has no content")
            continue
        kept = [part for part in name.split("/") if part not in ("", ".", "..")] if dump.is_kept_name(name) else []
        path = words.to.joinpath(*(kept or [f"file-{flash.files[name].index}"]))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise FlashError(f"can't write {path}: {error.strerror}") from error
        print(f"{len(content):>9,}  {path}")
    return 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FlashError(f"can't read {path}: {error.strerror}") from error


def _put(words: argparse.Namespace) -> int:
    content = _read(words.local)
    with _changed(words.flash) as flash:
        flash.write(words.name, content, max_size=words.size, flags=_FAIL_SAFE if words.fail_safe else 0)
    return 0


def _delete(words: argparse.Namespace) -> int:
    with _changed(words.flash) as flash:
        for name in words.names:
            flash.delete(_named(flash, name)[0])
    return 0


def _make(words: argparse.Namespace) -> int:
    if words.flash.exists():
        raise FlashError(f"{words.flash} is there already")
    flash = Flash(words.size << 20)
    for name, local in words.files:
        flash.write(name, _read(local))
    dump.store(flash, words.flash)
    return 0


def _verifies(image: bytes) -> bool:
    """The MD5 at its end (docs/formats/image.md)."""
    return len(image) > 40 and hashlib.md5(image[:-32]).hexdigest().encode() == image[-32:]


def _check(words: argparse.Namespace) -> int:
    flash = dump.load(words.flash)  # refuses a table that contradicts itself
    faults = []
    for name, entry, length in _rows(flash):
        if length is None:
            faults.append(f"{_shown(name)} (number {entry.index}) was never closed: it has no content")
        content = flash.read(name)
        if name in _IMAGES and content is not None and not _verifies(content):
            faults.append(f"{name} does not verify: a bootloader passes it over")
    for fault in faults:
        print(fault)
    if not faults:
        print(f"{len(flash.files)} files, all whole")
    return 1 if faults else 0


def main(arguments: list[str] | None = None) -> int:
    """The command line. 0: done; 1: can't be done, or the check found something; 2: not understood."""
    words = _parser().parse_args(arguments)
    try:
        status: int = words.run(words)
    except FlashError as error:
        print(f"wipy-flash: {error}", file=sys.stderr)
        return 1
    return status
