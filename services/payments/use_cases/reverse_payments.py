"""Money that left the account again: undo what it was allocated to, and say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.payments.domain.transitions import ALLOCATION, PAYMENT, after
from services.payments.models import Allocation, Payment
from services.payments.repository import matching, transfers
from services.payments.use_cases.decide_transfer import cancel_transfers_of
from shared import outbox
from shared.bulk import update_rows
from shared.db import WriteSession
from shared.events.payments import AllocationUndone, PaymentReversed
from shared.money import Money
from shared.rows import rows_of


@dataclass(frozen=True, slots=True)
class Reversal:
    payment: Payment
    booked_on: date
    # ISO 20022 return reason; None for a chargeback.
    return_code: str | None
    # What went back; None: all of it. A part, and what is left after parts, has an id of its own.
    amount: Money | None = None
    part_id: UUID | None = None
    # Why, in a code of the queue; None: its return code says it.
    why: str | None = None


async def reverse_payments(session: WriteSession, reversals: Sequence[Reversal]) -> None:
    """Reverse whole payments; the rows are locked by the caller."""
    if not reversals:
        return
    by_payment = {reversal.payment.id: reversal for reversal in reversals}
    undone = await matching.lock_active_allocations(session, by_payment)
    codes = {payment_id: r.return_code for payment_id, r in by_payment.items()}
    why = {payment_id: r.why for payment_id, r in by_payment.items() if r.why}
    await undo_allocations(session, undone, reason="returned", codes=codes, why=why)
    await update_rows(
        session,
        rows_of(Payment),
        [_reversed(reversal) for reversal in by_payment.values()],
    )
    await cancel_transfers_of(session, by_payment)
    refunded = await transfers.lock_refunded(session, by_payment)
    owed_on = await transfers.collected_for(session, refunded) if refunded else {}
    for payment_id, reversal in by_payment.items():
        told = told_reversed(reversal, refunded.get(payment_id), owed_on.get(payment_id))
        outbox.add(session, told)


async def undo_allocations(
    session: WriteSession,
    allocations: Sequence[Allocation],
    *,
    reason: str,
    codes: Mapping[UUID, str | None] | None = None,
    why: Mapping[UUID, str] | None = None,
) -> None:
    """Move allocations towards undone, and say so; `codes` are return reasons by payment, `why` is
    what a person reads instead."""
    code_of = {row.id: (codes or {}).get(row.payment_id) for row in allocations}
    await update_rows(
        session,
        rows_of(Allocation),
        [
            {
                "id": row.id,
                "status": after(ALLOCATION, "allocation", row.status, "undo"),
                "reason": (why or {}).get(row.payment_id) or code_of[row.id] or reason,
            }
            for row in allocations
        ],
    )
    outbox.add(session, *(_told_undone(row, reason, code_of[row.id]) for row in allocations))


def _told_undone(allocation: Allocation, reason: str, code: str | None) -> AllocationUndone:
    return AllocationUndone.model_validate(
        {
            "allocation_id": allocation.id,
            "payment_id": allocation.payment_id,
            "invoice_id": allocation.invoice_id,
            "customer_id": allocation.customer_id,
            "amount": Money(allocation.amount_minor, allocation.currency),
            "reason": reason,
            "return_code": code,
        }
    )


def _reversed(reversal: Reversal) -> dict[str, Any]:
    payment = reversal.payment
    status = payment.status
    if payment.allocated_minor:
        status = after(PAYMENT, "payment", status, "free_all")
    return {
        "id": payment.id,
        "version": payment.version + 1,
        "status": after(PAYMENT, "payment", status, "reverse"),
        "allocated_minor": 0,
        "queue_reason": None,
        "return_code": reversal.return_code,
    }


def told_reversed(
    reversal: Reversal, refunded: Money | None = None, invoice_id: UUID | None = None
) -> PaymentReversed:
    """What was refunded left twice: `invoice_id` is where it is owed again."""
    payment = reversal.payment
    return PaymentReversed.model_validate(
        {
            "payment_id": payment.id,
            "customer_id": payment.customer_id,
            "amount": reversal.amount or Money(payment.amount_minor, payment.currency),
            "booked_on": reversal.booked_on,
            "source": payment.source,
            "return_code": reversal.return_code,
            "reversal_id": reversal.part_id,
            "refunded": refunded,
            "invoice_id": invoice_id,
        }
    )
