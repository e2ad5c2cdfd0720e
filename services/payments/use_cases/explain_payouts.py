"""Ask the provider what a payout at the bank was made of, and book what it kept for itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from services.payments.config import settings_of
from services.payments.domain.payouts import SETTLEMENT, Agreed, Settlement, explain
from services.payments.domain.transitions import after
from services.payments.models import PayoutSettlement, ProviderPayout
from services.payments.providers.provider import ProviderAway, ProviderRefused
from services.payments.repository import online
from services.payments.use_cases.provider_client import provider_of
from shared import outbox
from shared.db import Scope, WriteSession, scope_of
from shared.events.payments import ProviderPaidOut
from shared.ids import derived_id
from shared.money import Money
from shared.service import Service
from shared.telemetry import log

# Settlements at the provider are found a little after their payout; differences are mended by
# hand, or by a webhook that was late.
_ASK_AGAIN_AFTER: Final = timedelta(hours=1)


async def explain_payouts(service: Service, creditor_id: UUID, *, limit: int = 50) -> int:
    """Each payout that is not agreed yet, at most once an hour."""
    scope = Scope(creditor_id, "system:payments", reason="job:explain_payouts")
    async with service.db.read(scope) as session:
        before = service.clock.now() - _ASK_AGAIN_AFTER
        payouts = await online.payouts_to_explain(session, before, limit)
    for payout in payouts:
        settlement: Settlement | None = None
        reason = "unknown_to_provider"
        try:
            async with provider_of(settings_of(service)) as provider:
                settlement = await provider.settlement(payout.reference)
        except (ProviderAway, ProviderRefused) as error:
            reason = "provider_away" if isinstance(error, ProviderAway) else "provider_refused"
            log.warning("provider.settlement_unread", reason=reason)
        async with service.db.write(scope) as session:
            await _record(session, payout, settlement, reason)
    return len(payouts)


async def _record(
    session: WriteSession, payout: ProviderPayout, settlement: Settlement | None, reason: str
) -> None:
    row = await online.lock_settlement(session, payout.id)
    if row is None:
        row = _new(session, payout)
    if row.status == "agreed":
        return
    row.checked_at = session.info["clock"].now()
    trigger, row.reason = "lose", reason
    if settlement is not None:
        row.settlement_id = settlement.id
        paid_out = Money(payout.amount_minor, payout.currency)
        booked = await online.booked_at_provider(session, [p.payment for p in settlement.parts])
        found = explain(settlement, paid_out, booked)
        if isinstance(found, Agreed):
            trigger, row.reason, row.fee_minor = "agree", None, found.fee.minor
            _tell_fee(session, row, payout, found.fee)
        else:
            trigger, row.reason = "differ", found.reason
    row.status = after(SETTLEMENT, "settlement", row.status, trigger)
    session.add(row)


def _new(session: WriteSession, payout: ProviderPayout) -> PayoutSettlement:
    return PayoutSettlement(
        id=derived_id(payout.id, "settlement"),
        creditor_id=scope_of(session).creditor_id,
        payout_id=payout.id,
        settlement_id=None,
        status="unknown",
        reason=None,
        fee_minor=0,
        currency=payout.currency,
        checked_at=session.info["clock"].now(),
    )


def _tell_fee(
    session: WriteSession, row: PayoutSettlement, payout: ProviderPayout, fee: Money
) -> None:
    if fee:
        nothing = Money.zero(fee.currency)
        told = ProviderPaidOut(
            payout_id=row.id, amount=nothing, booked_on=payout.booked_on, fee=fee
        )
        outbox.add(session, told)
