"""MicroPython's generated tables: the strings, modules and root pointers that C sources name, and headers made of them.

The headers come from MicroPython's own scripts (py/makeqstrdefs.py, makeqstrdata.py, makemoduledefs.py,
make_root_pointers.py, makecompresseddata.py), run as they stand. What is done here is what its Makefile does around
them: preprocess every source with -DNO_QSTR, keep the lines those scripts look at, and pass them on. Each source is
preprocessed again only when it, or a file that it includes, has changed.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wipy.errors import UserError

# What makeqstrdefs.py searches for begins with one of these; lines without them cannot matter to it.
_WANTED = re.compile(rb"MP_(?:QSTR_|COMPRESSED_ROM_TEXT|REGISTER_)")
# The preprocessor's line marker for entering a file (flag 1) or for starting the source itself (no flag).
_ENTERED = re.compile(rb'^# \d+ "([^"<]+)"(?: 1\b[ \d]*)?$', re.MULTILINE)


@dataclass(frozen=True)
class Table:
    """One generated header: makeqstrdefs.py's mode, and the script that writes the header from what it collected."""

    mode: str
    script: str


TABLES = {
    "qstrdefs.generated.h": Table("qstr", "makeqstrdata.py"),
    "moduledefs.h": Table("module", "makemoduledefs.py"),
    "root_pointers.h": Table("root_pointer", "make_root_pointers.py"),
    "compressed.data.h": Table("compress", "makecompresseddata.py"),
}


def _stamp(path: str) -> list[int]:
    """Modification time in ns and size in bytes; a file that is gone has a stamp of its own."""
    try:
        status = os.stat(path)
    except OSError:
        return [0, -1]
    return [status.st_mtime_ns, status.st_size]


