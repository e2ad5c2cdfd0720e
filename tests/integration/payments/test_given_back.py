"""Refunds and chargebacks at the provider, in part and in whole, and money that came again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.payments.app import create_app
from services.payments.config import Settings
from services.payments.providers.gocardless import GoCardless
from services.payments.repository import online
from services.payments.use_cases.settle_provider_payment import settle_provider_payment
from shared.clock import FixedClock
from shared.db import Scope
from shared.events.payments import (
    AllocationUndone,
    PaymentAllocated,
    PaymentReceived,
    PaymentReversed,
)
from shared.money import Money
from shared.testing.served import Served
from tests.factories.payments import creditor_changed
from tests.integration.payments.conftest import World
from tests.integration.payments.test_matching import run_job
from tests.integration.payments.test_webhook_events import KEY_HEX, SECRET, Told


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


@pytest.fixture
async def told(serve: Callable[..., Awaitable[Served]], creditor_id: UUID) -> Told:
    payments = await serve(
        "payments",
        create_app,
        Settings,
        creditor_id,
        adyen_hmac_keys=KEY_HEX,
        stripe_webhook_secrets=SECRET,
    )
    made = Told(payments)
    await made.hear(creditor_changed(creditor_id))
    await made.begin()
    return made


async def news_of_work(world: World) -> list[Any]:
    await run_job(world, "work_webhook_events")
    return await world.news()


async def placed(world: World) -> tuple[int, int]:
    """What the provider holds for us, and what of it is meant for invoices; all agrees."""
    found = await world.get("/reconciliation")
    assert found["agrees"]
    provider = found["provider"]
    return provider["in_transit"]["amount"], provider["allocated"]["amount"]


async def test_half_a_refund_leaves_the_other_half_paid(told: Told) -> None:
    """A colleague refunds 20 of 50 in the provider's dashboard: the invoice is open for 20."""
    await told.adyen("AUTHORISATION")
    await news_of_work(told)
    await told.adyen("REFUND", amount={"value": 2_000, "currency": "EUR"})
    undone, reversed_, again = await news_of_work(told)
    assert isinstance(undone, AllocationUndone)
    assert (undone.amount, undone.reason) == (eur(5_000), "returned")
    assert isinstance(reversed_, PaymentReversed)
    assert reversed_.amount == eur(2_000)
    assert reversed_.reversal_id is not None
    assert isinstance(again, PaymentAllocated)
    assert [one.amount for one in again.allocations] == [eur(3_000)]
    assert await placed(told) == (3_000, 3_000)
    item = await told.get(f"/open-items/{told.invoice_id}")
    assert item["available"]["amount"] == 2_000
    assert (await told.get("/queue"))["items"] == []


async def test_the_second_half_ends_the_payment(told: Told) -> None:
    """Each part is told once, by an id of its own; then nothing of the payment is left."""
    await told.adyen("AUTHORISATION")
    await news_of_work(told)
    await told.adyen("REFUND", amount={"value": 2_000, "currency": "EUR"})
    await news_of_work(told)
    second = {"pspReference": "PSP-second", "amount": {"value": 3_000, "currency": "EUR"}}
    for _ in range(2):
        await told.adyen("REFUND", **second)
    undone, reversed_ = await news_of_work(told)
    assert isinstance(undone, AllocationUndone)
    assert isinstance(reversed_, PaymentReversed)
    assert reversed_.amount == eur(3_000)
    assert reversed_.reversal_id is not None
    (payment,) = (await told.get("/payments"))["items"]
    assert payment["status"] == "reversed"
    assert await placed(told) == (0, 0)


async def test_a_chargeback_that_was_won_is_paid_again(told: Told) -> None:
    """The invoice was open for a while; the money that came again pays it."""
    await told.adyen("AUTHORISATION")
    await told.adyen("CHARGEBACK")
    await news_of_work(told)
    assert await placed(told) == (0, 0)
    await told.adyen("CHARGEBACK_REVERSED")
    received, allocated = await news_of_work(told)
    assert isinstance(received, PaymentReceived)
    assert (received.amount, received.source) == (eur(5_000), "provider")
    assert isinstance(allocated, PaymentAllocated)
    assert allocated.allocations[0].invoice_id == told.invoice_id
    assert await placed(told) == (5_000, 5_000)
    await told.adyen("SECOND_CHARGEBACK")
    undone, reversed_ = await news_of_work(told)
    assert isinstance(undone, AllocationUndone)
    assert isinstance(reversed_, PaymentReversed)
    assert reversed_.payment_id == received.payment_id
    assert await placed(told) == (0, 0)


TOLD_LAST = [
    ("AUTHORISATION", {}),
    ("CHARGEBACK", {}),
    ("CHARGEBACK_REVERSED", {}),
    ("REFUND", {"amount": {"value": 1_250, "currency": "EUR"}}),
]


@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
async def test_whatever_order_it_is_told_in_the_end_is_the_same(
    told: Told, clock: FixedClock, order: tuple[int, ...]
) -> None:
    """Paid, charged back, won, and then a quarter refunded: 37.50 is left and allocated."""
    for index in order:
        code, changes = TOLD_LAST[index]
        await told.adyen(code, **changes)
        await news_of_work(told)
    for _ in range(6):
        clock.advance(timedelta(minutes=5))
        await news_of_work(told)
    assert {event["status"] for event in await told.events()} == {"applied"}
    assert await placed(told) == (3_750, 3_750)


