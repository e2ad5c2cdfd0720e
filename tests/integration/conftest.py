"""One service at a time: its HTTP side in this process, on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from shared.clock import FixedClock
from shared.ids import uuid7
from shared.service import Service
from shared.settings import ServiceSettings
from shared.testing.databases import TestDatabases
from shared.testing.issuer import TestIssuer
from shared.testing.served import Served
from shared.testing.settings import service_settings

NOW = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def creditor_id() -> UUID:
    return uuid7()


@pytest.fixture
async def serve(
    databases: TestDatabases, database: str, issuer: TestIssuer, clock: FixedClock
) -> AsyncIterator[Callable[..., Awaitable[Served]]]:
    """`await serve("billing", create_app, Settings, creditor_id)` gives a `Served`."""
    async with AsyncExitStack() as stack:

        async def start(
            name: str,
            create_app: Callable[[Service], FastAPI],
            settings_type: type[ServiceSettings],
            creditor_id: UUID,
            *,
            own_clock: bool = False,
            **settings: Any,
        ) -> Served:
            arguments = service_settings(name, databases, database, issuer)
            service = Service(
                name, settings_type(**{**arguments, **settings}), None if own_clock else clock
            )
            app = create_app(service)
            await stack.enter_async_context(app.router.lifespan_context(app))
            return Served(app, service, issuer, creditor_id)

        yield start
