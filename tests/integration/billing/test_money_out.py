"""Money that left again, in the ledger: refunds and levies handed on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.billing.consumers import HANDLERS
from shared.events.billing import InvoiceIssued, RefundReclaimed
from shared.events.payments import (
    LevyRemitted,
    PaymentReceived,
    PaymentReversed,
    RefundExecuted,
)
from shared.ids import uuid7
from shared.money import Money
from shared.testing.events import deliver, emitted
from shared.testing.served import Served
from tests.integration.billing.test_billing_run import allocated, register, run_quarter

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


async def paid_twice(billing: Served) -> tuple[InvoiceIssued, PaymentReceived]:
    """An invoice settled by one payment, and a debit of the same amount that nobody needed."""
    await register(billing, 1)
    (invoice,) = await run_quarter(billing)
    first, debit = received(7_348), received(7_348, "direct_debit")
    settled = allocated(invoice, 7_348, "2026-04-02", payment_id=first.payment_id)
    await deliver(billing.service, HANDLERS, billing.creditor_id, first, debit, settled)
    return invoice, debit


def returned(
    debit: PaymentReceived, invoice: InvoiceIssued, refunded: Money | None = None
) -> PaymentReversed:
    return PaymentReversed(
        payment_id=debit.payment_id,
        customer_id=invoice.customer_id,
        amount=debit.amount,
        booked_on=ON,
        source="direct_debit",
        return_code="MD06",
        refunded=refunded,
        invoice_id=invoice.invoice_id if refunded else None,
    )


@pytest.mark.parametrize("refund_is_first", [True, False])
async def test_a_refund_of_a_debit_that_came_back_opens_its_invoice_again(
    billing: Served,
    refund_is_first: bool,
) -> None:
    """Whichever is booked first, and however often it is told: owed once, and nothing negative."""
    invoice, debit = await paid_twice(billing)
    refund = refunded(debit, 7_348).model_copy(update={"customer_id": invoice.customer_id})
    late = {"after_reversal": True, "invoice_id": invoice.invoice_id}
    events = (
        [refund, returned(debit, invoice, eur(7_348))]
        if refund_is_first
        else [returned(debit, invoice), refund.model_copy(update=late)]
    )
    told = await deliver(billing.service, HANDLERS, billing.creditor_id, *events)
    await deliver(billing.service, HANDLERS, billing.creditor_id, *told)
    item = (await billing.get(f"/invoices/{invoice.invoice_id}"))["open_item"]
    assert (item["status"], item["open"]["amount"]) == ("open", 7_348)
    books = await balances(billing)
    assert "unallocated" not in books
    assert books["receivable.principal"] == 7_348
    (owed,) = [e for e in await emitted(billing.service) if isinstance(e, RefundReclaimed)]
    assert (owed.amount, owed.receivable.open) == (eur(7_348), eur(7_348))
    totals = await billing.get("/ledger/reconciliation")
    assert (totals["reclaimed"]["amount"], totals["difference"]["amount"]) == (7_348, 0)


async def test_a_refund_to_be_had_back_from_nobody_known_stands_on_its_own_account(
    billing: Served,
) -> None:
    payment = received(10_000, "provider")
    gone = PaymentReversed(
        payment_id=payment.payment_id,
        amount=payment.amount,
        booked_on=ON,
        source="provider",
        refunded=eur(4_000),
    )
    await deliver(
        billing.service, HANDLERS, billing.creditor_id, payment, refunded(payment, 4_000), gone
    )
    assert await balances(billing) == {"bank": -4_000, "refunds_to_reclaim": 4_000}


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
