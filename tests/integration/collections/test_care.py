"""What must not go wrong quietly: a payment told late, a bad account, a lost trace."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from services.collections.jobs import look_at_all
from services.collections.use_cases import evaluate_customers as use_case
from shared.db import Scope
from shared.events.collections import MessageRequested
from shared.ids import uuid7
from shared.testing.events import receive
from tests.integration.collections.world import World

DUE = date(2026, 8, 31)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def test_a_payment_made_in_time_but_told_late_stops_the_dunning_for_a_person(
    world: World,
) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 14260, DUE)
    await world.advance(date(2026, 10, 26))
    assert [kind for _, kind, _, _ in world.charges()] == ["costs", "interest"]
    # The bank tells on Monday the 26th of money valued on the last free day, the 21st.
    await world.pay(invoice, 14260, value_on=date(2026, 10, 21))
    (item,) = (await world.served.get("/worklist"))["items"]
    assert (item["kind"], item["next_action"]["code"]) == ("costs_review", "review_costs")
    assert "€40.00 of costs imposed, €0.00 owed" in item["reason"]["text"]["en"]
    await world.advance(date(2026, 12, 30), days=7)
    assert [i["kind"] for i in (await world.served.get("/worklist"))["items"]] == ["costs_review"]


async def test_one_bad_account_does_not_stop_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = await world.customer(), await world.customer()
    await world.invoice(bad, 6000, DUE)
    await world.invoice(good, 6000, DUE)
    evaluate = use_case.evaluate

    def sometimes(dossier: Any, *rest: Any) -> Any:
        if dossier.customer_id == bad:
            raise ZeroDivisionError
        return evaluate(dossier, *rest)

    monkeypatch.setattr(use_case, "evaluate", sometimes)
    await world.advance(date(2026, 9, 8))
    assert [e.customer_id for _, e in world.all(MessageRequested)] == [good]
    explained = await world.served.get(f"/customers/{bad}/explanation")
    assert explained["earlier"][0]["reason"]["code"] == "not_evaluated"
    monkeypatch.undo()
    await world.advance(date(2026, 9, 9))
    assert [e.customer_id for _, e in world.all(MessageRequested)] == [good, bad]


async def test_what_a_look_leads_to_goes_on_in_the_trace_of_its_cause(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 14260, DUE)
    await world.advance(date(2026, 9, 8))
    service = world.served.service
    (received,) = receive(
        service, world.served.creditor_id, world.payment(invoice, 14260, None, uuid7())
    )
    await world.tell(replace(received, traceparent=TRACE))
    await world.settle()
    connection = await asyncpg.connect(service.settings.relay_database_url.get_secret_value())
    rows = await connection.fetch(
        "SELECT traceparent FROM outbox WHERE type = 'collections.case.closed.v1'"
    )
    await connection.close()
    assert [row["traceparent"].split("-")[1] for row in rows] == [TRACE.split("-")[1]]


async def test_a_job_that_was_cut_off_goes_through_everybody_again(world: World) -> None:
    customers = [await world.customer() for _ in range(3)]
    for customer in customers:
        await world.invoice(customer, 6000, DUE)
    world.at(date(2026, 9, 7))
    service = world.served.service
    for _ in range(2):
        await look_at_all(service, world.served.creditor_id, date(2026, 9, 7))
    await world.settle()
    assert len(world.messages()) == 3


async def test_every_change_of_status_is_kept_with_who_and_why(world: World) -> None:
    customer = await world.customer()
    await world.invoice(customer, 6000, DUE)
    await world.advance(date(2026, 9, 8))
    scope = Scope(world.served.creditor_id, "clerk:tester")
    async with world.served.service.db.read(scope) as session:
        rows = await session.execute(
            text("SELECT noun, before, after, actor FROM status_history ORDER BY id")
        )
        found = [tuple(row) for row in rows]
    assert ("step", None, "requested", "system:collections") in found
    assert ("step", "requested", "sent", "system:collections") in found


async def test_names_are_unreadable_in_the_database(world: World) -> None:
    customer: UUID = await world.customer(name="Zeer Herkenbaar")
    scope = Scope(world.served.creditor_id, "clerk:tester")
    async with world.served.service.db.read(scope) as session:
        row = (await session.execute(text("SELECT to_jsonb(customers) FROM customers"))).scalar()
    assert "Herkenbaar" not in str(row)
    explained = await world.served.get(f"/customers/{customer}/explanation")
    assert explained["customer"]["name"] == "Zeer Herkenbaar"
