"""A payer begins anew: what they began before for the same invoices is ended at the provider.

Two tabs, two links, or a part after the whole: as far as the provider lets a payment be ended,
only one of them can still be paid. What is paid twice all the same is the customer's credit.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.payments.config import settings_of
from services.payments.models import ProviderPayment
from services.payments.providers.provider import ProviderAway, ProviderRefused
from services.payments.repository import online
from services.payments.use_cases.provider_client import provider_of
from services.payments.use_cases.settle_provider_payment import settle_provider_payment
from shared.db import Scope
from shared.money import Money
from shared.service import Service
from shared.telemetry import log


async def withdraw_others(
    service: Service, scope: Scope, link_id: UUID, invoice_ids: Sequence[UUID], amount: Money
) -> None:
    """All open visits for any of these invoices, but one that can be gone on with.

    A provider that is away, or lets nothing be ended, stops nobody from paying.
    """
    async with service.db.read(scope) as session:
        pending = await online.pending_for(session, invoice_ids)
    for row in pending:
        if row.provider_id is None or _is_same(row, link_id, invoice_ids, amount):
            continue
        try:
            await _withdraw(service, scope, row.id, row.provider_id)
        except (ProviderAway, ProviderRefused):
            log.warning("provider.not_withdrawn", provider_payment_id=str(row.id))


async def _withdraw(service: Service, scope: Scope, row_id: UUID, provider_id: str) -> None:
    """End it, or learn how it ended: it may have been paid a moment ago."""
    async with provider_of(settings_of(service)) as provider:
        state = await provider.cancel_payment(provider_id) or await provider.payment(provider_id)
    if state is None:
        return
    async with service.db.write(scope) as session:
        await settle_provider_payment(
            session, await online.lock_provider_payment(session, row_id), state
        )


def _is_same(
    row: ProviderPayment, link_id: UUID, invoice_ids: Sequence[UUID], amount: Money
) -> bool:
    return (
        row.link_id == link_id
        and row.invoice_ids == list(invoice_ids)
        and Money(row.amount_minor, row.currency) == amount
    )
