"""A bank's CSV with its mapping to statements, one for each account and currency in it.

A CSV is no statement: it names no number and often no balances. Its id comes from its content, so
that the same rows are known again, and balances count only where every row follows from the one
before.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from itertools import pairwise

from services.payments.formats.csv_mapping import CsvMapping
from services.payments.formats.csv_rows import Row, RowReader
from services.payments.formats.mt940_values import account_of
from services.payments.formats.statement import (
    Amount,
    Balance,
    Statement,
    StatementEnd,
    StatementStart,
)
from services.payments.formats.unreadable import UnreadableFile

FORMAT = "csv"
# Nothing writes it, and no database keeps it.
_NOT_TEXT = "\x00"
_ID_LENGTH = 24


def read_csv(content: bytes, mapping: CsvMapping) -> list[Statement]:
    """The statements in order of their accounts; `UnreadableFile` names line and column."""
    rows: dict[tuple[str, str], list[Row]] = {}
    for row in read_rows(content, mapping):
        rows.setdefault((row.account, row.entry.amount.currency), []).append(row)
    if not rows:
        raise UnreadableFile.field("file", "no row of this file tells anything", 1)
    return [_statement(account, of) for (account, _), of in rows.items()]


def read_rows(content: bytes, mapping: CsvMapping) -> Iterator[Row]:
    """The rows one by one, as the file orders them; `UnreadableFile` names line and column."""
    reader: RowReader | None = None
    if not mapping.has_headings:
        reader = RowReader(mapping, None, 1)
    for line, cells in _records(content, mapping):
        if reader is None:
            reader = RowReader(mapping, cells, line)
        else:
            yield reader.read(cells, line)


def _records(content: bytes, mapping: CsvMapping) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not empty, with the line each begins on (from 1)."""
    codec = "utf-8-sig" if mapping.encoding == "utf-8" else mapping.encoding
    try:
        text = content.decode(codec)
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        message = f"bytes that are not {mapping.encoding}"
        raise UnreadableFile.field("encoding", message, line) from None
    if _NOT_TEXT in text:
        line = text.count("\n", 0, text.index(_NOT_TEXT)) + 1
        raise UnreadableFile.field("encoding", "bytes that are no text", line)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=mapping.delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(records, None)
        except csv.Error as wrong:
            raise UnreadableFile.field("row", f"not a row of a CSV: {wrong}", line) from None
        if cells is None:
            return
        if line > mapping.preamble_lines and any(map(str.strip, cells)):
            yield line, cells
        line = records.line_num + 1


def _statement(account: str, rows: Sequence[Row]) -> Statement:
    rows, has_balances = _in_order(rows)
    first, last = rows[0], rows[-1]
    opening = closing = None
    if has_balances:
        assert first.balance_after is not None, "each row has a balance"
        assert last.balance_after is not None, "each row has a balance"
        before = first.balance_after.value - first.entry.amount.value
        currency = first.entry.amount.currency
        opening = Balance("OPBD", Amount(before, currency), first.entry.booked_on)
        closing = Balance("CLBD", last.balance_after, last.entry.booked_on)
    start = StatementStart(
        format=FORMAT,
        line=min(first.entry.line, last.entry.line),
        account=account_of(account, first.entry.amount.currency),
        statement_id=f"csv-{_digest(account, rows)}",
        opening=opening,
    )
    entries = tuple(row.entry._replace(position=n) for n, row in enumerate(rows, start=1))
    balances = tuple(filter(None, (opening, closing)))
    return Statement(start, entries, StatementEnd(len(entries), opening, closing, balances))


def _in_order(rows: Sequence[Row]) -> tuple[list[Row], bool]:
    """The rows oldest first, and whether their balances make a chain. Banks write either way."""
    upwards, downwards = list(rows), list(reversed(rows))
    if _is_chain(upwards):
        return upwards, True
    if _is_chain(downwards):
        return downwards, True
    first, last = rows[0].entry.booked_on, rows[-1].entry.booked_on
    is_downwards = first is not None and last is not None and first > last
    return (downwards if is_downwards else upwards), False


def _is_chain(rows: Sequence[Row]) -> bool:
    return all(row.balance_after is not None for row in rows) and all(
        before.balance_after is not None
        and after.balance_after is not None
        and before.balance_after.value + after.entry.amount.value == after.balance_after.value
        for before, after in pairwise(rows)
    )


def _digest(account: str, rows: Sequence[Row]) -> str:
    """Of what the rows say, not of how the file is written."""
    told = hashlib.sha256(account.encode())
    for row in rows:
        told.update("\x1f".join((*row.cells, "\n")).encode())
    return told.hexdigest()[:_ID_LENGTH]
