"""TLS of the board with the openssl command at the other end, both ways."""

from __future__ import annotations

import ftplib
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from support.emulator import FTP, LOOPBACK, PASSWORD, TLS, USER, Emulator, RawRepl
from support.tls_peer import Chain

Find = Callable[[str], str]
HERE_FROM_THE_BOARD = "192.168.1.2"
COMPATIBLE = ("-cipher", "DEFAULT:@SECLEVEL=0")


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """An authority and its certificates."""
    return Chain.make(tmp_path_factory.mktemp("certificates"))


def install(emulator: Emulator, **files: Path) -> None:
    """Put certificates there by FTP, as a user does."""
    names = {"ca": "ca.pem", "own": "cert.pem", "key": "private.key"}
    with ftplib.FTP() as ftp:
        ftp.connect(LOOPBACK, emulator.ports[FTP], timeout=30)
        ftp.login(USER, PASSWORD)
        for what, file in files.items():
            with file.open("rb") as stream:
                ftp.storbinary(f"STOR /flash/cert/{names[what]}", stream)


@pytest.mark.req("SSL-1", "SSL-2")
@pytest.mark.parametrize(("which", "answer"), [("good", "b'olleh\\n'"), ("other", "155"), ("expired", "461")])
def test_s_server(emulator: Emulator, client: Find, chain: Chain, which: str, answer: str) -> None:
    ca = chain.other_ca if which == "other" else chain.ca
    server = chain.expired if which == "expired" else chain.good
    install(emulator, ca=ca.certificate, own=chain.good.certificate, key=chain.good.key)
    command = [client("openssl"), "s_server", "-accept", f"{LOOPBACK}:0", "-cert", server.certificate]
    command += ["-key", server.key, "-CAfile", chain.ca.certificate, "-Verify", "2", "-rev", *COMPATIBLE]
    with subprocess.Popen(
        list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            assert process.stdout is not None
            port = next(int(line.rsplit(":", 1)[1]) for line in process.stdout if line.startswith("ACCEPT "))
            with closing(RawRepl(emulator)) as repl:
                repl.start(f"""
import socket, ssl
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SEC)
s = ssl.wrap_socket(s, cert_reqs=ssl.CERT_REQUIRED, ca_certs='/flash/cert/ca.pem', certfile='/flash/cert/cert.pem',
                    keyfile='/flash/cert/private.key')
try:
    s.connect(('{HERE_FROM_THE_BOARD}', {port}))
    s.send(b'hello\\n')
    print(s.recv(100))
except OSError as e:
    print(e.errno)
s.close()
""")
                assert repl.finish() == answer + "\n"
        finally:
            process.kill()


@pytest.mark.req("SSL-2")
@pytest.mark.parametrize(("which", "accepted"), [("good", True), ("other", False), ("expired", False)])
def test_s_client(emulator: Emulator, client: Find, chain: Chain, which: str, accepted: bool) -> None:
    own = chain.expired if which == "expired" else chain.good
    install(emulator, own=own.certificate, key=own.key)
    with closing(RawRepl(emulator)) as repl:
        repl.start("""
import socket, ssl
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SEC)
s = ssl.wrap_socket(s, server_side=True, certfile='/flash/cert/cert.pem', keyfile='/flash/cert/private.key')
s.bind(('', 443))
s.listen()
s.settimeout(3)
print('ready')
try:
    c, a = s.accept()
    print(c.recv(100))
    c.sendall(b'from the board' * 200)
    c.close()
except OSError as e:
    print('refused')
s.close()
""")
        repl.until(b"ready\r\n")
        ca = chain.other_ca if which == "other" else chain.ca
        command = [client("openssl"), "s_client", "-connect", f"{LOOPBACK}:{emulator.ports[TLS]}"]
        command += ["-CAfile", ca.certificate, "-verify_return_error", "-quiet", *COMPATIBLE]
        done = subprocess.run(
            list(map(str, command)), input="hello\n", capture_output=True, text=True, timeout=40, check=False
        )
        if accepted:
            assert done.stdout == "from the board" * 200
            assert repl.finish() == "b'hello\\n'\n"
        else:
            assert done.returncode != 0 and "verif" in done.stderr.lower() and done.stdout == ""
            assert repl.finish() == "refused\n"
