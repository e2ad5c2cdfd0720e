"""Money that left again, in the ledger: refunds and levies handed on."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.billing.consumers import HANDLERS
from shared.events.payments import (
    LevyRemitted,
    PaymentReceived,
    PaymentReversed,
    RefundExecuted,
)
from shared.ids import uuid7
from shared.money import Money
from shared.testing.events import deliver
from shared.testing.served import Served

ON = date(2026, 4, 2)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


async def balances(billing: Served) -> dict[str, int]:
    rows: Any = await billing.get("/ledger/trial-balance")
    found = {row["account"]: row["balance"]["amount"] for row in rows}
    return {account: minor for account, minor in found.items() if minor}


def received(minor: int, source: Any = "bank") -> PaymentReceived:
    return PaymentReceived(
        payment_id=uuid7(), amount=eur(minor), booked_on=ON, value_on=ON, source=source
    )


def refunded(payment: PaymentReceived, minor: int) -> RefundExecuted:
    return RefundExecuted(
        refund_id=uuid7(),
        payment_id=payment.payment_id,
        amount=eur(minor),
        executed_on=ON,
        kind="refund",
    )


async def test_a_refund_takes_what_nobody_needed_off_the_bank_account_once(
    billing: Served,
) -> None:
    payment = received(10_000)
    refund = refunded(payment, 4_000)
    await deliver(billing.service, HANDLERS, billing.creditor_id, payment)
    (first,) = await deliver(billing.service, HANDLERS, billing.creditor_id, refund)
    await deliver(billing.service, HANDLERS, billing.creditor_id, first)
    assert await balances(billing) == {"bank": 6_000, "unallocated": -6_000}


async def test_what_came_through_a_provider_goes_back_from_the_bank(billing: Served) -> None:
    """The provider still owes us all of it: clearing stays until it pays out."""
    payment = received(10_000, "provider")
    await deliver(billing.service, HANDLERS, billing.creditor_id, payment)
    await deliver(billing.service, HANDLERS, billing.creditor_id, refunded(payment, 10_000))
    assert await balances(billing) == {"bank": -10_000, "provider_clearing": 10_000}


async def test_a_payment_that_goes_back_in_parts_is_booked_part_by_part(billing: Served) -> None:
    """Each part by an id of its own, once however often it is told."""
    payment = received(5_000, "provider")
    parts = [
        PaymentReversed(
            payment_id=payment.payment_id,
            amount=eur(minor),
            booked_on=ON,
            source="provider",
            reversal_id=uuid7(),
        )
        for minor in (2_000, 1_000)
    ]
    for event in (payment, *parts):
        (told,) = await deliver(billing.service, HANDLERS, billing.creditor_id, event)
    await deliver(billing.service, HANDLERS, billing.creditor_id, told)
    assert await balances(billing) == {"provider_clearing": 2_000, "unallocated": -2_000}


async def test_a_levy_handed_on_is_no_longer_owed(billing: Served) -> None:
    told = LevyRemitted(transfer_id=uuid7(), amount=eur(5_000), executed_on=ON)
    await deliver(billing.service, HANDLERS, billing.creditor_id, told)
    assert await balances(billing) == {"bank": -5_000, "levy_payable": 5_000}
