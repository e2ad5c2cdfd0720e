"""What a clerk, a supervisor or an auditor asks later: why, by which rule, taught by whom, and
what became of a line."""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.ids import uuid7
from tests.factories.payments import Booked, camt053, customer_changed, paid
from tests.integration.payments.conftest import World
from tests.integration.payments.test_debits import debtor, released
from tests.integration.payments.test_queue import HIS_IBAN, known_customer
from tests.integration.payments.test_queue_by_hand import waiting_payment, wish
from tests.integration.payments.test_transfers import ask, overpaid, sent

DUTCH = {"Accept-Language": "nl-NL,nl;q=0.9"}


async def items(world: World, path: str) -> list[Any]:
    found: list[Any] = (await world.get(path))["items"]
    return found


async def test_what_was_posted_says_why_in_the_clerks_language(world: World) -> None:
    bill = await world.issue(1, 5_000)
    await world.upload(camt053([paid(5_000, reference=bill.rf_reference)]))
    (payment,) = await items(world, "/payments")
    path = f"/payments/{payment['id']}"
    (english,) = (await world.get(path))["allocations"]
    (dutch,) = (await world.get(f"{path}?language=nl"))["allocations"]
    assert english["matched_by"] == "reference"
    assert english["order_rule"] is None
    assert english["explanation"] == "The payer gave the reference"
    assert dutch["explanation"] == "De betaler noemde het betalingskenmerk"
    history = await world.payments.get(f"{path}/history", headers=DUTCH)
    told = [one["explanation"] for one in history if one["what"] == "allocation"]
    assert told == ["De betaler noemde het betalingskenmerk"]


async def test_where_the_law_chose_the_article_stands_beside_the_money(world: World) -> None:
    """Two claims of one amount, and nothing says which: the law takes the oldest."""
    customer_id = await known_customer(world)
    later = date(2026, 4, 15)
    await world.issue(1, 5_000, customer_id)
    await world.issue(2, 5_000, customer_id, due_on=later)
    await world.upload(camt053([paid(5_000, iban=HIS_IBAN, name="A. Voorbeeld")]))
    (payment,) = await items(world, "/payments")
    (share,) = (await world.get(f"/payments/{payment['id']}?language=nl"))["allocations"]
    assert share["order_rule"] == "bw_6_43@1992-01-01"
    assert share["explanation"].endswith("in de volgorde van art. 6:43 lid 2 BW")


async def test_what_evidence_posted_is_shown_with_how_certain_it_was(world: World) -> None:
    customer_id = await known_customer(world)
    bill = await world.issue(1, 5_000, customer_id)
    await world.upload(camt053([paid(5_000, iban=HIS_IBAN, name="A. Voorbeeld")]))
    (payment,) = await items(world, "/payments")
    story = await world.get(f"/payments/{payment['id']}?language=nl")
    (share,) = story["allocations"]
    assert share["explanation"] == "De rekening is bekend van de klant en het bedrag klopt"
    best = story["weighed"][0]
    assert best["invoice_ids"] == [str(bill.invoice_id)]
    assert best["probability"] >= 0.999
    assert "De klant heeft een machtiging gegeven voor de rekening" in best["explanation"]


async def test_what_was_put_aside_says_why_until_it_waits_again(world: World) -> None:
    path = await waiting_payment(world)
    held = path.replace("/payments/", "/queue/")
    for reason in ("ask the bank", "the payer calls back"):
        body = {"until": "2026-05-01", "reason": reason}
        answer = await world.payments.call("POST", f"{held}/hold", json=body)
        assert answer.status_code == 204
    (item,) = await items(world, "/queue?show=held")
    assert (item["held_until"], item["held_reason"]) == ("2026-05-01", "the payer calls back")
    await world.payments.call("POST", f"{held}/release")
    (item,) = await items(world, "/queue")
    assert (item["held_until"], item["held_reason"]) == (None, None)


