"""Issue what a run has ready: gapless numbers, ledger entries, open items and events, at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.billing import repository
from services.billing.domain.ledger import Entry, Parts, issue_legs
from services.billing.domain.numbering import Numbered, invoice_number
from services.billing.domain.run import draft_after, run_after
from services.billing.models import (
    BillingRun,
    Contract,
    Creditor,
    DraftInvoice,
    Invoice,
    Receivable,
)
from services.billing.use_cases.plan_run import send_chunks
from services.billing.use_cases.post_entries import post_entries
from shared import outbox
from shared.bulk import insert_rows, update_rows
from shared.clock import Clock
from shared.db import WriteSession
from shared.events.billing import InvoiceIssued, InvoiceLine, RunChunkPlanned
from shared.events.billing import Receivable as ReceivableTold
from shared.events.envelope import Received
from shared.ids import uuid7
from shared.money import Money
from shared.rows import rows_of


async def start_issuing(session: WriteSession, run_id: UUID) -> BillingRun:
    """Hand the run's chunks out for issuing; drafts still held stay behind."""
    run = await repository.lock_run(session, run_id)
    run.status = run_after(run.status, "issue")
    run.version += 1
    await repository.reopen_chunks(session, run_id)
    await send_chunks(session, run_id, "issue")
    return run


async def issue_chunk(
    session: WriteSession, received: Received[RunChunkPlanned], *, clock: Clock
) -> None:
    chunk = received.event
    run = await repository.run(session, chunk.run_id)
    if run.status != "issuing":
        return
    drafts = await repository.lock_ready_drafts(session, chunk.chunk_id)
    if drafts:
        await _issue(session, run, drafts, received, clock)
    await repository.mark_chunk(session, chunk.chunk_id, "issued_at", clock.now())
    run = await repository.lock_run(session, chunk.run_id)
    if run.status == "issuing" and not await repository.unfinished_chunks(
        session, run.id, "issued_at"
    ):
        run.status = run_after(run.status, "finish_issue")
        run.version += 1


async def _issue(
    session: WriteSession,
    run: BillingRun,
    drafts: Sequence[DraftInvoice],
    received: Received[RunChunkPlanned],
    clock: Clock,
) -> None:
    creditor = await repository.known_creditor(session)
    contracts = await repository.contracts_by_id(session, [d.contract_id for d in drafts])
    year = run.invoice_date.year
    first = await repository.take_numbers(session, str(year), len(drafts))
    invoices = [
        _invoice_row(
            run,
            draft,
            contracts[draft.contract_id],
            invoice_number(year, first + place, jurisdiction=creditor.jurisdiction),
        )
        for place, draft in enumerate(drafts)
    ]
    await insert_rows(session, rows_of(Invoice), invoices)
    await insert_rows(session, rows_of(Receivable), [receivable_row(row) for row in invoices])
    await post_entries(session, [issue_entry(row) for row in invoices], clock=clock)
    await update_rows(
        session,
        rows_of(DraftInvoice),
        [{"id": d.id, "status": draft_after(d.status, "issue")} for d in drafts],
    )
    for row in invoices:
        outbox.add(session, invoice_issued(row, creditor), cause=received)


def _invoice_row(
    run: BillingRun, draft: DraftInvoice, contract: Contract, numbered: Numbered
) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "creditor_id": draft.creditor_id,
        "customer_id": draft.customer_id,
        "contract_id": draft.contract_id,
        "run_id": run.id,
        "kind": "invoice",
        "number": numbered.number,
        "issued_on": run.invoice_date,
        "due_on": run.due_on,
        "period_from": draft.period_from,
        "period_to": draft.period_to,
        "currency": draft.currency,
        "net_minor": draft.net_minor,
        "vat_minor": draft.vat_minor,
        "total_minor": draft.total_minor,
        "lines": draft.lines,
        "rf_reference": numbered.rf_reference,
        "payment_reference": numbered.payment_reference,
        "collection": contract.collection,
        "credited_invoice_id": None,
        "reason": None,
    }


def receivable_row(invoice: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": invoice["id"],
        "creditor_id": invoice["creditor_id"],
        "customer_id": invoice["customer_id"],
        "version": 1,
        "status": "open",
        "due_on": invoice["due_on"],
        "currency": invoice["currency"],
        "principal_minor": invoice["total_minor"],
        "open_principal_minor": invoice["total_minor"],
        "open_costs_minor": 0,
        "open_interest_minor": 0,
        "surplus_minor": 0,
    }


def parts_of(lines: Sequence[dict[str, Any]]) -> Parts:
    """Net revenue, VAT and municipal levy of an invoice's lines."""
    levy = sum(line["net"]["amount"] for line in lines if line["levy"])
    net = sum(line["net"]["amount"] for line in lines) - levy
    return Parts(net=net, vat=sum(line["vat"]["amount"] for line in lines), levy=levy)


def issue_entry(invoice: dict[str, Any]) -> Entry:
    legs = issue_legs(parts_of(invoice["lines"]), invoice["customer_id"], invoice["id"])
    return Entry("issued", invoice["id"], invoice["issued_on"], invoice["currency"], legs)


def invoice_issued(row: dict[str, Any], creditor: Creditor) -> InvoiceIssued:
    currency = creditor.currency
    zero = Money.zero(currency)
    total = Money(row["total_minor"], currency)
    return InvoiceIssued(
        invoice_id=row["id"],
        customer_id=row["customer_id"],
        contract_id=row["contract_id"],
        run_id=row["run_id"],
        number=row["number"],
        issued_on=row["issued_on"],
        due_on=row["due_on"],
        period_from=row["period_from"],
        period_to=row["period_to"],
        lines=tuple(InvoiceLine.model_validate(line) for line in row["lines"]),
        net=Money(row["net_minor"], currency),
        vat=Money(row["vat_minor"], currency),
        total=total,
        rf_reference=row["rf_reference"],
        payment_reference=row["payment_reference"],
        collection=row["collection"],
        receivable=ReceivableTold(
            invoice_id=row["id"],
            version=1,
            status="open",
            due_on=row["due_on"],
            open_principal=total,
            open_costs=zero,
            open_interest=zero,
        ),
    )
