"""Debits whose world changes between planning, release and booking."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from shared.db import Scope
from shared.events.collections import DisputeOpened, DisputeResolved
from shared.events.payments import DebitCancelled, DebitSubmitted, PaymentAllocated, PaymentReversed
from shared.ids import uuid7
from shared.testing.eventually import until
from tests.factories.payments import Booked, camt053, customer_changed, paid
from tests.integration.payments.conftest import World
from tests.integration.payments.test_debits import (
    ACCOUNTS,
    COLLECT_ON,
    debtor,
    only_debit,
    plan,
    released,
)

_LATER = date(2026, 4, 20)


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


@pytest.mark.parametrize(("code", "in_one_sum"), [("TECH", False), ("CUST", True)])
async def test_a_withdrawn_debit_that_the_bank_collects_all_the_same_pays_its_bill(
    world: World, code: str, *, in_one_sum: bool
) -> None:
    """The withdrawal came too late: the money is here, and a later return takes it back."""
    bill = await debtor(world, 1, 6_400)
    batch = await released(world)
    await world.post(f"/debit-batches/{batch['id']}/withdraw", {"code": code})
    await world.news()
    reference = (await only_debit(world, bill.invoice_id))["end_to_end_id"]
    one_by_one = paid(6_400, end_to_end_id=reference)
    booked = Booked(6_400, batch=batch["reference"]) if in_one_sum else one_by_one
    await world.upload(camt053([booked], number=1))
    told = await world.news()
    assert [type(event).__name__ for event in told] == ["PaymentReceived", "PaymentAllocated"]
    assert isinstance(told[1], PaymentAllocated)
    assert told[1].allocations[0].invoice_id == bill.invoice_id
    debit = await only_debit(world, bill.invoice_id)
    assert (debit["status"], debit["return_code"]) == ("collected", None)
    assert (await world.get("/reconciliation"))["agrees"]
    back = paid(-6_400, end_to_end_id=reference, return_code="MD06")
    await world.upload(camt053([back], number=2, opening=6_400, day=_LATER))
    assert any(isinstance(event, PaymentReversed) for event in await world.news())
    debit = await only_debit(world, bill.invoice_id)
    assert (debit["status"], debit["return_code"]) == ("returned", "MD06")
    assert (await world.get("/reconciliation"))["agrees"]


async def test_two_clerks_who_plan_at_once_plan_each_invoice_once(world: World) -> None:
    """The second waits for the first, then sees what it planned."""
    bill = await debtor(world, 1, 6_400)
    lock = f"SELECT 1 FROM open_items WHERE id = '{bill.invoice_id}' FOR UPDATE"
    body = {"collect_on": COLLECT_ON.isoformat()}
    assert await both_at_once(world, lock, "/debit-batches", body) == [201, 409]


async def test_two_clerks_who_register_one_mandate_at_once_register_it_once(world: World) -> None:
    """Both saw its reference free; the slower one is told that it no longer is."""
    customer_id = uuid7()
    await world.hear(customer_changed(customer_id, "K1"))
    body = {
        "customer_id": str(customer_id),
        "reference": "M-1",
        "iban": ACCOUNTS[0],
        "account_holder": "A. Voorbeeld",
        "signed_on": "2025-06-01",
    }
    lock = "LOCK TABLE mandates IN SHARE MODE"
    assert await both_at_once(world, lock, "/mandates", body) == [201, 409]


async def both_at_once(world: World, lock: str, path: str, body: dict[str, Any]) -> list[int]:
    """The answers to two of the same POST that both came as far as a lock lets them."""
    service = world.payments.service
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")

    async def both_wait() -> bool:
        async with service.db.engine.connect() as connection:
            return int(await connection.scalar(waiting) or 0) >= 2

    async with service.db.write(Scope(world.payments.creditor_id, "test")) as session:
        await session.execute(text(lock))
        asked = [
            asyncio.create_task(world.payments.call("POST", path, json=body)) for _ in range(2)
        ]
        await until(both_wait)
    return sorted([(await one).status_code for one in asked])
