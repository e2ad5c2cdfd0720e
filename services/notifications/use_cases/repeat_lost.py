"""Hand over again what may or may not have arrived: the same bytes, the same Message-ID."""

from __future__ import annotations

from services.notifications import repository
from services.notifications.domain.message import MessageState, Trigger, transition
from services.notifications.models import Message
from shared.bulk import update_rows
from shared.clock import Clock
from shared.db import WriteSession
from shared.rows import rows_of


async def repeat_lost(session: WriteSession, *, clock: Clock, limit: int) -> None:
    now = clock.now()
    lost = await repository.lock_lost(session, now, limit)
    await update_rows(
        session,
        rows_of(Message),
        [
            {
                "id": message.id,
                "status": transition(MessageState(message.status), Trigger.RESEND).value,
                "repeats": message.repeats + 1,
                "due_at": now,
            }
            for message in lost
        ],
    )
