"""A statement of exact references, by REST, to stored allocations and events in the outbox.

The service runs in a process of its own, as in production. The floor of the same run is what the
database needs for that alone: COPY of the very rows the import wrote, triggers and all, and one
join that finds the open item of each reference.
"""

from __future__ import annotations

import asyncio
import io
import os
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from deploy.local.infra import Infra
from services.payments.config import Settings
from services.payments.consumers import HANDLERS
from shared.ids import uuid7
from shared.service import Service
from shared.testing.databases import TestDatabases
from shared.testing.events import deliver
from shared.testing.eventually import until
from shared.testing.issuer import TestIssuer
from shared.testing.settings import MASTER_KEY, service_settings
from tests.factories.payments import (
    camt053,
    creditor_changed,
    customer_changed,
    invoice_issued,
    paid,
)
from tests.load.figures import Figure

COUNTS = (5_000, 50_000)
ROUNDS = 3
_FIRST_DAY = date(2026, 4, 1)
_INVOICES_AT_ONCE = 2_000
# What an import writes, in the order their references ask for; `outbox` numbers its own rows.
_TABLES = (
    "statement_files",
    "bank_statements",
    "bank_entries",
    "bank_lines",
    "payments",
    "allocations",
    "outbox",
)
_PREPARED = ("creditors", "bank_accounts", "open_items")
# What the triggers of the tables ask for: they run for the floor too.
_AS_WE_DO = (
    "SELECT set_config('search_path', 'payments', false), set_config('inning.creditor_id', $1,"
    " false), set_config('inning.actor', 'system:bench', false), set_config('inning.reason', '',"
    " false), set_config('inning.now', now()::text, false)"
)
_JOIN = (
    "SELECT count(*) FROM unnest($1::text[], $2::bigint[]) AS line (reference, amount_minor)"
    " JOIN payments.open_items AS item ON item.rf_reference = line.reference"
    " AND item.open_minor = line.amount_minor"
)


@dataclass(slots=True)
class Bench:
    """A running payments service with one creditor, and its database."""

    databases: TestDatabases
    database: str
    client: httpx.AsyncClient
    service: Service
    creditor_id: UUID
    # Ids of the last import come after this one: they sort by the moment of their making.
    since: UUID = field(default_factory=uuid7)

    async def bill(self, first: int, count: int) -> list[tuple[str, int]]:
        """Open items, each with a reference and an amount of its own."""
        billed = []
        for start in range(first, first + count, _INVOICES_AT_ONCE):
            numbers = range(start, min(start + _INVOICES_AT_ONCE, first + count))
            issued = [invoice_issued(number, 1_000 + number) for number in numbers]
            owing = [customer_changed(one.customer_id, f"K{one.number}") for one in issued]
            await deliver(self.service, HANDLERS, self.creditor_id, *owing, *issued)
            billed += [(one.rf_reference, one.total.minor) for one in issued]
        return billed

    async def upload(self, content: bytes, count: int) -> float:
        """Seconds from sending the file to its answer, when all of it is committed."""
        self.since = uuid7(time.time_ns() // 1_000_000 - 1)
        began = time.perf_counter()
        answer = await self.client.post(
            "/v1/statements", content=content, headers={"Idempotency-Key": uuid4().hex}
        )
        took_s = time.perf_counter() - began
        assert answer.status_code == 201, answer.text[:500]
        assert answer.json()["matched"] == count
        return took_s


@asynccontextmanager
async def running(infra: Infra) -> AsyncIterator[Bench]:
    databases, issuer, creditor_id = TestDatabases(infra.admin_database_url), TestIssuer(), uuid7()
    await databases.prepare()
    database = await databases.create()
    port = _free_port()
    settings = service_settings("payments", databases, database, issuer)
    service = Service("payments", Settings(**settings))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "uvicorn", "services.payments.app:create_app", "--factory"),
        *("--port", str(port), "--log-level", "warning"),
        env={
            **os.environ,
            "INNING_ENVIRONMENT": "test",
            "INNING_MASTER_KEY": MASTER_KEY,
            "INNING_JWKS_URL": issuer.jwks_url,
            "INNING_TOKEN_ISSUER": issuer.url,
            "INNING_TOKEN_AUDIENCE": str(settings["token_audience"]),
            "PAYMENTS_DATABASE_URL": str(settings["database_url"]),
            "PAYMENTS_RELAY_DATABASE_URL": str(settings["relay_database_url"]),
        },
    )
    token = issuer.mint(
        scope="payments:read payments:write", creditors=[creditor_id], roles=["machine"]
    )
    client = httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}",
        headers={"Authorization": f"Bearer {token}"},
        timeout=300,
    )
    bench = Bench(databases, database, client, service, creditor_id)
    try:
        await until(lambda: _is_ready(client), seconds=60)
        await deliver(service, HANDLERS, creditor_id, creditor_changed(creditor_id))
        yield bench
    finally:
        process.terminate()
        await process.wait()
        await client.aclose()
        await service.close()
        issuer.stop()
        await databases.drop(database)


async def floor(bench: Bench, billed: list[tuple[str, int]]) -> float:
    """Seconds to COPY the rows of the last import into an empty copy of the database."""
    copy = await bench.databases.create()
    source = await asyncpg.connect(bench.databases.url(bench.database))
    target = await asyncpg.connect(bench.databases.url(copy))
    try:
        await target.fetchrow(_AS_WE_DO, str(bench.creditor_id))
        for table in _PREPARED:
            await _move(target, table, await _rows(source, table, "true"))
        since = f"'{bench.since}'"
        rows = {table: await _rows(source, table, f"id > {since}") for table in _TABLES[:-1]}
        rows["outbox"] = await _rows(source, "outbox", f"event_id > {since}")
        references, amounts = (list(column) for column in zip(*billed, strict=True))
        began = time.perf_counter()
        async with target.transaction():
            assert await target.fetchval(_JOIN, references, amounts) == len(billed)
            for table in _TABLES:
                await _move(target, table, rows[table])
        return time.perf_counter() - began
    finally:
        await source.close()
        await target.close()
        await bench.databases.drop(copy)


async def _rows(source: asyncpg.Connection[Any], table: str, where: str) -> io.BytesIO:
    buffer = io.BytesIO()
    query = f"SELECT * FROM payments.{table} WHERE {where}"
    await source.copy_from_query(query, output=buffer, format="binary")
    return buffer


async def _move(target: asyncpg.Connection[Any], table: str, rows: io.BytesIO) -> None:
    rows.seek(0)
    await target.copy_to_table(table, schema_name="payments", source=rows, format="binary")


async def measure(infra: Infra) -> list[Figure]:
    figures = []
    for count in COUNTS:
        ours, floors = [], []
        async with running(infra) as bench:
            for number in range(ROUNDS):
                billed = await bench.bill(1 + number * count, count)
                content = camt053(
                    [paid(cents, reference=reference) for reference, cents in billed],
                    number=number + 1,
                    day=_FIRST_DAY + timedelta(days=number),
                )
                ours.append(count / await bench.upload(content, count))
                floors.append(count / await floor(bench, billed))
        figures.append(Figure(f"match-exact-{count}", "lines/s", ours, floors))
    return figures


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/health/ready")).status_code == 200
    except httpx.TransportError:
        return False
