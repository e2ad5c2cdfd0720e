"""What providers tell: kept once, worked on in any order, shown when it comes to nothing."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy.exc import DBAPIError

from services.payments.app import create_app
from services.payments.config import Settings
from services.payments.models import ProviderPayment
from services.payments.providers.adyen import signed_text
from services.payments.providers.provider import ProviderEvent
from services.payments.use_cases.keep_webhooks import Delivery, WebhookIntake
from shared.clock import FixedClock
from shared.db import Scope
from shared.ids import uuid7
from shared.testing.served import Served
from tests.factories.payments import creditor_changed
from tests.integration.payments.conftest import World
from tests.integration.payments.test_matching import run_job

KEY_HEX = "44" * 32
SECRET = "whsec_between_two"


class Told(World):
    """Payments with an invoice somebody went to pay at a provider, and that provider's voice."""

    invoice_id: UUID
    customer_id: UUID
    visit_id: UUID

    async def begin(self) -> None:
        issued = await self.issue(1, 5_000)
        self.invoice_id, self.customer_id = issued.invoice_id, issued.customer_id
        self.visit_id = await self.visit(issued.invoice_id, issued.customer_id, 5_000)

    async def visit(self, invoice_id: UUID, customer_id: UUID, cents: int) -> UUID:
        """Somebody went to pay this invoice; returns our id of it."""
        service, now = self.payments.service, self.payments.service.clock.now()
        creditor_id, visit_id = self.payments.creditor_id, uuid7()
        async with service.db.write(Scope(creditor_id, "test")) as session:
            session.add(
                ProviderPayment(
                    id=visit_id,
                    creditor_id=creditor_id,
                    invoice_id=invoice_id,
                    customer_id=customer_id,
                    status="open",
                    amount_minor=cents,
                    currency="EUR",
                    return_url="https://pay.example",
                    provider_id=None,
                    checkout_url=None,
                    expires_at=None,
                    created_at=now,
                    checked_at=now,
                )
            )
        return visit_id

    async def tell(
        self, provider: str, body: bytes, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        path = f"/webhooks/{provider}/{self.payments.creditor_id}"
        return await self.payments.call("POST", path, content=body, headers=headers or {})

    async def adyen(self, code: str, **changes: Any) -> httpx.Response:
        item = {
            "pspReference": f"PSP-{code}",
            "originalReference": "" if code == "AUTHORISATION" else "PSP-AUTHORISATION",
            "merchantAccountCode": "Water",
            "merchantReference": str(self.visit_id),
            "amount": {"value": 5_000, "currency": "EUR"},
            "eventCode": code,
            "success": "true",
            **changes,
        }
        digest = hmac.digest(bytes.fromhex(KEY_HEX), signed_text(item).encode(), "sha256")
        extra = {"hmacSignature": base64.b64encode(digest).decode()}
        wrapped = {"NotificationRequestItem": item | {"additionalData": extra}}
        body = json.dumps({"live": "false", "notificationItems": [wrapped]}).encode()
        return await self.tell("adyen", body)

    async def stripe(self, name: str, kind: str, told: dict[str, Any]) -> httpx.Response:
        event = {"id": name, "object": "event", "type": kind, "data": {"object": told}}
        body = json.dumps(event).encode()
        seconds = int(self.payments.service.clock.now().timestamp())
        signed = hmac.digest(SECRET.encode(), f"{seconds}.".encode() + body, "sha256").hex()
        return await self.tell("stripe", body, {"Stripe-Signature": f"t={seconds},v1={signed}"})

    async def work(self) -> list[str]:
        await run_job(self, "work_webhook_events")
        return [type(event).__name__ for event in await self.news()]

    async def events(self, status: str = "") -> list[Any]:
        query = f"?status={status}" if status else ""
        items: list[Any] = (await self.get(f"/webhook-events{query}"))["items"]
        return items


@pytest.fixture
async def told(serve: Callable[..., Awaitable[Served]], creditor_id: UUID) -> Told:
    payments = await serve(
        "payments",
        create_app,
        Settings,
        creditor_id,
        adyen_hmac_keys=KEY_HEX,
        stripe_webhook_secrets=SECRET,
        refused_webhooks_kept=3,
    )
    made = Told(payments)
    await made.hear(creditor_changed(creditor_id))
    await made.begin()
    return made


PAID = ["PaymentReceived", "PaymentAllocated", "ProviderPaymentEnded"]
TAKEN_BACK = ["AllocationUndone", "PaymentReversed"]


async def test_a_payment_told_many_times_is_booked_once(told: Told) -> None:
    """Adyen repeats what it is not sure we heard, at the same moment even."""
    answers = await asyncio.gather(*(told.adyen("AUTHORISATION") for _ in range(20)))
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, "[accepted]")}
    (event,) = await told.events("received")
    assert event["amount"] == {"amount": 5_000, "currency": "EUR"}
    assert await told.work() == PAID
    assert (await told.adyen("AUTHORISATION")).status_code == 200
    assert await told.work() == []
    (event,) = await told.events()
    assert event["status"] == "applied"


