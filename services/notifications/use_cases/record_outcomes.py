"""Write down what came of a hand-over: the log of tries, the new states, what others are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.notifications import repository
from services.notifications.domain.message import Channel, MessageState, Trigger, transition
from services.notifications.domain.road import ROAD_PAUSE, address_is_dead, road_is_closed
from services.notifications.domain.sending import (
    AskPerson,
    Bounced,
    SendOutcome,
    Sent,
    TryAgain,
    Unknown,
    after_send,
    resolve_unknown,
)
from services.notifications.domain.templates import TemplateName
from services.notifications.models import Customer, Message
from services.notifications.use_cases.hand_over import Tried
from services.notifications.use_cases.load_outgoing import Unreadable
from services.notifications.use_cases.log_tries import log_tries
from services.notifications.use_cases.revoke_announcements import revoke_overtaken
from shared import audit, outbox
from shared.bulk import update_rows
from shared.clock import Clock, business_date
from shared.crypto import Vault
from shared.db import WriteSession
from shared.events.envelope import Event
from shared.events.notifications import MessageFailed, MessageSent
from shared.rows import rows_of

_CHANGING = (
    "id",
    "status",
    "due_at",
    "attempts",
    "email_refused",
    "reason",
    "attention",
    "sent_at",
    "sent_on",
)


@dataclass(frozen=True, slots=True)
class Day:
    """The moment of recording, and the business days it means for e-mail and for the post."""

    now: datetime
    today: date
    posted_on: date


async def record_outcomes(
    session: WriteSession,
    tried: Sequence[Tried],
    *,
    vault: Vault,
    clock: Clock,
    print_house_days: int,
) -> None:
    """One statement each for the log and the states, however many there are."""
    day = await _day(session, clock, print_house_days)
    by_id = {item.outgoing.message.message_id: item for item in tried}
    messages = await repository.lock_messages(session, by_id)
    await log_tries(session, tried, day.now)
    changed: list[dict[str, Any]] = []
    for message in messages:
        item = by_id[message.id]
        # Withdrawn meanwhile, or written anew: what was tried stays in the log and moves nothing.
        if (
            message.status != MessageState.RENDERED
            or message.archived_id != item.outgoing.archived_id
        ):
            continue
        change = _after(message, item.outcome, day)
        changed.append({name: getattr(message, name) for name in _CHANGING} | change)
        if "sent_at" in change:
            # The hash in the chained audit trail: the archive cannot be changed unseen.
            subject = audit.subject_of("message", message.id)
            audit.record(session, "sent", subject, sha256=item.outgoing.message.sha256)
        event = _told(message, item, change, day)
        if event is not None:
            outbox.add(session, event, traceparent=message.traceparent)
    await update_rows(session, rows_of(Message), changed)
    left = {
        message_id: item.outgoing.archived_id
        for message_id, item in by_id.items()
        if isinstance(item.outcome, Sent)
        and item.outgoing.message.template is TemplateName.DIRECT_DEBIT_ANNOUNCED
    }
    if left:
        await revoke_overtaken(session, left, vault=vault, clock=clock)
    await _fall_back(session, changed, day.now)
    await _mark_dead_addresses(session, tried, vault, day.now)


async def record_unreadable(
    session: WriteSession, unreadable: Sequence[Unreadable], *, clock: Clock
) -> None:
    """The bytes are lost, so nothing can be sent: a person must know."""
    day = await _day(session, clock, 0)
    reasons = {item.message_id: item.reason for item in unreadable}
    changed = []
    for message in await repository.lock_messages(session, reasons):
        if message.status != MessageState.RENDERED:
            continue
        change = _failed(message, reasons[message.id])
        changed.append({name: getattr(message, name) for name in _CHANGING} | change)
        outbox.add(
            session,
            _failure(message, None, reasons[message.id], day),
            traceparent=message.traceparent,
        )
    await update_rows(session, rows_of(Message), changed)


async def _day(session: WriteSession, clock: Clock, print_house_days: int) -> Day:
    creditor = await repository.creditor(session)
    assert creditor is not None, "messages are written for creditors that are known"
    now = clock.now()
    today = business_date(now, ZoneInfo(creditor.time_zone))
    return Day(now, today, today + timedelta(days=print_house_days))


def _after(message: Message, outcome: SendOutcome | None, day: Day) -> dict[str, Any]:
    """The columns that change."""
    if outcome is None or road_is_closed(outcome):
        reason = outcome.reason_code if isinstance(outcome, Bounced) else message.reason
        return {"due_at": day.now + ROAD_PAUSE, "reason": reason}
    channel = Channel(message.channel or "")
    attempts = message.attempts + 1
    decision = after_send(outcome, channel, attempts, day.now)
    if isinstance(decision, TryAgain):
        return {"due_at": decision.not_before, "attempts": attempts, "reason": decision.reason}
    if isinstance(outcome, Unknown):
        return {"attempts": attempts, **_lost(message, channel, outcome, day.now)}
    if decision.trigger in {Trigger.BOUNCE, Trigger.FAIL}:
        reason = decision.reason or "refused"
        if channel is Channel.EMAIL:
            return {**_moved(message, Trigger.BOUNCE, reason), "email_refused": True}
        return _failed(message, reason)
    return {
        **_moved(message, decision.trigger, None),
        "attempts": attempts,
        "sent_at": day.now,
        "sent_on": day.posted_on if channel is Channel.LETTER else day.today,
    }


def _lost(message: Message, channel: Channel, lost: Unknown, now: datetime) -> dict[str, Any]:
    moved = _moved(message, Trigger.LOSE_TRACK, lost.reason)
    then = resolve_unknown(channel, message.repeats, now, now)
    if isinstance(then, AskPerson):
        return {**moved, "attention": then.reason}
    return {**moved, "due_at": then.not_before}


def _moved(message: Message, trigger: Trigger, reason: str | None) -> dict[str, Any]:
    state = transition(MessageState(message.status), trigger)
    return {"status": state.value, "due_at": None, "reason": reason}


def _failed(message: Message, reason: str) -> dict[str, Any]:
    return {**_moved(message, Trigger.FAIL, reason), "attention": reason}


def _told(message: Message, item: Tried, change: dict[str, Any], day: Day) -> Event | None:
    if change.get("sent_at") is not None:
        return MessageSent(
            message_id=message.id,
            cause_id=message.cause_id,
            customer_id=message.customer_id,
            template=message.template,
            channel=item.outgoing.message.channel.value,
            sent_at=change["sent_at"],
            sent_on=change["sent_on"],
            sha256=item.outgoing.message.sha256,
        )
    if change.get("status") == MessageState.FAILED:
        return _failure(message, item.outgoing.message.channel, change["reason"], day)
    return None


def _failure(message: Message, channel: Channel | None, reason: str, day: Day) -> MessageFailed:
    return MessageFailed(
        message_id=message.id,
        cause_id=message.cause_id,
        customer_id=message.customer_id,
        template=message.template,
        channel=None if channel is None else channel.value,
        reason=reason,
        failed_on=day.today,
    )


async def _fall_back(
    session: WriteSession, changed: Sequence[dict[str, Any]], now: datetime
) -> None:
    """What came back by e-mail is written again; the letter is the road that is left."""
    again = transition(MessageState.BOUNCED, Trigger.FALL_BACK).value
    bounced = [row["id"] for row in changed if row["status"] == MessageState.BOUNCED]
    await update_rows(
        session,
        rows_of(Message),
        [{"id": message_id, "status": again, "due_at": now} for message_id in bounced],
    )


async def _mark_dead_addresses(
    session: WriteSession, tried: Sequence[Tried], vault: Vault, now: datetime
) -> None:
    """Later messages do not try an address again until the customer has another one."""
    dead = {
        vault.blind_index(item.outgoing.message.recipient.lower())
        for item in tried
        if isinstance(item.outcome, Bounced)
        and item.outcome.permanent
        and item.outgoing.message.recipient
        and address_is_dead(item.outcome.reason_code)
    }
    await update_rows(
        session,
        rows_of(Customer),
        [{"email_index": index, "email_bounced_at": now} for index in dead],
        key=("email_index",),
    )
