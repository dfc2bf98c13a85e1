"""mcuimg.bin: signing and its check."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wipy import image
from wipy.errors import UserError


@pytest.mark.req("BLD-3")
@given(st.binary(min_size=1))
def test_a_signed_image_is_the_raw_one_and_its_md5_in_hex(raw: bytes) -> None:
    signed = image.sign(raw)
    assert signed == raw + hashlib.md5(raw).hexdigest().encode()
    assert image.verify(signed) == raw


@pytest.mark.req("BLD-3")
@given(st.binary(min_size=1), st.data())
def test_any_changed_byte_is_noticed(raw: bytes, data: st.DataObject) -> None:
    signed = bytearray(image.sign(raw))
    at = data.draw(st.integers(0, len(signed) - 1))
    signed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(UserError, match="MD5 does not match"):
        image.verify(bytes(signed))


@pytest.mark.parametrize("size", [0, 1, 31, 32])
def test_nothing_but_a_signature_is_no_image(size: int) -> None:
    with pytest.raises(UserError):
        image.verify(image.sign(b"")[:size])
