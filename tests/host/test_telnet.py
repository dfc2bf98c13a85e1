"""The telnet protocol and the login dialogue, byte by byte, on the host under sanitizers."""

from __future__ import annotations

import random
from typing import Any

import pytest
from support.tested import BOARD

SOURCES = [
    "tests/host/telnet_program.c",
    "ports/cc3200/servers/telnet/protocol.c",
    "ports/cc3200/servers/telnet/dialogue.c",
    "ports/cc3200/servers/login.c",
]

YES = f"\r\n[{BOARD.name}: yes]\r\n".encode() + b"\xff\xf6"
IAC, DONT, DO, WONT, WILL, SB, SE = b"\xff", b"\xfe", b"\xfd", b"\xfc", b"\xfb", b"\xfa", b"\xf0"
BINARY, ECHO, SGA, TIMING_MARK, TERMINAL, WINDOW, LINEMODE = (bytes([n]) for n in (0, 1, 3, 6, 24, 31, 34))


@pytest.fixture(scope="session")
def telnet(compile_host: Any) -> Any:
    return compile_host("telnet", SOURCES)


def feed(telnet: Any, *packets: bytes) -> tuple[bytes, bytes]:
    """Typed keys and replies for what arrives after the session's start."""
    lines = telnet.run("start\n" + "".join(f"feed {packet.hex()}\n" for packet in packets))[1:]
    keys = b"".join(bytes.fromhex(line[4:]) for line in lines if line.startswith("key "))
    replies = b"".join(bytes.fromhex(line[6:]) for line in lines if line.startswith("reply "))
    return keys, replies


def encode(telnet: Any, data: bytes, *before: bytes) -> bytes:
    script = "start\n" + "".join(f"feed {packet.hex()}\n" for packet in before) + f"send {data.hex()}\n"
    return b"".join(bytes.fromhex(line[4:]) for line in telnet.run(script) if line.startswith("out "))


@pytest.mark.req("TEL-2")
def test_opening_offers(telnet: Any) -> None:
    assert telnet.run("start\n") == [
        "hello " + (IAC + WILL + ECHO + IAC + WILL + SGA + IAC + DO + SGA + IAC + DO + WINDOW).hex()
    ]


@pytest.mark.req("TEL-2")
@pytest.mark.parametrize(
    ("received", "answer"),
    [
        (IAC + DO + ECHO, b""),  # they accept what we offered: silence, or it would loop
        (IAC + DO + SGA + IAC + WILL + SGA, b""),
        (IAC + WILL + SGA, b""),
        (IAC + WILL + WINDOW, b""),
        (IAC + DO + LINEMODE, IAC + WONT + LINEMODE),
        (IAC + WILL + TERMINAL, IAC + DONT + TERMINAL),
        (IAC + WILL + ECHO, IAC + DONT + ECHO),
        (IAC + DONT + ECHO, IAC + WONT + ECHO),
        (IAC + DONT + ECHO + IAC + DONT + ECHO, IAC + WONT + ECHO),  # only a change is answered
        (IAC + WONT + TERMINAL + IAC + DONT + LINEMODE, b""),  # off already
        (IAC + DO + BINARY, IAC + WILL + BINARY),
        (IAC + WILL + BINARY, IAC + DO + BINARY),
        (IAC + WILL + SGA + IAC + WONT + SGA, IAC + DONT + SGA),
        ((IAC + DO + TIMING_MARK) * 2, (IAC + WILL + TIMING_MARK) * 2),
        (IAC + b"\xf6", YES),
        (IAC + b"\xf1" + IAC + b"\xf2" + IAC + b"\xf9", b""),  # NOP, DATA MARK, GO AHEAD
    ],
)
def test_negotiation(telnet: Any, received: bytes, answer: bytes) -> None:
    assert feed(telnet, received) == (b"", answer)


@pytest.mark.req("TEL-2")
def test_commands_split_over_packets(telnet: Any) -> None:
    stream = b"a" + IAC + DO + LINEMODE + b"b" + IAC + SB + WINDOW + b"\x00\x50\x00\x18" + IAC + SE + IAC + IAC + b"c"
    whole = feed(telnet, stream)
    assert whole == (b"ab\xffc", IAC + WONT + LINEMODE)
    for cut in range(1, len(stream)):
        assert feed(telnet, stream[:cut], stream[cut:]) == whole
    assert feed(telnet, *(stream[at : at + 1] for at in range(len(stream)))) == whole


