from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.notifications.app import create_app
from services.notifications.config import Settings
from services.notifications.service import NotificationsService
from shared.clock import FixedClock
from shared.testing.databases import TestDatabases
from shared.testing.issuer import TestIssuer
from shared.testing.served import Served
from shared.testing.settings import service_settings
from tests.integration.notifications.post_room import PostRoom
from tests.integration.notifications.relay import Relay


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    running = Relay()
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
def settings(
    databases: TestDatabases, database: str, issuer: TestIssuer, relay: Relay, tmp_path: Path
) -> dict[str, Any]:
    """Arguments for `Settings`: typesetting in this process, so that no test waits for another."""
    return {
        **service_settings("notifications", databases, database, issuer),
        "smtp_port": relay.port,
        "smtp_timeout_s": 5.0,
        "print_house_dir": tmp_path / "print-house",
        "render_processes": 0,
        "turn_s": 60.0,
    }


@pytest.fixture
async def room(
    serve: Callable[..., Awaitable[Served]],
    settings: dict[str, Any],
    relay: Relay,
    clock: FixedClock,
    creditor_id: UUID,
) -> AsyncIterator[PostRoom]:
    served = await serve("notifications", create_app, Settings, creditor_id, **settings)
    service = NotificationsService(Settings(**settings), clock)
    opened = PostRoom(service, served, relay, settings["print_house_dir"], creditor_id)
    await opened.open()
    yield opened
    await service.close()
