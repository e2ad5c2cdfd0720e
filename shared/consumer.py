"""The inbox and the batch consumer.

One poll of Kafka is one batch. Per creditor, one transaction claims the event ids, changes what is
to change and emits what follows; offsets are committed after that, explicitly. Handlers get many
events of one type at once; events of one key keep their order across types.

A business refusal is a recorded outcome. A transient fault is tried again with backoff. Anything
else is narrowed down to the single event and goes to the dead letters with its reason.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from aiokafka.structs import ConsumerRecord
from opentelemetry.trace import Link, SpanKind, get_current_span
from sqlalchemy.ext.asyncio import AsyncSession

from shared.bulk import insert_rows
from shared.db import Database, Scope, WriteSession, is_transient
from shared.errors import BusinessError, TransientError
from shared.events.envelope import Event, Received
from shared.kafka import Unreadable, event_type, parse
from shared.tables import inbox
from shared.telemetry import log, meter, remote_context, traceparent_of, tracer

Batch = Sequence[Received[Any]]
Handler = Callable[[WriteSession, Any, Any], Awaitable[None]]
Handlers = Mapping[type[Event], Handler]

_ATTEMPTS = 3
# A client that has no partitions for so long has lost its group's coordinator: start a new one.
_STUCK_S = 30.0
_CLOSE_S = 5.0
_BACKOFF_MAX_S = 5.0

_consumed = meter.create_counter("inning.inbox.consumed", description="events by outcome")
_duration = meter.create_histogram("inning.inbox.batch_duration", unit="s")


@dataclass(frozen=True, slots=True)
class Dead:
    """A message that could not be handled, and why."""

    record: ConsumerRecord
    reason: str


class EventConsumer:
    """Feeds one service's handlers from Kafka. `context` is handed to each handler."""

    def __init__(
        self,
        service: str,
        handlers: Handlers,
        *,
        db: Database,
        context: Any,
        bootstrap_servers: str,
        stirred: asyncio.Event | None = None,
        catch_up: Callable[[datetime], Awaitable[None]] | None = None,
        batch: int = 2_000,
    ) -> None:
        self._service = service
        # Set after each batch: clock jobs look at what it left to do.
        self._stirred = stirred or asyncio.Event()
        # Told when the newest event of a batch happened, before it is handled.
        self._catch_up = catch_up
        self._db = db
        self._context = context
        self._bootstrap_servers = bootstrap_servers
        self._batch = batch
        self._handlers = {contract.event_type: handler for contract, handler in handlers.items()}
        self.topics = sorted({contract.topic for contract in handlers})
        self.handled = 0
        self.busy = False
        self._consumer: AIOKafkaConsumer | None = None

    @property
    def group(self) -> str:
        return f"inning.{self._service}"

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until stopped; what was begun is finished first."""
        if not self.topics:
            await stop.wait()
            return
        delay_s = 0.1
        while not stop.is_set():
            try:
                await self._consume(stop)
            except (KafkaError, TimeoutError) as error:
                log.warning("consumer.interrupted", error=type(error).__name__)
                await asyncio.sleep(delay_s)
                delay_s = min(delay_s * 2, _BACKOFF_MAX_S)

    async def _consume(self, stop: asyncio.Event) -> None:
        from shared.kafka import new_producer

        consumer = AIOKafkaConsumer(
            *self.topics,
            bootstrap_servers=self._bootstrap_servers,
            group_id=self.group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=self._batch,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=3_000,
            fetch_max_wait_ms=100,
            isolation_level="read_committed",
            metadata_max_age_ms=30_000,
        )
        dead_letters = new_producer(self._bootstrap_servers)
        try:
            async with asyncio.timeout(_STUCK_S):
                await consumer.start()
                await dead_letters.start()
            self._consumer = consumer
            assigned_at = time.monotonic()
            while not stop.is_set():
                async with asyncio.timeout(_STUCK_S):
                    polled = await consumer.getmany(timeout_ms=200, max_records=self._batch)
                if consumer.assignment():
                    assigned_at = time.monotonic()
                elif time.monotonic() - assigned_at > _STUCK_S:
                    raise TimeoutError
                if not polled:
                    continue
                self.busy = True
                records = [record for batch in polled.values() for record in batch]
                await self._handle(records, dead_letters, stop)
                async with asyncio.timeout(_STUCK_S):
                    await _commit_offsets(consumer, polled)
                self._stirred.set()
                self.busy = False
        finally:
            self.busy = False
            self._consumer = None
            await _close(consumer, dead_letters)

    async def _handle(
        self, records: Sequence[ConsumerRecord], dead_letters: AIOKafkaProducer, stop: asyncio.Event
    ) -> None:
        groups: dict[UUID, list[tuple[Received[Any], ConsumerRecord]]] = defaultdict(list)
        dead: list[Dead] = []
        for record in records:
            if event_type(record) not in self._handlers:
                continue
            try:
                received = parse(record)
            except Unreadable as error:
                dead.append(Dead(record, str(error)))
                continue
            groups[received.creditor_id].append((received, record))
        for creditor_id, items in groups.items():
            dead += await self._handle_all(creditor_id, items, stop)
        for letter in dead:
            await self._bury(dead_letters, letter)

    async def _handle_all(
        self,
        creditor_id: UUID,
        items: Sequence[tuple[Received[Any], ConsumerRecord]],
        stop: asyncio.Event,
    ) -> list[Dead]:
        """Handle one creditor's events together; narrow down to single ones if that fails."""
        delay_s, attempt = 0.05, 0
        while True:
            attempt += 1
            try:
                await self.transact(creditor_id, [received for received, _ in items])
            except Exception as error:
                if is_transient(error) or isinstance(error, TransientError):
                    log.warning("consumer.retrying", error=type(error).__name__, attempt=attempt)
                elif len(items) > 1:
                    dead: list[Dead] = []
                    for item in items:
                        dead += await self._handle_all(creditor_id, [item], stop)
                    return dead
                elif isinstance(error, BusinessError):
                    await self._record_refusal(creditor_id, items[0][0], error)
                    return []
                elif attempt >= _ATTEMPTS:
                    reason = f"{type(error).__name__} in {self._service}"
                    log.error(
                        "consumer.dead_letter",
                        reason=reason,
                        event_id=str(items[0][0].id),
                        exc_info=error,
                    )
                    return [Dead(items[0][1], reason)]
                await asyncio.sleep(delay_s)
                delay_s = min(delay_s * 2, _BACKOFF_MAX_S)
                if stop.is_set() and attempt >= _ATTEMPTS:
                    raise
            else:
                return []

    async def transact(self, creditor_id: UUID, batch: Batch) -> None:
        """Claim, handle and emit in one transaction."""
        began = time.monotonic()
        if self._catch_up:
            await self._catch_up(max(received.time for received in batch))
        scope = Scope(creditor_id, f"system:{self._service}", reason=_reason(batch))
        links = [
            Link(get_span_context(received)) for received in batch[:32] if received.traceparent
        ]
        parent = remote_context(batch[0].traceparent) if len(batch) == 1 else None
        with tracer.start_as_current_span(
            f"{self._service} consume",
            context=parent,
            kind=SpanKind.CONSUMER,
            links=None if parent else links,
            attributes={"messaging.batch.size": len(batch)},
        ):
            async with self._db.write(scope) as session:
                fresh = await claim(session, batch)
                for contract_type, wave in waves(fresh):
                    traced = [_continue_trace(self._service, received) for received in wave]
                    await self._handlers[contract_type](session, traced, self._context)
        self.handled += len(batch)
        _duration.record(time.monotonic() - began, {"service": self._service})
        _consumed.add(len(fresh), {"service": self._service, "outcome": "handled"})
        _consumed.add(len(batch) - len(fresh), {"service": self._service, "outcome": "duplicate"})

    async def _record_refusal(
        self, creditor_id: UUID, received: Received[Any], error: BusinessError
    ) -> None:
        scope = Scope(creditor_id, f"system:{self._service}", reason=_reason([received]))
        async with self._db.write(scope) as session:
            await claim(session, [received], refused=error.code)
        self.handled += 1
        log.info("consumer.refused", code=error.code, event_id=str(received.id))
        _consumed.add(1, {"service": self._service, "outcome": "refused"})

    async def _bury(self, producer: AIOKafkaProducer, dead: Dead) -> None:
        record = dead.record
        await producer.send_and_wait(
            f"{record.topic}.dlq",
            value=record.value,
            key=record.key,
            headers=[
                *record.headers,
                ("dlq_consumer", self._service.encode()),
                ("dlq_reason", dead.reason.encode()),
                ("dlq_position", f"{record.topic}/{record.partition}/{record.offset}".encode()),
            ],
        )
        self.handled += 1
        log.error("consumer.buried", reason=dead.reason, topic=record.topic)
        _consumed.add(1, {"service": self._service, "outcome": "dead"})

    @property
    def reads(self) -> bool:
        """Whether this process has partitions to read (or has nothing to read at all)."""
        return not self.topics or bool(self._consumer and self._consumer.assignment())

    async def lag(self) -> int:
        """Messages not yet taken from the partitions this process has; -1 while it has none.

        A batch in hand is taken already: see `busy`.
        """
        consumer = self._consumer
        if consumer is None or not (assigned := consumer.assignment()):
            return -1 if self.topics else 0
        try:
            ends = await consumer.end_offsets(list(assigned))
            return sum([end - await consumer.position(place) for place, end in ends.items()])
        except (KafkaError, IllegalStateError):
            return -1


