"""The transactional outbox: events leave with the change they tell of, or not at all.

`add` notes an event on the session; the commit edge writes all noted events as rows of the same
transaction. The relay (`shared.relay`) publishes the rows and then deletes them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncSession

from shared import telemetry
from shared.bulk import insert_rows
from shared.events.envelope import Event, Received
from shared.ids import uuid7s
from shared.tables import outbox

if TYPE_CHECKING:
    from shared.db import WriteSession


@dataclass(frozen=True, slots=True)
class Packed:
    """An event with its JSON."""

    event: Event
    payload: bytes


def pack(events: Iterable[Event]) -> list[Packed]:
    """For thousands of events, in a thread while the database works: `add` takes them as well."""
    return [Packed(event, to_json(event)) for event in events]


def add(
    session: WriteSession,
    *events: Event | Packed,
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
    noted: list[tuple[Event | Packed, str | None]] = session.info.setdefault("outbox", [])
    noted.extend((event, traceparent) for event in events)


async def flush(session: AsyncSession) -> None:
    """Write what was noted, in one statement and in the order it was noted."""
    noted: list[tuple[Event | Packed, str | None]] = session.info.pop("outbox", [])
    if not noted:
        return
    packed = [(e if isinstance(e, Packed) else pack([e])[0], parent) for e, parent in noted]
    creditor_id = session.info["scope"].creditor_id
    now = session.info["clock"].now()
    await insert_rows(
        session,
        outbox,
        [
            {
                "event_id": event_id,
                "creditor_id": creditor_id,
                "topic": one.event.topic,
                "key": one.event.key,
                "type": one.event.event_type,
                "occurred_at": now,
                "traceparent": traceparent,
                "payload": one.payload,
            }
            for event_id, (one, traceparent) in zip(uuid7s(len(packed)), packed, strict=True)
        ],
    )
