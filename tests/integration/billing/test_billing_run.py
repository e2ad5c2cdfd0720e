from __future__ import annotations

from collections import Counter
from typing import Any

import asyncpg
import pytest

from services.billing.consumers import HANDLERS
from shared.events.billing import (
    AllocationApplied,
    AllocationRejected,
    AllocationReversed,
    ChargeAdded,
    InvoiceIssued,
    RunChunkPlanned,
)
from shared.events.collections import ChargeImposed
from shared.events.payments import (
    Allocation,
    AllocationUndone,
    PaymentAllocated,
    PaymentReceived,
    PaymentReversed,
)
from shared.ids import uuid7
from shared.money import Money
from shared.references import is_payment_reference, is_rf_reference
from shared.testing.databases import TestDatabases
from shared.testing.events import deliver, emitted
from shared.testing.served import Served
from tests.factories.billing import (
    contract_body,
    customer_body,
    json_lines,
    reading_rows,
    tariff_body,
)

QUARTER = {"period_from": "2026-01-01", "period_to": "2026-03-31", "invoice_date": "2026-04-01"}


async def register(billing: Served, count: int) -> None:
    numbers = [f"{number:04}" for number in range(count)]
    await billing.post("/customers/import", **json_lines([customer_body(f"K{n}") for n in numbers]))
    await billing.post("/tariffs", json=tariff_body())
    await billing.post("/contracts/import", **json_lines([contract_body(n) for n in numbers]))
    readings = [row for n in numbers for row in reading_rows(n)]
    await billing.post("/meter-readings/import", **json_lines(readings))


async def work(billing: Served) -> None:
    """Do every chunk that is planned, in the worker's way; those done before change nothing."""
    for event in await emitted(billing.service):
        if isinstance(event, RunChunkPlanned):
            await deliver(billing.service, HANDLERS, billing.creditor_id, event)


async def run_quarter(billing: Served) -> list[InvoiceIssued]:
    run = await billing.post("/billing-runs", json=QUARTER)
    await work(billing)
    await billing.post(f"/billing-runs/{run['id']}/issue")
    await work(billing)
    return [e for e in await emitted(billing.service) if isinstance(e, InvoiceIssued)]


async def test_a_run_previews_checks_and_issues_gapless_numbers(billing: Served) -> None:
    await register(billing, 10)
    run = await billing.post("/billing-runs", json=QUARTER)
    assert (run["status"], run["chunks"]) == ("previewing", 3)
    await work(billing)
    run = await billing.get(f"/billing-runs/{run['id']}")
    assert run["status"] == "checked"
    assert run["drafts"] == [
        {"status": "ready", "count": 10, "total": {"amount": 73_480, "currency": "EUR"}}
    ]
    await billing.post(f"/billing-runs/{run['id']}/issue")
    await work(billing)
    assert (await billing.get(f"/billing-runs/{run['id']}"))["status"] == "issued"
    issued = [e for e in await emitted(billing.service) if isinstance(e, InvoiceIssued)]
    assert sorted(e.number for e in issued) == [f"2026{n:07}" for n in range(1, 11)]
    assert all(is_rf_reference(e.rf_reference) for e in issued)
    assert all(e.payment_reference and is_payment_reference(e.payment_reference) for e in issued)
    assert {str(e.due_on) for e in issued} == {"2026-04-22"}


async def test_a_bill_adds_up_line_by_line(billing: Served) -> None:
    await register(billing, 1)
    (issued,) = await run_quarter(billing)
    nets = {line.description: line.net.minor for line in issued.lines}
    # 90 of 365 days of 60.00 and of 100.00; 30 m3 of 1.00.
    assert nets == {"Vastrecht": 1479, "Drinkwater": 3000, "Rioolheffing gemeente": 2466}
    assert issued.vat.minor == 403  # 9% of 44.79
    assert issued.total.minor == 1479 + 3000 + 2466 + 403


async def test_a_check_holds_a_bill_until_a_person_decides(billing: Served) -> None:
    await register(billing, 3)
    high = {**QUARTER, "limits": {"usage_m3_max": 20}}
    run = await billing.post("/billing-runs", json=high)
    await work(billing)
    held = await billing.get(f"/billing-runs/{run['id']}/drafts?status=held")
    assert [f["check"] for d in held["items"] for f in d["findings"]] == ["usage_high"] * 3
    first, second = held["items"][0]["id"], held["items"][1]["id"]
    await billing.post(f"/billing-runs/{run['id']}/drafts/{first}/release")
    await billing.post(f"/billing-runs/{run['id']}/drafts/{second}/drop")
    await billing.post(f"/billing-runs/{run['id']}/issue")
    await work(billing)
    counts = (await billing.get(f"/billing-runs/{run['id']}"))["drafts"]
    assert {c["status"]: c["count"] for c in counts} == {"dropped": 1, "held": 1, "issued": 1}
    refused = await billing.call("POST", f"/billing-runs/{run['id']}/drafts/{first}/drop")
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")


