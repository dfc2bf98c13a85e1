"""What a NAT's application-level gateway does to FTP: the ports that passive replies name are made reachable outside.

RFC 959 (227) and RFC 2428 (229). Only whole lines from the server are looked at; others pass as they come.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_PASSIVE = re.compile(rb"^(227 .*?)(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})")
_EXTENDED = re.compile(rb"^(229 .*?\((.)\2\2)(\d{1,5})(\2\))")
_LONGEST = 512


class PassiveRewriter:
    """Rewrites the server's side of a control connection. `outside` gives the loopback port for a board's port."""

    def __init__(self, outside: Callable[[int], int]) -> None:
        self._outside = outside
        self._line = b""

    def feed(self, data: bytes) -> bytes:
        """The bytes that go on; the start of a 227 or 229 line waits for its end."""
        out = bytearray()
        for line in (self._line + data).splitlines(keepends=True):
            whole = line.endswith((b"\n", b"\r"))
            if whole or len(line) > _LONGEST or not self._may_be_passive(line):
                out += self._rewrite(line)
                self._line = b""
            else:
                self._line = line
        return bytes(out)

    @staticmethod
    def _may_be_passive(line: bytes) -> bool:
        return line[:4] in (b"227 "[: len(line)], b"229 "[: len(line)])

    def _rewrite(self, line: bytes) -> bytes:
        if found := _PASSIVE.match(line):
            numbers = [int(part) for part in found.groups()[1:]]
            if max(numbers) > 255:
                return line
            high, low = divmod(self._outside(numbers[4] << 8 | numbers[5]), 256)
            return found[1] + b"127,0,0,1,%d,%d" % (high, low) + line[found.end() :]
        if (found := _EXTENDED.match(line)) and int(found[3]) < 65536:
            return found[1] + b"%d" % self._outside(int(found[3])) + found[4] + line[found.end() :]
        return line
