"""A worker's sending job in a process of its own, for a test to kill. Given: settings, creditor."""

from __future__ import annotations

import asyncio
import json
import sys
from uuid import UUID

from services.notifications.config import Settings
from services.notifications.service import NotificationsService
from services.notifications.use_cases.run_turn import run_turn


async def main(settings: str, creditor_id: str) -> None:
    service = NotificationsService(Settings(**json.loads(settings)))
    today = service.clock.now().date()
    await run_turn(service, UUID(creditor_id), today)
    await service.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
