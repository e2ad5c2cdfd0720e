"""Keep which announced debits will not take place, and have what still says so written anew."""

from __future__ import annotations

from collections.abc import Sequence

from services.notifications import repository
from services.notifications.domain.message import MessageState, Trigger, transition
from services.notifications.domain.templates import TemplateName
from services.notifications.models import EndedDebit, Message
from shared.bulk import insert_rows, update_rows
from shared.clock import Clock
from shared.db import WriteSession, scope_of
from shared.events.envelope import Received
from shared.events.payments import DebitCancelled, DebitReturned
from shared.rows import rows_of


async def end_debits(
    session: WriteSession,
    batch: Sequence[Received[DebitCancelled] | Received[DebitReturned]],
    *,
    clock: Clock,
) -> None:
    """The writer leaves ended debits out; only what was written and has not left is revised."""
    creditor_id, now = scope_of(session).creditor_id, clock.now()
    customers = {received.event.debit_id: received.event.customer_id for received in batch}
    await insert_rows(
        session,
        rows_of(EndedDebit),
        [
            {
                "id": debit_id,
                "creditor_id": creditor_id,
                "customer_id": customer_id,
                "ended_at": now,
            }
            for debit_id, customer_id in customers.items()
        ],
        on_conflict="DO NOTHING",
    )
    unsent = await repository.lock_unsent(session, customers.values())
    announced = TemplateName.DIRECT_DEBIT_ANNOUNCED
    again = transition(MessageState.RENDERED, Trigger.REVISE).value
    await update_rows(
        session,
        rows_of(Message),
        [
            {"id": message.id, "status": again, "due_at": now}
            for message in unsent
            if message.template == announced and message.status == MessageState.RENDERED
        ],
    )
