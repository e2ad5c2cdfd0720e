"""What relieves an invoice and is no money: small differences given up, and fees withheld."""

from __future__ import annotations

from services.billing.consumers import HANDLERS
from shared.events.billing import AllocationApplied, AllocationRejected, InvoiceIssued
from shared.events.payments import Allocation, AllocationUndone, PaymentAllocated
from shared.ids import uuid7
from shared.money import Money
from shared.testing.events import deliver, emitted
from shared.testing.served import Served
from tests.integration.billing.test_billing_run import allocated, eur, register, run_quarter


def relieved(
    invoice: InvoiceIssued, paid: int, *, written_off: int = 0, fee: int = 0
) -> PaymentAllocated:
    def unless_zero(minor: int) -> Money | None:
        return eur(minor) if minor else None

    part = Allocation(
        allocation_id=uuid7(),
        invoice_id=invoice.invoice_id,
        amount=eur(paid),
        written_off=unless_zero(written_off),
        fee=unless_zero(fee),
    )
    return allocated(invoice, paid, "2026-04-20", allocations=[part])


def undone(told: PaymentAllocated) -> AllocationUndone:
    (part,) = told.allocations
    return AllocationUndone(
        allocation_id=part.allocation_id,
        payment_id=told.payment_id,
        invoice_id=part.invoice_id,
        customer_id=told.customer_id,
        amount=part.amount,
        reason="undone",
    )


async def accounts(billing: Served) -> dict[str, int]:
    rows = await billing.get("/ledger/trial-balance")
    return {row["account"]: row["balance"]["amount"] for row in rows}


async def agrees(billing: Served) -> bool:
    books = await billing.get("/ledger/reconciliation")
    return books["difference"]["amount"] == 0 and books["ledger_sum"]["amount"] == 0


async def test_a_small_difference_settles_the_invoice_on_an_account_of_its_own(
    billing: Served,
) -> None:
    """73.46 paid of 73.48: the invoice is settled and two cents are given up."""
    await register(billing, 1)
    (invoice,) = await run_quarter(billing)
    told = relieved(invoice, 7_346, written_off=2)
    await deliver(billing.service, HANDLERS, billing.creditor_id, told)
    (applied,) = [e for e in await emitted(billing.service) if isinstance(e, AllocationApplied)]
    assert (applied.amount, applied.receivable.status) == (eur(7_346), "settled")
    books = await accounts(billing)
    assert (books["small_differences"], books["unallocated"]) == (2, 7_346)
    assert await agrees(billing)


async def test_undoing_takes_the_difference_back_too(billing: Served) -> None:
    await register(billing, 1)
    (invoice,) = await run_quarter(billing)
    told = relieved(invoice, 7_346, written_off=2)
    await deliver(billing.service, HANDLERS, billing.creditor_id, told, undone(told))
    books = await accounts(billing)
    assert (books["small_differences"], books["unallocated"]) == (0, 0)
    assert books["receivable.principal"] == invoice.total.minor
    assert await agrees(billing)


async def test_a_fee_that_a_collector_kept_is_our_cost_and_not_the_debtors(
    billing: Served,
) -> None:
    await register(billing, 1)
    (invoice,) = await run_quarter(billing)
    told = relieved(invoice, 6_348, fee=1_000)
    await deliver(billing.service, HANDLERS, billing.creditor_id, told)
    shown = await billing.get(f"/invoices/{invoice.invoice_id}")
    assert shown["open_item"]["status"] == "settled"
    books = await accounts(billing)
    assert (books["collection_fees"], books["unallocated"]) == (1_000, 6_348)
    assert await agrees(billing)


async def test_nothing_is_given_up_beyond_what_is_open(billing: Served) -> None:
    """Money and difference stand or fall together."""
    await register(billing, 1)
    (invoice,) = await run_quarter(billing)
    told = relieved(invoice, 7_346, written_off=3)
    await deliver(billing.service, HANDLERS, billing.creditor_id, told)
    (rejected,) = [e for e in await emitted(billing.service) if isinstance(e, AllocationRejected)]
    assert rejected.reason == "exceeds_open"
    assert "small_differences" not in await accounts(billing)
