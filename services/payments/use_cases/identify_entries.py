"""Which bookings of a file are news, and which were told before by another report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

import orjson

from services.payments.domain.entry_identity import (
    BookedEntry,
    completed,
    learn,
    narrow,
    place_on_account,
    recognise,
    tells_again,
)
from services.payments.models import BankEntry
from services.payments.repository import entries
from services.payments.use_cases.read_statement_file import LineDraft, ReportKind, StatementDraft
from shared.bulk import insert_rows, update_rows
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.ids import uuid7s
from shared.rows import rows_of

_KEY_BYTES = 16
_COLUMNS = (
    "id",
    "account_id",
    "booked_on",
    "amount_minor",
    "reference",
    "content",
    "told_by",
    "confirmed_by",
    "balance_minor",
    "opens_minor",
    "closes_minor",
)


@dataclass(slots=True)
class Report:
    """A statement of a file with its place: which of its entries are to be booked."""

    id: UUID
    account_id: UUID
    draft: StatementDraft
    kind: ReportKind | str
    told: list[BookedEntry]
    # Lines to book, each with its entry, and how many entries were known.
    fresh: list[tuple[LineDraft, UUID]] = field(default_factory=list)
    known_count: int = 0
    # Entries known as one sum whose details this report tells: their lines wait in `fresh` too.
    completing: set[UUID] = field(default_factory=set)


class Ledger:
    """The entries the reports of a file may speak of, as they become known one after another."""

    def __init__(self, known: Sequence[BookedEntry]) -> None:
        self._known = list(known)
        self._new: list[BookedEntry] = []
        self._changed: dict[UUID, BookedEntry] = {}

    def take(self, report: Report) -> None:
        """Sort the entries of one report into news and known ones."""
        if report.kind == "statement" and tells_again(report.told, self._known):
            report.kind = "repeat"
        recognised = recognise(report.told, self._known, self._may_be(report))
        narrow(report.told, recognised)
        details = {
            position: recognised[position] for position in completed(report.told, recognised)
        }
        report.completing = {entry.id for entry in details.values()}
        report.known_count = len(recognised)
        confirmed_by = report.id if report.kind == "statement" else None
        ids = [recognised.get(position, told).id for position, told in enumerate(report.told)]
        for position, told in enumerate(report.told):
            entry = recognised.get(position)
            if entry is None:
                told.confirmed_by = confirmed_by
                self._new.append(told)
                self._known.append(told)
            elif learn(entry, told, confirmed_by):
                self._changed[entry.id] = entry
        is_booked = [p not in recognised or p in details for p in range(len(report.told))]
        for position, (_, lines) in enumerate(_by_entry(report.draft)):
            if is_booked[position]:
                report.fresh += [(line, ids[position]) for line in lines]

    @staticmethod
    def _may_be(report: Report) -> Callable[[BookedEntry], bool]:
        """Two statements never count the same booking, so what one counts is not in another."""
        if report.kind == "statement":
            return lambda entry: entry.confirmed_by is None
        return lambda entry: True

    async def write(self, session: WriteSession) -> None:
        creditor_id = scope_of(session).creditor_id
        rows = [{**_row(entry), "creditor_id": creditor_id} for entry in self._new]
        await insert_rows(session, rows_of(BankEntry), rows)
        new = {entry.id for entry in self._new}
        changed = [entry for entry in self._changed.values() if entry.id not in new]
        await update_rows(session, rows_of(BankEntry), [_row(entry) for entry in changed])


async def identify_entries(session: WriteSession, reports: Sequence[Report]) -> Ledger:
    """Sort each report's entries; the accounts are locked by the caller."""
    told = [entry for report in reports for entry in report.told]
    ledger = Ledger(await entries.alike(session, told))
    for report in reports:
        ledger.take(report)
    return ledger


def told_entries(
    draft: StatementDraft, statement_id: UUID, account_id: UUID, vault: Vault
) -> list[BookedEntry]:
    """The entries of a report by what tells them from others."""
    by_entry = [lines for _, lines in _by_entry(draft)]
    told = [
        BookedEntry(
            id=entry_id,
            account_id=account_id,
            booked_on=lines[0].booked_on,
            amount_minor=sum(line.amount.minor for line in lines),
            reference=entry_key(lines[0].bank_reference, vault),
            content=entry_key(_content(lines), vault),
            told_by=statement_id,
        )
        for entry_id, lines in zip(uuid7s(len(by_entry)), by_entry, strict=True)
    ]
    if draft.kind == "statement" and draft.opening is not None:
        place_on_account(told, draft.opening.minor)
    return told


def _by_entry(draft: StatementDraft) -> Iterator[tuple[int, list[LineDraft]]]:
    for index, lines in groupby(draft.lines, key=lambda line: line.entry_index):
        yield index, list(lines)


def _content(lines: Sequence[LineDraft]) -> str | None:
    """What the details say, in no order; None when the entry was told without any."""
    if lines[0].detail_index == 0:
        return None
    told = sorted(
        orjson.dumps([line.amount.minor, line.end_to_end_id, line.iban, line.texts])
        for line in lines
        if not line.is_remainder
    )
    return b"".join(told).decode()


def entry_key(told: str | None, vault: Vault) -> bytes | None:
    """The keyed hash a booking is known by."""
    return None if told is None else vault.blind_index(told)[:_KEY_BYTES]


def _row(entry: BookedEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in _COLUMNS}
