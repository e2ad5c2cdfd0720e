"""A streaming reader of ISO 20022 bank-to-customer messages: camt.052, camt.053 and camt.054.

Versions 001.02 to 001.12, other namespaces, none at all, or inside an envelope: elements are
known by their local names. Memory is bounded: each transaction and entry goes once it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.payments.formats.camt_detail import raw_detail
from services.payments.formats.camt_elements import TAGS, NotUnderstood, Raw, place_of
from services.payments.formats.camt_entry import entry_of, raw_entry
from services.payments.formats.camt_message import Recogniser
from services.payments.formats.camt_shapes import KnownShapes
from services.payments.formats.camt_statement import Part, end_of, start_of
from services.payments.formats.camt_xml import XmlDocument, cut, lines_counted_from, pieces_of
from services.payments.formats.statement import Account, Entry, StatementEvent
from services.payments.formats.unreadable import UnreadableFile

_STATEMENTS = frozenset({"Stmt", "Rpt", "Ntfctn"})
# Where a `TxDtls` of an entry stands; one behind another tag is a namesake.
_BEFORE_DETAIL = frozenset({"NtryDtls", "/Btch", "/TxDtls"})
_WHITESPACE = b" \t\r\n"
# What may be held between two entries; one entry of a real bank takes a few kilobytes.
_PENDING_BYTES_MAX = 8 << 20
_NAMESAKES_MAX = 16


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
                yield from reader.close()
            # An empty line before the XML declaration is against XML, and common.
            bare = piece.lstrip(_WHITESPACE)
            reader = _Document(lines + piece.count(b"\n") - bare.count(b"\n"))
        yield from reader.feed(bare)
        lines += piece.count(b"\n")
    if reader is None:
        raise UnreadableFile.field("file", "the file is empty")
    yield from reader.close()


class _Document:
    """One XML document, fed in pieces: the tags not yet read, and where in it we are."""

    def __init__(self, line_offset: int) -> None:
        self._line_offset = line_offset
        self._xml = XmlDocument()
        self._recogniser = Recogniser()
        self._tags: list[str] = []
        self._pieces: list[str] = []
        self._line = self._message_line = line_offset + 1
        self._pending_bytes = 0
        self._has_statement = False
        self._version = ""
        self._message: Part | None = None
        self._statement: Part | None = None
        self._entry: Part | None = None
        self._is_started = False
        self._account = Account()
        self._entry_count = 0
        self._details: list[Raw] = []
        self._entry_end = "</Ntry>"
        self._shapes = KnownShapes()

    def feed(self, piece: bytes) -> list[StatementEvent]:
        with lines_counted_from(self._line_offset):
            text = self._xml.feed(piece)
        self._pending_bytes += len(piece)
        events = self._events(text)
        if self._pending_bytes > _PENDING_BYTES_MAX:
            message = "an entry is larger than 8 megabytes"
            raise UnreadableFile.field("Ntry", message, self._line)
        return events

    def close(self) -> list[StatementEvent]:
        with lines_counted_from(self._line_offset):
            text = self._xml.close()
        events = self._events(text)
        if not self._version:
            message = "there is no camt message in this XML"
            raise UnreadableFile.field("file", message, self._line_offset + 1)
        if not self._has_statement:
            raise UnreadableFile.field("Stmt", "the message holds no statement", self._message_line)
        return events

    def _events(self, text: str) -> list[StatementEvent]:
        """Cut behind each entry's likely end; nothing depends on that but the speed."""
        events: list[StatementEvent] = []
        *segments, rest = text.split(self._entry_end)
        for segment in segments:
            pieces = cut(segment)
            pieces += (self._entry_end[1:-1], "")
            if self._statement is None or not self._is_started or self._entry or self._tags:
                self._read(pieces, events)
                continue
            shape = tuple(pieces[1::2])
            try:
                known = self._shapes.read(shape, pieces, self._account.currency)
            except NotUnderstood:
                known = None
            if known is None:
                self._read_and_learn(shape, pieces, events)
                continue
            line = self._line + pieces[0].count("\n")
            self._line += segment.count("\n")
            self._entry_count += 1
            self._pending_bytes = 0
            events.append(entry_of(known[0], self._entry_count, line, self._account, known[1]))
        if rest:
            self._read(cut(rest), events)
        return events

    def _read_and_learn(
        self, shape: tuple[str, ...], pieces: list[str], events: list[StatementEvent]
    ) -> None:
        count = len(events)
        self._read(pieces, events)
        is_one = not self._tags and self._entry is None and len(events) == count + 1
        if is_one and TAGS[shape[0]] == "Ntry" and len(self._details) <= 1:
            self._shapes.learn(shape)

    def _read(self, pieces: list[str], events: list[StatementEvent]) -> None:
        self._line += pieces[0].count("\n")
        self._pieces += pieces[1:]
        self._tags += map(TAGS.__getitem__, pieces[1::2])
        tags, at = self._tags, 0
        while at < len(tags):
            tag = tags[at]
            if self._entry is not None or (tag == "Ntry" and self._statement is not None):
                if not self._is_started:
                    events.append(self._start())
                at, entry = self._take_entry(at)
                if entry is None:
                    break
                events.append(entry)
                continue
            self._take_outside(at, tag)
            ended = self._statement
            if ended is not None and tag == f"/{ended.tags[0]}":
                if not self._is_started:
                    events.append(self._start())
                events.append(end_of(ended, self._entry_count, self._account))
                self._statement = None
            at += 1
        del tags[:at], self._pieces[: 2 * at]

    def _take_outside(self, at: int, tag: str) -> None:
        """A tag outside of entries: of a statement, of its message, or of what is around it."""
        written, text = self._pieces[2 * at : 2 * at + 2]
        if self._statement is not None:
            self._statement.add(tag, written, text)
        elif self._message is None:
            version = self._recogniser.version(tag, written, self._line)
            if version is not None:
                self._version, self._message = version, Part(self._line)
                self._message.add(tag, written, text)
                self._message_line = self._line
                prefix, colon, _ = written.split(None, 1)[0].rpartition(":")
                self._entry_end = f"</{prefix}{colon}Ntry>"
        elif tag in _STATEMENTS:
            self._statement, self._is_started = Part(self._line), False
            self._statement.add(tag, written, text)
            self._entry_count = 0
        elif tag == f"/{self._message.tags[0]}":
            self._message = None
        else:
            self._message.add(tag, written, text)
        self._line += written.count("\n") + text.count("\n")

    def _start(self) -> StatementEvent:
        assert self._statement is not None, "a statement began"
        assert self._message is not None, "a statement stands in its message"
        start = start_of(self._version, self._statement, self._message)
        self._is_started = self._has_statement = True
        self._account = start.account
        return start

    def _take_entry(self, at: int) -> tuple[int, Entry | None]:
        """Reads on in an entry, its details first; None when there is more of it to come.

        What follows in `tags` from the answered place on is not read yet.
        """
        tags, currency = self._tags, self._account.currency
        if self._entry is None:
            self._entry, self._details = Part(self._line), []
        entry = self._entry
        while True:
            end = place_of(tags, "/Ntry", at, len(tags)) + 1
            limit = end or len(tags)
            while (begin := place_of(tags, "TxDtls", at, limit)) >= 0:
                at = self._keep(entry, at, begin)
                if entry.tags[-1] not in _BEFORE_DETAIL:
                    at = self._keep(entry, begin, begin + 1)
                    continue
                close = place_of(tags, "/TxDtls", begin, limit) + 1
                if not close:
                    return begin, None
                self._details.append(self._raw_detail(begin, close))
                # An entry's lines are counted with those of its details.
                lines = "".join(self._pieces[2 * begin : 2 * close]).count("\n")
                entry.pieces[-1] += "\n" * lines
                self._line += lines
                self._pending_bytes = 0
                at = close
            at = self._keep(entry, at, limit)
            if not end:
                return at, None
            try:
                raw = raw_entry(entry.tags, entry.pieces, currency)
            except UnreadableFile as refused:
                raise refused.moved_down(entry.line) from None
            if raw is not None:
                self._entry, self._pending_bytes = None, 0
                self._entry_count += 1
                return at, entry_of(
                    raw, self._entry_count, entry.line, self._account, self._details
                )
            if entry.tags.count("/Ntry") > _NAMESAKES_MAX:
                raise UnreadableFile.field("Ntry", "entries inside of an entry", entry.line)

    def _raw_detail(self, begin: int, close: int) -> Raw:
        shape, pieces = tuple(self._tags[begin:close]), self._pieces[2 * begin : 2 * close]
        try:
            return raw_detail(shape, pieces, self._account.currency)
        except UnreadableFile as refused:
            raise refused.moved_down(self._line) from None

    def _keep(self, entry: Part, begin: int, end: int) -> int:
        """Puts tags with the entry; answers where they end."""
        pieces = self._pieces[2 * begin : 2 * end]
        entry.tags += self._tags[begin:end]
        entry.pieces += pieces
        self._line += "".join(pieces).count("\n")
        return end
