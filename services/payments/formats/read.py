"""Reading any bank statement file: the format is recognised, the events are the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Protocol

from services.payments.formats import camt, mt940
from services.payments.formats.detect import Kind, kind_of
from services.payments.formats.statement import (
    Entry,
    Statement,
    StatementEnd,
    StatementEvent,
    StatementStart,
)


class Readable(Protocol):
    """Anything opened for reading bytes; it need not be seekable."""

    def read(self, size: int, /) -> bytes: ...


Source = bytes | Readable

_CHUNK_BYTES = 1 << 16
_HEAD_BYTES_MIN = 1 << 12


def read_events(source: Source) -> Iterator[StatementEvent]:
    """`StatementStart`, its `Entry`s, `StatementEnd`, for each statement in the file, as they come.

    Memory stays bounded whatever the file's size. Raises `UnreadableFile` with line and field at
    the first thing not understood; what was yielded before it is not to be kept.
    """
    chunks = _chunks_of(source)
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= _HEAD_BYTES_MIN:
            break
    read = camt.read if kind_of(head) is Kind.CAMT else mt940.read
    yield from read(chain([head], chunks))


def read_statements(source: Source) -> Iterator[Statement]:
    """Whole statements, one in memory at a time."""
    return collected(read_events(source))


def collected(events: Iterable[StatementEvent]) -> Iterator[Statement]:
    """Statements from their events."""
    start: StatementStart | None = None
    entries: list[Entry] = []
    for event in events:
        match event:
            case StatementStart():
                start, entries = event, []
            case Entry():
                entries.append(event)
            case StatementEnd():
                assert start is not None, "a statement starts before it ends"
                yield Statement(start, tuple(entries), event)


def _chunks_of(source: Source) -> Iterator[bytes]:
    if isinstance(source, bytes):
        for begin in range(0, len(source), _CHUNK_BYTES):
            yield source[begin : begin + _CHUNK_BYTES]
        return
    while chunk := source.read(_CHUNK_BYTES):
        yield chunk
