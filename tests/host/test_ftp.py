"""The FTP engine on a host in memory, command by command, under sanitizers."""

from __future__ import annotations

from typing import Any

import pytest
from support.host_sources import FTP
from support.tested import BOARD

SOURCES = ["tests/host/ftp_program.c", *FTP]
LOGIN = "start\ncmd USER micro\ncmd PASS python\n"
LOGGED_IN = [f"< 220 {BOARD.name} FTP server ready.", "< 331 Password?", "< 230 Logged in."]
PASV = "< 227 Passive mode (192,168,1,1,7,232)"


@pytest.fixture(scope="session")
def ftp(compile_host: Any) -> Any:
    return compile_host("ftp", SOURCES, includes=["tests/host"])


def session(ftp: Any, script: str, before: str = "") -> list[str]:
    """The lines after a good login."""
    lines = ftp.run(before + LOGIN + script)
    assert lines[:3] == LOGGED_IN
    return lines[3:]


def codes(lines: list[str]) -> list[str]:
    return [line[2:5] for line in lines if line.startswith("< ") and line[5] == " "]


@pytest.mark.req("FTP-1")
@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("SYST", "215"),
        ("NOOP", "200"),
        ("noop", "200"),
        ("FEAT", "211"),
        ("HELP", "214"),
        ("TYPE I", "200"),
        ("TYPE A", "200"),
        ("type i", "200"),
        ("TYPE E", "504"),
        ("TYPE", "501"),
        ("MODE S", "200"),
        ("MODE B", "504"),
        ("STRU F", "200"),
        ("STRU R", "504"),
        ("OPTS UTF8 ON", "200"),
        ("OPTS utf8 on", "200"),
        ("ALLO 10", "200"),
        ("PWD", "257"),
        ("XPWD", "257"),
        ("CWD /flash", "250"),
        ("CWD /nowhere", "550"),
        ("CDUP", "250"),
        ("STAT", "211"),
        ("SITE CHMOD 1 x", "502"),
        ("ABOR", "226"),
        ("REST 5", "350"),
        ("REST x", "501"),
        ("REST 99999999999", "501"),
        ("RNTO x", "503"),
        ("DELE nothing", "550"),
        ("DELE", "501"),
        ("BLAH", "500"),
        ("", "500"),
        ("AUTH TLS", "502"),
        ("MKD /flash", "550"),
        ("RMD /", "550"),
        ("QUIT", "221"),
        ("EPSV 2", "522"),
        ("EPSV 1", "229"),
        ("SIZE /flash", "550"),
        ("LIST", "425"),
        ("STOR x", "425"),
        ("RETR", "425"),
    ],
)
def test_replies(ftp: Any, command: str, reply: str) -> None:
    assert codes(session(ftp, f"cmd {command}\n")) == [reply]


@pytest.mark.req("FTP-1")
def test_before_login_nothing_but_the_login(ftp: Any) -> None:
    for command in (
        "CWD /",
        "LIST",
        "PASV",
        "EPSV",
        "PORT 1,2,3,4,5,6",
        "STOR x",
        "RETR x",
        "DELE x",
        "PWD",
        "STAT",
        "SIZE x",
        "RNFR x",
        "REST 1",
        "TYPE I",
        "ABOR",
    ):
        assert codes(ftp.run(f"start\ncmd {command}\n")) == ["220", "530"], command
    assert codes(ftp.run("start\ncmd PASS python\n")) == ["220", "503"]
    assert codes(ftp.run("start\ncmd USER micro\ncmd NOOP\ncmd PASS python\n")) == ["220", "331", "200", "503"]


@pytest.mark.req("FTP-1", "FTP-5")
def test_feat_and_auth_before_login_are_answered(ftp: Any) -> None:
    assert codes(ftp.run("start\ncmd FEAT\ncmd AUTH TLS\ncmd SYST\n")) == ["220", "211", "502", "215"]


