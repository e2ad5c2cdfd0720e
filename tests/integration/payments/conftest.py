"""The payments service on a real database, with a creditor it knows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from deploy.local.provider import create_app as create_provider
from deploy.local.settings import LocalSettings, Ports
from services.payments.app import create_app
from services.payments.config import Settings
from services.payments.consumers import HANDLERS
from shared.events.billing import InvoiceIssued
from shared.events.envelope import Event, Received
from shared.events.payments import StatementBooked
from shared.testing.events import deliver, emitted
from shared.testing.served import Served
from tests.factories.payments import creditor_changed, invoice_issued

if TYPE_CHECKING:
    from tests.integration.payments.online import Books, Online


@dataclass(slots=True)
class World:
    """Payments, what it is told, and what it tells."""

    payments: Served
    seen: int = field(default=0)
    # Statements announced up to the last `news`.
    booked: list[StatementBooked] = field(default_factory=list)

    async def hear(self, *events: Event | Received[Any]) -> list[Received[Any]]:
        return await deliver(self.payments.service, HANDLERS, self.payments.creditor_id, *events)

    async def issue(self, count: int, cents: int, *args: Any, **kwargs: Any) -> InvoiceIssued:
        issued = invoice_issued(count, cents, *args, **kwargs)
        await self.hear(issued)
        await self.news()
        return issued

    async def news(self) -> list[Event]:
        """What was emitted since the last time it was asked for; statements are in `booked`."""
        told = await emitted(self.payments.service)
        fresh, self.seen = told[self.seen :], len(told)
        self.booked += [event for event in fresh if isinstance(event, StatementBooked)]
        return [event for event in fresh if not isinstance(event, StatementBooked)]

    async def upload(self, content: bytes) -> Any:
        return await self.payments.post("/statements", content=content)

    async def get(self, path: str) -> Any:
        return await self.payments.get(path)

    async def post(self, path: str, body: Any = None) -> Any:
        return await self.payments.post(path, json=body)

    async def approve(self, path: str, body: Any = None) -> Any:
        """A POST by somebody else: four eyes."""
        token = self.payments.token(subject="colleague")
        return await self.payments.post(path, json=body, token=token)


@pytest.fixture
async def world(serve: Callable[..., Awaitable[Served]], creditor_id: UUID) -> World:
    payments = await serve("payments", create_app, Settings, creditor_id)
    made = World(payments)
    await made.hear(creditor_changed(creditor_id))
    return made


@pytest.fixture
def provider_app(monkeypatch: pytest.MonkeyPatch) -> tuple[FastAPI, int]:
    from tests.integration.payments.online import API_KEY, free_port

    monkeypatch.setenv("PAYMENTS_PROVIDER_API_KEY", API_KEY)
    port = free_port()
    return create_provider(LocalSettings(port=Ports(provider=port))), port


@pytest.fixture
def provider_books(provider_app: tuple[FastAPI, int]) -> Books:
    from tests.integration.payments.online import Books

    return Books(provider_app[0].state.provider)


@pytest.fixture
async def online(
    serve: Callable[..., Awaitable[Served]],
    creditor_id: UUID,
    provider_app: tuple[FastAPI, int],
) -> AsyncIterator[Online]:
    """Payments at an address payers and the provider can reach."""
    from tests.integration.payments.online import going_online

    async with going_online(serve, creditor_id, *provider_app) as world:
        yield world
