"""A bank takes back direct debits in one sum or in part, or gives back what we had sent."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.events.payments import DebitReturned, PaymentReceived, PaymentReversed
from tests.factories.payments import Booked, camt053, eur, paid
from tests.integration.payments.conftest import World
from tests.integration.payments.test_debits import COLLECT_ON, debtor, only_debit, released
from tests.integration.payments.test_reversals import payments, queued
from tests.integration.payments.test_transfers import PAYER, ask, overpaid, sent

LATER = date(2026, 4, 10)


async def statuses(world: World) -> list[str]:
    return [one["status"] for one in (await world.get("/debits"))["items"]]


@pytest.mark.parametrize("is_back_first", [False, True])
async def test_a_batch_taken_back_in_one_sum_returns_each_of_its_debits(
    world: World, *, is_back_first: bool
) -> None:
    """No debtor did it: none of them is written to, and the debits go again after repair."""
    for count in (1, 2):
        await debtor(world, count, 3_000 + count)
    batch = await released(world)
    await world.news()
    booked = Booked(6_003, batch=batch["reference"])
    back = Booked(-6_003, batch=batch["reference"], is_reversal=True)
    first, second = (back, booked) if is_back_first else (booked, back)
    await world.upload(camt053([first], number=1, day=COLLECT_ON))
    opening = first.cents
    result = await world.upload(camt053([second], number=2, opening=opening, day=COLLECT_ON))
    told = await world.news()
    returned = [event for event in told if isinstance(event, DebitReturned)]
    assert [(one.return_code, one.concerns_debtor) for one in returned] == [("TECH", False)] * 2
    assert sum(isinstance(event, PaymentReversed) for event in told) == 2
    if not is_back_first:
        assert result["debits_returned"] == 2
    assert await statuses(world) == ["returned", "returned"]
    assert [one["status"] for one in await payments(world)] == ["reversed", "reversed"]
    assert await queued(world) == []
    agreed = await world.get("/reconciliation")
    assert (agreed["agrees"], agreed["accounts"][0]["returns_waiting"]["amount"]) == (True, 0)
    again = await world.post("/debit-batches", {"collect_on": date(2026, 5, 6).isoformat()})
    assert again["total"]["debits"] == 2


async def test_both_in_one_file_come_to_the_same(world: World) -> None:
    for count in (1, 2):
        await debtor(world, count, 3_000)
    batch = await released(world)
    booked = Booked(6_000, batch=batch["reference"])
    back = Booked(-6_000, batch=batch["reference"], is_reversal=True)
    result = await world.upload(camt053([back, booked], day=COLLECT_ON))
    assert (result["debits_collected"], result["debits_returned"]) == (2, 2)
    assert await statuses(world) == ["returned", "returned"]
    assert (await world.get("/reconciliation"))["agrees"]


async def test_a_debit_that_comes_back_in_part_is_a_persons_work(world: World) -> None:
    bill = await debtor(world, 1, 6_400)
    batch = await released(world)
    await world.upload(camt053([Booked(6_400, batch=batch["reference"])], day=COLLECT_ON))
    debit = await only_debit(world, bill.invoice_id)
    back = paid(-2_400, end_to_end_id=debit["end_to_end_id"], return_code="MD06")
    await world.upload(camt053([back], number=2, opening=6_400, day=LATER))
    (waits,) = await queued(world)
    (candidate,) = waits["reversal"]["candidates"]
    assert (waits["reason"], candidate["amount"]["amount"]) == ("reversal_in_part", 6_400)
    path = f"/reversals/{waits['reversal']['reversal_id']}/settle"
    part = {"payment_id": candidate["payment_id"], "amount": waits["amount"]}
    await world.post(path, {"parts": [part], "reason": "the bank said so"})
    (payment,) = await payments(world)
    assert payment["status"] == "allocated"
    assert (await only_debit(world, bill.invoice_id))["status"] == "collected"
    agreed = await world.get("/reconciliation")
    assert (agreed["agrees"], agreed["accounts"][0]["reversed"]["amount"]) == (True, 2_400)


@pytest.mark.parametrize("cents", [4_000, 6_400])
async def test_what_is_left_of_a_debit_comes_back_and_no_cent_twice(
    world: World, cents: int
) -> None:
    """24.00 came back before. A bank that then takes all of it has taken 24.00 too much."""
    bill = await debtor(world, 1, 6_400)
    batch = await released(world)
    await world.upload(camt053([Booked(6_400, batch=batch["reference"])], day=COLLECT_ON))
    debit = await only_debit(world, bill.invoice_id)
    part = paid(-2_400, end_to_end_id=debit["end_to_end_id"], return_code="MD06")
    await world.upload(camt053([part], number=2, opening=6_400, day=LATER))
    (waits,) = await queued(world)
    taken = waits["reversal"]
    named = {"payment_id": taken["candidates"][0]["payment_id"], "amount": taken["amount"]}
    body = {"parts": [named], "reason": "the bank said so"}
    await world.post(f"/reversals/{taken['reversal_id']}/settle", body)
    await world.news()
    rest = paid(-cents, end_to_end_id=debit["end_to_end_id"], return_code="MD06")
    await world.upload(camt053([rest], number=3, opening=4_000, day=LATER))
    (reversed_,) = [one for one in await world.news() if isinstance(one, PaymentReversed)]
    assert (reversed_.amount, reversed_.reversal_id is not None) == (eur(4_000), True)
    assert (await only_debit(world, bill.invoice_id))["status"] == "returned"
    agreed = await world.get("/reconciliation")
    account = agreed["accounts"][0]
    assert (agreed["agrees"], account["reversed"]["amount"]) == (True, 6_400)
    assert account["other"]["amount"] == 4_000 - cents


async def refunded(world: World) -> Any:
    """A refund of 40.00 that the bank executed."""
    transfer = await ask(world, await overpaid(world))
    await sent(world, transfer)
    out = paid(-4_000, end_to_end_id=transfer["end_to_end_id"])
    await world.upload(camt053([out], number=2, opening=10_000, day=date(2026, 4, 2)))
    await world.news()
    return transfer


@pytest.mark.parametrize("told", [{"is_reversal": True}, {"return_code": "AC04"}])
async def test_a_transfer_that_comes_back_is_its_customers_money_and_pays_no_bill(
    world: World, told: dict[str, Any]
) -> None:
    transfer = await refunded(world)
    payment = next(one for one in await payments(world))
    await world.issue(2, 4_000, payment["customer_id"])
    back = paid(4_000, end_to_end_id=transfer["end_to_end_id"], iban=PAYER, **told)
    await world.upload(camt053([back], number=3, opening=6_000, day=LATER))
    (received,) = await world.news()
    assert isinstance(received, PaymentReceived)
    assert (str(received.customer_id), received.amount) == (payment["customer_id"], eur(4_000))
    (waits,) = await queued(world)
    assert (waits["reason"], waits["customer_id"]) == ("transfer_returned", payment["customer_id"])
    assert (await world.get("/reconciliation"))["agrees"]


async def test_what_looked_like_a_reversal_and_is_a_transfer_of_ours_waits_no_longer(
    world: World,
) -> None:
    transfer = await ask(world, await overpaid(world))
    await sent(world, transfer)
    out = paid(-4_000, is_reversal=True, iban=PAYER)
    await world.upload(camt053([out], number=2, opening=10_000, day=LATER))
    waits = next(one for one in await queued(world) if one["kind"] == "reversal")
    reversal_id = waits["reversal"]["reversal_id"]
    said = {"line_id": reversal_id, "reason": "bank_confirmed"}
    await world.approve(f"/transfers/{transfer['id']}/execute", said)
    assert [one["kind"] for one in await queued(world)] == []
    assert (await world.get(f"/reversals/{reversal_id}"))["status"] == "dismissed"
    payment = next(one for one in await payments(world))
    part = {"payment_id": payment["id"], "amount": waits["amount"]}
    body = {"parts": [part], "reason": "mistaken"}
    refused = await world.payments.call("POST", f"/reversals/{reversal_id}/settle", json=body)
    assert refused.status_code == 409
    assert (await world.get("/reconciliation"))["agrees"]


async def test_a_fee_the_bank_gives_back_is_not_matched_by_its_amount(world: World) -> None:
    bill = await world.issue(1, 1_250)
    back = paid(1_250, is_reversal=True, text=f"kosten {bill.rf_reference}")
    await world.upload(camt053([back], day=LATER))
    (waits,) = await queued(world)
    assert (waits["kind"], waits["reason"]) == ("payment", "charge_reversed")
    assert (await world.get("/reconciliation"))["agrees"]
