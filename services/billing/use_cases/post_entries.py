"""Write ledger entries: two statements for any number of them."""

from __future__ import annotations

from collections.abc import Sequence

from services.billing.domain.ledger import Entry
from services.billing.models import LedgerEntry, LedgerPosting
from shared.bulk import insert_rows
from shared.clock import Clock
from shared.db import WriteSession, scope_of
from shared.ids import IdSource, uuid7
from shared.rows import rows_of


async def post_entries(
    session: WriteSession, entries: Sequence[Entry], *, clock: Clock, ids: IdSource = uuid7
) -> None:
    """A cause that was posted before violates a unique constraint: nothing is booked twice."""
    entries = [entry for entry in entries if entry.legs]
    creditor_id, now = scope_of(session).creditor_id, clock.now()
    entry_ids = [ids() for _ in entries]
    await insert_rows(
        session,
        rows_of(LedgerEntry),
        [
            {
                "id": entry_id,
                "creditor_id": creditor_id,
                "booked_on": entry.booked_on,
                "kind": entry.kind,
                "cause_id": entry.cause_id,
                "posted_at": now,
            }
            for entry_id, entry in zip(entry_ids, entries, strict=True)
        ],
    )
    await insert_rows(
        session,
        rows_of(LedgerPosting),
        [
            {
                "creditor_id": creditor_id,
                "entry_id": entry_id,
                "account": leg.account,
                "amount_minor": leg.amount,
                "currency": entry.currency,
                "customer_id": leg.customer_id,
                "invoice_id": leg.invoice_id,
            }
            for entry_id, entry in zip(entry_ids, entries, strict=True)
            for leg in entry.legs
        ],
    )
