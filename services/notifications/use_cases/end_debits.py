"""Keep which announced debits will not take place: what still says so is written anew, and who was
told already is told otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from services.notifications import repository
from services.notifications.domain.message import MessageState, Trigger, transition
from services.notifications.domain.templates import TemplateName
from services.notifications.models import EndedDebit, Message
from services.notifications.use_cases.revoke_announcements import revoke_announcements
from shared.bulk import insert_rows, update_rows
from shared.clock import Clock
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.events.envelope import Received
from shared.events.payments import DebitCancelled, DebitReturned
from shared.rows import rows_of

Ending = Received[DebitCancelled] | Received[DebitReturned]


async def end_debits(
    session: WriteSession, batch: Sequence[Ending], *, vault: Vault, clock: Clock
) -> None:
    """The writer leaves ended debits out; what was written and has not left is revised."""
    creditor_id, now = scope_of(session).creditor_id, clock.now()
    by_debit = {received.event.debit_id: received for received in batch}
    customers = {received.event.customer_id for received in batch}
    made = await insert_rows(
        session,
        rows_of(EndedDebit),
        [
            {
                "id": debit_id,
                "creditor_id": creditor_id,
                "customer_id": received.event.customer_id,
                "ended_at": now,
            }
            for debit_id, received in by_debit.items()
        ],
        on_conflict="DO NOTHING",
        returning="id",
    )
    news = set(made.scalars()) if made is not None else set()
    unsent = await repository.lock_unsent(session, customers)
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
    untold = {id_: by_debit[id_] for id_ in news if _is_to_be_told(by_debit[id_])}
    if untold:
        await revoke_announcements(session, untold, unsent, vault=vault, clock=clock)


def _is_to_be_told(received: Ending) -> bool:
    """What was collected and came back did take place, and what the debtor caused is told by the
    note on a returned debit."""
    event = received.event
    if isinstance(event, DebitCancelled):
        return True
    return event.never_collected and not event.concerns_debtor
