"""What a bank file tells, in sums: nothing is kept of it, and each entry is let go at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from services.payments.formats.csv_mapping import CsvMapping
from services.payments.formats.read import Source, read_events
from services.payments.formats.statement import (
    Balance,
    Entry,
    EntryStatus,
    StatementEnd,
    StatementStart,
)


@dataclass(frozen=True, slots=True)
class StatementSummary:
    """One statement. Amounts are decimals as text: balances signed (debit negative), `credit` and
    `debit` the sums of the booked entries, both positive. `entries` and `details` count all."""

    format: str
    account: str | None
    number: str | None
    currency: str | None
    opening: str | None
    closing: str | None
    entries: int
    details: int
    credit: str
    debit: str


def summarise_statements(
    source: Source, mapping: CsvMapping | None = None
) -> Iterator[StatementSummary]:
    """A summary per statement; raises `UnreadableFile`, after which none of them counts."""
    for event in read_events(source, mapping):
        match event:
            case StatementStart():
                start, details = event, 0
                credit = debit = Decimal(0)
            case Entry():
                details += len(event.details)
                if event.status is not EntryStatus.BOOKED:
                    continue
                if event.amount.value > 0:
                    credit += event.amount.value
                else:
                    debit -= event.amount.value
            case StatementEnd():
                yield StatementSummary(
                    format=start.format,
                    account=start.account.number,
                    number=start.number,
                    currency=start.account.currency,
                    opening=_decimal_of(event.opening),
                    closing=_decimal_of(event.closing),
                    entries=event.entry_count,
                    details=details,
                    credit=f"{credit:f}",
                    debit=f"{debit:f}",
                )


def _decimal_of(balance: Balance | None) -> str | None:
    return None if balance is None else f"{balance.amount.value:f}"
