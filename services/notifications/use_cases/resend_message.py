"""Say it again because a person asks: a new message with a cause of its own, written anew."""

from __future__ import annotations

from uuid import UUID

from services.notifications import repository
from services.notifications.archive import ContentErased
from services.notifications.domain.message import Channel, MessageState
from services.notifications.models import Message
from shared import telemetry
from shared.clock import Clock
from shared.crypto import Vault
from shared.db import WriteSession
from shared.errors import Conflict
from shared.ids import IdSource, uuid7

_UNFINISHED = (MessageState.REQUESTED, MessageState.RENDERED)


async def resend_message(
    session: WriteSession,
    message_id: UUID,
    channel: Channel | None,
    *,
    vault: Vault,
    clock: Clock,
    ids: IdSource = uuid7,
) -> UUID:
    """Ask for the same facts to be told once more, by `channel` if one is named.

    The text, the address and the date are those of today. Whoever had to look at the old message
    has done so. Refused while the old one is still on its way, and after the customer's erasure.
    """
    old = await repository.lock_message(session, message_id)
    if old.status in _UNFINISHED:
        raise Conflict("the message is still on its way", state=old.status)
    cipher = (await vault.open(session, [old.customer_id]))[old.customer_id]
    if cipher.erased or old.facts_sealed is None:
        raise ContentErased()
    old.attention = None
    now, new_id = clock.now(), ids()
    session.add(
        Message(
            id=new_id,
            creditor_id=old.creditor_id,
            cause_id=ids(),
            customer_id=old.customer_id,
            case_id=old.case_id,
            invoice_id=old.invoice_id,
            resends_id=old.id,
            template=old.template,
            status=MessageState.REQUESTED.value,
            asked_channel=channel,
            facts_sealed=old.facts_sealed,
            requested_at=now,
            awaits=old.awaits,
            wait_until=now if old.awaits else None,
            due_at=now,
            attempts=0,
            repeats=0,
            email_refused=False,
            traceparent=telemetry.current_traceparent(),
        )
    )
    await session.flush()
    return new_id
