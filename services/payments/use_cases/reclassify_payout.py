"""A queued payment turns out to be the provider's payout: it was no customer's money."""

from __future__ import annotations

from uuid import UUID

from services.payments.domain.transitions import PAYMENT, after
from services.payments.models import BankLine, Payment, ProviderPayout
from services.payments.repository import matching
from shared import outbox
from shared.bulk import update_rows
from shared.db import WriteSession, scope_of
from shared.errors import Conflict
from shared.events.payments import PaymentReversed, ProviderPaidOut
from shared.ids import derived_id
from shared.money import Money
from shared.rows import rows_of


async def reclassify_payout(
    session: WriteSession, payment_id: UUID, reference: str, provider: str
) -> Payment:
    """The payment goes out of the books and the payout comes in, of the same bank line."""
    payment = await matching.lock_payment(session, payment_id)
    if payment.source != "bank" or payment.line_id is None:
        raise Conflict("only a payment at the bank can be a payout")
    payment.status = after(PAYMENT, "payment", payment.status, "reclassify")
    payment.queue_reason, payment.customer_id = None, None
    payment.version += 1
    payout = ProviderPayout(
        id=derived_id(payment.line_id, "payout"),
        creditor_id=scope_of(session).creditor_id,
        line_id=payment.line_id,
        provider=provider,
        reference=reference,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        booked_on=payment.booked_on,
    )
    session.add(payout)
    await update_rows(session, rows_of(BankLine), [{"id": payment.line_id, "kind": "payout"}])
    amount = Money(payment.amount_minor, payment.currency)
    outbox.add(
        session,
        PaymentReversed(
            payment_id=payment.id, amount=amount, booked_on=payment.booked_on, source="bank"
        ),
        ProviderPaidOut(payout_id=payout.id, amount=amount, booked_on=payment.booked_on),
    )
    return payment
