"""Money that goes back at the provider, seen in billing's books: each part by its counter-entry."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.billing.app import create_app as create_billing
from services.billing.config import Settings as BillingSettings
from services.payments.app import create_app as create_payments
from services.payments.config import Settings as PaymentsSettings
from shared.clock import FixedClock
from shared.testing.served import Served
from tests.factories.billing import creditor_body
from tests.integration.billing.test_billing_run import register, run_quarter
from tests.integration.payments.both import Both
from tests.integration.payments.test_matching import run_job
from tests.integration.payments.test_webhook_events import KEY_HEX, Told

# What one quarter costs the customer.
BILL = 7_348


class Shop(Told):
    """Billing and payments, with one invoice that is paid at Adyen."""

    both: Both
    clock: FixedClock

    async def start(self, both: Both) -> None:
        self.both = both
        (item,) = (await self.get("/open-items"))["items"]
        self.invoice_id = UUID(item["invoice_id"])
        self.visit_id = await self.visit(self.invoice_id, UUID(item["customer_id"]), BILL)

    async def tells(self, code: str, minor: int, name: str = "") -> None:
        amount = {"value": minor, "currency": "EUR"}
        changes: dict[str, Any] = {"amount": amount} | ({"pspReference": name} if name else {})
        assert (await self.adyen(code, **changes)).status_code == 200
        await self.works()

    async def works(self) -> None:
        """What waits is tried again; then both sides agree to the cent."""
        for _ in range(4):
            await run_job(self, "work_webhook_events")
            self.clock.advance(timedelta(minutes=10))
        await self.both.carry()
        await self.both.agree()

    async def invoice(self) -> tuple[str, int, str]:
        """Its status, what is open of it, and when it was due."""
        found = (await self.both.billing.get(f"/invoices/{self.invoice_id}"))["open_item"]
        return found["status"], found["open"]["amount"], found["due_on"]

    async def clearing(self) -> int:
        return (await self.both.accounts()).get("provider_clearing", 0)


@pytest.fixture
async def shop(
    serve: Callable[..., Awaitable[Served]], creditor_id: UUID, clock: FixedClock
) -> Shop:
    billing = await serve("billing", create_billing, BillingSettings, creditor_id)
    await billing.put(f"/creditors/{creditor_id}", json=creditor_body())
    payments = await serve(
        "payments", create_payments, PaymentsSettings, creditor_id, adyen_hmac_keys=KEY_HEX
    )
    await register(billing, 1)
    await run_quarter(billing)
    both = Both(billing, payments)
    await both.carry()
    made = Shop(payments)
    made.clock = clock
    await made.start(both)
    return made


async def test_a_chargeback_opens_the_invoice_with_its_first_due_date_until_it_is_won(
    shop: Shop,
) -> None:
    """Paid, open again as if never paid, and paid again."""
    status, owed, due_on = await shop.invoice()
    assert (status, owed) == ("open", BILL)
    await shop.tells("AUTHORISATION", BILL)
    assert (await shop.invoice())[:2] == ("settled", 0)
    await shop.tells("CHARGEBACK", BILL)
    assert await shop.invoice() == ("open", BILL, due_on)
    assert await shop.clearing() == 0
    await shop.tells("CHARGEBACK_REVERSED", BILL)
    assert await shop.invoice() == ("settled", 0, due_on)
    assert await shop.clearing() == BILL


async def test_a_refund_of_a_part_leaves_that_part_open(shop: Shop) -> None:
    """The other part stays paid on the day it was."""
    _, _, due_on = await shop.invoice()
    await shop.tells("AUTHORISATION", BILL)
    await shop.tells("REFUND", 2_000)
    assert await shop.invoice() == ("open", 2_000, due_on)
    assert await shop.clearing() == BILL - 2_000
    books = await shop.both.accounts()
    assert (books["receivable.principal"], books.get("unallocated", 0)) == (2_000, 0)


@pytest.mark.parametrize("seed", range(4))
async def test_a_payments_troubles_in_any_order_end_in_the_same_books(
    shop: Shop, seed: int
) -> None:
    """Refunds of parts, one that failed, chargebacks lost and won: shuffled, each told twice."""
    told = [
        ("AUTHORISATION", BILL, ""),
        ("REFUND", 1_000, "R1"),
        ("REFUND", 500, "R2"),
        ("REFUND_FAILED", 500, "R3"),
        ("CHARGEBACK", 3_000, "C1"),
        ("CHARGEBACK_REVERSED", 3_000, "C2"),
        ("SECOND_CHARGEBACK", 3_000, "C3"),
    ]
    order = random.Random(seed).sample(told * 2, len(told) * 2)
    for code, minor, name in order:
        await shop.tells(code, minor, name)
    await shop.works()
    assert {event["status"] for event in await shop.events()} == {"applied"}
    assert (await shop.invoice())[:2] == ("open", 4_000)
    assert await shop.clearing() == BILL - 4_000
