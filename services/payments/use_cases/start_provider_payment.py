"""A payer goes to the provider: intent committed, provider called, outcome committed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.payments.config import settings_of
from services.payments.domain.matching import Item
from services.payments.models import OpenItem, ProviderPayment
from services.payments.providers.provider import (
    NewPayment,
    ProviderAway,
    ProviderRefused,
    ProviderState,
)
from services.payments.repository import debits, matching, online
from services.payments.use_cases.provider_client import provider_of
from services.payments.use_cases.settle_provider_payment import (
    fail_provider_payment,
    lose_provider_payment,
    settle_provider_payment,
)
from services.payments.use_cases.withdraw_visits import (
    is_same,
    withdraw,
    withdraw_others,
)
from shared.db import Scope, WriteSession, scope_of
from shared.errors import Conflict
from shared.money import Money
from shared.service import Service
from shared.telemetry import log


class NothingToPay(Conflict):
    code = "nothing_to_pay"
    title = "There is nothing to pay for this invoice at this moment"


@dataclass(frozen=True, slots=True)
class Intent:
    """What the provider is asked for."""

    provider_payment_id: UUID
    new: NewPayment
    # Set when the payer was sent there before and can go on where they were.
    checkout_url: str | None
    # Visits begun at the same moment, whose place it takes.
    superseded: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPayment:
    """Pay `amount` of these invoices of one customer, in their order.

    `visit_id` becomes the id of the provider payment, if one that is open is not gone on with.
    """

    visit_id: UUID
    creditor_id: UUID
    customer_id: UUID
    link_id: UUID
    invoice_ids: Sequence[UUID]
    amount: Money
    return_url: str
    locale: str


async def start_provider_payment(service: Service, command: StartPayment) -> str:
    """The provider's address to send the payer to; raises `NothingToPay` or `ProviderAway`."""
    scope = Scope(command.creditor_id, "payer:link", reason="pay")
    await withdraw_others(service, scope, command.link_id, command.invoice_ids, command.amount)
    async with service.db.write(scope) as session:
        intent = await _record_intent(session, command, service)
    await withdraw(service, scope, intent.superseded)
    if intent.checkout_url is not None:
        return intent.checkout_url
    state = await create_at_provider(service, scope, intent.provider_payment_id, intent.new)
    if state is None or state.checkout_url is None:
        raise ProviderAway("the payment provider did not begin the payment")
    async with service.db.read(scope) as session:
        is_superseded = await online.is_superseded(session, intent.provider_payment_id)
    if is_superseded:
        # Somebody began anew while this one was created, and could not end what was not there.
        await withdraw(service, scope, [intent.provider_payment_id])
        raise NothingToPay()
    return state.checkout_url


async def create_at_provider(
    service: Service, scope: Scope, provider_payment_id: UUID, new: NewPayment
) -> ProviderState | None:
    """Call, then write down what came of it; None when the provider refused.

    Repeating it is safe: our id is the provider's idempotency key.
    """
    state: ProviderState | None = None
    away: ProviderAway | None = None
    try:
        async with provider_of(settings_of(service)) as provider:
            state = await provider.create_payment(new)
    except ProviderAway as error:
        away = error
    except ProviderRefused:
        # A final no: the payment is written down as failed below.
        log.warning("provider.refused", provider_payment_id=str(provider_payment_id))
    async with service.db.write(scope) as session:
        row = await online.lock_provider_payment(session, provider_payment_id)
        if state is not None:
            await settle_provider_payment(session, row, state)
        elif away is not None:
            await lose_provider_payment(session, row)
        else:
            await fail_provider_payment(session, row)
    if away is not None:
        raise away
    return state


async def _record_intent(session: WriteSession, command: StartPayment, service: Service) -> Intent:
    """Visits before open items, as whoever settles one locks them."""
    await online.lock_beginning(session, command.customer_id)
    begun = await online.lock_pending_for(session, command.invoice_ids)
    items = {item.id: item for item in await _lock_payable(session, command.invoice_ids)}
    chosen = [items[invoice_id] for invoice_id in command.invoice_ids if invoice_id in items]
    if not chosen:
        raise NothingToPay()
    whole = Money.total((item.available for item in chosen), chosen[0].available.currency)
    # What was paid meanwhile is not asked for again.
    amount = min(command.amount, whole)
    invoice_ids = [item.id for item in chosen]
    row = next(
        (
            row
            for row in reversed(begun)
            if is_same(row, command.link_id, invoice_ids, amount) and _may_go_on(session, row)
        ),
        None,
    )
    if row is None:
        row = _new(session, command, chosen, amount)
        session.add(row)
        await session.flush()
    row.withdraw_asked_at = None
    others = [one for one in begun if one is not row and one.withdraw_asked_at is None]
    for one in others:
        one.withdraw_asked_at = session.info["clock"].now()
    found = (await matching.open_items_by_id(session, invoice_ids[:1]))[invoice_ids[0]]
    new = new_payment(service, row, found, command.locale)
    return Intent(row.id, new, _still_there(row), tuple(one.id for one in others))


def _may_go_on(session: WriteSession, row: ProviderPayment) -> bool:
    """Not what is over by now, nor what ends itself once the provider has answered."""
    if row.status != "open" and row.withdraw_asked_at is not None:
        return False
    now: datetime = session.info["clock"].now()
    return row.expires_at is None or row.expires_at > now


async def _lock_payable(session: WriteSession, invoice_ids: Sequence[UUID]) -> list[Item]:
    """Those of the invoices that have something open and are not collected by a debit."""
    items = await matching.lock_candidates(session, ids=invoice_ids)
    in_flight = await debits.in_flight_for(session, invoice_ids)
    return [item for item in items if item.available and item.id not in in_flight]


def _still_there(row: ProviderPayment) -> str | None:
    return row.checkout_url if row.status == "open" else None


def _new(
    session: WriteSession, command: StartPayment, items: Sequence[Item], amount: Money
) -> ProviderPayment:
    now = session.info["clock"].now()
    return ProviderPayment(
        id=command.visit_id,
        creditor_id=scope_of(session).creditor_id,
        link_id=command.link_id,
        invoice_id=items[0].id,
        invoice_ids=[item.id for item in items],
        customer_id=items[0].customer_id,
        status="created",
        amount_minor=amount.minor,
        currency=amount.currency,
        return_url=command.return_url,
        provider_id=None,
        checkout_url=None,
        expires_at=None,
        created_at=now,
        checked_at=now,
        withdraw_asked_at=None,
    )


def new_payment(service: Service, row: ProviderPayment, item: OpenItem, locale: str) -> NewPayment:
    """What the provider is asked; the description is what payers see on their account."""
    return NewPayment(
        reference=str(row.id),
        amount=Money(row.amount_minor, row.currency),
        description=item.number or "",
        return_url=row.return_url,
        webhook_url=settings_of(service).webhook_url("mollie", row.creditor_id),
        locale=locale,
        metadata={"creditor_id": str(row.creditor_id), "provider_payment_id": str(row.id)},
    )