def _digest(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""


def _wanted_lines(text: bytes) -> str:
    lines = []
    end = 0
    for match in _WANTED.finditer(text):
        if match.start() < end:
            continue
        start = text.rfind(b"\n", 0, match.start()) + 1
        end = text.find(b"\n", match.end())
        if end < 0:
            end = len(text)
        lines.append(text[start:end].strip())
    return b"\n".join(lines).decode()


def _first_error(said: bytes) -> str:
    """The compiler's words up to its first error; a missing header would else be told once for each source."""
    lines = said.decode(errors="replace").splitlines()
    first = next((i for i, line in enumerate(lines) if "error:" in line), len(lines) - 1)
    return "\n".join(lines[max(0, first - 5) : first + 1])


def _preprocess(command: Sequence[str], sources: Sequence[str]) -> dict[str, tuple[list[str], str]]:
    """Run the preprocessor once over many sources; {source: (files it read, lines that matter)}."""
    run = subprocess.run([*command, *sources], capture_output=True)
    if run.returncode:
        raise UserError(f"preprocessing for MicroPython's tables failed:\n{_first_error(run.stderr)}")
    # Each source's text starts at a marker that names it with line 0 (line 1 before GCC 11) and no flag.
    found = {}
    starts = []
    at = 0
    for source in sources:
        marker = re.compile(rb'^# [01] "' + re.escape(source.encode()) + rb'"$', re.MULTILINE)
        match = marker.search(run.stdout, at)
        if match is None:
            raise UserError(f"the preprocessor's output does not name {source}: is it GCC?")
        starts.append(match.start())
        at = match.end()
    for source, start, end in zip(sources, starts, [*starts[1:], len(run.stdout)], strict=True):
        text = run.stdout[start:end]
        files = sorted({name.decode() for name in _ENTERED.findall(text)})
        found[source] = ([name for name in files if os.path.isfile(name)], _wanted_lines(text))
    return found


def collect(
    command: Sequence[str], sources: Sequence[str], cache: Path, headers: Sequence[str] = (), jobs: int = 0
) -> str:
    """Text for `makeqstrdefs.py split`: for each source, in the order given, a line marker and its lines that matter.

    `command` is the preprocessor with its flags, `cache` a file that remembers the last run, `headers` all that the
    sources may include: with another set everything is preprocessed anew, as a new file may hide one found before.
    `jobs` is how many preprocessors run at once (0: one a processor). Raises UserError where one does not preprocess.
    """
    key = hashlib.sha256("\0".join([*command, *sorted(headers)]).encode()).hexdigest()
    try:
        kept = json.loads(cache.read_text())
    except (OSError, ValueError):
        kept = {}
    known = kept["sources"] if kept.get("command") == key else {}
    stamps: dict[str, list[object]] = kept.get("files", {}) if known else {}

    changed: dict[str, bool] = {}

    def has_changed(name: str) -> bool:
        if name not in changed:
            old = stamps.get(name)
            new = _stamp(name)
            changed[name] = old is None or (old[:2] != new and old[2] != _digest(name))
        return changed[name]

    stale = [s for s in sources if s not in known or any(has_changed(name) for name in known[s]["files"])]
    fresh: dict[str, tuple[list[str], str]] = {}
    if stale:
        from concurrent.futures import ThreadPoolExecutor  # 5 ms that a build with nothing to do saves

        jobs = min(jobs or os.cpu_count() or 1, len(stale))
        with ThreadPoolExecutor(jobs) as pool:
            for part in pool.map(lambda i: _preprocess(command, stale[i::jobs]), range(jobs)):
                fresh.update(part)
    entries = {
        s: {"files": fresh[s][0], "lines": fresh[s][1]} if s in fresh else known[s] for s in dict.fromkeys(sources)
    }
    names = sorted({name for entry in entries.values() for name in entry["files"]})
    files = {
        name: stamps[name]
        if name in stamps and not changed.get(name, True) and stamps[name][:2] == _stamp(name)
        else [*_stamp(name), _digest(name)]
        for name in names
    }
    cache.write_text(json.dumps({"command": key, "files": files, "sources": entries}))
    return "".join(f'# 1 "{source}"\n{entry["lines"]}\n' for source, entry in entries.items())


def _script(micropython: Path, name: str, *arguments: str) -> bytes:
    """Run one of MicroPython's scripts and give what it printed."""
    # -I -S: a start without site packages; -B: nothing is written beside the script.
    command = [sys.executable, "-I", "-S", "-B", str(micropython / "py" / name), *arguments]
    run = subprocess.run(command, capture_output=True)
    if run.returncode:
        said = (run.stderr or run.stdout).decode(errors="replace").strip()
        raise UserError(f"py/{name}: {said.splitlines()[-1] if said else 'failed'}")
    return run.stdout


def header(
    name: str,
    collected: Path,
    work: Path,
    micropython: Path,
    command: Sequence[str],
    extra_definitions: Sequence[Path] = (),
) -> bytes:
    """The text of one header of TABLES.

    `collected` holds what collect() gave, `work` is a folder of this header's own, `command` the preprocessor with its
    flags, `extra_definitions` files of the port with qstrs that no source names.
    """
    table = TABLES[name]
    shutil.rmtree(work, ignore_errors=True)  # parts of sources that are no longer built
    work.mkdir(parents=True)
    gathered = work / "collected"
    _script(micropython, "makeqstrdefs.py", "split", table.mode, str(collected), str(work), "_")
    _script(micropython, "makeqstrdefs.py", "cat", table.mode, "_", str(work), str(gathered))
    if table.mode == "qstr":
        gathered = _configured_qstrs([micropython / "py" / "qstrdefs.h", *extra_definitions, gathered], work, command)
    return _script(micropython, table.script, str(gathered))


def _configured_qstrs(definitions: Sequence[Path], work: Path, command: Sequence[str]) -> Path:
    """The definitions that the configuration keeps: #if and QCFG are evaluated, Q(...) goes through untouched."""
    text = "\n".join(path.read_text() for path in definitions)
    quoted = re.sub(r"^Q\(.*\)", lambda match: f'"{match[0]}"', text, flags=re.MULTILINE)
    run = subprocess.run([*command, "-"], input=quoted.encode(), capture_output=True)
    if run.returncode:
        raise UserError(f"preprocessing the qstr definitions failed:\n{_first_error(run.stderr)}")
    output = work / "qstrdefs.preprocessed.h"
    output.write_text(re.sub(r'^"(Q\(.*\))"', r"\1", run.stdout.decode(), flags=re.MULTILINE))
    return output


def version_header(product: str, micropython: str, date: str) -> str:
    """genhdr/mpversion.h: MicroPython's tag and date macros, and the product's own version.

    The date is a release's, never today's: the same sources give the same bytes on any day.
    """
    return (
        "// Versions of this firmware and of the MicroPython it is built from.\n"
        f'#define MICROPY_GIT_TAG "v{micropython}"\n'
        '#define MICROPY_GIT_HASH ""\n'
        f'#define MICROPY_BUILD_DATE "{date}"\n'
        f'#define WIPY_VERSION "{product}"\n'
    )
