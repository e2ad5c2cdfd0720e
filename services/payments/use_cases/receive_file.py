"""Receive a large body onto disk, with its SHA-256, and read it in a thread of its own."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

from services.payments.formats.read import CsvLayout
from services.payments.use_cases.read_statement_file import StatementDraft, read_statement_file
from shared.errors import InvalidInput
from shared.garbage import nothing_is_garbage

_IN_MEMORY_BYTES = 1 << 20
_CHUNK_BYTES = 1 << 18
_COMPRESSION = 6


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    sha256: bytes
    size_bytes: int
    compressed: bytes
    drafts: list[StatementDraft]


@asynccontextmanager
async def received(
    chunks: AsyncIterator[bytes],
) -> AsyncIterator[tuple[tempfile.SpooledTemporaryFile[bytes], bytes, int]]:
    """The body in a file that goes afterwards, with its SHA-256 and its size in bytes."""
    digest, size = hashlib.sha256(), 0
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as spool:
        async for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            spool.write(chunk)
        if size == 0:
            raise InvalidInput.field("body", "the file is empty")
        spool.seek(0)
        yield spool, digest.digest(), size


async def receive_file(
    chunks: AsyncIterator[bytes],
    mapping: CsvLayout | None,
    lines_max: int,
    turn: Callable[[], Awaitable[None]] | None = None,
) -> ReceivedFile:
    """Spool the body, wait for the `turn` to hold it in memory, then read and compress it.

    Raises `UnreadableFile` with line and field.
    """
    async with received(chunks) as (spool, sha256, size):
        if turn is not None:
            await turn()
        file = cast(BinaryIO, spool)
        with nothing_is_garbage():
            drafts, compressed = await asyncio.to_thread(
                _read_and_compress, file, mapping, lines_max
            )
    return ReceivedFile(sha256, size, compressed, drafts)


def _read_and_compress(
    spool: BinaryIO, mapping: CsvLayout | None, lines_max: int
) -> tuple[list[StatementDraft], bytes]:
    drafts = read_statement_file(spool, mapping, lines_max)
    spool.seek(0)
    compressor = zlib.compressobj(_COMPRESSION)
    compressed = []
    while chunk := spool.read(_CHUNK_BYTES):
        compressed.append(compressor.compress(chunk))
    compressed.append(compressor.flush())
    return drafts, b"".join(compressed)