@pytest.mark.req("TEL-2")
@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        (b"x\r\ny\r\0z\r", b"x\ry\rz\r"),
        (b"\r\r\n\n\0", b"\r\r\n\0"),
        (b"\r\x03\r\x01", b"\r\x03\r\x01"),
        (IAC + b"\xf4", b"\x03"),
        (IAC + b"\xf3", b"\x03"),
        (IAC + b"\xed", b"\x03"),
        (IAC + b"\xee", b"\x03"),
        (IAC + b"\xec", b"\x04"),
        (IAC + b"\xf7", b"\x7f"),
        (IAC + b"\xf8", b"\x15"),
    ],
)
def test_keys(telnet: Any, typed: bytes, keys: bytes) -> None:
    assert feed(telnet, typed) == (keys, b"")


def test_binary_session_leaves_line_ends_alone(telnet: Any) -> None:
    keys, _ = feed(telnet, IAC + WILL + BINARY + b"a\r\n\r\0")
    assert keys == b"a\r\n\r\0"
    assert encode(telnet, b"a\rb", IAC + DO + BINARY) == b"a\rb"


@pytest.mark.parametrize(
    ("suboption", "size"),
    [
        (b"\x00\x50\x00\x18", "80 24"),
        (b"\x01\xff\xff\x00\x02", "511 2"),
        (b"\x00\x50\x00", "0 0"),
        (b"\x00\x50\x00\x18\x00", "0 0"),
        (b"x" * 400, "0 0"),
    ],
)
def test_window_size(telnet: Any, suboption: bytes, size: str) -> None:
    script = f"start\nfeed {(IAC + SB + WINDOW + suboption + IAC + SE).hex()}\nwindow\n"
    assert telnet.run(script)[-1] == f"size {size}"


def test_suboption_cut_short_by_a_command(telnet: Any) -> None:
    assert feed(telnet, IAC + SB + WINDOW + b"\x00" + IAC + DO + LINEMODE + b"ok") == (b"ok", IAC + WONT + LINEMODE)


@pytest.mark.parametrize(
    ("data", "wire"),
    [
        (b"a\xffb", b"a\xff\xffb"),
        (b"a\r\nb", b"a\r\nb"),
        (b"a\rb\r", b"a\r\0b\r"),
        (b"\r\0", b"\r\0"),
        (b"", b""),
    ],
)
def test_output(telnet: Any, data: bytes, wire: bytes) -> None:
    assert encode(telnet, data) == wire


@pytest.mark.req("TEL-2")
def test_any_bytes_in_any_packets(telnet: Any) -> None:
    """What is typed does not depend on how the bytes were cut, and every reply is a well-formed answer."""
    source = random.Random(854)
    alphabet = bytes(range(236, 256)) * 4 + bytes([0, 1, 3, 6, 10, 13, 24, 31, 34, 65, 127])
    for _ in range(40):
        stream = bytes(source.choice(alphabet) for _ in range(300))
        cuts = sorted(source.sample(range(1, 300), 20))
        packets = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, 300], strict=True)]
        whole = feed(telnet, stream)
        assert feed(telnet, *packets) == whole
        rest = whole[1].replace(YES, b"")
        assert len(rest) % 3 == 0
        assert all(rest[at] == 255 and rest[at + 1] >= 251 for at in range(0, len(rest), 3))


@pytest.mark.req("TEL-1")
def test_login_dialogue(telnet: Any) -> None:
    script = "type " + b"mix\x7fcro\rpyt\x08thon\r".hex() + "\n"
    lines = telnet.run(script)
    echo = b"".join(bytes.fromhex(line[5:]) for line in lines if line.startswith("echo"))
    assert echo == b"mix\b \bcro\r\n\r\n"
    assert "check 5:micro 6:python" in lines


@pytest.mark.req("TEL-1")
def test_login_words_that_are_too_long_stay_wrong(telnet: Any) -> None:
    lines = telnet.run("type " + (b"m" * 40 + b"\x7f" * 39 + b"\r" + b"\r").hex() + "\n")
    assert f"check 33:{'m' * 32} 0:" in lines
    assert telnet.run(f"login {'m' * 33} python\n") == ["login 0 1000"]


@pytest.mark.req("TEL-1")
def test_three_guesses_a_session(telnet: Any) -> None:
    lines = telnet.run("type " + (b"a\rb\r" * 3).hex() + "\n")
    assert [line for line in lines if line.startswith("verdict")] == ["verdict 1", "verdict 1", "verdict 2"]


@pytest.mark.req("TEL-1")
def test_guesses_are_slowed_down_and_forgiven(telnet: Any) -> None:
    wrong = ["micro pythom", "Micro python", "micro pytho", "x y", "micro python2", "micr python"]
    lines = telnet.run("".join(f"login {guess}\n" for guess in [*wrong, "micro python", "x y"]))
    assert lines == [
        "login 0 1000",
        "login 0 2000",
        "login 0 4000",
        "login 0 8000",
        "login 0 16000",
        "login 0 16000",
        "login 1 0",
        "login 0 1000",
    ]
