"""A bank file to drafts of what will be stored: all of it understood, or refused with its line.

Pure apart from reading the bytes it is given; it runs in a thread of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple

from services.payments.domain.clues import NO_CLUES, Clues, clues_in
from services.payments.domain.debit import from_our_reference
from services.payments.formats.csv_statement import FORMAT as CSV
from services.payments.formats.pages import joined
from services.payments.formats.read import CsvLayout, Source, collected, read_events
from services.payments.formats.statement import (
    Amount,
    Detail,
    Entry,
    EntryStatus,
    Statement,
    StatementEnd,
    StatementEvent,
    StatementStart,
)
from services.payments.formats.unreadable import UnreadableFile
from shared.currency import EXPONENTS
from shared.errors import InvalidInput
from shared.money import Money

ReportKind = Literal["statement", "interim", "notice"]
# What each message says of the account: all of a period, all so far, or single bookings.
_KINDS: Mapping[str, ReportKind] = {
    "camt.053": "statement",
    "mt940": "statement",
    "camt.052": "interim",
    "mt942": "interim",
    "camt.054": "notice",
    # Exported by hand, for any days: the next export may tell the same days again.
    CSV: "interim",
}
_UNKNOWN_ID = ""
LINES_MAX = 500_000
# Shorter numbers in NtryRef count the entries of one report: another report counts anew.
_COUNTER_DIGITS_MAX = 6


class LineDraft(NamedTuple):
    """One movement. Lines of an entry sum to the entry, whatever its details say.

    As all that a file has many thousands of it is a tuple: frozen classes take thrice the time.
    """

    entry_index: int
    detail_index: int
    amount: Money
    booked_on: date
    value_on: date
    end_to_end_id: str | None = None
    mandate_id: str | None = None
    batch_references: tuple[str, ...] = ()
    return_code: str | None = None
    bank_code: str | None = None
    name: str | None = None
    iban: str | None = None
    account: str | None = None
    # What the bank calls the entry in every report it tells it in.
    bank_reference: str | None = None
    # Everything the payer wrote, structured or free.
    texts: tuple[str, ...] = ()
    clues: Clues = NO_CLUES
    is_remainder: bool = False
    # The bank takes back an earlier booking: RvslInd of camt, RC or RD of MT940.
    is_reversal: bool = False


@dataclass(slots=True, kw_only=True)
class StatementDraft:
    kind: ReportKind
    format: str
    line: int
    account_number: str
    statement_id: str
    number: str
    currency: str
    closes_on: date
    # As the bank wrote them: aware or not, or not at all.
    covers_to: datetime | None
    created_at: datetime | None
    opening: Money | None
    closing: Money | None
    entry_count: int
    unbooked_count: int
    lines: list[LineDraft] = field(default_factory=list)

    @property
    def entries(self) -> Money:
        return Money.total((line.amount for line in self.lines), self.currency)


def read_statement_file(
    source: Source, mapping: CsvLayout | None = None, lines_max: int = LINES_MAX
) -> list[StatementDraft]:
    """Every statement of the file, its pages joined; raises `UnreadableFile` with line and field.

    `mapping` reads a file that is neither camt nor MT940 nor a ZIP of them as a CSV. `lines_max`
    bounds the memory: what is stored whole is held whole.
    """
    events = _bounded(read_events(source, mapping), lines_max)
    statements = joined(filter(_tells, collected(events)))
    drafts = [_draft(statement) for statement in statements]
    if not drafts:
        raise UnreadableFile.field("file", "no statement of this file tells anything", 1)
    return drafts


def _bounded(events: Iterable[StatementEvent], lines_max: int) -> Iterator[StatementEvent]:
    count = 0
    for event in events:
        if isinstance(event, Entry):
            count += max(1, len(event.details))
            if count > lines_max:
                message = f"more than {lines_max} lines: send it in parts, or raise the limit"
                raise UnreadableFile.field("file", message, event.line)
        yield event


def _tells(statement: Statement) -> bool:
    """False for an empty shell between statements, as some banks' exports hold."""
    return bool(statement.entries) or statement.start.account.number is not None


def _kind(start: StatementStart) -> ReportKind:
    for prefix, kind in _KINDS.items():
        if start.format.startswith(prefix):
            return kind
    message = f"{start.format} tells no bookings: send camt.053, camt.052, camt.054 or MT940"
    raise UnreadableFile.field("file", message, start.line)


def _draft(statement: Statement) -> StatementDraft:
    start, entries, end = statement.start, statement.entries, statement.end
    kind = _kind(start)
    opening = end.opening or start.opening
    currency = _currency(start, entries, end)
    booked = [entry for entry in entries if entry.status is EntryStatus.BOOKED]
    closes_on = _closes_on(start, booked, end)
    if closes_on == date.max:
        raise UnreadableFile.field("closing", f"{closes_on} is no day of a statement", start.line)
    return StatementDraft(
        kind=kind,
        format=start.format,
        line=start.line,
        account_number=_account_number(start, currency),
        statement_id=start.statement_id or _UNKNOWN_ID,
        number=start.number or start.legal_number or _UNKNOWN_ID,
        currency=currency,
        closes_on=closes_on,
        covers_to=start.covers_to,
        created_at=start.created_at,
        opening=_money(opening.amount, currency, "opening", start.line) if opening else None,
        closing=_money(end.closing.amount, currency, "closing", start.line)
        if end.closing
        else None,
        entry_count=len(booked),
        unbooked_count=len(entries) - len(booked),
        lines=[line for entry in booked for line in _lines(entry, currency, closes_on)],
    )


