from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from lxml import etree

from shared.events.billing import AllocationApplied, InvoiceIssued
from shared.events.collections import DisputeOpened, DisputeResolved
from shared.events.payments import (
    AllocationUndone,
    DebitReturned,
    DebitSubmitted,
    MandateChanged,
    PaymentAllocated,
    PaymentReceived,
    PaymentReversed,
)
from shared.ids import uuid7
from tests.factories.payments import (
    Booked,
    camt053,
    customer_changed,
    eur,
    paid,
    receivable,
    report,
)
from tests.integration.payments.conftest import World

ACCOUNTS = ["NL86INGB0002445588", "DE89370400440532013000", "PL61109010140000071219812874"]
COLLECT_ON = date(2026, 4, 8)


async def debtor(world: World, count: int, cents: int) -> InvoiceIssued:
    """A customer with a mandate, and one bill to be collected."""
    customer_id = uuid7()
    await world.hear(customer_changed(customer_id, f"K{count}"))
    body = {
        "customer_id": str(customer_id),
        "reference": f"M-{count}",
        "iban": ACCOUNTS[count % 3],
        "account_holder": f"A. Voorbeeld {count}",
        "signed_on": "2025-06-01",
    }
    await world.post("/mandates", body)
    return await world.issue(count, cents, customer_id, collection="direct_debit")


async def plan(world: World, collect_on: date = COLLECT_ON) -> Any:
    return await world.post("/debit-batches", {"collect_on": collect_on.isoformat()})


async def released(world: World, collect_on: date = COLLECT_ON) -> Any:
    batch = await plan(world, collect_on)
    batch = await world.approve(f"/debit-batches/{batch['id']}/release")
    await world.news()
    return batch


async def only_debit(world: World, invoice_id: UUID) -> Any:
    (debit,) = (await world.get(f"/debits?invoice_id={invoice_id}"))["items"]
    return debit


async def test_a_run_collects_what_is_due_and_has_a_mandate(world: World) -> None:
    bill = await debtor(world, 1, 6_400)
    await world.issue(2, 1_000, collection="direct_debit")
    await world.issue(3, 1_000)
    batch = await plan(world)
    assert batch["total"] == {"debits": 1, "amount": {"amount": 6_400, "currency": "EUR"}}
    assert batch["left_out"] == {"no_active_mandate": 1}
    assert await world.news() == []
    batch = await world.approve(f"/debit-batches/{batch['id']}/release")
    assert list(batch["by_status"]) == ["submitted"]
    (told,) = await world.news()
    assert isinstance(told, DebitSubmitted)
    assert (told.invoice_id, told.amount, told.collect_on) == (
        bill.invoice_id,
        eur(6_400),
        COLLECT_ON,
    )


