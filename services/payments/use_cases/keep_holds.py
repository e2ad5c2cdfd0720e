"""Disputes and arrangements: their invoices are not collected by direct debit meanwhile.

The amounts of an arrangement are kept, so that an instalment is known when it comes in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from services.payments.models import Hold
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.events.collections import (
    ArrangementAgreed,
    ArrangementEnded,
    DisputeOpened,
    DisputeResolved,
)
from shared.events.envelope import Received
from shared.rows import rows_of

# An end is final, also when the beginning is heard of after it.
_BEGIN = "(id) DO UPDATE SET invoice_ids = excluded.invoice_ids, instalments = excluded.instalments"
_END = "(id) DO UPDATE SET active = false"


async def begin_holds(
    session: WriteSession, batch: Sequence[Received[DisputeOpened | ArrangementAgreed]]
) -> None:
    rows = [
        _row(session, received.event, received.event.invoice_ids, active=True) for received in batch
    ]
    await insert_rows(session, rows_of(Hold), _once(rows), on_conflict=_BEGIN)


async def end_holds(
    session: WriteSession, batch: Sequence[Received[DisputeResolved | ArrangementEnded]]
) -> None:
    rows = [_row(session, received.event, (), active=False) for received in batch]
    await insert_rows(session, rows_of(Hold), _once(rows), on_conflict=_END)


def _row(
    session: WriteSession, event: Any, invoice_ids: Iterable[UUID], *, active: bool
) -> dict[str, Any]:
    is_dispute = isinstance(event, DisputeOpened | DisputeResolved)
    return {
        "id": event.dispute_id if is_dispute else event.arrangement_id,
        "creditor_id": scope_of(session).creditor_id,
        "customer_id": event.customer_id,
        "kind": "dispute" if is_dispute else "arrangement",
        "active": active,
        "invoice_ids": [str(invoice_id) for invoice_id in invoice_ids],
        "instalments": _instalments(event),
    }


def _instalments(event: Any) -> list[dict[str, Any]] | None:
    if not isinstance(event, ArrangementAgreed):
        return None
    return [
        {"due_on": item.due_on.isoformat(), "amount_minor": item.amount.minor}
        for item in event.instalments
    ]


def _once(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted({row["id"]: row for row in rows}.values(), key=lambda row: row["id"])
