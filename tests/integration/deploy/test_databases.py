"""PostgreSQL and the broker for real: killed, restarted, stopped, with nothing lost."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local.account import can_reach, database_account
from deploy.local.identity import is_alive
from deploy.local.infra import Infra, ensure_infra
from deploy.local.plan import load_plan
from deploy.local.settings import LocalSettings
from deploy.local.stack import LocalStack
from deploy.local.waiting import wait_until
from tests.integration.deploy.programs import free_offset

TOPIC = "inning.test.kills"

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def own_infra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Infra]:
    """A database and a broker of this module alone, since it kills them."""
    settings = LocalSettings(
        data_dir=tmp_path_factory.mktemp("infra"),
        port_offset=free_offset(),
        database_url=None,
        kafka_bootstrap_servers=None,
    )
    infra = ensure_infra(settings)
    asyncio.run(_fill(infra))
    yield infra
    home = database_home(infra.stack)
    infra.stop()
    shutil.rmtree(home, ignore_errors=True)


def database_home(stack: LocalStack) -> Path:
    specs = {spec.name: spec for spec in load_plan(stack.folder.plan).processes}
    assert specs["postgres"].folder is not None
    return specs["postgres"].folder


async def _fill(infra: Infra) -> None:
    async with connected(infra) as connection:
        await connection.execute("CREATE TABLE kept (number int PRIMARY KEY)")
    admin = AIOKafkaAdminClient(bootstrap_servers=infra.kafka_bootstrap_servers)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, num_partitions=1, replication_factor=1)])
    await admin.close()


@asynccontextmanager
async def connected(infra: Infra) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(infra.admin_database_url)
    try:
        yield connection
    finally:
        await connection.close()


async def publish(infra: Infra, *bodies: bytes) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=infra.kafka_bootstrap_servers, enable_idempotence=True, acks="all"
    ) as producer:
        for body in bodies:
            await producer.send_and_wait(TOPIC, body)


async def read_all(infra: Infra, count: int) -> list[bytes]:
    async with AIOKafkaConsumer(
        TOPIC, bootstrap_servers=infra.kafka_bootstrap_servers, auto_offset_reset="earliest"
    ) as consumer:
        async with asyncio.timeout(20):
            return [(await consumer.getone()).value for _ in range(count)]


async def test_a_killed_postgres_comes_back_with_every_committed_row(own_infra: Infra) -> None:
    async with connected(own_infra) as connection:
        await connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
        old = own_infra.stack.kill("postgres")
    await asyncio.to_thread(own_infra.stack.wait_restarted, "postgres", old)
    async with connected(own_infra) as connection:
        assert await connection.fetchval("SELECT count(*) FROM kept") == 1000
        assert await connection.fetchval("SHOW server_version_num") >= "180000"
        assert await connection.fetchval("SHOW fsync") == "on"
        assert await connection.fetchval("SHOW synchronous_commit") == "on"


async def test_a_killed_broker_comes_back_with_every_acknowledged_message(
    own_infra: Infra,
) -> None:
    if own_infra.broker_kind != "apache":
        pytest.skip("the fallback broker may lose its last writes when it is killed")
    bodies = [f"message {number}".encode() for number in range(50)]
    await publish(own_infra, *bodies)
    old = own_infra.stack.kill("kafka")
    await asyncio.to_thread(own_infra.stack.wait_restarted, "kafka", old)
    await publish(own_infra, b"after the kill")
    assert await read_all(own_infra, 51) == [*bodies, b"after the kill"]


async def test_down_leaves_no_process_and_up_finds_the_data_again(own_infra: Infra) -> None:
    stack = own_infra.stack
    async with connected(own_infra) as connection:
        await connection.execute("INSERT INTO kept VALUES (-1)")
    await publish(own_infra, b"last")
    before = [(one.pid or 0, one.birth) for one in stack.status().values()]
    await asyncio.to_thread(stack.down)
    assert not any(is_alive(*one) for one in before)
    await asyncio.to_thread(stack.up, "infra", leave_running=False)
    async with connected(own_infra) as connection:
        assert await connection.fetchval("SELECT count(*) FROM kept WHERE number = -1") == 1
    assert b"last" in await read_all(own_infra, 52 if own_infra.broker_kind == "apache" else 1)


async def test_when_the_supervisor_is_killed_both_end_by_themselves_and_come_back_whole(
    own_infra: Infra,
) -> None:
    stack = own_infra.stack
    before = [(one.pid or 0, one.birth) for one in stack.status().values()]
    os.kill(stack.folder.read_state().supervisor_pid, signal.SIGKILL)
    await asyncio.to_thread(
        wait_until, lambda: not any(is_alive(*one) for one in before), 20, "orphans are left"
    )
    await asyncio.to_thread(stack.up, "infra", leave_running=False)
    async with connected(own_infra) as connection:
        assert await connection.fetchval("SELECT count(*) FROM kept") >= 1


def test_a_wrong_password_is_refused(own_infra: Infra) -> None:
    wrong = own_infra.admin_database_url.replace("://postgres:", "://postgres:x")
    with pytest.raises(asyncpg.InvalidPasswordError):
        asyncio.run(asyncpg.connect(wrong))


def test_a_second_user_joins_and_only_the_last_one_stops_it(own_infra: Infra) -> None:
    second = ensure_infra(own_infra.stack.settings)
    assert second.admin_database_url == own_infra.admin_database_url
    second.stop()
    assert own_infra.stack.pid_of("postgres")


def test_as_root_the_data_moves_to_where_the_database_account_may_enter(own_infra: Infra) -> None:
    account = database_account(own_infra.stack.settings.postgres_account)
    if account is None:
        pytest.skip("this is about running as root")
    assert not can_reach(account, own_infra.stack.folder.root)
    assert can_reach(account, database_home(own_infra.stack))
    owner = Path(f"/proc/{own_infra.stack.pid_of('postgres')}").stat().st_uid
    assert owner == account.uid
