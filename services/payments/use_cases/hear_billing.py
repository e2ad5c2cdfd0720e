"""Billing's answers to our allocations: applied, rejected or reversed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.payments.domain.transitions import (
    ACTIVE_ALLOCATIONS,
    ALLOCATION,
    PAYMENT,
    after,
    payment_trigger,
)
from services.payments.models import Allocation, Payment
from services.payments.repository import matching
from services.payments.use_cases.apply_receivables import apply_receivables
from shared.bulk import update_rows
from shared.db import WriteSession
from shared.events.billing import AllocationApplied, AllocationRejected, AllocationReversed
from shared.events.envelope import Received
from shared.rows import rows_of


async def hear_applied(session: WriteSession, batch: Sequence[Received[AllocationApplied]]) -> None:
    await _hear(session, batch, "apply")
    await apply_receivables(session, batch)


async def hear_reversed(
    session: WriteSession, batch: Sequence[Received[AllocationReversed]]
) -> None:
    await _hear(session, batch, "reverse")
    await apply_receivables(session, batch)


async def hear_rejected(
    session: WriteSession, batch: Sequence[Received[AllocationRejected]]
) -> None:
    """Billing is the judge: the money goes back to the queue, with its reason."""
    await _hear(session, batch, "reject")


async def _hear(session: WriteSession, batch: Sequence[Received[Any]], trigger: str) -> None:
    """Move the allocations on; what billing took back by itself frees its payment."""
    events = {received.event.allocation_id: received.event for received in batch}
    payments = await _lock_payments(session, events.values(), trigger)
    allocations = await matching.lock_allocations(session, events)
    moved: list[dict[str, Any]] = []
    freed: dict[UUID, tuple[int, str]] = {}
    for allocation_id, row in allocations.items():
        event = events[allocation_id]
        status = after(ALLOCATION, "allocation", row.status, trigger)
        reason = row.reason or getattr(event, "reason", None)
        moved.append({"id": row.id, "status": status, "reason": reason})
        if row.status in ACTIVE_ALLOCATIONS and status not in ACTIVE_ALLOCATIONS:
            minor, _ = freed.get(row.payment_id, (0, ""))
            freed[row.payment_id] = (minor + row.amount_minor, f"{status}_{event.reason}")
    await update_rows(session, rows_of(Allocation), moved)
    await update_rows(session, rows_of(Payment), _freed(payments, freed))


async def _lock_payments(
    session: WriteSession, events: Iterable[Any], trigger: str
) -> Mapping[UUID, Payment]:
    """What billing applied changes no payment: nothing is locked for it."""
    if trigger == "apply":
        return {}
    return await matching.lock_payments(session, {event.payment_id for event in events})


def _freed(
    payments: Mapping[UUID, Payment], freed: Mapping[UUID, tuple[int, str]]
) -> list[dict[str, Any]]:
    rows = []
    for payment_id, (minor, queue_reason) in sorted(freed.items()):
        payment = payments[payment_id]
        allocated = payment.allocated_minor - minor
        trigger = payment_trigger(payment.amount_minor, allocated)
        rows.append(
            {
                "id": payment_id,
                "version": payment.version + 1,
                "status": after(PAYMENT, "payment", payment.status, trigger),
                "allocated_minor": allocated,
                "queue_reason": queue_reason,
            }
        )
    return rows
