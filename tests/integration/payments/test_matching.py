from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.payments.jobs import JOBS
from shared.clock import FixedClock
from shared.events.billing import (
    AllocationApplied,
    AllocationRejected,
    AllocationReversed,
    InvoiceCredited,
)
from shared.events.payments import AllocationUndone, PaymentAllocated, PaymentReceived
from shared.ids import uuid7
from tests.factories.payments import (
    camt053,
    customer_changed,
    eur,
    invoice_issued,
    paid,
    receivable,
)
from tests.integration.payments.conftest import World

HIS_IBAN = "NL86INGB0002445588"


async def run_job(world: World, name: str) -> None:
    (job,) = [job for job in JOBS if job.name == name]
    service = world.payments.service
    await job.run(service, world.payments.creditor_id, service.clock.now().date())


async def only_queued(world: World) -> dict[str, Any]:
    (item,) = (await world.get("/queue"))["items"]
    result: dict[str, Any] = item
    return result


async def test_an_overpayment_is_allocated_and_its_rest_waits_with_the_customer(
    world: World,
) -> None:
    issued = await world.issue(1, 5_000)
    await world.hear(customer_changed(issued.customer_id, "K77"))
    result = await world.upload(camt053([paid(6_000, reference=issued.rf_reference)]))
    assert (result["matched"], result["queued"]) == (1, 1)
    item = await only_queued(world)
    assert (item["reason"], item["customer_number"]) == ("overpaid", "K77")
    assert (item["unallocated"]["amount"], item["candidates"]) == (1_000, [])


async def test_two_payments_of_one_bill_in_one_file_leave_a_duplicate(world: World) -> None:
    issued = await world.issue(1, 5_000)
    line = paid(5_000, reference=issued.rf_reference)
    await world.upload(camt053([line, line]))
    item = await only_queued(world)
    assert (item["reason"], item["customer_id"]) == ("already_paid", str(issued.customer_id))
    told = await world.news()
    assert [type(event) for event in told] == [PaymentReceived, PaymentReceived, PaymentAllocated]


async def test_the_next_file_knows_what_the_last_one_allocated(world: World) -> None:
    """Billing has not answered yet: our own proposal already counts."""
    issued = await world.issue(1, 5_000)
    await world.upload(camt053([paid(5_000, reference=issued.rf_reference)], number=1))
    await world.upload(
        camt053([paid(5_000, reference=issued.rf_reference)], number=2, opening=5_000)
    )
    assert (await only_queued(world))["reason"] == "already_paid"


async def test_a_known_account_pays_the_one_invoice_of_that_amount(world: World) -> None:
    anna = uuid7()
    await world.hear(customer_changed(anna))
    body = {
        "customer_number": "K1",
        "iban": "NL86 INGB 0002 4455 88",
        "account_holder": "A. Voorbeeld",
        "signed_on": "2026-01-01",
    }
    await world.post("/mandates", body)
    bill, _other = await world.issue(1, 5_000, anna), await world.issue(2, 7_000, anna)
    await world.upload(camt053([paid(5_000, iban=HIS_IBAN, text="water")]))
    allocated = (await world.news())[-1]
    assert isinstance(allocated, PaymentAllocated)
    assert allocated.matched_by == "account_amount"
    assert [a.invoice_id for a in allocated.allocations] == [bill.invoice_id]


async def test_a_known_account_and_an_odd_amount_waits_with_the_candidates(world: World) -> None:
    anna = uuid7()
    await world.hear(customer_changed(anna))
    body = {
        "customer_id": str(anna),
        "iban": HIS_IBAN,
        "account_holder": "A. Voorbeeld",
        "signed_on": "2026-01-01",
    }
    await world.post("/mandates", body)
    bill = await world.issue(1, 5_000, anna)
    await world.upload(camt053([paid(4_000, iban=HIS_IBAN, name="A. Voorbeeld")]))
    item = await only_queued(world)
    assert (item["reason"], item["customer_number"]) == ("amount_differs", "K1")
    (candidate,) = item["candidates"]
    assert [one["invoice_id"] for one in candidate["invoices"]] == [str(bill.invoice_id)]
    assert candidate["facts"] == ["account_mandate", "name_same"]
    assert candidate["against"] == ["amount_differs"]