async def claim(session: AsyncSession, batch: Batch, refused: str | None = None) -> Batch:
    """Keep the events never seen before, in their order, and mark them seen."""
    now = session.info["clock"].now()
    once = list({received.id: received for received in batch}.values())
    result = await insert_rows(
        session,
        inbox,
        [
            {
                "event_id": received.id,
                "creditor_id": received.creditor_id,
                "type": received.event.event_type,
                "received_at": now,
                "refused": refused,
            }
            for received in once
        ],
        on_conflict="DO NOTHING",
        returning="event_id",
    )
    claimed = set(result.scalars()) if result else set()
    return [received for received in once if received.id in claimed]


def waves(batch: Batch) -> list[tuple[str, list[Received[Any]]]]:
    """Cut a batch into runs of one type that keep each key's order.

    An event joins the earliest run of its type that does not come before an earlier event of its
    key; so a mixed batch becomes a few large runs.
    """
    runs: list[tuple[str, list[Received[Any]]]] = []
    reached: dict[UUID, int] = {}
    for received in batch:
        kind = received.event.event_type
        key = received.event.key
        at = reached.get(key, 0)
        while at < len(runs) and runs[at][0] != kind:
            at += 1
        if at == len(runs):
            runs.append((kind, []))
        runs[at][1].append(received)
        reached[key] = at
    return runs


