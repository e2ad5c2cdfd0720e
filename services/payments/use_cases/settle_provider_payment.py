"""What the provider says of a payment, applied to ours: paid, ended, or given back."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from services.payments.domain.transitions import (
    PROVIDER_PAYMENT,
    PROVIDER_PAYMENTS_PENDING,
    after,
)
from services.payments.models import ProviderPayment
from services.payments.providers.provider import ProviderState
from services.payments.use_cases.book_visit import book_visit
from services.payments.use_cases.give_back import follow_gone
from shared import outbox
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
) -> bool:
    """Safe to repeat: a state that is known already changes nothing. `row` is locked.

    False when our books cannot follow what went back, see `follow_gone`.
    """
    now: datetime = session.info["clock"].now()
    row.checked_at = now
    row.provider_id = row.provider_id or state.id
    if row.status == "paid":
        return await _follow_gone(session, row, state)
    if row.status == state.outcome and state.outcome != "open":
        return True
    if (row.status, _TRIGGERS[state.outcome]) not in PROVIDER_PAYMENT:
        # Ended before, and the provider shows an earlier state: an answer that was on its way.
        return True
    was_open = row.status == "open"
    row.status = after(PROVIDER_PAYMENT, "provider payment", row.status, _TRIGGERS[state.outcome])
    if state.outcome == "open":
        row.checkout_url = state.checkout_url or row.checkout_url
        if not was_open:
            _started(session, row, state, now)
        return True
    followed = True
    if state.outcome == "paid":
        # What the provider says was paid is what was paid, whatever we asked for.
        await book_visit(session, row, derived_id(row.id, "payment"), state.amount, again=False)
        followed = await _follow_gone(session, row, state)
    _ended(session, row)
    return followed


async def _follow_gone(session: WriteSession, row: ProviderPayment, state: ProviderState) -> bool:
    if state.charged_back is None:
        return True
    return await follow_gone(session, row, state.charged_back, state.came_again)


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