@pytest.mark.req("FTP-5")
def test_wrong_login_waits_and_does_not_tell_a_user_name(ftp: Any) -> None:
    for user in ("micro", "nobody", "x" * 100):
        script = f"start\ncmd USER {user}\ncmd PASS wrong\npass 999\ncmd PWD\npass 1\ncmd PWD\n"
        lines = ftp.run(script)
        assert lines[1] == "< 331 Password?"
        assert lines[2:4] == ["unread 3", "unread 2"]  # PWD is left in the socket until the answer is due
        assert codes(lines) == ["220", "331", "530", "530"]
    again = "cmd USER micro\ncmd PASS x\npass 999\npass 1\n"
    lines = ftp.run("start\n" + again + again + "pass 1000\n" + again + "pass 3000\ncmd USER micro\ncmd PASS python\n")
    assert codes(lines) == ["220", "331", "530", "331", "530", "331", "530", "331", "230"]


@pytest.mark.req("FTP-3")
def test_active_mode_is_refused_and_passive_works(ftp: Any) -> None:
    lines = session(
        ftp, "cmd PORT 10,0,0,1,4,5\ncmd EPRT |1|10.0.0.1|99|\ncmd PASV\ncmd EPSV\ncmd EPSV ALL\ncmd PASV\n"
    )
    assert lines == ["< 502 Use PASV or EPSV."] * 2 + [
        PASV,
        "< 229 Passive mode (|||2024|)",
        "< 200 Done.",
        "< 501 EPSV ALL was asked for.",
    ]


@pytest.mark.req("FTP-1")
def test_store_and_retrieve(ftp: Any) -> None:
    data = bytes(range(256)) * 9
    lines = session(
        ftp,
        f"cmd CWD /flash\ncmd PASV\ncmd STOR a file.bin\nin {data.hex()}\nin close\n"
        "cmd SIZE a file.bin\ncmd PASV\nset send_limit 100\ncmd RETR a file.bin\nout\nstate\n",
    )
    assert codes(lines) == ["250", "227", "150", "226", "213", "227", "150", "226"]
    assert "< 213 2304" in lines
    assert f"out {data.hex()}" in lines
    assert lines[-1] == "open 0 0 0"


@pytest.mark.req("FTP-1")
def test_append_and_restart(ftp: Any) -> None:
    before = "file /flash/f 30313233343536\n"
    assert (
        session(ftp, "cmd PASV\ncmd APPE /flash/f\nin 3738\nin close\ncat /flash/f\n", before)[-1]
        == "content 303132333435363738"
    )
    assert (
        session(ftp, "cmd REST 2\ncmd PASV\ncmd STOR /flash/f\nin 6162\nin close\ncat /flash/f\n", before)[-1]
        == "content 30316162343536"
    )
    assert session(ftp, "cmd PASV\ncmd REST 5\ncmd RETR /flash/f\nout\n", before)[-1] == "out 3536"
    # The offset is for the next transfer only, and forgotten by any other command.
    assert session(ftp, "cmd REST 5\ncmd NOOP\ncmd PASV\ncmd RETR /flash/f\nout\n", before)[-1] == "out 30313233343536"


@pytest.mark.req("FTP-1")
def test_cut_upload_leaves_the_old_file_whole(ftp: Any) -> None:
    before = "file /flash/f 6f6c64\n"
    lines = session(ftp, "cmd PASV\ncmd STOR /flash/f\nin 6e6577\nin lost\ncat /flash/f\nstate\n", before)
    assert codes(lines) == ["227", "150", "426"]
    assert lines[-2:] == ["content 6f6c64", "open 0 0 0"]
    lines = session(ftp, "cmd PASV\ncmd STOR /flash/f\nin 6e6577\nstop\ncat /flash/f\nstate\n", before)
    assert lines[-2:] == ["content 6f6c64", "open 0 0 0"]
    lines = session(ftp, "cmd PASV\ncmd STOR /flash/new\nin 6e6577\ncmd ABOR\ncat /flash/new\nstate\n")
    assert codes(lines) == ["227", "150", "426", "226"]
    assert lines[-2:] == ["missing", "open 0 0 0"]


