"""Ask the provider what a payout at the bank was made of, and book what it kept for itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from services.payments.config import settings_of
from services.payments.domain.payouts import (
    SETTLEMENT,
    SETTLEMENTS_DONE,
    Agreed,
    Booked,
    Difference,
    PayoutPart,
    PayoutSeen,
    Settlement,
    explain,
)
from services.payments.domain.transitions import after
from services.payments.models import PayoutPart as PayoutPartRow
from services.payments.models import PayoutSettlement, ProviderPayout
from services.payments.providers.provider import ProviderAway, ProviderRefused
from services.payments.repository import payouts, webhook_events
from services.payments.use_cases.ask_about_parts import ask_about_parts
from services.payments.use_cases.provider_client import payouts_of
from shared import outbox
from shared.bulk import insert_rows
from shared.db import Scope, WriteSession, scope_of
from shared.events.payments import ProviderPaidOut
from shared.ids import derived_id
from shared.money import Money
from shared.rows import rows_of
from shared.service import Service
from shared.telemetry import log

# Settlements at the provider are found a little after their payout; differences are mended by
# hand, or by a webhook that was late.
_ASK_AGAIN_AFTER: Final = timedelta(hours=1)
_DIFFERENCES_KEPT: Final = 100


async def explain_payouts(service: Service, creditor_id: UUID, *, limit: int = 50) -> int:
    """Each payout that is not agreed yet, at most once an hour."""
    scope = Scope(creditor_id, "system:payments", reason="job:explain_payouts")
    async with service.db.read(scope) as session:
        before = service.clock.now() - _ASK_AGAIN_AFTER
        due = await payouts.payouts_to_explain(session, before, limit)
        reports = await webhook_events.reports(session, "adyen") if due else {}
        taken = await payouts.settlements_taken(session, {one.amount_minor for one in due})
    for payout in due:
        source = payouts_of(settings_of(service), payout.provider, reports)
        settlement: Settlement | None = None
        reason = "unknown_to_provider"
        try:
            settlement = await source.settlement(_seen(payout, taken))
        except (ProviderAway, ProviderRefused) as error:
            reason = "provider_away" if isinstance(error, ProviderAway) else "provider_refused"
            log.warning("provider.settlement_unread", provider=payout.provider, reason=reason)
        if settlement is not None:
            await ask_about_parts(service, scope, payout, settlement)
        async with service.db.write(scope) as session:
            if await _record(session, payout, settlement, reason) and settlement is not None:
                taken.add(settlement.id)
    return len(due)


async def look_again(
    session: WriteSession, *, provider: str | None = None, payout_id: UUID | None = None
) -> None:
    """The next run of the job asks for them, however lately they were asked for."""
    before = session.info["clock"].now() - 2 * _ASK_AGAIN_AFTER
    only = {} if payout_id is None else {"payout_id": payout_id}
    await payouts.look_again(session, before, provider=provider, **only)


def _seen(payout: ProviderPayout, taken: Collection[str] = ()) -> PayoutSeen:
    amount = Money(payout.amount_minor, payout.currency)
    return PayoutSeen(payout.reference, amount, payout.booked_on, taken)


async def _record(
    session: WriteSession, payout: ProviderPayout, settlement: Settlement | None, reason: str
) -> bool:
    """Whether it agrees."""
    row = await payouts.lock_settlement(session, payout.id)
    if row is None:
        row = _new(session, payout)
    if row.status in SETTLEMENTS_DONE:
        return True
    row.checked_at = session.info["clock"].now()
    trigger, row.reason, row.differences = "lose", reason, []
    row.fee_minor, row.difference_minor = 0, None
    if settlement is not None:
        row.settlement_id = settlement.id
        row.told_minor = settlement.amount.minor
        names = {part.payment for part in settlement.parts if part.payment}
        booked = await payouts.booked_at_provider(session, names, payout.id)
        found = explain(settlement, _seen(payout).amount, booked)
        if isinstance(found, Agreed):
            trigger, row.reason, row.fee_minor = "agree", None, found.fee.minor
            await _write_parts(session, payout, settlement, booked, found.fee)
            _tell_fee(session, row, payout, found.fee)
        else:
            trigger, row.reason, row.fee_minor = "differ", found.reason, found.fee.minor
            row.difference_minor = found.missing.minor if found.missing is not None else None
            row.differences = [_stored(one) for one in found.differences[:_DIFFERENCES_KEPT]]
    row.status = after(SETTLEMENT, "settlement", row.status, trigger)
    session.add(row)
    return row.status == "agreed"


async def _write_parts(
    session: WriteSession,
    payout: ProviderPayout,
    settlement: Settlement,
    booked: Mapping[str, Booked],
    fee: Money,
) -> None:
    parts = [*settlement.parts]
    if fee:
        parts.append(PayoutPart(None, -fee, "fee"))
    ours = {name: one.payment_id for name, one in booked.items()}
    await insert_rows(
        session,
        rows_of(PayoutPartRow),
        [
            {
                "id": derived_id(payout.id, f"part {position}"),
                "creditor_id": payout.creditor_id,
                "payout_id": payout.id,
                "position": position,
                "kind": part.kind,
                "provider_id": part.payment,
                "payment_id": ours.get(part.payment or ""),
                "amount_minor": part.amount.minor,
                "currency": part.amount.currency,
            }
            for position, part in enumerate(parts)
        ],
    )


def _stored(one: Difference) -> dict[str, Any]:
    """Amounts in minor units, each with its currency: that may be what differs."""
    return {
        "reason": one.reason,
        "payment": one.payment,
        "told": [one.told.minor, one.told.currency],
        "booked": [one.booked.minor, one.booked.currency] if one.booked else None,
    }


def _new(session: WriteSession, payout: ProviderPayout) -> PayoutSettlement:
    return PayoutSettlement(
        id=derived_id(payout.id, "settlement"),
        creditor_id=scope_of(session).creditor_id,
        payout_id=payout.id,
        settlement_id=None,
        status="unknown",
        reason=None,
        told_minor=None,
        differences=[],
        fee_minor=0,
        difference_minor=None,
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
