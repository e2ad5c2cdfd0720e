"""Payments for somebody who looks: the queue with its candidates, one payment with its story."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.matching import CANDIDATES_MAX, Item
from services.payments.models import Allocation, BankLine, Customer, OpenItem, Payment
from services.payments.repository import history, matching, parties, statements
from services.payments.use_cases.show_lines import LineText, show_texts
from shared.crypto import Vault
from shared.errors import NotFound
from shared.money import Money


@dataclass(frozen=True, slots=True)
class CandidateView:
    item: Item
    number: str | None
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueueView:
    payment: Payment
    customer: Customer | None
    line: BankLine | None
    text: LineText | None
    candidates: tuple[CandidateView, ...]


@dataclass(frozen=True, slots=True)
class StoryView:
    payment: Payment
    customer: Customer | None
    line: BankLine | None
    text: LineText | None
    allocations: Sequence[Allocation]
    invoice_numbers: dict[UUID, str | None]
    changes: Sequence[history.Change]


async def show_queue(
    session: AsyncSession, payments: Sequence[Payment], *, vault: Vault
) -> list[QueueView]:
    lines = await statements.lines_by_id(session, {p.line_id for p in payments if p.line_id})
    texts = await show_texts(session, list(lines.values()), vault=vault)
    known = {p.customer_id for p in payments if p.customer_id}
    customers = await parties.customers(session, known)
    items = await _items(session, payments, known)
    return [
        QueueView(
            payment,
            customers.get(payment.customer_id) if payment.customer_id else None,
            lines.get(payment.line_id) if payment.line_id else None,
            texts.get(payment.line_id) if payment.line_id else None,
            _candidates(payment, items),
        )
        for payment in payments
    ]


async def _items(
    session: AsyncSession, payments: Sequence[Payment], customers: Collection[UUID]
) -> dict[UUID, tuple[OpenItem, Item]]:
    """The candidates found when it was decided, as they are now, and all a known sender owes."""
    named = {UUID(c["invoice_id"]) for payment in payments for c in payment.candidates}
    rows = await matching.open_items_by_id(session, named)
    owed = await matching.open_items_of(session, customers, CANDIDATES_MAX * len(payments))
    rows |= {row.id: row for row in owed}
    unsettled = await matching.unsettled_minor(session, rows)
    return {row.id: (row, matching.item_of(row, unsettled.get(row.id, 0))) for row in rows.values()}


def _candidates(
    payment: Payment, items: dict[UUID, tuple[OpenItem, Item]]
) -> tuple[CandidateView, ...]:
    rest = Money(payment.amount_minor - payment.allocated_minor, payment.currency)
    stored = {UUID(c["invoice_id"]): tuple(c["facts"]) for c in payment.candidates}
    owed = {
        invoice_id: ()
        for invoice_id, (_, item) in items.items()
        if payment.customer_id is not None
        and item.customer_id == payment.customer_id
        and item.available
    }
    found = []
    for invoice_id in [*stored, *(other for other in owed if other not in stored)]:
        if invoice_id not in items:
            continue
        row, item = items[invoice_id]
        facts = [f for f in stored.get(invoice_id, ()) if not f.startswith("amount_")]
        if item.customer_id == payment.customer_id:
            facts.append("same_customer")
        if item.available.currency == rest.currency:
            facts.append("amount_equal" if item.available == rest else "amount_differs")
        found.append(CandidateView(item, row.number, tuple(facts)))
    return tuple(found[:CANDIDATES_MAX])


async def show_story(session: AsyncSession, payment_id: UUID, *, vault: Vault) -> StoryView:
    payment = await session.get(Payment, payment_id)
    if payment is None:
        raise NotFound("no payment with this id")
    line_ids = {payment.line_id} if payment.line_id else set()
    lines = await statements.lines_by_id(session, line_ids)
    texts = await show_texts(session, list(lines.values()), vault=vault)
    allocations = (await matching.allocations_of(session, [payment_id])).get(payment_id, [])
    items = await matching.open_items_by_id(session, {a.invoice_id for a in allocations})
    customers = await parties.customers(
        session, {payment.customer_id} if payment.customer_id else set()
    )
    subjects = {payment_id, *(allocation.id for allocation in allocations)}
    if payment.debit_id is not None:
        subjects.add(payment.debit_id)
    return StoryView(
        payment,
        customers.get(payment.customer_id) if payment.customer_id else None,
        lines.get(payment.line_id) if payment.line_id else None,
        texts.get(payment.line_id) if payment.line_id else None,
        allocations,
        {item.id: item.number for item in items.values()},
        await history.changes_of(session, subjects),
    )
