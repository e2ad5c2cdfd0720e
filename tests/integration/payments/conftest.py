"""The payments service on a real database, with a creditor it knows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from services.payments.app import create_app
from services.payments.config import Settings
from services.payments.consumers import HANDLERS
from shared.events.billing import InvoiceIssued
from shared.events.envelope import Event, Received
from shared.testing.events import deliver, emitted
from shared.testing.served import Served
from tests.factories.payments import creditor_changed, invoice_issued


@dataclass(slots=True)
class World:
    """Payments, what it is told, and what it tells."""

    payments: Served
    seen: int = field(default=0)

    async def hear(self, *events: Event | Received[Any]) -> list[Received[Any]]:
        return await deliver(self.payments.service, HANDLERS, self.payments.creditor_id, *events)

    async def issue(self, count: int, cents: int, *args: Any, **kwargs: Any) -> InvoiceIssued:
        issued = invoice_issued(count, cents, *args, **kwargs)
        await self.hear(issued)
        await self.news()
        return issued

    async def news(self) -> list[Event]:
        """What was emitted since the last time it was asked for."""
        told = await emitted(self.payments.service)
        fresh, self.seen = told[self.seen :], len(told)
        return fresh

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
