"""Judge what payments decided: apply allocations to open items, or reject them with a reason."""

from __future__ import annotations

from collections.abc import Sequence

from services.billing import repository
from services.billing.domain.settlement import Add, Applied, Change, Refused, Reverse
from services.billing.use_cases.settle import receivable_of, settle
from shared import outbox
from shared.clock import Clock, business_date
from shared.db import WriteSession
from shared.events.billing import AllocationApplied, AllocationRejected, AllocationReversed
from shared.events.envelope import Received
from shared.events.payments import Allocation, AllocationUndone, PaymentAllocated
from shared.ids import derived_id
from shared.money import Money


async def apply_allocations(
    session: WriteSession, batch: Sequence[Received[PaymentAllocated]], *, clock: Clock
) -> None:
    changes: list[Change] = [
        Add(
            id=allocation.allocation_id,
            invoice_id=allocation.invoice_id,
            customer_id=received.event.customer_id,
            kind="payment",
            amount=_relieved(allocation),
            effective_on=received.event.value_on,
            payment_id=received.event.payment_id,
            given_up=allocation.written_off.minor if allocation.written_off else 0,
            fee=allocation.fee.minor if allocation.fee else 0,
            tag=(received, allocation),
        )
        for received in batch
        for allocation in received.event.allocations
    ]
    for outcome in await settle(session, changes, clock=clock):
        received, allocation = outcome.change.tag
        if isinstance(outcome, Applied):
            outbox.add(session, _applied(received.event, allocation, outcome), cause=received)
        elif isinstance(outcome, Refused):
            outbox.add(session, _rejected(received.event, allocation, outcome), cause=received)


async def undo_allocations(
    session: WriteSession, batch: Sequence[Received[AllocationUndone]], *, clock: Clock
) -> None:
    """Take allocations back by counter-entry; the open item has its original due date again."""
    zone = await repository.zone(session)
    changes = [
        Reverse(
            id=received.event.allocation_id,
            invoice_id=received.event.invoice_id,
            amount=received.event.amount,
            cause_id=derived_id(received.event.allocation_id, "undone"),
            booked_on=business_date(received.time, zone),
            tag=received,
        )
        for received in batch
    ]
    for outcome in await settle(session, changes, clock=clock):
        if not isinstance(outcome, Applied):
            continue
        received = outcome.change.tag
        event: AllocationUndone = received.event
        told = AllocationReversed(
            allocation_id=event.allocation_id,
            payment_id=event.payment_id,
            invoice_id=event.invoice_id,
            customer_id=event.customer_id,
            amount=event.amount,
            reason=event.reason,
            return_code=event.return_code,
            receivable=receivable_of(outcome),
        )
        outbox.add(session, told, cause=received)


def _relieved(allocation: Allocation) -> Money:
    """What the invoice owes less: the money, a small difference given up, a fee withheld."""
    unpaid = (part for part in (allocation.written_off, allocation.fee) if part is not None)
    return allocation.amount + Money.total(unpaid, allocation.amount.currency)


def _applied(
    event: PaymentAllocated, allocation: Allocation, outcome: Applied
) -> AllocationApplied:
    return AllocationApplied(
        allocation_id=allocation.allocation_id,
        payment_id=event.payment_id,
        invoice_id=allocation.invoice_id,
        customer_id=event.customer_id,
        amount=allocation.amount,
        value_on=event.value_on,
        receivable=receivable_of(outcome),
    )


def _rejected(
    event: PaymentAllocated, allocation: Allocation, outcome: Refused
) -> AllocationRejected:
    reason = outcome.reason if outcome.reason != "credited" else "exceeds_open"
    return AllocationRejected(
        allocation_id=allocation.allocation_id,
        payment_id=event.payment_id,
        invoice_id=allocation.invoice_id,
        customer_id=event.customer_id,
        amount=allocation.amount,
        reason=reason,
    )
