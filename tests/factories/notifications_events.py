"""The events notifications reads, with generated names and figures that add up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.events.billing import (
    Address,
    CreditorChanged,
    CustomerChanged,
    InvoiceCredited,
    InvoiceIssued,
    InvoiceLine,
    Receivable,
)
from shared.events.collections import ClaimItem, MessageRequested
from shared.events.payments import LinkIssued, MandateChanged
from shared.ids import uuid7
from shared.money import Money
from shared.references import make_payment_reference, make_rf_reference

ADDRESS = Address(
    street="Dorpsstraat", house_number="12", postcode="1234 AB", city="Voorbeeldstad", country="NL"
)
NO_ADDRESS = Address(street="", house_number="", postcode="", city="", country="")
ISSUED_ON, DUE_ON = date(2026, 4, 1), date(2026, 4, 22)


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


def a_creditor(creditor_id: UUID, **changes: Any) -> CreditorChanged:
    values: dict[str, Any] = {
        "creditor_id": creditor_id,
        "version": 1,
        "name": "Waterbedrijf Voorbeeld",
        "jurisdiction": "NL",
        "currency": "EUR",
        "time_zone": "Europe/Amsterdam",
        "language": "nl",
        "iban": "NL91ABNA0417164300",
        "sepa_creditor_id": "NL69ZZZ123456780000",
        "email": "debiteuren@waterbedrijf.example",
        "phone": "+31 30 123 45 67",
        "website": "https://waterbedrijf.example",
        "address": ADDRESS,
    }
    return CreditorChanged.model_validate(values | changes)


def a_customer(customer_id: UUID, **changes: Any) -> CustomerChanged:
    values: dict[str, Any] = {
        "customer_id": customer_id,
        "version": 1,
        "number": "K100001",
        "kind": "consumer",
        "name": "Anne Voorbeeld",
        "language": "nl",
        "email": "anne@post.example",
        "address": ADDRESS,
    }
    return CustomerChanged.model_validate(values | changes)


def an_erased_customer(customer_id: UUID, version: int = 2) -> CustomerChanged:
    return a_customer(
        customer_id, version=version, name="", email=None, address=NO_ADDRESS, erased=True
    )


def lines() -> tuple[InvoiceLine, ...]:
    """Water 54.50 with 9% VAT of 4.91 and a levy of 10.00: together 69.41."""
    return (
        InvoiceLine(
            description="Drinkwater",
            quantity=Decimal("20.000"),
            unit="m3",
            unit_price=Decimal("1.725"),
            net=eur("34.50"),
            vat_rate=Decimal("0.09"),
            vat=eur("3.11"),
        ),
        InvoiceLine(
            description="Vastrecht",
            quantity=Decimal("0.250"),
            unit="year",
            unit_price=Decimal("80.00"),
            net=eur("20.00"),
            vat_rate=Decimal("0.09"),
            vat=eur("1.80"),
        ),
        InvoiceLine(
            description="Rioolheffing",
            quantity=Decimal("0.250"),
            unit="year",
            unit_price=Decimal("40.00"),
            net=eur("10.00"),
            vat_rate=Decimal(0),
            vat=eur("0.00"),
            levy=True,
        ),
    )


def a_receivable(invoice_id: UUID, open_principal: Money, version: int = 1) -> Receivable:
    return Receivable(
        invoice_id=invoice_id,
        version=version,
        status="open" if open_principal else "credited",
        due_on=DUE_ON,
        open_principal=open_principal,
        open_costs=eur("0.00"),
        open_interest=eur("0.00"),
    )


def an_invoice(customer_id: UUID, count: int = 1, **changes: Any) -> InvoiceIssued:
    invoice_id = changes.pop("invoice_id", None) or uuid7()
    number = f"2026{count:07}"
    values: dict[str, Any] = {
        "invoice_id": invoice_id,
        "customer_id": customer_id,
        "contract_id": uuid7(),
        "number": number,
        "issued_on": ISSUED_ON,
        "due_on": DUE_ON,
        "period_from": date(2026, 1, 1),
        "period_to": date(2026, 3, 31),
        "lines": lines(),
        "net": eur("64.50"),
        "vat": eur("4.91"),
        "total": eur("69.41"),
        "rf_reference": make_rf_reference(number),
        "payment_reference": make_payment_reference(int(number)),
        "collection": "transfer",
        "receivable": a_receivable(invoice_id, eur("69.41")),
    }
    return InvoiceIssued.model_validate(values | changes)


def a_credit_note(invoice: InvoiceIssued, amount: Money) -> InvoiceCredited:
    return InvoiceCredited(
        credit_note_id=uuid7(),
        number="C20260000001",
        invoice_id=invoice.invoice_id,
        invoice_number=invoice.number,
        customer_id=invoice.customer_id,
        issued_on=date(2026, 4, 3),
        amount=amount,
        reason="De meterstand klopte niet.",
        receivable=a_receivable(invoice.invoice_id, invoice.total - amount, version=2),
    )


def a_link(invoice: InvoiceIssued) -> LinkIssued:
    return LinkIssued(
        invoice_id=invoice.invoice_id,
        customer_id=invoice.customer_id,
        url=f"https://betalen.example/p/{invoice.invoice_id.hex[-12:]}",
        balance_url=f"https://betalen.example/p/{invoice.customer_id.hex[-12:]}",
    )


def a_mandate(customer_id: UUID, **changes: Any) -> MandateChanged:
    values: dict[str, Any] = {
        "mandate_id": uuid7(),
        "customer_id": customer_id,
        "reference": "M-2026-000077",
        "status": "active",
    }
    return MandateChanged.model_validate(values | changes)


def a_claim(invoice: InvoiceIssued) -> ClaimItem:
    return ClaimItem(
        invoice_id=invoice.invoice_id,
        number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        open_principal=invoice.total,
        open_costs=eur("0.00"),
        open_interest=eur("0.00"),
        rf_reference=invoice.rf_reference,
        payment_reference=invoice.payment_reference,
    )


def a_request(customer_id: UUID, template: str, **changes: Any) -> MessageRequested:
    items: tuple[ClaimItem, ...] = changes.get("items", ())
    total = Money.total((item.open_principal for item in items), "EUR")
    values: dict[str, Any] = {
        "message_id": uuid7(),
        "cause_id": uuid7(),
        "customer_id": customer_id,
        "case_id": uuid7(),
        "template": template,
        "requested_on": date(2026, 4, 29),
        "total_open": total,
    }
    return MessageRequested.model_validate(values | changes)
