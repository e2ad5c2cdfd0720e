"""Ask the provider how a payment stands: on a payer's return, and by the janitor."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from services.payments.config import settings_of
from services.payments.models import ProviderPayment
from services.payments.providers.provider import ProviderAway, ProviderRefused, ProviderState
from services.payments.repository import matching, online
from services.payments.use_cases.provider_client import provider_of
from services.payments.use_cases.settle_provider_payment import (
    fail_provider_payment,
    lose_provider_payment,
    settle_provider_payment,
)
from services.payments.use_cases.start_provider_payment import create_at_provider, new_payment
from shared.db import Scope
from shared.service import Service
from shared.telemetry import log

_ASK_AGAIN_AFTER = timedelta(seconds=30)


async def refresh(service: Service, creditor_id: UUID, row: ProviderPayment) -> None:
    """Bring one pending payment up to date; a provider that is away leaves it as it is."""
    scope = Scope(creditor_id, "system:payments", reason="ask provider")
    try:
        if row.provider_id is None:
            await _create_again(service, scope, row)
            return
        state = await _fetch(service, row.provider_id)
    except ProviderAway:
        log.warning("provider.away")
        await _asked_in_vain(service, scope, row.id)
        return
    if state is not None:
        await _settle(service, scope, row.id, state)
        return
    # The provider does not know its own id: nothing can be paid there any more.
    async with service.db.write(scope) as session:
        await fail_provider_payment(session, await online.lock_provider_payment(session, row.id))


async def ask_pending(service: Service, creditor_id: UUID, *, limit: int = 50) -> int:
    """The janitor: no payment stays unknown or open longer than the provider knows better."""
    scope = Scope(creditor_id, "system:payments", reason="job:ask_provider")
    async with service.db.read(scope) as session:
        before = service.clock.now() - _ASK_AGAIN_AFTER
        rows = await online.pending_since(session, before, limit)
    for row in rows:
        await refresh(service, creditor_id, row)
    return len(rows)


async def _fetch(service: Service, provider_id: str) -> ProviderState | None:
    async with provider_of(settings_of(service)) as provider:
        try:
            return await provider.payment(provider_id)
        except ProviderRefused as error:
            raise ProviderAway(f"the payment provider answered {error}") from None


async def _asked_in_vain(service: Service, scope: Scope, provider_payment_id: UUID) -> None:
    """The others are asked about first, the next time."""
    async with service.db.write(scope) as session:
        row = await online.lock_provider_payment(session, provider_payment_id)
        await lose_provider_payment(session, row)


async def _settle(
    service: Service, scope: Scope, provider_payment_id: UUID, state: ProviderState
) -> None:
    async with service.db.write(scope) as session:
        row = await online.lock_provider_payment(session, provider_payment_id)
        if row.provider_id not in {None, state.id}:
            log.warning("provider.webhook_foreign")
            return
        await settle_provider_payment(session, row, state)


async def _create_again(service: Service, scope: Scope, row: ProviderPayment) -> None:
    """The first call had no known outcome. Our id makes the provider answer the same again."""
    async with service.db.read(scope) as session:
        item = (await matching.open_items_by_id(session, [row.invoice_id]))[row.invoice_id]
    await create_at_provider(service, scope, row.id, new_payment(service, row, item, "nl_NL"))
