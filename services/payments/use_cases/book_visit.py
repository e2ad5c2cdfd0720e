"""Book what was paid at the provider, on the invoices the payer was shown."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from services.payments.domain.matching import Share
from services.payments.domain.pay_page import share_oldest_first
from services.payments.models import ProviderPayment
from services.payments.repository import matching
from services.payments.use_cases.book_payments import Arrival, Verdict, book, decide
from services.payments.use_cases.business_day import today_of
from shared.db import WriteSession
from shared.money import Money

# A second payment of one visit: money nobody asked for, which a person decides on.
PAID_TWICE: Final = "paid_twice"


async def book_visit(
    session: WriteSession,
    row: ProviderPayment,
    payment_id: UUID,
    amount: Money,
    *,
    again: bool,
    rest_reason: str | None = None,
) -> None:
    """`again`: it had gone back and came once more, so that another payment stands for it.

    `rest_reason`: why a person is to look at what is not needed, other than for being too much.
    """
    today = await today_of(session)
    arrival = Arrival(
        id=payment_id,
        source="provider",
        amount=amount,
        booked_on=today,
        value_on=today,
        invoice_id=row.invoice_id,
        customer_id=row.customer_id,
        named_by="provider",
        provider_payment_id=None if again else row.id,
    )
    if len(row.invoice_ids) > 1:
        verdicts = {arrival.id: await _share_out(session, row, amount)}
    else:
        verdicts = await decide(session, [arrival])
    if rest_reason is not None and verdicts[arrival.id].queue_reason is not None:
        verdicts = {arrival.id: verdicts[arrival.id]._replace(queue_reason=rest_reason)}
    await book(session, [arrival], verdicts)


async def _share_out(session: WriteSession, row: ProviderPayment, amount: Money) -> Verdict:
    """Over the invoices the payer was shown, in that order, as far as they are still open."""
    items = {item.id: item for item in await matching.lock_candidates(session, ids=row.invoice_ids)}
    open_now = [
        (invoice_id, items[invoice_id].available)
        for invoice_id in row.invoice_ids
        if items[invoice_id].available.currency == amount.currency
    ]
    parts, rest = share_oldest_first(amount, open_now)
    return Verdict(
        customer_id=row.customer_id,
        shares=tuple(Share(invoice_id, row.customer_id, part) for invoice_id, part in parts),
        rule="provider",
        queue_reason=("overpaid" if parts else "already_paid") if rest else None,
        candidates=(),
    )
