"""Outbox, relay, Kafka, inbox: from a commit in one service to a committed effect in another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.infra import Infra
from services.billing.config import Settings
from shared import outbox
from shared.consumer import EventConsumer, Handlers
from shared.db import Scope, WriteSession
from shared.errors import Conflict
from shared.events.envelope import Received
from shared.events.payments import ProviderPaidOut
from shared.ids import uuid7
from shared.kafka import create_topics
from shared.money import Money
from shared.operate import replay_letters
from shared.relay import Relay, outbox_state
from shared.service import Service
from shared.testing.databases import TestDatabases
from shared.testing.eventually import until
from shared.testing.groups import start_at_the_end
from shared.testing.issuer import TestIssuer
from shared.testing.settings import service_settings

pytestmark = pytest.mark.kafka


def paid_out(cents: int) -> ProviderPaidOut:
    return ProviderPaidOut.model_validate(
        {"payout_id": uuid7(), "amount": Money(cents, "EUR"), "booked_on": "2026-04-01"}
    )


class Bus:
    """A sender's outbox and relay, and consumers that note what they handled."""

    def __init__(self, service: Service, infra: Infra) -> None:
        self.service = service
        self.servers = infra.kafka_bootstrap_servers
        self.creditor_id = uuid7()
        # A group of its own, and only what this test sent: the broker is shared by all tests.
        self.name = f"test-{uuid4().hex[:8]}"
        self.handled: list[int] = []
        self.sent: set[UUID] = set()

    async def send(self, *events: ProviderPaidOut) -> None:
        scope = Scope(self.creditor_id, "system:test")
        async with self.service.db.write(scope) as session:
            outbox.add(session, *events)
        self.sent |= {event.payout_id for event in events}

    def relay(self) -> Relay:
        url = self.service.settings.relay_database_url.get_secret_value()
        return Relay("billing", url, self.servers)

    async def handle(
        self, _session: WriteSession, batch: Sequence[Received[ProviderPaidOut]], _: Any
    ) -> None:
        mine = [r.event for r in batch if r.event.payout_id in self.sent]
        self.handled += [event.amount.minor for event in mine]

    def consumer(self, handlers: Handlers | None = None) -> EventConsumer:
        return EventConsumer(
            self.name,
            handlers or {ProviderPaidOut: self.handle},
            db=self.service.db,
            context=self.service,
            bootstrap_servers=self.servers,
        )


@pytest.fixture
async def bus(
    infra: Infra, databases: TestDatabases, database: str, issuer: TestIssuer
) -> AsyncIterator[Bus]:
    await create_topics(infra.kafka_bootstrap_servers, partitions=3, replicas=1)
    settings = service_settings(
        "billing", databases, database, issuer, infra.kafka_bootstrap_servers
    )
    service = Service("billing", Settings(**settings))
    bus = Bus(service, infra)
    await start_at_the_end(bus.servers, f"inning.{bus.name}", [ProviderPaidOut.topic])
    yield bus
    await service.close()


@asynccontextmanager
async def running(*loops: Any) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(loop.run(stop)) for loop in loops]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def test_what_is_committed_in_one_service_takes_effect_in_another(bus: Bus) -> None:
    async with running(bus.relay(), bus.consumer()):
        await bus.send(*[paid_out(cents) for cents in range(500)])
        await until(lambda: len(bus.handled) >= 500)
    assert sorted(bus.handled) == list(range(500))
    url = bus.service.settings.relay_database_url.get_secret_value()
    assert (await outbox_state(url))[0] == 0


async def test_what_is_rolled_back_is_never_told(bus: Bus) -> None:
    async def change_ones_mind() -> None:
        async with bus.service.db.write(Scope(bus.creditor_id, "system:test")) as session:
            outbox.add(session, paid_out(1))
            raise RuntimeError("changed its mind")

    with pytest.raises(RuntimeError):
        await change_ones_mind()
    url = bus.service.settings.relay_database_url.get_secret_value()
    assert (await outbox_state(url))[0] == 0


