"""Two bank files at once: the second waits for its turn, and says so when that does not come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from services.payments.app import create_app
from services.payments.config import Settings
from services.payments.intake.folder import WatchedFolder
from services.payments.use_cases.import_turns import wait_for_import
from shared.db import Scope
from shared.ids import uuid7
from shared.testing.databases import TestDatabases
from shared.testing.eventually import until
from shared.testing.served import Served
from tests.factories.payments import camt053, paid
from tests.integration.payments.conftest import World

FILES = [camt053([paid(100)], number=n, opening=100 * (n - 1)) for n in (1, 2, 3)]


@pytest.fixture
async def process(
    world: World, serve: Callable[..., Awaitable[Served]]
) -> Callable[[float], Awaitable[Served]]:
    """Another process of the same service, with the seconds its files wait for their turn."""

    async def start(wait_s: float) -> Served:
        creditor_id = world.payments.creditor_id
        return await serve("payments", create_app, Settings, creditor_id, import_wait_s=wait_s)

    return start


@asynccontextmanager
async def importing(served: Served, creditor_id: UUID | None = None) -> AsyncIterator[None]:
    """A file of the creditor is being stored meanwhile, by this process."""
    scope = Scope(creditor_id or served.creditor_id, "system:test")
    async with served.service.db.write(scope) as session:
        await wait_for_import(session, 1.0)
        yield


async def payment_count(world: World) -> int:
    return len((await world.get("/payments"))["items"])


async def test_files_sent_at_once_all_go_in(
    world: World, process: Callable[[float], Awaitable[Served]]
) -> None:
    """Three to each of two processes, the same ones: every file is stored once."""
    served = [world.payments, await process(60)]
    calls = [one.call("POST", "/statements", content=file) for file in FILES for one in served]
    answers = await asyncio.gather(*calls)
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [201] * 3
    assert await payment_count(world) == 3
    assert (await world.get("/reconciliation"))["agrees"]


async def test_a_file_waits_while_another_process_stores_one(
    world: World, database: str, databases: TestDatabases
) -> None:
    connection = await asyncpg.connect(databases.url(database))

    async def is_waiting() -> bool:
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return bool(await connection.fetchval(waiting))

    async with importing(world.payments):
        sent = asyncio.create_task(world.payments.call("POST", "/statements", content=FILES[0]))
        await until(is_waiting)
        assert not sent.done()
    assert (await sent).status_code == 201
    await connection.close()


async def test_a_file_whose_turn_does_not_come_is_to_be_sent_again(
    world: World, process: Callable[[float], Awaitable[Served]]
) -> None:
    """Whether this process stores the other file or another one does; its key is free again."""
    impatient = await process(0.05)
    turns = impatient.app.state.import_turns
    headers = {"Idempotency-Key": "once"}

    async def send() -> tuple[int, str | None, str | None]:
        answer = await impatient.call("POST", "/statements", content=FILES[0], headers=headers)
        return answer.status_code, answer.json().get("code"), answer.headers.get("Retry-After")

    async with importing(world.payments):
        assert await send() == (503, "import_running", "30")
    async with turns.turn(world.payments.creditor_id):
        assert await send() == (503, "import_running", "30")
    assert await send() == (201, None, None)


async def test_another_creditors_file_waits_for_nobody(
    world: World, process: Callable[[float], Awaitable[Served]]
) -> None:
    impatient = await process(0.05)
    async with importing(world.payments, uuid7()), impatient.app.state.import_turns.turn(uuid7()):
        answer = await impatient.call("POST", "/statements", content=FILES[0])
    assert answer.status_code == 201


async def test_a_refused_file_gives_its_turn_away(world: World) -> None:
    wrong = await world.payments.call("POST", "/statements", content=FILES[0][:-50])
    assert wrong.status_code == 422
    assert (await world.upload(FILES[0]))["payments"] == 1


async def test_a_dropped_file_waits_in_the_folder_and_is_taken_by_a_later_look(
    world: World, process: Callable[[float], Awaitable[Served]], tmp_path: Path
) -> None:
    impatient = await process(0.05)
    rooms = tmp_path / str(world.payments.creditor_id)
    for room in ("in", "work"):
        (rooms / room).mkdir(parents=True)
    for number, content in enumerate(FILES):
        (rooms / "in" / f"{number}.xml").write_bytes(content)
    folder = WatchedFolder(impatient.service, tmp_path, settle_s=0)
    await folder.look()
    async with importing(world.payments):
        assert await folder.look() == []
        assert len(list((rooms / "work").iterdir())) == 3
    assert list((rooms / "refused").iterdir()) == []
    taken = await folder.look()
    assert [one.outcome for one in taken] == ["stored"] * 3
    assert await payment_count(world) == 3
