"""Kafka words: topics made, events to and from messages, dead letters.

CloudEvents 1.0 Kafka binary mode: attributes in `ce_*` headers, the JSON fact as the value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code
from aiokafka.structs import ConsumerRecord

from shared.events.envelope import REGISTRY, Received
from shared.events.topics import TOPICS, Topic

Headers = list[tuple[str, bytes]]
_DAY_MS = 86_400_000


class Unreadable(Exception):
    """A message that is not one of our events: it goes to the dead letters."""


def event_headers(row: Any, *, source: str) -> Headers:
    """The headers of an outbox row (`event_id`, `creditor_id`, `type`, `key`, ...)."""
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(row["event_id"]).encode()),
        ("ce_type", row["type"].encode()),
        ("ce_source", source.encode()),
        ("ce_time", row["occurred_at"].isoformat().encode()),
        ("ce_subject", str(row["key"]).encode()),
        ("content-type", b"application/json"),
        ("creditor", str(row["creditor_id"]).encode()),
    ]
    if row["traceparent"]:
        headers.append(("traceparent", row["traceparent"].encode()))
    return headers


def event_type(record: ConsumerRecord) -> str:
    """The type a message says it has; empty when it says none."""
    for name, value in record.headers:
        if name == "ce_type":
            return str(value.decode("ascii", "replace"))
    return ""


def parse(record: ConsumerRecord) -> Received[Any]:
    """Read a message whose type is in the registry; raises `Unreadable` with the reason."""
    headers = dict(record.headers)
    position = (record.topic, record.partition, record.offset)
    try:
        contract = REGISTRY[headers["ce_type"].decode()]
        traceparent = headers.get("traceparent")
        return Received(
            id=UUID(headers["ce_id"].decode()),
            creditor_id=UUID(headers["creditor"].decode()),
            source=headers["ce_source"].decode(),
            time=datetime.fromisoformat(headers["ce_time"].decode()),
            event=contract.model_validate_json(record.value or b""),
            traceparent=traceparent.decode() if traceparent else None,
            position=position,
        )
    except KeyError as error:
        raise Unreadable(f"header {error} is missing or unknown") from None
    except ValueError as error:
        # A validation error quotes its input; only its shape may go into logs and headers.
        shape = getattr(error, "errors", None)
        where = ", ".join(_location(item) for item in shape()) if shape else type(error).__name__
        raise Unreadable(f"body or headers are not valid: {where}") from None


def _location(item: Mapping[str, Any]) -> str:
    return f"{'.'.join(str(part) for part in item['loc'])} ({item['type']})"


def new_producer(bootstrap_servers: str, **overrides: Any) -> AIOKafkaProducer:
    """A producer that loses and doubles nothing: idempotent, all replicas acknowledge."""
    options: dict[str, Any] = {
        "bootstrap_servers": bootstrap_servers,
        "enable_idempotence": True,
        "acks": "all",
        "linger_ms": 2,
        "max_batch_size": 256 * 1024,
        "request_timeout_ms": 10_000,
    }
    return AIOKafkaProducer(**{**options, **overrides})


async def create_topics(
    bootstrap_servers: str, *, partitions: int, replicas: int, topics: Iterable[Topic] = TOPICS
) -> None:
    """Make the topics and their dead-letter topics; those that exist stay as they are."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        wanted = []
        for topic in topics:
            wanted.append(_new_topic(topic, partitions, replicas))
            wanted.append(
                NewTopic(
                    topic.dead_letters,
                    1,
                    replicas,
                    topic_configs={"retention.ms": str(90 * _DAY_MS)},
                )
            )
        response = await admin.create_topics(wanted)
        for name, code, *_ in response.topic_errors:
            if code and for_code(code) is not TopicAlreadyExistsError:
                raise for_code(code)(f"topic {name} could not be made")
    finally:
        await admin.close()


def _new_topic(topic: Topic, partitions: int, replicas: int) -> NewTopic:
    if topic.compacted:
        # Erasure reaches the log too: what was superseded is gone within a week.
        config = {
            "cleanup.policy": "compact",
            "max.compaction.lag.ms": str(7 * _DAY_MS),
            "delete.retention.ms": str(_DAY_MS),
        }
    else:
        config = {"retention.ms": str(topic.retention_days * _DAY_MS)}
    return NewTopic(topic.name, partitions, replicas, topic_configs=config)
