"""What was paid too much goes to what is owed next."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from shared.events.payments import PaymentAllocated
from tests.factories.payments import DUE_ON, camt053, customer_changed, eur, invoice_issued, paid
from tests.integration.payments.conftest import World
from tests.integration.payments.test_queue import act, queue


async def overpaid(world: World, extra: int = 1_000) -> UUID:
    """A customer who paid this much more than 50.00."""
    bill = await world.issue(1, 5_000)
    await world.upload(camt053([paid(5_000 + extra, reference=bill.rf_reference)]))
    await world.news()
    return bill.customer_id


async def credit(world: World, customer_id: UUID) -> list[int]:
    shown = await world.get(f"/customers/{customer_id}/credit")
    return [total["amount"] for total in shown["total"]]


async def test_what_was_overpaid_is_taken_off_the_next_invoice_by_itself(world: World) -> None:
    customer_id = await overpaid(world)
    assert await credit(world, customer_id) == [1_000]
    await world.hear(invoice_issued(2, 7_000, customer_id))
    allocated = [event for event in await world.news() if isinstance(event, PaymentAllocated)]
    assert [event.matched_by for event in allocated] == ["credit"]
    assert allocated[0].allocations[0].amount == eur(1_000)
    assert (await credit(world, customer_id), await queue(world)) == ([], [])


async def test_the_part_of_a_credit_that_is_more_than_the_next_invoice_is_kept(
    world: World,
) -> None:
    customer_id = await overpaid(world, extra=3_000)
    await world.hear(invoice_issued(2, 2_000, customer_id), invoice_issued(3, 400, customer_id))
    assert await credit(world, customer_id) == [600]
    (item,) = await queue(world)
    assert (item["reason"], item["unallocated"]["amount"]) == ("overpaid", 600)


async def test_a_double_payment_is_a_credit_and_an_unknown_one_is_not(world: World) -> None:
    bill = await world.issue(1, 5_000)
    line = paid(5_000, reference=bill.rf_reference)
    await world.upload(camt053([line, line, paid(800, text="?")]))
    assert await credit(world, bill.customer_id) == [5_000]
    shown = await world.get(f"/customers/{bill.customer_id}/credit")
    assert [part["reason"] for part in shown["payments"]] == ["already_paid"]


async def test_a_creditor_may_want_to_be_asked_first(world: World) -> None:
    before = await world.payments.call("GET", "/queue/settings")
    await world.payments.put(
        "/queue/settings",
        json={"credit_to_next_invoice": False, "clerk_write_off_max_minor": 0},
        headers={"If-Match": before.headers["ETag"]},
    )
    customer_id = await overpaid(world)
    bill = await world.issue(2, 7_000, customer_id)
    assert await credit(world, customer_id) == [1_000]
    used = await world.post(
        f"/customers/{customer_id}/credit/use", {"invoice_ids": [str(bill.invoice_id)]}
    )
    assert (used["payments"][0]["status"], used["left"]["total"]) == ("allocated", [])


async def test_what_a_clerk_put_aside_is_not_spent(world: World) -> None:
    customer_id = await overpaid(world)
    (item,) = await queue(world)
    hold = {"until": "2026-04-20", "reason": "wants it back"}
    await act(world, f"/queue/{item['payment_id']}/hold", hold)
    await world.issue(2, 7_000, customer_id)
    assert await credit(world, customer_id) == [1_000]
    refused = await act(world, f"/customers/{customer_id}/credit/use", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_credit")


async def test_a_direct_debit_collects_what_the_credit_left(world: World) -> None:
    """One invoice is debited for the rest, the other not at all."""
    customer_id = await overpaid(world, extra=3_000)
    await world.hear(customer_changed(customer_id))
    mandate: dict[str, Any] = {
        "customer_id": str(customer_id),
        "iban": "NL86INGB0002445588",
        "account_holder": "A. Voorbeeld",
        "signed_on": "2026-01-01",
    }
    await world.post("/mandates", mandate)
    debited: dict[str, Any] = {"collection": "direct_debit"}
    await world.hear(
        invoice_issued(2, 2_000, customer_id, due_on=DUE_ON - timedelta(days=1), **debited),
        invoice_issued(3, 5_000, customer_id, **debited),
    )
    batch = await world.post("/debit-batches", {"collect_on": "2026-04-20", "due_by": "2026-05-01"})
    assert batch["left_out"] == {"nothing_left": 1}
    debits = (await world.get(f"/debits?batch_id={batch['id']}"))["items"]
    assert [debit["amount"]["amount"] for debit in debits] == [4_000]
