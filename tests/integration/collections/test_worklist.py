"""Work for people: what came of it decides what comes next."""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.events.billing import ChargeRejected
from shared.events.collections import ChargeImposed
from tests.integration.collections.world import World

DUE = date(2026, 8, 31)


async def call_item(world: World) -> Any:
    customer = await world.customer()
    await world.invoice(customer, 14260, DUE)
    await world.advance(date(2026, 10, 28), days=1)
    (item,) = (await world.served.get("/worklist"))["items"]
    return item


async def kinds(world: World) -> list[str]:
    return [item["kind"] for item in (await world.served.get("/worklist"))["items"]]


async def test_somebody_who_does_not_answer_is_called_on_three_days_at_most(world: World) -> None:
    item = await call_item(world)
    for attempt in (2, 3):
        await world.served.post(f"/worklist/{item['id']}/complete", json={"outcome": "not_reached"})
        assert await kinds(world) == []
        await world.advance(date(2026, 10, 27 + attempt))
        (item,) = (await world.served.get("/worklist"))["items"]
        assert item["attempt"] == attempt
    await world.served.post(f"/worklist/{item['id']}/complete", json={"outcome": "not_reached"})
    await world.advance(date(2026, 11, 6))
    assert await kinds(world) == []


async def test_a_promise_pauses_everything_and_comes_back_when_it_is_broken(world: World) -> None:
    item = await call_item(world)
    body = {"outcome": "promise", "note": "na de 25e", "promised_by": "2026-11-26"}
    done = await world.served.post(f"/worklist/{item['id']}/complete", json=body)
    assert (done["status"], done["outcome"], done["note"]) == ("done", "promise", "na de 25e")
    await world.advance(date(2026, 11, 26), days=4)
    assert await kinds(world) == []
    await world.advance(date(2026, 11, 27))
    assert await kinds(world) == ["promise_broken", "bailiff_handover"]


async def test_a_promise_needs_its_day(world: World) -> None:
    item = await call_item(world)
    refused = await world.served.call(
        "POST", f"/worklist/{item['id']}/complete", json={"outcome": "promise"}
    )
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "promised_by"


async def test_work_is_taken_given_away_and_put_back(world: World) -> None:
    item = await call_item(world)
    path = f"/worklist/{item['id']}/assign"
    taken = await world.served.post(path, json={"assigned_to": "s.een"})
    assert (taken["status"], taken["assigned_to"]) == ("taken", "s.een")
    given = await world.served.post(path, json={"assigned_to": "s.twee"})
    assert given["assigned_to"] == "s.twee"
    mine = await world.served.get("/worklist?assigned_to=s.twee")
    assert [work["id"] for work in mine["items"]] == [item["id"]]
    back = await world.served.post(path, json={"assigned_to": None})
    assert (back["status"], back["assigned_to"]) == ("open", None)


async def test_finished_work_cannot_be_finished_again(world: World) -> None:
    item = await call_item(world)
    path = f"/worklist/{item['id']}/complete"
    await world.served.post(path, json={"outcome": "reached"})
    again = await world.served.call("POST", path, json={"outcome": "reached"})
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")


async def test_a_charge_billing_refuses_is_looked_into(world: World) -> None:
    await call_item(world)
    charge = world.all(ChargeImposed)[0][1]
    await world.tell(
        ChargeRejected(
            charge_id=charge.charge_id,
            invoice_id=charge.invoice_id,
            customer_id=charge.customer_id,
            kind=charge.kind,
            amount=charge.amount,
            reason="credited",
        )
    )
    # What was posted stands; only a charge still on its way can be refused.
    items = (await world.served.get("/worklist"))["items"]
    assert [item["kind"] for item in items] == ["call", "charge_rejected"]
    reason = items[1]["reason"]["text"]
    assert reason["nl"].startswith("De opgelegde €")
    assert "invoice was credited" in reason["en"]


async def test_the_policy_in_force_can_be_read(world: World) -> None:
    policy = await world.served.get("/policy")
    assert (policy["code"], policy["jurisdiction"]) == ("nl-water", "NL")
    steps = {step["code"]: step for step in policy["steps"]}
    assert steps["friendly_reminder"]["days_after_due"] == 7
    assert steps["fourteen_day_letter"]["text"]["nl"] == "veertiendagenbrief"


async def test_the_story_of_a_case_tells_all_of_it(world: World) -> None:
    await call_item(world)
    (case,) = (await world.served.get("/cases?status=open"))["items"]
    assert (case["number"], case["customer_number"], case["last_step"]) == (
        "D2026-000001",
        "K1",
        "call",
    )
    story = await world.served.get(f"/cases/{case['id']}")
    assert [(step["code"], step["status"], step["taken_on"]) for step in story["steps"]] == [
        ("friendly_reminder", "sent", "2026-09-07"),
        ("second_reminder", "sent", "2026-09-21"),
        ("fourteen_day_letter", "sent", "2026-10-05"),
        ("impose_costs", "taken", "2026-10-23"),
        ("call", "taken", "2026-10-28"),
    ]
    assert [(c["kind"], c["amount"]["amount"], c["status"]) for c in story["charges"]] in (
        [("costs", 4000, "posted"), ("interest", 81, "posted")],
        [("interest", 81, "posted"), ("costs", 4000, "posted")],
    )
    assert story["steps"][2]["costs_named"] == {"amount": 4000, "currency": "EUR"}
    assert story["steps"][3]["letter_id"] == story["steps"][2]["id"]
    codes = [decision["reason"]["code"] for decision in story["decisions"]]
    assert codes[-1] == "next_step"
    assert "letter_term_waits" in codes
    assert [(change["before"], change["after"]) for change in story["history"]] == [(None, "open")]
