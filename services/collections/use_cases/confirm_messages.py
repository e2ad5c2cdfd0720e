"""A step counts from the day its message really left; one that failed does not count at all."""

from __future__ import annotations

from collections.abc import Sequence

from services.collections.domain.decisions import Reason
from services.collections.domain.figures import pack
from services.collections.models import Step, WorklistItem
from services.collections.use_cases.look_again import know_customers, look_again
from shared.bulk import insert_rows, update_rows
from shared.db import WriteSession, scope_of
from shared.events.envelope import Received
from shared.events.notifications import MessageFailed, MessageSent
from shared.ids import derived_id
from shared.rows import rows_of

# Messages that collections asked for; an invoice that cannot be delivered is billing's.
_OURS = frozenset(
    {
        "friendly_reminder",
        "second_reminder",
        "fourteen_day_letter",
        "final_demand",
        "direct_debit_returned",
        "arrangement_confirmed",
        "arrangement_broken",
        "arrangement_completed",
        "dispute_received",
        "dispute_resolved",
    }
)


async def confirm_sent(session: WriteSession, batch: Sequence[Received[MessageSent]]) -> None:
    """`sent_on` is the day of dispatch: the term of a 14-day letter is reckoned from it."""
    events = {received.event.message_id: received.event for received in batch}
    await update_rows(
        session,
        rows_of(Step),
        [
            {
                "message_id": event.message_id,
                "status": "sent",
                "sent_on": event.sent_on,
                "channel": event.channel,
            }
            for event in events.values()
        ],
        key=("message_id",),
        where="steps.status IN ('requested', 'failed')",
    )
    await know_customers(session, {event.customer_id for event in events.values()})


async def record_failures(session: WriteSession, batch: Sequence[Received[MessageFailed]]) -> None:
    """The ladder goes round again by another channel, and a person looks for contact data."""
    now = session.info["clock"].now()
    received_of = {r.event.message_id: r for r in batch if r.event.template in _OURS}
    events = [received.event for received in received_of.values()]
    await update_rows(
        session,
        rows_of(Step),
        [
            {
                "message_id": event.message_id,
                "status": "failed",
                "failed_at": now,
                "failure": event.reason,
                "channel": event.channel,
            }
            for event in events
        ],
        key=("message_id",),
        where="steps.status IN ('requested', 'sent')",
    )
    await insert_rows(
        session,
        rows_of(WorklistItem),
        [
            {
                "id": derived_id(event.message_id, "failed"),
                "creditor_id": scope_of(session).creditor_id,
                "customer_id": event.customer_id,
                "kind": "unreachable",
                "status": "open",
                "reason_code": "message_failed",
                "figures": pack(Reason("message_failed", (("template", event.template),))),
                "created_on": event.failed_on,
            }
            for event in events
        ],
        on_conflict="DO NOTHING",
    )
    customer_ids = {event.customer_id for event in events}
    await know_customers(session, customer_ids)
    await look_again(session, customer_ids, causes=batch)
