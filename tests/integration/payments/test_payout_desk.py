"""A payout that does not add up is worked on like a payment: held, given away, or accepted."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from deploy.local.mollie_books import Taken
from shared.clock import FixedClock
from shared.events.payments import ProviderPaidOut
from shared.testing.served import Served
from tests.factories.payments import camt053, eur, paid
from tests.integration.payments.online import Books, Online
from tests.integration.payments.test_matching import run_job
from tests.integration.payments.test_payout_providers import Shop, shop

__all__ = ["shop"]
at_stripe = pytest.mark.parametrize("shop", ["stripe"], indirect=True)


def euro(minor: int) -> dict[str, Any]:
    return {"amount": minor, "currency": "EUR"}


def clerk(payments: Served) -> str:
    return payments.token("payments:read payments:write", roles=("clerk",), subject="anna")


async def a_cent_short(shop: Shop, missing: int = 1) -> Any:
    """A payment of 50.00 with a fee of 29 cents is paid out, and less comes in at the bank."""
    await shop.pay(1, 5_000)
    return await shop.bank_shows(await shop.fake("/payouts"), missing=missing)


async def queue(shop: Shop, query: str = "") -> list[Any]:
    items: list[Any] = (await shop.online.get(f"/queue{query}"))["items"]
    return items


async def fees_told(shop: Shop) -> list[Any]:
    news = await shop.online.news()
    return [event.fee for event in news if isinstance(event, ProviderPaidOut)]


async def accept(shop: Shop, payout: Any, minor: int, **request: Any) -> Any:
    body = {"difference": euro(minor), "reason": "rounded there"}
    path = f"/payouts/{payout['payout_id']}/accept"
    return await shop.online.payments.call("POST", path, json=body, **request)


@at_stripe
async def test_a_payout_is_put_aside_until_its_day(shop: Shop, clock: FixedClock) -> None:
    payout = await a_cent_short(shop)
    path = f"/queue/{payout['payout_id']}"
    body = {"until": "2026-04-08", "reason": "the provider looks into it"}
    payments = shop.online.payments
    assert (await payments.call("POST", f"{path}/hold", json=body)).status_code == 204
    assert await queue(shop) == []
    (held,) = await queue(shop, "?show=held")
    assert (held["payout"]["payout_id"], held["held_until"]) == (payout["payout_id"], "2026-04-08")
    summary = await shop.online.get("/queue/summary")
    assert (summary["waiting"], summary["held"]) == (0, 1)
    (told,) = (await shop.online.get(path.replace("queue", "payouts")))["history"]
    assert (told["what"], told["why"], told["held_until"]) == (
        "hold",
        "the provider looks into it",
        "2026-04-08",
    )
    assert (await payments.call("POST", f"{path}/release")).status_code == 204
    assert len(await queue(shop)) == 1
    await payments.call("POST", f"{path}/hold", json=body)
    clock.advance(timedelta(days=7))
    assert len(await queue(shop)) == 1


@at_stripe
async def test_a_payout_is_given_to_a_clerk_who_finds_it(shop: Shop) -> None:
    payout = await a_cent_short(shop)
    payments = shop.online.payments
    body = {"payout_ids": [payout["payout_id"]], "assignee": "me"}
    given = await payments.call("POST", "/queue/assign", json=body, token=clerk(payments))
    assert given.status_code == 204
    (mine,) = await queue(shop, "?assigned_to=anna")
    assert (mine["kind"], mine["assigned_to"]) == ("payout", "anna")
    assert await queue(shop, "?assigned_to=nobody") == []
    (reason,) = (await shop.online.get("/queue/summary"))["reasons"]
    assert (reason["waiting"], reason["assigned"]) == (1, 1)
    nothing = await payments.call("POST", "/queue/assign", json={"assignee": "me"})
    assert nothing.status_code == 422


@at_stripe
async def test_a_clerk_accepts_a_cent_and_nothing_stays_in_transit(shop: Shop) -> None:
    """The cent is booked with the provider's fee, once; who said so and why is kept."""
    payout = await a_cent_short(shop)
    assert (payout["difference"], payout["fee"]) == (euro(1), euro(0))
    await shop.online.news()
    anna = clerk(shop.online.payments)
    assert (await accept(shop, payout, 2, token=anna)).json()["code"] == "other_difference"
    done = (await accept(shop, payout, 1, token=anna)).json()
    assert (done["status"], done["fee"], done["difference"]) == ("accepted", euro(29), euro(1))
    (told,) = done["history"]
    assert (told["actor"], told["why"], told["difference"]) == (
        "clerk:anna",
        "rounded there",
        euro(1),
    )
    assert await fees_told(shop) == [eur(30)]
    assert await shop.in_transit() == 0
    assert await queue(shop) == []
    assert (await accept(shop, payout, 1)).json()["code"] == "illegal_transition"
    path = f"/queue/{payout['payout_id']}/release"
    assert (await shop.online.payments.call("POST", path)).json()["code"] == "not_waiting"
    assert (await shop.explained())["status"] == "accepted"
    assert await fees_told(shop) == []


