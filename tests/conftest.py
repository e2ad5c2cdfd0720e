"""What tests share: a real PostgreSQL and a real broker, and a fresh database for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.local.infra import Infra, ensure_infra
from deploy.local.settings import CHECKOUT
from shared.testing.databases import TestDatabases
from shared.testing.issuer import TestIssuer
from tests.workers import FilesThenStories, Machine, turn

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FilesThenStories:
    config.option.loadscopereorder = False
    return FilesThenStories(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: turn(item.nodeid))


@pytest.fixture(scope="session", autouse=True)
def machine() -> Iterator[Machine]:
    with Machine(CHECKOUT / ".local" / "test" / "machine.lock") as shared:
        yield shared


@pytest.fixture(scope="session")
def infra() -> Iterator[Infra]:
    """PostgreSQL and Kafka, started once for all tests of this checkout."""
    running = ensure_infra()
    yield running
    running.stop()


@pytest.fixture(scope="session")
async def databases(infra: Infra) -> AsyncIterator[TestDatabases]:
    made = TestDatabases(infra.admin_database_url)
    await made.prepare()
    yield made
    await made.close()


@pytest.fixture
async def database(databases: TestDatabases) -> AsyncIterator[str]:
    """The name of a migrated, empty database of this test alone."""
    name = await databases.take()
    yield name
    databases.give_back(name)


@pytest.fixture(scope="session")
def issuer() -> Iterator[TestIssuer]:
    running = TestIssuer()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real bank and provider files; they are not part of the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real bank files are not beside this checkout (../shared/data)")
    return SHARED_DATA
