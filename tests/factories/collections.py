"""What collections' tests are told by billing, payments and notifications."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from shared.events.billing import (
    Address,
    CreditorChanged,
    CustomerChanged,
    InvoiceIssued,
    Receivable,
)
from shared.money import Money

ADDRESS = Address(
    street="Dorpsstraat",
    house_number="12",
    postcode="1234 AB",
    city="Voorbeeldstad",
    country="NL",
)


def euro(minor: int) -> Money:
    return Money(minor, "EUR")


def creditor_changed(creditor_id: UUID, **changes: Any) -> CreditorChanged:
    return CreditorChanged.model_validate(
        {
            "creditor_id": creditor_id,
            "version": 1,
            "name": "Waterbedrijf Voorbeeld",
            "jurisdiction": "NL",
            "currency": "EUR",
            "time_zone": "Europe/Amsterdam",
            "language": "nl",
            "iban": "NL91ABNA0417164300",
            "email": "debiteuren@waterbedrijf.example",
            "phone": "+31 30 123 45 67",
            "website": "https://waterbedrijf.example",
            "address": ADDRESS,
            **changes,
        }
    )


def customer_changed(customer_id: UUID, number: str = "K1", **changes: Any) -> CustomerChanged:
    return CustomerChanged.model_validate(
        {
            "customer_id": customer_id,
            "version": 1,
            "number": number,
            "kind": "consumer",
            "name": f"A. Voorbeeld {number}",
            "language": "nl",
            "email": f"{number.lower()}@example.org",
            "phone": "+31 6 12 34 56 78",
            "address": ADDRESS,
            **changes,
        }
    )


def receivable(
    invoice_id: UUID,
    principal: int,
    due_on: date,
    *,
    version: int = 1,
    costs: int = 0,
    interest: int = 0,
    status: str | None = None,
) -> Receivable:
    is_open = principal + costs + interest > 0
    return Receivable.model_validate(
        {
            "invoice_id": invoice_id,
            "version": version,
            "status": status or ("open" if is_open else "settled"),
            "due_on": due_on,
            "open_principal": euro(principal),
            "open_costs": euro(costs),
            "open_interest": euro(interest),
        }
    )


def invoice_issued(
    invoice_id: UUID,
    customer_id: UUID,
    total: int,
    due_on: date,
    *,
    number: str = "F1",
    **changes: Any,
) -> InvoiceIssued:
    issued_on = due_on - timedelta(days=21)
    return InvoiceIssued.model_validate(
        {
            "invoice_id": invoice_id,
            "customer_id": customer_id,
            "contract_id": customer_id,
            "number": number,
            "issued_on": issued_on,
            "due_on": due_on,
            "period_from": issued_on,
            "period_to": due_on,
            "lines": (),
            "net": euro(total),
            "vat": euro(0),
            "total": euro(total),
            "rf_reference": "RF18539007547034",
            "payment_reference": None,
            "collection": "transfer",
            "receivable": receivable(invoice_id, total, due_on),
            **changes,
        }
    )
