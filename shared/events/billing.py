"""What billing tells: creditors, customers, invoices, and the truth about every open balance."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from shared.events.envelope import Event, Fact
from shared.events.topics import CUSTOMERS, INVOICES, RUNS
from shared.money import Money

CollectionMethod = Literal["direct_debit", "transfer"]
ReceivableStatus = Literal["open", "settled", "credited", "written_off"]


class Address(Fact):
    """A structured address (SEPA refuses unstructured ones since 15 November 2026)."""

    street: str
    house_number: str
    postcode: str
    city: str
    country: str


class CreditorChanged(Event, type="billing.creditor.changed.v1", topic=CUSTOMERS.name):
    """The whole present state of a creditor: the administration whose money it is."""

    creditor_id: UUID
    version: int
    name: str
    jurisdiction: Literal["NL", "DE", "PL"]
    currency: str
    time_zone: str
    language: str
    iban: str
    sepa_creditor_id: str | None = None
    email: str
    phone: str
    website: str
    address: Address

    @property
    def key(self) -> UUID:
        return self.creditor_id


class CustomerChanged(Event, type="billing.customer.changed.v1", topic=CUSTOMERS.name):
    """The whole present state of a customer. The only event with personal data in it."""

    customer_id: UUID
    version: int
    number: str
    kind: Literal["consumer", "business"]
    name: str
    language: str
    email: str | None = None
    phone: str | None = None
    address: Address
    # Set when the person asked to be forgotten: the other fields are blank then, and every
    # reader destroys its key for this customer.
    erased: bool = False


class Receivable(Fact):
    """An invoice's balance after the event. The highest `version` is the newest truth."""

    invoice_id: UUID
    version: int
    status: ReceivableStatus
    due_on: date
    open_principal: Money
    open_costs: Money
    open_interest: Money
    # What was paid beyond all that is owed, because a credit note came after the payment.
    surplus: Money | None = None

    @property
    def open(self) -> Money:
        return self.open_principal + self.open_costs + self.open_interest


class InvoiceLine(Fact):
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    net: Money
    vat_rate: Decimal
    vat: Money
    # A municipal levy travels on the bill and belongs to the municipality.
    levy: bool = False


class InvoiceIssued(Event, type="billing.invoice.issued.v1", topic=INVOICES.name):
    invoice_id: UUID
    customer_id: UUID
    contract_id: UUID
    run_id: UUID | None = None
    number: str
    issued_on: date
    due_on: date
    period_from: date
    period_to: date
    lines: tuple[InvoiceLine, ...]
    net: Money
    vat: Money
    total: Money
    rf_reference: str
    # The 16-digit betalingskenmerk; only a Dutch invoice has one.
    payment_reference: str | None = None
    collection: CollectionMethod
    receivable: Receivable


class InvoiceCredited(Event, type="billing.invoice.credited.v1", topic=INVOICES.name):
    credit_note_id: UUID
    number: str
    invoice_id: UUID
    invoice_number: str
    customer_id: UUID
    issued_on: date
    amount: Money
    reason: str
    receivable: Receivable


class AllocationApplied(Event, type="billing.allocation.applied.v1", topic=INVOICES.name):
    """A payment landed on an invoice, in the order of BW 6:44: costs, interest, principal."""

    allocation_id: UUID
    payment_id: UUID
    invoice_id: UUID
    customer_id: UUID
    amount: Money
    value_on: date
    receivable: Receivable


class AllocationRejected(Event, type="billing.allocation.rejected.v1", topic=INVOICES.name):
    """Billing judged otherwise: the payment goes back to the queue."""

    allocation_id: UUID
    payment_id: UUID
    invoice_id: UUID
    customer_id: UUID
    amount: Money
    reason: Literal["unknown_invoice", "exceeds_open", "wrong_currency", "wrong_customer"]


class AllocationReversed(Event, type="billing.allocation.reversed.v1", topic=INVOICES.name):
    """An allocation was undone by counter-entry; the original due date holds again."""

    allocation_id: UUID
    payment_id: UUID
    invoice_id: UUID
    customer_id: UUID
    amount: Money
    reason: Literal["returned", "undone"]
    return_code: str | None = None
    receivable: Receivable


class ChargeAdded(Event, type="billing.charge.added.v1", topic=INVOICES.name):
    charge_id: UUID
    invoice_id: UUID
    customer_id: UUID
    kind: Literal["costs", "interest"]
    amount: Money
    effective_on: date
    receivable: Receivable


class ChargeRejected(Event, type="billing.charge.rejected.v1", topic=INVOICES.name):
    charge_id: UUID
    invoice_id: UUID
    customer_id: UUID
    kind: Literal["costs", "interest"]
    amount: Money
    reason: Literal["unknown_invoice", "credited", "wrong_currency", "wrong_customer"]


class RefundReclaimed(Event, type="billing.refund.reclaimed.v1", topic=INVOICES.name):
    """A payment was refunded and then left the account again: the customer owes the refund.

    It is owed on the invoice the payment was collected for, with its original due date.
    """

    reclaim_id: UUID
    payment_id: UUID
    invoice_id: UUID
    customer_id: UUID
    amount: Money
    effective_on: date
    receivable: Receivable


class InvoiceWrittenOff(Event, type="billing.invoice.written_off.v1", topic=INVOICES.name):
    write_off_id: UUID
    invoice_id: UUID
    customer_id: UUID
    amount: Money
    reason: str
    receivable: Receivable


class RunChunkPlanned(Event, type="billing.run.chunk_planned.v1", topic=RUNS.name):
    """A piece of a billing run for any worker to take: its contracts, by number range."""

    run_id: UUID
    chunk_id: UUID
    step: Literal["preview", "issue"]
    first_contract_id: UUID
    last_contract_id: UUID

    @property
    def key(self) -> UUID:
        return self.chunk_id
