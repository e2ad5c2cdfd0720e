"""End visits at the provider that nobody should pay any more.

Two tabs, two links, or a part after the whole: what was begun before is ended. So is what was begun
for an invoice that was paid otherwise, credited, or handed to a bailiff since. As far as the
provider lets it: what is paid all the same is the customer's credit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from services.payments.config import settings_of
from services.payments.domain.transitions import PROVIDER_PAYMENTS_PENDING
from services.payments.domain.visits import is_to_be_ended
from services.payments.models import ProviderPayment
from services.payments.providers.provider import ProviderAway, ProviderRefused
from services.payments.repository import online
from services.payments.use_cases.provider_client import provider_of
from services.payments.use_cases.settle_provider_payment import settle_provider_payment
from shared.db import Scope
from shared.money import Money
from shared.service import Service
from shared.telemetry import log

_AT_ONCE: Final = 500


async def withdraw_others(
    service: Service, scope: Scope, link_id: UUID, invoice_ids: Sequence[UUID], amount: Money
) -> None:
    """All open visits for any of these invoices, but one that can be gone on with."""
    async with service.db.read(scope) as session:
        pending = await online.pending_for(session, invoice_ids)
    others = [row.id for row in pending if not is_same(row, link_id, invoice_ids, amount)]
    await withdraw(service, scope, others)


async def withdraw_unwanted(service: Service, creditor_id: UUID) -> int:
    """The janitor: visits begun for what is no longer owed, or not to us."""
    scope = Scope(creditor_id, "system:payments", reason="job:withdraw_visits")
    now, last, ended = service.clock.now(), UUID(int=0), 0
    while True:
        async with service.db.read(scope) as session:
            visits = await online.open_visits(session, last, _AT_ONCE)
        unwanted = [visit.id for visit in visits if is_to_be_ended(visit, now)]
        await withdraw(service, scope, unwanted)
        ended += len(unwanted)
        if len(visits) < _AT_ONCE:
            return ended
        last = visits[-1].id


async def withdraw(service: Service, scope: Scope, visit_ids: Iterable[UUID]) -> None:
    """Intent, call, outcome, one visit after the other; a provider that is away stops nobody.

    One that is only being created now ends itself, once the provider has answered. After a first
    call without an answer the rest is left to the job.
    """
    for visit_id in visit_ids:
        async with service.db.write(scope) as session:
            row = await online.lock_provider_payment(session, visit_id)
            if row.status in PROVIDER_PAYMENTS_PENDING:
                row.withdraw_asked_at = session.info["clock"].now()
            provider_id = row.provider_id if row.status == "open" else None
        if provider_id is None:
            continue
        try:
            await _end(service, scope, visit_id, provider_id)
        except ProviderRefused:
            log.warning("provider.not_withdrawn", provider_payment_id=str(visit_id))
        except ProviderAway:
            log.warning("provider.away")
            return


async def _end(service: Service, scope: Scope, visit_id: UUID, provider_id: str) -> None:
    """Or learn how it ended: it may have been paid a moment ago."""
    async with provider_of(settings_of(service)) as provider:
        state = await provider.cancel_payment(provider_id) or await provider.payment(provider_id)
    if state is None:
        return
    async with service.db.write(scope) as session:
        await settle_provider_payment(
            session, await online.lock_provider_payment(session, visit_id), state
        )


def is_same(
    row: ProviderPayment, link_id: UUID, invoice_ids: Sequence[UUID], amount: Money
) -> bool:
    return (
        row.link_id == link_id
        and row.invoice_ids == list(invoice_ids)
        and Money(row.amount_minor, row.currency) == amount
    )
