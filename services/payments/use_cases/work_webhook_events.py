"""Make something of what providers told, in whatever order they told it."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from services.payments.config import settings_of
from services.payments.domain.given_back import GIVEN_BACK_KINDS, came_again_in_all, gone_in_all
from services.payments.domain.transitions import after
from services.payments.domain.webhook_events import MOST_TRIES, WEBHOOK_EVENT, wait_after
from services.payments.models import ProviderPayment, WebhookEvent
from services.payments.providers.provider import ProviderAway, ProviderState
from services.payments.repository import online, webhook_events
from services.payments.use_cases.book_second_payment import book_second_payment
from services.payments.use_cases.book_visit import PAID_TWICE
from services.payments.use_cases.explain_payouts import look_again
from services.payments.use_cases.give_back import follow_gone
from services.payments.use_cases.provider_client import webhooks_of
from services.payments.use_cases.settle_provider_payment import settle_provider_payment
from shared.db import Scope, WriteSession, is_transient
from shared.errors import InningError
from shared.money import Money
from shared.service import Service
from shared.telemetry import log

Trigger = Literal["apply", "ignore", "wait", "give_up", "refuse"]
# What became of an event, and why when it is not simply done.
Result = tuple[Trigger, str | None]

_APPLIED: Result = ("apply", None)
# Another currency, or money that had left us already: a person decides.
_NOT_FOLLOWED: Result = ("give_up", "not_taken_back")
_ENDS = {"paid": "paid", "failed": "failed", "expired": "expired", "cancelled": "cancelled"}


async def work_webhook_events(service: Service, creditor_id: UUID, *, limit: int) -> int:
    """Work on those that are due; one that cannot be worked on holds up no other."""
    scope = Scope(creditor_id, "system:payments", reason="job:work_webhook_events")
    async with service.db.read(scope) as session:
        events = await webhook_events.due(session, service.clock.now(), limit)
    for event in events:
        try:
            await _work(service, scope, event)
        except ProviderAway:
            await _put_off(service, scope, event, "provider_away")
        except (InningError, DBAPIError) as error:
            if is_transient(error):
                raise
            log.exception("webhook_event.failed", webhook_event_id=str(event.id))
            await _put_off(service, scope, event, getattr(error, "code", "internal_error"))
    return len(events)


async def _work(service: Service, scope: Scope, event: WebhookEvent) -> None:
    state = None
    if event.kind == "changed" and event.payment is not None:
        provider = webhooks_of(settings_of(service), event.provider)
        state = await provider.state(event.payment)
    scope = Scope(scope.creditor_id, f"provider:{event.provider}", reason="webhook")
    async with service.db.write(scope) as session:
        await _record(session, event, await _apply(session, event, state))
        if state is None and event.kind == "changed":
            kept = settings_of(service).refused_webhooks_kept
            await webhook_events.drop_refused_beyond(session, kept)


async def _put_off(service: Service, scope: Scope, event: WebhookEvent, reason: str) -> None:
    async with service.db.write(scope) as session:
        await _record(session, event, ("wait", reason))


async def _record(session: WriteSession, event: WebhookEvent, result: Result) -> None:
    trigger, reason = result
    if trigger == "wait" and event.tries + 1 >= MOST_TRIES:
        trigger = "give_up"
    await webhook_events.record_work(
        session,
        event,
        status=after(WEBHOOK_EVENT, "webhook event", event.status, trigger),
        reason=reason,
        try_at=session.info["clock"].now() + wait_after(event.tries + 1),
    )


async def _apply(session: WriteSession, event: WebhookEvent, state: ProviderState | None) -> Result:
    if event.kind == "changed":
        return await _apply_state(session, event, state)
    if event.kind == "report":
        await look_again(session, provider=event.provider)
        return _APPLIED
    reference = _uuid_or_none(event.reference)
    row = await online.find_provider_payment(
        session, provider_id=event.payment, reference=reference
    )
    if row is None:
        return ("wait", "unknown_payment")
    if event.kind in _ENDS:
        return await _end(session, row, event)
    if event.kind not in GIVEN_BACK_KINDS:
        return ("ignore", None)
    if row.status != "paid" or row.provider_id != event.payment:
        # Told before the payment itself: that is still on its way.
        return ("wait", "not_paid_yet")
    return await _follow_gone(session, row, event)


async def _apply_state(
    session: WriteSession, event: WebhookEvent, state: ProviderState | None
) -> Result:
    """What was fetched is the truth of this moment, whichever telling led to it."""
    if state is None:
        # Anybody can send an id: what even the provider does not know makes room again.
        return ("refuse", "unknown_to_provider")
    reference = _uuid_or_none(state.metadata.get("provider_payment_id"))
    row = await online.find_provider_payment(session, provider_id=state.id, reference=reference)
    if row is None:
        return ("wait", "unknown_payment")
    if row.provider_id not in {None, state.id}:
        return ("give_up", "other_payment")
    followed = await settle_provider_payment(session, row, state)
    return _APPLIED if followed else _NOT_FOLLOWED


async def _end(session: WriteSession, row: ProviderPayment, event: WebhookEvent) -> Result:
    """A visit may take several attempts, each with an id of its own; the paid one counts."""
    amount = _amount(event)
    other = row.provider_id not in {None, event.payment}
    if event.payment is None or (other and event.kind != "paid"):
        return ("ignore", "other_attempt")
    if other and row.status == "paid":
        await book_second_payment(session, row, event.payment, amount)
        return ("apply", PAID_TWICE)
    if row.status == "paid" and await _is_another_part(session, row, event, amount):
        return ("give_up", "captured_in_parts")
    if event.kind == "paid":
        row.provider_id = event.payment
    state = ProviderState(
        id=event.payment,
        outcome=event.kind,  # type: ignore[arg-type]
        amount=amount,
        charged_back=None,
    )
    await settle_provider_payment(session, row, state)
    return _APPLIED


async def _is_another_part(
    session: WriteSession, row: ProviderPayment, event: WebhookEvent, amount: Money
) -> bool:
    """Money beside what was booked: a payment captured in parts tells each of them as paid."""
    if event.kind != "paid" or not await webhook_events.was_told_before(session, event):
        return False
    return amount != Money(row.amount_minor, row.currency)


async def _follow_gone(session: WriteSession, row: ProviderPayment, event: WebhookEvent) -> Result:
    """All that was told of the payment counts, this event being the last to be looked at."""
    told = await webhook_events.told_given_back(session, event.provider, event.payment)
    currency = _amount(event).currency
    if any(one.amount.currency != currency for one in told):
        return _NOT_FOLLOWED
    gone, again = gone_in_all(told, currency), came_again_in_all(told, currency)
    done = await follow_gone(session, row, gone, again)
    return _APPLIED if done else _NOT_FOLLOWED


def _amount(event: WebhookEvent) -> Money:
    return Money(event.amount_minor or 0, event.currency or "EUR")


def _uuid_or_none(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