async def test_a_payment_of_a_credited_invoice_is_not_allocated(world: World) -> None:
    issued = await world.issue(1, 5_000)
    credited = InvoiceCredited(
        credit_note_id=uuid7(),
        number="C20260000001",
        invoice_id=issued.invoice_id,
        invoice_number=issued.number,
        customer_id=issued.customer_id,
        issued_on=issued.issued_on,
        amount=eur(5_000),
        reason="moved",
        receivable=receivable(issued.invoice_id, 0, version=2, status="credited"),
    )
    await world.hear(credited)
    result = await world.upload(camt053([paid(5_000, text=f"factuur {issued.number}")]))
    assert (result["matched"], result["queued"]) == (0, 1)
    assert (await only_queued(world))["reason"] == "invoice_credited"


def answer(allocated: PaymentAllocated, kind: type[Any], **changes: Any) -> Any:
    (allocation,) = allocated.allocations
    return kind.model_validate(
        {
            "allocation_id": allocation.allocation_id,
            "payment_id": allocated.payment_id,
            "invoice_id": allocation.invoice_id,
            "customer_id": allocated.customer_id,
            "amount": allocation.amount,
            **changes,
        }
    )


async def test_billing_rejects_an_allocation_and_the_money_is_in_the_queue(world: World) -> None:
    issued = await world.issue(1, 5_000)
    await world.upload(camt053([paid(5_000, reference=issued.rf_reference)]))
    allocated = (await world.news())[-1]
    assert isinstance(allocated, PaymentAllocated)
    rejected = answer(allocated, AllocationRejected, reason="exceeds_open")
    received = await world.hear(rejected)
    item = await only_queued(world)
    assert (item["reason"], item["unallocated"]["amount"]) == ("rejected_exceeds_open", 5_000)
    await world.hear(*received)
    story = await world.get(f"/payments/{allocated.payment_id}")
    assert [a["status"] for a in story["allocations"]] == ["rejected"]
    changes = [c["after"] for c in story["history"] if c["noun"] == "payment"]
    assert changes == ["allocated", "unallocated"]


async def test_an_undone_match_frees_invoice_and_payment_and_keeps_its_story(
    world: World,
) -> None:
    issued = await world.issue(1, 5_000)
    await world.upload(camt053([paid(5_000, reference=issued.rf_reference)]))
    allocated = (await world.news())[-1]
    assert isinstance(allocated, PaymentAllocated)
    applied = answer(
        allocated,
        AllocationApplied,
        value_on=allocated.value_on,
        receivable=receivable(issued.invoice_id, 0, version=2),
    )
    await world.hear(applied)
    path = f"/payments/{allocated.payment_id}"
    undone = await world.post(f"{path}/undo", {})
    assert (undone["status"], undone["queue_reason"]) == ("unallocated", "undone")
    (told,) = await world.news()
    assert isinstance(told, AllocationUndone)
    assert (told.reason, told.amount) == ("undone", eur(5_000))
    # The invoice can be paid again at once, though billing has not answered.
    other = await world.post(f"{path}/match", _wish(issued.invoice_id, 5_000))
    assert other["status"] == "allocated"
    reversed_ = answer(
        allocated,
        AllocationReversed,
        reason="undone",
        receivable=receivable(issued.invoice_id, 5_000, version=3),
    )
    await world.hear(reversed_)
    story = await world.get(path)
    assert [a["status"] for a in story["allocations"]] == ["undone", "proposed"]
    item = await world.get(f"/open-items/{issued.invoice_id}")
    assert (item["open"]["amount"], item["available"]["amount"]) == (5_000, 0)


def _wish(invoice_id: Any, cents: int) -> dict[str, Any]:
    amount = {"amount": cents, "currency": "EUR"}
    return {"allocations": [{"invoice_id": str(invoice_id), "amount": amount}]}


