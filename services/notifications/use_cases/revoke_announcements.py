"""Tell who was sent an announcement that a debit of it will not take place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.notifications import repository
from services.notifications.domain.message import MessageState
from services.notifications.domain.request import request_of_revocation
from services.notifications.domain.templates import TemplateName
from services.notifications.models import Message
from services.notifications.use_cases.request_messages import open_facts, record_requests
from shared.clock import Clock
from shared.crypto import CustomerCipher, Vault
from shared.db import WriteSession
from shared.events.envelope import Received

# Debits of a run end one after the other; one message tells of all that were announced together.
_GATHER = timedelta(minutes=15)


async def revoke_announcements(
    session: WriteSession,
    ended: Mapping[UUID, Received[Any]],
    unsent: Sequence[Message],
    *,
    vault: Vault,
    clock: Clock,
) -> None:
    """`ended`: debits whose end is news, kept already; `unsent`: what has not left to their
    customers, locked. A revocation among that tells whatever has ended when it is written."""
    customers = {received.event.customer_id for received in ended.values()}
    left = await repository.left_announcements(session, customers)
    ciphers = await vault.open(session, customers)
    told = {message.id: _facts(message, ciphers) for message in left}
    # Where it was said again by hand, the later announcement is the one that is revoked.
    naming = {
        UUID(debit["debit_id"]): message
        for message in left
        for debit in told[message.id].get("debits", ())
    }
    waiting = {
        _facts(message, ciphers).get("announcement_id")
        for message in unsent
        if message.template == TemplateName.DIRECT_DEBIT_REVOKED
        and message.status == MessageState.REQUESTED
    }
    due: dict[UUID, list[UUID]] = {}
    for debit_id in ended.keys() & naming.keys():
        if str(naming[debit_id].id) not in waiting:
            due.setdefault(naming[debit_id].id, []).append(debit_id)
    # Never announced, or revoked before.
    earlier = await repository.ended_debits(session, customers) - ended.keys()
    requests = []
    for message_id, debit_ids in due.items():
        first = ended[min(debit_ids)]
        facts = told[message_id]
        debits = [debit for debit in facts["debits"] if UUID(debit["debit_id"]) not in earlier]
        request = request_of_revocation(
            message_id, first.event.customer_id, {**facts, "debits": debits}, debit_ids
        )
        requests.append((request, first.traceparent))
    await record_requests(session, requests, vault=vault, clock=clock, not_before=_GATHER)


async def revoke_overtaken(
    session: WriteSession, left: Mapping[UUID, UUID], *, vault: Vault, clock: Clock
) -> None:
    """Announcements that left although a debit of theirs had ended since they were written: they
    were on their way, or went out once more. `left`: by message, which form of it."""
    messages = await repository.lock_messages(session, left)
    customers = {message.customer_id for message in messages}
    ended_at = await repository.ended_debits_at(session, customers)
    if not ended_at:
        return
    written_at = await repository.written_at(session, left.values())
    ciphers = await vault.open(session, customers)
    requests = []
    for message in messages:
        facts, written = _facts(message, ciphers), written_at[left[message.id]]
        # The writer left out what had ended by then.
        gone = {debit_id for debit_id, at in ended_at.items() if at <= written}
        debits = [d for d in facts.get("debits", ()) if UUID(d["debit_id"]) not in gone]
        ended = [id_ for d in debits if (id_ := UUID(d["debit_id"])) in ended_at]
        if ended:
            request = request_of_revocation(
                message.id, message.customer_id, {**facts, "debits": debits}, ended
            )
            requests.append((request, message.traceparent))
    await record_requests(session, requests, vault=vault, clock=clock, not_before=_GATHER)


def _facts(message: Message, ciphers: Mapping[UUID, CustomerCipher]) -> dict[str, Any]:
    """Nothing of who was erased."""
    return open_facts(message, ciphers[message.customer_id]) or {}