async def test_a_period_is_never_billed_twice(billing: Served) -> None:
    await register(billing, 2)
    await run_quarter(billing)
    again = await billing.call("POST", "/billing-runs", json=QUARTER)
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_bill")


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def allocated(invoice: InvoiceIssued, minor: int, on: str, **changes: Any) -> PaymentAllocated:
    return PaymentAllocated.model_validate(
        {
            "payment_id": uuid7(),
            "customer_id": invoice.customer_id,
            "value_on": on,
            "source": "bank",
            "allocations": [
                Allocation(allocation_id=uuid7(), invoice_id=invoice.invoice_id, amount=eur(minor))
            ],
            "matched_by": "reference",
            **changes,
        }
    )


async def test_payments_settle_reject_and_reverse(billing: Served) -> None:
    await register(billing, 1)
    (invoice,) = await run_quarter(billing)
    part, too_much, rest = (allocated(invoice, minor, "2026-04-20") for minor in (5000, 5000, 2348))
    received = PaymentReceived.model_validate(
        {
            "payment_id": part.payment_id,
            "amount": eur(5000),
            "booked_on": "2026-04-20",
            "value_on": "2026-04-20",
            "source": "bank",
        }
    )
    # Allocated before received, and all twice: the order and the doubles change nothing.
    batch = await deliver(
        billing.service, HANDLERS, billing.creditor_id, part, received, too_much, rest
    )
    await deliver(billing.service, HANDLERS, billing.creditor_id, *batch)
    events = await emitted(billing.service)
    applied = [e for e in events if isinstance(e, AllocationApplied)]
    assert [(e.amount.minor, e.receivable.open.minor) for e in applied] == [(5000, 2348), (2348, 0)]
    assert [e.reason for e in events if isinstance(e, AllocationRejected)] == ["exceeds_open"]
    back = AllocationUndone(
        allocation_id=part.allocations[0].allocation_id,
        payment_id=part.payment_id,
        invoice_id=invoice.invoice_id,
        customer_id=invoice.customer_id,
        amount=eur(5000),
        reason="returned",
        return_code="MD06",
    )
    left = PaymentReversed.model_validate(
        {
            "payment_id": part.payment_id,
            "amount": eur(5000),
            "booked_on": "2026-05-11",
            "source": "direct_debit",
        }
    )
    await deliver(billing.service, HANDLERS, billing.creditor_id, back, left, back)
    (reversed_event,) = [
        e for e in await emitted(billing.service) if isinstance(e, AllocationReversed)
    ]
    assert reversed_event.receivable.due_on == invoice.due_on
    assert (reversed_event.receivable.open.minor, reversed_event.receivable.status) == (
        5000,
        "open",
    )
    books = await billing.get("/ledger/reconciliation")
    assert (books["difference"]["amount"], books["ledger_sum"]["amount"]) == (0, 0)
    assert (books["paid"]["amount"], books["open"]["amount"]) == (2348, 5000)
    accounts = {
        a["account"]: a["balance"]["amount"] for a in await billing.get("/ledger/trial-balance")
    }
    assert accounts["bank"] == 0
    assert accounts["receivable.principal"] == 5000
    assert sum(accounts.values()) == 0


async def test_charges_posted_late_take_their_place_before_the_payment(billing: Served) -> None:
    """BW 6:44: 100.00 paid on 20 October goes to costs 40.00, interest 0.78, principal 59.22."""
    await register(billing, 1)
    (invoice,) = await run_quarter(billing)
    open_before = invoice.total.minor
    pay = allocated(invoice, 5000, "2026-10-20")
    await deliver(billing.service, HANDLERS, billing.creditor_id, pay)
    charges = [
        ChargeImposed.model_validate(
            {
                "charge_id": uuid7(),
                "case_id": uuid7(),
                "invoice_id": invoice.invoice_id,
                "customer_id": invoice.customer_id,
                "kind": kind,
                "amount": eur(minor),
                "effective_on": on,
                "ground": "BW 6:96; BIK art. 2",
            }
        )
        for kind, minor, on in (("costs", 4000, "2026-10-07"), ("interest", 78, "2026-10-20"))
    ]
    await deliver(billing.service, HANDLERS, billing.creditor_id, *charges)
    last = [e for e in await emitted(billing.service) if isinstance(e, ChargeAdded)][-1].receivable
    assert (last.open_costs.minor, last.open_interest.minor) == (0, 0)
    assert last.open_principal.minor == open_before - (5000 - 4000 - 78)
    books = await billing.get("/ledger/reconciliation")
    assert (books["difference"]["amount"], books["ledger_sum"]["amount"]) == (0, 0)


