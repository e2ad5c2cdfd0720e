"""What a clerk decides: small differences, moves, notes and history, and what it teaches."""

from __future__ import annotations

from typing import Any

from shared.events.payments import AllocationUndone, PaymentAllocated
from shared.ids import uuid7
from tests.factories.payments import camt053, customer_changed, eur, paid
from tests.integration.payments.conftest import World
from tests.integration.payments.test_queue import HIS_IBAN, act, clerk, queue


def wish(invoice_id: Any, cents: int, **changes: Any) -> dict[str, Any]:
    amount = {"amount": cents, "currency": "EUR"}
    return {"allocations": [{"invoice_id": str(invoice_id), "amount": amount}], **changes}


async def waiting_payment(world: World, cents: int = 5_000, **line: Any) -> str:
    """The path of a payment nothing points at."""
    await world.upload(camt053([paid(cents, **line)]))
    (item,) = await queue(world)
    await world.news()
    return f"/payments/{item['payment_id']}"


async def test_a_clerk_gives_up_two_cents_and_the_bill_is_settled(world: World) -> None:
    bill = await world.issue(1, 5_002)
    path = await waiting_payment(world)
    body = wish(bill.invoice_id, 5_000, write_off_rest=True)
    matched = await act(world, f"{path}/match", body, token=clerk(world))
    assert matched.json()["status"] == "allocated"
    (told,) = await world.news()
    assert isinstance(told, PaymentAllocated)
    assert (told.allocations[0].amount, told.allocations[0].written_off) == (eur(5_000), eur(2))
    item = await world.get(f"/open-items/{bill.invoice_id}")
    assert item["available"]["amount"] == 0
    story = await world.get(path)
    assert story["allocations"][0]["written_off"]["amount"] == 2
    await world.post(f"{path}/undo", {})
    item = await world.get(f"/open-items/{bill.invoice_id}")
    assert item["available"]["amount"] == 5_002


async def test_more_than_the_limit_is_for_a_supervisor(world: World) -> None:
    bill = await world.issue(1, 5_101)
    path = await waiting_payment(world)
    body = wish(bill.invoice_id, 5_000, write_off_rest=True)
    refused = await act(world, f"{path}/match", body, token=clerk(world))
    assert (refused.status_code, refused.json()["code"]) == (403, "write_off_needs_approval")
    assert refused.json()["limit"] == {"amount": 100, "currency": "EUR"}
    assert await world.news() == []
    matched = await act(world, f"{path}/match", body)
    assert matched.json()["status"] == "allocated"


async def test_a_creditor_sets_what_its_clerks_may_give_up(world: World) -> None:
    body = {"credit_to_next_invoice": False, "clerk_write_off_max_minor": 101}
    before = await world.payments.call("GET", "/queue/settings")
    assert before.json()["clerk_write_off_max_minor"] == 100
    unseen = await world.payments.call("PUT", "/queue/settings", json=body)
    assert unseen.status_code == 428
    match = {"If-Match": before.headers["ETag"]}
    await world.payments.put("/queue/settings", json=body, headers=match)
    late = await world.payments.call("PUT", "/queue/settings", json=body, headers=match)
    assert late.status_code == 412
    bill = await world.issue(1, 5_101)
    path = await waiting_payment(world)
    wished = wish(bill.invoice_id, 5_000, write_off_rest=True)
    matched = await act(world, f"{path}/match", wished, token=clerk(world))
    assert matched.json()["status"] == "allocated"


async def test_one_payment_is_split_over_two_customers(world: World) -> None:
    """One event per customer, and nobody's text is sealed for the other."""
    anna, bert = await world.issue(1, 3_000), await world.issue(2, 2_000)
    path = await waiting_payment(world, name="Bewindvoerder")
    first, second = wish(anna.invoice_id, 3_000), wish(bert.invoice_id, 2_000)
    body = {"allocations": first["allocations"] + second["allocations"]}
    matched = await world.post(f"{path}/match", body)
    assert (matched["status"], matched["customer_id"]) == ("allocated", None)
    told = await world.news()
    assert {event.model_dump()["customer_id"] for event in told} == {
        anna.customer_id,
        bert.customer_id,
    }
    assert (await world.get(path))["sender"]["name"] == "Bewindvoerder"


async def test_a_payment_moves_to_another_customer_in_one_step(world: World) -> None:
    anna, bert = await world.issue(1, 5_000), await world.issue(2, 5_000)
    path = await waiting_payment(world)
    await world.post(f"{path}/match", wish(anna.invoice_id, 5_000))
    await world.news()
    body = wish(bert.invoice_id, 5_000, note="he paid for his neighbour")
    moved = await world.post(f"{path}/move", body)
    assert (moved["status"], moved["customer_id"]) == ("allocated", str(bert.customer_id))
    undone, allocated = await world.news()
    assert isinstance(undone, AllocationUndone)
    assert isinstance(allocated, PaymentAllocated)
    assert (undone.customer_id, allocated.customer_id) == (anna.customer_id, bert.customer_id)


