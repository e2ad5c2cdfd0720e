"""Mollie's settlements: chargebacks that were won, and webhooks that never came."""

from __future__ import annotations

from typing import Any

from deploy.local.mollie_books import NewPayment
from shared.events.billing import InvoiceIssued
from shared.events.payments import PaymentReceived, PaymentReversed
from tests.factories.payments import camt053, paid
from tests.integration.payments.online import Books, Online
from tests.integration.payments.test_matching import run_job


async def _explained(online: Online, cost: str = "0", *, later: InvoiceIssued | None = None) -> Any:
    """What the provider holds is paid out and shown by the bank; the payout as we know it then.

    `later` is paid after the settlement was closed, and is in none.
    """
    settlement = await online.at_provider(f"/fake/settlements?cost={cost}")
    minor = int(settlement["amount"]["value"].replace(".", ""))
    if later is not None:
        await online.pay(later)
    before = (await online.get("/payouts"))["items"]
    opening = sum(one["amount"]["amount"] for one in before)
    line = paid(minor, text=f"Mollie {settlement['reference']}")
    await online.upload(camt053([line], number=len(before) + 1, opening=opening))
    await run_job(online, "explain_payouts")
    listed = (await online.get("/payouts"))["items"]
    return next(one for one in listed if one["reference"] == settlement["reference"])


async def test_a_chargeback_won_is_paid_out_again_and_every_payout_agrees(online: Online) -> None:
    """Mollie lists it nowhere by itself: the movements of the balance name its payment."""
    name = await online.pay(await online.issue(1, 9_000))
    await online.pay(await online.issue(2, 8_000))
    assert (await _explained(online, "0.29"))["status"] == "agreed"
    await online.at_provider(f"/fake/payments/{name}/chargeback")
    await online.wait_for(PaymentReversed)
    await online.pay(await online.issue(3, 9_500))
    assert (await _explained(online, "0.29"))["status"] == "agreed"
    await online.at_provider(f"/fake/payments/{name}/chargeback_reversed")
    await online.wait_for(PaymentReceived)
    payout = await _explained(online, "0.29")
    assert (payout["status"], payout["amount"]["amount"]) == ("agreed", 9_000)
    whole = await online.get(f"/payouts/{payout['payout_id']}")
    assert [(part["kind"], part["provider_id"]) for part in whole["parts"]] == [
        ("reinstated", name)
    ]
    found = await online.get("/reconciliation")
    assert (found["agrees"], found["provider"]["in_transit"]["amount"]) == (True, 0)


async def test_what_no_webhook_told_is_asked_for_when_its_payout_comes(online: Online) -> None:
    """A chargeback, and that it was won, are both heard of by the payouts they are in."""
    issued = await online.issue(1, 3_000)
    name = await online.pay(issued)
    await online.pay(await online.issue(2, 5_000))
    await online.at_provider(f"/fake/payments/{name}/chargeback?telling=no")
    await online.news()
    assert (await _explained(online))["status"] == "agreed"
    told = [type(event).__name__ for event in await online.news()]
    assert told == ["ProviderPaidOut", "AllocationUndone", "PaymentReversed"]
    await online.at_provider(f"/fake/payments/{name}/chargeback_reversed?telling=no")
    later = await online.issue(3, 4_000)
    assert (await _explained(online, later=later))["status"] == "agreed"
    item = await online.get(f"/open-items/{issued.invoice_id}")
    assert item["available"]["amount"] == 0
    assert (await online.get("/reconciliation"))["provider"]["in_transit"]["amount"] == 4_000


async def test_a_chargeback_heard_of_after_it_was_won_is_in_the_books_as_it_went(
    online: Online,
) -> None:
    """Taken in one payout and paid again in the next, while nobody told us: both must agree."""
    issued = await online.issue(1, 3_000)
    name = await online.pay(issued)
    await online.pay(await online.issue(2, 5_000))
    await online.at_provider(f"/fake/payments/{name}/chargeback?telling=no")
    first = await online.at_provider("/fake/settlements")
    await online.at_provider(f"/fake/payments/{name}/chargeback_reversed")
    news = await online.wait_for(PaymentReceived)
    assert [type(event).__name__ for event in news] == [
        "AllocationUndone",
        "PaymentReversed",
        "PaymentReceived",
        "PaymentAllocated",
    ]
    for _ in range(2):
        assert await online.webhook(data={"id": name}) == 200
        await run_job(online, "work_webhook_events")
    assert await online.news() == []
    await online.upload(camt053([paid(5_000, text=f"Mollie {first['reference']}")]))
    await run_job(online, "explain_payouts")
    assert (await _explained(online))["status"] == "agreed"
    statuses = [one["status"] for one in (await online.get("/payouts"))["items"]]
    assert statuses == ["agreed", "agreed"]
    item = await online.get(f"/open-items/{issued.invoice_id}")
    assert item["available"]["amount"] == 0


async def test_a_payout_that_does_not_add_up_waits_for_a_person_with_its_reason(
    online: Online, provider_books: Books
) -> None:
    """Another shop's payment on the same account: asking the provider again does not help."""
    await online.pay(await online.issue(1, 5_000))
    wish = NewPayment.model_validate(
        {
            "amount": {"currency": "EUR", "value": "30.00"},
            "description": "another shop",
            "redirectUrl": "https://shop.example",
        }
    )
    foreign = provider_books.provider.create(wish, None)
    foreign.status = "paid"
    payout = await _explained(online, later=await online.issue(2, 4_000))
    assert (payout["status"], payout["reason"]) == ("differs", "part_unknown")
    assert payout["fee"]["amount"] == 0
    (item,) = (await online.get("/queue"))["items"]
    assert (item["kind"], item["reason"]) == ("payout", "part_unknown")