async def _close(*clients: AIOKafkaConsumer | AIOKafkaProducer) -> None:
    """Close what can be closed in time, and let go of the rest: a client that lost its broker may
    neither close nor take a cancellation, and the group expels it once its session is over."""
    closing = {asyncio.ensure_future(client.stop()) for client in clients}
    closed, stuck = await asyncio.wait(closing, timeout=_CLOSE_S)
    for task in stuck:
        task.cancel()
    failed = [error for task in closed if (error := task.exception()) is not None]
    if stuck or failed:
        log.warning("consumer.not_closed", stuck=len(stuck), failed=len(failed))


async def _commit_offsets(
    consumer: AIOKafkaConsumer, polled: Mapping[TopicPartition, Sequence[ConsumerRecord]]
) -> None:
    offsets = {partition: records[-1].offset + 1 for partition, records in polled.items()}
    try:
        await consumer.commit(offsets)
    except (CommitFailedError, IllegalStateError):
        # The partitions went to another process, which reads these again; the inbox absorbs it.
        log.info("consumer.rebalanced")


def get_span_context(received: Received[Any]) -> Any:
    return get_current_span(remote_context(received.traceparent)).get_span_context()


def _continue_trace(service: str, received: Received[Any]) -> Received[Any]:
    """A span in the event's own trace, so that what it causes hangs below it."""
    if received.traceparent is None:
        return received
    span = tracer.start_span(
        f"{service} {received.event.event_type}",
        context=remote_context(received.traceparent),
        kind=SpanKind.CONSUMER,
    )
    span.end()
    return replace(received, traceparent=traceparent_of(span.get_span_context()))


def _reason(batch: Batch) -> str:
    return f"event:{batch[0].id}" if len(batch) == 1 else f"events:{batch[0].id}+{len(batch) - 1}"
