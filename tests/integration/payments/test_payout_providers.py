"""Payouts of Stripe, Adyen and GoCardless: taken apart and reconciled with the bank to the cent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from deploy.local.provider import create_app as create_provider
from deploy.local.settings import LocalSettings, Ports
from shared.clock import FixedClock
from shared.events.envelope import Event
from shared.events.payments import PaymentReceived, ProviderPaidOut
from shared.testing.served import Served
from tests.factories.payments import camt053, eur, paid
from tests.integration.payments.online import API_KEY, Online, browse, free_port, going_online
from tests.integration.payments.test_matching import run_job
from tests.integration.payments.test_webhook_events import Told

SECRET = "between the two of us"
PROVIDERS = ("stripe", "adyen", "gocardless")
SENDERS = {
    "stripe": "STRIPE PAYMENTS EUROPE",
    "adyen": "Adyen N.V.",
    "gocardless": "GoCardless SAS",
}


class Shop:
    """A creditor whose payers pay at one of the providers."""

    def __init__(self, online: Online, provider: str) -> None:
        self.online, self.provider = online, provider
        self.webhooks = f"{online.url}/v1/webhooks/{provider}/{online.payments.creditor_id}"

    async def fake(self, path: str, body: Any = None) -> Any:
        url = f"{self.online.provider_url}/fake/{self.provider}{path}"
        answer = await browse("POST", url, json=body)
        assert answer.status_code == 200
        return answer.json()

    async def works_until(self, count: int, kind: type[Event]) -> list[Event]:
        """Webhooks take a moment."""
        news: list[Event] = []
        async with asyncio.timeout(20):
            while sum(isinstance(event, kind) for event in news) < count:
                await run_job(self.online, "work_webhook_events")
                news += await self.online.news()
                await asyncio.sleep(0.02)
        return news

    async def settle(self, in_transit: int) -> None:
        """Until all webhooks were heard: this is what the provider holds for us then."""
        async with asyncio.timeout(20):
            while (await self.in_transit()) != in_transit:
                await run_job(self.online, "work_webhook_events")
                await asyncio.sleep(0.02)

    async def in_transit(self) -> int:
        found = await self.online.get("/reconciliation")
        assert found["agrees"]
        minor: int = found["provider"]["in_transit"]["amount"]
        return minor

    async def pay(self, number: int, cents: int, *, fee: int = 29) -> str:
        """Somebody pays an invoice there; returns the provider's id of it."""
        issued = await self.online.issue(number, cents)
        told = Told(self.online.payments)
        visit_id = await told.visit(issued.invoice_id, issued.customer_id, cents)
        wish = {"amount": cents, "reference": str(visit_id), "webhook_url": self.webhooks}
        made = await self.fake(f"/payments?fee={fee}", wish)
        await self.works_until(1, PaymentReceived)
        name: str = made["id"]
        return name

    async def bank_shows(self, payout: Any, *, missing: int = 0, number: int = 1) -> Any:
        """The payout arrives; returns it as we know it."""
        line = paid(
            payout["amount"] - missing, text=payout["reference"], name=SENDERS[self.provider]
        )
        opening = 0 if number == 1 else self.closing
        self.closing = opening + payout["amount"] - missing
        result = await self.online.upload(camt053([line], number=number, opening=opening))
        assert (result["payouts"], result["payments"]) == (1, 0)
        self.reference = payout["reference"]
        return await self.explained()

    async def explained(self) -> Any:
        """The payout the bank showed last, once the provider was asked."""
        await run_job(self.online, "explain_payouts")
        listed = (await self.online.get("/payouts"))["items"]
        (name,) = [one["payout_id"] for one in listed if one["reference"].endswith(self.reference)]
        return await self.online.get(f"/payouts/{name}")

    closing: int = 0
    reference: str = ""


@pytest.fixture(params=PROVIDERS)
async def shop(
    request: pytest.FixtureRequest,
    serve: Callable[..., Awaitable[Served]],
    creditor_id: UUID,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Shop]:
    port = free_port()
    settings = {
        "stripe_url": f"http://127.0.0.1:{port}",
        "stripe_api_key": API_KEY,
        "stripe_webhook_secrets": SECRET,
        "adyen_report_url": f"http://127.0.0.1:{port}",
        "adyen_report_api_key": API_KEY,
        "adyen_hmac_keys": SECRET.encode().hex(),
        "gocardless_url": f"http://127.0.0.1:{port}",
        "gocardless_token": API_KEY,
        "gocardless_webhook_secrets": SECRET,
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"PAYMENTS_{name.upper()}", value)
    provider = create_provider(LocalSettings(port=Ports(provider=port)), clock)
    async with going_online(serve, creditor_id, provider, port, **settings) as online:
        yield Shop(online, request.param)


