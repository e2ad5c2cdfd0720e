"""Payouts a treasurer makes by hand at Stripe: a sum out of the balance, of no payments."""

from __future__ import annotations

import pytest

from tests.integration.payments.test_payout_providers import Shop, parts_of, shop

__all__ = ["shop"]

only_stripe = pytest.mark.parametrize("shop", ["stripe"], indirect=True)


@only_stripe
async def test_a_payout_by_hand_is_the_statement_of_the_balance_since_the_last(shop: Shop) -> None:
    """What the provider still holds for us is what its balance says, to the cent."""
    first = await shop.pay(1, 5_000)
    await shop.pay(2, 4_000)
    made = await shop.fake("/payouts?by_hand=6000")
    payout = await shop.bank_shows(made)
    assert (payout["status"], payout["fee"]["amount"]) == ("agreed", 58)
    assert parts_of(payout) == {"payment": 9_000, "carried": -2_942, "fee": -58}
    assert await shop.in_transit() == 2_942

    await shop.pay(3, 3_000)
    await shop.fake(f"/payments/{first}/refund?amount=1000")
    await shop.settle(2_942 + 3_000 - 1_000)
    made = await shop.fake(f"/payouts?by_hand={2_942 + 2_971 - 1_000}")
    payout = await shop.bank_shows(made, number=2)
    assert payout["status"] == "agreed"
    assert parts_of(payout) == {"payment": 3_000, "taken": -1_000, "carried": 2_942, "fee": -29}
    assert await shop.in_transit() == 0


@only_stripe
async def test_what_an_automatic_payout_took_is_in_none_made_by_hand(shop: Shop) -> None:
    await shop.pay(1, 5_000)
    automatic = await shop.fake("/payouts")
    await shop.pay(2, 4_000)
    by_hand = await shop.fake("/payouts?by_hand=3971")
    payout = await shop.bank_shows(by_hand)
    assert (payout["status"], parts_of(payout)) == ("agreed", {"payment": 4_000, "fee": -29})
    assert (await shop.bank_shows(automatic, number=2))["status"] == "agreed"
    assert await shop.in_transit() == 0


@only_stripe
async def test_what_our_books_do_not_know_waits_in_the_queue_with_its_amount(shop: Shop) -> None:
    await shop.pay(1, 5_000)
    await shop.fake("/payments?fee=0", {"amount": 700, "reference": "another shop"})
    payout = await shop.bank_shows(await shop.fake("/payouts?by_hand=4000"))
    assert (payout["status"], payout["reason"]) == ("differs", "part_unknown")
    assert [one["told"]["amount"] for one in payout["differences"]] == [700]
    (item,) = (await shop.online.get("/queue"))["items"]
    assert (item["kind"], item["reason"]) == ("payout", "part_unknown")
    assert await shop.in_transit() == 1_000
