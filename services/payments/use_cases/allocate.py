"""Give money that is here already to open items: write once, tell once, for any number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy.orm.attributes import set_committed_value

from services.payments.domain.matching import Share
from services.payments.domain.transitions import PAYMENT, after, payment_trigger
from services.payments.models import Allocation, Payment
from shared import outbox
from shared.bulk import insert_rows, update_rows
from shared.db import WriteSession, scope_of
from shared.events.payments import Allocation as AllocationTold
from shared.events.payments import PaymentAllocated, PaymentSource
from shared.ids import uuid7s
from shared.money import Money
from shared.rows import rows_of


@dataclass(frozen=True, slots=True)
class Placement:
    """Shares of one payment, at least one. `rest_reason` tells why what is left is queued."""

    payment: Payment
    shares: tuple[Share, ...]
    rule: str
    rest_reason: str = "rest"

    @property
    def customer_id(self) -> UUID | None:
        """Whose money it is: nobody's alone when it is split over several, now or bit by bit."""
        customers: set[UUID | None] = {share.customer_id for share in self.shares}
        if self.payment.allocated_minor:
            customers.add(self.payment.customer_id)
        return next(iter(customers)) if len(customers) == 1 else None


def rest_of(payment: Payment) -> Money:
    """What of a payment can still be given to open items."""
    if payment.status in {"reversed", "reclassified"}:
        return Money.zero(payment.currency)
    return Money(payment.amount_minor - payment.allocated_minor, payment.currency)


async def allocate(session: WriteSession, placements: Sequence[Placement]) -> None:
    """The caller has locked the payments and the items, and knows that the shares fit."""
    allotted = [Allotted.of(p.payment, p.shares, p.rule) for p in placements]
    await write_allocations(session, allotted)
    await write_payments(session, {p.payment.id: (p.payment, _changed(p)) for p in placements})


def _changed(placement: Placement) -> dict[str, Any]:
    payment = placement.payment
    allocated = payment.allocated_minor + sum(share.amount.minor for share in placement.shares)
    changed = allocated_now(payment, allocated, placement.rest_reason)
    return {**changed, "customer_id": placement.customer_id}


def allocated_now(payment: Payment, allocated_minor: int, rest_reason: str) -> dict[str, Any]:
    """The columns of a payment of which `allocated_minor` are allocated from now on."""
    trigger = payment_trigger(payment.amount_minor, allocated_minor)
    status = after(PAYMENT, "payment", payment.status, trigger)
    return {
        "version": payment.version + 1,
        "status": status,
        "allocated_minor": allocated_minor,
        "queue_reason": None if status == "allocated" else rest_reason,
    }


async def write_payments(
    session: WriteSession, changes: dict[UUID, tuple[Payment, dict[str, Any]]]
) -> None:
    """One statement; the rows in memory follow, so that they can be shown."""
    rows = [{"id": payment_id, **changed} for payment_id, (_, changed) in sorted(changes.items())]
    await update_rows(session, rows_of(Payment), rows)
    for payment, changed in changes.values():
        for name, value in changed.items():
            set_committed_value(payment, name, value)


@dataclass(frozen=True, slots=True)
class Allotted:
    """What of one payment is decided to be for which items, and by which rule."""

    payment_id: UUID
    value_on: date
    source: PaymentSource
    shares: tuple[Share, ...]
    rule: str
    order_rule: str | None = None

    @classmethod
    def of(
        cls, payment: Payment, shares: tuple[Share, ...], rule: str, order_rule: str | None = None
    ) -> Allotted:
        source = cast(PaymentSource, payment.source)
        return cls(payment.id, payment.value_on, source, shares, rule, order_rule)


@dataclass(frozen=True, slots=True)
class Allocations:
    """Shares with the ids they are written under."""

    written: Sequence[tuple[UUID, Allotted, Share]]

    @classmethod
    def of(cls, allotted: Iterable[Allotted]) -> Allocations:
        decided = [(one, share) for one in allotted for share in one.shares]
        ids = uuid7s(len(decided))
        return cls([(id_, one, share) for id_, (one, share) in zip(ids, decided, strict=True)])

    def rows(self, creditor_id: UUID, now: datetime) -> list[dict[str, Any]]:
        return [
            {
                "id": allocation_id,
                "creditor_id": creditor_id,
                "payment_id": one.payment_id,
                "invoice_id": share.item_id,
                "customer_id": share.customer_id,
                "status": "proposed",
                "amount_minor": share.amount.minor,
                "written_off_minor": share.written_off.minor if share.written_off else None,
                "fee_minor": share.fee.minor if share.fee else None,
                "currency": share.amount.currency,
                "matched_by": one.rule,
                "order_rule": one.order_rule,
                "reason": None,
                "created_at": now,
            }
            for allocation_id, one, share in self.written
        ]

    def told(self) -> list[PaymentAllocated]:
        """One event per payment and customer: an event belongs to one of them."""
        by_customer: dict[tuple[UUID, UUID], tuple[Allotted, list[AllocationTold]]] = {}
        for allocation_id, one, share in self.written:
            allocation = AllocationTold(
                allocation_id=allocation_id,
                invoice_id=share.item_id,
                amount=share.amount,
                written_off=share.written_off,
                fee=share.fee,
            )
            key = one.payment_id, share.customer_id
            by_customer.setdefault(key, (one, []))[1].append(allocation)
        return [
            PaymentAllocated(
                payment_id=payment_id,
                customer_id=customer_id,
                value_on=one.value_on,
                source=one.source,
                allocations=tuple(allocations),
                matched_by=one.rule,
            )
            for (payment_id, customer_id), (one, allocations) in by_customer.items()
        ]


async def write_allocations(session: WriteSession, allotted: Iterable[Allotted]) -> None:
    """Write the allocations of any number of payments, and tell of them."""
    allocations = Allocations.of(allotted)
    rows = allocations.rows(scope_of(session).creditor_id, session.info["clock"].now())
    await insert_rows(session, rows_of(Allocation), rows)
    outbox.add(session, *allocations.told())