@at_stripe
async def test_more_than_a_clerk_may_give_up_is_for_a_supervisor(shop: Shop) -> None:
    """The limit is the one of write-offs; machines and clerks have none of their own."""
    payout = await a_cent_short(shop, missing=101)
    refused = await accept(shop, payout, 101, token=clerk(shop.online.payments))
    assert (refused.status_code, refused.json()["code"]) == (403, "difference_needs_approval")
    assert len(await queue(shop)) == 1
    assert (await accept(shop, payout, 101)).json()["status"] == "accepted"
    assert await shop.in_transit() == 0


@at_stripe
async def test_too_much_and_the_fee_can_cancel_each_other_out(shop: Shop) -> None:
    """Another shop's payment lies in the payout: of our own nothing is missing, so nothing is
    told; but it is a person who says so."""
    await shop.pay(1, 5_000)
    await shop.fake("/payments?fee=0", {"amount": 29, "reference": "another shop"})
    payout = await shop.bank_shows(await shop.fake("/payouts"))
    assert (payout["reason"], payout["difference"]) == ("part_unknown", euro(-29))
    await shop.online.news()
    assert (await accept(shop, payout, -29)).json()["fee"] == euro(29)
    assert await fees_told(shop) == []
    assert await shop.in_transit() == 0


@at_stripe
async def test_what_nobody_told_is_said_by_a_supervisor(shop: Shop, clock: FixedClock) -> None:
    """The provider's access is gone for good; its letter says what it kept."""
    await shop.pay(1, 5_000)
    payout = await shop.bank_shows({"amount": 4_950, "reference": "STRIPE TRACE00000001"})
    assert (payout["status"], payout["difference"]) == ("unknown", None)
    refused = await accept(shop, payout, 50, token=clerk(shop.online.payments))
    assert refused.json()["code"] == "difference_needs_approval"
    await shop.online.news()
    assert (await accept(shop, payout, 50)).json()["status"] == "accepted"
    assert await fees_told(shop) == [eur(50)]
    assert await shop.in_transit() == 0


async def test_what_was_accepted_too_soon_is_taken_back_by_a_counter_entry(
    online: Online, provider_books: Books, clock: FixedClock
) -> None:
    """The settlement holds a chargeback of which the payment says nothing yet, and its 30.00 were
    accepted as a loss; then it is told after all."""
    names = [await online.pay(await online.issue(n, 1_000 * n)) for n in (5, 3)]
    chargeback = Taken("chargeback", Decimal(30), is_told=False)
    provider_books.payments[names[1]].taken.append(chargeback)
    settlement = await online.at_provider("/fake/settlements")
    await online.upload(camt053([paid(5_000, text=f"Mollie {settlement['reference']}")]))
    await run_job(online, "explain_payouts")
    (payout,) = (await online.get("/payouts?status=differs"))["items"]
    path = f"/payouts/{payout['payout_id']}"
    await online.news()
    body = {"difference": payout["difference"], "reason": "lost, says the provider"}
    assert (await online.post(f"{path}/accept", body))["status"] == "accepted"
    chargeback.is_told = True
    assert await online.webhook(data={"id": names[1]}) == 200
    await run_job(online, "work_webhook_events")
    assert (await online.get("/reconciliation"))["provider"]["in_transit"] == euro(-3_000)
    reopened = await online.post(f"{path}/reopen", {"reason": "it was a chargeback"})
    assert [one["what"] for one in reopened["history"]] == ["accept", "reopen"]
    await run_job(online, "explain_payouts")
    assert (await online.get(path))["status"] == "agreed"
    told = [event for event in await online.news() if isinstance(event, ProviderPaidOut)]
    lost = payout["difference"]["amount"]
    assert [event.fee.minor for event in told if event.fee][:2] == [lost, -lost]
    found = await online.get("/reconciliation")
    assert (found["agrees"], found["provider"]["in_transit"]["amount"]) == (True, 0)
