"""Migrations that move rows: a database of the version before, filled, then brought up to date."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine

from shared.ids import uuid7
from shared.migrate import alembic_config, prepare
from shared.testing.databases import TestDatabases

SEEN_AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class Old:
    """A database of payments at one version."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def upgrade(self, revision: str) -> None:
        await self._run(lambda config: command.upgrade(config, revision))

    async def check(self) -> None:
        """Raises when the models say something that no migration made."""
        await self._run(command.check)

    async def _run(self, step: Callable[[Config], None]) -> None:
        def run(connection: Connection) -> None:
            config = alembic_config("payments")
            config.attributes["connection"] = connection
            step(config)

        url = self._url.replace("postgresql://", "postgresql+asyncpg://", 1)
        engine = create_async_engine(url, poolclass=pool.NullPool)
        async with engine.connect() as connection:
            await connection.run_sync(run)
        await engine.dispose()

    @asynccontextmanager
    async def rows(self) -> AsyncIterator[asyncpg.Connection]:
        # The history of statuses asks who changes them, and when.
        told = {"inning.actor": "test", "inning.reason": "", "inning.now": SEEN_AT.isoformat()}
        connection = await asyncpg.connect(
            self._url, server_settings={"search_path": "payments", **told}
        )
        try:
            yield connection
        finally:
            await connection.close()


@pytest.fixture
async def old(databases: TestDatabases, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Old]:
    """An empty database with the roles and schema of payments, and no table yet."""
    name = f"test_{uuid4().hex[:16]}"
    for variable, role in databases.roles("payments").items():
        monkeypatch.setenv(variable, databases.url(name, role))
    await prepare(databases.url(name), ("payments",))
    yield Old(databases.url(name))
    await databases.drop(name)


async def invoice(
    rows: asyncpg.Connection,
    creditor_id: UUID,
    customer_id: UUID,
    *,
    number: str | None,
    issued_on: date | None,
) -> UUID:
    invoice_id = uuid7()
    await rows.execute(
        "INSERT INTO open_items (id, creditor_id, customer_id, version, status, due_on, currency,"
        " open_minor, number, issued_on, first_seen_at)"
        " VALUES ($1, $2, $3, 1, 'open', '2026-04-01', 'EUR', 5000, $4, $5, $6)",
        *(invoice_id, creditor_id, customer_id, number, issued_on, SEEN_AT),
    )
    return invoice_id


async def test_invoices_from_before_the_pages_get_the_links_that_every_invoice_has(
    old: Old,
) -> None:
    """One per invoice, one per customer's balance that lasts as long as its newest invoice's.

    An invoice that is known by a later event alone, without its number, has none yet.
    """
    await old.upgrade("0007_money_out")
    creditor_id, customer_id, stranger = uuid7(), uuid7(), uuid7()
    async with old.rows() as rows:
        first = await invoice(
            rows, creditor_id, customer_id, number="1", issued_on=date(2026, 1, 1)
        )
        second = await invoice(
            rows, creditor_id, customer_id, number="2", issued_on=date(2026, 2, 1)
        )
        await invoice(rows, creditor_id, stranger, number=None, issued_on=None)
        visit = uuid7()
        await rows.execute(
            "INSERT INTO provider_payments (id, creditor_id, invoice_id, customer_id, status,"
            " amount_minor, currency, return_url, created_at, checked_at)"
            " VALUES ($1, $2, $3, $4, 'open', 5000, 'EUR', '', $5, $5)",
            *(visit, creditor_id, second, customer_id, SEEN_AT),
        )
    await old.upgrade("head")
    async with old.rows() as rows:
        links = {
            row["id"]: (row["kind"], row["subject_id"], row["customer_id"], row["expires_on"])
            for row in await rows.fetch("SELECT * FROM payment_links")
        }
        begun = await rows.fetchrow("SELECT link_id, invoice_ids FROM provider_payments")
    assert links == {
        first: ("invoice", first, customer_id, date(2028, 1, 1)),
        second: ("invoice", second, customer_id, date(2028, 2, 1)),
        customer_id: ("balance", customer_id, customer_id, date(2028, 2, 1)),
    }
    assert begun is not None
    assert (begun["link_id"], begun["invoice_ids"]) == (second, [second])


async def test_the_migrations_make_what_the_models_say(old: Old) -> None:
    """Nothing is left to be generated after the last of them."""
    await old.upgrade("head")
    await old.check()
