"""FTP on the booted image: files on /flash from clients in memory and virtual time."""

from __future__ import annotations

import re

import pytest
from cc3200sim.board import Board
from support.ftp import Ftp


@pytest.mark.req("FTP-1", "FS-1")
def test_listing_of_a_new_drive(board: Board) -> None:
    ftp = Ftp(board)
    assert ftp.greeting.startswith("220")
    assert [line.split()[-1] for line in ftp.get("LIST").decode().splitlines()] == ["flash"]
    ftp("CWD /flash")
    names = {line.split()[-1]: line[0] for line in ftp.get("LIST", "EPSV").decode().splitlines()}
    assert names == {"boot.py": "-", "main.py": "-", "sys": "d", "lib": "d", "cert": "d"}
    assert sorted(ftp.get("NLST").decode().split()) == sorted(names)
    assert b"type=dir;modify=" in ftp.get("MLSD")


@pytest.mark.req("FTP-1")
def test_files_and_folders(board: Board) -> None:
    ftp = Ftp(board)
    content = bytes(range(256)) * 20
    ftp("CWD /flash")
    assert ftp.put("STOR with space.bin", content).startswith("226")
    assert ftp("SIZE with space.bin") == f"213 {len(content)}\r\n"
    assert re.fullmatch(r"213 20\d{12}\r\n", ftp("MDTM with space.bin"))
    assert ftp.get("RETR with space.bin") == content
    assert board.repl("print(open('/flash/with space.bin', 'rb').read() == bytes(range(256)) * 20)") == "True\n"
    assert ftp("MKD new").startswith("257")
    assert ftp("RNFR with space.bin").startswith("350")
    assert ftp("RNTO new/moved").startswith("250")
    assert ftp("RMD new").startswith("550")
    assert ftp("REST 5000").startswith("350")
    assert ftp.get("RETR new/moved") == content[5000:]
    assert ftp.put("APPE new/moved", b"end").startswith("226")
    assert ftp("SIZE new/moved") == f"213 {len(content) + 3}\r\n"
    assert ftp("DELE new/moved").startswith("250")
    assert ftp("RMD new").startswith("250")
    assert ftp("CWD new").startswith("550")
    assert ftp("DELE lib").startswith("550")
    assert ftp("RMD main.py").startswith("550")


@pytest.mark.req("FTP-1")
def test_listing_of_one_file_and_of_patterns(board: Board) -> None:
    """What mget, mdel and ls *.py of the classic client ask for."""
    ftp = Ftp(board)
    ftp("CWD /flash")
    for name in ("lib/one.py", "lib/Two.py", "lib/three.txt", "lib/four.py.old"):
        assert ftp.put(f"STOR {name}", b"1234").startswith("226")

    def names(argument: str) -> list[str]:
        found = ftp.get(f"NLST {argument}").decode().split()
        lines = ftp.get(f"LIST -l {argument}", "EPSV").decode().splitlines()
        assert [line.split()[-1] for line in lines] == found
        return sorted(found)

    assert names("boot.py") == ["boot.py"]
    assert names("/flash/boot.py") == ["/flash/boot.py"]
    assert names("BOOT.PY") == ["boot.py"]
    assert names("*.py") == ["boot.py", "main.py"]
    assert names("*") == ["boot.py", "cert", "lib", "main.py", "sys"]
    assert names("?i?") == ["lib"]
    assert names("*.*.*") == []
    assert names("lib/*.py") == ["lib/Two.py", "lib/one.py"]
    assert names("./lib/../lib/t*") == ["./lib/../lib/Two.py", "./lib/../lib/three.txt"]
    assert names("/flash/lib/*o*.*o*") == ["/flash/lib/four.py.old"]
    assert names("lib/????????.txt") == []
    assert names("lib/three*.txt*") == ["lib/three.txt"]
    assert names("/fl*") == ["/flash"]
    assert names("/flash/lib/one.py") == ["/flash/lib/one.py"]
    for argument, reply in [
        ("none.py", "550"),
        ("none/*", "550"),
        ("l*/one.py", "55"),
        ("lib/none", "550"),
        ("boot.py/x", "550"),
    ]:
        for verb in ("NLST", "LIST"):
            ftp.passive()
            assert ftp(f"{verb} {argument}").startswith(reply), argument
    ftp.passive()
    assert ftp("MLSD boot.py").startswith("550")
    for name in ftp.get("NLST lib/*.py").decode().split():
        assert ftp(f"DELE {name}").startswith("250")
    assert names("lib") == ["four.py.old", "three.txt"]


