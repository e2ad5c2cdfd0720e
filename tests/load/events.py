"""The event road: outbox, relay, Kafka, inbox, effect. Beside it the floor of the same run.

Sender and relay run in this process, the consumer in another, as in production. The floor is what
the machine gives without us: aiokafka producing and consuming the same bytes, and COPY of the same
rows. The ratio says what our guarantees cost.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer

from deploy.local.infra import Infra
from services.billing.config import Settings
from services.billing.models import NumberSeries
from shared import outbox
from shared.bulk import insert_rows
from shared.consumer import EventConsumer
from shared.db import Scope, WriteSession
from shared.events.envelope import Received
from shared.events.payments import ProviderPaidOut
from shared.ids import uuid7
from shared.kafka import create_topics, new_producer
from shared.money import Money
from shared.relay import Relay
from shared.rows import rows_of
from shared.service import Service
from shared.testing.databases import TestDatabases
from shared.testing.eventually import until
from shared.testing.groups import start_at_the_end
from shared.testing.settings import MASTER_KEY
from tests.load.figures import Figure

TOPIC = ProviderPaidOut.topic
PARTITIONS = 6


def _service(databases: TestDatabases, database: str, servers: str) -> Service:
    return Service(
        "billing",
        Settings.model_validate(
            {
                "environment": "test",
                "database_url": databases.url(database, "inning_billing"),
                "relay_database_url": databases.url(database, "inning_billing_relay"),
                "kafka_bootstrap_servers": servers,
                "master_key": MASTER_KEY,
            }
        ),
    )


async def effect(
    session: WriteSession, batch: Sequence[Received[ProviderPaidOut]], _service: Any
) -> None:
    """One row per event, with the moment it was told: the smallest effect there is."""
    await insert_rows(
        session,
        rows_of(NumberSeries),
        [
            {
                "creditor_id": received.creditor_id,
                "series": str(received.event.payout_id),
                "next_number": received.event.amount.minor,
            }
            for received in batch
        ],
    )


def consume(admin_url: str, database: str, servers: str, group: str, told: Any) -> None:
    """The other service, in a process of its own, until told to stop."""

    async def run() -> None:
        service = _service(TestDatabases(admin_url), database, servers)
        consumer = EventConsumer(
            group,
            {ProviderPaidOut: effect},
            db=service.db,
            context=service,
            bootstrap_servers=servers,
        )
        stop = asyncio.Event()
        running = asyncio.create_task(consumer.run(stop))
        await asyncio.to_thread(told.wait)
        stop.set()
        await running
        await service.close()

    asyncio.run(run())


def event(minor: int) -> ProviderPaidOut:
    return ProviderPaidOut.model_validate(
        {"payout_id": uuid7(), "amount": Money(minor, "EUR"), "booked_on": "2026-04-01"}
    )


class Road:
    """One database, one consumer process, one relay."""

    def __init__(self, infra: Infra, databases: TestDatabases, database: str) -> None:
        self.servers = infra.kafka_bootstrap_servers
        self.databases, self.database = databases, database
        self.service = _service(databases, database, self.servers)
        self.scope = Scope(uuid7(), "system:bench")
        self.group = f"bench-{uuid4().hex[:8]}"
        url = self.service.settings.relay_database_url.get_secret_value()
        self.relay = Relay("billing", url, self.servers)
        self._stop = asyncio.Event()
        self._told = multiprocessing.get_context("spawn").Event()

    async def __aenter__(self) -> Road:
        await start_at_the_end(self.servers, f"inning.{self.group}", [TOPIC])
        self._relaying = asyncio.create_task(self.relay.run(self._stop))
        self._process = multiprocessing.get_context("spawn").Process(
            target=consume,
            args=(
                self.databases.admin_url,
                self.database,
                self.servers,
                self.group,
                self._told,
            ),
        )
        self._process.start()
        self.admin = await asyncpg.connect(self.databases.url(self.database))
        await self.send([event(0)])
        await self.wait_for(1)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        self._told.set()
        await self._relaying
        await asyncio.to_thread(self._process.join, 30)
        await self.admin.close()
        await self.service.close()

    async def send(self, events: list[ProviderPaidOut]) -> None:
        async with self.service.db.write(self.scope) as session:
            outbox.add(session, *events)

    async def wait_for(self, count: int) -> None:
        async def is_there() -> bool:
            return await self.effects() >= count

        await until(is_there, seconds=120)

    async def effects(self) -> int:
        query = "SELECT count(*) FROM billing.number_series WHERE creditor_id = $1"
        return int(await self.admin.fetchval(query, self.scope.creditor_id))


async def throughput(infra: Infra, databases: TestDatabases, count: int) -> float:
    """Events a second from the first commit to the last committed effect."""
    database = await databases.create()
    try:
        async with Road(infra, databases, database) as road:
            events = [event(n) for n in range(count)]
            began = time.perf_counter()
            for start in range(0, count, 1_000):
                await road.send(events[start : start + 1_000])
            await road.wait_for(count + 1)
            return count / (time.perf_counter() - began)
    finally:
        await databases.drop(database)


async def latencies(
    infra: Infra, databases: TestDatabases, *, per_second: int, seconds: float
) -> tuple[float, float]:
    """p50 and p99, in milliseconds, from commit to committed effect at a steady rate."""
    database = await databases.create()
    try:
        async with Road(infra, databases, database) as road:
            await road.admin.execute(
                "ALTER TABLE billing.number_series ADD COLUMN at timestamptz"
                " DEFAULT clock_timestamp()"
            )
            sent: dict[str, float] = {}
            began = time.perf_counter()
            count = int(per_second * seconds)
            for n in range(count):
                due = began + n / per_second
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                one = event(n)
                await road.send([one])
                sent[str(one.payout_id)] = time.time()
            await road.wait_for(count + 1)
            rows = await road.admin.fetch(
                "SELECT series, extract(epoch FROM at)::float8 AS at FROM billing.number_series"
                " WHERE creditor_id = $1",
                road.scope.creditor_id,
            )
            took = sorted(
                (row["at"] - sent[row["series"]]) * 1000 for row in rows if row["series"] in sent
            )
            return statistics.median(took), took[int(len(took) * 0.99)]
    finally:
        await databases.drop(database)


async def kafka_floor(servers: str, count: int) -> float:
    """Plain aiokafka: produce and consume the same bytes, idempotent, all acknowledged."""
    payload = event(1).model_dump_json().encode()
    headers = [("ce_id", b"x" * 36), ("ce_type", b"y" * 30), ("creditor", b"z" * 36)]
    producer = new_producer(servers)
    await producer.start()
    reader = AIOKafkaConsumer(TOPIC, bootstrap_servers=servers, auto_offset_reset="latest")
    await reader.start()
    await reader.seek_to_end()
    began = time.perf_counter()

    async def produce() -> None:
        for n in range(count):
            await producer.send(TOPIC, payload, key=UUID(int=n).bytes, headers=headers)
        await producer.flush()

    producing = asyncio.create_task(produce())
    seen = 0
    while seen < count:
        for batch in (await reader.getmany(timeout_ms=200)).values():
            seen += len(batch)
    took = time.perf_counter() - began
    await producing
    await producer.stop()
    await reader.stop()
    return count / took


async def copy_floor(databases: TestDatabases, count: int) -> float:
    """Plain COPY of the same rows: outbox, inbox and effect."""
    database = await databases.create()
    connection = await asyncpg.connect(databases.url(database))
    try:
        creditor, now = uuid7(), await connection.fetchval("SELECT now()")
        payload = event(1).model_dump_json().encode()
        out = [
            (uuid7(), creditor, TOPIC, uuid7(), ProviderPaidOut.event_type, now, None, payload)
            for _ in range(count)
        ]
        into = [(uuid7(), creditor, ProviderPaidOut.event_type, now, None) for _ in range(count)]
        effects = [(creditor, str(uuid7()), n) for n in range(count)]
        began = time.perf_counter()
        for table, columns, rows in (
            (
                "outbox",
                [
                    "event_id",
                    "creditor_id",
                    "topic",
                    "key",
                    "type",
                    "occurred_at",
                    "traceparent",
                    "payload",
                ],
                out,
            ),
            ("inbox", ["event_id", "creditor_id", "type", "received_at", "refused"], into),
            ("number_series", ["creditor_id", "series", "next_number"], effects),
        ):
            await connection.copy_records_to_table(
                table, schema_name="billing", columns=columns, records=rows
            )
        return count / (time.perf_counter() - began)
    finally:
        await connection.close()
        await databases.drop(database)


async def measure(infra: Infra, *, count: int = 30_000, rounds: int = 3) -> list[Figure]:
    databases = TestDatabases(infra.admin_database_url)
    await databases.prepare()
    servers = infra.kafka_bootstrap_servers
    await create_topics(servers, partitions=PARTITIONS, replicas=1)
    ours, kafka, copy = [], [], []
    for _ in range(rounds):
        kafka.append(await kafka_floor(servers, count))
        copy.append(await copy_floor(databases, count))
        ours.append(await throughput(infra, databases, count))
    floor = [1 / (1 / k + 1 / c) for k, c in zip(kafka, copy, strict=True)]
    p50, p99 = await latencies(infra, databases, per_second=200, seconds=15)
    return [
        Figure("events-throughput", "events/s", ours, floor),
        Figure("events-floor-kafka", "events/s", kafka),
        Figure("events-floor-copy", "events/s", copy),
        Figure("events-latency-p50", "ms at 200/s", [p50]),
        Figure("events-latency-p99", "ms at 200/s", [p99]),
    ]
