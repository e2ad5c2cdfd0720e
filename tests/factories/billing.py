"""What billing's tests send, with good defaults."""

from __future__ import annotations

import json
from typing import Any


def creditor_body(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Waterbedrijf Voorbeeld",
        "jurisdiction": "NL",
        "currency": "EUR",
        "time_zone": "Europe/Amsterdam",
        "language": "nl",
        "iban": "NL91 ABNA 0417 1643 00",
        "sepa_creditor_id": "NL69ZZZ123456780000",
        "email": "debiteuren@waterbedrijf.example",
        "phone": "+31 30 123 45 67",
        "website": "https://waterbedrijf.example",
        "address": {
            "street": "Waterweg",
            "house_number": "1",
            "postcode": "3511 AA",
            "city": "Utrecht",
            "country": "NL",
        },
        "payment_term_days": 21,
        **changes,
    }


def customer_body(number: str = "K100001", **changes: Any) -> dict[str, Any]:
    return {
        "number": number,
        "kind": "consumer",
        "language": "nl",
        "name": f"A. Voorbeeld {number}",
        "email": f"{number.lower()}@example.org",
        "phone": None,
        "address": {
            "street": "Dorpsstraat",
            "house_number": "12",
            "postcode": "1234 AB",
            "city": "Voorbeeldstad",
            "country": "NL",
        },
        **changes,
    }


def tariff_body(code: str = "HUISHOUDEN", valid_from: str = "2020-01-01") -> dict[str, Any]:
    """60.00 a year standing, 1.00 a cubic metre, both with 9% VAT; a levy of 100.00 a year."""
    return {
        "code": code,
        "valid_from": valid_from,
        "name": "Huishouden",
        "components": [
            {
                "code": "V",
                "description": "Vastrecht",
                "kind": "standing",
                "unit_price": "60.00",
                "vat_rate": "0.09",
            },
            {
                "code": "W",
                "description": "Drinkwater",
                "kind": "usage",
                "unit_price": "1.00",
                "vat_rate": "0.09",
            },
            {
                "code": "R",
                "description": "Rioolheffing gemeente",
                "kind": "levy",
                "unit_price": "100.00",
                "vat_rate": "0",
            },
        ],
    }


def contract_body(number: str, **changes: Any) -> dict[str, Any]:
    return {
        "number": f"C{number}",
        "customer_number": f"K{number}",
        "tariff_code": "HUISHOUDEN",
        "collection": "transfer",
        "start_on": "2025-01-01",
        **changes,
    }


def reading_rows(number: str, begin: str = "100", end: str = "130") -> list[dict[str, Any]]:
    """Readings at both ends of the first quarter of 2026."""
    return [
        {"contract_number": f"C{number}", "read_on": "2026-01-01", "value_m3": begin},
        {"contract_number": f"C{number}", "read_on": "2026-03-31", "value_m3": end},
    ]


def json_lines(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Arguments of a request that imports `rows`."""
    return {
        "content": "\n".join(json.dumps(row) for row in rows),
        "headers": {"Content-Type": "application/x-ndjson"},
    }
