"""The transactional outbox: events leave with the change they tell of, or not at all.

`add` notes an event on the session; the commit edge writes all noted events as rows of the same
transaction. The relay (`shared.relay`) publishes the rows and then deletes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared import telemetry
from shared.bulk import insert_rows
from shared.events.envelope import Event, Received
from shared.ids import uuid7s
from shared.tables import outbox

if TYPE_CHECKING:
    from shared.db import WriteSession


def add(
    session: WriteSession,
    *events: Event,
    cause: Received[Any] | None = None,
    traceparent: str | None = None,
) -> None:
    """Emit `events` when this transaction commits.

    Lock the aggregate first, so that the rows' ids keep its order. In a batch, `cause` is the
    received event that led to these: their trace goes on from it. What a job emits later goes on
    from the `traceparent` kept with its row.
    """
    if cause is not None:
        traceparent = cause.traceparent
    elif traceparent is None:
        traceparent = telemetry.current_traceparent()
    noted: list[tuple[Event, str | None]] = session.info.setdefault("outbox", [])
    noted.extend((event, traceparent) for event in events)


async def flush(session: AsyncSession) -> None:
    """Write what was noted, in one statement and in the order it was noted."""
    noted: list[tuple[Event, str | None]] = session.info.pop("outbox", [])
    if not noted:
        return
    creditor_id = session.info["scope"].creditor_id
    now = session.info["clock"].now()
    await insert_rows(
        session,
        outbox,
        [
            {
                "event_id": event_id,
                "creditor_id": creditor_id,
                "topic": event.topic,
                "key": event.key,
                "type": event.event_type,
                "occurred_at": now,
                "traceparent": traceparent,
                "payload": event.model_dump_json().encode(),
            }
            for event_id, (event, traceparent) in zip(uuid7s(len(noted)), noted, strict=True)
        ],
    )
