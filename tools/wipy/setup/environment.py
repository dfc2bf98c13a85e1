"""Sets up what a build needs on this machine: .venv with the pinned Python packages, the cross compiler and, for the
tests, a compiler for this machine. Run by sconsw before anything is installed, so it uses Python's own library alone.

Each step that is done leaves a mark, the last thing it writes; a step without its mark is done again.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from wipy import cache
from wipy.console import Console
from wipy.errors import UserError
from wipy.setup import apt, toolchain

VENV = ".venv"
MARKS = "wipy-setup"  # folder in VENV; sconsw looks at what is in it
REQUIREMENTS = ("pyproject.toml", "requirements.lock")  # what is installed; the marks are copies of both
PLACE_MARK = "place"  # the absolute path of the repository: an environment cannot be moved
HOST_MARK = "host"  # the machine's own compiler was found to work

# Debian's names. gcc for the unit tests in C, with its sanitizers; clang for the fuzzers; make for the peer.
HOST_PACKAGES = ("gcc", "libc6-dev", "clang", "libclang-rt-dev", "make")
# Clients that tests/clients lets loose on the board: their programs and packages. sconsw looks for the same programs.
CLIENTS = {
    "telnet": "inetutils-telnet", "plink": "putty-tools", "tnftp": "tnftp", "lftp": "lftp", "ncftpput": "ncftp",
    "curl": "curl", "openssl": "openssl",
}  # fmt: skip
VENV_PACKAGES = ("python3-venv",)

# What each word of the command line needs beyond a build: sconsw reads the same file.
NEEDS = Path(__file__).with_name("words.txt")


def main(words: Sequence[str], root: Path) -> int:
    """Sets up for a run of scons with these words in root, the repository. Returns the exit status."""
    console = Console(name="sconsw")
    try:
        prepare(words, root, console)
    except UserError as error:
        console.say(str(error))
        return 1
    except KeyboardInterrupt:
        console.say("interrupted; the next run goes on from here")
        return 130
    except OSError as error:
        console.say(f"{error.filename or root}: {error.strerror}")
        return 1
    return 0


def prepare(words: Sequence[str], root: Path, console: Console) -> None:
    """Does each step that is not done yet. Raises UserError with one line on what is in the way."""
    if not os.access(root, os.W_OK):
        raise UserError(f"cannot write to {root}: permission denied")
    with cache.lock(root):
        make_venv(root, console)
        if not any(word.startswith("CROSS_COMPILE=") for word in words):
            install_cross_compiler(console)
        wanted = needs(words)
        if "host" in wanted:
            install_host_compiler(root, console)
        if "clients" in wanted:
            install_clients(console)


def needs(words: Sequence[str]) -> set[str]:
    """What the targets among these words need beyond a build: "host", a compiler for this machine, and "clients"."""
    wanted: set[str] = set()
    for line in NEEDS.read_text().splitlines():
        word, *kinds = line.split("#")[0].split() or [""]
        if word in words:
            wanted.update(kinds)
    return wanted


def is_ready(root: Path) -> bool:
    """True when .venv holds what pyproject.toml and the lock name."""
    marks = root / VENV / MARKS
    try:
        return (
            all((marks / name).read_bytes() == (root / name).read_bytes() for name in REQUIREMENTS)
            and (marks / PLACE_MARK).read_text() == f"{root}\n"
            and (root / VENV / "bin" / "python").exists()
        )
    except FileNotFoundError:
        return False


def make_venv(root: Path, console: Console) -> None:
    """Makes .venv and installs the requirements into it, unless that is done."""
    if is_ready(root):
        return
    venv, marks = root / VENV, root / VENV / MARKS
    complete = all((marks / name).exists() for name in (*REQUIREMENTS, PLACE_MARK))
    if complete and (marks / PLACE_MARK).read_text() == f"{root}\n" and (venv / "bin" / "python").exists():
        changed = next(name for name in REQUIREMENTS if (marks / name).read_bytes() != (root / name).read_bytes())
        console.say(f"{changed} changed: bringing {VENV} up to date")
        (marks / REQUIREMENTS[0]).unlink()
    else:
        if venv.exists():
            if not marks.is_dir():
                raise UserError(f"{venv} was not made by sconsw: move it away")
            shutil.rmtree(venv)
        marks.mkdir(parents=True)  # first, so that an interrupted run's remains are known as ours
        console.say(f"making {VENV} with Python {'.'.join(map(str, sys.version_info[:3]))}")
        _create_venv(venv, console)
    _install_requirements(root, console)
    (marks / PLACE_MARK).write_text(f"{root}\n")
    for name in reversed(REQUIREMENTS):
        new = marks / f"{name}.new"
        shutil.copyfile(root / name, new)
        new.replace(marks / name)


def install_cross_compiler(console: Console) -> None:
    """Installs the cross compiler where there is none, or one without its C library."""
    try:
        toolchain.find()
    except UserError:
        if not apt.available():
            raise
        apt.install(toolchain.PACKAGES, console)
        toolchain.find()


def install_host_compiler(root: Path, console: Console) -> None:
    """Installs what compiles and runs C on this machine with sanitizers, where that does not work yet."""
    mark = root / VENV / MARKS / HOST_MARK
    if mark.exists():
        return
    if not _host_compiles(mark.parent):
        advice = f"the tests compile C for this machine: install {', '.join(HOST_PACKAGES)} (Debian's names)"
        if not apt.available():
            raise UserError(advice)
        apt.install(HOST_PACKAGES, console)
        if not _host_compiles(mark.parent):
            raise UserError(f"{advice}; they still do not work")
    mark.touch()


def install_clients(console: Console) -> None:
    """Installs the network clients that are missing. Without apt their tests fail, each saying what to install."""
    missing = [package for program, package in CLIENTS.items() if shutil.which(program) is None]
    if missing and apt.available():
        apt.install(missing, console)


def _create_venv(venv: Path, console: Console) -> None:
    # sys.executable may be a link that the next release of Python changes; the version's own name is not.
    python = Path(sys.executable)
    own = python.with_name(f"python{sys.version_info[0]}.{sys.version_info[1]}")
    python = own if own.exists() else python

    def create() -> subprocess.CompletedProcess[str]:
        command = [str(python), "-m", "venv", str(venv)]
        return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)

    made = create()
    if made.returncode != 0 and "ensurepip" in made.stdout + made.stderr:
        # Debian keeps pip's seed apart, in a package of each Python version.
        if not apt.available():
            raise UserError("Python's venv and ensurepip modules are missing: install them")
        apt.install(VENV_PACKAGES, console)
        made = create()
    if made.returncode != 0:
        raise UserError(f"cannot make {venv}: {_last_line(made.stderr or made.stdout)}")


def _install_requirements(root: Path, console: Console) -> None:
    """What the lock names, each file checked against its hash there; then the repository itself, which asks nothing."""
    console.say(f"installing Python packages into {VENV}")
    _pip(["--require-hashes", "--no-deps", "--requirement", str(root / REQUIREMENTS[1])], root, console)
    _pip(["--no-deps", "--no-build-isolation", "--no-index", "--editable", str(root)], root, console)


def _pip(words: Sequence[str], root: Path, console: Console) -> None:
    command = [
        str(root / VENV / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input",
        "--progress-bar", "off", *words,
    ]  # fmt: skip
    lines: list[str] = []
    try:
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace",
        ) as process:  # fmt: skip
            assert process.stdout is not None
            for line in process.stdout:
                lines.append(line.strip())
                if lines[-1].startswith(("Collecting ", "Downloading ", "Installing ", "Building ")):
                    console.progress(lines[-1])
    finally:
        console.finish()
    if process.returncode != 0:
        raise UserError(f"cannot install the Python packages: {_pip_reason(lines)}")


def _pip_reason(lines: Sequence[str]) -> str:
    """The line that tells most. After a failed connection pip's own errors only name a package it did not find."""
    for line in lines:
        if "No space left on device" in line:
            return "the disk is full"
    if any("after connection broken by" in line for line in lines):
        return "no connection to the package index"
    if any("DO NOT MATCH THE HASHES" in line for line in lines):
        named = [line.split(" from ")[0] for line in lines if " from " in line and line.endswith(":")]
        wrong = named[0] if named else "a package"
        return f"{wrong} is not the file that {REQUIREMENTS[1]} names: its hash differs"
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return errors[0] if errors else _last_line("\n".join(lines))


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


def _host_compiles(folder: Path) -> bool:
    """True when gcc and clang make programs with the sanitizers and the fuzzer, and make is there."""
    programs = {
        "gcc": ("-fsanitize=address,undefined", '#include <stdio.h>\nint main(void) { return puts("") < 0; }\n'),
        "clang": (
            "-fsanitize=fuzzer,address,undefined",
            "int LLVMFuzzerTestOneInput(const char *data, __SIZE_TYPE__ size) { return data == 0 && size; }\n",
        ),
    }
    if any(shutil.which(tool) is None for tool in ("make", *programs)):
        return False
    program = folder / "host-probe"
    try:
        return all(
            subprocess.run(
                [compiler, flags, "-x", "c", "-o", str(program), "-"], input=text, capture_output=True, text=True,
                errors="replace", check=False,
            ).returncode
            == 0
            for compiler, (flags, text) in programs.items()
        )  # fmt: skip
    finally:
        program.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[2:], Path(sys.argv[1])))