@pytest.mark.parametrize("void", ["CANCELLATION", "TECHNICAL_CANCEL", "EXPIRE"])
@pytest.mark.parametrize("comes_first", [True, False])
async def test_an_authorisation_that_is_never_captured_is_no_money(
    told: Told, clock: FixedClock, void: str, *, comes_first: bool
) -> None:
    """Booked when it was authorised, since captures follow by themselves; then it was cancelled."""
    codes = ["AUTHORISATION", void]
    for code in reversed(codes) if comes_first else codes:
        await told.adyen(code)
        await news_of_work(told)
    clock.advance(timedelta(minutes=5))
    await news_of_work(told)
    assert await placed(told) == (0, 0)
    item = await told.get(f"/open-items/{told.invoice_id}")
    assert item["available"]["amount"] == 5_000


async def test_stripes_sums_of_refunds_take_back_what_they_add(told: Told) -> None:
    """20 of 50, then all 50, then the first sum told late: the later sum holds."""
    metadata = {"provider_payment_id": str(told.visit_id)}
    intent = {"object": "payment_intent", "id": "pi_1", "currency": "eur", "metadata": metadata}
    charge = {"object": "charge", "id": "ch_1", "payment_intent": "pi_1", "currency": "eur"}
    await told.stripe("evt_1", "payment_intent.succeeded", intent | {"amount_received": 5_000})
    await news_of_work(told)
    await told.stripe("evt_2", "charge.refunded", charge | {"amount_refunded": 2_000})
    await news_of_work(told)
    assert await placed(told) == (3_000, 3_000)
    await told.stripe("evt_3", "charge.refunded", charge | {"amount_refunded": 5_000})
    await news_of_work(told)
    assert await placed(told) == (0, 0)
    again = {event["event_id"]: event["id"] for event in await told.events()}
    await told.post(f"/webhook-events/{again['evt_2']}/retry")
    assert await news_of_work(told) == []
    assert await placed(told) == (0, 0)


async def test_a_refund_in_another_currency_waits_for_a_person(told: Told) -> None:
    """Nothing is booked on a guess."""
    await told.adyen("AUTHORISATION")
    await news_of_work(told)
    await told.adyen("REFUND", amount={"value": 2_000, "currency": "USD"})
    assert await news_of_work(told) == []
    (stuck,) = await told.events("stuck")
    assert stuck["reason"] == "not_taken_back"
    assert await placed(told) == (5_000, 5_000)


async def test_what_was_paid_too_much_goes_back_before_any_invoice_opens(told: Told) -> None:
    """60 came for an invoice of 50: refunding the 10 touches no invoice, and leaves no work."""
    await told.adyen("AUTHORISATION", amount={"value": 6_000, "currency": "EUR"})
    await news_of_work(told)
    assert len((await told.get("/queue"))["items"]) == 1
    await told.adyen("REFUND", amount={"value": 1_000, "currency": "EUR"})
    (reversed_,) = await news_of_work(told)
    assert isinstance(reversed_, PaymentReversed)
    assert (await told.get("/queue"))["items"] == []
    assert await placed(told) == (5_000, 5_000)


async def test_a_refund_at_the_provider_cancels_the_transfer_that_was_to_pay_it_back(
    told: Told,
) -> None:
    """A clerk asked for it by bank, a colleague was quicker in the dashboard: paid back once."""
    await told.adyen("AUTHORISATION", amount={"value": 6_000, "currency": "EUR"})
    await news_of_work(told)
    (item,) = (await told.get("/queue"))["items"]
    asked = await told.post(
        "/transfers",
        {
            "kind": "refund",
            "payment_id": item["payment_id"],
            "iban": "NL91ABNA0417164300",
            "name": "J. de Vries",
        },
    )
    await told.adyen("REFUND", amount={"value": 1_000, "currency": "EUR"})
    (reversed_,) = await news_of_work(told)
    assert isinstance(reversed_, PaymentReversed)
    assert (await told.get(f"/transfers/{asked['id']}"))["status"] == "cancelled"
    assert await placed(told) == (5_000, 5_000)


async def test_a_debit_tried_again_is_money_only_once_it_is_confirmed_again(told: Told) -> None:
    """GoCardless fails a debit late and a clerk has it retried: on its way it is with nobody."""
    told_in_turn = ["confirmed", "failed", "pending_submission", "submitted", "confirmed"]

    def answer(_request: httpx.Request) -> httpx.Response:
        found = {"id": "PM1", "amount": 5_000, "currency": "EUR", "amount_refunded": 0}
        return httpx.Response(200, json={"payments": found | {"status": told_in_turn.pop(0)}})

    provider = GoCardless("https://x.example", "", (), transport=httpx.MockTransport(answer))
    held = []
    while told_in_turn:
        state = await provider.state("PM1")
        assert state is not None
        scope = Scope(told.payments.creditor_id, "test")
        async with told.payments.service.db.write(scope) as session:
            row = await online.lock_provider_payment(session, told.visit_id)
            await settle_provider_payment(session, row, state)
        held.append(await placed(told))
    assert held == [(5_000, 5_000), (0, 0), (0, 0), (0, 0), (5_000, 5_000)]
