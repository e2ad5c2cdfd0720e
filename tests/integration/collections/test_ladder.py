"""An invoice nobody pays walks the ladder on exact dates; whatever happens on the way stops it."""

from __future__ import annotations

from datetime import date, time

from shared.events.collections import (
    CaseClosed,
    CaseHandedOver,
    CaseOpened,
    MessageRequested,
    StepTaken,
)
from shared.ids import uuid7
from tests.factories.collections import euro
from tests.integration.collections.world import World

DUE = date(2026, 8, 31)
REMINDED, REMINDED_AGAIN, LETTER = date(2026, 9, 7), date(2026, 9, 21), date(2026, 10, 5)


async def test_an_ignored_invoice_walks_the_ladder_on_exact_dates(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 14260, DUE)
    await world.advance(date(2026, 10, 30))
    assert world.messages() == [
        (REMINDED, "friendly_reminder"),
        (REMINDED_AGAIN, "second_reminder"),
        (LETTER, "fourteen_day_letter"),
    ]
    # Posted Monday 5 October, delivered Wednesday the 7th, free until the 21st.
    costs_from, imposed_on = date(2026, 10, 22), date(2026, 10, 23)
    assert world.charges() == [
        (imposed_on, "costs", 4000, costs_from),
        (imposed_on, "interest", 81, costs_from),
    ]
    letter = world.last(MessageRequested)
    assert (letter.costs_if_unpaid, letter.pay_by) == (euro(4000), None)
    assert letter.total_open == euro(14260)
    assert [item.invoice_id for item in letter.items] == [invoice]
    assert [(day, step.step) for day, step in world.all(StepTaken)][-2:] == [
        (imposed_on, "impose_costs"),
        (date(2026, 10, 28), "call"),
    ]
    (work,) = (await world.served.get("/worklist"))["items"]
    assert (work["kind"], work["open_amount"]["amount"]) == ("call", 14260 + 4000 + 81)
    assert (work["customer"]["number"], work["customer"]["name"]) == ("K1", "A. Voorbeeld K1")
    assert work["next_action"]["text"] == {"nl": "bel de klant", "en": "call the customer"}


async def test_nothing_happens_twice_however_often_a_day_is_looked_at(world: World) -> None:
    customer = await world.customer()
    await world.invoice(customer, 14260, DUE)
    await world.advance(date(2026, 10, 30))
    told = len(world.story)
    for _ in range(3):
        await world.wake_up(date(2026, 10, 30), at=time(11, 0))
    assert len(world.story) == told


async def test_a_payment_in_between_stops_the_ladder_and_closes_the_case(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 14260, DUE)
    await world.advance(date(2026, 9, 22), days=7)
    await world.pay(invoice, 14260)
    await world.advance(date(2026, 11, 30), days=7)
    assert [template for _, template in world.messages()] == [
        "friendly_reminder",
        "second_reminder",
    ]
    assert world.charges() == []
    assert [(day, e.reason) for day, e in world.all(CaseClosed)] == [(date(2026, 9, 22), "settled")]


async def test_a_case_that_closed_goes_on_under_its_number_when_arrears_come_again(
    world: World,
) -> None:
    customer = await world.customer()
    first = await world.invoice(customer, 6000, DUE)
    await world.advance(date(2026, 9, 10), days=7)
    await world.pay(first, 6000)
    await world.invoice(customer, 6000, date(2026, 11, 30))
    await world.advance(date(2026, 12, 10), days=7)
    opened = [event for _, event in world.all(CaseOpened)]
    assert [event.number for event in opened] == ["D2026-000001", "D2026-000001"]
    assert opened[0].case_id == opened[1].case_id


async def test_a_part_paid_in_time_lowers_the_costs_to_those_of_the_rest(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 85000, DUE)
    await world.advance(date(2026, 10, 19), days=7)
    assert world.last(MessageRequested).costs_if_unpaid == euro(12750)
    await world.pay(invoice, 60000)
    await world.advance(date(2026, 10, 26), days=7)
    costs = [amount for _, kind, amount, _ in world.charges() if kind == "costs"]
    assert costs == [4000]