async def test_a_clerk_matches_one_payment_over_two_invoices(world: World) -> None:
    anna = uuid7()
    first, second = await world.issue(1, 3_000, anna), await world.issue(2, 2_000, anna)
    await world.upload(camt053([paid(5_000, name="Buurman", text="voor de buren")]))
    item = await only_queued(world)
    body = {
        "allocations": [
            *_wish(first.invoice_id, 3_000)["allocations"],
            *_wish(second.invoice_id, 2_000)["allocations"],
        ]
    }
    await world.news()
    matched = await world.post(f"/payments/{item['payment_id']}/match", body)
    assert (matched["status"], matched["customer_id"]) == ("allocated", str(anna))
    (told,) = await world.news()
    assert isinstance(told, PaymentAllocated)
    assert (told.matched_by, len(told.allocations)) == ("manual", 2)
    story = await world.get(f"/payments/{item['payment_id']}")
    assert story["sender"]["name"] == "Buurman"


async def test_a_match_that_does_not_fit_changes_nothing(world: World) -> None:
    issued = await world.issue(1, 3_000)
    await world.upload(camt053([paid(5_000)]))
    await world.news()
    path = f"/payments/{(await only_queued(world))['payment_id']}/match"
    for body, status in (
        (_wish(issued.invoice_id, 4_000), 422),
        (_wish(uuid7(), 1_000), 422),
        (_wish(issued.invoice_id, 0), 422),
    ):
        refused = await world.payments.call("POST", path, json=body)
        assert refused.status_code == status
    assert await world.news() == []


async def test_money_that_comes_before_its_invoice_is_matched_when_that_is_known(
    world: World, clock: FixedClock
) -> None:
    issued = invoice_issued(1, 5_000)
    await world.upload(camt053([paid(5_000, text=f"nota {issued.number}")]))
    assert (await only_queued(world))["reason"] == "unknown_reference"
    clock.advance(timedelta(minutes=5))
    await world.hear(issued)
    await world.news()
    await run_job(world, "retry_matching")
    assert (await world.get("/queue"))["items"] == []
    (told,) = await world.news()
    assert isinstance(told, PaymentAllocated)
    assert told.customer_id == issued.customer_id


async def test_balances_count_by_version_whatever_order_they_come_in(world: World) -> None:
    issued = invoice_issued(1, 5_000)
    later = AllocationApplied(
        allocation_id=uuid7(),
        payment_id=uuid7(),
        invoice_id=issued.invoice_id,
        customer_id=issued.customer_id,
        amount=eur(2_000),
        value_on=issued.due_on,
        receivable=receivable(issued.invoice_id, 3_000, version=2),
    )
    (received,) = await world.hear(later)
    before = await world.get(f"/open-items/{issued.invoice_id}")
    assert (before["number"], before["open"]["amount"]) == (None, 3_000)
    await world.hear(issued)
    await world.hear(received)
    item = await world.get(f"/open-items/{issued.invoice_id}")
    assert (item["number"], item["open"]["amount"]) == (issued.number, 3_000)


async def test_every_issued_invoice_gets_a_link(world: World) -> None:
    issued = invoice_issued(1, 5_000)
    await world.hear(issued)
    (told,) = await world.news()
    item = await world.get(f"/open-items/{issued.invoice_id}")
    assert told.model_dump()["url"] == item["pay_url"]


async def test_a_forgotten_customer_leaves_the_money_and_not_the_name(world: World) -> None:
    issued = await world.issue(1, 5_000)
    line = paid(5_000, reference=issued.rf_reference, name="B. Betaler", iban=HIS_IBAN)
    await world.upload(camt053([line]))
    (payment,) = (await world.get("/payments"))["items"]
    before = await world.get(f"/payments/{payment['id']}")
    assert before["sender"]["name"] == "B. Betaler"
    await world.hear(customer_changed(issued.customer_id, version=2, name="", erased=True))
    after = await world.get(f"/payments/{payment['id']}")
    assert (after["sender"]["name"], after["sender"]["texts"]) == (None, [])
    assert after["amount"] == before["amount"]


async def test_money_that_a_forgotten_customer_still_sends_can_be_handled(world: World) -> None:
    issued = await world.issue(1, 5_000)
    line = paid(5_000, reference=issued.rf_reference, name="B. Betaler")
    await world.upload(camt053([line], number=1))
    await world.hear(customer_changed(issued.customer_id, version=2, name="", erased=True))
    await world.upload(camt053([line], number=2, opening=5_000))
    item = await only_queued(world)
    assert (item["reason"], item["sender"]["name"]) == ("already_paid", "B. Betaler")
