"""What billing's tests send, with good defaults."""

from __future__ import annotations

from typing import Any


def creditor_body(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Waterbedrijf Voorbeeld",
        "jurisdiction": "NL",
        "currency": "EUR",
        "time_zone": "Europe/Amsterdam",
        "language": "nl",
        "iban": "NL91 ABNA 0417 1643 00",
        "sepa_creditor_id": "NL98ZZZ123456780000",
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
