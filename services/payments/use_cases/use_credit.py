"""What a customer paid too much goes to what they owe next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from services.payments.domain.matching import Item
from services.payments.domain.suggestions import Suggestion, fill
from services.payments.models import Payment
from services.payments.repository import desk, matching, queue
from services.payments.use_cases.allocate import Placement, allocate, rest_of
from services.payments.use_cases.business_day import today_of
from shared.db import WriteSession
from shared.errors import Conflict
from shared.money import Money

_ITEMS_MAX = 100


class NoCredit(Conflict):
    code = "no_credit"
    title = "There is nothing to spend, or nothing to spend it on"


async def lock_credits_for(
    session: WriteSession, customer_ids: Collection[UUID]
) -> Sequence[Payment]:
    """What new invoices of these customers may take, locked before their open items are."""
    overpaid = await queue.lock_credits(session, customer_ids, await today_of(session))
    if overpaid and not (await desk.rules(session)).credit_to_next_invoice:
        return ()
    return overpaid


async def spend(
    session: WriteSession, overpaid: Sequence[Payment], items: Sequence[Item], rule: str
) -> Sequence[Payment]:
    """Each customer's oldest credit to their oldest items; the payments that gave something."""
    by_id = {item.id: item for item in items}
    left = {item.id: item.available for item in items}
    owed: dict[UUID, list[Item]] = {}
    for item in sorted(items, key=lambda item: (item.due_on, item.id)):
        owed.setdefault(item.customer_id, []).append(item)
    placements = []
    for payment in sorted(overpaid, key=lambda payment: (payment.booked_on, payment.id)):
        placement = _placement(payment, owed, by_id, left, rule)
        if placement.shares:
            placements.append(placement)
    if placements:
        await allocate(session, placements)
    return [placement.payment for placement in placements]


def _placement(
    payment: Payment,
    owed: Mapping[UUID, Sequence[Item]],
    items: Mapping[UUID, Item],
    left: dict[UUID, Money],
    rule: str,
) -> Placement:
    assert payment.customer_id is not None
    assert payment.queue_reason is not None
    mine = owed.get(payment.customer_id, ())
    wanted = Suggestion(
        customer_id=payment.customer_id, invoice_ids=tuple(item.id for item in mine)
    )
    shares = fill(wanted, items, left, rest_of(payment))
    for share in shares:
        left[share.item_id] -= share.amount
    return Placement(payment, shares, rule, payment.queue_reason)


async def use_credit(
    session: WriteSession, customer_id: UUID, invoice_ids: Sequence[UUID]
) -> Sequence[Payment]:
    """By hand: to the named invoices of the customer, or to all that is open."""
    overpaid = await queue.lock_credits(session, [customer_id], await today_of(session))
    if not overpaid:
        raise NoCredit("this customer has no credit; what a clerk put aside does not count")
    if not invoice_ids:
        owed = await matching.open_items_of(session, [customer_id], _ITEMS_MAX)
        invoice_ids = [row.id for row in owed]
    found = await matching.lock_candidates(session, ids=invoice_ids)
    items = [item for item in found if item.customer_id == customer_id]
    spent = await spend(session, overpaid, items, "credit_by_hand")
    if not spent:
        raise NoCredit("nothing is open of these invoices of this customer")
    return spent
