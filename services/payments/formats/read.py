"""Reading any bank statement file: the format is recognised, the events are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Protocol

from services.payments.formats import archive, camt, mt940
from services.payments.formats.csv_choice import CsvLayouts
from services.payments.formats.csv_mapping import CsvMapping
from services.payments.formats.csv_statement import read_csv
from services.payments.formats.detect import Kind, kind_of
from services.payments.formats.statement import (
    Entry,
    Statement,
    StatementEnd,
    StatementEvent,
    StatementStart,
)
from services.payments.formats.unreadable import UnreadableFile


class Readable(Protocol):
    """Anything opened for reading bytes; it need not be seekable."""

    def read(self, size: int, /) -> bytes: ...


Source = bytes | Readable
CsvLayout = CsvMapping | CsvLayouts

_CHUNK_BYTES = 1 << 16
_HEAD_BYTES_MIN = 1 << 12
_CSV_BYTES_MAX = 100 << 20


def read_events(source: Source, mapping: CsvLayout | None = None) -> Iterator[StatementEvent]:
    """`StatementStart`, its `Entry`s, `StatementEnd`, for each statement in the file, as they come.

    camt, MT940 and a ZIP of them are known by their content; `mapping`, or the one of several that
    fits, reads what is none of them as a CSV (which is held in memory; the others are not, whatever
    their size). Raises `UnreadableFile` with line and field at the first thing not understood; what
    was yielded before it is not to be kept.
    """
    head, chunks = _with_head(_chunks_of(source))
    kind = kind_of(head, may_be_csv=mapping is not None)
    if kind is Kind.ZIP:
        yield from archive.read(chunks, _read_member)
    elif kind is Kind.CSV:
        assert mapping is not None, "only a mapping makes a CSV possible"
        content = _whole(chunks)
        layout = mapping.of(content) if isinstance(mapping, CsvLayouts) else mapping
        for statement in read_csv(content, layout):
            yield statement.start
            yield from statement.entries
            yield statement.end
    else:
        yield from _READERS[kind](chunks)


def read_statements(source: Source, mapping: CsvLayout | None = None) -> Iterator[Statement]:
    """Whole statements, one in memory at a time."""
    return collected(read_events(source, mapping))


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


_READERS: dict[Kind, Callable[[Iterable[bytes]], Iterator[StatementEvent]]] = {
    Kind.CAMT: camt.read,
    Kind.MT940: mt940.read,
}


def _read_member(chunks: Iterable[bytes]) -> Iterator[StatementEvent]:
    head, chunks = _with_head(iter(chunks))
    kind = kind_of(head)
    if kind is Kind.ZIP:
        raise UnreadableFile.field("file", "a ZIP inside of a ZIP", 1)
    yield from _READERS[kind](chunks)


def _with_head(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Enough bytes to know the format by, and all bytes with those."""
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= _HEAD_BYTES_MIN:
            break
    return head, chain([head], chunks)


def _whole(chunks: Iterable[bytes]) -> bytes:
    found, size = [], 0
    for chunk in chunks:
        size += len(chunk)
        if size > _CSV_BYTES_MAX:
            raise UnreadableFile.field("file", "the CSV is larger than 100 megabytes")
        found.append(chunk)
    return b"".join(found)


def _chunks_of(source: Source) -> Iterator[bytes]:
    if isinstance(source, bytes):
        for begin in range(0, len(source), _CHUNK_BYTES):
            yield source[begin : begin + _CHUNK_BYTES]
        return
    while chunk := source.read(_CHUNK_BYTES):
        yield chunk
