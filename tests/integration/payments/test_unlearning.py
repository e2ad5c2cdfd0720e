"""What a wrong match had taught is forgotten, however the clerk came to it."""

from __future__ import annotations

from typing import Any

import pytest

from shared.events.payments import PaymentAllocated
from tests.factories.payments import camt053, customer_changed, paid
from tests.integration.payments.conftest import World
from tests.integration.payments.test_queue import HIS_IBAN, queue
from tests.integration.payments.test_queue_by_hand import waiting_payment, wish


async def remembered(world: World) -> list[Any]:
    items: list[Any] = (await world.get("/remembered-payers"))["items"]
    return items


async def two_waiting(world: World) -> list[str]:
    """The paths of two payments from one account, the smaller one first."""
    lines = [paid(cents, iban=HIS_IBAN) for cents in (1_100, 1_200)]
    await world.upload(camt053(lines))
    items = await queue(world, "?sort=smallest")
    return [f"/payments/{item['payment_id']}" for item in items]


async def test_a_match_undone_twice_is_unlearned_twice(world: World) -> None:
    """Matched, undone, matched the same way by a colleague, undone again: nothing is left of it."""
    bill = await world.issue(1, 5_000)
    path = await waiting_payment(world, iban=HIS_IBAN)
    for _ in range(2):
        await world.post(f"{path}/match", wish(bill.invoice_id, 5_000))
        assert len(await remembered(world)) == 1
        await world.post(f"{path}/undo", {})
        assert await remembered(world) == []


async def test_one_payment_matched_in_two_steps_taught_once(world: World) -> None:
    bill = await world.issue(1, 5_000)
    path = await waiting_payment(world, iban=HIS_IBAN)
    for cents in (2_000, 3_000):
        await world.post(f"{path}/match", wish(bill.invoice_id, cents))
    (taught,) = await remembered(world)
    assert taught["times"] == 1
    await world.post(f"{path}/undo", {})
    assert await remembered(world) == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_a_lesson_lasts_as_long_as_one_of_its_matches(
    world: World, order: tuple[int, int]
) -> None:
    bill = await world.issue(1, 5_000)
    paths = await two_waiting(world)
    for path in paths:
        await world.post(f"{path}/match", wish(bill.invoice_id, 1_100))
    first, last = (paths[at] for at in order)
    await world.post(f"{first}/undo", {})
    assert [taught["times"] for taught in await remembered(world)] == [1]
    await world.post(f"{last}/undo", {})
    assert await remembered(world) == []


async def test_undoing_what_taught_nothing_forgets_nothing(world: World) -> None:
    bill = await world.issue(1, 5_000)
    teaches, tells_nothing = await two_waiting(world)
    await world.post(f"{teaches}/match", wish(bill.invoice_id, 1_100))
    await world.post(f"{tells_nothing}/match", wish(bill.invoice_id, 1_200, remember=False))
    await world.post(f"{tells_nothing}/undo", {})
    assert [taught["times"] for taught in await remembered(world)] == [1]


async def test_an_account_that_paid_by_a_wrong_reference_is_nobodys_again(world: World) -> None:
    """A payer copied the neighbour's reference. Taken back by a clerk, it says nothing of the
    neighbour: the next money from there is not posted on a bill of theirs that is as much."""
    anna = await world.issue(1, 4_000)
    again = await world.issue(3, 5_000, anna.customer_id)
    line = paid(4_000, reference=anna.rf_reference, iban=HIS_IBAN)
    await world.upload(camt053([line], number=1))
    (told,) = [event for event in await world.news() if isinstance(event, PaymentAllocated)]
    assert told.customer_id == anna.customer_id
    await world.post(f"/payments/{told.payment_id}/undo", {})
    later = camt053([paid(5_000, text="?", iban=HIS_IBAN)], number=2, opening=4_000)
    result = await world.upload(later)
    assert (result["matched"], result["queued"]) == (0, 1)
    item = await world.get(f"/open-items/{again.invoice_id}")
    assert item["available"]["amount"] == 5_000


async def test_an_account_that_paid_by_reference_before_stays_known(world: World) -> None:
    """One of two payments by reference is undone: the other still says whose the account is."""
    bills = [await world.issue(1, 4_000)]
    bills += [await world.issue(n, 4_000, bills[0].customer_id) for n in (2, 3)]
    lines = [paid(4_000, reference=bill.rf_reference, iban=HIS_IBAN) for bill in bills[:2]]
    await world.upload(camt053(lines, number=1))
    told = [event for event in await world.news() if isinstance(event, PaymentAllocated)]
    await world.post(f"/payments/{told[0].payment_id}/undo", {})
    await world.issue(4, 5_500, bills[0].customer_id)
    later = camt053([paid(5_500, text="?", iban=HIS_IBAN)], number=2, opening=8_000)
    assert (await world.upload(later))["matched"] == 1


async def test_an_account_of_a_mandate_stays_known(world: World) -> None:
    """It paid by reference before its mandate was signed; that payment is undone."""
    bill = await world.issue(1, 4_000)
    await world.hear(customer_changed(bill.customer_id, "K1"))
    line = paid(4_000, reference=bill.rf_reference, iban=HIS_IBAN)
    await world.upload(camt053([line], number=1))
    body = {
        "customer_number": "K1",
        "iban": HIS_IBAN,
        "account_holder": "A. Voorbeeld",
        "signed_on": "2026-01-01",
    }
    await world.post("/mandates", body)
    (told,) = [event for event in await world.news() if isinstance(event, PaymentAllocated)]
    await world.post(f"/payments/{told.payment_id}/undo", {})
    await world.issue(2, 5_000, bill.customer_id)
    later = camt053([paid(5_000, text="?", iban=HIS_IBAN)], number=2, opening=4_000)
    assert (await world.upload(later))["matched"] == 1


async def test_what_is_left_of_money_for_two_is_nobodys_credit(world: World) -> None:
    """A guardian's sum, placed one bill after the other: the next bill of the customer who came
    last does not take the rest."""
    anna, bert = await world.issue(1, 2_000), await world.issue(2, 1_000)
    path = await waiting_payment(world, name="Bewindvoerder")
    await world.post(f"{path}/match", wish(anna.invoice_id, 2_000))
    matched = await world.post(f"{path}/match", wish(bert.invoice_id, 1_000))
    assert (matched["status"], matched["customer_id"]) == ("partly_allocated", None)
    await world.issue(3, 1_500, bert.customer_id)
    story = await world.get(path)
    assert [row["amount"]["amount"] for row in story["allocations"]] == [2_000, 1_000]
