"""Take down what is to be said: one message per cause, however often it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from services.notifications import repository
from services.notifications.domain.facts import InvoiceLine
from services.notifications.domain.message import MessageState
from services.notifications.domain.request import (
    MessageRequest,
    request_of_announcement,
    request_of_credit_note,
    request_of_invoice,
    request_of_step,
)
from services.notifications.models import Message
from shared.bulk import insert_rows
from shared.clock import Clock
from shared.crypto import CustomerCipher, Vault
from shared.db import WriteSession, scope_of
from shared.events.billing import InvoiceCredited, InvoiceIssued
from shared.events.collections import MessageRequested
from shared.events.envelope import Received
from shared.events.payments import DebitAnnounced
from shared.rows import rows_of

FACTS = "facts"


async def request_invoices(
    session: WriteSession,
    batch: Sequence[Received[InvoiceIssued]],
    *,
    vault: Vault,
    clock: Clock,
    link_wait: timedelta,
) -> None:
    """`link_wait`: how long an invoice may wait for its payment link or mandate."""
    requests = [(request_of_invoice(r.event), r.traceparent) for r in batch]
    await record_requests(session, requests, vault=vault, clock=clock, wait=link_wait)


async def request_credit_notes(
    session: WriteSession,
    batch: Sequence[Received[InvoiceCredited]],
    *,
    vault: Vault,
    clock: Clock,
) -> None:
    invoices = await repository.by_cause(session, [r.event.invoice_id for r in batch])
    ciphers = await vault.open(session, [row.customer_id for row in invoices.values()])
    requests = []
    for received in batch:
        invoice = invoices.get(received.event.invoice_id)
        facts = open_facts(invoice, ciphers[invoice.customer_id]) if invoice else None
        lines = [InvoiceLine.model_validate(line) for line in (facts or {}).get("lines", ())]
        requests.append((request_of_credit_note(received.event, lines), received.traceparent))
    await record_requests(session, requests, vault=vault, clock=clock)


async def request_steps(
    session: WriteSession,
    batch: Sequence[Received[MessageRequested]],
    *,
    vault: Vault,
    clock: Clock,
) -> None:
    requests = [(request_of_step(r.event), r.traceparent) for r in batch]
    await record_requests(session, requests, vault=vault, clock=clock)


async def request_announcements(
    session: WriteSession,
    batch: Sequence[Received[DebitAnnounced]],
    *,
    vault: Vault,
    clock: Clock,
) -> None:
    requests = [(request_of_announcement(r.event), r.traceparent) for r in batch]
    await record_requests(session, requests, vault=vault, clock=clock)


async def record_requests(
    session: WriteSession,
    requests: Sequence[tuple[MessageRequest, str | None]],
    *,
    vault: Vault,
    clock: Clock,
    wait: timedelta = timedelta(0),
    not_before: timedelta = timedelta(0),
) -> None:
    """Store each request, with its `traceparent`, unless its cause has a message already.

    `wait`: how long what it awaits may take; `not_before`: how long it is held in any case.
    """
    ciphers = await vault.open_or_create(session, [request.customer_id for request, _ in requests])
    creditor_id, now = scope_of(session).creditor_id, clock.now()
    await insert_rows(
        session,
        rows_of(Message),
        [
            {
                "creditor_id": creditor_id,
                **requested_row(request, now),
                "due_at": now + not_before,
                "facts_sealed": seal_facts(request, ciphers[request.customer_id]),
                "wait_until": now + wait if request.awaits else None,
                "traceparent": traceparent,
            }
            for request, traceparent in requests
        ],
        on_conflict="DO NOTHING",
    )


def requested_row(request: MessageRequest, now: datetime) -> dict[str, Any]:
    """The columns of a message nothing was done about yet."""
    return {
        "id": request.message_id,
        "cause_id": request.cause_id,
        "customer_id": request.customer_id,
        "case_id": request.case_id,
        "invoice_id": request.invoice_id,
        "template": str(request.template),
        "status": MessageState.REQUESTED.value,
        "requested_at": now,
        "awaits": request.awaits,
        "due_at": now,
        "attempts": 0,
        "repeats": 0,
        "email_refused": False,
    }


def seal_facts(request: MessageRequest, cipher: CustomerCipher) -> bytes | None:
    return cipher.encrypt_bytes(FACTS, orjson.dumps(request.facts))


def open_facts(message: Message, cipher: CustomerCipher) -> dict[str, Any] | None:
    """What the message tells; None once the customer is erased."""
    stored = cipher.decrypt_bytes(FACTS, message.facts_sealed)
    return None if stored is None else dict(orjson.loads(stored))
