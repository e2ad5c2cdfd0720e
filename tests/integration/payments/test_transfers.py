"""Money that goes out: asked by one, approved by another, sent, and seen on a statement."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from shared.events.billing import InvoiceIssued
from shared.events.payments import (
    LevyRemitted,
    PaymentAllocated,
    PaymentReversed,
    RefundExecuted,
)
from shared.ids import uuid7
from tests.factories.payments import Booked, camt053, customer_changed, eur, paid
from tests.integration.payments.conftest import World

PAYER, OTHER = "NL02ABNA0123456789", "NL86INGB0002445588"


async def overpaid(world: World, cents: int = 10_000, bill: int = 6_000) -> Any:
    """A payment of a known customer with a rest, from the account of A. Voorbeeld."""
    customer_id = uuid7()
    await world.hear(customer_changed(customer_id))
    issued = await world.issue(1, bill, customer_id)
    line = paid(cents, reference=issued.rf_reference, name="A. Voorbeeld", iban=PAYER)
    await world.upload(camt053([line]))
    await world.news()
    (payment,) = (await world.get("/payments"))["items"]
    return payment


async def stranger(world: World, cents: int = 2_500) -> Any:
    await world.upload(camt053([paid(cents, text="thank you", name="X. Onbekend", iban=PAYER)]))
    await world.news()
    (payment,) = (await world.get("/payments"))["items"]
    return payment


async def ask(world: World, payment: Any, **given: Any) -> Any:
    body = {"kind": "refund", "payment_id": payment["id"], **given}
    return await world.post("/transfers", body)


async def refusal(world: World, path: str, body: Any = None, **request: Any) -> tuple[int, str]:
    answer = await world.payments.call("POST", path, json=body, **request)
    return answer.status_code, answer.json()["code"]


async def sent(world: World, *transfers: Any) -> Any:
    """Approved and put in a file."""
    for transfer in transfers:
        await world.approve(f"/transfers/{transfer['id']}/approve")
    return await world.post("/transfer-files", {})


async def only_payment(world: World) -> Any:
    (payment,) = (await world.get("/payments"))["items"]
    return payment


async def test_a_refund_goes_its_whole_road_and_every_cent_has_its_place(world: World) -> None:
    payment = await overpaid(world)
    asked = await ask(world, payment, text="Terugbetaling te veel betaald")
    assert (asked["status"], asked["amount"]["amount"]) == ("asked", 4_000)
    assert (asked["iban"], asked["name"], asked["name_check"]) == (PAYER, "A. Voorbeeld", "match")
    reserved = await world.get("/reconciliation")
    assert reserved["agrees"]
    assert reserved["accounts"][0]["unallocated"]["amount"] == 4_000
    file = await sent(world, asked)
    assert (file["transfers"], file["total"]["amount"]) == (1, 4_000)
    out = paid(-4_000, end_to_end_id=asked["end_to_end_id"])
    result = await world.upload(camt053([out], number=2, opening=10_000, day=date(2026, 4, 2)))
    assert (result["transfers"], result["other"]) == (1, 0)
    (told,) = await world.news()
    assert isinstance(told, RefundExecuted)
    assert (str(told.payment_id), told.amount, told.executed_on) == (
        payment["id"],
        eur(4_000),
        date(2026, 4, 2),
    )
    shown = await world.get(f"/transfers/{asked['id']}")
    assert (shown["status"], shown["executed_on"]) == ("executed", "2026-04-02")
    agreed = await world.get("/reconciliation")
    assert agreed["agrees"]
    account = agreed["accounts"][0]
    assert (account["unallocated"]["amount"], account["refunded"]["amount"]) == (0, 4_000)
    assert account["transfers"]["amount"] == -4_000


@pytest.mark.parametrize("version", ["pain.001.001.03", "pain.001.001.09"])
async def test_the_file_is_valid_by_the_official_schema(
    world: World, version: str, shared_data: Path
) -> None:
    file = await sent(world, await ask(world, await overpaid(world)))
    path = f"/transfer-files/{file['id']}/file?version={version}"
    answer = await world.payments.call("GET", path)
    schema = etree.XMLSchema(etree.parse(shared_data / "schemas" / "iso20022" / f"{version}.xsd"))
    schema.assertValid(etree.fromstring(answer.content))
    assert (await world.payments.call("GET", path)).content == answer.content
    assert b"<CtrlSum>40.00</CtrlSum>" in answer.content


async def test_what_is_asked_back_cannot_be_allocated_meanwhile(world: World) -> None:
    payment = await overpaid(world)
    asked = await ask(world, payment, amount={"amount": 3_000, "currency": "EUR"})
    other = await world.issue(2, 5_000, uuid7())
    wish = {"invoice_id": str(other.invoice_id), "amount": {"amount": 1_001, "currency": "EUR"}}
    path = f"/payments/{payment['id']}/match"
    assert await refusal(world, path, {"allocations": [wish]}) == (409, "not_matchable")
    assert await refusal(
        world,
        "/transfers",
        {
            "kind": "refund",
            "payment_id": payment["id"],
            "amount": {"amount": 1_001, "currency": "EUR"},
            "despite_duplicate": True,
        },
    ) == (409, "nothing_to_refund")
    before = await only_payment(world)
    await world.post(f"/transfers/{asked['id']}/cancel", {"reason": "mistake"})
    wish["amount"]["amount"] = 4_000
    await world.post(path, {"allocations": [wish]})
    assert isinstance((await world.news())[-1], PaymentAllocated)
    assert (before["status"], (await only_payment(world))["status"]) == (
        "partly_allocated",
        "allocated",
    )


async def test_a_refused_transfer_puts_the_payment_back_where_it_was(world: World) -> None:
    before = (await world.get("/queue"))["items"], await overpaid(world)
    queued = (await world.get("/queue"))["items"]
    asked = await ask(world, before[1])
    assert (await world.get("/queue"))["items"] == []
    refused = await world.approve(f"/transfers/{asked['id']}/refuse", {"reason": "not_sure"})
    assert (refused["status"], refused["reason"]) == ("refused", "not_sure")
    (again,) = (await world.get("/queue"))["items"]
    assert (again["reason"], again["unallocated"]) == (
        queued[0]["reason"],
        queued[0]["unallocated"],
    )


async def test_who_asks_never_approves(world: World) -> None:
    asked = await ask(world, await overpaid(world))
    path = f"/transfers/{asked['id']}/approve"
    clerk_too = world.payments.token(roles=("clerk",))
    assert await refusal(world, path) == (409, "four_eyes")
    assert await refusal(world, path, token=clerk_too) == (409, "four_eyes")
    approved = await world.approve(path)
    assert (approved["asked_by"], approved["decided_by"]) == (
        "supervisor:tester",
        "supervisor:colleague",
    )


async def test_each_role_approves_up_to_its_limit(world: World) -> None:
    settings = {"clerk_limit_minor": 3_999, "supervisor_limit_minor": 4_000}
    await world.payments.put("/sepa-settings", json=settings, headers={"If-Match": '"0"'})
    asked = await ask(world, await overpaid(world))
    path = f"/transfers/{asked['id']}/approve"
    clerk = world.payments.token(roles=("clerk",), subject="colleague")
    assert await refusal(world, path, token=clerk) == (409, "limit_exceeded")
    assert (await world.approve(path))["status"] == "approved"


async def test_the_same_refund_twice_is_noticed(world: World) -> None:
    """The same payment again, or the same amount to the same account; a person may insist."""
    payment = await overpaid(world)
    part = {"amount": 1_000, "currency": "EUR"}
    await ask(world, payment, amount=part)
    body = {"kind": "refund", "payment_id": payment["id"], "amount": part}
    assert await refusal(world, "/transfers", body) == (409, "possible_duplicate")
    await ask(world, payment, amount=part, despite_duplicate=True)
    levy = {"kind": "levy", "amount": part, "iban": PAYER, "name": "Gemeente Voorbeeld"}
    assert await refusal(world, "/transfers", levy) == (409, "possible_duplicate")
    levy["iban"] = OTHER
    assert (await world.post("/transfers", levy))["name_check"] == "unknown"


async def test_money_of_a_stranger_goes_back_to_where_it_came_from(world: World) -> None:
    payment = await stranger(world)
    elsewhere = {"kind": "return_to_sender", "payment_id": payment["id"], "iban": OTHER}
    assert await refusal(world, "/transfers", elsewhere) == (409, "conflict")
    asked = await ask(world, payment, kind="return_to_sender")
    assert (asked["iban"], asked["name"]) == (PAYER, "X. Onbekend")
    await sent(world, asked)
    out = paid(-2_500, end_to_end_id=asked["end_to_end_id"])
    await world.upload(camt053([out], number=2, opening=2_500))
    (told,) = await world.news()
    assert isinstance(told, RefundExecuted)
    assert (told.kind, told.customer_id) == ("return_to_sender", None)


async def test_money_of_which_no_sender_is_told_is_returned_to_nobody(world: World) -> None:
    """The customer's mandate tells an account, but not the one the money came from."""
    customer_id = uuid7()
    await world.hear(customer_changed(customer_id))
    mandate = {
        "customer_id": str(customer_id),
        "iban": OTHER,
        "account_holder": "A. Voorbeeld",
        "signed_on": "2025-06-01",
    }
    await world.post("/mandates", mandate)
    issued = await world.issue(1, 6_000, customer_id)
    await world.upload(camt053([paid(10_000, reference=issued.rf_reference)]))
    payment = await only_payment(world)
    body = {"kind": "return_to_sender", "payment_id": payment["id"]}
    assert await refusal(world, "/transfers", body) == (409, "conflict")
    assert (await ask(world, payment))["iban"] == OTHER


