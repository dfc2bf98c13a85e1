"""Whatever a host sends, the network processor goes on: commands with random bodies, words without framing."""

from __future__ import annotations

import struct

from cc3200sim.nwp.opcodes import Opcode
from cc3200sim.nwp.processor import TX_BUFFERS
from hypothesis import given, settings
from hypothesis import strategies as st
from support.host_commands import HOST_COMMANDS
from support.nwp_host import Host

STOP = Opcode.DEVICE_STOP_COMMAND
DATA_COMMANDS = (
    Opcode.SOCKET_RECV,
    Opcode.SOCKET_RECVFROM,
    Opcode.SOCKET_SEND,
    Opcode.SOCKET_SENDTO,
    Opcode.SOCKET_SENDTO_V6,
)
# Bodies that get far: small numbers, handles and descriptors that exist, names of files.
WORD = st.one_of(
    st.integers(0, 0x20), st.sampled_from([0x10, 0x11, 0x50, 0x3201, 0x1000, 0xFFFFFFFF]), st.integers(0, 2**32 - 1)
)
BODY = st.one_of(
    st.binary(max_size=64),
    st.builds(
        lambda words, tail: struct.pack(f"<{len(words)}I", *words) + tail,
        st.lists(WORD, max_size=8),
        st.binary(max_size=16),
    ),
    st.builds(lambda mode, name: struct.pack("<II", mode, 0) + name + b"\0\0\0\0", WORD, st.sampled_from([b"a", b"b"])),
)
COMMANDS = st.sampled_from([opcode for opcode in (*HOST_COMMANDS, *DATA_COMMANDS) if opcode != STOP])


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.tuples(COMMANDS, BODY), min_size=1, max_size=30), st.booleans())
def test_random_commands(commands: list[tuple[int, bytes]], access_point: bool) -> None:
    host = Host()
    host.power_on()
    if access_point:
        host.status(Opcode.WLAN_SET_MODE, b"\x02\0\0\0")
        host.nwp.stop_register(2)
        host.power_on()
    host.network.listen(80)
    for port in (21, 23):
        host.network.connect(port).send(b"hello")
    for opcode, body in commands:
        if opcode in DATA_COMMANDS and not host.nwp.buffers_for_send:
            continue  # driver.c waits
        host.write(opcode, body)
        host.run(0.05)
        while host.poll() is not None:
            pass
    host.run(30)
    while host.poll() is not None:
        pass
    host.write(Opcode.DEVICE_DEVICEGET, struct.pack("<4H", 0, 1, 12, 44))
    assert host.message().opcode == 0x0466
    for index in range(8):
        host.write(Opcode.SOCKET_CLOSE, bytes([index, 0, 0, 0]))
        host.run(0.05)
    host.run(200)
    while host.poll() is not None:
        pass
    host.write(Opcode.DEVICE_DEVICEGET, struct.pack("<4H", 0, 1, 12, 44))
    assert host.message().pool == TX_BUFFERS  # with all sockets closed every packet buffer is free again


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.lists(
        st.one_of(
            st.sampled_from([0x12344321, 0x56788765, 0xFFFFFFFF, Opcode.DEVICE_DEVICEGET | 8 << 16]),
            st.integers(0, 2**32 - 1),
        ),
        max_size=60,
    )
)
def test_random_words(words: list[int]) -> None:
    host = Host()
    host.power_on()
    for word in words:
        host.word(word)
    host.lspi.write(0x110, 2, 4)  # the driver resets the controller when it opens it
    host.power_on()
    assert host.status(Opcode.DEVICE_EVENTMASKSET, bytes(8)) == 0