async def test_what_was_asked_back_stands_with_the_payment(world: World) -> None:
    payment = await overpaid(world)
    asked = await ask(world, payment)
    story = await world.get(f"/payments/{payment['id']}")
    assert story["unallocated"]["amount"] == 0
    (given,) = story["transfers"]
    assert (given["transfer_id"], given["status"]) == (asked["id"], "asked")
    assert given["amount"]["amount"] == 4_000
    body = {"kind": "refund", "payment_id": payment["id"]}
    again = await world.payments.call("POST", "/transfers", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_refund")
    assert again.json()["detail"].endswith("neither allocated nor asked back already")


async def test_who_asked_and_who_approved_stay_with_a_transfer_the_bank_refused(
    world: World,
) -> None:
    asked = await ask(world, await overpaid(world))
    await sent(world, asked)
    await world.post(f"/transfers/{asked['id']}/reject", {"reason": "account_closed"})
    told = (await world.get(f"/transfers/{asked['id']}"))["history"]
    assert [(one["after"], one["actor"]) for one in told] == [
        ("asked", "supervisor:tester"),
        ("approved", "supervisor:colleague"),
        ("in_file", "supervisor:tester"),
        ("rejected", "supervisor:tester"),
    ]


async def test_what_was_learned_shows_whose_account_it_is_and_is_found_by_it(world: World) -> None:
    bill = await world.issue(1, 5_000)
    await world.hear(customer_changed(bill.customer_id, "K77"))
    path = await waiting_payment(world, name="Bewindvoering Voorbeeld", iban=HIS_IBAN)
    await world.post(f"{path}/match", wish(bill.invoice_id, 5_000))
    (taught,) = await items(world, "/remembered-payers?iban=nl86 ingb 0002 4455 88")
    assert (taught["customer_number"], taught["times"]) == ("K77", 1)
    assert taught["sender"]["name"] == "Bewindvoering Voorbeeld"
    assert taught["sender"]["iban"] == HIS_IBAN
    assert await items(world, "/remembered-payers?iban=NL20INGB0001234567") == []


async def test_a_supervisor_finds_payments_by_day_amount_and_line(world: World) -> None:
    await world.upload(camt053([paid(4_000), paid(700)]))
    await world.upload(camt053([paid(9_900)], number=2, opening=4_700, day=date(2026, 4, 3)))
    account = (await items(world, "/bank-accounts"))[0]["id"]

    async def amounts(query: str) -> list[int]:
        return [one["amount"]["amount"] for one in await items(world, f"/payments?{query}")]

    assert await amounts("booked_from=2026-04-02") == [9_900]
    assert await amounts("booked_to=2026-04-02&amount_from=701") == [4_000]
    assert sorted(await amounts(f"amount_to=4000&account_id={account}")) == [700, 4_000]
    assert await amounts(f"account_id={uuid7()}") == []
    first, second = await items(world, "/statements")
    assert await items(world, "/statements?closes_from=2026-04-02") == [second]
    assert await items(world, "/statements?closes_to=2026-04-02") == [first]
    (line,) = await items(world, f"/statements/{second['id']}/lines")
    assert await amounts(f"line_id={line['id']}") == [9_900]


async def test_the_lines_of_a_statement_that_is_none_are_not_found(world: World) -> None:
    answer = await world.payments.call("GET", f"/statements/{uuid7()}/lines")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_mandate_says_until_when_it_can_be_used(world: World) -> None:
    customer_id = uuid7()
    await world.hear(customer_changed(customer_id, "K1"))
    body = {
        "customer_number": "K1",
        "iban": HIS_IBAN,
        "account_holder": "A. Voorbeeld",
        "signed_on": "2024-02-29",
    }
    never_used = await world.post("/mandates", body)
    assert never_used["usable_until"] == "2027-02-28"
    used = await world.post("/mandates", {**body, "last_used_on": "2025-05-31"})
    assert used["usable_until"] == "2028-05-31"
    ended = await world.post(f"/mandates/{used['id']}/cancel", {"reason": "asked_by_customer"})
    assert ended["usable_until"] is None
    told = (await world.get(f"/mandates/{used['id']}"))["history"]
    assert [one["after"] for one in told] == ["active", "cancelled"]


async def test_a_returned_debit_says_why_and_what_to_do_in_the_clerks_language(
    world: World,
) -> None:
    bill = await debtor(world, 1, 6_400)
    batch = await released(world)
    assert [one["id"] for one in await items(world, "/debit-batches?status=released")] == [
        batch["id"]
    ]
    assert await items(world, "/debit-batches?status=planned") == []
    (debit,) = await items(world, f"/debits?invoice_id={bill.invoice_id}")
    assert (debit["return_text"], debit["next_action_text"]) == (None, None)
    collected = Booked(6_400, batch=batch["reference"])
    back = paid(-6_400, end_to_end_id=debit["end_to_end_id"], return_code="AC04")
    await world.upload(camt053([collected, back]))
    (debit,) = await items(world, f"/debits?invoice_id={bill.invoice_id}&language=nl")
    assert debit["return_text"] == "De rekening is opgeheven"
    assert debit["next_action_text"] == "Vraag om het nieuwe rekeningnummer"


async def test_a_refusal_of_ours_is_said_without_the_validators_words(world: World) -> None:
    body = {"payment_ids": [], "assignee": "me"}
    answer = await world.payments.call("POST", "/queue/assign", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"] == "name at least one payment, payout or reversal"
