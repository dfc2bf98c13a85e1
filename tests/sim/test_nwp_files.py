"""File commands of the network processor: modes, limits, error codes, power cuts."""

from __future__ import annotations

import pytest
from cc3200sim.flash import Flash, PowerCut
from cc3200sim.nwp.files import MAX_OPEN_FILES
from support.nwp_host import Host

READ, WRITE = 0, 1 << 12
COMMIT, SECURE, NO_SIGNATURE, PUBLIC_READ = 1, 2, 4, 0x40


def put(host: Host, name: str, data: bytes, size: int = 0, flags: int = 0) -> None:
    """Create and write a file."""
    handle = host.fs_create(name, size or max(len(data), 1), flags)
    assert handle > 0
    assert host.fs_write(handle, 0, data) == len(data)
    assert host.fs_close(handle) == 0


def get(host: Host, name: str) -> bytes:
    """Read a file whole."""
    handle = host.fs_open(name, READ)
    assert handle > 0
    out = b""
    while isinstance(chunk := host.fs_read(handle, len(out), 1460), bytes) and chunk:
        out += chunk
    assert host.fs_close(handle) == 0
    return out


@pytest.mark.parametrize("size", [1, 3, 255, 256, 1459, 1460, 1461, 2048, 70000])
def test_write_and_read_back(host: Host, size: int) -> None:
    data = bytes(i * 7 % 256 for i in range(size))
    put(host, "f", data)
    assert get(host, "f") == data
    status, flags, length, allocated = host.fs_info("f")
    assert (status, flags, length) == (0, 0, size)
    assert (allocated + 440) % 4096 == 0 and size <= allocated < size + 256 + 4096
    assert host.flash.read("f") == data


def test_sizes_are_fixed_at_creation_in_granules(host: Host) -> None:
    put(host, "f", b"x", size=300)  # two granules of 256
    handle = host.fs_open("f", WRITE)
    assert host.fs_write(handle, 500, b"y" * 12) == 12
    assert host.fs_write(handle, 512, b"z") == -42
    assert host.fs_write(handle, 505, b"z" * 8) == -42
    assert host.fs_close(handle) == 0
    assert host.fs_info("f")[2] == 512


def test_create_over_an_existing_file(host: Host) -> None:
    put(host, "f", b"x" * 1000)
    assert host.fs_create("f", 1000, access=2) == -26
    assert host.fs_create("f", 3000) == -29
    handle = host.fs_create("f", 1000)
    assert handle > 0
    assert host.fs_close(handle) == 0


def test_open_for_write_loses_the_old_content_at_once(host: Host) -> None:
    put(host, "f", b"old")
    handle = host.fs_open("f", WRITE)
    assert host.flash.read("f") is None
    assert host.fs_open("f", READ) < 0
    assert host.fs_write(handle, 0, b"n") == 1
    assert host.fs_close(handle) == 0
    assert get(host, "f") == b"n"


def test_a_fail_safe_file_keeps_the_old_content_until_the_close(host: Host) -> None:
    put(host, "f", b"old", flags=COMMIT)
    handle = host.fs_open("f", WRITE)
    assert host.fs_write(handle, 0, b"newer") == 5
    assert host.flash.read("f") == b"old"
    assert host.fs_close(handle) == 0
    assert get(host, "f") == b"newer"
    entry = host.flash.entry("f")
    assert entry is not None and entry.extent == 2 * entry.blocks


def test_abort_goes_back_to_the_last_valid_copy(host: Host) -> None:
    put(host, "safe", b"old", flags=COMMIT)
    put(host, "plain", b"old")
    for name, left in (("safe", b"old"), ("plain", None)):
        handle = host.fs_open(name, WRITE)
        assert host.fs_write(handle, 0, b"half") == 4
        assert host.fs_close(handle, signature=b"A") == 0
        assert host.flash.read(name) == left
    assert host.fs_open("plain", READ) == -64


def test_error_codes(host: Host) -> None:
    assert host.fs_open("none", READ) == -11
    assert host.fs_open("none", WRITE) == -11
    assert host.fs_delete("none") == -11
    assert host.fs_info("none")[0] == -11
    assert host.fs_open("", READ) == -54
    assert host.fs_open("x" * 181, READ) == -54
    assert host.fs_open("f", 7 << 12) == -22
    assert host.fs_open("f", 3 << 12 | 5 << 8 | 1) == -22
    assert host.fs_open("f", 3 << 12) == -51  # size 0
    assert host.fs_create("f", 16 * 65536 + 1) == -51
    assert host.fs_close(77) == -17
    assert host.fs_read(77, 0, 4) == -17
    assert host.fs_write(77, 0, b"x") == -17
    put(host, "f", b"abc")
    handle = host.fs_open("f", READ)
    assert host.fs_write(handle, 0, b"x") == -23
    assert host.fs_read(handle, 3, 1) == -15
    assert host.fs_read(handle, 1, 100) == b"bc"
    assert host.fs_delete("f") == -23
    assert host.fs_open("f", WRITE) == -23
    assert host.fs_close(handle) == 0
    handle = host.fs_open("f", WRITE)
    assert host.fs_read(handle, 0, 1) == -23
    assert host.fs_open("f", READ) == -23
    assert host.fs_close(handle) == 0
    assert host.fs_delete("f") == 0
    assert host.fs_open("f", READ) == -11


