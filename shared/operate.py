"""`python -m shared.operate`: what the operator needs at night.

lag                              what waits: per consumer group, per dead-letter topic
letters [--consumer NAME]        the dead letters with their reasons
replay --consumer NAME [...]     put dead letters back for the service that could not read them
verify-audit --service NAME --creditor ID    walk the audit chain
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import typer
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.table import Table

from shared import audit
from shared.clock import SystemClock
from shared.db import Database, Scope
from shared.events.topics import TOPICS
from shared.gauges import ALL_TOPICS, dead_letters
from shared.kafka import new_producer
from shared.migrate import SERVICES
from shared.relay import outbox_state

app = typer.Typer(
    help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
_console = Console()

Servers = Annotated[
    str, typer.Option(envvar="KAFKA_BOOTSTRAP_SERVERS", help="the broker's address")
]
ConsumerName = Annotated[str, typer.Option("--consumer", help="the service that could not read")]


@app.command()
def lag(servers: Servers = "127.0.0.1:8192") -> None:
    """What waits: events in each outbox, messages before each consumer, dead letters."""
    asyncio.run(_show_lag(servers))


async def _show_lag(servers: str) -> None:
    table = Table("what", "where", "waiting", title="Waiting")
    for service in SERVICES:
        url = os.environ.get(f"{service.upper()}_RELAY_DATABASE_URL")
        if url:
            pending, oldest = await outbox_state(url)
            since = f" since {oldest:%Y-%m-%d %H:%M:%S}" if oldest else ""
            table.add_row("outbox", service, f"{pending}{since}")
    for group, waiting in (await consumer_lag(servers)).items():
        table.add_row("consumer", group, str(waiting))
    for topic, count in (await dead_letters(servers, ALL_TOPICS)).items():
        table.add_row("dead letters", topic, str(count))
    _console.print(table)


async def consumer_lag(servers: str) -> dict[str, int]:
    """Messages committed by nobody yet, per consumer group of ours."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        committed = {
            service: await admin.list_consumer_group_offsets(f"inning.{service}")
            for service in SERVICES
        }
    finally:
        await admin.close()
    async with _reader(servers) as reader:
        found = {}
        for service, offsets in committed.items():
            ends = await reader.end_offsets(list(offsets)) if offsets else {}
            found[f"inning.{service}"] = sum(
                max(0, ends[partition] - max(0, meta.offset)) for partition, meta in offsets.items()
            )
        return found


@app.command()
def letters(servers: Servers = "127.0.0.1:8192", consumer: ConsumerName = "") -> None:
    """The dead letters: where they came from and why they are here. No contents are shown."""
    table = Table("position", "consumer", "type", "event", "reason")
    for record in asyncio.run(_read_letters(servers)):
        headers = {name: value.decode("utf-8", "replace") for name, value in record.headers}
        if not consumer or headers.get("dlq_consumer") == consumer:
            table.add_row(
                headers.get("dlq_position", ""),
                headers.get("dlq_consumer", ""),
                headers.get("ce_type", ""),
                headers.get("ce_id", ""),
                headers.get("dlq_reason", ""),
            )
    _console.print(table)


async def _read_letters(servers: str) -> list[Any]:
    async with _reader(servers) as reader:
        partitions = [TopicPartition(topic.dead_letters, 0) for topic in TOPICS]
        reader.assign(partitions)
        ends = await reader.end_offsets(partitions)
        await reader.seek_to_beginning(*partitions)
        return await _read_to(reader, ends)


@app.command()
def replay(
    consumer: ConsumerName,
    servers: Servers = "127.0.0.1:8192",
    limit: Annotated[int, typer.Option(help="at most so many letters")] = 10_000,
) -> None:
    """Put a service's dead letters back on their topics, oldest first, each once.

    The other services' inboxes know these events already and drop them.
    """
    count = asyncio.run(replay_letters(servers, consumer, limit))
    _console.print(f"{count} letters put back for {consumer}")


async def replay_letters(servers: str, consumer: str, limit: int = 10_000) -> int:
    partitions = [TopicPartition(topic.dead_letters, 0) for topic in TOPICS]
    async with _reader(servers, group=f"inning.replay.{consumer}") as reader:
        reader.assign(partitions)
        ends = await reader.end_offsets(partitions)
        for partition in partitions:
            if await reader.committed(partition) is None:
                await reader.seek_to_beginning(partition)
        producer = new_producer(servers)
        await producer.start()
        count = 0
        try:
            for record in await _read_to(reader, ends):
                if count >= limit:
                    break
                headers = dict(record.headers)
                if headers.get("dlq_consumer", b"").decode() == consumer:
                    await producer.send_and_wait(
                        record.topic.removesuffix(".dlq"),
                        value=record.value,
                        key=record.key,
                        headers=[
                            (name, value)
                            for name, value in record.headers
                            if not name.startswith("dlq_")
                        ],
                    )
                    count += 1
                partition = TopicPartition(record.topic, record.partition)
                await reader.commit({partition: record.offset + 1})
        finally:
            await producer.stop()
        return count


async def _read_to(reader: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> list[Any]:
    """Everything from where the reader stands up to `ends`."""
    found: list[Any] = []
    left = {p for p, end in ends.items() if await reader.position(p) < end}
    while left:
        for partition, batch in (await reader.getmany(timeout_ms=1_000)).items():
            found += batch
            if batch[-1].offset + 1 >= ends[partition]:
                left.discard(partition)
    return found


@asynccontextmanager
async def _reader(servers: str, group: str | None = None) -> AsyncIterator[AIOKafkaConsumer]:
    reader = AIOKafkaConsumer(
        bootstrap_servers=servers,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await reader.start()
    try:
        yield reader
    finally:
        await reader.stop()


@app.command("verify-audit")
def verify_audit(
    service: Annotated[str, typer.Option(help="billing, payments, collections, notifications")],
    creditor: Annotated[str, typer.Option(help="the creditor's id")],
) -> None:
    """Walk a creditor's audit chain; exits with 1 and says where when it does not hold."""
    url = os.environ.get(f"{service.upper()}_DATABASE_URL")
    if not url:
        raise typer.BadParameter(f"{service.upper()}_DATABASE_URL is not set")
    held, broken = asyncio.run(_verify(url, UUID(creditor)))
    for found in broken:
        _console.print(f"entry {found.sequence}: {found.reason}")
    _console.print(f"{held} entries, {len(broken)} breaks")
    raise typer.Exit(1 if broken else 0)


async def _verify(url: str, creditor_id: UUID) -> tuple[int, Any]:
    database = Database(url, clock=SystemClock(), pool_size=1)
    try:
        async with database.read(Scope(creditor_id, "system:operator")) as session:
            return await audit.verify(session)
    finally:
        await database.close()


def main() -> None:
    try:
        app()
    except (KafkaError, OSError, asyncpg.PostgresError) as error:
        raise SystemExit(f"cannot reach the bus or the database: {type(error).__name__}") from None


if __name__ == "__main__":
    main()
