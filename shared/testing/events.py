"""Deliver events to a service's handlers as its consumer would, and read what it emitted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import asyncpg

from shared.consumer import EventConsumer, Handlers
from shared.events.envelope import REGISTRY, Event, Received
from shared.ids import uuid7
from shared.service import Service


def receive(service: Service, creditor_id: UUID, *events: Event) -> list[Received[Any]]:
    """Wrap `events` as if they had just been read from Kafka."""
    return [
        Received(
            id=uuid7(),
            creditor_id=creditor_id,
            source="/inning/test",
            time=service.clock.now(),
            event=event,
        )
        for event in events
    ]


async def deliver(
    service: Service, handlers: Handlers, creditor_id: UUID, *events: Event | Received[Any]
) -> list[Received[Any]]:
    """One batch through inbox and handlers, committed. A `Received` is delivered again as it is."""
    batch = [
        item if isinstance(item, Received) else receive(service, creditor_id, item)[0]
        for item in events
    ]
    consumer = EventConsumer(
        service.name, handlers, db=service.db, context=service, bootstrap_servers="unused:0"
    )
    await consumer.transact(creditor_id, batch)
    return batch


async def emitted(service: Service) -> list[Event]:
    """What the service has put in its outbox so far, in order."""
    url = service.settings.relay_database_url.get_secret_value()
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT type, payload FROM outbox ORDER BY id")
    finally:
        await connection.close()
    return [REGISTRY[row["type"]].model_validate_json(row["payload"]) for row in rows]