def parts_of(payout: Any) -> dict[str, int]:
    """By kind; the sum of all is the payout."""
    sums: dict[str, int] = {}
    for part in payout["parts"]:
        sums[part["kind"]] = sums.get(part["kind"], 0) + part["amount"]["amount"]
    assert sum(sums.values()) == payout["amount"]["amount"]
    return sums


async def _report_is_told(shop: Shop, count: int) -> None:
    """Adyen alone has to tell that it can be fetched."""
    if shop.provider != "adyen":
        return
    async with asyncio.timeout(20):
        while True:
            await run_job(shop.online, "work_webhook_events")
            found = (await shop.online.get("/webhook-events?provider=adyen&status=applied"))[
                "items"
            ]
            if sum(event["kind"] == "report" for event in found) == count:
                return
            await asyncio.sleep(0.02)


async def test_a_payout_is_taken_apart_and_agrees_with_the_bank(shop: Shop) -> None:
    """Four payments, a refund of a part, a chargeback with its costs, and a fee for each."""
    names = [await shop.pay(n, 1_000 * n) for n in (5, 4, 3, 2)]
    await shop.fake(f"/payments/{names[0]}/refund?amount=1500")
    await shop.fake(f"/payments/{names[1]}/chargeback?fee=1500")
    await shop.settle(14_000 - 1_500 - 4_000)
    made = await shop.fake("/payouts")
    assert made["amount"] == 8_500 - 4 * 29 - 1_500
    await _report_is_told(shop, 1)
    payout = await shop.bank_shows(made)
    assert (payout["status"], payout["provider"]) == ("agreed", shop.provider)
    assert payout["fee"]["amount"] == 4 * 29 + 1_500
    assert parts_of(payout) == {"payment": 14_000, "taken": -5_500, "fee": -1_616}
    assert all(part["payment_id"] for part in payout["parts"] if part["kind"] != "fee")
    told = [event for event in await shop.online.news() if isinstance(event, ProviderPaidOut)]
    assert [(event.amount, event.fee) for event in told] == [
        (eur(made["amount"]), None),
        (eur(0), eur(1_616)),
    ]
    assert await shop.in_transit() == 0
    await shop.explained()
    assert not [e for e in await shop.online.news() if isinstance(e, ProviderPaidOut)]


async def test_a_chargeback_won_later_is_in_a_later_payout(shop: Shop) -> None:
    """Paid out, taken back, and paid out again: three payouts, each to the cent."""
    name = await shop.pay(1, 9_000)
    await shop.pay(2, 8_000)
    first = await shop.fake("/payouts")
    await _report_is_told(shop, 1)
    assert (await shop.bank_shows(first))["status"] == "agreed"
    await shop.fake(f"/payments/{name}/chargeback")
    await shop.settle(-9_000)
    await shop.pay(3, 9_500)
    second = await shop.fake("/payouts")
    await _report_is_told(shop, 2)
    payout = await shop.bank_shows(second, number=2)
    assert (payout["status"], parts_of(payout)["taken"]) == ("agreed", -9_000)
    await shop.fake(f"/payments/{name}/chargeback_reversed")
    await shop.settle(9_000)
    third = await shop.fake("/payouts")
    await _report_is_told(shop, 3)
    payout = await shop.bank_shows(third, number=3)
    assert (payout["status"], payout["amount"]["amount"]) == ("agreed", 9_000)
    assert await shop.in_transit() == 0


async def test_a_cent_too_few_at_the_bank_is_shown_with_both_amounts(
    shop: Shop, clock: FixedClock
) -> None:
    """No fee is booked for a payout that does not agree."""
    await shop.pay(1, 5_000)
    await shop.pay(2, 4_000)
    made = await shop.fake("/payouts")
    await _report_is_told(shop, 1)
    payout = await shop.bank_shows(made, missing=1)
    assert (payout["status"], payout["reason"], payout["parts"]) == (
        "differs",
        "payout_differs",
        [],
    )
    assert payout["told"]["amount"] == made["amount"]
    (difference,) = payout["differences"]
    assert difference["told"]["amount"] - difference["booked"]["amount"] == 1
    assert await shop.in_transit() == 2 * 29 + 1
    clock.advance(timedelta(hours=2))
    assert (await shop.explained())["status"] == "differs"


