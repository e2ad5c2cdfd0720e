from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.payments.providers.mollie import Mollie, MollieWebhooks
from services.payments.providers.provider import NewPayment, ProviderAway, ProviderRefused
from shared.money import Money

NEW = NewPayment(
    reference="our-id",
    amount=Money(7_500, "EUR"),
    description="20260000001",
    return_url="https://pay.example/pay/x/return",
    webhook_url="https://pay.example/webhooks/mollie",
    locale="nl_NL",
    metadata={"creditor_id": "c", "provider_payment_id": "p"},
)


def payment(**changes: Any) -> dict[str, Any]:
    return {
        "id": "tr_7UhSN1zuXS",
        "status": "open",
        "amount": {"value": "75.00", "currency": "EUR"},
        "metadata": {"creditor_id": "c"},
        "createdAt": "2026-04-01T11:58:35+00:00",
        "expiresAt": "2026-04-01T12:13:35+00:00",
        "_links": {"checkout": {"href": "https://provider.example/checkout"}},
        **changes,
    }


def answering(status: int, body: Any, asked: list[httpx.Request] | None = None) -> Mollie:
    def answer(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(request)
        return httpx.Response(status, json=body)

    transport = httpx.MockTransport(answer)
    return Mollie("https://provider.example", "test_key", transport=transport)


async def test_a_payment_is_asked_for_once_by_our_own_id() -> None:
    asked: list[httpx.Request] = []
    async with answering(201, payment(), asked) as mollie:
        state = await mollie.create_payment(NEW)
    assert (state.id, state.outcome, state.amount) == (
        "tr_7UhSN1zuXS",
        "open",
        Money(7_500, "EUR"),
    )
    assert state.expires_in == timedelta(minutes=15)
    (request,) = asked
    assert request.headers["Idempotency-Key"] == "our-id"
    assert request.headers["Authorization"] == "Bearer test_key"
    assert json.loads(request.content)["amount"] == {"currency": "EUR", "value": "75.00"}


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("pending", "open"),
        ("authorized", "open"),
        ("paid", "paid"),
        ("canceled", "cancelled"),
        ("expired", "expired"),
        ("failed", "failed"),
    ],
)
async def test_the_providers_words_become_ours(status: str, outcome: str) -> None:
    async with answering(200, payment(status=status)) as mollie:
        state = await mollie.payment("tr_7UhSN1zuXS")
    assert state is not None
    assert state.outcome == outcome


@pytest.mark.parametrize("status", [500, 503, 429, 408])
async def test_an_answer_that_tells_nothing_leaves_the_outcome_unknown(status: int) -> None:
    async with answering(status, {}) as mollie:
        with pytest.raises(ProviderAway):
            await mollie.create_payment(NEW)


@pytest.mark.parametrize("body", [[], {}, payment(status="new"), payment(amount={"value": "x"})])
async def test_an_answer_that_is_not_understood_is_no_outcome(body: Any) -> None:
    async with answering(200, body) as mollie:
        with pytest.raises(ProviderAway):
            await mollie.payment("tr_1")


async def test_a_provider_that_hangs_up_is_away() -> None:
    def hang_up(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("nothing came")

    async with Mollie("https://p", "k", transport=httpx.MockTransport(hang_up)) as mollie:
        with pytest.raises(ProviderAway):
            await mollie.payment("tr_1")


async def test_a_refusal_is_no_time_out() -> None:
    async with answering(422, {"status": 422}) as mollie:
        with pytest.raises(ProviderRefused):
            await mollie.create_payment(NEW)
        assert await mollie.payment("tr_1") is None


async def test_refunds_and_charge_backs_are_both_gone() -> None:
    """What was refunded counts with what the payer's bank took."""
    back, gone = {"value": "20.00", "currency": "EUR"}, {"value": "5.00", "currency": "EUR"}
    document = payment(status="paid", amountRefunded=back, amountChargedBack=gone)
    async with answering(200, document) as mollie:
        state = await mollie.payment("tr_1")
    assert state is not None
    assert state.charged_back == Money(2_500, "EUR")


async def test_a_real_payment_document_is_read(shared_data: Path) -> None:
    path = next((shared_data / "webhook-mollie").rglob("payment-list.json"))
    document = json.loads(path.read_text())["_embedded"]["payments"][0]
    async with answering(200, document) as mollie:
        state = await mollie.payment("tr_1")
    assert state is not None
    assert (state.outcome, state.expires_in) == ("open", timedelta(minutes=15))
    assert state.amount.currency == "GBP"


async def test_a_payment_is_cancelled_where_its_method_allows() -> None:
    async with answering(200, payment(status="canceled")) as mollie:
        state = await mollie.cancel_payment("tr_1")
        assert (state.outcome if state else None) == "cancelled"
    async with answering(422, {"status": 422, "detail": "cannot be canceled"}) as mollie:
        assert await mollie.cancel_payment("tr_1") is None


async def test_a_chargeback_that_was_won_is_with_us_again() -> None:
    """The sums may still count it; what the chargebacks themselves say goes before."""
    lost = {"amount": {"value": "5.00", "currency": "EUR"}, "reversedAt": None}
    won = {
        "amount": {"value": "20.00", "currency": "EUR"},
        "reversedAt": "2026-05-01T09:13:37+00:00",
    }
    document = payment(
        status="paid",
        amountChargedBack={"value": "25.00", "currency": "EUR"},
        _embedded={"chargebacks": [won, lost]},
    )
    asked: list[httpx.Request] = []
    async with answering(200, document, asked) as mollie:
        state = await mollie.payment("tr_1")
    assert state is not None
    assert (state.charged_back, state.came_again) == (Money(500, "EUR"), Money(2_000, "EUR"))
    assert asked[0].url.params["embed"] == "chargebacks"


CHARGEBACK = {"resource": "event", "id": "event_1", "type": "chargeback.reversed"}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"_embedded": {"entity": {"paymentId": "tr_1"}}}, ("changed", "tr_1")),
        (
            {"_links": {"entity": {"href": "https://p/v2/payments/tr_2/chargebacks/chb_9"}}},
            ("changed", "tr_2"),
        ),
        ({}, ("other", "chb_9")),
    ],
)
def test_news_of_a_chargeback_leads_to_its_payment(
    told: dict[str, Any], expected: tuple[str, str]
) -> None:
    """With the chargeback itself, or with no more than its address; else nothing can be asked."""
    body = json.dumps({**CHARGEBACK, "entityId": "chb_9", **told}).encode()
    webhooks = MollieWebhooks(lambda: answering(200, payment()), ())
    (event,) = webhooks.hear(body, {}, datetime(2026, 5, 1, tzinfo=UTC))
    assert (event.kind, event.payment) == expected