def _account_number(start: StatementStart, currency: str) -> str:
    """The IBAN, or the bank's own number; MT940 banks write the currency behind either."""
    number = "".join((start.account.iban or start.account.other or "").split()).upper()
    if not number:
        raise UnreadableFile.field("account", "the statement names no account", start.line)
    return number if start.account.iban else number.removesuffix(currency)


def _currency(start: StatementStart, entries: Sequence[Entry], end: StatementEnd) -> str:
    opening = end.opening or start.opening
    found = (
        start.account.currency
        or (end.closing and end.closing.amount.currency)
        or (opening and opening.amount.currency)
        or (entries and entries[0].amount.currency)
    )
    if not found or found not in EXPONENTS:
        raise UnreadableFile.field("currency", "the statement names no known currency", start.line)
    return found


def _closes_on(start: StatementStart, booked: list[Entry], end: StatementEnd) -> date:
    if end.closing is not None and end.closing.on is not None:
        return end.closing.on
    days = [entry.booked_on for entry in booked if entry.booked_on is not None]
    moment = start.covers_to or start.created_at
    if days:
        return max(days)
    if moment is not None:
        return moment.date()
    raise UnreadableFile.field("closing", "nothing tells the day of the statement", start.line)


def _money(amount: Amount, currency: str, field_name: str, line: int) -> Money:
    if amount.currency != currency:
        message = f"in {amount.currency}, the account is in {currency}"
        raise UnreadableFile.field(field_name, message, line)
    try:
        return amount.money()
    except InvalidInput as wrong:
        raise UnreadableFile.field(field_name, wrong.problems[0].message, line) from None


def _lines(entry: Entry, currency: str, closes_on: date) -> list[LineDraft]:
    """One line per detail when the bank tells their amounts, else one for the whole entry.

    What the details leave unexplained (charges, transactions the bank left out) is a line too.
    """
    amount = _money(entry.amount, currency, "Amt", entry.line)
    if not amount:
        return []
    booked_on = entry.booked_on or entry.value_on or closes_on
    parts = _parts(entry, amount)
    if parts is None:
        whole = _line(entry, 0, amount, booked_on, *entry.details)
        return [whole]
    lines = [
        _line(entry, index, part, booked_on, detail)
        for index, (detail, part) in enumerate(parts, start=1)
        if part
    ]
    rest = amount.minor - sum(line.amount.minor for line in lines)
    if rest:
        lines.append(
            LineDraft(
                entry_index=entry.position,
                detail_index=len(parts) + 1,
                amount=Money(rest, currency),
                booked_on=booked_on,
                value_on=entry.value_on or booked_on,
                bank_code=_bank_code(entry),
                batch_references=_batch_references(entry),
                bank_reference=_bank_reference(entry),
                is_remainder=True,
            )
        )
    return lines


def _parts(entry: Entry, whole: Money) -> list[tuple[Detail, Money]] | None:
    """The details with their amounts; None when they do not tell them all in our currency."""
    if not entry.details:
        return None
    ours = any(from_our_reference(reference) for reference in _batch_references(entry))
    if ours and not all(from_our_reference(detail.end_to_end_id) for detail in entry.details):
        return None
    parts = []
    for detail in entry.details:
        told = entry.amount_of(detail)
        if told is None or told.currency != whole.currency:
            return None
        is_whole = told == entry.amount
        part = whole if is_whole else _money(told, whole.currency, "TxDtls/Amt", entry.line)
        parts.append((detail, part))
    return parts


def _line(
    entry: Entry, detail_index: int, amount: Money, booked_on: date, *details: Detail
) -> LineDraft:
    """A line of one detail, of several taken together, or of an entry without any."""
    first = details[0] if len(details) == 1 else Detail()
    texts = tuple(text for detail in details for text in _texts(detail))
    texts = texts or _given(entry.additional_info)
    return LineDraft(
        entry_index=entry.position,
        detail_index=detail_index,
        amount=amount,
        booked_on=booked_on,
        value_on=entry.value_on or booked_on,
        end_to_end_id=first.end_to_end_id,
        mandate_id=first.mandate_id,
        batch_references=_batch_references(entry) + _given(first.payment_information_id),
        return_code=first.return_reason,
        bank_code=_bank_code(entry),
        name=first.counterparty_name,
        iban=first.counterparty_iban,
        account=first.counterparty_account,
        bank_reference=_bank_reference(entry),
        texts=texts,
        clues=clues_in(texts) if amount.minor > 0 else NO_CLUES,
        is_reversal=entry.is_reversal,
    )


def _texts(detail: Detail) -> tuple[str, ...]:
    return (
        *(reference.reference for reference in detail.references),
        *_given(detail.remittance_text),
        *detail.document_numbers,
        *_given(detail.end_to_end_id),
        *_given(detail.additional_info),
    )


def _batch_references(entry: Entry) -> tuple[str, ...]:
    return tuple(
        reference
        for batch in entry.batches
        for reference in (batch.payment_information_id, batch.message_id)
        if reference
    )


def _bank_reference(entry: Entry) -> str | None:
    """AcctSvcrRef of the entry or of its only detail, else NtryRef unless that merely counts."""
    if entry.bank_reference:
        return entry.bank_reference
    only = entry.details[0] if len(entry.details) == 1 else Detail()
    if only.bank_reference:
        return only.bank_reference
    told = entry.entry_reference or ""
    if told and not (told.isdecimal() and len(told) <= _COUNTER_DIGITS_MAX):
        return told
    return only.transaction_id


def _bank_code(entry: Entry) -> str | None:
    code = entry.code
    iso = "-".join(part for part in (code.domain, code.family, code.subfamily) if part)
    return iso or code.proprietary


def _given(text: str | None) -> tuple[str, ...]:
    return (text,) if text else ()