@pytest.mark.req("FTP-1")
def test_upload_to_a_full_drive(ftp: Any) -> None:
    lines = session(
        ftp, f"set capacity 3000\ncmd PASV\ncmd STOR /flash/f\nin {'aa' * 4000}\nin close\ncat /flash/f\nstate\n"
    )
    assert codes(lines) == ["227", "150", "452"]
    assert lines[-2:] == ["missing", "open 0 0 0"]


@pytest.mark.req("FTP-5")
def test_what_the_host_refuses_in_words_of_its_own(ftp: Any) -> None:
    """In the middle of an upload."""
    lines = session(ftp, f"cmd PASV\ncmd STOR /flash/f\nin {b'told'.hex()}\nstate\ncmd NOOP\n")
    assert codes(lines) == ["227", "150", "550", "200"]
    assert "< 550 the host does not want it." in lines and "open 0 0 0" in lines


@pytest.mark.req("FTP-1")
def test_listings(ftp: Any) -> None:
    now_year = (2026 - 1980) << 25
    before = (
        "file /flash/main.py 61\nfile /flash/old.txt 6162\ndir /flash/lib\n"
        f"date /flash/main.py {now_year | 8 << 21 | 1 << 16 | 9 << 11 | 5 << 5}\n"
        f"date /flash/old.txt {(2015 - 1980) << 25 | 1 << 21 | 31 << 16}\n"
        f"date /flash/lib {now_year | 12 << 21 | 3 << 16}\n"
    )
    expected = (
        "-rw-rw-rw- 1 wipy wipy         1 Aug  1 09:05 main.py\r\n"
        "-rw-rw-rw- 1 wipy wipy         2 Jan 31  2015 old.txt\r\n"
        "drwxrwxrwx 1 wipy wipy         0 Dec  3  2026 lib\r\n"
    )
    for command in ("LIST /flash", "LIST -la /flash", "LIST -a -l /flash"):
        lines = session(ftp, f"cmd PASV\ncmd {command}\nout\n", before)
        assert bytes.fromhex(lines[-1][4:]).decode() == expected
        assert codes(lines) == ["227", "150", "226"]
    names = session(ftp, "cmd CWD flash\ncmd EPSV\ncmd NLST\nout\n", before)[-1]
    assert bytes.fromhex(names[4:]) == b"main.py\r\nold.txt\r\nlib\r\n"
    facts = session(ftp, "cmd EPSV\ncmd MLSD flash\nout\n", before)[-1]
    assert bytes.fromhex(facts[4:]) == (
        b"type=file;size=1;modify=20260801090500; main.py\r\n"
        b"type=file;size=2;modify=20150131000000; old.txt\r\n"
        b"type=dir;modify=20261203000000; lib\r\n"
    )
    assert session(ftp, "cmd MLST flash/main.py\ncmd MDTM flash/main.py\n", before) == [
        "< 250-Listing:",
        "<  type=file;size=1;modify=20260801090500; /flash/main.py",
        "< 250 End",
        "< 213 20260801090500",
    ]


@pytest.mark.req("FTP-1")
def test_every_month_is_english(ftp: Any) -> None:
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    before = "dir /flash/m\n" + "".join(
        f"file /flash/m/{n}\ndate /flash/m/{n} {(2020 - 1980) << 25 | n << 21 | 1 << 16}\n" for n in range(1, 13)
    )
    out = bytes.fromhex(session(ftp, "cmd PASV\ncmd LIST /flash/m\nout\n", before)[-1][4:]).decode()
    assert [line.split()[5] for line in out.splitlines()] == names


@pytest.mark.req("FTP-1")
def test_directories_and_renames(ftp: Any) -> None:
    lines = session(
        ftp,
        "cmd CWD /flash\ncmd MKD new dir\ncmd CWD new dir\ncmd PWD\ncmd CDUP\ncmd RMD new dir\n"
        "cmd CWD new dir\ncmd PWD\n",
    )
    assert lines[1] == '< 257 "/flash/new dir"'
    assert lines[3] == '< 257 "/flash/new dir"'
    assert codes(lines)[4:] == ["250", "250", "550", "257"]
    before = "file /flash/a 61\nfile /flash/b 62\n"
    lines = session(
        ftp,
        "cmd RNFR /flash/a\ncmd RNTO /flash/c\ncat /flash/c\ncmd RNFR /flash/a\n"
        "cmd RNFR /flash/c\ncmd NOOP\ncmd RNTO /flash/d\n"
        "cmd RNFR /flash/c\ncmd RNTO /flash/b\n",
        before,
    )
    assert codes(lines) == ["350", "250", "550", "350", "200", "503", "350", "550"]
    assert "content 61" in lines