@pytest.mark.req("FTP-3", "FTP-5")
def test_what_is_not_supported_is_said_of_that_command(board: Board) -> None:
    ftp = Ftp(board)
    assert ftp("SITE CHMOD 644 main.py") == "502 Not known here.\r\n"
    for command in ("PORT 192,168,1,2,4,1", "EPRT |1|192.168.1.2|1025|"):
        assert ftp(command) == "502 Use PASV or EPSV.\r\n"
    for command in ("AUTH TLS", "PBSZ 0", "PROT P"):
        assert ftp(command) == "502 No TLS here.\r\n"


@pytest.mark.req("FTP-1")
def test_replacing_a_file(board: Board) -> None:
    ftp = Ftp(board)
    ftp("CWD /flash")
    assert ftp.put("STOR main.py", b"print('new main')\r\n").startswith("226")
    assert ftp.get("RETR main.py") == b"print('new main')\r\n"
    assert sorted(ftp.get("NLST").decode().split()) == ["boot.py", "cert", "lib", "main.py", "sys"]
    board.power_cut()
    assert b"new main" in board.power_on()


@pytest.mark.req("FTP-1")
def test_a_cut_upload_leaves_the_old_file(board: Board) -> None:
    ftp = Ftp(board)
    ftp("CWD /flash")
    before = ftp.get("RETR main.py")
    data = ftp.passive()
    assert ftp("STOR main.py").startswith("150")
    data.send(b"half of it" * 100)
    board.run(200)
    data.stream.reset()
    assert ftp.reply().startswith("426")
    assert ftp.get("RETR main.py") == before
    data = ftp.passive()
    assert ftp("STOR other.py").startswith("150")
    data.send(b"half of it")
    board.run(100)
    ftp.control.stream.reset()
    board.run(500)
    assert sorted(Ftp(board).get("NLST /flash").decode().split()) == ["boot.py", "cert", "lib", "main.py", "sys"]


