"""Keep what billing booked on each claim: what interest is reckoned over, and what stops it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from services.collections.models import Movement
from services.collections.use_cases.project_claims import project_balances
from services.collections.use_cases.settle_debits import return_debits, settle_debits
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.events import billing
from shared.events.envelope import Received
from shared.money import Money
from shared.rows import rows_of

E = TypeVar("E")

# A reversal can come first: its row waits for the day the payment took effect.
_BOOKED = (
    "(id) DO UPDATE SET effective_on = excluded.effective_on WHERE movements.effective_on IS NULL"
)
_REVERSED = "(id) DO UPDATE SET reversed = true"


async def apply_payments(
    session: WriteSession, batch: Sequence[Received[billing.AllocationApplied]]
) -> None:
    events = _by_id((received.event.allocation_id, received.event) for received in batch)
    rows = [
        _row(session, e.allocation_id, e.invoice_id, e.customer_id, "payment", e.amount, e.value_on)
        for e in events
    ]
    await insert_rows(session, rows_of(Movement), rows, on_conflict=_BOOKED)
    await settle_debits(session, events)
    await project_balances(session, batch)


async def reverse_payments(
    session: WriteSession, batch: Sequence[Received[billing.AllocationReversed]]
) -> None:
    events = _by_id((received.event.allocation_id, received.event) for received in batch)
    rows = [
        _row(session, e.allocation_id, e.invoice_id, e.customer_id, "payment", e.amount, None)
        | {"reversed": True}
        for e in events
    ]
    await insert_rows(session, rows_of(Movement), rows, on_conflict=_REVERSED)
    await return_debits(session, [event for event in events if event.reason == "returned"])
    await project_balances(session, batch)


async def apply_credits(
    session: WriteSession, batch: Sequence[Received[billing.InvoiceCredited]]
) -> None:
    rows = [
        _row(
            session, e.credit_note_id, e.invoice_id, e.customer_id, "credit", e.amount, e.issued_on
        )
        for e in _by_id((received.event.credit_note_id, received.event) for received in batch)
    ]
    await insert_rows(session, rows_of(Movement), rows, on_conflict="DO NOTHING")
    await project_balances(session, batch)


async def apply_reclaims(
    session: WriteSession, batch: Sequence[Received[billing.RefundReclaimed]]
) -> None:
    rows = [
        _row(
            session, e.reclaim_id, e.invoice_id, e.customer_id, "reclaim", e.amount, e.effective_on
        )
        for e in _by_id((received.event.reclaim_id, received.event) for received in batch)
    ]
    await insert_rows(session, rows_of(Movement), rows, on_conflict="DO NOTHING")
    await project_balances(session, batch)


async def apply_write_offs(
    session: WriteSession, batch: Sequence[Received[billing.InvoiceWrittenOff]]
) -> None:
    rows = [
        _row(
            session,
            received.event.write_off_id,
            received.event.invoice_id,
            received.event.customer_id,
            "write_off",
            received.event.amount,
            received.time.date(),
        )
        for received in {received.event.write_off_id: received for received in batch}.values()
    ]
    await insert_rows(session, rows_of(Movement), rows, on_conflict="DO NOTHING")
    await project_balances(session, batch)


def _by_id(events: Iterable[tuple[UUID, E]]) -> list[E]:
    return list(dict(events).values())


def _row(
    session: WriteSession,
    movement_id: UUID,
    claim_id: UUID,
    customer_id: UUID,
    kind: str,
    amount: Money,
    effective_on: date | None,
) -> dict[str, Any]:
    return {
        "id": movement_id,
        "creditor_id": scope_of(session).creditor_id,
        "claim_id": claim_id,
        "customer_id": customer_id,
        "kind": kind,
        "amount_minor": amount.minor,
        "currency": amount.currency,
        "effective_on": effective_on,
        "reversed": False,
        "recorded_at": session.info["clock"].now(),
    }