async def test_an_allocation_taken_back_before_it_was_heard_of_is_never_applied(
    billing: Served,
) -> None:
    """Its own event may come out of the dead letters long after; the money is elsewhere by then."""
    await register(billing, 1)
    (invoice,) = await run_quarter(billing)
    late = allocated(invoice, 5000, "2026-04-20")
    back = AllocationUndone(
        allocation_id=late.allocations[0].allocation_id,
        payment_id=late.payment_id,
        invoice_id=invoice.invoice_id,
        customer_id=invoice.customer_id,
        amount=eur(5000),
        reason="undone",
    )
    for event in (back, late, back):
        await deliver(billing.service, HANDLERS, billing.creditor_id, event)
    told = [type(event) for event in await emitted(billing.service)]
    assert not {AllocationApplied, AllocationReversed} & set(told)
    balance = await billing.get(f"/customers/{invoice.customer_id}/balance")
    assert balance["open"]["amount"] == invoice.total.minor
    books = await billing.get("/ledger/reconciliation")
    assert (books["difference"]["amount"], books["ledger_sum"]["amount"]) == (0, 0)


async def test_a_credit_note_on_a_paid_bill_leaves_the_customer_in_credit(billing: Served) -> None:
    await register(billing, 1)
    (invoice,) = await run_quarter(billing)
    total = invoice.total.minor
    await deliver(
        billing.service, HANDLERS, billing.creditor_id, allocated(invoice, total, "2026-04-20")
    )
    note = await billing.post(
        f"/invoices/{invoice.invoice_id}/credit",
        json={"amount": {"amount": 1000, "currency": "EUR"}, "reason": "reading corrected"},
    )
    assert (note["kind"], note["number"]) == ("credit_note", "C20260000001")
    balance = await billing.get(f"/customers/{invoice.customer_id}/balance")
    assert (balance["open"]["amount"], balance["surplus"]["amount"]) == (0, 1000)
    too_much = await billing.call(
        "POST",
        f"/invoices/{invoice.invoice_id}/credit",
        json={"amount": {"amount": total, "currency": "EUR"}, "reason": "again"},
    )
    assert too_much.status_code == 409
    books = await billing.get("/ledger/reconciliation")
    assert (books["difference"]["amount"], books["ledger_sum"]["amount"]) == (0, 0)


async def test_a_bill_credited_in_small_parts_leaves_no_tax_and_no_levy_behind(
    billing: Served,
) -> None:
    """Each credit note shares out what is left, so that rounding never adds up."""
    await register(billing, 1)
    (invoice,) = await run_quarter(billing)
    left = invoice.total.minor
    while left:
        part = min(left, 611)
        await billing.post(
            f"/invoices/{invoice.invoice_id}/credit",
            json={"amount": {"amount": part, "currency": "EUR"}, "reason": "reading corrected"},
        )
        left -= part
        taken = {row["account"]: row for row in await billing.get("/ledger/trial-balance")}
        for account in ("revenue", "vat_payable", "levy_payable"):
            assert taken[account]["balance"]["amount"] <= 0, account
    assert {row["balance"]["amount"] for row in taken.values()} == {0}
    more = await billing.call(
        "POST",
        f"/invoices/{invoice.invoice_id}/credit",
        json={"amount": {"amount": 1, "currency": "EUR"}, "reason": "again"},
    )
    assert more.status_code == 409


async def test_a_write_off_closes_the_item_and_books_the_loss(billing: Served) -> None:
    await register(billing, 1)
    (invoice,) = await run_quarter(billing)
    path = f"/invoices/{invoice.invoice_id}/write-off"
    shown = await billing.post(path, json={"reason": "debt relief ended"})
    assert shown["open_item"]["status"] == "written_off"
    again = await billing.call("POST", path, json={"reason": "debt relief ended"})
    assert again.status_code == 409
    accounts = Counter()
    for account in await billing.get("/ledger/trial-balance"):
        accounts[account["account"]] = account["balance"]["amount"]
    assert accounts["write_off"] == invoice.total.minor


async def test_the_database_refuses_an_entry_that_does_not_balance(
    billing: Served, databases: TestDatabases, database: str
) -> None:
    await register(billing, 1)
    await run_quarter(billing)
    connection = await asyncpg.connect(databases.url(database))
    try:
        entry = await connection.fetchval("SELECT id FROM billing.ledger_entries LIMIT 1")
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(
                "INSERT INTO billing.ledger_postings"
                " (creditor_id, entry_id, account, amount_minor, currency)"
                " VALUES ($1, $2, 'bank', 1, 'EUR')",
                billing.creditor_id,
                entry,
            )
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await connection.execute("UPDATE billing.ledger_postings SET amount_minor = 0")
    finally:
        await connection.close()