async def test_a_wrong_name_for_the_account_is_seen_by_who_approves(world: World) -> None:
    payment = await overpaid(world)
    asked = await ask(world, payment, name="Handelsonderneming Zonsopgang")
    assert asked["name_check"] == "no_match"


async def test_a_levy_handed_on_is_told_and_reconciles(world: World) -> None:
    await overpaid(world)
    body = {
        "kind": "levy",
        "amount": {"amount": 5_000, "currency": "EUR"},
        "iban": OTHER,
        "name": "Gemeente Voorbeeld",
        "text": "Afdracht precario 2026-1",
    }
    asked = await world.post("/transfers", body)
    file = await sent(world, asked)
    whole = Booked(-5_000, batch=file["reference"])
    result = await world.upload(camt053([whole], number=2, opening=10_000))
    assert result["transfers"] == 1
    (told,) = await world.news()
    assert isinstance(told, LevyRemitted)
    assert (await world.get("/reconciliation"))["agrees"]


async def collected_twice(world: World) -> tuple[InvoiceIssued, dict[str, Any], dict[str, Any]]:
    """A bill paid by transfer and collected as well: the debit's money is asked back."""
    customer_id = uuid7()
    await world.hear(customer_changed(customer_id))
    mandate = {
        "customer_id": str(customer_id),
        "iban": PAYER,
        "account_holder": "A. Voorbeeld",
        "signed_on": "2025-06-01",
    }
    await world.post("/mandates", mandate)
    bill = await world.issue(1, 6_400, customer_id, collection="direct_debit")
    batch = await world.post("/debit-batches", {"collect_on": "2026-04-08"})
    await world.approve(f"/debit-batches/{batch['id']}/release")
    paid_already = paid(6_400, reference=bill.rf_reference, iban=OTHER)
    await world.upload(camt053([paid_already]))
    await world.upload(camt053([Booked(6_400, batch=batch["reference"])], number=2, opening=6_400))
    (item,) = (await world.get("/queue"))["items"]
    asked = await ask(world, {"id": item["payment_id"]})
    (debit,) = (await world.get("/debits"))["items"]
    return bill, asked, debit


