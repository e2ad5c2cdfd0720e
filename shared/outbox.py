"""The transactional outbox: events leave with the change they tell of, or not at all.

`add` notes an event on the session; the commit edge writes all noted events as rows of the same
transaction. The relay (`shared.relay`) publishes the rows and then deletes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncSession

from shared import telemetry
from shared.bulk import insert_rows
from shared.events.envelope import Event, Received
from shared.ids import uuid7s
from shared.tables import outbox

if TYPE_CHECKING:
    from shared.db import WriteSession

_ROWS_AT_ONCE = 10_000


class Written(NamedTuple):
    """An event as it leaves. Of very many it takes a third of the memory of the events."""

    topic: str
    key: UUID
    type: str
    payload: bytes


def written(events: Iterable[Event]) -> list[Written]:
    return [Written(e.topic, e.key, e.event_type, to_json(e)) for e in events]


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
    _noted(session).append((traceparent, written(events)))


def add_written(session: WriteSession, events: Sequence[Written]) -> None:
    """As `add`, for so many events that a thread wrote them out meanwhile."""
    _noted(session).append((telemetry.current_traceparent(), events))


def _noted(session: AsyncSession) -> list[tuple[str | None, Sequence[Written]]]:
    noted: list[tuple[str | None, Sequence[Written]]] = session.info.setdefault("outbox", [])
    return noted


async def flush(session: AsyncSession) -> None:
    """Write what was noted, in the order it was noted; of very many, some thousands at a time."""
    noted = [(traceparent, event) for traceparent, events in _noted(session) for event in events]
    session.info.pop("outbox")
    creditor_id = session.info["scope"].creditor_id
    now = session.info["clock"].now()
    ids = uuid7s(len(noted))
    for start in range(0, len(noted), _ROWS_AT_ONCE):
        end = start + _ROWS_AT_ONCE
        await insert_rows(
            session,
            outbox,
            [
                {
                    "event_id": event_id,
                    "creditor_id": creditor_id,
                    "topic": event.topic,
                    "key": event.key,
                    "type": event.type,
                    "occurred_at": now,
                    "traceparent": traceparent,
                    "payload": event.payload,
                }
                for event_id, (traceparent, event) in zip(
                    ids[start:end], noted[start:end], strict=True
                )
            ],
        )
