"""Human numbers and payment references of invoices. Numbers are gapless per series."""

from __future__ import annotations

from dataclasses import dataclass

from shared.references import make_payment_reference, make_rf_reference


@dataclass(frozen=True, slots=True)
class Numbered:
    number: str
    rf_reference: str
    payment_reference: str | None


def invoice_number(year: int, count: int, *, jurisdiction: str) -> Numbered:
    """The `count`th invoice of `year`; a Dutch one has a betalingskenmerk as well."""
    number = f"{year}{count:07}"
    kenmerk = make_payment_reference(int(number)) if jurisdiction == "NL" else None
    return Numbered(number, make_rf_reference(number), kenmerk)


def credit_note_number(year: int, count: int) -> Numbered:
    number = f"C{year}{count:07}"
    return Numbered(number, make_rf_reference(number), None)
