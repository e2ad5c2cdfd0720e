"""Money that left twice, as a refund and by itself: the customer owes it on its invoice again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

from services.billing.domain.ledger import Entry, unplaced_reclaim_legs
from services.billing.domain.settlement import Add, Applied, Refused
from services.billing.use_cases.post_entries import post_entries
from services.billing.use_cases.settle import receivable_of, settle
from shared import outbox
from shared.clock import Clock
from shared.db import WriteSession
from shared.events.billing import RefundReclaimed
from shared.events.envelope import Received
from shared.events.payments import PaymentReversed, RefundExecuted
from shared.ids import derived_id
from shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Reclaim:
    """`id` is derived from its cause. `invoice_id`: what the payment was collected for."""

    id: UUID
    payment_id: UUID
    invoice_id: UUID | None
    customer_id: UUID | None
    amount: Money
    on: date
    received: Received[Any]

    @classmethod
    def of(
        cls,
        received: Received[PaymentReversed] | Received[RefundExecuted],
        cause_id: UUID,
        amount: Money,
        on: date,
    ) -> Self:
        event = received.event
        return cls(
            id=derived_id(cause_id, "reclaim"),
            payment_id=event.payment_id,
            invoice_id=event.invoice_id,
            customer_id=event.customer_id,
            amount=amount,
            on=on,
            received=received,
        )


async def reclaim_refunds(
    session: WriteSession, reclaims: Sequence[Reclaim], *, clock: Clock
) -> None:
    """Where no invoice takes it, it stands on an account of its own for a person to look at."""
    unplaced = [one for one in reclaims if one.invoice_id is None or one.customer_id is None]
    changes = [
        Add(
            id=one.id,
            invoice_id=one.invoice_id,
            customer_id=one.customer_id,
            kind="reclaim",
            amount=one.amount,
            effective_on=one.on,
            payment_id=one.payment_id,
            tag=one,
        )
        for one in reclaims
        if one.invoice_id is not None and one.customer_id is not None
    ]
    for outcome in await settle(session, changes, clock=clock):
        if isinstance(outcome, Applied):
            one: Reclaim = outcome.change.tag
            told = RefundReclaimed(
                reclaim_id=one.id,
                payment_id=one.payment_id,
                invoice_id=outcome.state.invoice_id,
                customer_id=outcome.state.customer_id,
                amount=one.amount,
                effective_on=one.on,
                receivable=receivable_of(outcome),
            )
            outbox.add(session, told, cause=one.received)
        elif isinstance(outcome, Refused):
            unplaced.append(outcome.change.tag)
    entries = [
        Entry(
            "reclaim.unplaced",
            one.id,
            one.on,
            one.amount.currency,
            unplaced_reclaim_legs(one.amount.minor, one.customer_id),
        )
        for one in unplaced
    ]
    await post_entries(session, entries, clock=clock)
