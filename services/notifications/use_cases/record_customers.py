"""Keep whom to write to, sealed with each customer's key; forget those who asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.notifications import repository
from services.notifications.domain.message import MessageState, Trigger, transition
from services.notifications.models import Customer, Message
from services.notifications.use_cases.upserts import newer_wins, newest
from shared.bulk import insert_rows, update_rows
from shared.clock import Clock
from shared.crypto import CustomerCipher, Vault
from shared.db import WriteSession, scope_of
from shared.events.billing import CustomerChanged
from shared.events.envelope import Received
from shared.rows import rows_of

ERASED = "customer_erased"
_COLUMNS = (
    "version",
    "number",
    "kind",
    "language",
    "name_sealed",
    "email_sealed",
    "address_sealed",
    "email_index",
    "erased_at",
)
# Another address has not bounced yet.
_KEEP_BOUNCE = (
    ", email_bounced_at = CASE WHEN customers.email_index = excluded.email_index"
    " THEN customers.email_bounced_at END"
)


async def record_customers(
    session: WriteSession,
    batch: Sequence[Received[CustomerChanged]],
    *,
    vault: Vault,
    clock: Clock,
) -> None:
    events = newest((received.event for received in batch), "customer_id")
    creditor_id, now = scope_of(session).creditor_id, clock.now()
    erased = [event.customer_id for event in events if event.erased]
    ciphers = await vault.open_or_create(session, [event.customer_id for event in events])
    # With its key destroyed, nothing about the person can be sealed, let alone read, again.
    await vault.destroy_all(session, erased)
    rows = [
        {
            "id": event.customer_id,
            "creditor_id": creditor_id,
            "version": event.version,
            "number": event.number,
            "kind": event.kind,
            "language": event.language,
            **_sealed(event, ciphers[event.customer_id], vault),
            "email_bounced_at": None,
            "erased_at": now if event.erased else None,
        }
        for event in events
    ]
    await insert_rows(
        session,
        rows_of(Customer),
        rows,
        on_conflict=newer_wins("customers", _COLUMNS, extra=_KEEP_BOUNCE),
    )
    if erased:
        await _withdraw(session, erased, now)


def _sealed(event: CustomerChanged, cipher: CustomerCipher, vault: Vault) -> dict[str, Any]:
    if event.erased:
        return dict.fromkeys(("name_sealed", "email_sealed", "address_sealed", "email_index"))
    email = event.email or None
    return {
        "name_sealed": cipher.encrypt("name", event.name),
        "email_sealed": cipher.encrypt("email", email),
        "address_sealed": cipher.encrypt("address", event.address.model_dump_json()),
        "email_index": vault.blind_index(email.lower()) if email else None,
    }


async def _withdraw(session: WriteSession, erased: Sequence[UUID], now: datetime) -> None:
    """What has not left yet to an erased person never leaves; what left stays in the log."""
    unsent = await repository.lock_unsent(session, erased)
    await update_rows(
        session,
        rows_of(Message),
        [
            {
                "id": message.id,
                "status": transition(MessageState(message.status), _trigger(message)),
                "reason": ERASED,
                "due_at": None,
            }
            for message in unsent
        ],
    )


def _trigger(message: Message) -> Trigger:
    # What may have arrived cannot be taken back.
    lost = message.status == MessageState.UNKNOWN
    return Trigger.FAIL if lost else Trigger.WITHDRAW
