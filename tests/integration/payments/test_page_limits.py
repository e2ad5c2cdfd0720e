"""How often the payer's pages may be looked at, counted over all processes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg

from services.payments.api.page_limits import PageLimits
from services.payments.app import create_app
from services.payments.config import Settings
from shared.service import Service
from shared.testing.databases import TestDatabases
from shared.testing.served import Served
from tests.factories.payments import creditor_changed
from tests.integration.payments.conftest import World
from tests.integration.payments.test_matching import run_job


class Seconds:
    """The clock of one process, which a test turns."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Visited:
    """Two processes of payments before one database, and what its administrator sees of it."""

    def __init__(self, processes: list[Service], url: str) -> None:
        self.seconds = Seconds()
        self.here, self.there = (
            PageLimits(process, monotonic=self.seconds) for process in processes
        )
        self._url = url

    async def sql(self, statement: str) -> Any:
        connection = await asyncpg.connect(self._url)
        try:
            return await connection.fetch(statement)
        finally:
            await connection.close()

    async def wait(self, seconds: int) -> None:
        """The time passes in the database and in both processes."""
        self.seconds.now += seconds
        await self.sql(
            f"UPDATE payments.page_visits SET free_at = free_at - interval '{seconds} s'"
        )


async def visited(
    serve: Callable[..., Awaitable[Served]],
    databases: TestDatabases,
    database: str,
    creditor_id: UUID,
    **limits: int,
) -> Visited:
    served = [
        await serve("payments", create_app, Settings, creditor_id, **limits) for _ in range(2)
    ]
    return Visited([one.service for one in served], databases.url(database))


async def test_a_limit_holds_over_two_processes_and_forgives_with_time(
    serve: Callable[..., Awaitable[Served]],
    databases: TestDatabases,
    database: str,
    creditor_id: UUID,
) -> None:
    """Six a minute for one link: whoever answers, the seventh waits ten seconds for its turn."""
    world = await visited(serve, databases, database, creditor_id, link_requests_per_minute=6)
    by_turns = [world.here, world.there] * 3
    assert [await limits.look("192.0.2.1", "a") for limits in by_turns] == [0] * 6
    assert await world.here.look("192.0.2.2", "a") == 10
    assert await world.there.look("192.0.2.3", "a") == 10
    assert await world.there.look("192.0.2.3", "b") == 0
    await world.wait(10)
    assert await world.there.look("192.0.2.1", "a") == 0
    assert await world.here.look("192.0.2.1", "a") == 10


async def test_links_that_are_none_shut_an_address_out_of_all_processes(
    serve: Callable[..., Awaitable[Served]],
    databases: TestDatabases,
    database: str,
    creditor_id: UUID,
) -> None:
    """An IPv6 line has a whole network of addresses: it is one household."""
    world = await visited(serve, databases, database, creditor_id, link_failures_per_minute=2)
    for limits, address in ((world.here, "2001:db8::1"), (world.there, "2001:db8::2")):
        assert await limits.look(address, None) == 0
        await limits.fail(address)
    assert await world.there.look("2001:db8::3", "a") == 30
    assert await world.here.look("2001:db8:0:1::3", "a") == 0
    await world.wait(30)
    assert await world.here.look("2001:db8::1", "a") == 0


async def test_who_goes_on_asking_is_answered_without_the_database(
    serve: Callable[..., Awaitable[Served]],
    databases: TestDatabases,
    database: str,
    creditor_id: UUID,
) -> None:
    world = await visited(serve, databases, database, creditor_id, page_requests_per_minute=6)
    while not (wait_s := await world.here.look("192.0.2.1", None)):
        pass
    await world.sql("ALTER TABLE payments.page_visits RENAME TO away")
    assert await world.here.look("192.0.2.1", None) == wait_s


async def test_nothing_that_was_counted_shows_whose_it_was_or_stays(
    serve: Callable[..., Awaitable[Served]],
    databases: TestDatabases,
    database: str,
    creditor_id: UUID,
) -> None:
    payments = await serve("payments", create_app, Settings, creditor_id)
    world = World(payments)
    await world.hear(creditor_changed(creditor_id))
    seen = Visited([payments.service] * 2, databases.url(database))
    await seen.here.look("192.0.2.1", "a link")
    rows = await seen.sql("SELECT key, free_at FROM payments.page_visits")
    assert len(rows) == 2
    assert all(len(row["key"]) == 32 for row in rows)
    assert not any(b"192.0.2.1" in row["key"] or b"a link" in row["key"] for row in rows)
    await seen.wait(60)
    await run_job(world, "forget_page_visits")
    assert await seen.sql("SELECT key FROM payments.page_visits") == []
