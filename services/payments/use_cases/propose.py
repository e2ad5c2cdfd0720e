"""What can be proposed for queued payments now: what matching weighed, and what else is owed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.matching import CANDIDATES_MAX, Item
from services.payments.domain.suggestions import Suggestion, stored
from services.payments.models import OpenItem, Payment
from services.payments.repository import matching
from services.payments.use_cases.allocate import rest_of
from shared.money import Money


@dataclass(frozen=True, slots=True)
class Proposals:
    """Suggestions by payment, best first, with the open items they name."""

    suggestions: Mapping[UUID, tuple[Suggestion, ...]]
    rows: Mapping[UUID, OpenItem]
    items: Mapping[UUID, Item]

    @property
    def left(self) -> dict[UUID, Money]:
        return {item.id: item.available for item in self.items.values()}

    def invoice_ids(self) -> set[UUID]:
        each = self.suggestions.values()
        return {i for suggestions in each for one in suggestions for i in one.invoice_ids}


async def propose(session: AsyncSession, payments: Sequence[Payment]) -> Proposals:
    weighed = {payment.id: stored(payment.candidates) for payment in payments}
    named = {i for found in weighed.values() for one in found for i in one.invoice_ids}
    rows = await matching.open_items_by_id(session, named)
    customers = {payment.customer_id for payment in payments if payment.customer_id}
    owed = await matching.open_items_of(session, customers, CANDIDATES_MAX * len(payments))
    rows |= {row.id: row for row in owed}
    unsettled = await matching.unsettled_minor(session, rows)
    items = {row.id: matching.item_of(row, unsettled.get(row.id, 0)) for row in rows.values()}
    suggestions = {
        payment.id: tuple(_ranked(payment, weighed[payment.id], owed, items))
        for payment in payments
    }
    return Proposals(suggestions, rows, items)


def _ranked(
    payment: Payment,
    weighed: Iterable[Suggestion],
    owed: Iterable[OpenItem],
    items: Mapping[UUID, Item],
) -> list[Suggestion]:
    found = [
        one
        for one in weighed
        if all(i in items for i in one.invoice_ids)
        and (one.invoice_ids or payment.status == "unallocated")
    ]
    known = {one.invoice_ids for one in found}
    rest = rest_of(payment)
    for row in owed:
        available = items[row.id].available
        if row.customer_id != payment.customer_id or not available or (row.id,) in known:
            continue
        fits = available == rest
        found.append(
            Suggestion(
                customer_id=row.customer_id,
                invoice_ids=(row.id,),
                facts=("same_customer", "amount_equal") if fits else ("same_customer",),
                against=() if fits else ("amount_differs",),
            )
        )
    return found[:CANDIDATES_MAX]
