"""The clerk's queue: found, read, put aside, accepted in bulk."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from services.payments.use_cases.index_iban_endings import index_iban_endings
from shared.clock import FixedClock
from shared.db import Scope
from shared.events.payments import PaymentAllocated
from shared.ids import uuid7
from shared.testing.databases import TestDatabases
from tests.factories.payments import camt053, customer_changed, invoice_issued, paid
from tests.integration.payments.conftest import World

HIS_IBAN, HER_IBAN = "NL86INGB0002445588", "NL20INGB0001234567"


def clerk(world: World, name: str = "anna") -> str:
    return world.payments.token("payments:read payments:write", roles=("clerk",), subject=name)


async def act(world: World, path: str, body: Any = None, *, token: str | None = None) -> Any:
    """A POST whose answer is for the test to judge."""
    return await world.payments.call("POST", path, json=body, token=token)


async def queue(world: World, query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await world.get(f"/queue{query}"))["items"]
    return items


async def amounts(world: World, query: str) -> list[int]:
    return [item["amount"]["amount"] for item in await queue(world, query)]


async def known_customer(world: World, number: str = "K1", iban: str = HIS_IBAN) -> UUID:
    """A customer whose account is known by a mandate."""
    customer_id = uuid7()
    await world.hear(customer_changed(customer_id, number))
    body = {
        "customer_number": number,
        "iban": iban,
        "account_holder": "A. Voorbeeld",
        "signed_on": "2026-01-01",
    }
    await world.post("/mandates", body)
    return customer_id


async def test_a_clerk_finds_payments_by_what_is_known_of_them(world: World) -> None:
    """By amount, day, account, customer, end of an invoice number, and IBAN however spaced."""
    customer_id = await known_customer(world)
    bill = await world.issue(12, 5_000, customer_id)
    await world.upload(camt053([paid(4_000, iban=HIS_IBAN), paid(700, text="?")], number=1))
    later = camt053([paid(9_900, iban=HER_IBAN)], number=2, opening=4_700, day=date(2026, 4, 3))
    await world.upload(later)
    account = (await queue(world))[0]["account_id"]
    for query, found in (
        ("", [4_000, 700, 9_900]),
        ("?sort=largest", [9_900, 4_000, 700]),
        ("?sort=smallest", [700, 4_000, 9_900]),
        ("?amount_from=701&amount_to=5000", [4_000]),
        ("?booked_from=2026-04-02", [9_900]),
        ("?booked_to=2026-04-02", [4_000, 700]),
        ("?customer_number=K1", [4_000]),
        ("?customer_number=K2", []),
        (f"?invoice_number={bill.number[-4:]}", [4_000]),
        ("?invoice_number=999999", []),
        ("?iban=NL20 ingb 0001 2345 67", [9_900]),
        ("?iban_ending=4567", [9_900]),
        ("?iban_ending=nl...5588", [4_000]),
        ("?iban_ending=DE5588", []),
        (f"?account_id={account}&source=bank", [4_000, 700, 9_900]),
        (f"?account_id={uuid7()}", []),
    ):
        assert sorted(await amounts(world, query)) == sorted(found), query
        if "sort" in query:
            assert await amounts(world, query) == found
    assert (await amounts(world, "?sort=newest"))[0] == 9_900
    assert (await amounts(world, "?sort=oldest"))[2] == 9_900


async def test_pages_follow_the_order_asked_for(world: World) -> None:
    await world.upload(camt053([paid(cents) for cents in (300, 100, 100, 200)]))
    for sort, ordered in (
        ("largest", [300, 200, 100, 100]),
        ("smallest", [100, 100, 200, 300]),
        ("surest", None),
        ("oldest", None),
    ):
        seen: list[dict[str, Any]] = []
        cursor = ""
        while cursor is not None:
            page = await world.get(f"/queue?sort={sort}&limit=1&cursor={cursor}")
            seen += page["items"]
            cursor = page["next_cursor"]
        assert len({item["payment_id"] for item in seen}) == 4
        if ordered is not None:
            assert [item["amount"]["amount"] for item in seen] == ordered
    first = await world.get("/queue?sort=largest&limit=1")
    crossed = f"/queue?sort=oldest&cursor={first['next_cursor']}"
    assert (await world.payments.call("GET", crossed)).status_code == 422


async def test_reasons_and_facts_come_in_the_language_asked_for(world: World) -> None:
    await known_customer(world)
    await world.upload(camt053([paid(4_000, text="?")]))
    (item,) = await queue(world, "?language=nl")
    assert item["reason_text"] == "Niets wijst aan van wie het is"
    answer = await world.payments.call("GET", "/queue", headers={"Accept-Language": "fr, nl;q=0.5"})
    assert answer.json()["items"][0]["reason_text"] == item["reason_text"]
    (item,) = await queue(world)
    assert item["reason_text"] == "Nothing tells whose it is"


async def test_a_held_payment_does_not_wait_until_its_day(world: World, clock: FixedClock) -> None:
    await world.upload(camt053([paid(4_000), paid(500)]))
    held, other = await queue(world)
    path = f"/queue/{held['payment_id']}"
    body = {"until": "2026-04-08", "reason": "payer calls back"}
    assert (await act(world, f"{path}/hold", body)).status_code == 204
    assert [item["payment_id"] for item in await queue(world)] == [other["payment_id"]]
    (shown,) = await queue(world, "?show=held")
    assert shown["held_until"] == "2026-04-08"
    summary = await world.get("/queue/summary?language=nl")
    assert (summary["waiting"], summary["held"]) == (1, 1)
    (reason,) = summary["reasons"]
    assert (reason["reason"], reason["unallocated"]["amount"]) == ("no_match", 4_500)
    clock.advance(timedelta(days=7))
    assert len(await queue(world)) == 2
    past = await act(world, f"{path}/hold", {"until": "2026-04-08", "reason": "again"})
    assert (past.status_code, past.json()["errors"][0]["field"]) == (422, "until")


async def test_a_hold_can_be_released(world: World) -> None:
    await world.upload(camt053([paid(4_000)]))
    (item,) = await queue(world)
    path = f"/queue/{item['payment_id']}"
    await act(world, f"{path}/hold", {"until": "2026-04-08", "reason": "payer calls back"})
    assert await queue(world) == []
    assert (await act(world, f"{path}/release")).status_code == 204
    assert len(await queue(world)) == 1


async def test_payments_are_given_to_a_clerk_who_finds_them(world: World) -> None:
    await world.upload(camt053([paid(4_000), paid(500)]))
    first, second = await queue(world)
    anna = clerk(world)
    body = {"payment_ids": [first["payment_id"]], "assignee": "me"}
    assert (await act(world, "/queue/assign", body, token=anna)).status_code == 204
    mine = await world.payments.get("/queue?assigned_to=me", token=anna)
    assert [item["assigned_to"] for item in mine["items"]] == ["anna"]
    assert await queue(world, "?assigned_to=me") == []
    assert [i["payment_id"] for i in await queue(world, "?assigned_to=nobody")] == [
        second["payment_id"]
    ]
    unknown = await act(world, "/queue/assign", {"payment_ids": [str(uuid7())], "assignee": "me"})
    assert unknown.status_code == 404


def accepting(*items: dict[str, Any]) -> dict[str, Any]:
    """The first candidate of each."""
    return {
        "items": [
            {"payment_id": item["payment_id"], "proof": item["candidates"][0]["proof"]}
            for item in items
        ]
    }


async def three_waiting(world: World) -> list[dict[str, Any]]:
    """Two part payments of one bill, and one of another; the accounts are known."""
    anna, bert = await known_customer(world), await known_customer(world, "K2", HER_IBAN)
    await world.issue(1, 5_000, anna)
    await world.issue(2, 7_000, bert)
    lines = [paid(3_000, iban=HIS_IBAN), paid(2_500, iban=HIS_IBAN), paid(6_000, iban=HER_IBAN)]
    await world.upload(camt053(lines))
    await world.news()
    by_amount = {item["amount"]["amount"]: item for item in await queue(world)}
    return [by_amount[cents] for cents in (3_000, 2_500, 6_000)]


async def test_many_proposals_are_accepted_at_once(world: World) -> None:
    first, _, third = await three_waiting(world)
    done = await world.post("/queue/accept", accepting(first, third))
    assert [payment["status"] for payment in done["accepted"]] == ["allocated", "allocated"]
    assert done["refused"] == []
    told = await world.news()
    assert [event.matched_by for event in told if isinstance(event, PaymentAllocated)] == [
        "accepted",
        "accepted",
    ]
    assert len(await queue(world)) == 1


async def test_money_in_advance_is_accepted_as_credit_and_pays_what_is_billed_next(
    world: World,
) -> None:
    """Anna owes nothing yet; her credit does not wait for a clerk, and no bill is needed."""
    anna = await known_customer(world)
    await world.upload(camt053([paid(3_000, iban=HIS_IBAN)]))
    (item,) = await queue(world)
    (candidate,) = item["candidates"]
    assert (item["reason"], candidate["customer_id"]) == ("nothing_open", str(anna))
    assert (candidate["invoices"], candidate["against"]) == ([], ["nothing_open"])
    done = await world.post("/queue/accept", accepting(item))
    assert [payment["customer_id"] for payment in done["accepted"]] == [str(anna)]
    assert await queue(world) == []
    assert [item["reason"] for item in await queue(world, "?show=held")] == ["credit"]
    shown = await world.get(f"/customers/{anna}/credit")
    assert [total["amount"] for total in shown["total"]] == [3_000]
    await world.hear(invoice_issued(1, 5_000, anna))
    told = [event for event in await world.news() if isinstance(event, PaymentAllocated)]
    assert [(event.matched_by, event.allocations[0].amount.minor) for event in told] == [
        ("credit", 3_000)
    ]


async def test_a_second_payment_of_a_bill_is_accepted_as_credit_only_once(world: World) -> None:
    bill = await world.issue(1, 5_000)
    line = paid(5_000, reference=bill.rf_reference)
    await world.upload(camt053([line, line]))
    (item,) = await queue(world)
    (candidate,) = item["candidates"]
    assert (candidate["invoices"], candidate["against"]) == ([], ["already_paid"])
    assert candidate["probability"] > 0.99
    assert (await world.post("/queue/accept", accepting(item)))["refused"] == []
    again = await world.post("/queue/accept", accepting(item))
    assert [one["code"] for one in again["refused"]] == ["changed"]


async def test_what_changed_since_it_was_shown_is_not_accepted(world: World) -> None:
    """The second takes from the same bill as the first: by then it is another proposal."""
    first, second, third = await three_waiting(world)
    done = await world.post("/queue/accept?language=nl", accepting(first, second, third))
    assert len(done["accepted"]) == 2
    twice = await act(world, "/queue/accept", accepting(second, second))
    assert (twice.status_code, twice.json()["errors"][0]["field"]) == (422, "items[1].payment_id")
    (refused,) = done["refused"]
    assert (refused["payment_id"], refused["code"]) == (second["payment_id"], "changed")
    assert "bekijk" in refused["text"]
    again = await world.post("/queue/accept", accepting(first, second))
    assert [one["code"] for one in again["refused"]] == ["not_waiting", "changed"]
    # Looked at again, it holds: 2,000 of the 5,000 are open, 500 are left over.
    (item,) = await queue(world)
    done = await world.post("/queue/accept", accepting(item))
    assert done["accepted"][0]["unallocated"]["amount"] == 500


async def test_clerks_accepting_at_the_same_time_never_spend_a_bill_twice(world: World) -> None:
    waiting = await three_waiting(world)
    bodies = [accepting(item) for item in waiting] * 2 + [accepting(*reversed(waiting))]
    answers = await asyncio.gather(*(act(world, "/queue/accept", body) for body in bodies))
    assert {answer.status_code for answer in answers} == {200}
    told = [event for event in await world.news() if isinstance(event, PaymentAllocated)]
    given: dict[UUID, int] = {}
    for event in told:
        for part in event.allocations:
            given[part.invoice_id] = given.get(part.invoice_id, 0) + part.amount.minor
    assert max(given.values()) <= 7_000
    items = (await world.get("/open-items"))["items"]
    for item in items:
        left = item["open"]["amount"] - given.get(UUID(item["invoice_id"]), 0)
        assert item["available"]["amount"] == left >= 0
    assert len({event.payment_id for event in told}) == len(told) == 2


async def test_an_overpaid_bill_proposes_what_else_the_customer_owes(world: World) -> None:
    anna = uuid7()
    bill, other = await world.issue(1, 5_000, anna), await world.issue(2, 1_000, anna)
    await world.upload(camt053([paid(6_000, reference=bill.rf_reference)]))
    (item,) = await queue(world)
    (candidate,) = item["candidates"]
    assert [one["invoice_id"] for one in candidate["invoices"]] == [str(other.invoice_id)]
    assert (candidate["facts"], candidate["against"]) == (["same_customer", "amount_equal"], [])
    done = await world.post("/queue/accept", accepting(item))
    assert done["accepted"][0]["status"] == "allocated"


async def test_lines_of_before_endings_were_indexed_are_found_once_the_job_went_over_them(
    world: World, databases: TestDatabases, database: str
) -> None:
    """A batch at a time, and again after a kill: what is done is not done anew."""
    await world.upload(camt053([paid(4_000, iban=HIS_IBAN), paid(9_900, iban=HER_IBAN)]))
    connection = await asyncpg.connect(databases.url(database))
    try:
        await connection.execute("UPDATE payments.bank_lines SET iban_ending_index = NULL")
    finally:
        await connection.close()
    assert await queue(world, "?iban_ending=5588") == []
    service = world.payments.service
    scope = Scope(world.payments.creditor_id, "system:payments")
    done = []
    for _ in range(3):
        async with service.db.write(scope) as session:
            done.append(await index_iban_endings(session, vault=service.vault, limit=1))
    assert done == [1, 1, 0]
    assert await amounts(world, "?iban_ending=5588") == [4_000]
    found = (await world.get("/payments?iban_ending=NL4567"))["items"]
    assert [payment["amount"]["amount"] for payment in found] == [9_900]


async def test_an_ending_of_the_wrong_length_is_refused(world: World) -> None:
    for path in ("/queue", "/payments"):
        refused = await world.payments.call("GET", f"{path}?iban_ending=430")
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"] == "iban_ending"