def come_back(debit: dict[str, Any]) -> Booked:
    return paid(-6_400, end_to_end_id=debit["end_to_end_id"], return_code="MD06")


async def test_a_debit_that_comes_back_takes_its_unsent_refund_with_it(world: World) -> None:
    """What was collected and asked back is not paid out when the bank takes it back first."""
    _, asked, debit = await collected_twice(world)
    await world.upload(camt053([come_back(debit)], number=3, opening=12_800))
    shown = await world.get(f"/transfers/{asked['id']}")
    assert (shown["status"], shown["reason"]) == ("cancelled", "payment_reversed")
    assert (await world.get("/reconciliation"))["agrees"]
    assert await refusal(world, "/transfer-files", {}) == (409, "nothing_to_send")


async def test_a_debit_that_comes_back_after_its_refund_is_owed_again(world: World) -> None:
    bill, asked, debit = await collected_twice(world)
    file = await sent(world, asked)
    out = Booked(-6_400, batch=file["reference"])
    await world.upload(camt053([out], number=3, opening=12_800))
    await world.news()
    await world.upload(camt053([come_back(debit)], number=4, opening=6_400))
    (told,) = [event for event in await world.news() if isinstance(event, PaymentReversed)]
    assert (told.refunded, told.invoice_id) == (eur(6_400), bill.invoice_id)
    assert (await world.get("/reconciliation"))["agrees"]


