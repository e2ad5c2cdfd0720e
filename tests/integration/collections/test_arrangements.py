"""A payment arrangement holds everything back while it is kept, and ends by itself."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from shared.events.collections import ArrangementAgreed, ArrangementEnded, MessageRequested
from shared.ids import uuid7
from tests.factories.collections import euro
from tests.integration.collections.world import World

DUE = date(2026, 8, 31)


async def agree(world: World, customer: UUID, invoices: list[UUID], **changes: Any) -> Any:
    body = {
        "customer_id": str(customer),
        "invoice_ids": [str(invoice) for invoice in invoices],
        "instalments": 3,
        "first_due_on": "2026-10-01",
        **changes,
    }
    made = await world.served.post("/arrangements", json=body)
    await world.settle()
    return made


async def test_a_kept_arrangement_stops_the_ladder_and_completes_by_itself(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 12000, DUE)
    await world.advance(date(2026, 9, 22))
    made = await agree(world, customer, [invoice])
    assert [item["amount"]["amount"] for item in made["instalments"]] == [4000, 4000, 4000]
    assert [item["due_on"] for item in made["instalments"]] == [
        "2026-10-01",
        "2026-11-01",
        "2026-12-01",
    ]
    for day in (date(2026, 9, 30), date(2026, 10, 30), date(2026, 11, 30)):
        await world.advance(day, days=3)
        await world.pay(invoice, 4000)
    shown = await world.served.get(f"/arrangements/{made['id']}")
    assert (shown["status"], shown["paid"]["amount"]) == ("completed", 12000)
    assert [event.outcome for _, event in world.all(ArrangementEnded)] == ["completed"]
    assert world.charges() == []
    assert [template for _, template in world.messages()] == [
        "friendly_reminder",
        "second_reminder",
        "arrangement_confirmed",
        "arrangement_completed",
    ]


async def test_a_missed_instalment_is_warned_of_once_and_then_breaks_it(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 12000, DUE)
    await world.advance(date(2026, 9, 22))
    await agree(world, customer, [invoice])
    await world.advance(date(2026, 10, 31))
    # Due 1 October, seven days of grace: the warning on the 9th gives time until the 19th.
    warning, broken = [
        e for _, e in world.all(MessageRequested) if e.template == "arrangement_broken"
    ]
    assert warning.requested_on == date(2026, 10, 9)
    assert (warning.restore_by, warning.instalments[0].number) == (date(2026, 10, 19), 1)
    assert (broken.requested_on, broken.restore_by) == (date(2026, 10, 20), None)
    ended = world.all(ArrangementEnded)
    assert [(day, event.outcome) for day, event in ended] == [(date(2026, 10, 20), "broken")]


async def test_after_the_breach_the_ladder_goes_on_where_it_stood(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 12000, DUE)
    await world.advance(date(2026, 9, 22))
    await agree(world, customer, [invoice])
    await world.advance(date(2026, 10, 21))
    assert world.messages()[-2:] == [
        (date(2026, 10, 20), "arrangement_broken"),
        (date(2026, 10, 20), "fourteen_day_letter"),
    ]
    work = (await world.served.get("/worklist"))["items"]
    assert work == []


async def test_an_instalment_paid_after_the_warning_saves_the_arrangement(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 12000, DUE)
    await world.advance(date(2026, 9, 22))
    made = await agree(world, customer, [invoice])
    await world.advance(date(2026, 10, 12))
    (work,) = (await world.served.get("/worklist"))["items"]
    assert (work["kind"], work["due_on"]) == ("arrangement_missed", "2026-10-19")
    assert work["reason"]["text"]["en"].startswith("Instalment 1 of 1 October 2026")
    await world.pay(invoice, 4000)
    await world.advance(date(2026, 10, 30))
    assert (await world.served.get(f"/arrangements/{made['id']}"))["status"] == "active"
    assert (await world.served.get("/worklist"))["items"] == []


async def test_a_payment_that_is_taken_back_no_longer_counts(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 12000, DUE)
    made = await agree(world, customer, [invoice])
    await world.wake_up(date(2026, 9, 2))
    payment = await world.pay(invoice, 4000)
    assert (await world.served.get(f"/arrangements/{made['id']}"))["paid"]["amount"] == 4000
    await world.reverse(invoice, payment)
    assert (await world.served.get(f"/arrangements/{made['id']}"))["paid"]["amount"] == 0


async def test_what_was_paid_before_it_was_agreed_does_not_count(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 12000, DUE)
    await world.pay(invoice, 3000)
    await world.wake_up(date(2026, 9, 2))
    made = await agree(world, customer, [invoice])
    assert made["total"]["amount"] == 9000
    assert made["paid"]["amount"] == 0
    assert world.last(ArrangementAgreed).instalments[0].amount == euro(3000)


async def test_a_cancelled_arrangement_lets_the_dunning_go_on(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 12000, DUE)
    await world.advance(date(2026, 9, 3))
    made = await agree(world, customer, [invoice])
    await world.advance(date(2026, 9, 10))
    assert [template for _, template in world.messages()] == ["arrangement_confirmed"]
    await world.served.post(f"/arrangements/{made['id']}/cancel")
    await world.settle()
    assert world.messages()[-1] == (date(2026, 9, 10), "friendly_reminder")
    again = await world.served.call("POST", f"/arrangements/{made['id']}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")


async def test_an_arrangement_by_amount_puts_the_rest_in_the_last_instalment(
    world: World,
) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 12000, DUE)
    made = await agree(
        world,
        customer,
        [invoice],
        instalments=None,
        amount={"amount": 5000, "currency": "EUR"},
        day_of_month=27,
    )
    shown = [(item["due_on"], item["amount"]["amount"]) for item in made["instalments"]]
    assert shown == [("2026-10-01", 5000), ("2026-11-27", 5000), ("2026-12-27", 2000)]


async def test_an_invoice_has_one_arrangement_at_a_time(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 12000, DUE)
    await agree(world, customer, [invoice])
    body = {
        "customer_id": str(customer),
        "invoice_ids": None,
        "instalments": 2,
        "first_due_on": "2026-10-01",
    }
    second = await world.served.call("POST", "/arrangements", json=body)
    assert (second.status_code, second.json()["code"]) == (409, "conflict")


async def test_a_strangers_invoice_is_named_and_nothing_is_agreed(world: World) -> None:
    customer = await world.customer()
    await world.invoice(customer, 12000, DUE)
    body = {
        "customer_id": str(customer),
        "invoice_ids": [str(uuid7())],
        "instalments": 2,
        "first_due_on": "2026-10-01",
    }
    refused = await world.served.call("POST", "/arrangements", json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "invoice_ids.0"
    assert (await world.served.get("/arrangements"))["items"] == []


async def test_one_arrangement_can_hold_several_invoices(world: World) -> None:
    customer = await world.customer()
    first = await world.invoice(customer, 6000, DUE)
    second = await world.invoice(customer, 9000, DUE)
    made = await agree(world, customer, [first, second])
    assert made["total"]["amount"] == 15000
    await world.wake_up(date(2026, 9, 28))
    await world.pay(first, 5000)
    await world.pay(second, 4000)
    shown = await world.served.get(f"/arrangements/{made['id']}")
    assert [item["paid"]["amount"] for item in shown["instalments"]] == [5000, 4000, 0]
