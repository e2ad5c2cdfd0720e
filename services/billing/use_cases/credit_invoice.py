"""Take back an invoice, whole or in part, with a credit note of its own number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.billing import repository
from services.billing.domain.ledger import Parts
from services.billing.domain.numbering import credit_note_number
from services.billing.domain.settlement import Add, Applied
from services.billing.models import Invoice
from services.billing.use_cases.settle import receivable_of, settle
from shared import outbox
from shared.clock import Clock, business_date
from shared.db import WriteSession
from shared.errors import Conflict, InvalidInput
from shared.events.billing import InvoiceCredited
from shared.ids import IdSource, uuid7
from shared.money import Money


@dataclass(frozen=True, slots=True)
class CreditInvoice:
    invoice_id: UUID
    # None: all of it.
    amount: Money | None
    reason: str


async def credit_invoice(
    session: WriteSession, command: CreditInvoice, *, clock: Clock, ids: IdSource = uuid7
) -> Invoice:
    """More than the invoice was for is refused; what was paid already becomes customer credit."""
    invoice = await repository.invoice(session, command.invoice_id)
    if invoice.kind != "invoice":
        raise Conflict("a credit note cannot be credited")
    amount = command.amount or Money(invoice.total_minor, invoice.currency)
    if amount.minor <= 0:
        raise InvalidInput.field("amount", "must be more than zero")
    today = business_date(clock.now(), await repository.zone(session))
    await repository.lock_open_items(session, {invoice.id})
    left = await repository.parts_left(session, invoice.id)
    if amount.currency != invoice.currency or amount.minor > left.gross:
        raise Conflict("more than what is left of the invoice cannot be credited")
    parts = share_of(left, amount)
    note_id = ids()
    change = Add(
        id=note_id,
        invoice_id=invoice.id,
        customer_id=invoice.customer_id,
        kind="credit",
        amount=amount,
        effective_on=today,
        ground=command.reason,
        parts=parts,
    )
    (outcome,) = await settle(session, [change], clock=clock)
    assert isinstance(outcome, Applied)
    count = await repository.take_numbers(session, f"C{today.year}", 1)
    numbered = credit_note_number(today.year, count)
    note = Invoice(
        **_copied(invoice),
        id=note_id,
        kind="credit_note",
        run_id=None,
        number=numbered.number,
        rf_reference=numbered.rf_reference,
        payment_reference=None,
        issued_on=today,
        due_on=today,
        net_minor=parts.net + parts.levy,
        vat_minor=parts.vat,
        total_minor=amount.minor,
        lines=[],
        credited_invoice_id=invoice.id,
        reason=command.reason,
    )
    session.add(note)
    outbox.add(
        session,
        InvoiceCredited(
            credit_note_id=note.id,
            number=note.number,
            invoice_id=invoice.id,
            invoice_number=invoice.number,
            customer_id=invoice.customer_id,
            issued_on=today,
            amount=amount,
            reason=command.reason,
            receivable=receivable_of(outcome),
        ),
    )
    return note


def share_of(parts: Parts, amount: Money) -> Parts:
    """The credited amount over what is left of revenue, VAT and levy: of no part more than that,
    so that credit notes together take back just what the invoice had."""
    # Notes that were shared out each by itself may have taken a cent too much of one.
    shares = amount.share([max(0, part) for part in (parts.net, parts.vat, parts.levy)])
    net, vat, levy = (share.minor for share in shares)
    return Parts(net=net, vat=vat, levy=levy)


def _copied(invoice: Invoice) -> dict[str, Any]:
    names = (
        "creditor_id",
        "customer_id",
        "contract_id",
        "period_from",
        "period_to",
        "currency",
        "collection",
    )
    return {name: getattr(invoice, name) for name in names}