async def test_a_move_that_does_not_fit_leaves_everything_as_it_was(world: World) -> None:
    anna, bert = await world.issue(1, 5_000), await world.issue(2, 4_000)
    path = await waiting_payment(world)
    await world.post(f"{path}/match", wish(anna.invoice_id, 5_000))
    await world.news()
    refused = await act(world, f"{path}/move", wish(bert.invoice_id, 5_000))
    assert refused.status_code == 422
    story = await world.get(path)
    assert [row["status"] for row in story["allocations"]] == ["proposed"]
    assert await world.news() == []


async def test_the_history_tells_what_who_and_why(world: World) -> None:
    bill = await world.issue(1, 5_000)
    path = await waiting_payment(world)
    anna = clerk(world)
    await act(world, f"{path}/notes", {"text": "called the payer"}, token=anna)
    body = wish(bill.invoice_id, 5_000, note="says so himself")
    await act(world, f"{path}/match", body, token=anna)
    await act(world, f"{path}/undo", {"note": "he was wrong"}, token=clerk(world, "bert"))
    told = await world.get(f"{path}/history")
    assert (told[0]["what"], told[0]["after"]) == ("payment", "unallocated")
    words = [(one["actor"], one["why"]) for one in told if one["what"] in {"note", "match", "undo"}]
    assert words == [
        ("clerk:anna", "called the payer"),
        ("clerk:anna", "says so himself"),
        ("clerk:bert", "he was wrong"),
    ]
    allocations = [one for one in told if one["what"] == "allocation"]
    assert [one["after"] for one in allocations] == ["proposed", "withdrawn"]
    assert {one["invoice_number"] for one in allocations} == {bill.number}
    assert {one["amount"]["amount"] for one in allocations} == {5_000}


async def test_a_forgotten_customer_takes_the_notes_about_them_along(world: World) -> None:
    """Written when nobody knew whose money it was, sealed for them once it was known."""
    bill = await world.issue(1, 5_000)
    await world.hear(customer_changed(bill.customer_id))
    path = await waiting_payment(world)
    await world.post(f"{path}/notes", {"text": "from B. Betaler, she says"})
    await world.post(f"{path}/match", wish(bill.invoice_id, 5_000))
    await world.hear(customer_changed(bill.customer_id, version=2, name="", erased=True))
    told = await world.get(f"{path}/history")
    assert [one["why"] for one in told if one["what"] == "note"] == [""]


async def test_a_match_teaches_who_pays_for_whom_and_can_be_unlearned(world: World) -> None:
    bill = await world.issue(1, 5_000)
    await world.hear(customer_changed(bill.customer_id, "K7"))
    path = await waiting_payment(world, iban=HIS_IBAN)
    await act(world, f"{path}/match", wish(bill.invoice_id, 5_000), token=clerk(world))
    (taught,) = (await world.get("/remembered-payers"))["items"]
    assert (taught["customer_number"], taught["taught_by"], taught["times"]) == (
        "K7",
        "clerk:anna",
        1,
    )
    gone = f"/remembered-payers/{taught['account']}/{taught['customer_id']}"
    assert (await world.payments.call("DELETE", gone)).status_code == 204
    assert (await world.get("/remembered-payers"))["items"] == []
    assert (await world.payments.call("DELETE", gone)).status_code == 404


async def test_what_a_wrong_match_taught_goes_with_it(world: World) -> None:
    bill = await world.issue(1, 5_000)
    path = await waiting_payment(world, iban=HIS_IBAN)
    await world.post(f"{path}/match", wish(bill.invoice_id, 5_000))
    assert len((await world.get("/remembered-payers"))["items"]) == 1
    await world.post(f"{path}/undo", {})
    assert (await world.get("/remembered-payers"))["items"] == []


async def test_a_clerk_may_match_without_teaching(world: World) -> None:
    bill = await world.issue(1, 5_000)
    path = await waiting_payment(world, iban=HIS_IBAN)
    await world.post(f"{path}/match", wish(bill.invoice_id, 5_000, remember=False))
    assert (await world.get("/remembered-payers"))["items"] == []


async def test_nothing_is_laid_beside_a_payment_that_does_not_wait(world: World) -> None:
    bill = await world.issue(1, 5_000)
    path = await waiting_payment(world)
    await world.post(f"{path}/match", wish(bill.invoice_id, 5_000))
    held = path.replace("/payments/", "/queue/")
    refused = await act(world, f"{held}/hold", {"until": "2026-04-08", "reason": "why not"})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_waiting")
    unknown = await act(world, f"/queue/{uuid7()}/release")
    assert unknown.status_code == 404
