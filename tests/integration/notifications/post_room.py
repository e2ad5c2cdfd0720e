"""The notifications service with its relay and its print house, as a test tells stories with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.notifications.consumers import HANDLERS
from services.notifications.service import NotificationsService
from services.notifications.use_cases.run_turn import Turn, run_turn
from shared.clock import business_date
from shared.events.envelope import Event, Received
from shared.events.notifications import MessageFailed, MessageSent
from shared.testing.events import deliver, emitted
from shared.testing.served import Served
from tests.factories.notifications_events import a_creditor
from tests.integration.notifications.relay import Relay


@dataclass
class PostRoom:
    service: NotificationsService
    served: Served
    relay: Relay
    print_house: Path
    creditor_id: UUID

    async def open(self) -> None:
        await self.hear(a_creditor(self.creditor_id))

    async def hear(self, *events: Event | Received[Any]) -> list[Received[Any]]:
        """Events arrive."""
        return await deliver(self.service, HANDLERS, self.creditor_id, *events)

    async def work(self) -> None:
        """The job runs once, until nothing is due."""
        today = business_date(self.service.clock.now(), ZoneInfo("Europe/Amsterdam"))
        await run_turn(self.service, self.creditor_id, today)

    def turn(self) -> Turn:
        """The steps of the job, one by one."""
        return Turn(self.service, self.creditor_id)

    async def message_about(self, cause_id: UUID) -> dict[str, Any]:
        """The one message of a cause, with its history."""
        page = await self.served.get(f"/messages?cause_id={cause_id}")
        (listed,) = page["items"]
        detail: dict[str, Any] = await self.served.get(f"/messages/{listed['id']}")
        return detail

    async def told(self) -> list[MessageSent | MessageFailed]:
        return [
            event
            for event in await emitted(self.service)
            if isinstance(event, MessageSent | MessageFailed)
        ]

    def letters(self) -> list[dict[str, Any]]:
        """What the print house was ordered to print."""
        manifest = self.print_house / "manifest.jsonl"
        if not manifest.exists():
            return []
        return [json.loads(line) for line in manifest.read_text().splitlines()]
