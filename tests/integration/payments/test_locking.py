"""What a decision takes is locked after it, and looked at again."""

from __future__ import annotations

import asyncio
from uuid import UUID

from sqlalchemy import text

from services.payments.repository import facts, matching
from shared.db import Scope
from shared.testing.eventually import until
from tests.factories.payments import camt053, eur, paid
from tests.integration.payments.conftest import World
from tests.integration.payments.test_debits import debtor, only_debit, released


async def test_items_are_locked_and_only_those_that_changed_are_told(world: World) -> None:
    """One bill was paid between finding and locking; the other is as known."""
    scope = Scope(world.payments.creditor_id, "system:test")
    first, second = await world.issue(1, 5_000), await world.issue(2, 7_000)
    ids = [first.invoice_id, second.invoice_id]
    async with world.payments.service.db.read(scope) as session:
        known = await facts.items_named(session, ids=ids)
    assert sorted(item.available.minor for item in known) == [5_000, 7_000]
    await world.upload(camt053([paid(5_000, reference=first.rf_reference)]))
    async with world.payments.service.db.write(scope) as session:
        changed = await matching.lock_known(session, known, may_wait=True)
    assert {item.id: item.available for item in changed.values()} == {first.invoice_id: eur(0)}


async def test_what_somebody_else_holds_counts_as_taken_when_it_may_not_be_waited_for(
    world: World,
) -> None:
    scope = Scope(world.payments.creditor_id, "system:test")
    first, second = await world.issue(1, 5_000), await world.issue(2, 7_000)
    ids = [first.invoice_id, second.invoice_id]
    db = world.payments.service.db
    async with db.write(scope) as holder, db.write(scope) as session:
        known = await facts.items_named(session, ids=ids)
        await matching.lock_candidates(holder, ids=[second.invoice_id])
        changed = await matching.lock_known(session, known, may_wait=False)
        assert {item.id: item.available for item in changed.values()} == {second.invoice_id: eur(0)}


async def test_a_file_and_a_clerk_never_wait_for_each_other(world: World) -> None:
    """A debit collected what was paid meanwhile. A clerk gives its money to another bill while the
    bank's file takes it back and pays that bill: payments are locked before open items by both."""
    bill, other = await debtor(world, 1, 6_400), await world.issue(2, 5_000)
    await released(world)
    reference = (await only_debit(world, bill.invoice_id))["end_to_end_id"]
    for number, how in ((1, {"reference": bill.rf_reference}), (2, {"end_to_end_id": reference})):
        opening = (number - 1) * 6_400
        await world.upload(camt053([paid(6_400, **how)], number=number, opening=opening))
    (item,) = (await world.get("/queue"))["items"]
    back = paid(-6_400, end_to_end_id=reference, return_code="AM04")
    file = camt053([back, paid(5_000, reference=other.rf_reference)], number=3, opening=12_800)
    db = world.payments.service.db

    async def file_waits() -> bool:
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        async with db.engine.connect() as connection:
            return bool(await connection.scalar(waiting))

    async with db.write(Scope(world.payments.creditor_id, "clerk:anna")) as clerk:
        await matching.lock_payment(clerk, UUID(item["payment_id"]))
        upload = asyncio.create_task(world.upload(file))
        await until(file_waits)
        await matching.lock_candidates(clerk, ids=[other.invoice_id])
    result = await upload
    assert (result["debits_returned"], result["matched"]) == (1, 1)
