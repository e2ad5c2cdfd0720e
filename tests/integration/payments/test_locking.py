"""What a decision takes is locked after it, and looked at again."""

from __future__ import annotations

from services.payments.repository import facts, matching
from shared.db import Scope
from tests.factories.payments import camt053, eur, paid
from tests.integration.payments.conftest import World


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
