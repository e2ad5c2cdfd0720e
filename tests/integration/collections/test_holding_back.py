"""What keeps a claim from being pursued: a dispute, a hold, the person's situation."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from shared.events.collections import DisputeOpened, DisputeResolved, MessageRequested
from tests.integration.collections.world import World

DUE = date(2026, 8, 31)


async def dispute(world: World, customer: UUID, invoice: UUID) -> Any:
    body = {
        "customer_id": str(customer),
        "invoice_ids": [str(invoice)],
        "reason": "amount",
        "text": "De meterstand klopt niet.",
    }
    made = await world.served.post("/disputes", json=body)
    await world.settle()
    return made


async def test_a_dispute_stops_only_the_disputed_invoice(world: World) -> None:
    customer = await world.customer()
    disputed = await world.invoice(customer, 6000, DUE)
    other = await world.invoice(customer, 7000, DUE)
    made = await dispute(world, customer, disputed)
    await world.advance(date(2026, 9, 8))
    reminders = [e for _, e in world.all(MessageRequested) if e.template == "friendly_reminder"]
    assert [[item.invoice_id for item in event.items] for event in reminders] == [[other]]
    explained = await world.served.get(f"/customers/{customer}/explanation")
    shown = {item["invoice_id"]: item for item in explained["invoices"]}
    assert shown[str(disputed)]["blocked_by"]["reason"]["code"] == "dispute"
    assert shown[str(other)]["blocked_by"] is None
    assert (made["number"], made["text"]) == ("G2026-000001", "De meterstand klopt niet.")
    receipt = next(e for _, e in world.all(MessageRequested) if e.template == "dispute_received")
    assert (receipt.case_number, receipt.answer_by) == ("G2026-000001", date(2026, 9, 15))


async def test_a_rejected_dispute_gives_time_to_pay_and_then_goes_on(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 6000, DUE)
    made = await dispute(world, customer, invoice)
    await world.advance(date(2026, 9, 14))
    resolution = {"outcome": "rejected", "explanation": "De stand is gecontroleerd."}
    await world.served.post(f"/disputes/{made['id']}/resolve", json=resolution)
    await world.settle()
    answer = world.last(MessageRequested)
    assert (answer.template, answer.outcome, answer.note) == (
        "dispute_resolved",
        "rejected",
        "De stand is gecontroleerd.",
    )
    assert answer.pay_by == date(2026, 9, 28)
    await world.advance(date(2026, 9, 30))
    assert world.messages()[-1] == (date(2026, 9, 29), "friendly_reminder")
    assert [event.outcome for _, event in world.all(DisputeResolved)] == ["rejected"]


async def test_an_upheld_dispute_holds_until_the_credit_note_is_there(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 6000, DUE)
    made = await dispute(world, customer, invoice)
    await world.served.post(f"/disputes/{made['id']}/resolve", json={"outcome": "upheld"})
    await world.advance(date(2026, 9, 21), days=5)
    assert [t for _, t in world.messages()] == ["dispute_received", "dispute_resolved"]
    await world.credit(invoice, 2000)
    await world.settle()
    reminder = world.last(MessageRequested)
    assert (reminder.template, reminder.total_open.minor) == ("friendly_reminder", 4000)


async def test_a_dispute_over_a_claim_with_a_call_takes_the_call_away_and_brings_it_back(
    world: World,
) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 14260, DUE)
    await world.advance(date(2026, 10, 30))
    assert [i["kind"] for i in (await world.served.get("/worklist"))["items"]] == ["call"]
    made = await dispute(world, customer, invoice)
    assert [i["kind"] for i in (await world.served.get("/worklist"))["items"]] == ["dispute"]
    await world.served.post(f"/disputes/{made['id']}/resolve", json={"outcome": "withdrawn"})
    await world.advance(date(2026, 11, 15))
    assert [i["kind"] for i in (await world.served.get("/worklist"))["items"]] == ["call"]


async def test_a_hold_pauses_until_its_day_and_can_be_lifted(world: World) -> None:
    customer = await world.customer()
    await world.invoice(customer, 6000, DUE)
    body = {"customer_id": str(customer), "until_on": "2026-09-10", "reason": "ziekenhuis"}
    held = await world.served.post("/holds", json=body)
    assert (held["status"], held["reason"]) == ("active", "ziekenhuis")
    await world.advance(date(2026, 9, 10))
    assert world.messages() == []
    await world.advance(date(2026, 9, 11))
    assert world.messages() == [(date(2026, 9, 11), "friendly_reminder")]
    listed = await world.served.get(f"/holds?customer_id={customer}")
    assert [item["status"] for item in listed["items"]] == ["expired"]
    again = await world.served.post("/holds", json={**body, "until_on": None})
    await world.advance(date(2026, 9, 28), days=7)
    assert len(world.messages()) == 1
    await world.served.post(f"/holds/{again['id']}/lift")
    await world.settle()
    assert world.messages()[-1] == (date(2026, 9, 28), "second_reminder")


@pytest.mark.parametrize(
    ("flag", "work"),
    [("deceased", "estate"), ("bankruptcy", "insolvency"), ("debt_help", "debt_help")],
)
async def test_a_flag_stops_every_step_and_asks_a_person_once(
    world: World, flag: str, work: str
) -> None:
    customer = await world.customer()
    await world.invoice(customer, 6000, DUE)
    body = {"kind": flag, "since_on": "2026-09-01"}
    made = await world.served.post(f"/customers/{customer}/flags", json=body)
    await world.advance(date(2026, 9, 30), days=5)
    assert world.messages() == []
    items = (await world.served.get("/worklist"))["items"]
    assert [item["kind"] for item in items] == [work]
    explained = await world.served.get(f"/customers/{customer}/explanation")
    assert explained["decision"]["kind"] == "blocked"
    assert explained["decision"]["source"]
    doubled = await world.served.call("POST", f"/customers/{customer}/flags", json=body)
    assert doubled.status_code == 409
    await world.served.post(f"/customers/{customer}/flags/{made['id']}/lift")
    await world.settle()
    assert [template for _, template in world.messages()] == ["friendly_reminder"]
    assert (await world.served.get("/worklist"))["items"] == []


async def test_what_a_dispute_tells_is_in_no_event_but_its_reason(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 6000, DUE)
    await dispute(world, customer, invoice)
    opened = world.last(DisputeOpened)
    assert (opened.reason, opened.invoice_ids) == ("amount", (invoice,))
    assert "meterstand" not in " ".join(event.model_dump_json() for _, event in world.story)