async def test_a_second_relay_stands_by_and_takes_over(bus: Bus) -> None:
    first, second = bus.relay(), bus.relay()
    async with running(second):
        async with running(first):
            await until(lambda: first.leads or second.leads)
            assert first.leads != second.leads
        await bus.send(paid_out(7))
        await until(lambda: second.leads and first.published + second.published >= 1)


async def test_the_same_message_twice_is_handled_once(bus: Bus) -> None:
    consumer = bus.consumer()
    received = Received(
        id=uuid7(),
        creditor_id=bus.creditor_id,
        source="/inning/payments",
        time=bus.service.clock.now(),
        event=paid_out(5),
    )
    bus.sent.add(received.event.payout_id)
    await consumer.transact(bus.creditor_id, [received, received])
    await consumer.transact(bus.creditor_id, [received])
    assert bus.handled == [5]


async def test_one_bad_event_of_many_goes_to_the_dead_letters_alone(bus: Bus, infra: Infra) -> None:
    poison = paid_out(13)

    async def handle(
        session: WriteSession, batch: Sequence[Received[ProviderPaidOut]], context: Any
    ) -> None:
        if any(received.event.payout_id == poison.payout_id for received in batch):
            raise ZeroDivisionError("a bug that only this event finds")
        await bus.handle(session, batch, context)

    async with running(bus.relay(), bus.consumer({ProviderPaidOut: handle})):
        await bus.send(*[paid_out(cents) for cents in range(10)], poison)
        await until(lambda: len(bus.handled) >= 10)
        letter = await _dead_letter(infra, bus.name)
    assert sorted(bus.handled) == list(range(10))
    headers = dict(letter.headers)
    assert headers["dlq_reason"] == f"ZeroDivisionError in {bus.name}".encode()
    assert b'"amount":13' in letter.value


async def test_a_refused_event_is_a_recorded_outcome(
    bus: Bus, databases: TestDatabases, database: str
) -> None:
    async def refuse(_session: WriteSession, _batch: Any, _context: Any) -> None:
        raise Conflict("against a rule")

    consumer = bus.consumer({ProviderPaidOut: refuse})
    async with running(bus.relay(), consumer):
        await bus.send(paid_out(1))
        connection = await asyncpg.connect(databases.url(database))
        recorded: list[str] = []

        async def is_recorded() -> bool:
            query = "SELECT refused FROM billing.inbox WHERE creditor_id = $1"
            rows = await connection.fetch(query, bus.creditor_id)
            recorded[:] = [row["refused"] for row in rows]
            return bool(recorded)

        try:
            await until(is_recorded)
        finally:
            await connection.close()
    assert recorded == ["conflict"]


async def _dead_letter(infra: Infra, consumer_name: str) -> Any:
    reader = AIOKafkaConsumer(
        bootstrap_servers=infra.kafka_bootstrap_servers, auto_offset_reset="earliest"
    )
    await reader.start()
    try:
        partition = TopicPartition("inning.payments.payments.dlq", 0)
        reader.assign([partition])
        await reader.seek_to_beginning(partition)
        async with asyncio.timeout(20):
            while True:
                record = await reader.getone()
                if dict(record.headers).get("dlq_consumer") == consumer_name.encode():
                    return record
    finally:
        await reader.stop()


async def test_a_dead_letter_can_be_put_back_and_is_then_handled(bus: Bus, infra: Infra) -> None:
    mended = False

    async def handle(
        session: WriteSession, batch: Sequence[Received[ProviderPaidOut]], context: Any
    ) -> None:
        if not mended and any(received.event.payout_id in bus.sent for received in batch):
            raise ZeroDivisionError("not mended yet")
        await bus.handle(session, batch, context)

    async with running(bus.relay(), bus.consumer({ProviderPaidOut: handle})):
        await bus.send(paid_out(42))
        await _dead_letter(infra, bus.name)
        mended = True
        assert await replay_letters(bus.servers, bus.name) == 1
        assert await replay_letters(bus.servers, bus.name) == 0
        await until(lambda: bus.handled == [42])
