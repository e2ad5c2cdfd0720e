"""`kill -9` of a process in the middle of a file: afterwards all is as if it had not been."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from shared.testing.databases import TestDatabases
from shared.testing.eventually import until
from shared.testing.settings import MASTER_KEY
from tests.factories.payments import camt053, invoice_issued, paid
from tests.integration.payments.conftest import World

LINES = 3_000
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'"


def environment(databases: TestDatabases, database: str) -> dict[str, str]:
    return {
        **os.environ,
        "INNING_ENVIRONMENT": "test",
        "INNING_MASTER_KEY": MASTER_KEY,
        "PAYMENTS_DATABASE_URL": databases.url(database, "inning_payments"),
        "PAYMENTS_RELAY_DATABASE_URL": databases.url(database, "inning_payments_relay"),
    }


@contextmanager
def full_pipe() -> Iterator[int]:
    """A pipe nobody reads, full to the brim: who writes to it stops there."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    try:
        for size in (4_096, 1):
            try:
                while True:
                    os.write(writing, b"." * size)
            except BlockingIOError:
                pass
        os.set_blocking(writing, True)
        yield writing
    finally:
        os.close(reading)
        os.close(writing)


class Intake:
    """The command in a process of its own, on the database of this test."""

    def __init__(self, databases: TestDatabases, database: str, root: Path) -> None:
        self._databases, self._database, self._root = databases, database, root

    async def start(self, stdout: int = asyncio.subprocess.DEVNULL) -> asyncio.subprocess.Process:
        arguments = ("folder", str(self._root), "--once", "--settle-s", "0")
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.payments.intake",
            *arguments,
            stdout=stdout,
            env=environment(self._databases, self._database),
        )

    async def run(self) -> None:
        process = await self.start()
        assert await asyncio.wait_for(process.wait(), 60) == 0

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[asyncpg.Connection[Any]]:
        connection = await asyncpg.connect(self._databases.url(self._database))
        yield connection
        await connection.close()

    async def killed_while_it_waits_for(self, lock: str) -> None:
        """Hold a lock the import needs, and kill it when it stands before it."""
        async with self.admin() as holder, self.admin() as watcher, holder.transaction():
            await holder.execute(lock)
            process = await self.start()

            async def waits() -> bool:
                return bool(await watcher.fetchval(WAITS, self._database))

            await until(waits, seconds=60)
            process.kill()
            await process.wait()

    async def killed_after_its_commit(self) -> None:
        """Its log line comes between the commit and the move of the file: there it stops."""
        async with self.admin() as watcher:

            async def committed() -> bool:
                query = "SELECT count(*) FROM payments.statement_files"
                return bool(await watcher.fetchval(query))

            with full_pipe() as stdout:
                process = await self.start(stdout)
                await until(committed, seconds=60)
                process.kill()
                await process.wait()


# Where it stands: nothing written; all written, nothing committed; committed, nothing moved.
BEFORE_WRITING = "SELECT 1 FROM payments.bank_accounts FOR UPDATE"
BEFORE_COMMIT = "SELECT 1 FROM payments.audit_heads FOR UPDATE"


@pytest.mark.parametrize("moment", ["before_writing", "before_commit", "after_commit"])
async def test_a_process_killed_in_a_file_leaves_no_trace_after_the_next(
    world: World, databases: TestDatabases, database: str, tmp_path: Path, moment: str
) -> None:
    issued = [invoice_issued(count, 1_000 + count) for count in range(1, LINES + 1)]
    await world.hear(*issued)
    # The head of the audit trail exists from the first write on.
    await world.post("/bank-accounts", {"number": "1", "name": "Another account"})
    await world.news()
    incoming = tmp_path / str(world.payments.creditor_id) / "in"
    incoming.mkdir(parents=True)
    lines = [paid(one.total.minor, reference=one.rf_reference) for one in issued]
    (incoming / "day.xml").write_bytes(camt053(lines))
    intake = Intake(databases, database, tmp_path)
    if moment == "before_writing":
        await intake.killed_while_it_waits_for(BEFORE_WRITING)
    elif moment == "before_commit":
        await intake.killed_while_it_waits_for(BEFORE_COMMIT)
    else:
        await intake.killed_after_its_commit()
    assert [path.name for path in (incoming.parent / "work").iterdir()] == ["day.xml"]
    assert len(await world.news()) == (2 * LINES if moment == "after_commit" else 0)
    await intake.run()
    assert [path.name for path in (incoming.parent / "done").iterdir()] == ["day.xml"]
    found = await world.get("/reconciliation")
    total = sum(one.total.minor for one in issued)
    allocated = [account["allocated"]["amount"] for account in found["accounts"]]
    assert (found["agrees"], sum(allocated)) == (True, total)
    assert len(await world.news()) == (0 if moment == "after_commit" else 2 * LINES)
    assert len(world.booked) == 1
