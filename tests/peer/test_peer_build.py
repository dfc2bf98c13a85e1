"""The peer's build: what it leaves is what the emulator boots and the benchmarks compare with."""

import hashlib

import pytest
from cc3200sim.rom.boot import LOAD_ADDRESS
from wipy import peer
from wipy.errors import UserError


def test_the_peers_image_is_signed_as_ours(peer_image):
    """Image format of BLD-3: the raw image, then its MD5 in hex."""
    assert hashlib.md5(peer_image[:-32]).hexdigest().encode() == peer_image[-32:]
    initial_stack, reset = (int.from_bytes(peer_image[offset : offset + 4], "little") for offset in (0, 4))
    assert 0x20000000 < initial_stack <= 0x20040000
    assert LOAD_ADDRESS < reset < LOAD_ADDRESS + len(peer_image)


def test_elf_and_map_belong_to_it(peer_images):
    assert peer_images.elf.read_bytes()[:4] == b"\x7fELF"
    assert "mptask.o" in peer_images.map.read_text()


def test_a_failed_make_is_one_line(tmp_path):
    (tmp_path / "Makefile").write_text("all:\n\t@echo first; echo 'x.c:1: error: no'; false\n")
    with pytest.raises(UserError) as caught:
        peer.run_make(["make"], tmp_path)
    assert str(caught.value) == "the make of the peer failed: 'x.c:1: error: no'"
