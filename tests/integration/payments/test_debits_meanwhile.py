"""Debits whose world changes between planning, release and booking."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from shared.db import Scope
from shared.events.collections import DisputeOpened, DisputeResolved
from shared.events.payments import DebitCancelled, DebitSubmitted
from shared.ids import uuid7
from shared.testing.eventually import until
from tests.integration.payments.conftest import World
from tests.integration.payments.test_debits import (
    COLLECT_ON,
    debtor,
    plan,
)


async def test_what_was_disputed_since_the_planning_is_not_collected(world: World) -> None:
    """A dispute or an arrangement that begins before the release keeps its invoices out of it."""
    bill, other = await debtor(world, 1, 6_400), await debtor(world, 2, 1_000)
    batch = await plan(world)
    named = {"dispute_id": uuid7(), "customer_id": bill.customer_id}
    await world.hear(DisputeOpened(**named, invoice_ids=(bill.invoice_id,), reason="reading"))
    batch = await world.approve(f"/debit-batches/{batch['id']}/release")
    assert batch["left_out"] == {"changed_since_planned": 1}
    told = await world.news()
    assert [e.invoice_id for e in told if isinstance(e, DebitSubmitted)] == [other.invoice_id]
    assert [e.invoice_id for e in told if isinstance(e, DebitCancelled)] == [bill.invoice_id]
    await world.hear(DisputeResolved(**named, invoice_ids=(), outcome="rejected"))
    assert (await plan(world))["total"]["debits"] == 1


async def test_two_clerks_who_plan_at_once_plan_each_invoice_once(world: World) -> None:
    """The second waits for the first, then sees what it planned."""
    bill = await debtor(world, 1, 6_400)
    service = world.payments.service
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")

    async def both_wait() -> bool:
        async with service.db.engine.connect() as connection:
            return int(await connection.scalar(waiting) or 0) >= 2

    async with service.db.write(Scope(world.payments.creditor_id, "test")) as session:
        lock = text("SELECT 1 FROM open_items WHERE id = :id FOR UPDATE")
        await session.execute(lock, {"id": bill.invoice_id})
        body = {"collect_on": COLLECT_ON.isoformat()}
        asked = [
            asyncio.create_task(world.payments.call("POST", "/debit-batches", json=body))
            for _ in range(2)
        ]
        await until(both_wait)
    answers = sorted([(await one).status_code for one in asked])
    assert answers == [201, 409]
