"""A bank takes back what it had credited: the bill is open again, or a person says what it was."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.events.payments import AllocationUndone, PaymentAllocated, PaymentReversed
from tests.factories.payments import Booked, Part, camt053, eur, paid, report
from tests.integration.payments.conftest import World

PAYER = "NL86INGB0002445588"
OTHER = "NL20INGB0001234567"
LATER, TOMORROW = date(2026, 4, 3), date(2026, 4, 20)


def mt940(*entries: str, number: int = 1, opening: int = 0, closing: int = 0) -> bytes:
    """Each entry is :61: and :86: as the bank writes them."""

    def balance(cents: int) -> str:
        mark = "C" if cents >= 0 else "D"
        return f"{mark}260401EUR{abs(cents) // 100},{abs(cents) % 100:02}"

    told = "".join(f"{entry}\r\n" for entry in entries)
    return (
        f":20:STMT{number}\r\n:25:NL91ABNA0417164300EUR\r\n:28C:{number}/1\r\n"
        f":60F:{balance(opening)}\r\n{told}:62F:{balance(closing)}\r\n-\r\n"
    ).encode()


async def do(world: World, path: str, body: Any = None) -> None:
    answer = await world.payments.call("POST", path, json=body)
    assert answer.status_code == 204, answer.text


async def payments(world: World) -> list[Any]:
    return list((await world.get("/payments"))["items"])


async def queued(world: World) -> list[Any]:
    return list((await world.get("/queue"))["items"])


@pytest.mark.parametrize("named_by", ["reference", "account", "words"])
async def test_a_credit_the_bank_takes_back_is_no_payment_any_more(
    world: World, named_by: str
) -> None:
    issued = await world.issue(1, 5_000)
    known = {
        "reference": {"bank_reference": "NTSR-1"},
        "account": {"iban": PAYER},
        "words": {"end_to_end_id": "E2E-20260401"},
    }[named_by]
    others = [paid(5_000, iban=OTHER, text="iets anders"), paid(5_000, text="nog iets")]
    line = paid(5_000, text=f"rekening {issued.rf_reference}", **known)
    await world.upload(camt053([line, *others]))
    await world.news()
    back = paid(-5_000, is_reversal=True, return_code="AM05", **known)
    result = await world.upload(camt053([back], day=LATER, number=2, opening=15_000))
    assert (result["reversals"], result["other"]) == (1, 0)
    undone, reversed_ = await world.news()
    assert isinstance(undone, AllocationUndone)
    assert (undone.invoice_id, undone.return_code) == (issued.invoice_id, "AM05")
    assert isinstance(reversed_, PaymentReversed)
    assert (reversed_.amount, reversed_.booked_on, reversed_.reversal_id) == (
        eur(5_000),
        LATER,
        None,
    )
    assert [one["status"] for one in await payments(world)].count("reversed") == 1
    assert [one["kind"] for one in await queued(world)] == ["payment", "payment"]
    assert (await world.get("/reconciliation"))["agrees"]


@pytest.mark.parametrize("order", ["one file", "later original"])
async def test_a_reversal_told_before_its_original_ends_the_same(world: World, order: str) -> None:
    issued = await world.issue(1, 5_000)
    line = paid(5_000, text=f"rekening {issued.rf_reference}", iban=PAYER)
    back = paid(-5_000, is_reversal=True, iban=PAYER)
    if order == "one file":
        await world.upload(camt053([back, line]))
    else:
        await world.upload(camt053([back], number=2, opening=5_000))
        (waits,) = await queued(world)
        assert (waits["kind"], waits["reason"]) == ("reversal", "reversal_unknown")
        await world.upload(camt053([line], number=1))
    assert await queued(world) == []
    (payment,) = await payments(world)
    assert payment["status"] == "reversed"
    (item,) = (await world.get("/open-items"))["items"]
    assert item["open"]["amount"] == 5_000
    assert (await world.get("/reconciliation"))["agrees"]


async def test_a_reversal_told_by_several_reports_takes_its_payment_back_once(
    world: World,
) -> None:
    issued = await world.issue(1, 5_000)
    line = paid(5_000, reference=issued.rf_reference, bank_reference="NTSR-1")
    back = paid(-5_000, is_reversal=True, bank_reference="NTSR-1", iban=PAYER)
    await world.upload(report("camt.052", [line, back]))
    await world.news()
    again = await world.upload(report("camt.052", [back, line], number=2))
    assert again["lines"] == 0
    counted = await world.upload(camt053([line, back]))
    assert (counted["lines"], await world.news()) == (0, [])
    assert [one["status"] for one in await payments(world)] == ["reversed"]
    reconciled = await world.get("/reconciliation")
    assert (reconciled["agrees"], reconciled["accounts"][0]["ahead"]["amount"]) == (True, 0)


@pytest.mark.parametrize("is_back_first", [False, True])
async def test_a_reversed_credit_of_mt940_is_taken_back_too(
    world: World, *, is_back_first: bool
) -> None:
    issued = await world.issue(1, 5_000)
    line = f":61:260401C50,00NTRFNONREF//ABC123\r\n:86:betaling {issued.rf_reference}"
    back = ":61:260401RC50,00NTRFNONREF//ABC123\r\n:86:teruggeboekt"
    told = [back, line] if is_back_first else [line, back]
    await world.upload(mt940(*told))
    (payment,) = await payments(world)
    assert (payment["status"], await queued(world)) == ("reversed", [])
    assert (await world.get("/reconciliation"))["agrees"]


async def test_what_may_be_of_two_payments_waits_until_a_person_says_which(world: World) -> None:
    bills = [await world.issue(count, 5_000) for count in (1, 2)]
    lines = [paid(5_000, reference=bill.rf_reference, iban=PAYER) for bill in bills]
    await world.upload(camt053(lines))
    back = paid(-5_000, is_reversal=True, return_code="FOCR", iban=PAYER)
    await world.upload(camt053([back], number=2, opening=10_000, day=LATER))
    await world.news()
    (waits,) = await queued(world)
    taken = waits["reversal"]
    assert (waits["reason"], waits["sender"]["iban"]) == ("reversal_unclear", PAYER)
    assert [one["facts"] for one in taken["candidates"]] == [["same_account"]] * 2
    counts = (await world.get("/queue/summary"))["reasons"]
    assert [(one["reason"], one["waiting"]) for one in counts] == [("reversal_unclear", 1)]
    assert (await world.get("/reconciliation"))["agrees"]
    chosen = taken["candidates"][0]["payment_id"]
    path = f"/reversals/{taken['reversal_id']}"
    body = {"parts": [{"payment_id": chosen, "amount": taken["amount"]}], "reason": "asked it"}
    settled = await world.post(f"{path}/settle", body)
    assert (settled["status"], settled["history"][0]["why"]) == ("settled", "asked it")
    assert await queued(world) == []
    by_id = {one["id"]: one["status"] for one in await payments(world)}
    assert by_id.pop(chosen) == "reversed"
    assert list(by_id.values()) == ["allocated"]
    assert (await world.get("/reconciliation"))["agrees"]
    again = await world.payments.call("POST", f"{path}/settle", json=body)
    assert again.status_code in {409, 422}


async def test_a_part_that_is_taken_back_opens_its_bill_for_that_part(world: World) -> None:
    bill = await world.issue(1, 5_000)
    await world.upload(camt053([paid(5_000, reference=bill.rf_reference, iban=PAYER)]))
    back = paid(-2_000, is_reversal=True, iban=PAYER)
    await world.upload(camt053([back], number=2, opening=5_000, day=LATER))
    await world.news()
    (waits,) = await queued(world)
    assert waits["reason"] == "reversal_unknown"
    (payment,) = await payments(world)
    path = f"/reversals/{waits['reversal']['reversal_id']}/settle"

    def body(cents: int) -> dict[str, Any]:
        part = {"payment_id": payment["id"], "amount": {"amount": cents, "currency": "EUR"}}
        return {"parts": [part], "reason": "the bank wrote so"}

    refused = await world.payments.call("POST", path, json=body(1_999))
    assert refused.status_code == 422
    await world.post(path, body(2_000))
    undone, reversed_, allocated = await world.news()
    assert isinstance(undone, AllocationUndone)
    assert isinstance(reversed_, PaymentReversed)
    assert reversed_.amount == eur(2_000)
    assert reversed_.reversal_id is not None
    assert isinstance(allocated, PaymentAllocated)
    assert [one.amount for one in allocated.allocations] == [eur(3_000)]
    agreed = await world.get("/reconciliation")
    assert (agreed["agrees"], agreed["accounts"][0]["reversed"]["amount"]) == (True, 2_000)
    # What is left of it goes too.
    rest = paid(-3_000, is_reversal=True, iban=PAYER)
    await world.upload(camt053([rest], number=3, opening=3_000, day=LATER))
    (waits,) = await queued(world)
    await world.post(f"/reversals/{waits['reversal']['reversal_id']}/settle", body(3_000))
    assert [one["status"] for one in await payments(world)] == ["reversed"]
    agreed = await world.get("/reconciliation")
    assert (agreed["agrees"], agreed["accounts"][0]["reversed"]["amount"]) == (True, 5_000)


async def test_what_is_nobodys_is_dismissed_with_a_reason_and_stays_outside(world: World) -> None:
    back = paid(-5_000, return_code="MS03", text="incasso van het vorige kantoor")
    await world.upload(camt053([back]))
    (waits,) = await queued(world)
    reversal_id = waits["reversal"]["reversal_id"]
    until = {"until": TOMORROW.isoformat(), "reason": "asked"}
    await do(world, f"/queue/{reversal_id}/hold", until)
    assert await queued(world) == []
    await do(world, f"/queue/{reversal_id}/release")
    await do(world, "/queue/assign", {"reversal_ids": [reversal_id], "assignee": "me"})
    assert [one["kind"] for one in (await world.get("/queue?assigned_to=me"))["items"]] == [
        "reversal"
    ]
    reason = {"reason": "a debit of the office before us"}
    shown = await world.post(f"/reversals/{reversal_id}/dismiss", reason)
    assert [one["what"] for one in shown["history"]] == ["hold", "release", "assign", "dismiss"]
    assert await queued(world) == []
    # A later file does not bring it back.
    await world.upload(camt053([paid(5_000, text="iets")], number=2, opening=-5_000))
    assert [one["kind"] for one in await queued(world)] == ["payment"]
    agreed = await world.get("/reconciliation")
    assert (agreed["agrees"], agreed["accounts"][0]["other"]["amount"]) == (True, -5_000)


async def test_a_reversal_finds_one_detail_of_a_batch_by_the_payers_account(world: World) -> None:
    bill = await world.issue(1, 5_000)
    parts = (
        Part(cents=5_000, reference=bill.rf_reference, iban=PAYER),
        Part(cents=700, text="iets", iban=OTHER),
    )
    await world.upload(camt053([Booked(5_700, parts)]))
    back = paid(-5_000, is_reversal=True, iban=PAYER)
    await world.upload(camt053([back], number=2, opening=5_700, day=LATER))
    assert sorted(one["status"] for one in await payments(world)) == ["reversed", "unallocated"]
    assert (await world.get("/reconciliation"))["agrees"]


async def test_a_reversal_told_again_by_its_parts_waits_as_those_alone(world: World) -> None:
    """The sum came first, in a notice of the day; its details follow."""
    whole = Booked(-7_000, is_reversal=True, reference="SUM-1")
    await world.upload(report("camt.052", [whole]))
    (waits,) = await queued(world)
    parts = (Part(cents=-5_000, iban=PAYER), Part(cents=-2_000, iban=OTHER))
    told = Booked(-7_000, parts, is_reversal=True, reference="SUM-1")
    await world.upload(camt053([told]))
    amounts = [one["amount"]["amount"] for one in await queued(world)]
    assert (waits["amount"]["amount"], sorted(amounts)) == (7_000, [2_000, 5_000])
    assert (await world.get("/reconciliation"))["agrees"]
