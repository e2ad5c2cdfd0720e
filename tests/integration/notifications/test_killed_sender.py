"""A process that is killed in the middle of sending: nothing is lost, and little is doubled."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.clock import FixedClock
from shared.ids import uuid7
from tests.factories.notifications_events import a_claim, a_customer, a_request, an_invoice
from tests.integration.notifications.post_room import PostRoom

ROOT = Path(__file__).resolve().parents[3]
CUSTOMERS = 60
# Outcomes of a group in the database's hands, those that wait for it, and the mails on their way.
DOUBLED_AT_MOST = 2 * 2 * 4 + 4


@pytest.mark.parametrize("killed_after", [1, 17, 45])
async def test_a_sender_killed_outright_loses_nothing_and_doubles_only_what_was_not_recorded(
    room: PostRoom, settings: dict[str, Any], clock: FixedClock, killed_after: int
) -> None:
    customers = [
        a_customer(uuid7(), number=f"K{n}", email=f"k{n}@post.example") for n in range(CUSTOMERS)
    ]
    requests = [
        a_request(
            customer.customer_id,
            "friendly_reminder",
            items=(a_claim(an_invoice(customer.customer_id, n + 1)),),
        )
        for n, customer in enumerate(customers)
    ]
    await room.hear(*customers, *requests)
    reached = asyncio.Event()
    room.relay.watch = lambda count: reached.set() if count >= killed_after else None
    sender = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.notifications.sending_process",
        json.dumps({**settings, "chunk_size": 20}, default=str),
        str(room.creditor_id),
        cwd=ROOT,
    )
    async with asyncio.timeout(60):
        await reached.wait()
        sender.kill()
        await sender.wait()
        # That process followed the machine's clock; the one here must not be behind it.
        clock.advance(timedelta(days=3650))
        # The killed process leaves its lock with its connection, a moment later.
        while (await room.served.get("/summary"))["waiting"]:
            await room.work()

    counts = Counter(item.recipient for item in room.relay.caught)
    assert sorted(counts) == sorted(customer.email or "" for customer in customers)
    doubled = [recipient for recipient, count in counts.items() if count > 1]
    assert len(doubled) <= DOUBLED_AT_MOST
    assert max(counts.values()) <= 2
    for recipient in doubled:
        same = {item.content for item in room.relay.caught if item.recipient == recipient}
        assert len(same) == 1
    told = Counter(event.cause_id for event in await room.told())
    assert told == Counter(request.cause_id for request in requests)