@pytest.mark.req("FTP-1")
def test_the_largest_file_and_a_full_drive(board: Board) -> None:
    ftp = Ftp(board)
    ftp("CWD /flash")
    room = int(board.repl("import os; s = os.statvfs('/flash'); print(s[0] * s[3])"))
    content = bytes((at * 7 + at // 256) & 255 for at in range(room))
    assert ftp.put("STOR large", content + bytes(512)).startswith("452")
    assert sorted(ftp.get("NLST").decode().split()) == ["boot.py", "cert", "lib", "main.py", "sys"]
    assert ftp.put("STOR large", content).startswith("226")
    assert ftp.get("RETR large") == content
    assert ftp.put("STOR one more", b"x" * 600).startswith("452")
    assert ftp("SIZE one more").startswith("550")
    assert ftp("DELE large").startswith("250")


@pytest.mark.req("FTP-3")
def test_active_mode_is_refused(board: Board) -> None:
    ftp = Ftp(board)
    assert ftp("PORT 192,168,1,2,4,1").startswith("502")
    assert ftp("EPRT |1|192.168.1.2|1025|").startswith("502")


@pytest.mark.req("FTP-4")
def test_second_sessions_and_data_connections(board: Board) -> None:
    ftp = Ftp(board)
    assert board.connect(21).read_all().startswith(b"421")
    data = ftp.passive()
    assert ftp("STOR /flash/a").startswith("150")
    ftp.control.send(b"PASV\r\n")
    board.run(300)
    assert ftp.control.read() == b""
    data.send(b"content")
    data.close()
    assert ftp.reply().startswith("226")
    assert ftp.reply().startswith("227")
    assert ftp("SIZE /flash/a") == "213 7\r\n"


@pytest.mark.req("OTA-4")
@pytest.mark.parametrize("name", ["ca.pem", "cert.pem", "private.key"])
def test_certificates_go_to_hidden_files(board: Board, name: str) -> None:
    ftp = Ftp(board)
    ftp("CWD /flash/cert")
    content = b"-----BEGIN CERTIFICATE-----\n" + bytes(range(32, 127)) * 20
    assert ftp.put(f"STOR {name}", content).startswith("226")
    assert board.flash.read(f"/cert/{name}").startswith(content)
    assert ftp.get("NLST") == b""
    assert ftp(f"SIZE {name}").startswith("550")
    assert ftp.put(f"STOR {name}", b"new").startswith("226")
    assert ftp.put(f"STOR {name}", b"x" * 5000).startswith("452")
    assert board.flash.read(f"/cert/{name}").startswith(b"new")
    assert ftp(f"DELE {name}").startswith("250")


@pytest.mark.req("FTP-5")
def test_hostile_lines(board: Board) -> None:
    ftp = Ftp(board, login=False)
    assert ftp("A" * 2000).startswith("500")
    assert ftp("LIST").startswith("530")
    assert ftp("AUTH TLS").startswith("502")
    assert ftp("FEAT").startswith("211")
    ftp("USER micro")
    assert ftp("PASS python").startswith("230")
    assert ftp("CWD " + "../" * 40).startswith("250")
    assert ftp("MKD /flash/" + "n" * 130).startswith("5")
    assert ftp('MKD /flash/a"b:c*').startswith("553")
    ftp.control.send(bytes(range(1, 255)) + b"\r\n")  # a line end is among them
    assert ftp.reply().startswith("500")
    assert ftp.reply().startswith("500")
    assert ftp("NOOP").startswith("200")


@pytest.mark.req("FTP-1")
def test_telnet_answers_during_a_long_transfer(board: Board) -> None:
    ftp = Ftp(board)
    telnet = board.connect(23)
    telnet.send(b"micro\r\npython\r\n")
    telnet.wait(lambda: b">>> " in telnet.stream.received)
    telnet.read()
    data = ftp.passive()
    assert ftp("STOR /flash/long").startswith("150")
    data.send(bytes(60_000))
    board.run(100)
    telnet.send(b"6 * 7\r\n")
    assert telnet.wait(lambda: b"42\r\n>>> " in telnet.stream.received, 3.0)
    assert b"226" not in ftp.control.stream.received
    data.close()
    assert ftp.reply().startswith("226")


@pytest.mark.req("FTP-4", "FTP-5")
def test_a_client_that_takes_no_replies_does_not_keep_the_server(board: Board) -> None:
    board.repl("import network; network.Server().init(timeout=5)")
    ftp = Ftp(board)
    ftp.control.stream.pause()
    ftp.control.send(b"NOOP\r\n" * 50)
    ftp.control.close()
    board.run(12_000)
    assert 21 not in [s.port for s in board.machine.nwp.sockets.sockets.values() if not s.listening]
    ftp.control.stream.resume()
    board.run(1000)
    assert Ftp(board)("NOOP").startswith("200")


@pytest.mark.req("FTP-1", "FS-1")
def test_nobody_is_served_before_the_drive_is_there(board: Board) -> None:
    """The first boot makes the drive, which takes a second: no login, and then a login that works."""
    board.power_cut()
    for name in board.flash.list():
        if name.endswith(".fsb"):
            board.flash.delete(name)
    board.power_on(to_prompt=False)
    refused = 0
    while True:
        board.run(100)
        try:
            ftp = Ftp(board)
        except ConnectionRefusedError:
            refused += 1
            continue
        break
    assert refused > 2
    assert ftp.put("STOR /flash/first", b"content").startswith("226")