async def test_a_payout_that_differs_waits_in_the_queue_with_its_evidence(shop: Shop) -> None:
    """A clerk who looks at nothing but the queue sees it, in its place among the payments."""
    await shop.pay(1, 5_000)
    made = await shop.fake("/payouts")
    await _report_is_told(shop, 1)
    payout = await shop.bank_shows(made, missing=1)
    strangers = [paid(minor, text="dank u") for minor in (4_000, 6_000)]
    await shop.online.upload(camt053(strangers, number=2, opening=shop.closing))
    queue = (await shop.online.get("/queue?sort=smallest&language=nl"))["items"]
    assert [(one["kind"], one["amount"]["amount"]) for one in queue] == [
        ("payment", 4_000),
        ("payout", made["amount"] - 1),
        ("payment", 6_000),
    ]
    item = queue[1]
    assert (item["payment_id"], item["reason"], item["candidates"]) == (None, "payout_differs", [])
    assert "ander bedrag" in item["reason_text"]
    assert item["payout"]["differences"] == payout["differences"]
    for sort in ("oldest", "newest", "smallest", "largest", "surest"):
        whole = (await shop.online.get(f"/queue?sort={sort}"))["items"]
        assert await _turned(shop, f"/queue?sort={sort}&limit=1") == whole
    counts = (await shop.online.get("/queue/summary"))["reasons"]
    assert {one["reason"]: one["waiting"] for one in counts}["payout_differs"] == 1
    for only, count in (("source=provider", 1), ("source=bank", 2), ("amount_to=4500", 1)):
        assert len((await shop.online.get(f"/queue?{only}"))["items"]) == count


async def _turned(shop: Shop, path: str) -> list[Any]:
    """All pages of a list, one after the other."""
    items, cursor = [], ""
    while True:
        page = await shop.online.get(f"{path}{cursor}")
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = f"&cursor={page['next_cursor']}"


async def test_a_payment_we_never_heard_of_keeps_its_payout_from_agreeing(
    shop: Shop, clock: FixedClock
) -> None:
    """Another shop's payment on the same account; ours are there, its is not."""
    await shop.pay(1, 5_000)
    await shop.fake("/payments?fee=0", {"amount": 29, "reference": "another shop"})
    made = await shop.fake("/payouts")
    await _report_is_told(shop, 1)
    payout = await shop.bank_shows(made)
    assert (payout["status"], payout["reason"]) == ("differs", "part_unknown")
    (difference,) = payout["differences"]
    assert (difference["told"]["amount"], difference["booked"]) == (29, None)


async def test_a_payout_the_provider_cannot_tell_of_yet_is_asked_for_again(
    shop: Shop, clock: FixedClock
) -> None:
    """The bank was quicker than the provider's list, or than Adyen's report."""
    await shop.pay(1, 5_000)
    await shop.pay(2, 4_000)
    early = {"stripe": "STRIPE TRACE00000001", "gocardless": "WATER-00001"}
    reference = early.get(shop.provider, "TX00000001XT WaterNL batch 1")
    payout = await shop.bank_shows({"amount": 9_000 - 58, "reference": reference})
    assert (payout["status"], payout["reason"]) == ("unknown", "unknown_to_provider")
    assert (await shop.online.get("/queue"))["items"] == []
    clock.advance(timedelta(days=4))
    (item,) = (await shop.online.get("/queue"))["items"]
    assert (item["kind"], item["reason"]) == ("payout", "unknown_to_provider")
    await shop.fake("/payouts")
    await _report_is_told(shop, 1)
    if shop.provider != "adyen":
        await shop.online.post(f"/payouts/{payout['payout_id']}/check")
    assert (await shop.explained())["status"] == "agreed"
    assert await shop.in_transit() == 0


@pytest.mark.parametrize("shop", ["stripe"], indirect=True)
async def test_two_payouts_of_one_amount_are_not_taken_for_one(
    shop: Shop, clock: FixedClock
) -> None:
    """Friday's and Monday's, both booked on Monday without a trace id: each payment and each fee is
    in one of them."""
    await shop.pay(1, 5_000)
    friday = await shop.fake("/payouts")
    clock.advance(timedelta(days=3))
    await shop.pay(2, 5_000)
    monday = await shop.fake("/payouts")
    assert friday["amount"] == monday["amount"]
    lines = [paid(friday["amount"], text="STRIPE PAYOUT", name=SENDERS["stripe"])] * 2
    await shop.online.upload(camt053(lines, day=clock.now().date()))
    for _ in range(3):
        await run_job(shop.online, "explain_payouts")
        clock.advance(timedelta(hours=2))
    payouts = (await shop.online.get("/payouts"))["items"]
    assert [one["status"] for one in payouts] == ["agreed", "agreed"]
    wholes = [await shop.online.get(f"/payouts/{one['payout_id']}") for one in payouts]
    parts = [part["payment_id"] for whole in wholes for part in whole["parts"]]
    assert len([name for name in parts if name]) == len({name for name in parts if name}) == 2
    assert await shop.in_transit() == 0
