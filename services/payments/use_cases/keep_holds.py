"""Disputes, arrangements and cases at a bailiff: their invoices are not debited meanwhile.

The instalments of an arrangement are kept, so that each is known when it comes in and can be paid
by a link; cases are kept for their links.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from services.payments.models import CollectionCase, Hold
from shared.bulk import insert_rows, update_rows
from shared.db import WriteSession, scope_of
from shared.events.collections import (
    ArrangementAgreed,
    ArrangementEnded,
    CaseClosed,
    CaseHandedOver,
    CaseOpened,
    DisputeOpened,
    DisputeResolved,
)
from shared.events.envelope import Received
from shared.rows import rows_of

# An end is final, also when the beginning is heard of after it.
_BEGIN = "(id) DO UPDATE SET invoice_ids = excluded.invoice_ids, instalments = excluded.instalments"
_END = "(id) DO UPDATE SET active = false"
# But a case is opened again, and can then go to the bailiff again; its events keep their order.
_HAND_OVER = (
    "(id) DO UPDATE SET active = true, invoice_ids = excluded.invoice_ids,"
    " bailiff = excluded.bailiff"
)


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


async def hand_over(session: WriteSession, batch: Sequence[Received[CaseHandedOver]]) -> None:
    rows = [
        _row(session, received.event, received.event.invoice_ids, active=True) for received in batch
    ]
    await insert_rows(session, rows_of(Hold), _once(rows), on_conflict=_HAND_OVER)


async def end_hand_overs(
    session: WriteSession,
    batch: Sequence[Received[CaseClosed]] | Sequence[Received[CaseOpened]],
) -> None:
    """A case that is closed, or opened again, is with no bailiff."""
    rows = [{"id": received.event.case_id, "active": False} for received in batch]
    await update_rows(session, rows_of(Hold), _once(rows))


async def keep_cases(session: WriteSession, batch: Sequence[Received[CaseOpened]]) -> None:
    await end_hand_overs(session, batch)
    cases = {received.event.case_id: received.event for received in batch}
    creditor_id = scope_of(session).creditor_id
    rows = [
        {
            "id": case_id,
            "creditor_id": creditor_id,
            "customer_id": event.customer_id,
            "number": event.number,
        }
        for case_id, event in sorted(cases.items())
    ]
    await insert_rows(session, rows_of(CollectionCase), rows, on_conflict="DO NOTHING")


def _row(
    session: WriteSession, event: Any, invoice_ids: Iterable[UUID], *, active: bool
) -> dict[str, Any]:
    kind, hold_id = _kind_and_id(event)
    return {
        "id": hold_id,
        "creditor_id": scope_of(session).creditor_id,
        "customer_id": event.customer_id,
        "kind": kind,
        "active": active,
        "invoice_ids": [str(invoice_id) for invoice_id in invoice_ids],
        "instalments": [
            {
                "number": part.number,
                "due_on": part.due_on.isoformat(),
                "amount_minor": part.amount.minor,
                "currency": part.amount.currency,
            }
            for part in getattr(event, "instalments", ())
        ],
        "bailiff": _bailiff(event),
    }


def _bailiff(event: Any) -> dict[str, Any] | None:
    named = event.bailiff if isinstance(event, CaseHandedOver) else None
    return named.model_dump() if named is not None else None


def _kind_and_id(event: Any) -> tuple[str, UUID]:
    match event:
        case DisputeOpened() | DisputeResolved():
            return "dispute", event.dispute_id
        case CaseHandedOver():
            return "bailiff", event.case_id
        case _:
            return "arrangement", event.arrangement_id


def _once(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted({row["id"]: row for row in rows}.values(), key=lambda row: row["id"])
