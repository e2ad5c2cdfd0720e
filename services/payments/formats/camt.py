"""A streaming reader of ISO 20022 bank-to-customer messages: camt.052, camt.053 and camt.054.

Versions 001.02 to 001.12, other namespaces, none at all, or inside an envelope: elements are
known by their local names. Memory is bounded: each transaction and entry is emptied once read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from services.payments.formats.camt_detail import raw_detail
from services.payments.formats.camt_elements import LOCAL, Element, Raw, line_of
from services.payments.formats.camt_entry import entry_of
from services.payments.formats.camt_statement import end_of, format_of, start_of
from services.payments.formats.camt_xml import (
    Recogniser,
    hardened_parser,
    lines_counted_from,
    pieces_of,
    reported,
)
from services.payments.formats.statement import Account, StatementEvent, StatementStart
from services.payments.formats.unreadable import UnreadableFile

_STATEMENTS = frozenset({"Stmt", "Rpt", "Ntfctn"})
_TAGS = ("{*}TxDtls", "{*}Ntry", *(f"{{*}}{name}" for name in sorted(_STATEMENTS)))
_WHITESPACE = b" \t\r\n"
# What may be held between two entries; one entry of a real bank takes a few kilobytes.
_PENDING_BYTES_MAX = 32 << 20


def read(chunks: Iterable[bytes]) -> Iterator[StatementEvent]:
    """The statements of a camt file, as they come.

    `chunks` are consecutive bytes. Raises `UnreadableFile` with line and field at the first thing
    not understood; what was yielded before it is not to be kept.
    """
    reader: _Document | None = None
    lines = 0
    for piece, is_new_document in pieces_of(chunks):
        bare = piece
        if reader is None or is_new_document:
            if reader is not None:
                reader.close()
            # An empty line before the XML declaration is against XML, and common.
            bare = piece.lstrip(_WHITESPACE)
            reader = _Document(lines + piece.count(b"\n") - bare.count(b"\n"))
        yield from reader.feed(bare)
        lines += piece.count(b"\n")
    if reader is None:
        raise UnreadableFile.field("file", "the file is empty")
    reader.close()


class _Document:
    """One XML document, fed in pieces."""

    def __init__(self, line_offset: int) -> None:
        self._line_offset = line_offset
        self._recogniser: Recogniser | None = Recogniser()
        self._parser = hardened_parser(("end",), _TAGS)
        self._pending_bytes = 0
        self._message_line = 1
        self._has_statement = False
        self._statement: Element | None = None
        self._account = Account()
        self._entry_count = 0
        self._details: list[Raw] = []

    def feed(self, piece: bytes) -> Iterator[StatementEvent]:
        with lines_counted_from(self._line_offset):
            if self._recogniser is not None:
                if not self._recogniser.feed(piece):
                    return
                self._message_line = self._recogniser.message_line
                piece, self._recogniser = self._recogniser.head, None
            self._parser.feed(piece)
            self._pending_bytes += len(piece)
            yield from self._events()

    def close(self) -> None:
        with lines_counted_from(self._line_offset):
            if self._recogniser is not None:
                self._recogniser.close()
            self._parser.close()
            if not self._has_statement:
                message = "the message holds no statement"
                raise UnreadableFile.field("Stmt", message, self._message_line)

    def _events(self) -> Iterator[StatementEvent]:
        for element in reported(self._parser):
            if self._statement is None:
                statement = _statement_around(element)
                if statement is None:
                    continue
                yield self._open(statement)
            parent = element.getparent()
            if parent is self._statement:
                details, self._details = self._details, []
                self._entry_count += 1
                entry = entry_of(element, self._entry_count, self._account, details)
                offset = self._line_offset
                yield entry._replace(line=entry.line + offset) if offset else entry
            elif element is self._statement:
                yield end_of(element, self._entry_count, self._account)
                self._statement = None
            elif parent is not None and LOCAL[parent.tag] == "NtryDtls":
                self._details.append(raw_detail(element, self._account.currency))
            _release(element)
            self._pending_bytes = 0
        if self._pending_bytes > _PENDING_BYTES_MAX:
            line = None if self._statement is None else line_of(self._statement)
            raise UnreadableFile.field("Ntry", "an entry is larger than 32 megabytes", line)

    def _open(self, statement: Element) -> StatementStart:
        message = statement.getparent()
        assert message is not None, "a statement stands inside its message"
        start = start_of(statement, message)
        self._has_statement = True
        self._statement, self._account = statement, start.account
        self._entry_count = 0
        return replace(start, line=start.line + self._line_offset)


def _statement_around(element: Element) -> Element | None:
    """The statement that is `element` or holds it, None for a namesake outside of any message."""
    found: Element | None = element
    while found is not None and LOCAL[found.tag] not in _STATEMENTS:
        found = found.getparent()
    message = None if found is None else found.getparent()
    return None if message is None or format_of(message) is None else found


def _release(element: Element) -> None:
    """Empty what was read. The element itself goes when its next sibling is done: the parser may
    still be appending after it."""
    element.clear(keep_tail=True)  # type: ignore[call-arg]  # unknown to the stubs
    previous = element.getprevious()
    if previous is not None and previous.tag == element.tag:
        parent = element.getparent()
        assert parent is not None, "a sibling has a parent"
        parent.remove(previous)
