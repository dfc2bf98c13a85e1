"""The link: framing, the interrupt and its mask, power, flow control, what is not known."""

from __future__ import annotations

import logging
import struct

import pytest
from cc3200sim.clock import cycles
from cc3200sim.nwp.opcodes import Opcode
from cc3200sim.nwp.processor import START_SECONDS, TX_BUFFERS
from support.host_commands import HOST_COMMANDS, RESPONSES
from support.nwp_host import CH0CTRL, CH0STAT, RX0, TX0, Host


def test_the_init_complete_message_comes_after_the_start_time() -> None:
    host = Host()
    host.power_on(wait=False)
    host.run(START_SECONDS - 1e-3)
    assert not host.irq.level
    host.run(2e-3)
    assert host.irq.level
    message = host.poll()
    assert message is not None
    assert (message.opcode, message.payload) == (Opcode.DEVICE_INITCOMPLETE, struct.pack("<I", 0x11111111))
    assert not host.irq.level


def test_each_message_interrupts_once_and_the_mask_holds_it_back(host: Host) -> None:
    host.mask.write(0x88, 1, 4)
    host.write(Opcode.DEVICE_EVENTMASKSET, struct.pack("<II", 1, 0))
    host.write(Opcode.DEVICE_EVENTMASKSET, struct.pack("<II", 2, 0))
    host.run(0.01)
    assert not host.irq.level
    host.mask.write(0x8C, 1, 4)
    assert host.irq.level
    assert host.poll() is not None
    assert host.irq.level  # raised again by the unmask: the second one waits
    assert host.poll() is not None
    assert not host.irq.level and host.poll() is None


def test_commands_are_answered_in_order(host: Host) -> None:
    handle = host.fs_create("f", 1000)
    host.write(Opcode.NVMEM_FILEWRITECOMMAND, struct.pack("<iIHxx", handle, 0, 512) + bytes(512))
    host.write(Opcode.DEVICE_DEVICEGET, struct.pack("<4H", 0, 1, 12, 0))
    assert [host.message().opcode, host.message().opcode] == [0x2441, 0x0466]


