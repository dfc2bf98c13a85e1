"""The files of a new /flash drive become C text that holds the same bytes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from wipy import flash_files
from wipy.errors import UserError


def test_any_byte_comes_through(tmp_path: Path) -> None:
    content = bytes(range(256)) + b'"\\??=1\n'
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "a.py").write_bytes(content)
    (row,) = re.findall(r'^    \{"(.*)", "(.*)", (\d+)\},$', flash_files.header(tmp_path), re.MULTILINE)
    path, text, length = row
    back = re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), text.encode())
    assert (path, back, int(length)) == ("/lib/a.py", content, len(content))


def test_a_board_may_have_its_own(tmp_path: Path) -> None:
    board = tmp_path / "SOME"
    board.mkdir()
    assert flash_files.folder_of(board) == tmp_path / "flash"
    (board / "flash").mkdir()
    assert flash_files.folder_of(board) == board / "flash"


def test_none_and_too_much_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no files"):
        flash_files.header(tmp_path)
    (tmp_path / "big.py").write_bytes(b"#" * (flash_files.LIMIT + 1))
    with pytest.raises(UserError, match="2049 bytes"):
        flash_files.header(tmp_path)