async def test_a_charge_back_told_before_its_payment_waits_for_it(
    told: Told, clock: FixedClock
) -> None:
    """Whatever the order, what is left in the end is a payment that was taken back."""
    await told.adyen("CHARGEBACK")
    assert await told.work() == []
    (event,) = await told.events()
    assert (event["status"], event["reason"]) == ("waiting", "not_paid_yet")
    await told.adyen("AUTHORISATION")
    clock.advance(timedelta(minutes=1))
    await told.work()
    clock.advance(timedelta(minutes=2))
    await told.work()
    assert {event["status"] for event in await told.events()} == {"applied"}
    (payment,) = (await told.get("/payments"))["items"]
    assert payment["status"] == "reversed"
    assert (await told.get("/reconciliation"))["agrees"]


async def test_a_failed_attempt_told_late_takes_nothing_back(told: Told) -> None:
    """The payer failed once and paid then; Adyen tells it the wrong way round."""
    await told.adyen("AUTHORISATION", pspReference="PSP-second")
    assert await told.work() == PAID
    await told.adyen("AUTHORISATION", pspReference="PSP-first", success="false")
    assert await told.work() == []
    assert [event["reason"] for event in await told.events("ignored")] == ["other_attempt"]


async def test_what_is_captured_in_a_second_part_is_told_to_a_person(
    serve: Callable[..., Awaitable[Served]], creditor_id: UUID
) -> None:
    """Half was booked. The other half is money too, which nobody may overlook; a capture told again
    is none."""
    payments = await serve(
        "payments",
        create_app,
        Settings,
        creditor_id,
        adyen_hmac_keys=KEY_HEX,
        adyen_captures_by_hand=True,
    )
    told = Told(payments)
    await told.hear(creditor_changed(creditor_id))
    await told.begin()
    half = {"amount": {"value": 2_500, "currency": "EUR"}}
    for name in ("PSP-1", "PSP-2", "PSP-2"):
        await told.adyen("CAPTURE", pspReference=name, **half)
        await told.work()
    assert [event["reason"] for event in await told.events("stuck")] == ["captured_in_parts"]
    assert (await told.get("/reconciliation"))["provider"]["in_transit"]["amount"] == 2_500


async def test_what_is_not_ours_is_tried_for_a_day_and_then_shown(
    told: Told, clock: FixedClock
) -> None:
    """Another shop's payment on the same account never becomes ours, and never gets lost."""
    await told.adyen("AUTHORISATION", merchantReference="another shop")
    for _ in range(16):
        assert await told.work() == []
        clock.advance(timedelta(hours=6))
    (event,) = await told.events("stuck")
    assert (event["reason"], event["tries"]) == ("unknown_payment", 16)


async def test_forged_and_broken_webhooks_are_refused_and_the_last_few_kept(told: Told) -> None:
    """A stranger can neither book nor fill the table."""
    for count in range(5):
        body = json.dumps({"notificationItems": [{"NotificationRequestItem": {"n": count}}]})
        assert (await told.tell("adyen", body.encode())).status_code == 401
    assert (await told.tell("adyen", b"\xff{")).status_code == 422
    refused = await told.events("refused")
    assert [event["reason"] for event in refused] == [
        "invalid_input:body",
        "bad_signature",
        "bad_signature",
    ]
    again = await told.payments.call("POST", f"/webhook-events/{refused[0]['id']}/retry")
    assert again.status_code == 409
    assert await told.work() == []


async def test_a_provider_nothing_is_agreed_with_and_a_stranger_creditor_are_not_found(
    told: Told,
) -> None:
    """GoCardless has no secret here; and nobody's books are at this address."""
    assert (await told.tell("gocardless", b"{}")).status_code == 404
    assert (await told.tell("paypal", b"{}")).status_code == 404
    for provider, body in (("mollie", b"id=tr_1"), ("adyen", b'{"notificationItems": []}')):
        path = f"/webhooks/{provider}/{uuid4()}"
        answer = await told.payments.call("POST", path, content=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_what_a_provider_signed_for_an_unknown_creditor_is_kept_for_a_look(
    serve: Callable[..., Awaitable[Served]], creditor_id: UUID
) -> None:
    """The address in the provider's settings is wrong, or billing is late: 404, and not lost.
    What anybody may have sent leaves nothing."""
    payments = await serve("payments", create_app, Settings, creditor_id, adyen_hmac_keys=KEY_HEX)
    told = Told(payments)
    told.visit_id = uuid7()
    assert (await told.adyen("AUTHORISATION")).status_code == 404
    assert (await told.tell("mollie", b"id=tr_1")).status_code == 404
    assert (await told.tell("adyen", b"{}")).status_code == 404
    (event,) = await told.events()
    assert (event["status"], event["reason"]) == ("refused", "unknown_creditor")
    await told.hear(creditor_changed(creditor_id))
    assert (await told.adyen("AUTHORISATION")).status_code == 200
    assert len(await told.events("received")) == 1


async def test_one_bad_delivery_harms_nobody_in_its_batch(told: Told) -> None:
    """The database refuses one row of a commit; the others are kept all the same."""
    intake: WebhookIntake = told.payments.app.state.webhook_intake
    creditor_id = told.payments.creditor_id
    deliveries = [
        Delivery(
            provider="adyen",
            creditor_id=creditor_id,
            body=b"{}",
            events=[ProviderEvent(id=name, kind="paid", type="AUTHORISATION")],
        )
        for name in ("first", "no\0text", "last")
    ]
    answers = await asyncio.gather(*map(intake.keep, deliveries), return_exceptions=True)
    assert [isinstance(answer, DBAPIError) for answer in answers] == [False, True, False]
    assert [event["event_id"] for event in await told.events()] == ["last", "first"]
