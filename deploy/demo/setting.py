"""The setting of the story: a creditor, its prices, its customers, and the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import holidays

from deploy.demo.calls import Calls
from deploy.demo.people import Person

FIRST_DAY = date(2026, 4, 1)
PERIOD = {"period_from": "2026-01-01", "period_to": "2026-03-31", "invoice_date": "2026-04-01"}
CREDITOR_IBAN = "NL91ABNA0417164300"

CREDITOR: dict[str, Any] = {
    "name": "Waterbedrijf Voorbeeld",
    "jurisdiction": "NL",
    "currency": "EUR",
    "time_zone": "Europe/Amsterdam",
    "language": "nl",
    "iban": CREDITOR_IBAN,
    "sepa_creditor_id": "NL69ZZZ123456780000",
    "email": "debiteuren@waterbedrijf.example",
    "phone": "030 123 45 67",
    "website": "https://waterbedrijf.example",
    "address": {
        "street": "Waterweg",
        "house_number": "1",
        "postcode": "3511 AA",
        "city": "Utrecht",
        "country": "NL",
    },
    "payment_term_days": 21,
}

TARIFF: dict[str, Any] = {
    "code": "HUISHOUDEN",
    "valid_from": "2026-01-01",
    "name": "Drinkwater huishouden",
    "components": [
        {
            "code": "V",
            "description": "Vastrecht",
            "kind": "standing",
            "unit_price": "71.15",
            "vat_rate": "0.09",
        },
        {
            "code": "W",
            "description": "Drinkwater",
            "kind": "usage",
            "unit_price": "1.62",
            "vat_rate": "0.09",
        },
        {
            "code": "B",
            "description": "Belasting op leidingwater",
            "kind": "tax",
            "unit_price": "0.425",
            "vat_rate": "0.09",
            "cap_m3_per_year": 50000,
        },
        {
            "code": "R",
            "description": "Rioolheffing gemeente",
            "kind": "levy",
            "unit_price": "96.00",
            "vat_rate": "0",
        },
    ],
}


def business_days(first: date, count: int) -> list[date]:
    """`count` days on which Dutch offices and banks work."""
    closed = holidays.country_holidays("NL", years=range(first.year, first.year + 2))
    days: list[date] = []
    day = first
    while len(days) < count:
        if day.weekday() < 5 and day not in closed:
            days.append(day)
        day += timedelta(days=1)
    return days


async def register(calls: Calls, people: Sequence[Person]) -> None:
    """Everything a creditor brings along before the first bill."""
    await calls.put("billing", f"/creditors/{calls.creditor_id}", CREDITOR)
    await calls.post("billing", "/tariffs", TARIFF)
    await calls.lines("billing", "/customers/import", [customer(person) for person in people])
    await calls.lines("billing", "/contracts/import", [contract(person) for person in people])
    await calls.lines(
        "billing", "/meter-readings/import", [row for person in people for row in readings(person)]
    )


async def register_mandates(calls: Calls, people: Sequence[Person]) -> None:
    """Two in three have signed a mandate. Payments must have heard of the customers by now."""
    rows = [
        {
            "customer_number": person.number,
            "iban": person.iban,
            "account_holder": person.name,
            "signed_on": "2025-06-01",
        }
        for person in people
        if person.direct_debit
    ]
    await calls.lines("payments", "/mandates/import", rows)


def customer(person: Person) -> dict[str, Any]:
    return {
        "number": person.number,
        "kind": "consumer",
        "language": person.language,
        "name": person.name,
        "email": person.email,
        "phone": None,
        "address": {
            "street": person.street,
            "house_number": person.house_number,
            "postcode": person.postcode,
            "city": person.city,
            "country": "NL",
        },
    }


def contract(person: Person) -> dict[str, Any]:
    return {
        "number": person.contract_number,
        "customer_number": person.number,
        "tariff_code": "HUISHOUDEN",
        "collection": "direct_debit" if person.direct_debit else "transfer",
        "start_on": "2025-01-01",
    }


def readings(person: Person) -> list[dict[str, Any]]:
    end = person.reading_m3 + person.used_m3
    return [
        {
            "contract_number": person.contract_number,
            "read_on": day,
            "value_m3": str(value),
            "source": "remote",
        }
        for day, value in (("2026-01-01", person.reading_m3), ("2026-03-31", end))
    ]
