"""A paid invoice that is credited: the money nobody needs any more is its payer's credit again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.payments.domain.matching import Share
from services.payments.domain.surplus import Given, Taken, to_take_back
from services.payments.models import Allocation, Payment
from services.payments.repository import matching
from services.payments.use_cases.allocate import (
    Placement,
    allocate,
    allocated_now,
    write_payments,
)
from services.payments.use_cases.apply_receivables import apply_receivables
from services.payments.use_cases.reverse_payments import undo_allocations
from shared.db import WriteSession
from shared.events.billing import InvoiceCredited
from shared.events.envelope import Received
from shared.money import Money

_REASON = "invoice_credited"


async def hear_credited(session: WriteSession, batch: Sequence[Received[InvoiceCredited]]) -> None:
    """Billing keeps a surplus on the invoice; its money is taken back from it, to be used for the
    next invoice or refunded like all that was paid too much."""
    newest = {r.event.invoice_id: r.event.receivable for r in batch}
    for received in batch:
        told = received.event.receivable
        if told.version > newest[told.invoice_id].version:
            newest[told.invoice_id] = told
    surplus = {i: r.surplus.minor for i, r in newest.items() if r.surplus is not None and r.surplus}
    # Payments before open items, as everybody locks them.
    payments = await matching.lock_payments_for(session, surplus) if surplus else {}
    await apply_receivables(session, batch)
    if not payments:
        return
    items = await matching.open_items_by_id(session, surplus)
    unsettled = await matching.unsettled_minor(session, list(surplus))
    active = await matching.lock_active_allocations(session, payments)
    for invoice_id, minor in sorted(surplus.items()):
        if items[invoice_id].version != newest[invoice_id].version:
            continue
        mine = [row for row in active if row.invoice_id == invoice_id and _is_money(row)]
        # What is being undone leaves the surplus by itself; what is proposed adds to it, but for
        # what cannot be taken back here: billing may yet refuse that, and it is nobody's surplus.
        left = minor + unsettled.get(invoice_id, 0) - _proposed_otherwise(active, invoice_id)
        taken = to_take_back(left, [Given(row.id, row.amount_minor) for row in mine])
        await _take_back(session, payments, {row.id: row for row in mine}, taken)


def _is_money(row: Allocation) -> bool:
    return not row.fee_minor and not row.written_off_minor


def _proposed_otherwise(active: Sequence[Allocation], invoice_id: UUID) -> int:
    return sum(
        row.amount_minor + (row.fee_minor or 0) + (row.written_off_minor or 0)
        for row in active
        if row.invoice_id == invoice_id and row.status == "proposed" and not _is_money(row)
    )


async def _take_back(
    session: WriteSession,
    payments: Mapping[UUID, Payment],
    allocations: Mapping[UUID, Allocation],
    taken: Sequence[Taken],
) -> None:
    undone = [allocations[one.allocation_id] for one in taken]
    await undo_allocations(session, undone, reason="undone")
    changed: dict[UUID, tuple[Payment, int]] = {}
    for row in undone:
        payment = payments[row.payment_id]
        freed = changed.get(row.payment_id, (payment, 0))[1]
        changed[row.payment_id] = (payment, freed + row.amount_minor)
    reasons = {payment.id: payment.queue_reason or _REASON for payment, _ in changed.values()}
    await write_payments(
        session,
        {
            payment.id: (
                payment,
                allocated_now(payment, payment.allocated_minor - freed, reasons[payment.id]),
            )
            for payment, freed in changed.values()
        },
    )
    kept = [(allocations[one.allocation_id], one.keep) for one in taken if one.keep]
    placements = [
        Placement(
            payments[row.payment_id],
            (Share(row.invoice_id, row.customer_id, Money(keep, row.currency)),),
            row.matched_by,
            reasons[row.payment_id],
        )
        for row, keep in kept
    ]
    if placements:
        await allocate(session, placements)
