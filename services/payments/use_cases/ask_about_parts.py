"""A payout tells of money that our books do not have so: a webhook was lost, or is never sent.

The payments it is about are asked for at the provider, where that can be asked, before anybody is
troubled with the difference.
"""

from __future__ import annotations

from typing import Final

from services.payments.config import settings_of
from services.payments.domain.payouts import Differs, Settlement, explain
from services.payments.models import ProviderPayout
from services.payments.providers.provider import ProviderAway
from services.payments.repository import online, payouts
from services.payments.use_cases.provider_client import webhooks_of
from services.payments.use_cases.settle_provider_payment import settle_provider_payment
from shared.db import Scope
from shared.errors import NotFound
from shared.money import Money
from shared.service import Service
from shared.telemetry import log

_MOST_ASKED: Final = 50


async def ask_about_parts(
    service: Service, scope: Scope, payout: ProviderPayout, settlement: Settlement
) -> None:
    """A provider that is away leaves the difference as it is: it is asked again with the payout."""
    names = {part.payment for part in settlement.parts if part.payment}
    async with service.db.read(scope) as session:
        booked = await payouts.booked_at_provider(session, names, payout.id)
    found = explain(settlement, Money(payout.amount_minor, payout.currency), booked)
    if not isinstance(found, Differs):
        return
    differing = sorted({one.payment for one in found.differences if one.payment})
    try:
        for name in differing[:_MOST_ASKED]:
            await _ask(service, scope, payout.provider, name)
    except NotFound:
        # Nothing was agreed for its webhooks, and those alone tell how its payments stand.
        return
    except ProviderAway:
        log.warning("provider.away", provider=payout.provider)


async def _ask(service: Service, scope: Scope, provider: str, name: str) -> None:
    state = await webhooks_of(settings_of(service), provider).state(name)
    if state is None:
        return
    async with service.db.write(scope) as session:
        row = await online.find_provider_payment(session, provider_id=state.id, reference=None)
        if row is not None:
            await settle_provider_payment(session, row, state)