async def test_an_invoice_in_flight_is_not_collected_twice(world: World) -> None:
    await debtor(world, 1, 6_400)
    await released(world)
    refused = await world.payments.call(
        "POST", "/debit-batches", json={"collect_on": COLLECT_ON.isoformat()}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_collect")


async def test_what_was_paid_since_the_planning_is_left_out_of_the_file(world: World) -> None:
    bill, other = await debtor(world, 1, 6_400), await debtor(world, 2, 1_000)
    batch = await plan(world)
    await world.upload(camt053([paid(6_400, reference=bill.rf_reference)]))
    batch = await world.approve(f"/debit-batches/{batch['id']}/release")
    assert batch["left_out"] == {"changed_since_planned": 1}
    submitted = [event for event in await world.news() if isinstance(event, DebitSubmitted)]
    assert [event.invoice_id for event in submitted] == [other.invoice_id]


async def test_a_disputed_invoice_is_not_collected_until_the_dispute_is_over(
    world: World,
) -> None:
    bill = await debtor(world, 1, 6_400)
    dispute_id = uuid7()
    named = {"dispute_id": dispute_id, "customer_id": bill.customer_id}
    await world.hear(DisputeOpened(**named, invoice_ids=(bill.invoice_id,), reason="reading"))
    refused = await world.payments.call(
        "POST", "/debit-batches", json={"collect_on": COLLECT_ON.isoformat()}
    )
    assert refused.json()["left_out"] == {"held": 1}
    await world.hear(DisputeResolved(**named, invoice_ids=(), outcome="rejected"))
    assert (await plan(world))["total"]["debits"] == 1


@pytest.mark.parametrize("version", ["pain.008.001.02", "pain.008.001.08"])
async def test_the_file_is_valid_by_the_official_schema(
    world: World, version: str, shared_data: Path
) -> None:
    for count in (1, 2, 3):
        await debtor(world, count, 1_000 * count)
    batch = await released(world)
    path = f"/debit-batches/{batch['id']}/file?version={version}"
    file = await world.payments.call("GET", path)
    assert file.status_code == 200
    found = sorted((shared_data / "schemas").rglob(f"{version}.xsd"))
    schema = etree.XMLSchema(etree.parse(found[0]))
    schema.assertValid(etree.fromstring(file.content))
    assert (await world.payments.call("GET", path)).content == file.content
    text = file.content.decode()
    assert text.count("<EndToEndId>INN") == 3
    assert f"<PmtInfId>{batch['reference']}</PmtInfId>" in text
    assert "<SeqTp>RCUR</SeqTp>" in text
    assert "<CtrlSum>60.00</CtrlSum>" in text


async def test_there_is_no_file_before_the_release(world: World) -> None:
    await debtor(world, 1, 6_400)
    batch = await plan(world)
    refused = await world.payments.call("GET", f"/debit-batches/{batch['id']}/file")
    assert refused.status_code == 409
    cancelled = await world.post(f"/debit-batches/{batch['id']}/cancel")
    assert cancelled["status"] == "cancelled"
    assert (await plan(world))["total"]["debits"] == 1


async def test_a_batch_booked_in_one_sum_settles_each_debit_with_a_payment(world: World) -> None:
    bills = [await debtor(world, count, 1_000 * count) for count in (1, 2, 3)]
    batch = await released(world)
    result = await world.upload(camt053([Booked(6_000, batch=batch["reference"])]))
    assert (result["debits_collected"], result["payments"], result["queued"]) == (3, 3, 0)
    told = await world.news()
    received = [event for event in told if isinstance(event, PaymentReceived)]
    allocated = [event for event in told if isinstance(event, PaymentAllocated)]
    assert sorted(event.amount.minor for event in received) == [1_000, 2_000, 3_000]
    assert {event.source for event in received} == {"direct_debit"}
    assert {event.allocations[0].invoice_id for event in allocated} == {
        bill.invoice_id for bill in bills
    }
    assert (await only_debit(world, bills[0].invoice_id))["status"] == "collected"


@pytest.mark.parametrize("names", ["nothing", "one", "both"])
async def test_all_that_was_collected_on_a_day_may_be_booked_in_one_sum(
    world: World, names: str
) -> None:
    """Two runs of one day; the bank names neither of their files, one, or both."""
    first = [await debtor(world, count, 1_000 * count) for count in (1, 2)]
    one = await released(world)
    second = [await debtor(world, count, 1_000 * count) for count in (3, 4)]
    other = await released(world)
    references = {"nothing": [], "one": [one], "both": [one, other]}[names]
    line = Booked(10_000, batches=tuple(batch["reference"] for batch in references))
    result = await world.upload(camt053([line], day=COLLECT_ON))
    assert (result["debits_collected"], result["queued"]) == (4, 0)
    for bill in (*first, *second):
        assert (await only_debit(world, bill.invoice_id))["status"] == "collected"


async def test_a_sum_that_two_runs_of_a_day_make_alike_is_left_to_a_person(world: World) -> None:
    for count in (1, 2):
        await debtor(world, count, 3_000)
    await released(world)
    for count in (3, 4):
        await debtor(world, count, 3_000)
    await released(world)
    result = await world.upload(camt053([Booked(6_000)], day=COLLECT_ON))
    assert (result["debits_collected"], result["queued"]) == (0, 1)


@pytest.mark.parametrize(("code", "suspends"), [("AM04", False), ("MD06", False), ("AC04", True)])
async def test_a_returned_debit_undoes_payment_and_allocation(
    world: World, code: str, *, suspends: bool
) -> None:
    bill = await debtor(world, 1, 6_400)
    batch = await released(world)
    await world.upload(camt053([Booked(6_400, batch=batch["reference"])], number=1))
    await world.news()
    debit = await only_debit(world, bill.invoice_id)
    line = paid(-6_400, end_to_end_id=debit["end_to_end_id"], return_code=code)
    result = await world.upload(camt053([line], number=2, opening=6_400, day=date(2026, 4, 20)))
    assert result["debits_returned"] == 1
    undone, reversed_, returned, *more = await world.news()
    assert isinstance(undone, AllocationUndone)
    assert (undone.reason, undone.return_code) == ("returned", code)
    assert isinstance(reversed_, PaymentReversed)
    assert (reversed_.amount, reversed_.source) == (eur(6_400), "direct_debit")
    assert isinstance(returned, DebitReturned)
    assert (returned.return_code, returned.returned_on) == (code, date(2026, 4, 20))
    assert not returned.never_collected
    assert [isinstance(event, MandateChanged) for event in more] == ([True] if suspends else [])
    assert (await only_debit(world, bill.invoice_id))["status"] == "returned"
    (payment,) = (await world.get("/payments"))["items"]
    assert (payment["status"], payment["return_code"]) == ("reversed", code)
    assert (await world.get("/queue"))["items"] == []


async def test_a_return_known_before_its_collection_nets_to_nothing(world: World) -> None:
    bill = await debtor(world, 1, 6_400)
    await released(world)
    debit = await only_debit(world, bill.invoice_id)
    back = paid(-6_400, end_to_end_id=debit["end_to_end_id"], return_code="AM04")
    await world.upload(camt053([back], number=2, opening=6_400, day=date(2026, 4, 10)))
    (told,) = await world.news()
    assert isinstance(told, DebitReturned)
    agreed = await world.get("/reconciliation")
    assert agreed["agrees"]
    assert agreed["accounts"][0]["returns_waiting"]["amount"] == -6_400
    booked = paid(6_400, end_to_end_id=debit["end_to_end_id"])
    await world.upload(camt053([booked], number=1, day=date(2026, 4, 8)))
    received, reversed_ = await world.news()
    assert isinstance(received, PaymentReceived)
    assert isinstance(reversed_, PaymentReversed)
    agreed = await world.get("/reconciliation")
    assert agreed["accounts"][0]["returns_waiting"]["amount"] == 0
    assert agreed["whole"]["agrees"]


async def test_a_return_known_before_the_sum_it_is_part_of_nets_to_nothing(world: World) -> None:
    """A notice tells the return at noon, the statement the whole batch in one sum at night: the
    others are collected, and nobody of them is sent a reminder."""
    bills = [await debtor(world, count, 1_000 * count) for count in (1, 2, 3)]
    batch = await released(world)
    returned = (await only_debit(world, bills[0].invoice_id))["end_to_end_id"]
    back = paid(-1_000, end_to_end_id=returned, return_code="AC04", bank_reference="R1")
    await world.upload(report("camt.054", [back], number=1, day=COLLECT_ON))
    await world.news()
    whole = Booked(6_000, batch=batch["reference"])
    result = await world.upload(camt053([whole, back], number=2, day=COLLECT_ON))
    assert (result["debits_collected"], result["payments"], result["queued"]) == (2, 3, 0)
    told = await world.news()
    allocated = [event for event in told if isinstance(event, PaymentAllocated)]
    assert {event.allocations[0].invoice_id for event in allocated} == {
        bill.invoice_id for bill in bills[1:]
    }
    (reversed_,) = [event for event in told if isinstance(event, PaymentReversed)]
    assert (reversed_.amount, reversed_.return_code) == (eur(1_000), "AC04")
    assert (await only_debit(world, bills[0].invoice_id))["status"] == "returned"
    assert (await world.get("/reconciliation"))["agrees"]


async def test_collection_and_return_in_one_file(world: World) -> None:
    bill = await debtor(world, 1, 6_400)
    await released(world)
    reference = (await only_debit(world, bill.invoice_id))["end_to_end_id"]
    back = paid(-6_750, end_to_end_id=reference, return_code="MS03")
    await world.upload(camt053([back, paid(6_400, end_to_end_id=reference)]))
    told = [type(event).__name__ for event in await world.news()]
    assert told == [
        "PaymentReceived",
        "PaymentAllocated",
        "AllocationUndone",
        "PaymentReversed",
        "DebitReturned",
    ]
    account = (await world.get("/reconciliation"))["accounts"][0]
    assert (account["returns"]["amount"], account["other"]["amount"]) == (-6_400, -350)


async def test_an_invoice_returned_once_for_lack_of_funds_is_collected_once_more(
    world: World,
) -> None:
    """Near the day salaries come, not before; and not a third time."""
    bill = await debtor(world, 1, 6_400)
    near_salary = date(2026, 4, 24)
    for number, collect_on in ((1, COLLECT_ON), (2, near_salary)):
        await released(world, collect_on)
        items = (await world.get(f"/debits?invoice_id={bill.invoice_id}"))["items"]
        reference = items[-1]["end_to_end_id"]
        lines = [
            paid(6_400, end_to_end_id=reference),
            paid(-6_400, end_to_end_id=reference, return_code="AM04"),
        ]
        await world.upload(camt053(lines, number=number))
        (debit, *_) = (await world.get(f"/debits?invoice_id={bill.invoice_id}"))["items"]
        assert (debit["next_action"], debit["retry"]) == (
            "retry_near_salary_day",
            "near_salary_day",
        )
        refused = await world.payments.call(
            "POST", "/debit-batches", json={"collect_on": "2026-04-28"}
        )
        reason = "waits_for_salary_day" if number == 1 else "returned_before"
        assert refused.json()["left_out"] == {reason: 1}


async def test_a_debit_of_a_bill_paid_meanwhile_is_money_over(world: World) -> None:
    bill = await debtor(world, 1, 6_400)
    batch = await released(world)
    await world.upload(camt053([paid(6_400, reference=bill.rf_reference)], number=1))
    applied = AllocationApplied(
        allocation_id=uuid7(),
        payment_id=uuid7(),
        invoice_id=bill.invoice_id,
        customer_id=bill.customer_id,
        amount=eur(6_400),
        value_on=COLLECT_ON,
        receivable=receivable(bill.invoice_id, 0, version=2),
    )
    await world.hear(applied)
    await world.upload(camt053([Booked(6_400, batch=batch["reference"])], number=2, opening=6_400))
    (item,) = (await world.get("/queue"))["items"]
    assert (item["reason"], item["source"], item["customer_number"]) == (
        "already_paid",
        "direct_debit",
        "K1",
    )


async def test_a_batch_that_the_bank_booked_short_goes_to_a_person(world: World) -> None:
    await debtor(world, 1, 6_400)
    await debtor(world, 2, 1_000)
    batch = await released(world)
    result = await world.upload(camt053([Booked(7_000, batch=batch["reference"])]))
    assert result["debits_collected"] == 0
    (item,) = (await world.get("/queue"))["items"]
    assert item["reason"] == "batch_differs"


async def test_the_account_a_debit_came_from_is_known_afterwards(world: World) -> None:
    bill = await debtor(world, 1, 6_400)
    await released(world)
    reference = (await only_debit(world, bill.invoice_id))["end_to_end_id"]
    moved_to = "NL02ABNA0123456789"
    await world.upload(camt053([paid(6_400, end_to_end_id=reference, iban=moved_to)], number=1))
    later = await world.issue(9, 1_111, bill.customer_id)
    await world.upload(camt053([paid(1_111, iban=moved_to)], number=2, opening=6_400))
    allocated = (await world.news())[-1]
    assert isinstance(allocated, PaymentAllocated)
    assert (allocated.matched_by, allocated.allocations[0].invoice_id) == (
        "account_amount",
        later.invoice_id,
    )


async def test_a_forgotten_customers_mandate_is_cancelled(world: World) -> None:
    bill = await debtor(world, 1, 6_400)
    await world.news()
    await world.hear(customer_changed(bill.customer_id, "K1", version=2, name="", erased=True))
    (told,) = await world.news()
    assert isinstance(told, MandateChanged)
    assert (told.status, told.reason) == ("cancelled", "customer_erased")
    (mandate,) = (await world.get("/mandates"))["items"]
    assert (mandate["iban"], mandate["account_holder"]) == (None, None)
