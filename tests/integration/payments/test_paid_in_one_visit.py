"""A visit that was paid twice: the second payment is booked, and a person decides on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from shared.events.envelope import Event
from shared.events.payments import PaymentAllocated, PaymentReceived, PaymentReversed
from tests.factories.payments import customer_changed, eur
from tests.integration.payments.test_matching import run_job
from tests.integration.payments.test_webhook_events import PAID, Told, told

__all__ = ["told"]


async def paid_twice(told: Told) -> Any:
    """Two attempts of one visit came through; the second, as it waits in the queue."""
    await told.adyen("AUTHORISATION", pspReference="PSP-one")
    assert await told.work() == PAID
    await told.adyen("AUTHORISATION", pspReference="PSP-two")
    assert await told.work() == ["PaymentReceived"]
    assert await told.events("stuck") == []
    (item,) = (await told.get("/queue"))["items"]
    assert (item["reason"], item["amount"]["amount"]) == ("paid_twice", 5_000)
    return item


async def worked(told: Told) -> Sequence[Event]:
    await run_job(told, "work_webhook_events")
    return await told.news()


async def in_transit(told: Told) -> int:
    found = await told.get("/reconciliation")
    assert found["agrees"]
    minor: int = found["provider"]["in_transit"]["amount"]
    return minor


async def test_it_waits_for_a_person_who_is_told_what_can_be_done(told: Told) -> None:
    """Told once more, it is not booked once more; nothing else takes it by itself."""
    item = await paid_twice(told)
    assert "refund" in item["advice"]
    assert await in_transit(told) == 10_000
    (again,) = [event for event in await told.events() if event["reason"] == "paid_twice"]
    await told.payments.post(f"/webhook-events/{again['id']}/retry")
    assert await worked(told) == []
    bill = await told.issue(2, 3_000, told.customer_id)
    open_item = await told.get(f"/open-items/{bill.invoice_id}")
    assert open_item["available"]["amount"] == 3_000
    assert len((await told.get("/queue"))["items"]) == 1


async def test_it_is_accepted_as_the_customers_credit(told: Told) -> None:
    item = await paid_twice(told)
    (candidate,) = item["candidates"]
    assert candidate["invoices"] == []
    body = {"items": [{"payment_id": item["payment_id"], "proof": candidate["proof"]}]}
    assert (await told.post("/queue/accept", body))["refused"] == []
    assert (await told.get("/queue"))["items"] == []
    credit = await told.get(f"/customers/{told.customer_id}/credit")
    assert [total["amount"] for total in credit["total"]] == [5_000]


async def test_its_refund_is_asked_for(told: Told) -> None:
    item = await paid_twice(told)
    await told.hear(customer_changed(told.customer_id))
    wish = {
        "kind": "refund",
        "payment_id": item["payment_id"],
        "iban": "NL02ABNA0123456789",
        "name": "A. Voorbeeld",
    }
    assert (await told.post("/transfers", wish))["amount"]["amount"] == 5_000
    assert (await told.get("/queue"))["items"] == []


@pytest.mark.parametrize("reference", ["the visit", "a refund of their own"])
async def test_refunded_at_the_provider_it_leaves_by_itself(told: Told, reference: str) -> None:
    """The second payment goes back, whatever the refund is called; the first still pays."""
    await paid_twice(told)
    name = str(told.visit_id) if reference == "the visit" else reference
    await told.adyen("REFUND", originalReference="PSP-two", merchantReference=name)
    (gone,) = await worked(told)
    assert isinstance(gone, PaymentReversed)
    assert gone.amount == eur(5_000)
    assert (await told.get("/queue"))["items"] == []
    statuses = sorted(one["status"] for one in (await told.get("/payments"))["items"])
    assert statuses == ["allocated", "reversed"]
    assert await in_transit(told) == 5_000


async def test_it_pays_the_bill_when_the_first_had_gone_back(told: Told) -> None:
    """The payer's bank took the first payment back: the second is needed, nobody has to look."""
    await told.adyen("AUTHORISATION", pspReference="PSP-one")
    await told.work()
    await told.adyen("CHARGEBACK", originalReference="PSP-one")
    await told.work()
    await told.adyen("AUTHORISATION", pspReference="PSP-two")
    assert [type(event) for event in await worked(told)] == [PaymentReceived, PaymentAllocated]
    assert (await told.get("/queue"))["items"] == []
    assert await in_transit(told) == 5_000


async def test_what_nobody_can_use_is_dismissed_with_a_reason(told: Told) -> None:
    """A chargeback in another currency than its payment: our books cannot follow."""
    await told.adyen("AUTHORISATION")
    await told.work()
    await told.adyen("CHARGEBACK", amount={"value": 5_000, "currency": "USD"})
    await told.work()
    (stuck,) = await told.events("stuck")
    assert (stuck["reason"], "another currency" in stuck["advice"]) == ("not_taken_back", True)
    path = f"/webhook-events/{stuck['id']}/dismiss"
    clerk = told.payments.token("payments:read payments:write", roles=("clerk",))
    body = {"reason": "claimed_from_customer"}
    refused = await told.payments.call("POST", path, json=body, token=clerk)
    assert refused.status_code == 403
    done = await told.post(path, body)
    assert (done["status"], done["reason"], done["advice"]) == (
        "ignored",
        "claimed_from_customer",
        None,
    )
    assert await told.events("stuck") == []
    again = await told.payments.call("POST", path, json=body)
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
