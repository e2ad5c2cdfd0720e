"""The log of sending: one row per try, written once and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.notifications.domain.sending import Bounced, SendOutcome, Sent, Unknown
from services.notifications.models import Delivery
from services.notifications.use_cases.hand_over import Tried
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.ids import uuid7
from shared.rows import rows_of


async def log_tries(session: WriteSession, tried: Sequence[Tried], now: datetime) -> None:
    creditor_id = scope_of(session).creditor_id
    await insert_rows(
        session,
        rows_of(Delivery),
        [
            {
                "id": uuid7(),
                "creditor_id": creditor_id,
                "message_id": item.outgoing.message.message_id,
                "archived_id": item.outgoing.archived_id,
                "channel": item.outgoing.message.channel.value,
                "at": now,
                **_logged(item.outcome),
            }
            for item in tried
            if item.outcome is not None
        ],
    )


def _logged(outcome: SendOutcome) -> dict[str, str | None]:
    match outcome:
        case Sent(reference):
            return {"outcome": "accepted", "reason": None, "provider_reference": reference}
        case Bounced(reason, permanent):
            word = "refused" if permanent else "deferred"
            return {"outcome": word, "reason": reason, "provider_reference": None}
        case Unknown(reason):
            return {"outcome": "unknown", "reason": reason, "provider_reference": None}
