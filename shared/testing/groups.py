"""Consumer groups of tests start where the log ends: the broker is shared by all tests."""

from __future__ import annotations

from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import TopicPartition


async def start_at_the_end(servers: str, group: str, topics: Iterable[str]) -> None:
    """Make `group` begin with what is sent from now on."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        described = await admin.describe_topics(list(topics))
    finally:
        await admin.close()
    partitions = [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in described
        for partition in topic["partitions"]
    ]
    reader = AIOKafkaConsumer(bootstrap_servers=servers, group_id=group, enable_auto_commit=False)
    await reader.start()
    try:
        reader.assign(partitions)
        await reader.commit(await reader.end_offsets(partitions))
    finally:
        await reader.stop()