@pytest.mark.req("FTP-1")
def test_a_quote_in_a_path_is_doubled(ftp: Any) -> None:
    assert session(ftp, 'cmd MKD /a"b\n') == ['< 257 "/a""b"']
    long = '"' * 126
    assert session(ftp, f"cmd MKD /{long}\n") == [f'< 257 "/{long * 2}"']


@pytest.mark.req("FTP-5")
def test_over_long_lines_and_paths(ftp: Any) -> None:
    assert codes(session(ftp, f"cmd CWD {'x' * 5000}\ncmd PWD\n")) == ["500", "257"]
    assert codes(session(ftp, f"cmd {'Y' * 134}\ncmd PWD\n")) == ["500", "257"]
    deep = f"cmd MKD {'x' * 126}\ncmd CWD {'x' * 126}\ncmd MKD yyyyy\n"
    assert codes(session(ftp, deep)) == ["257", "250", "553"]
    assert codes(session(ftp, f"cmd CWD {'../' * 30}flash/./../flash//\ncmd PWD\n")) == ["250", "257"]
    assert codes(session(ftp, "raw 50574400200d0a\ncmd PWD\n")) == ["500", "257"]  # a NUL within the line
    assert codes(session(ftp, "raw 5057440a\n")) == ["257"]  # a bare LF ends a line too


@pytest.mark.req("FTP-1")
def test_abort_as_clients_send_it(ftp: Any) -> None:
    """IAC IP IAC DM before ABOR, in the middle of a download that is stuck."""
    before = f"file /flash/f {'61' * 4000}\nset send_limit 0\n"
    lines = session(ftp, "cmd PASV\ncmd RETR /flash/f\nraw fff4fff241424f520d0a\nstate\ncmd PWD\n", before)
    assert codes(lines) == ["227", "150", "426", "226", "257"]
    assert "open 0 0 0" in lines


@pytest.mark.req("FTP-4")
def test_a_command_during_a_transfer_waits_for_its_end(ftp: Any) -> None:
    lines = session(
        ftp, "cmd PASV\ncmd STOR /flash/f\nin 61\ncmd STAT\ncmd PWD\ncmd NOOP\nin 62\nin close\ncat /flash/f\n"
    )
    assert lines[2:] == [
        "< 211 A transfer is running.",
        "unread 4",
        "unread 2",
        "< 226 Transfer complete.",
        '< 257 "/"',
        "content 6162",
    ]


def test_data_connection_that_never_comes_or_stalls(ftp: Any) -> None:
    lines = session(ftp, "set connects 0\ncmd PASV\ncmd STOR /flash/f\npass 15000\npass 1\nstate\ncat /flash/f\n")
    assert codes(lines) == ["227", "150", "425"]
    assert lines[-2:] == ["open 0 0 0", "missing"]
    lines = session(ftp, "cmd PASV\ncmd STOR /flash/f\nin 61\npass 30000\npass 1\nstate\n")
    assert codes(lines) == ["227", "150", "426"]
    assert lines[-1] == "open 0 0 0"


def test_lost_download_and_idle_end(ftp: Any) -> None:
    before = f"file /flash/f {'61' * 4000}\nset send_lost 1\n"
    assert codes(session(ftp, "cmd PASV\ncmd RETR /flash/f\n", before)) == ["227", "150", "426"]
    assert session(ftp, "cmd PASV\ncmd STOR /flash/f\nexpire\nstate\n")[2:] == [
        "< 421 Idle for too long.",
        "closed",
        "open 0 0 0",
    ]
