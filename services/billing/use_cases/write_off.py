"""Give up what is open of an invoice; the loss is booked, the debt no longer followed up."""

from __future__ import annotations

from uuid import UUID

from services.billing import repository
from services.billing.domain.settlement import Add, Applied
from services.billing.models import Invoice
from services.billing.use_cases.settle import receivable_of, settle
from shared import outbox
from shared.clock import Clock, business_date
from shared.db import WriteSession
from shared.errors import Conflict
from shared.events.billing import InvoiceWrittenOff
from shared.ids import IdSource, uuid7
from shared.money import Money


async def write_off(
    session: WriteSession, invoice_id: UUID, reason: str, *, clock: Clock, ids: IdSource = uuid7
) -> Invoice:
    invoice = await repository.invoice(session, invoice_id)
    items = await repository.lock_open_items(session, {invoice_id})
    if invoice_id not in items or not (left := items[invoice_id].balance().open):
        raise Conflict("nothing is open of this invoice")
    change = Add(
        id=ids(),
        invoice_id=invoice_id,
        customer_id=invoice.customer_id,
        kind="write_off",
        amount=Money(left, invoice.currency),
        effective_on=business_date(clock.now(), await repository.zone(session)),
        ground=reason,
    )
    (outcome,) = await settle(session, [change], clock=clock)
    assert isinstance(outcome, Applied)
    outbox.add(
        session,
        InvoiceWrittenOff(
            write_off_id=change.id,
            invoice_id=invoice_id,
            customer_id=invoice.customer_id,
            amount=change.amount,
            reason=reason,
            receivable=receivable_of(outcome),
        ),
    )
    return invoice
