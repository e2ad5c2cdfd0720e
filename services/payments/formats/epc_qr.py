"""The QR code that fills in a transfer in a banking app (EPC069-12, version 002)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import segno

from shared.money import Money

_CURRENCY: Final = "EUR"
_LARGEST_MINOR: Final = 99_999_999_999
_NAME_MAX: Final = 70
REMITTANCE_MAX: Final = 140


def epc_text(*, name: str, iban: str, amount: Money, rf_reference: str = "", text: str = "") -> str:
    """The lines of the code; either a reference (ISO 11649) or free text tells what it is for.

    Raises `ValueError` for what a code cannot say: other money than euro, no amount or a huge one.
    """
    if amount.currency != _CURRENCY or not 0 < amount.minor <= _LARGEST_MINOR:
        raise ValueError("a code is of an amount in euro, from a cent to 999999999.99")
    if rf_reference and text:
        raise ValueError("a code has a reference or a text, not both")
    lines = (
        "BCD",
        "002",
        # UTF-8
        "1",
        "SCT",
        # The BIC, which version 002 does not need within the EEA.
        "",
        name[:_NAME_MAX],
        iban,
        f"{amount.currency}{amount.to_decimal()}",
        # The purpose code
        "",
        rf_reference,
        text[:REMITTANCE_MAX],
    )
    return "\n".join(lines).rstrip("\n")


def epc_svg(payload: str, *, title: str) -> str:
    """The code as inline SVG: error correction M, and no larger than a bank's app reads."""
    code = segno.make(payload, error="m", boost_error=False, micro=False, encoding="utf-8")
    if int(code.version) > 13:
        raise ValueError("the code would be too dense to read")
    return str(code.svg_inline(scale=1, border=4, omitsize=True, title=title, light="#fff"))


def remittance(customer_number: str | None, invoice_numbers: Sequence[str]) -> str:
    """What to write with a transfer for several invoices: numbers that matching recognises."""
    words = [number for number in (customer_number, *invoice_numbers) if number]
    text = ""
    for word in words:
        longer = f"{text}, {word}" if text else word
        if len(longer) > REMITTANCE_MAX:
            break
        text = longer
    return text
