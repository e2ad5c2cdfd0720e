"""What a worker measures of itself every few seconds: lag, outbox age, dead letters, balances."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from opentelemetry.metrics import CallbackOptions, Observation
from sqlalchemy.exc import DBAPIError

from shared.events.topics import TOPICS
from shared.telemetry import log, meter

_EVERY_S = 10.0

Measure = Callable[[], Awaitable[float]]


class Gauges:
    """Runs the measures in the loop; the exporter reads the last values whenever it likes."""

    def __init__(self, service: str, measures: Mapping[str, Measure]) -> None:
        self._measures = measures
        self.values: dict[str, float] = {}
        for name in measures:
            meter.create_observable_gauge(name, callbacks=[self._reader(service, name)])

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            for name, measure in self._measures.items():
                try:
                    self.values[name] = await measure()
                except (DBAPIError, asyncpg.PostgresError, KafkaError, OSError) as error:
                    log.warning("gauge.failed", gauge=name, error=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _EVERY_S)

    def _reader(self, service: str, name: str) -> Callable[[CallbackOptions], Iterable[Any]]:
        def read(_: CallbackOptions) -> Iterable[Observation]:
            if name in self.values:
                yield Observation(self.values[name], {"service": service})

        return read


async def dead_letters(bootstrap_servers: str, topics: Iterable[str]) -> dict[str, int]:
    """Letters in each dead-letter topic of `topics`, replayed ones included until they expire."""
    reader = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers)
    await reader.start()
    try:
        partitions = [TopicPartition(f"{topic}.dlq", 0) for topic in topics]
        begin = await reader.beginning_offsets(partitions)
        end = await reader.end_offsets(partitions)
        return {partition.topic: end[partition] - begin[partition] for partition in partitions}
    finally:
        await reader.stop()


ALL_TOPICS = tuple(topic.name for topic in TOPICS)
