"""The compression functions of MD5 (RFC 1321), SHA-1 and SHA-224/256 (FIPS 180-4), one 64-byte block at a time.

hashlib hides the state between blocks, which the hash engine's digest registers show. Where only the end result of a
whole message is wanted the engine takes hashlib, which is far faster.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable

State = tuple[int, ...]
Compress = Callable[[State, bytes], State]
_MASK = 0xFFFF_FFFF


def _rotate_left(value: int, bits: int) -> int:
    return (value << bits | value >> 32 - bits) & _MASK


_MD5_SINES = tuple(int(abs(math.sin(i + 1)) * 2**32) & _MASK for i in range(64))
_MD5_SHIFTS = ((7, 12, 17, 22), (5, 9, 14, 20), (4, 11, 16, 23), (6, 10, 15, 21))


def md5(state: State, block: bytes) -> State:
    """One block of MD5."""
    words = struct.unpack("<16I", block)
    a, b, c, d = state
    for step in range(64):
        if step < 16:
            f, index = b & c | ~b & d, step
        elif step < 32:
            f, index = d & b | ~d & c, (5 * step + 1) % 16
        elif step < 48:
            f, index = b ^ c ^ d, (3 * step + 5) % 16
        else:
            f, index = c ^ (b | ~d & _MASK), 7 * step % 16
        total = (a + (f & _MASK) + _MD5_SINES[step] + words[index]) & _MASK
        a, b, c, d = d, (b + _rotate_left(total, _MD5_SHIFTS[step // 16][step % 4])) & _MASK, b, c
    return tuple((x + y) & _MASK for x, y in zip(state, (a, b, c, d), strict=True))


def sha1(state: State, block: bytes) -> State:
    """One block of SHA-1."""
    words = list(struct.unpack(">16I", block))
    for step in range(16, 80):
        words.append(_rotate_left(words[step - 3] ^ words[step - 8] ^ words[step - 14] ^ words[step - 16], 1))
    a, b, c, d, e = state
    for step in range(80):
        if step < 20:
            f, k = b & c | ~b & d, 0x5A82_7999
        elif step < 40:
            f, k = b ^ c ^ d, 0x6ED9_EBA1
        elif step < 60:
            f, k = b & c | b & d | c & d, 0x8F1B_BCDC
        else:
            f, k = b ^ c ^ d, 0xCA62_C1D6
        a, b, c, d, e = (_rotate_left(a, 5) + (f & _MASK) + e + k + words[step]) & _MASK, a, _rotate_left(b, 30), c, d
    return tuple((x + y) & _MASK for x, y in zip(state, (a, b, c, d, e), strict=True))


def _primes(count: int) -> list[int]:
    found: list[int] = []
    candidate = 2
    while len(found) < count:
        if all(candidate % prime for prime in found):
            found.append(candidate)
        candidate += 1
    return found


def _cube_root_fraction(prime: int) -> int:
    """The first 32 bits of the fraction of a prime's cube root (FIPS 180-4, 4.2.2), in whole numbers."""
    low, high = 0, 1 << 40
    while low + 1 < high:
        middle = (low + high) // 2
        if middle**3 <= prime << 96:
            low = middle
        else:
            high = middle
    return low & _MASK


_SHA2_CONSTANTS = tuple(_cube_root_fraction(prime) for prime in _primes(64))


def sha2(state: State, block: bytes) -> State:
    """One block of SHA-224 or SHA-256."""
    words = list(struct.unpack(">16I", block))
    for step in range(16, 64):
        early, late = words[step - 15], words[step - 2]
        sigma0 = _rotate_left(early, 25) ^ _rotate_left(early, 14) ^ early >> 3
        sigma1 = _rotate_left(late, 15) ^ _rotate_left(late, 13) ^ late >> 10
        words.append((words[step - 16] + sigma0 + words[step - 7] + sigma1) & _MASK)
    a, b, c, d, e, f, g, h = state
    for constant, word in zip(_SHA2_CONSTANTS, words, strict=True):
        sum1 = _rotate_left(e, 26) ^ _rotate_left(e, 21) ^ _rotate_left(e, 7)
        first = (h + sum1 + (e & f ^ ~e & g) + constant + word) & _MASK
        sum0 = _rotate_left(a, 30) ^ _rotate_left(a, 19) ^ _rotate_left(a, 10)
        second = (sum0 + (a & b ^ a & c ^ b & c)) & _MASK
        a, b, c, d, e, f, g, h = (first + second) & _MASK, a, b, c, (d + first) & _MASK, e, f, g
    return tuple((x + y) & _MASK for x, y in zip(state, (a, b, c, d, e, f, g, h), strict=True))
