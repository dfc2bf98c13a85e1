"""apt: the machine's mirrors from either format of its configuration, reasons in one line, commands to type."""

import io
import shutil
from pathlib import Path

import pytest
from wipy.console import Console
from wipy.errors import UserError
from wipy.setup import apt

DEB822 = """Types: deb deb-src
URIs: http://one.invalid/debian https://two.invalid/debian/
Suites: bookworm-updates bookworm
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Enabled: no
Types: deb
URIs: http://switched-off.invalid/debian
Suites: bookworm
Components: main
"""
ONE_LINE = """# deb http://comment.invalid/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://one.invalid/debian bookworm main
deb-src http://source.invalid/debian bookworm main
deb http://other.invalid/apt stable contrib
"""


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """The real apt with a configuration of our own."""
    if shutil.which("apt-get") is None:
        pytest.skip("no apt on this machine")
    (tmp_path / "parts").mkdir()
    (tmp_path / "state" / "lists" / "partial").mkdir(parents=True)
    (tmp_path / "apt.conf").write_text(
        f"""Dir::Etc::sourcelist "{tmp_path}/sources.list";
Dir::Etc::sourceparts "{tmp_path}/parts";
Dir::State::Lists "{tmp_path}/state/lists";
"""
    )
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    return tmp_path


def test_mirrors_from_a_deb822_file(configured):
    (configured / "parts" / "debian.sources").write_text(DEB822)
    assert set(apt.repositories()[:2]) == {
        ("http://one.invalid/debian", "bookworm"),
        ("https://two.invalid/debian", "bookworm"),
    }
    assert {repository.release for repository in apt.repositories()[2:]} == {"bookworm-updates"}


def test_mirrors_from_a_one_line_file(configured):
    (configured / "sources.list").write_text(ONE_LINE)
    assert apt.repositories() == [("http://one.invalid/debian", "bookworm")]


@pytest.mark.req("BLD-9")
def test_no_mirror_configured(configured, tmp_path):
    with pytest.raises(apt.AptError, match="apt has no archive configured"):
        apt.download_source("micropython", "1", "trixie", tmp_path, Console(io.StringIO()))


@pytest.mark.req("BLD-9")
def test_no_network_is_one_line_of_the_real_apt(configured, tmp_path, monkeypatch):
    # .invalid never resolves (RFC 6761).
    (configured / "sources.list").write_text("deb http://mirror.invalid/debian bookworm main\n")
    (configured / "apt.conf").open("a").write('Acquire::http::Proxy "DIRECT";\n')
    monkeypatch.setattr(apt, "KEYRING", configured / "apt.conf")
    with pytest.raises(apt.AptError) as caught:
        apt.download_source("micropython", "1", "trixie", tmp_path, Console(io.StringIO()))
    assert "\n" not in str(caught.value)
    assert "mirror.invalid" in str(caught.value)


@pytest.fixture
def fake_apt(tmp_path, monkeypatch):
    """Replaces apt-get by a shell script; returns the log of its words."""

    def make(script: str) -> Path:
        programs = tmp_path / "bin"
        programs.mkdir()
        (programs / "apt-get").write_text(f'#!/bin/sh\necho "$*" >>{tmp_path}/log\n{script}\n')
        (programs / "apt-get").chmod(0o755)
        for tool in ("sh", "env", "cat"):
            (programs / tool).symlink_to(shutil.which(tool) or "")
        monkeypatch.setenv("PATH", str(programs))
        return tmp_path / "log"

    return make


def test_lists_are_updated_only_where_an_installation_fails(fake_apt, tmp_path, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    log = fake_apt(f'case "$*" in *update*) : >{tmp_path}/updated;; *) [ -e {tmp_path}/updated ];; esac')
    console = Console(io.StringIO())
    apt.install(["one", "two"], console)
    apt.install(["one", "two"], console)
    assert [("update" in call, call.endswith("one two")) for call in log.read_text().splitlines()] == [
        (False, True),
        (True, False),
        (False, True),
        (False, True),
    ]


@pytest.mark.req("BLD-9")
def test_a_failed_installation_says_why_and_what_to_type(fake_apt, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    fake_apt('echo "Reading..."; echo "E: Unable to locate   package one" >&2; echo "E: more" >&2; exit 100')
    with pytest.raises(UserError) as caught:
        apt.install(["one"], Console(io.StringIO()))
    assert str(caught.value) == (
        "apt failed (Unable to locate package one): install what is missing with: apt-get install one"
    )


@pytest.mark.req("BLD-9")
def test_without_root_and_sudo_the_command_is_named(fake_apt, monkeypatch):
    log = fake_apt("exit 0")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(UserError, match=r"not root.*sudo apt-get install one two$"):
        apt.install(["one", "two"], Console(io.StringIO()))
    assert not log.exists()


def test_sudo_that_asks_no_password_is_used(fake_apt, tmp_path, monkeypatch):
    log = fake_apt("exit 0")
    sudo = tmp_path / "bin" / "sudo"
    # As the real one: drops the environment and every descriptor above 2.
    sudo.write_text('#!/bin/sh\n[ "$1" = -n ] && shift\nexec 3>&- 4>&-\n[ "$1" = true ] || exec "$@"\n')
    sudo.chmod(0o755)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    apt.install(["one"], Console(io.StringIO()))
    assert log.read_text().endswith(" one\n")


def test_progress_is_shown_on_a_terminal_and_now_and_then_elsewhere(fake_apt, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    fake_apt("echo 'dlstatus:1:41.7:Retrieving file 3 of 7' >&3; echo 'pmerror:x' >&3; echo 'pmstatus:a:oops:b' >&3")

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal, pipe = Terminal(), io.StringIO()
    apt.install(["one"], Console(terminal))
    apt.install(["one"], Console(pipe))
    assert "\r\x1b[K   42 %  Retrieving file 3 of 7" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")
    assert pipe.getvalue() == "wipy: installing one with apt\n"
