"""Bring requested messages into their final form and archive the bytes, before any of them leaves.

One transaction per chunk: load everything, decide, typeset, write everything. A process that dies
in the middle leaves the chunk as it was.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.notifications import archive, repository
from services.notifications.domain.announcement import Overtaken, revoked, still_true
from services.notifications.domain.channel import Use, choose_channel
from services.notifications.domain.message import Channel, MessageState, Trigger, transition
from services.notifications.domain.parties import Creditor
from services.notifications.domain.templates import TEMPLATES, TemplateName
from services.notifications.models import Archived, Customer, Message, Preference
from services.notifications.press import Order, Press, Printed, Spoiled
from services.notifications.use_cases.parties import (
    contact_of,
    creditor_of,
    customer_of,
    preference_of,
)
from services.notifications.use_cases.record_customers import ERASED
from services.notifications.use_cases.request_messages import open_facts
from shared import outbox
from shared.bulk import insert_rows, update_rows
from shared.clock import Clock, business_date
from shared.crypto import CustomerCipher, Tampered, Vault
from shared.db import WriteSession, scope_of
from shared.events.notifications import MessageFailed
from shared.ids import uuid7
from shared.rows import rows_of


@dataclass(frozen=True, slots=True)
class Refused:
    """It will not be written; `reason` is a stable code. What is `withdrawn` is no failure: the
    customer is erased, or nothing is left to say."""

    reason: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    printed: Printed
    channel: Channel
    # Why this road.
    reason: str


Verdict = Written | Refused

_OF_DEBITS = (TemplateName.DIRECT_DEBIT_ANNOUNCED, TemplateName.DIRECT_DEBIT_REVOKED)


@dataclass(frozen=True, slots=True)
class Desk:
    """All that the writing of one chunk needs, loaded once."""

    creditor: Creditor
    customers: Mapping[UUID, Customer]
    ciphers: Mapping[UUID, CustomerCipher]
    preferences: Mapping[UUID, Preference]
    links: Mapping[UUID, str]
    balance_links: Mapping[UUID, str]
    mandates: Mapping[UUID, str]
    ended_debits: Collection[UUID]
    now: datetime

    @property
    def today(self) -> date:
        return business_date(self.now, ZoneInfo(self.creditor.time_zone))


async def write_messages(
    session: WriteSession, *, press: Press, vault: Vault, clock: Clock, limit: int
) -> int:
    """Write up to `limit` messages; returns how many were taken in hand.

    Raises `InvalidInput` when the creditor's letter head is not fit for any letter.
    """
    messages = await repository.lock_requested(session, clock.now(), limit)
    if not messages:
        return 0
    desk = await _lay_out(session, messages, vault, clock.now())
    drafts = {message.id: _draft(message, desk) for message in messages}
    orders = [draft[0] for draft in drafts.values() if not isinstance(draft, Refused)]
    printed = {result.message_id: result for result in await press.print_all(orders)}
    verdicts: dict[UUID, Verdict] = {}
    for message_id, draft in drafts.items():
        if isinstance(draft, Refused):
            verdicts[message_id] = draft
            continue
        result = printed[message_id]
        verdicts[message_id] = (
            Refused(result.reason)
            if isinstance(result, Spoiled)
            else Written(result, draft[0].channel, draft[1])
        )
    await _record(session, messages, verdicts, desk)
    return len(messages)


async def _lay_out(
    session: WriteSession, messages: Sequence[Message], vault: Vault, now: datetime
) -> Desk:
    row = await repository.creditor(session)
    assert row is not None, "jobs run for creditors that are known"
    ids = {message.customer_id for message in messages}
    invoices = {message.invoice_id for message in messages if message.invoice_id}
    told_of_debits = {m.customer_id for m in messages if m.template in _OF_DEBITS}
    of_several = {message.customer_id for message in messages if not message.invoice_id}
    return Desk(
        creditor=creditor_of(row, await repository.letterhead(session)),
        customers=await repository.customers(session, ids),
        ciphers=await vault.open(session, ids),
        preferences=await repository.preferences(session, ids),
        links=await repository.links(session, invoices),
        balance_links=await repository.balance_links(session, of_several),
        mandates=await repository.active_mandates(session, ids),
        ended_debits=await repository.ended_debits(session, told_of_debits),
        now=now,
    )


def _draft(message: Message, desk: Desk) -> tuple[Order, str] | Refused:
    """The order to typeset with the reason for its road, or why there is none."""
    try:
        cipher = desk.ciphers[message.customer_id]
        facts = open_facts(message, cipher)
        row = desk.customers[message.customer_id]
        customer = customer_of(row, cipher)
    except Tampered:
        return Refused("stored_data_damaged")
    if facts is None or row.erased_at is not None:
        return Refused(ERASED, withdrawn=True)
    if customer is None:
        return Refused("customer_has_no_name")
    if message.template == TemplateName.DIRECT_DEBIT_REVOKED:
        facts = revoked(facts, desk.ended_debits)
    if message.template == TemplateName.DIRECT_DEBIT_ANNOUNCED:
        current = still_true(facts, desk.ended_debits, desk.today)
        if isinstance(current, Overtaken):
            return Refused(current.reason, withdrawn=current.is_void)
        facts = current
    decision = choose_channel(
        preference_of(desk.preferences.get(row.id), message.asked_channel),
        contact_of(customer, row, email_refused=message.email_refused),
        legal=_is_legal(message.template),
    )
    if not isinstance(decision, Use):
        return Refused(f"no_channel:{decision.email},{decision.letter}")
    order = Order(
        message_id=message.id,
        template=message.template,
        facts=_with_payment_way(message, facts, desk),
        creditor=desk.creditor,
        customer=customer,
        channel=decision.channel,
        at=desk.now,
    )
    return order, decision.reason.value


def _with_payment_way(message: Message, facts: dict[str, Any], desk: Desk) -> dict[str, Any]:
    """The facts with what arrived since: the payment link, or the mandate of a direct debit."""
    mandate = desk.mandates.get(message.customer_id)
    if message.awaits == "mandate" and mandate is not None:
        debit = {"collect_on": facts.get("due_on"), "mandate_reference": mandate}
        return {**facts, "direct_debit": debit}
    if message.invoice_id:
        link = desk.links.get(message.invoice_id)
    else:
        several = len(facts.get("invoices", ())) > 1
        link = desk.balance_links.get(message.customer_id) if several else None
    return facts if link is None else {**facts, "link": link}


def _is_legal(template: str) -> bool:
    return template in TEMPLATES and TEMPLATES[TemplateName(template)].legal


async def _record(
    session: WriteSession,
    messages: Sequence[Message],
    verdicts: Mapping[UUID, Verdict],
    desk: Desk,
) -> None:
    creditor_id = scope_of(session).creditor_id
    archived, changed = [], []
    for message in messages:
        verdict = verdicts[message.id]
        if isinstance(verdict, Refused):
            changed.append(_refused_row(message, verdict))
            continue
        kept = _archive_row(message, verdict, desk)
        archived.append({"creditor_id": creditor_id, **kept})
        changed.append(_written_row(message, verdict, kept["id"], desk.now))
    await insert_rows(session, rows_of(Archived), archived)
    await update_rows(session, rows_of(Message), changed)
    for message in messages:
        verdict = verdicts[message.id]
        if isinstance(verdict, Refused) and not verdict.withdrawn:
            outbox.add(
                session,
                MessageFailed(
                    message_id=message.id,
                    cause_id=message.cause_id,
                    customer_id=message.customer_id,
                    template=message.template,
                    channel=None,
                    reason=verdict.reason,
                    failed_on=desk.today,
                ),
                traceparent=message.traceparent,
            )


def _archive_row(message: Message, written: Written, desk: Desk) -> dict[str, Any]:
    printed, cipher = written.printed, desk.ciphers[message.customer_id]
    archived_id = uuid7()
    return {
        "id": archived_id,
        "message_id": message.id,
        "customer_id": message.customer_id,
        "channel": written.channel.value,
        "template_version": printed.template_version,
        "language": printed.language,
        "content_type": printed.content_type,
        "content_sealed": archive.seal(cipher, archived_id, printed.compressed),
        "size_bytes": printed.size_bytes,
        "sha256": printed.sha256,
        "recipient_sealed": cipher.encrypt(archive.RECIPIENT, printed.recipient),
        "country": printed.country,
        "rendered_at": desk.now,
    }


def _written_row(
    message: Message, written: Written, archived_id: UUID, now: datetime
) -> dict[str, Any]:
    return {
        "id": message.id,
        "status": transition(MessageState(message.status), Trigger.RENDER).value,
        "channel": written.channel.value,
        "archived_id": archived_id,
        "due_at": now,
        "attempts": 0,
        "reason": written.reason,
        "attention": None,
    }


def _refused_row(message: Message, refused: Refused) -> dict[str, Any]:
    trigger = Trigger.WITHDRAW if refused.withdrawn else Trigger.FAIL
    return {
        "id": message.id,
        "status": transition(MessageState(message.status), trigger).value,
        "channel": message.channel,
        "archived_id": message.archived_id,
        "due_at": None,
        "attempts": message.attempts,
        "reason": refused.reason,
        "attention": None if refused.withdrawn else refused.reason,
    }