async def test_interest_runs_to_the_cent_until_a_late_payment(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 14260, DUE)
    await world.advance(date(2026, 10, 30))
    await world.pay(invoice, 10000)
    # 1 September to 30 October is 60 days at 4%: 0.94, of which 0.81 was imposed before.
    assert world.charges()[-1] == (date(2026, 10, 30), "interest", 13, date(2026, 10, 30))
    balance = world.items[invoice].balance
    assert (balance.costs, balance.interest) == (0, 0)
    assert balance.principal == 14260 - (10000 - 4000 - 94)


async def test_cents_of_interest_alone_do_not_keep_a_paid_invoice_open(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 14260, DUE)
    await world.advance(date(2026, 10, 30))
    await world.pay(invoice, 14260 + 4000 + 81)
    await world.advance(date(2026, 11, 30), days=7)
    assert [kind for _, kind, _, _ in world.charges()] == ["costs", "interest"]
    assert world.items[invoice].balance.open == 0
    assert len(world.all(CaseClosed)) == 1


async def test_two_invoices_climb_by_themselves_and_share_one_letter(world: World) -> None:
    customer = await world.customer()
    first = await world.invoice(customer, 6000, DUE)
    second = await world.invoice(customer, 7000, date(2026, 9, 28))
    await world.advance(date(2026, 10, 30))
    letters = [e for _, e in world.all(MessageRequested) if e.template == "fourteen_day_letter"]
    assert [[item.invoice_id for item in letter.items] for letter in letters] == [[first, second]]
    (costs,) = [charge for charge in world.charges() if charge[1] == "costs"]
    assert costs[2] == 4000
    assert world.items[first].balance.costs == 4000
    assert world.items[second].balance.costs == 0


async def test_no_message_goes_out_on_a_sunday_or_at_night(world: World) -> None:
    # Seven days after Sunday 6 September is a Sunday; the reminder goes on Monday morning.
    customer = await world.customer()
    await world.invoice(customer, 6000, date(2026, 9, 6))
    await world.advance(date(2026, 9, 13))
    assert world.messages() == []
    await world.wake_up(date(2026, 9, 13), at=time(22, 0))
    assert world.messages() == []
    await world.advance(date(2026, 9, 14))
    assert world.messages() == [(date(2026, 9, 14), "friendly_reminder")]


async def test_an_evening_look_leaves_the_message_for_the_morning(world: World) -> None:
    customer = await world.customer()
    await world.wake_up(date(2026, 9, 8), at=time(21, 30))
    await world.invoice(customer, 6000, DUE)
    await world.settle()
    assert world.messages() == []
    await world.advance(date(2026, 9, 9))
    assert world.messages() == [(date(2026, 9, 9), "friendly_reminder")]


async def test_a_message_that_failed_does_not_count_and_goes_by_another_road(world: World) -> None:
    world.undeliverable.add("friendly_reminder")
    customer = await world.customer()
    await world.invoice(customer, 6000, DUE)
    await world.advance(date(2026, 9, 7))
    tries = [e for _, e in world.all(MessageRequested)]
    assert [event.template for event in tries] == ["friendly_reminder", "friendly_reminder"]
    assert len({event.message_id for event in tries}) == 2
    kinds = [item["kind"] for item in (await world.served.get("/worklist"))["items"]]
    assert kinds == ["unreachable", "unreachable"]
    await world.advance(date(2026, 9, 30))
    assert len(world.all(MessageRequested)) == 2
    explained = await world.served.get(f"/customers/{customer}/explanation")
    assert explained["decision"]["reason"]["code"] == "unreachable"


