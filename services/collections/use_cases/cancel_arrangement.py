"""Call an arrangement off: the dunning goes on where it stood."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from services.collections.domain import arrangement as arrangements
from services.collections.domain.transition import transition
from services.collections.models import Arrangement
from services.collections.repository import agreements, looking
from services.collections.use_cases.look_again import look_again
from shared import outbox
from shared.clock import Clock, business_date
from shared.db import WriteSession
from shared.events.collections import ArrangementEnded


async def cancel_arrangement(
    session: WriteSession, arrangement_id: UUID, *, clock: Clock
) -> Arrangement:
    row = await agreements.arrangement(session, arrangement_id)
    await looking.lock_customer(session, row.customer_id)
    await session.refresh(row)
    creditor = await looking.creditor(session)
    row.status = transition(arrangements.NOUN, arrangements.TRANSITIONS, row.status, "cancel")
    row.ended_on = business_date(clock.now(), ZoneInfo(creditor.time_zone))
    await session.flush()
    await look_again(session, [row.customer_id])
    outbox.add(
        session,
        ArrangementEnded(
            arrangement_id=row.id,
            customer_id=row.customer_id,
            outcome="cancelled",
            ended_on=row.ended_on,
        ),
    )
    return row
