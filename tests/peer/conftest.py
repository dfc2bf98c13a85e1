"""The peer's images, built once into the cache by the peer's own Makefile."""

import os
from pathlib import Path

import pytest
from wipy import peer
from wipy.errors import UserError

REPOSITORY = Path(__file__).parents[2]


def _built(*, larger_servers_stack: bool = False) -> peer.PeerImages:
    try:
        return peer.build(REPOSITORY / "third_party.toml", larger_servers_stack=larger_servers_stack)
    except UserError as error:
        if os.environ.get("CI"):
            pytest.fail(f"the peer cannot be built: {error}")
        pytest.skip(f"the peer cannot be built: {error}")


@pytest.fixture(scope="session")
def peer_images() -> peer.PeerImages:
    """mcuimg.bin, ELF and map of upstream's own port. Where they cannot be made the test is skipped with the reason,
    but not in CI: there it fails."""
    return _built()


@pytest.fixture(scope="session")
def larger_stack_image() -> bytes:
    """The mcuimg.bin whose FTP server has room to run (peer.LARGER_SERVERS_STACK)."""
    return _built(larger_servers_stack=True).mcuimg.read_bytes()


@pytest.fixture(scope="session")
def peer_image(peer_images: peer.PeerImages) -> bytes:
    """The peer's mcuimg.bin."""
    return peer_images.mcuimg.read_bytes()
