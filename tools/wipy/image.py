"""mcuimg.bin: the raw image that the chip loads, followed by the MD5 that bootloaders verify."""

import hashlib
import io
from pathlib import Path

from wipy.errors import UserError

SIGNATURE_SIZE = 32  # bytes: an MD5 as lower-case hexadecimal digits, no terminator


def sign(raw: bytes) -> bytes:
    """The image with its MD5 behind it, as bootloaders in the field check it."""
    return raw + hashlib.md5(raw).hexdigest().encode()


def verify(image: bytes) -> bytes:
    """The raw part of a signed image; raises UserError where the digest does not match."""
    raw, signature = image[:-SIGNATURE_SIZE], image[-SIGNATURE_SIZE:]
    if len(image) <= SIGNATURE_SIZE or hashlib.md5(raw).hexdigest().encode() != signature:
        raise UserError("the image's MD5 does not match its content")
    return raw


def raw_image(elf: Path, load_address: int) -> bytes:
    """What an ELF file loads, as one block from load_address with gaps filled with zeros.

    Raises UserError where something is to be loaded below: no bootloader could put it there.
    """
    from elftools.elf.elffile import ELFFile

    blocks: dict[int, bytes] = {}
    with elf.open("rb") as stream:
        for segment in ELFFile(stream).iter_segments("PT_LOAD"):
            if segment["p_filesz"]:
                blocks[segment["p_paddr"]] = segment.data()
    if not blocks:
        raise UserError(f"{elf}: nothing in it is to be loaded")
    if min(blocks) < load_address:
        raise UserError(f"{elf}: loads at {min(blocks):#010x}, below the image's load address {load_address:#010x}")
    raw = bytearray(max(address + len(data) for address, data in blocks.items()) - load_address)
    for address, data in blocks.items():
        raw[address - load_address : address - load_address + len(data)] = data
    return bytes(raw)


def intel_hex(raw: bytes, load_address: int) -> str:
    """The raw image as Intel HEX records at its load address."""
    from intelhex import IntelHex

    records = IntelHex()
    records.frombytes(raw, offset=load_address)
    text = io.StringIO()
    records.write_hex_file(text, byte_count=32)  # a record; every reader takes that, and 16 take longer
    return text.getvalue()
