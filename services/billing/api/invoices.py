"""Invoices, their open items, credit notes and write-offs; a customer's balance; the ledger."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from services.billing import repository
from services.billing.models import Invoice, Receivable
from services.billing.use_cases.credit_invoice import CreditInvoice, credit_invoice
from services.billing.use_cases.write_off import write_off
from shared.auth import requires
from shared.events.billing import InvoiceLine
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.money import Money
from shared.service import Service

invoices = noun_router("/invoices", "invoices")
balances = noun_router("/customers", "customers")
ledger = noun_router("/ledger", "ledger")
ROUTERS: tuple[APIRouter, ...] = (invoices, balances, ledger)


class OpenItemShown(BaseModel):
    invoice_id: UUID
    version: int
    status: str
    due_on: date
    open_principal: Money
    open_costs: Money
    open_interest: Money
    open: Money
    surplus: Money


class InvoiceShown(BaseModel):
    id: UUID
    kind: str
    number: str
    customer_id: UUID
    contract_id: UUID
    run_id: UUID | None
    issued_on: date
    due_on: date
    period_from: date
    period_to: date
    net: Money
    vat: Money
    total: Money
    lines: list[InvoiceLine]
    rf_reference: str
    payment_reference: str | None
    collection: str
    credited_invoice_id: UUID | None
    reason: str | None
    # Null for a credit note: it has no open item of its own.
    open_item: OpenItemShown | None


class CreditBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"amount": {"amount": 1250, "currency": "EUR"}, "reason": "reading corrected"}
            ]
        },
    )

    amount: Money | None = Field(None, description="all of the invoice when left out")
    reason: Annotated[str, Field(min_length=3, max_length=200)]


class WriteOffBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "debt relief ended"}]}
    )

    reason: Annotated[str, Field(min_length=3, max_length=200)]


class BalanceShown(BaseModel):
    customer_id: UUID
    open: Money
    surplus: Money
    items: list[OpenItemShown]


class AccountShown(BaseModel):
    account: str
    debit: Money
    credit: Money
    balance: Money


class ReconciliationShown(BaseModel):
    """Billed, charged and reclaimed = paid + differences + fees + credited + written off + open
    - surplus."""

    invoices: int
    billed: Money
    costs: Money
    interest: Money
    reclaimed: Money = Field(description="refunds of payments that then left by themselves")
    paid: Money
    small_differences: Money = Field(description="given up beside payments")
    collection_fees: Money = Field(description="withheld by collectors from what they paid")
    credited: Money
    written_off: Money
    open: Money
    open_items: int
    surplus: Money
    difference: Money
    ledger_sum: Money


@invoices.get("", dependencies=[requires("billing:read")])
async def list_invoices(
    session: Reading,
    paging: PageOf,
    customer_id: UUID | None = None,
    number: str | None = None,
    status: Literal["open", "settled", "credited", "written_off"] | None = None,
) -> Page[InvoiceShown]:
    rows = await repository.invoices(
        session, paging, customer_id=customer_id, number=number, status=status
    )
    items = await repository.receivables_by_id(session, [row.id for row in rows])
    return paging.page(rows, lambda row: _shown(row, items.get(row.id)), lambda row: (row.id,))


@invoices.get("/{invoice_id}", dependencies=[requires("billing:read")])
async def get_invoice(session: Reading, invoice_id: UUID) -> InvoiceShown:
    row = await repository.invoice(session, invoice_id)
    items = await repository.receivables_by_id(session, [invoice_id])
    return _shown(row, items.get(invoice_id))


@invoices.post("/{invoice_id}/credit", status_code=201, dependencies=[requires("billing:write")])
async def credit(
    request: Request, session: Writing, invoice_id: UUID, body: CreditBody
) -> InvoiceShown:
    """Issue a credit note over the invoice, whole or in part."""
    service: Service = request.app.state.service
    command = CreditInvoice(invoice_id, body.amount, body.reason)
    return _shown(await credit_invoice(session, command, clock=service.clock), None)


@invoices.post("/{invoice_id}/write-off", dependencies=[requires("billing:approve")])
async def write_off_invoice(
    request: Request, session: Writing, invoice_id: UUID, body: WriteOffBody
) -> InvoiceShown:
    """Give up what is open of the invoice."""
    service: Service = request.app.state.service
    row = await write_off(session, invoice_id, body.reason, clock=service.clock)
    items = await repository.receivables_by_id(session, [invoice_id])
    return _shown(row, items.get(invoice_id))


@balances.get("/{customer_id}/balance", dependencies=[requires("billing:read")])
async def get_balance(session: Reading, customer_id: UUID) -> BalanceShown:
    currency = (await repository.known_creditor(session)).currency
    rows = await repository.customer_receivables(session, customer_id)
    shown = [_item_shown(row) for row in rows]
    return BalanceShown(
        customer_id=customer_id,
        open=Money.total((item.open for item in shown), currency),
        surplus=Money.total((item.surplus for item in shown), currency),
        items=shown,
    )


@ledger.get("/trial-balance", dependencies=[requires("billing:read")])
async def get_trial_balance(session: Reading) -> list[AccountShown]:
    """Every account's debit, credit and balance; the balances sum to zero."""
    return [
        AccountShown(
            account=account,
            debit=Money(debit, currency),
            credit=Money(credit, currency),
            balance=Money(balance, currency),
        )
        for account, currency, debit, credit, balance in await repository.trial_balance(session)
    ]


