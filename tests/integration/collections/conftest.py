"""Collections' HTTP side with the small world around it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.collections.app import create_app
from services.collections.config import Settings
from shared.clock import FixedClock
from shared.testing.served import Served
from tests.integration.collections.world import World


@pytest.fixture
async def collections(serve: Callable[..., Awaitable[Served]], creditor_id: UUID) -> Served:
    return await serve("collections", create_app, Settings, creditor_id)


@pytest.fixture
async def world(collections: Served, clock: FixedClock) -> AsyncIterator[World]:
    """The story begins on 1 September 2026, ten o'clock in Amsterdam."""
    clock.advance(datetime(2026, 9, 1, 8, 0, tzinfo=UTC) - clock.now())
    made = World(collections, clock)
    await made.begin()
    yield made
    await made.end()
