"""Give money that is here already to open items: write once, tell once, for any number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm.attributes import set_committed_value

from services.payments.domain.matching import Share
from services.payments.domain.transitions import PAYMENT, after, payment_trigger
from services.payments.models import Allocation, Payment
from shared import outbox
from shared.bulk import insert_rows, update_rows
from shared.db import WriteSession, scope_of
from shared.events.payments import Allocation as AllocationTold
from shared.events.payments import PaymentAllocated
from shared.ids import uuid7
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
        """Whose money it is: nobody's alone when it is split over several."""
        customers = {share.customer_id for share in self.shares}
        return next(iter(customers)) if len(customers) == 1 else self.payment.customer_id


def rest_of(payment: Payment) -> Money:
    """What of a payment can still be given to open items."""
    if payment.status in {"reversed", "reclassified"}:
        return Money.zero(payment.currency)
    return Money(payment.amount_minor - payment.allocated_minor, payment.currency)


async def allocate(session: WriteSession, placements: Sequence[Placement]) -> None:
    """The caller has locked the payments and the items, and knows that the shares fit."""
    now, creditor_id = session.info["clock"].now(), scope_of(session).creditor_id
    ids = {placement.payment.id: [uuid7() for _ in placement.shares] for placement in placements}
    await insert_rows(
        session,
        rows_of(Allocation),
        [
            {**row, "creditor_id": creditor_id, "created_at": now}
            for placement in placements
            for row in allocation_rows(
                placement.payment.id,
                ids[placement.payment.id],
                placement.shares,
                placement.rule,
            )
        ],
    )
    await write_payments(session, {p.payment.id: (p.payment, _changed(p)) for p in placements})
    for placement in placements:
        tell_allocated(
            session,
            payment_id=placement.payment.id,
            value_on=placement.payment.value_on,
            source=placement.payment.source,
            allocation_ids=ids[placement.payment.id],
            shares=placement.shares,
            rule=placement.rule,
        )


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


def allocation_rows(
    payment_id: UUID,
    allocation_ids: Sequence[UUID],
    shares: Sequence[Share],
    rule: str,
    order_rule: str | None = None,
) -> Iterator[dict[str, Any]]:
    for allocation_id, share in zip(allocation_ids, shares, strict=True):
        yield {
            "id": allocation_id,
            "payment_id": payment_id,
            "invoice_id": share.item_id,
            "customer_id": share.customer_id,
            "status": "proposed",
            "amount_minor": share.amount.minor,
            "written_off_minor": share.written_off.minor if share.written_off else None,
            "fee_minor": share.fee.minor if share.fee else None,
            "currency": share.amount.currency,
            "matched_by": rule,
            "order_rule": order_rule,
            "reason": None,
        }


def tell_allocated(
    session: WriteSession,
    *,
    payment_id: UUID,
    value_on: date,
    source: str,
    allocation_ids: Sequence[UUID],
    shares: Sequence[Share],
    rule: str,
) -> None:
    """One event per customer: an event belongs to one of them."""
    by_customer: dict[UUID, list[AllocationTold]] = {}
    for allocation_id, share in zip(allocation_ids, shares, strict=True):
        told = AllocationTold(
            allocation_id=allocation_id,
            invoice_id=share.item_id,
            amount=share.amount,
            written_off=share.written_off,
            fee=share.fee,
        )
        by_customer.setdefault(share.customer_id, []).append(told)
    for customer_id, allocations in by_customer.items():
        outbox.add(
            session,
            PaymentAllocated.model_validate(
                {
                    "payment_id": payment_id,
                    "customer_id": customer_id,
                    "value_on": value_on,
                    "source": source,
                    "allocations": tuple(allocations),
                    "matched_by": rule,
                }
            ),
        )