async def test_new_contact_data_brings_the_failed_reminder_round_again(world: World) -> None:
    world.undeliverable.add("friendly_reminder")
    customer = await world.customer()
    await world.invoice(customer, 6000, DUE)
    await world.advance(date(2026, 9, 10))
    world.undeliverable.clear()
    await world.moved(customer, "K1")
    await world.settle()
    assert [day for day, _ in world.messages()][-1] == date(2026, 9, 10)
    assert len(world.messages()) == 3
    steps = (await world.served.get(f"/cases/{world.last(CaseOpened).case_id}"))["steps"]
    assert [step["status"] for step in steps] == ["failed", "failed", "sent"]


async def test_a_supervisor_approves_the_hand_over_and_the_claim_is_complete(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 14260, DUE)
    await world.advance(date(2026, 11, 20), days=7)
    items = (await world.served.get("/worklist"))["items"]
    assert [item["kind"] for item in items] == ["call", "bailiff_handover"]
    assert world.all(CaseHandedOver) == []
    path = f"/worklist/{items[1]['id']}"
    clerk = world.served.token(scope="collections:read collections:write", roles=["clerk"])
    refused = await world.served.call(
        "POST", f"{path}/approve", token=clerk, json={"approved": True}
    )
    assert refused.status_code == 403
    await world.served.post(f"{path}/approve", json={"approved": True})
    await world.settle()
    ((day, handed),) = world.all(CaseHandedOver)
    # 1 September to 20 November is 81 days at 4%: 1.27 of interest in all.
    assert (day, handed.total_open) == (date(2026, 11, 20), euro(14260 + 4000 + 127))
    assert handed.bailiff is None
    assert world.items[invoice].balance.open == 14260 + 4000 + 127
    case = await world.served.get(f"/cases/{handed.case_id}")
    assert case["status"] == "with_bailiff"
    assert [step["code"] for step in case["steps"]][-1] == "bailiff_handover"
    again = await world.served.call("POST", f"{path}/approve", json={"approved": True})
    assert again.status_code == 409


async def test_a_paid_claim_is_not_handed_over_any_more(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 14260, DUE)
    await world.advance(date(2026, 11, 20), days=7)
    await world.pay(invoice, world.items[invoice].balance.open)
    assert (await world.served.get("/worklist"))["items"] == []
    case = await world.served.get(f"/cases/{world.last(CaseOpened).case_id}")
    assert case["status"] == "closed"
    assert {item["status"] for item in case["work"]} == {"dropped"}


async def test_a_business_owes_commercial_interest_and_costs_without_a_letter(
    world: World,
) -> None:
    customer = await world.customer(kind="business")
    await world.invoice(customer, 100000, DUE)
    await world.advance(date(2026, 10, 19))
    assert "fourteen_day_letter" not in [template for _, template in world.messages()]
    (costs, interest) = world.charges()
    assert (costs[1], costs[2]) == ("costs", 15000)
    # 1 September to 19 October is 49 days at 10.15%.
    assert (interest[1], interest[2]) == ("interest", 1363)


async def test_a_credit_note_ends_the_case_as_a_payment_does(world: World) -> None:
    customer = await world.customer()
    invoice = await world.invoice(customer, 6000, DUE)
    await world.advance(date(2026, 9, 10))
    await world.credit(invoice, 6000)
    await world.settle()
    assert len(world.all(CaseClosed)) == 1


async def test_a_customer_nobody_told_of_yet_is_not_dunned(world: World) -> None:
    stranger = uuid7()
    await world.invoice(stranger, 6000, DUE)
    await world.advance(date(2026, 9, 20), days=7)
    assert world.messages() == []
    explained = await world.served.get(f"/customers/{stranger}/explanation")
    assert explained["decision"]["reason"]["code"] == "customer_unknown"


async def test_a_hand_over_cannot_be_completed_like_a_call(world: World) -> None:
    customer = await world.customer()
    await world.invoice(customer, 14260, DUE)
    await world.advance(date(2026, 11, 20), days=7)
    items = (await world.served.get("/worklist?kind=bailiff_handover"))["items"]
    refused = await world.served.call(
        "POST", f"/worklist/{items[0]['id']}/complete", json={"outcome": "handled"}
    )
    assert refused.status_code == 409
    assert refused.json()["code"] == "conflict"