def test_words_without_a_sync_are_ignored_and_said(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert host.word(0x11223344) == 0xFFFFFFFF
    assert "word 11223344" in caplog.text
    assert host.status(Opcode.WLAN_WLANDISCONNECTCOMMAND) == -129


def test_reading_without_a_message_gives_idle_words(host: Host) -> None:
    host.word(0x56788765)
    assert [host.word(0xFFFFFFFF) for _ in range(4)] == [0xFFFFFFFF] * 4


def test_nothing_is_exchanged_with_the_channel_disabled(host: Host) -> None:
    host.lspi.write(CH0CTRL, 0, 4)
    host.lspi.write(TX0, 0x12344321, 4)
    assert not host.lspi.read(CH0STAT, 4) & 1
    assert host.lspi.read(RX0, 4) == 0


def test_an_unknown_command_is_refused_loudly(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert host.status(Opcode.NETAPP_CTESTSTARTCOMMAND, bytes(60)) == -1
    assert "(9C2A) is not modelled" in caplog.text


def test_a_command_that_is_too_short_is_refused_loudly(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert host.status(Opcode.DEVICE_DEVICEGET, b"\0\0") == -1
    assert "malformed" in caplog.text


def test_stop_is_answered_twice_and_then_the_power_may_go(host: Host) -> None:
    assert host.status(Opcode.DEVICE_STOP_COMMAND, struct.pack("<HH", 100, 0)) == 0
    assert host.expect(Opcode.DEVICE_STOP_ASYNC_RESPONSE) == bytes(4)
    host.nwp.stop_register(2)
    assert not host.nwp.running
    assert host.power_on() is not None
    assert host.status(Opcode.WLAN_WLANDISCONNECTCOMMAND) == -129


def test_power_off_forgets_what_is_on_its_way(host: Host) -> None:
    host.write(Opcode.DEVICE_EVENTMASKSET, struct.pack("<II", 1, 0))
    host.nwp.stop_register(2)
    host.run(1)
    assert not host.irq.level
    host.nwp.wake_register(1)
    host.run(1)
    assert not host.nwp.running  # held by the stop bit
    host.nwp.stop_register(0)
    host.nwp.wake_register(1)
    assert host.message().opcode == Opcode.DEVICE_INITCOMPLETE


def test_a_command_while_off_is_lost_and_said(caplog: pytest.LogCaptureFixture) -> None:
    host = Host()
    host.lspi.write(CH0CTRL, 1, 4)
    with caplog.at_level(logging.WARNING):
        host.write(Opcode.WLAN_WLANDISCONNECTCOMMAND, b"")
    assert "(8C81) while the network processor is off" in caplog.text


def test_every_message_tells_the_free_buffers(host: Host) -> None:
    host.write(Opcode.DEVICE_EVENTMASKSET, struct.pack("<II", 1, 0))
    assert host.message().pool == TX_BUFFERS


def test_version_and_time(host: Host) -> None:
    answer = host.command(Opcode.DEVICE_DEVICEGET, struct.pack("<4H", 0, 1, 12, 44))
    status, _, option, length = struct.unpack_from("<hHHH", answer)
    assert (status, option, length, len(answer)) == (0, 12, 44, 8 + 44)
    date = struct.pack("<11I", 30, 59, 23, 31, 12, 2026, 0, 0, 0, 0, 0)
    assert host.status(Opcode.DEVICE_DEVICESET, struct.pack("<4H", 0, 1, 11, 44) + date) == 0
    host.run(31)
    answer = host.command(Opcode.DEVICE_DEVICEGET, struct.pack("<4H", 0, 1, 11, 44))
    assert struct.unpack_from("<6I", answer, 8) == (1, 0, 0, 1, 1, 2027)
    bad = struct.pack("<11I", 61, 0, 0, 1, 1, 2026, 0, 0, 0, 0, 0)
    assert host.status(Opcode.DEVICE_DEVICESET, struct.pack("<4H", 0, 1, 11, 44) + bad) == -1
    assert host.status(Opcode.DEVICE_DEVICESET, struct.pack("<4H", 0, 7, 7, 4) + bytes(4)) == -1


def test_event_masks_are_kept(host: Host) -> None:
    assert host.status(Opcode.DEVICE_EVENTMASKSET, struct.pack("<II", 2, 5)) == 0
    assert struct.unpack("<II", host.command(Opcode.DEVICE_EVENTMASKGET, struct.pack("<I", 2))) == (2, 5)


def test_a_snapshot_replays_identically(host: Host) -> None:
    handle = host.fs_create("f", 4000)
    host.write(Opcode.NVMEM_FILEWRITECOMMAND, struct.pack("<iIHxx", handle, 0, 1000) + b"a" * 1000)

    def rest() -> list[object]:
        out: list[object] = [host.message()]
        out.append(host.fs_close(handle))
        out.append(host.fs_info("f"))
        out.append(host.clock.now)
        return out

    saved = host.clock.save(), host.nwp.save(), host.lspi.save(), host.flash.save()
    first = rest()
    host.clock.restore(saved[0])
    host.nwp.restore(saved[1])
    host.lspi.restore(saved[2])
    host.flash.restore(saved[3])
    assert rest() == first
    assert first[1] == 0


def test_bits_on_the_wire_take_their_time(host: Host) -> None:
    start = host.clock.now
    host.command(Opcode.DEVICE_EVENTMASKSET, struct.pack("<II", 1, 0))
    short = host.clock.now - start
    handle = host.fs_create("f", 4000)
    start = host.clock.now
    host.command(Opcode.NVMEM_FILEWRITECOMMAND, struct.pack("<iIHxx", handle, 0, 1460) + bytes(1460))
    assert host.clock.now - start > short + cycles(365 * 1.6e-6 + 6 * 0.8e-3)


@pytest.mark.parametrize("opcode", HOST_COMMANDS, ids=lambda opcode: f"{opcode:04X}")
@pytest.mark.parametrize("fill", [0x00, 0xFF])
def test_every_command_of_the_driver_is_answered(host: Host, opcode: int, fill: int) -> None:
    host.write(opcode, bytes([fill]) * 64)
    host.expect(RESPONSES.get(opcode, opcode & 0x7FFF))
    assert host.status(Opcode.DEVICE_EVENTMASKSET, bytes(8)) == 0  # and it goes on


@pytest.mark.parametrize(
    "opcode",
    [Opcode.SOCKET_RECV, Opcode.SOCKET_RECVFROM, Opcode.SOCKET_SEND, Opcode.SOCKET_SENDTO, Opcode.SOCKET_SENDTO_V6],
)
@pytest.mark.parametrize("fill", [0x00, 0xFF])
def test_data_commands_on_no_socket_give_their_buffer_back(host: Host, opcode: int, fill: int) -> None:
    host.write(opcode, bytes([fill]) * 64)
    host.run(1)
    while host.irq.level:
        host.poll()
    host.write(Opcode.DEVICE_EVENTMASKSET, bytes(8))
    assert host.message().pool == TX_BUFFERS
