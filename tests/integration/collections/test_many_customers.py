"""Two thousand customers are a handful of statements, not two thousand handfuls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import event

from services.collections.jobs import look_at_all
from shared.events.collections import ChargeImposed, MessageRequested, StepTaken
from shared.ids import uuid7
from tests.factories.collections import customer_changed, invoice_issued
from tests.integration.collections.world import World

DUE = date(2026, 8, 31)
MANY = 2_000


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """The statements that reach the database inside the block."""
    engine, seen = world.served.service.db.engine.sync_engine, []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_two_thousand_customers_are_told_and_evaluated_in_few_statements(
    world: World,
) -> None:
    customers = [uuid7() for _ in range(MANY)]
    invoices = {customer: uuid7() for customer in customers}
    with counted(world) as statements:
        await world.tell(*(customer_changed(c, f"K{n}") for n, c in enumerate(customers, start=1)))
    assert len(statements) <= 8
    for customer, invoice in invoices.items():
        world.adopt(invoice, customer, 14260, DUE)
    with counted(world) as statements:
        await world.tell(
            *(
                invoice_issued(invoice, customer, 14260, DUE, number=f"F{n}")
                for n, (customer, invoice) in enumerate(invoices.items(), start=1)
            )
        )
    assert len(statements) <= 6
    day = date(2026, 9, 7)
    world.at(day)
    with counted(world) as statements:
        await look_at_all(world.served.service, world.served.creditor_id, day)
    # Two chunks of a thousand and an empty one to see that there are no more.
    assert len(statements) <= 75
    with counted(world) as statements:
        await world.settle()
    assert len(world.all(StepTaken)) == MANY
    assert len(world.all(MessageRequested)) == MANY
    # Two thousand answers, and two chunks marked when their overdue invoices were told of.
    assert len(statements) <= 50
    with counted(world) as statements:
        await world.tell(*(world.payment(i, 260, None, uuid7()) for i in invoices.values()))
    assert len(statements) <= 10
    assert world.all(ChargeImposed) == []
    summary = await world.served.get("/summary")
    assert (summary["cases"], summary["steps"]) == ({"open": MANY}, {"friendly_reminder": MANY})
    assert summary["customers_to_look_at"] == MANY


async def test_the_worklist_comes_in_pages_most_urgent_first(world: World) -> None:
    customers = [await world.customer() for _ in range(7)]
    for position, customer in enumerate(customers):
        await world.invoice(customer, 10000 + 1000 * position, DUE)
    await world.advance(date(2026, 10, 30), days=7)
    await world.advance(date(2026, 11, 10), days=1)
    seen, cursor = [], ""
    while cursor is not None:
        page = await world.served.get(f"/worklist?limit=3{cursor and f'&cursor={cursor}'}")
        seen += [item["customer"]["number"] for item in page["items"]]
        cursor = page["next_cursor"]
    # All calls: the larger sum first.
    assert seen == ["K7", "K6", "K5", "K4", "K3", "K2", "K1"]
