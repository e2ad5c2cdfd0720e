"""What the provider says of a payment, applied to ours: paid, ended, or given back."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from services.payments.domain.matching import Share
from services.payments.domain.pay_page import share_oldest_first
from services.payments.domain.transitions import (
    PROVIDER_PAYMENT,
    PROVIDER_PAYMENTS_PENDING,
    after,
)
from services.payments.models import ProviderPayment
from services.payments.providers.provider import ProviderState
from services.payments.repository import matching, parties
from services.payments.use_cases.book_payments import Arrival, Verdict, book, decide
from services.payments.use_cases.reverse_payments import Reversal, reverse_payments
from shared import outbox
from shared.clock import business_date
from shared.db import WriteSession
from shared.events.payments import ProviderPaymentEnded, ProviderPaymentStarted
from shared.ids import derived_id
from shared.money import Money

_TRIGGERS: Final = {
    "open": "open",
    "paid": "pay",
    "failed": "fail",
    "expired": "expire",
    "cancelled": "cancel",
}


async def settle_provider_payment(
    session: WriteSession, row: ProviderPayment, state: ProviderState
) -> None:
    """Safe to repeat: a state that is known already changes nothing. `row` is locked."""
    now: datetime = session.info["clock"].now()
    row.checked_at = now
    row.provider_id = row.provider_id or state.id
    if row.status == "paid":
        await take_back(session, row, state.charged_back)
        return
    if row.status == state.outcome and state.outcome != "open":
        return
    if (row.status, _TRIGGERS[state.outcome]) not in PROVIDER_PAYMENT:
        # Ended before, and the provider shows an earlier state: an answer that was on its way.
        return
    was_open = row.status == "open"
    row.status = after(PROVIDER_PAYMENT, "provider payment", row.status, _TRIGGERS[state.outcome])
    if state.outcome == "open":
        row.checkout_url = state.checkout_url or row.checkout_url
        if not was_open:
            _started(session, row, state, now)
        return
    if state.outcome == "paid":
        await _book(session, row, state, now)
        await take_back(session, row, state.charged_back)
    _ended(session, row)


def _several(row: ProviderPayment) -> tuple[UUID, ...]:
    """All its invoices when there is more than the one every event names."""
    return tuple(row.invoice_ids) if len(row.invoice_ids) > 1 else ()


def _ended(session: WriteSession, row: ProviderPayment) -> None:
    outbox.add(
        session,
        ProviderPaymentEnded.model_validate(
            {
                "provider_payment_id": row.id,
                "invoice_id": row.invoice_id,
                "invoice_ids": _several(row),
                "customer_id": row.customer_id,
                "outcome": row.status,
            }
        ),
    )


def _started(
    session: WriteSession, row: ProviderPayment, state: ProviderState, now: datetime
) -> None:
    row.expires_at = now + state.expires_in if state.expires_in is not None else now
    outbox.add(
        session,
        ProviderPaymentStarted(
            provider_payment_id=row.id,
            invoice_id=row.invoice_id,
            invoice_ids=_several(row),
            customer_id=row.customer_id,
            amount=Money(row.amount_minor, row.currency),
            expires_at=row.expires_at,
        ),
    )


async def _book(
    session: WriteSession, row: ProviderPayment, state: ProviderState, now: datetime
) -> None:
    """What the provider says was paid is what was paid, whatever we asked for."""
    creditor = await parties.creditor(session)
    today = business_date(now, ZoneInfo(creditor.time_zone))
    arrival = Arrival(
        id=derived_id(row.id, "payment"),
        source="provider",
        amount=state.amount,
        booked_on=today,
        value_on=today,
        invoice_id=row.invoice_id,
        customer_id=row.customer_id,
        named_by="provider",
        provider_payment_id=row.id,
    )
    if len(row.invoice_ids) > 1:
        verdicts = {arrival.id: await _share_out(session, row, arrival.amount)}
    else:
        verdicts = await decide(session, [arrival])
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


async def take_back(session: WriteSession, row: ProviderPayment, taken: Money) -> bool:
    """A refund, or the payer's bank, took `taken` of it in all: the whole is reversed.

    False when only a part is gone, which is left to a person. Safe to repeat.
    """
    if not taken:
        return True
    payment_id = derived_id(row.id, "payment")
    payment = (await matching.lock_payments(session, [payment_id])).get(payment_id)
    if payment is None or payment.status == "reversed":
        return True
    if taken.currency != payment.currency or taken.minor < payment.amount_minor:
        return False
    creditor = await parties.creditor(session)
    today = business_date(session.info["clock"].now(), ZoneInfo(creditor.time_zone))
    await reverse_payments(session, [Reversal(payment, today, None)])
    return True


async def lose_provider_payment(session: WriteSession, row: ProviderPayment) -> None:
    """No answer: the outcome is unknown until the provider was asked again."""
    row.checked_at = session.info["clock"].now()
    if row.status == "created":
        row.status = after(PROVIDER_PAYMENT, "provider payment", row.status, "lose")


async def fail_provider_payment(session: WriteSession, row: ProviderPayment) -> None:
    """The provider refused to begin, or knows nothing of it: nobody can pay there."""
    row.checked_at = session.info["clock"].now()
    if row.status not in PROVIDER_PAYMENTS_PENDING:
        return
    was_open = row.status == "open"
    row.status = after(PROVIDER_PAYMENT, "provider payment", row.status, "fail")
    if was_open:
        _ended(session, row)
