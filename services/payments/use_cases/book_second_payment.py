"""A visit was paid a second time, by another attempt: the money is there, and nobody asked for it.

It is a visit of its own from then on, so that what the provider says of this payment later (a
refund, a chargeback, the payout it is in) finds it. What the invoices do not need of it waits in
the queue: no other invoice takes it before a person decided if it stays or goes back.
"""

from __future__ import annotations

from services.payments.models import ProviderPayment
from services.payments.use_cases.book_visit import PAID_TWICE, book_visit
from shared.db import WriteSession
from shared.ids import derived_id
from shared.money import Money


async def book_second_payment(
    session: WriteSession, first: ProviderPayment, provider_id: str, amount: Money
) -> None:
    """`first` is locked; `provider_id` is the provider's id of the second payment."""
    now = session.info["clock"].now()
    second = ProviderPayment(
        id=derived_id(first.id, provider_id),
        creditor_id=first.creditor_id,
        link_id=first.link_id,
        invoice_id=first.invoice_id,
        invoice_ids=first.invoice_ids,
        customer_id=first.customer_id,
        status="paid",
        amount_minor=amount.minor,
        currency=amount.currency,
        return_url=first.return_url,
        provider_id=provider_id,
        checkout_url=None,
        expires_at=None,
        created_at=now,
        checked_at=now,
    )
    session.add(second)
    await session.flush()
    payment_id = derived_id(second.id, "payment")
    await book_visit(session, second, payment_id, amount, again=False, rest_reason=PAID_TWICE)