@ledger.get("/reconciliation", dependencies=[requires("billing:read")])
async def reconcile(session: Reading) -> ReconciliationShown:
    currency = (await repository.known_creditor(session)).currency
    sums = await repository.totals(session)
    ledger_sum = sum(row[4] for row in await repository.trial_balance(session))
    owed = sums["billed"] + sums["costs"] + sums["interest"] + sums["reclaimed"]
    gone = sum(
        sums[name]
        for name in ("paid", "small_differences", "collection_fees", "credited", "written_off")
    )
    money = {
        name: Money(sums[name], currency)
        for name in (
            "billed",
            "costs",
            "interest",
            "reclaimed",
            "paid",
            "small_differences",
            "collection_fees",
            "credited",
            "written_off",
            "open",
            "surplus",
        )
    }
    return ReconciliationShown(
        invoices=sums["invoices"],
        open_items=sums["items"],
        difference=Money(owed - gone - sums["open"] + sums["surplus"], currency),
        ledger_sum=Money(ledger_sum, currency),
        **money,
    )


def _item_shown(row: Receivable) -> OpenItemShown:
    principal = Money(row.open_principal_minor, row.currency)
    costs = Money(row.open_costs_minor, row.currency)
    interest = Money(row.open_interest_minor, row.currency)
    return OpenItemShown(
        invoice_id=row.id,
        version=row.version,
        status=row.status,
        due_on=row.due_on,
        open_principal=principal,
        open_costs=costs,
        open_interest=interest,
        open=principal + costs + interest,
        surplus=Money(row.surplus_minor, row.currency),
    )


def _shown(row: Invoice, item: Receivable | None) -> InvoiceShown:
    return InvoiceShown(
        id=row.id,
        kind=row.kind,
        number=row.number,
        customer_id=row.customer_id,
        contract_id=row.contract_id,
        run_id=row.run_id,
        issued_on=row.issued_on,
        due_on=row.due_on,
        period_from=row.period_from,
        period_to=row.period_to,
        net=Money(row.net_minor, row.currency),
        vat=Money(row.vat_minor, row.currency),
        total=Money(row.total_minor, row.currency),
        lines=[InvoiceLine.model_validate(line) for line in row.lines],
        rf_reference=row.rf_reference,
        payment_reference=row.payment_reference,
        collection=row.collection,
        credited_invoice_id=row.credited_invoice_id,
        reason=row.reason,
        open_item=_item_shown(item) if item else None,
    )
