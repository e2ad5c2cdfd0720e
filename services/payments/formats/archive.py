"""A ZIP of bank files, as banks offer them for a period: each member read, or the whole refused.

Nothing is unpacked to disk, so a member's path is only a name. Sizes are bounded, by what the
archive says first and by what comes out of it after.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import IO

from services.payments.formats.statement import StatementEvent
from services.payments.formats.unreadable import UnreadableFile

# Of an archive, and of one that holds nothing.
SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")

_ARCHIVE_BYTES_MAX = 300 << 20
_UNPACKED_BYTES_MAX = 1 << 30
# XML of a bank packs ten to forty times smaller.
_RATIO_MAX = 200
_MEMBERS_MAX = 2_000
_NAME_LENGTH_MAX = 200
_IN_MEMORY_BYTES = 8 << 20
_CHUNK_BYTES = 1 << 16
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_IS_ENCRYPTED = 1
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    # What zipfile raises for a way of packing it does not know.
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)
# Names of bank files hold account numbers.
_ACCOUNT = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{8,}|\d{9,}", re.ASCII)

Reads = Callable[[Iterable[bytes]], Iterator[StatementEvent]]


def read(chunks: Iterable[bytes], read_member: Reads) -> Iterator[StatementEvent]:
    """The statements of every member, in the archive's order.

    Raises `UnreadableFile`: its field begins with the member's name, its line is the member's.
    """
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as spool:
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > _ARCHIVE_BYTES_MAX:
                raise UnreadableFile.field("file", "the ZIP is larger than 300 megabytes")
            spool.write(chunk)
        archive = _opened(spool)
        for member in _members(archive):
            try:
                yield from read_member(_bytes_of(archive, member))
            except UnreadableFile as refused:
                problem = refused.problems[0]
                field = f"{_shown(member.filename)}: {problem.field}"
                raise UnreadableFile.field(field, problem.message, problem.line) from None


def _opened(spool: IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(spool)
    except _BROKEN:
        message = "a ZIP archive that is broken or cut off"
        raise UnreadableFile.field("file", message, 1) from None


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files in it, all of them judged before the first is read."""
    members = [member for member in archive.infolist() if not _is_no_file(member)]
    if not members:
        raise UnreadableFile.field("file", "the ZIP holds no file", 1)
    if len(members) > _MEMBERS_MAX:
        raise UnreadableFile.field("file", f"more than {_MEMBERS_MAX} files in the ZIP", 1)
    if sum(member.file_size for member in members) > _UNPACKED_BYTES_MAX:
        raise UnreadableFile.field("file", "the ZIP unpacks to more than a gigabyte", 1)
    for member in members:
        message = _objection(member)
        if message is not None:
            raise UnreadableFile.field(_shown(member.filename), message, 1)
    return members


def _is_no_file(member: zipfile.ZipInfo) -> bool:
    """A folder, or what macOS adds."""
    return member.is_dir() or member.filename.startswith("__MACOSX/")


def _objection(member: zipfile.ZipInfo) -> str | None:
    name = member.filename
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or not name.isprintable():
        return "a name that leads out of the archive"
    if len(name) > _NAME_LENGTH_MAX:
        return f"a name longer than {_NAME_LENGTH_MAX} signs"
    if member.flag_bits & _IS_ENCRYPTED:
        return "locked with a password"
    if member.compress_type not in _METHODS:
        return "packed in a way that is not read here: use plain ZIP"
    if member.file_size > _RATIO_MAX * max(member.compress_size, 1):
        return f"packed more than {_RATIO_MAX} times: no bank file is"
    return None


def _bytes_of(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member's bytes: never more than it says it has, and checked against its sum."""
    try:
        with archive.open(member) as file:
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk
    except _BROKEN:
        raise UnreadableFile.field("file", "a member that is broken or cut off", 1) from None


def _shown(name: str) -> str:
    printable = "".join(char if char.isprintable() else "?" for char in name)[-60:]
    return _ACCOUNT.sub(lambda account: f"...{account[0][-4:]}", printable)
