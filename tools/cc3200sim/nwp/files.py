"""File commands: handles, modes and error codes (fs.h; semantics by SWRU368/SWRU455 chapter "File System").

Opening for write erases the content a plain file had, so a power cut before the close leaves no valid copy; a fail-safe
file writes its other copy and changes over at the close. Limits and codes that TI does not state are the strict ones.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import ClassVar

from cc3200sim.flash import MAX_FILE_SIZE, FileEntry, Flash
from cc3200sim.nwp.errors import FsError
from cc3200sim.nwp.opcodes import Opcode
from cc3200sim.nwp.service import Link, Service, command, fields, response_of

MAX_OPEN_FILES = 4  # ours: TI only says that there is a limit
MAX_NAME = 180  # SWRU455 section 8.3
_GRANULARITY = (256, 1024, 4096, 16384, 65536)

FLAG_COMMIT, FLAG_SECURE, FLAG_NO_SIGNATURE, FLAG_STATIC, FLAG_VENDOR, FLAG_PUBLIC_WRITE, FLAG_PUBLIC_READ = (
    1 << bit for bit in range(7)
)
_READ, _WRITE, _CREATE, _WRITE_OR_CREATE = range(4)
_ABORT = b"A"


@dataclass
class OpenFile:
    """A handle: for write, the copy that is written and how far."""

    name: str
    writing: bool
    copy: int
    length: int
    token: int


class Files(Service):
    """The commands of the NVMEM silo."""

    STATE: ClassVar[tuple[str, ...]] = ("_open", "_next_handle")

    def __init__(self, link: Link, flash: Flash) -> None:
        super().__init__(link)
        self._flash = flash
        self.start()

    def start(self) -> None:
        """No file is open; a write that was cut short counts as aborted."""
        self._open: dict[int, OpenFile] = {}
        self._next_handle = 1

    def stop(self) -> None:
        """Handles do not survive."""
        self._open.clear()

    @staticmethod
    def _name(payload: bytes) -> str | None:
        name, end, _ = payload.partition(b"\0")
        if not end or not name or len(name) > MAX_NAME:
            return None
        return name.decode("latin-1")

    def _is_open(self, name: str, *, for_write: bool = False) -> bool:
        return any(file.name == name and (file.writing or not for_write) for file in self._open.values())

    @command(Opcode.NVMEM_FILEOPEN)
    def _open_command(self, opcode: int, body: bytes) -> None:
        mode, token = fields("<II", body)
        handle, token = self._do_open(self._name(body[8:]), mode, token)
        self.link.reply(response_of(opcode), struct.pack("<iI", handle, token))

    def _do_open(self, name: str | None, mode: int, token: int) -> tuple[int, int]:
        access, flags = mode >> 12 & 0xF, mode >> 16 & 0xFF
        if name is None:
            return FsError.WRONG_FILE_NAME, 0
        if access > _WRITE_OR_CREATE or mode >> 8 & 0xF >= len(_GRANULARITY):
            return FsError.BAD_FILE_MODE, 0
        if len(self._open) >= MAX_OPEN_FILES:
            return FsError.NO_AVAILABLE_NV_INDEX, 0
        flash = self._flash
        entry = flash.entry(name)
        if access >= _CREATE:
            size = (mode & 0xFF) * _GRANULARITY[mode >> 8 & 0xF]
            if entry is None:
                return self._create(name, size, flags)
            if access == _CREATE:
                return FsError.FILE_ALREADY_EXISTS, 0
            if size > entry.max_size:
                return FsError.MAX_SIZE_BIGGER_THAN_EXISTING_FILE, 0
        if entry is None:
            return FsError.FILE_NOT_EXISTS, 0
        writing = access != _READ
        public = FLAG_PUBLIC_WRITE if writing else FLAG_PUBLIC_READ
        if entry.flags & FLAG_SECURE and not entry.flags & public and token != entry.token:
            return FsError.TOKEN_IS_NOT_VALID, 0
        if self._is_open(name, for_write=not writing):
            return FsError.FILE_ACCESS_IS_DIFFERENT, 0
        if writing:
            return self._handle(OpenFile(name, True, flash.begin_copy(entry), 0, entry.token)), entry.token
        active = flash.active_copy(entry)
        if active is None:
            return FsError.FILE_HAS_NOT_BEEN_CLOSED_CORRECTLY, 0
        return self._handle(OpenFile(name, False, active[0], active[2], entry.token)), entry.token

    def _create(self, name: str, size: int, flags: int) -> tuple[int, int]:
        flash = self._flash
        if not 0 < size <= MAX_FILE_SIZE:
            return FsError.UNVALID_FILE_SIZE, 0
        if flash.free_entries < 1:
            return FsError.NO_ENTRIES_AVAILABLE, 0
        secure = bool(flags & FLAG_SECURE)
        copies = 2 if flags & FLAG_COMMIT or secure else 1
        token = (0x5EC00000 + flash.operations) if secure else 0
        if not flash.create(name, size, flags, copies=copies, token=token):
            return FsError.NO_AVAILABLE_BLOCKS, 0
        return self._handle(OpenFile(name, True, 0, 0, token)), token

    def _handle(self, file: OpenFile) -> int:
        handle = self._next_handle
        self._next_handle = handle % 0x7FFF + 1
        self._open[handle] = file
        return handle

    def _entry(self, file: OpenFile) -> FileEntry:
        entry = self._flash.entry(file.name)
        if entry is None:  # an open file can't be deleted
            raise AssertionError(file.name)
        return entry

    @command(Opcode.NVMEM_FILECLOSE)
    def _close_command(self, opcode: int, body: bytes) -> None:
        handle, name_length, signature_length = fields("<iII", body)
        signature = body[12 + name_length : 12 + name_length + signature_length]
        file = self._open.pop(handle, None)
        status = 0
        if file is None:
            status = FsError.INVALID_HANDLE
        elif file.writing and signature != _ABORT:
            entry = self._entry(file)
            if entry.flags & FLAG_SECURE and not entry.flags & FLAG_NO_SIGNATURE:
                status = FsError.WRONG_SIGNATURE  # signatures need a certificate of TI's chain; none is modelled
            elif file.length or self._flash.active_copy(entry) is not None:
                # A file that never had content stays without a valid copy: it costs no erase when it is written next.
                self._flash.end_copy(entry, file.copy, file.length)
        self.reply(opcode, status)

    @command(Opcode.NVMEM_FILEREADCOMMAND)
    def _read_command(self, opcode: int, body: bytes) -> None:
        handle, offset, length = fields("<iIH", body)
        file = self._open.get(handle)
        status, data = 0, b""
        if file is None:
            status = FsError.INVALID_HANDLE
        elif file.writing:
            status = FsError.FILE_ACCESS_IS_DIFFERENT
        elif offset >= file.length:
            status = FsError.OFFSET_OUT_OF_RANGE
        else:
            data = self._flash.read_copy(self._entry(file), file.copy, offset, min(length, file.length - offset))
            status = len(data)
        self.link.reply(response_of(opcode), struct.pack("<hxx", status) + data)

    @command(Opcode.NVMEM_FILEWRITECOMMAND)
    def _write_command(self, opcode: int, body: bytes) -> None:
        handle, offset, length = fields("<iIH", body)
        data = body[12 : 12 + length]
        file = self._open.get(handle)
        status: int = len(data)
        if file is None:
            status = FsError.INVALID_HANDLE
        elif not file.writing:
            status = FsError.FILE_ACCESS_IS_DIFFERENT
        elif len(data) != length:
            status = FsError.INVALID_ARGS
        else:
            entry = self._entry(file)
            if offset + length > entry.max_size:
                status = FsError.MAX_SIZE_EXCEEDED
            else:
                self._flash.write_copy(entry, file.copy, offset, data)
                file.length = max(file.length, offset + length)
        self.reply(opcode, status)

    @command(Opcode.NVMEM_FILEGETINFOCOMMAND)
    def _info_command(self, opcode: int, body: bytes) -> None:
        (token,) = fields("<I", body)
        name = self._name(body[4:])
        flash = self._flash
        entry = flash.entry(name) if name is not None else None
        status, flags, length, allocated, tokens = 0, 0, 0, 0, (0, 0, 0, 0)
        if name is None:
            status = FsError.WRONG_FILE_NAME
        elif entry is None:
            status = FsError.FILE_NOT_EXISTS
        elif entry.flags & FLAG_SECURE and not entry.flags & FLAG_PUBLIC_READ and token != entry.token:
            status = FsError.TOKEN_IS_NOT_VALID
        else:
            active = flash.active_copy(entry)
            flags, length, allocated = entry.flags, active[2] if active else 0, entry.allocated
            tokens = (entry.token, 0, 0, 0)
        self.link.reply(response_of(opcode), struct.pack("<hHII4I", status, flags, length, allocated, *tokens))

    @command(Opcode.NVMEM_FILEDELCOMMAND)
    def _delete_command(self, opcode: int, body: bytes) -> None:
        (token,) = fields("<I", body)
        name = self._name(body[4:])
        flash = self._flash
        entry = flash.entry(name) if name is not None else None
        status = 0
        if name is None:
            status = FsError.WRONG_FILE_NAME
        elif entry is None:
            status = FsError.FILE_NOT_EXISTS
        elif entry.flags & FLAG_SECURE and token != entry.token:
            status = FsError.TOKEN_IS_NOT_VALID
        elif self._is_open(name):
            status = FsError.FILE_ACCESS_IS_DIFFERENT
        else:
            flash.delete(name)
        self.reply(opcode, status)
