"""Publishes the outbox: one leader per service, rows in the order of their ids.

It reads what is there, never "id greater than the last": ids become visible out of order. A row
is deleted only after all replicas have acknowledged it, so a relay that dies leaves it to the
next, which publishes it again; the readers' inboxes drop the double.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.kafka import event_headers, new_producer
from shared.telemetry import log, meter
from shared.waiting import pause, wait_any

_IDLE_POLL_S = 1.0
_STANDBY_POLL_S = 1.0

_published = meter.create_counter("inning.outbox.published", description="events published")

# One leader per schema: the lock's second half is the schema's own number.
_TRY_LEAD = "SELECT pg_try_advisory_lock(1221, hashtext(current_schema()))"
_READ = (
    "SELECT id, event_id, creditor_id, topic, key, type, occurred_at, traceparent, payload"
    " FROM outbox ORDER BY id LIMIT $1"
)
_DELETE = "DELETE FROM outbox WHERE id = ANY($1)"
_STATE = "SELECT count(*) AS pending, min(occurred_at) AS oldest FROM outbox"


class Relay:
    """Runs until stopped; survives the database and the broker going away."""

    def __init__(
        self,
        service: str,
        relay_url: str,
        bootstrap_servers: str,
        *,
        stirred: asyncio.Event | None = None,
        batch: int = 2_000,
    ) -> None:
        self._service = service
        self._url = relay_url
        self._bootstrap_servers = bootstrap_servers
        self._batch = batch
        # Set after each batch: what caused the events may have left work for a clock job.
        self._stirred = stirred or asyncio.Event()
        self._wake = asyncio.Event()
        self._asking = asyncio.Lock()
        self._watch: asyncpg.Connection | None = None
        self.published = 0
        self.leads = False

    async def run(self, stop: asyncio.Event) -> None:
        delay_s = 0.1
        while not stop.is_set():
            try:
                await self._lead(stop)
                delay_s = 0.1
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, KafkaError) as error:
                log.warning("relay.interrupted", error=type(error).__name__)
                await pause(stop, delay_s)
                delay_s = min(delay_s * 2, 5.0)
            finally:
                self.leads = False
        if self._watch is not None:
            await self._watch.close(timeout=2)

    async def state(self) -> tuple[int, Any]:
        """As `outbox_state`, over one connection that is kept: health is asked for all the time."""
        async with self._asking:
            if self._watch is None or self._watch.is_closed():
                self._watch = await asyncpg.connect(self._url, timeout=5)
            (row,) = await self._watch.fetch(_STATE)
        return row["pending"], row["oldest"]

    async def _lead(self, stop: asyncio.Event) -> None:
        connection = await asyncpg.connect(self._url, timeout=5)
        try:
            while not await connection.fetchval(_TRY_LEAD):
                if await pause(stop, _STANDBY_POLL_S):
                    return
            await connection.add_listener(f"outbox_{self._service}", self._on_notify)
            producer = new_producer(self._bootstrap_servers)
            await producer.start()
            try:
                self.leads = True
                await self._publish_until(stop, connection, producer)
            finally:
                await producer.stop()
        finally:
            await connection.close(timeout=2)

    def _on_notify(self, *_: Any) -> None:
        self._wake.set()

    async def _publish_until(
        self, stop: asyncio.Event, connection: asyncpg.Connection, producer: AIOKafkaProducer
    ) -> None:
        while True:
            self._wake.clear()
            rows = await connection.fetch(_READ, self._batch)
            if rows:
                await self._publish(producer, rows)
                await connection.execute(_DELETE, [row["id"] for row in rows])
                self.published += len(rows)
                _published.add(len(rows), {"service": self._service})
                self._stirred.set()
            if stop.is_set() and len(rows) < self._batch:
                return
            if len(rows) < self._batch:
                await wait_any((self._wake, stop), _IDLE_POLL_S)

    async def _publish(self, producer: AIOKafkaProducer, rows: Sequence[asyncpg.Record]) -> None:
        source = f"/inning/{self._service}"
        sent = [
            await producer.send(
                row["topic"],
                value=row["payload"],
                key=row["key"].bytes,
                headers=event_headers(row, source=source),
            )
            for row in rows
        ]
        await producer.flush()
        for outcome in sent:
            await outcome


async def outbox_state(relay_url: str) -> tuple[int, Any]:
    """How many events wait, and since when the oldest one does (None when there are none)."""
    connection = await asyncpg.connect(relay_url, timeout=5)
    try:
        (row,) = await connection.fetch(_STATE)
        return row["pending"], row["oldest"]
    finally:
        await connection.close()
