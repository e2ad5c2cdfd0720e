"""How far the bank is known: "you have not paid" holds as of the last statements only."""

from __future__ import annotations

from collections.abc import Sequence

from services.collections.models import BankAccount
from services.collections.use_cases.newest import newest
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.events.envelope import Received
from shared.events.payments import BankAccountChanged, StatementBooked
from shared.rows import rows_of

_LATER = (
    "(id) DO UPDATE SET known_until = greatest(bank_accounts.known_until, excluded.known_until)"
)
_NEWER = (
    "(id) DO UPDATE SET collects = excluded.collects, version = excluded.version"
    " WHERE excluded.version > bank_accounts.version"
)


async def project_statements(
    session: WriteSession, batch: Sequence[Received[StatementBooked]]
) -> None:
    """The latest moment counts, in whatever order the statements are told."""
    latest = {}
    for event in sorted((r.event for r in batch if r.event.known_until), key=_known_until):
        latest[event.account_id] = event
    rows = [
        {
            "id": event.account_id,
            "creditor_id": scope_of(session).creditor_id,
            "known_until": event.known_until,
            "collects": event.collects,
            "version": 0,
        }
        for _, event in sorted(latest.items())
    ]
    await insert_rows(session, rows_of(BankAccount), rows, on_conflict=_LATER)


async def project_bank_accounts(
    session: WriteSession, batch: Sequence[Received[BankAccountChanged]]
) -> None:
    rows = [
        {
            "id": event.account_id,
            "creditor_id": scope_of(session).creditor_id,
            "known_until": None,
            "collects": event.collects,
            "version": event.version,
        }
        for event in newest(batch, lambda event: (event.account_id, event.version))
    ]
    await insert_rows(session, rows_of(BankAccount), rows, on_conflict=_NEWER)


def _known_until(event: StatementBooked) -> float:
    return event.known_until.timestamp() if event.known_until else 0.0
