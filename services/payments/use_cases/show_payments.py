"""Payments for somebody who looks: the queue with its proposals, one payment with its story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.suggestions import Suggestion, proof
from services.payments.models import (
    Allocation,
    BankLine,
    Customer,
    OpenItem,
    Payment,
    PaymentNote,
    QueueMark,
    Remittance,
    Transfer,
)
from services.payments.repository import (
    history,
    matching,
    parties,
    queue,
    remittances,
    statements,
    transfers,
)
from services.payments.use_cases.allocate import rest_of
from services.payments.use_cases.note_payments import show_notes
from services.payments.use_cases.propose import propose
from services.payments.use_cases.show_lines import LineText, show_texts
from services.payments.use_cases.show_remittances import StrayView, show_strays
from shared.crypto import Vault
from shared.errors import NotFound
from shared.money import Money


@dataclass(frozen=True, slots=True)
class SuggestionView:
    """`proof` is what accepting it asks for; `open_items` come with what is left of each."""

    suggestion: Suggestion
    customer: Customer | None
    open_items: tuple[tuple[OpenItem, Money], ...]
    proof: str


@dataclass(frozen=True, slots=True)
class QueueView:
    payment: Payment
    mark: QueueMark | None
    customer: Customer | None
    line: BankLine | None
    text: LineText | None
    suggestions: tuple[SuggestionView, ...]
    # Why it was put aside, while it is.
    held_reason: str | None
    # Specifications of a collector that wait, when the money came from its account.
    specifications: Sequence[Remittance]
    # Rows of the specification it was taken apart by that nobody has placed yet.
    strays: Sequence[StrayView]


@dataclass(frozen=True, slots=True)
class StoryView:
    """`note_texts` are by note; None where there is none, or it may not be read any more."""

    payment: Payment
    customer: Customer | None
    line: BankLine | None
    text: LineText | None
    allocations: Sequence[Allocation]
    invoice_numbers: dict[UUID, str | None]
    changes: Sequence[history.Change]
    notes: Sequence[PaymentNote]
    note_texts: dict[UUID, str | None]
    transfers: Sequence[Transfer]


async def show_queue(
    session: AsyncSession, queued: Sequence[queue.Queued], *, vault: Vault
) -> list[QueueView]:
    payments = [payment for payment, _ in queued]
    lines = await statements.lines_by_id(session, {p.line_id for p in payments if p.line_id})
    texts = await show_texts(session, list(lines.values()), vault=vault)
    proposals = await propose(session, payments)
    each = proposals.suggestions.values()
    known = {p.customer_id for p in payments if p.customer_id}
    known |= {one.customer_id for suggestions in each for one in suggestions}
    customers = await parties.customers(session, known)
    left = proposals.left
    indexes = {line.iban_index for line in lines.values() if line.iban_index}
    specified = await remittances.waiting_by_iban(session, indexes)

    held = [payment.id for payment, mark in queued if mark and mark.held_until]
    held_reasons = await _held_reasons(session, held, vault) if held else {}
    unknown = [p.id for p in payments if p.queue_reason == "specification_unknown"]
    strays = await remittances.strays_of_payments(session, unknown) if unknown else {}
    shown = {key: await show_strays(session, rows, vault=vault) for key, rows in strays.items()}

    def specifications(payment: Payment) -> Sequence[Remittance]:
        line = lines.get(payment.line_id) if payment.line_id else None
        return specified.get(line.iban_index, ()) if line and line.iban_index else ()

    def view(payment: Payment, suggestion: Suggestion) -> SuggestionView:
        return SuggestionView(
            suggestion,
            customers.get(suggestion.customer_id),
            tuple((proposals.rows[i], left[i]) for i in suggestion.invoice_ids),
            proof(payment.id, rest_of(payment), suggestion, left),
        )

    return [
        QueueView(
            payment,
            mark,
            customers.get(payment.customer_id) if payment.customer_id else None,
            lines.get(payment.line_id) if payment.line_id else None,
            texts.get(payment.line_id) if payment.line_id else None,
            tuple(view(payment, one) for one in proposals.suggestions[payment.id]),
            held_reasons.get(payment.id),
            specifications(payment),
            shown.get(payment.id, ()),
        )
        for payment, mark in queued
    ]


async def _held_reasons(
    session: AsyncSession, payment_ids: Sequence[UUID], vault: Vault
) -> dict[UUID, str | None]:
    """The last one counts."""
    notes = [note for note in await queue.notes_of(session, payment_ids) if note.kind == "hold"]
    texts = await show_notes(session, notes, vault=vault)
    return {note.payment_id: texts[note.id] for note in notes}


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
    notes = await queue.notes_of(session, [payment_id])
    return StoryView(
        payment,
        customers.get(payment.customer_id) if payment.customer_id else None,
        lines.get(payment.line_id) if payment.line_id else None,
        texts.get(payment.line_id) if payment.line_id else None,
        allocations,
        {item.id: item.number for item in items.values()},
        await history.changes_of(session, subjects),
        notes,
        await show_notes(session, notes, vault=vault),
        await transfers.transfers_of_payment(session, payment_id),
    )
