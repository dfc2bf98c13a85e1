"""Debian's package tool: installs packages, downloads a source package without touching the machine's own lists.

apt reads its own configuration, so that whatever mirror and proxy the machine uses is used here as well.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from wipy.console import Console
from wipy.errors import UserError

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")  # package debian-archive-keyring
TOOL = "apt-get"


class Repository(NamedTuple):
    """One package archive of the machine's configuration."""

    address: str
    release: str


class AptError(Exception):
    """apt gave up; the text is its own first line about it."""


def available() -> bool:
    """True on Debian and its descendants."""
    return shutil.which(TOOL) is not None


def install_command(packages: Sequence[str]) -> str:
    """What a user would type."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}{TOOL} install {' '.join(packages)}"


def install(packages: Sequence[str], console: Console) -> None:
    """Installs packages as root or through sudo. Raises UserError with the command to type where that fails."""
    advice = f"install what is missing with: {install_command(packages)}"
    prefix = _become_root()
    if prefix is None:
        raise UserError(f"not root, and sudo cannot be used here: {advice}")
    console.say(f"installing {' '.join(packages)} with apt")
    words = ["install", "--yes", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=600", *packages]
    try:
        try:
            _run(words, console, prefix)
        except AptError:
            # Package lists that are missing (a bare machine) or old (files gone from the mirror) are fetched now.
            _run(["update", "-o", "APT::Update::Error-Mode=any"], console, prefix)
            _run(words, console, prefix)
    except AptError as error:
        raise UserError(f"apt failed ({error}): {advice}") from None


def repositories() -> list[Repository]:
    """The machine's binary archives with a main component; those of its own plain release first."""
    # Without release information apt lists what is configured even where nothing was ever fetched.
    listing = subprocess.run(
        [TOOL, "--no-release-info", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)",
         "Created-By: Packages"],
        capture_output=True, text=True, env=_environment(), check=False,
    ).stdout  # fmt: skip
    found: list[Repository] = []
    for line in listing.splitlines():
        words = line.split()
        if len(words) != 3 or words[2] != "main":
            continue
        repository = Repository(words[0].rstrip("/"), words[1])
        if repository not in found:
            found.append(repository)
    # "bookworm" before "bookworm-updates": only the main archive carries every suite.
    return sorted(found, key=lambda repository: "-" in repository.release or "/" in repository.release)


def download_source(package: str, version: str, suite: str, folder: Path, console: Console) -> None:
    """Downloads the upstream archive of a Debian source package into folder, through a private sources list and
    state directory. Raises AptError with the reason of the last mirror tried."""
    mirrors = list(dict.fromkeys(repository.address for repository in repositories()))
    if not mirrors:
        raise AptError("apt has no archive configured")
    if not KEYRING.exists():
        raise AptError("Debian's archive keys are missing: install debian-archive-keyring")
    failure: AptError | None = None
    for mirror in mirrors:
        try:
            _download_source_from(mirror, package, version, suite, folder, console)
            return
        except AptError as error:
            failure = failure or error  # that of the main archive tells most
    assert failure is not None
    raise failure


def _download_source_from(mirror: str, package: str, version: str, suite: str, folder: Path, console: Console) -> None:
    with tempfile.TemporaryDirectory(dir=folder, prefix="apt-") as name:
        private = Path(name)
        for part in ("lists/partial", "cache/archives/partial", "etc"):
            (private / part).mkdir(parents=True)
        sources = private / "sources.list"
        sources.write_text(f"deb-src [signed-by={KEYRING}] {mirror} {suite} main\n")
        options = [
            f"Dir::Etc::sourcelist={sources}",
            f"Dir::Etc::sourceparts={private / 'etc'}",
            f"Dir::Etc::preferencesparts={private / 'etc'}",
            f"Dir::State={private}",
            f"Dir::State::Lists={private / 'lists'}",
            f"Dir::Cache={private / 'cache'}",
            "APT::Sandbox::User=root",  # apt's own user cannot write to this folder
            "APT::Update::Error-Mode=any",
            "Acquire::Languages=none",
            "Acquire::Retries=2",
        ]
        words = [word for option in options for word in ("-o", option)]
        _run([*words, "update"], console, [])
        _run([*words, "source", "--download-only", "--tar-only", f"{package}={version}"], console, [], folder)


def _become_root() -> list[str] | None:
    """Words to put before a command so that root runs it, or None where that is not possible."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    if sys.stdin.isatty():
        return ["sudo"]
    if subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
        return ["sudo", "-n"]
    return None


def _environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}


def _run(words: Sequence[str], console: Console, prefix: Sequence[str], folder: Path | None = None) -> None:
    """Runs apt-get, showing its status reports as progress. Its chatter is kept for the line of an error."""
    # apt's status reports go to descriptor 3. sudo closes what lies above 2, so a shell on its other side joins 3 to
    # standard output; sudo also drops the environment, so env sets it there again.
    wrapper = ["env", "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive", "sh", "-c", 'exec "$@" 3>&1 1>&2', "sh"]
    command = [*prefix, *wrapper, TOOL, "-q", "-o", "APT::Status-Fd=3", *words]
    with tempfile.TemporaryFile("w+", errors="replace") as chatter:
        try:
            with subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=chatter, text=True,
                errors="replace", cwd=folder, env=_environment(),
            ) as process:  # fmt: skip
                assert process.stdout is not None
                for line in process.stdout:
                    _report(line, console)
        finally:
            console.finish()
        if process.returncode != 0:
            chatter.seek(0)
            raise AptError(_reason(chatter.read().splitlines()) or f"apt-get ended with status {process.returncode}")


def _report(line: str, console: Console) -> None:
    """A status line is dlstatus|pmstatus:item:percent:text (apt's README.progress-reporting)."""
    fields = line.rstrip("\n").split(":", 3)
    if len(fields) == 4 and fields[0] in ("dlstatus", "pmstatus"):
        try:
            percent = float(fields[2])
        except ValueError:
            return
        console.progress(f"{percent:3.0f} %  {fields[3]}")


def _reason(lines: Sequence[str]) -> str:
    """apt's first error line, without its mark."""
    for mark in ("E:", "Err:", "W:"):
        for line in lines:
            if line.startswith(mark):
                return " ".join(line.removeprefix(mark).split())
    return " ".join(lines[-1].split()) if lines else ""
