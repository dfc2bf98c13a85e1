"""FTP clients that people use, against the emulated board: upload, list, download, rename, delete."""

from __future__ import annotations

import ftplib
import io
import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.emulator import FTP, LOOPBACK, PASSWORD, USER, Emulator

Find = Callable[[str], str]
CONTENT = bytes(range(256)) * 40  # 10 KB, every byte


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with a file to upload."""
    (tmp_path / "up.bin").write_bytes(CONTENT)
    return tmp_path


def run(here: Path, *command: str, typed: str = "") -> str:
    """A client's output; it must succeed."""
    done = subprocess.run(
        command, cwd=here, input=typed, text=True, capture_output=True, timeout=60, check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(here), "LC_ALL": "C"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def port(emulator: Emulator) -> Iterator[str]:
    """Of the FTP server. Afterwards the drive is as it was: the client has deleted what it put there."""
    yield str(emulator.ports[FTP])
    with ftp(emulator) as other:
        assert sorted(other.nlst("/flash")) == ["boot.py", "cert", "lib", "main.py", "sys"]


def ftp(emulator: Emulator) -> ftplib.FTP:
    """Python's own client, logged in."""
    made = ftplib.FTP()
    made.connect(LOOPBACK, emulator.ports[FTP], timeout=30)
    made.login(USER, PASSWORD)
    return made


@pytest.mark.req("FTP-2")
def test_stock_ftp_after_passive(port: str, here: Path, client: Find) -> None:
    """As the user's document tells: log in, type passive. tnftp starts in passive mode, which typing it once more
    would end, so it is started in active mode."""
    script = f"user {USER} {PASSWORD}\npassive\nbinary\ncd /flash\nput up.bin\nls\nget up.bin down.bin\n"
    script += "rename up.bin moved.bin\nsize moved.bin\nmkdir d\nrmdir d\ndelete moved.bin\nquit\n"
    said = run(here, client("tnftp"), "-n", "-A", "-v", LOOPBACK, port, typed=script)
    assert (here / "down.bin").exists(), said
    assert (here / "down.bin").read_bytes() == CONTENT
    assert "up.bin" in said and "Passive mode: on" in said and f"{len(CONTENT)}" in said


@pytest.mark.req("FTP-2")
def test_lftp(port: str, here: Path, client: Find) -> None:
    commands = "set net:max-retries 1; set net:timeout 20; set cmd:fail-exit true; set ftp:ssl-allow true; cd /flash; "
    commands += "put up.bin; cls; get up.bin -o down.bin; mv up.bin moved.bin; mkdir d; rmdir d; rm moved.bin; bye"
    said = run(here, client("lftp"), "-u", f"{USER},{PASSWORD}", "-p", port, LOOPBACK, "-e", commands)
    assert (here / "down.bin").read_bytes() == CONTENT
    assert "up.bin" in said and "boot.py" in said


@pytest.mark.req("FTP-2")
def test_ncftp(port: str, here: Path, client: Find) -> None:
    login = ["-u", USER, "-p", PASSWORD, "-P", port]
    client("ncftpput")
    run(here, "ncftpput", *login, LOOPBACK, "/flash", "up.bin")
    assert "up.bin" in run(here, "ncftpls", *login, f"ftp://{LOOPBACK}//flash/")
    (here / "new").mkdir()
    run(here, "ncftpget", *login, "-DD", LOOPBACK, "new", "/flash/up.bin")
    assert (here / "new" / "up.bin").read_bytes() == CONTENT


@pytest.mark.req("FTP-2", "FTP-1")
def test_curl(port: str, here: Path, client: Find) -> None:
    url = f"ftp://{LOOPBACK}:{port}//flash/"
    login = [client("curl"), "-sS", "-u", f"{USER}:{PASSWORD}"]
    run(here, *login, "-T", "up.bin", url)
    assert "up.bin" in run(here, *login, url)
    (here / "part.bin").write_bytes(CONTENT[:3000])
    run(here, *login, "-C", "-", "-o", "part.bin", url + "up.bin")
    assert (here / "part.bin").read_bytes() == CONTENT
    run(here, *login, "--disable-epsv", "-a", "-T", "up.bin", url)
    assert f"Content-Length: {2 * len(CONTENT)}" in run(here, *login, "-I", url + "up.bin")
    run(here, *login, "-Q", "DELE /flash/up.bin", url)


@pytest.mark.req("FTP-2", "FTP-1")
def test_python_ftplib(port: str, emulator: Emulator) -> None:
    with ftp(emulator) as session:
        session.cwd("/flash")
        session.storbinary("STOR with space.bin", io.BytesIO(CONTENT))
        assert session.size("with space.bin") == len(CONTENT)
        facts = dict(session.mlsd())
        assert facts["with space.bin"]["size"] == str(len(CONTENT)) and facts["lib"]["type"] == "dir"
        got = io.BytesIO()
        session.retrbinary("RETR with space.bin", got.write, rest=100)
        assert got.getvalue() == CONTENT[100:]
        session.rename("with space.bin", "b")
        session.delete("b")
        with pytest.raises(ftplib.error_perm, match="550"):
            session.delete("b")


@pytest.mark.req("FTP-2")
def test_the_commands_filezilla_sends(port: str, emulator: Emulator) -> None:
    """FileZilla 3 with "only use plain FTP" off and on: what its log shows for log in, list, upload, download."""
    with emulator.connect(FTP) as control:
        lines = control.makefile("rb")

        def reply() -> bytes:
            text = line = lines.readline()
            while line[3:4] != b" " or not line[:3].isdigit():
                line = lines.readline()
                text += line
            return text

        def send(command: str, code: int) -> bytes:
            control.sendall(command.encode() + b"\r\n")
            answer = reply()
            assert answer.startswith(str(code).encode()), (command, answer)
            return answer

        def data() -> socket.socket:
            numbers = re.findall(rb"\d+", send("PASV", 227))[1:]
            return socket.create_connection((LOOPBACK, int(numbers[4]) << 8 | int(numbers[5])), timeout=20)

        def receive(connection: socket.socket) -> bytes:
            with connection, connection.makefile("rb") as stream:
                return stream.read()

        assert reply().startswith(b"220")
        send("AUTH TLS", 502)
        send("AUTH SSL", 502)
        send(f"USER {USER}", 331)
        send(f"PASS {PASSWORD}", 230)
        send("SYST", 215)
        features = send("FEAT", 211)
        assert b" UTF8\r\n" in features and b" MLST " in features
        send("OPTS UTF8 ON", 200)
        send("PWD", 257)
        send("CWD /flash", 250)
        send("PWD", 257)
        send("TYPE I", 200)
        connection = data()
        send("MLSD", 150)
        assert b"main.py" in receive(connection) and reply().startswith(b"226")
        connection = data()
        send("STOR up.bin", 150)
        with connection:
            connection.sendall(CONTENT)
        assert reply().startswith(b"226")
        send("SIZE up.bin", 213)
        send("MDTM up.bin", 213)
        connection = data()
        send("RETR up.bin", 150)
        assert receive(connection) == CONTENT and reply().startswith(b"226")
        send("RNFR up.bin", 350)
        send("RNTO b.bin", 250)
        send("DELE b.bin", 250)
        send("NOOP", 200)
        send("QUIT", 221)