@pytest.mark.parametrize("in_one_file", [True, False])
async def test_a_refund_the_bank_executes_after_the_return_is_owed_again(
    world: World,
    in_one_file: bool,
) -> None:
    bill, asked, debit = await collected_twice(world)
    file = await sent(world, asked)
    back, out = come_back(debit), Booked(-6_400, batch=file["reference"])
    await world.news()
    if in_one_file:
        await world.upload(camt053([back, out], number=3, opening=12_800))
    else:
        await world.upload(camt053([back], number=3, opening=12_800))
        await world.upload(camt053([out], number=4, opening=6_400))
    news = await world.news()
    (reversed_,) = [event for event in news if isinstance(event, PaymentReversed)]
    (refund,) = [event for event in news if isinstance(event, RefundExecuted)]
    assert reversed_.refunded is None
    assert (refund.after_reversal, refund.invoice_id) == (True, bill.invoice_id)
    assert (await world.get("/reconciliation"))["agrees"]


async def test_the_same_levy_asked_for_twenty_times_at_once_is_asked_for_once(world: World) -> None:
    """The one that came first is committed before the next is compared with what exists."""
    body = {
        "kind": "levy",
        "amount": {"amount": 5_000, "currency": "EUR"},
        "iban": OTHER,
        "name": "Gemeente Voorbeeld",
    }
    answers = await asyncio.gather(
        *(world.payments.call("POST", "/transfers", json=body) for _ in range(20))
    )
    codes = sorted((one.status_code, one.json().get("code", "")) for one in answers)
    assert codes == [(201, "")] + [(409, "possible_duplicate")] * 19


async def test_equal_refunds_of_ten_payments_to_one_account_at_once_are_one(
    world: World,
) -> None:
    lines = [paid(2_500, text=f"gift {n}", name="X. Onbekend", iban=PAYER) for n in range(10)]
    await world.upload(camt053(lines))
    bodies = [
        {"kind": "return_to_sender", "payment_id": payment["id"]}
        for payment in (await world.get("/payments"))["items"]
    ]
    answers = await asyncio.gather(
        *(world.payments.call("POST", "/transfers", json=body) for body in bodies)
    )
    codes = sorted((one.status_code, one.json().get("code", "")) for one in answers)
    assert codes == [(201, "")] + [(409, "possible_duplicate")] * 9


async def test_nobody_overwrites_settings_somebody_else_changed(world: World) -> None:
    assert (await world.get("/sepa-settings"))["version"] == 0
    statuses = []
    for seen in ('"0"', '"0"', '"1"'):
        answer = await world.payments.call(
            "PUT", "/sepa-settings", json={"notice_days": 21}, headers={"If-Match": seen}
        )
        statuses.append(answer.status_code)
    assert statuses == [200, 412, 200]
    shown = await world.get("/sepa-settings")
    assert (shown["version"], shown["notice_days"], shown["clerk_limit_minor"]) == (2, 21, 50_000)


async def test_fifty_refunds_of_one_payment_at_once_give_back_its_rest_once(world: World) -> None:
    """Whatever two clerks click at the same moment, no cent is promised twice."""
    payment = await overpaid(world)
    body = {
        "kind": "refund",
        "payment_id": payment["id"],
        "amount": {"amount": 1_500, "currency": "EUR"},
        "despite_duplicate": True,
    }
    answers = await asyncio.gather(
        *(world.payments.call("POST", "/transfers", json=body) for _ in range(50))
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 2 + [409] * 48
    assert (await world.get("/reconciliation"))["agrees"]
    rest = (await only_payment(world))["unallocated"]["amount"]
    assert rest == 1_000