def test_two_may_read_the_same_file(host: Host) -> None:
    put(host, "f", b"abc")
    first, second = host.fs_open("f", READ), host.fs_open("f", READ)
    assert first != second
    assert host.fs_read(first, 0, 3) == host.fs_read(second, 0, 3) == b"abc"


def test_limits(host: Host) -> None:
    handles = [host.fs_create(f"f{i}", 100) for i in range(MAX_OPEN_FILES)]
    assert min(handles) > 0
    assert host.fs_create("more", 100) == -34
    for handle in handles:
        assert host.fs_close(handle) == 0
    count = MAX_OPEN_FILES
    while (handle := host.fs_create(f"f{count}", 100)) > 0:
        assert host.fs_close(handle) == 0
        count += 1
    assert handle == -24
    assert count == 127  # and one of the network processor's own


def test_no_space_left() -> None:
    host = Host(Flash(1 << 20))
    host.power_on()
    assert host.fs_create("huge", 1 << 20) == -30
    put(host, "large", b"x", size=900000)
    assert host.fs_create("larger", 150000) == -30
    assert host.fs_create("mirrored", 70000, COMMIT) == -30
    assert host.fs_create("small", 70000) > 0


def test_secure_files_need_their_token(host: Host) -> None:
    handle = host.fs_create("f", 100, SECURE | NO_SIGNATURE)
    assert host.fs_write(handle, 0, b"secret") == 6
    assert host.fs_close(handle) == 0
    entry = host.flash.entry("f")
    assert entry is not None
    assert host.fs_open("f", READ) == -50
    assert host.fs_open("f", READ, token=entry.token) > 0
    handle = host.fs_create("public", 100, SECURE | NO_SIGNATURE | PUBLIC_READ)
    assert host.fs_close(handle) == 0
    assert host.fs_open("public", WRITE) == -50
    handle = host.fs_create("signed", 100, SECURE)
    assert host.fs_close(handle) == -63


def test_handles_do_not_survive_a_restart(host: Host) -> None:
    put(host, "f", b"old")
    handle = host.fs_open("f", WRITE)
    host.nwp.stop_register(2)
    host.power_on()
    assert host.fs_close(handle) == -17
    assert host.fs_open("f", READ) == -64


@pytest.mark.parametrize("flags", [0, COMMIT])
def test_a_power_cut_at_every_step_of_an_update(flags: int) -> None:
    """The chip comes up again, other files are whole, and the file that was written is old, new or not valid."""
    host = Host()
    host.power_on()
    put(host, "other", b"other" * 1000)
    put(host, "f", b"old" * 500, flags=flags)
    start = host.flash.save()
    seen = set()
    for step in range(1, 200):
        host.flash.restore(start)
        host.nwp.power_off()
        host.power_on()
        host.flash.cut_after(step)
        try:
            handle = host.fs_open("f", WRITE)
            host.fs_write(handle, 0, b"new" * 490)
            host.fs_close(handle)
        except PowerCut:
            host.nwp.power_off()
            host.power_on()
            content = host.flash.read("f")
            assert content in ((b"old" * 500,) if flags else (None,))
            seen.add(content)
            assert get(host, "other") == b"other" * 1000
            handle = host.fs_open("f", WRITE)
            assert host.fs_write(handle, 0, b"third") == 5
            assert host.fs_close(handle) == 0
            assert get(host, "f") == b"third"
        else:
            host.flash.cut_after(None)
            break
    erases, pages, header = (0 if flags else 1), 7, 1  # the mirror is blank; two commands share a page
    assert step == erases + pages + header + 1
    assert len(seen) == 1


def test_190_kilobytes_take_seconds_as_on_the_board(host: Host) -> None:
    put(host, "/sys/mcuimg.bin", b"\x5a" * 190_000)
    start = host.clock.now
    handle = host.fs_open("/sys/mcuimg.bin", WRITE)
    assert host.fs_write(handle, 0, b"\xa5" * 190_000) == 190_000
    assert host.fs_close(handle) == 0
    seconds = (host.clock.now - start) / 80e6
    assert 3.5 < seconds < 6  # the rest of the board's six seconds is the upload itself
