"""Why money was allocated as it was, in words: what decided, and the law's order where it chose."""

from __future__ import annotations

from typing import Final

from services.payments.domain.queue_texts import Texts, text_of

# Code: English, Dutch.
RULES: Final[Texts] = {
    "reference": ("The payer gave the reference", "De betaler noemde het betalingskenmerk"),
    "closed_reference": (
        "The payer gave a reference paid before; the same customer owes this too",
        "De betaler noemde een kenmerk dat al betaald was; dit staat bij dezelfde klant open",
    ),
    "invoice_number": ("The payer gave the invoice number", "De betaler noemde het factuurnummer"),
    "reference_repaired": (
        "The payer gave the reference with a slip; the rest agrees",
        "De betaler noemde het kenmerk met een fout erin; de rest klopt",
    ),
    "invoice_number_repaired": (
        "The payer gave the invoice number with a slip; the rest agrees",
        "De betaler noemde het factuurnummer met een fout erin; de rest klopt",
    ),
    "list": ("The payer listed these invoices", "De betaler noemde deze facturen op een rij"),
    "mandate": ("The payer gave the mandate", "De betaler noemde de machtiging"),
    "customer_number": ("The payer gave the customer number", "De betaler noemde het klantnummer"),
    "account_amount": (
        "The account is known for the customer and the amount fits",
        "De rekening is bekend van de klant en het bedrag klopt",
    ),
    "account_total": (
        "The account is known for the customer and the amount is all that was open",
        "De rekening is bekend van de klant en het bedrag is alles wat openstond",
    ),
    "account_several": (
        "The account is known for the customer and the amount is that of these invoices alone",
        "De rekening is bekend van de klant en het bedrag is alleen dat van deze facturen samen",
    ),
    "instalment": (
        "The account is known for the customer and the amount is an instalment's",
        "De rekening is bekend van de klant en het bedrag is dat van een termijn",
    ),
    "name_amount": ("Name and amount agree", "Naam en bedrag kloppen"),
    "legal_order": (
        "The customer is certain; the creditor has such money follow the law",
        "De klant staat vast; de schuldeiser laat zulk geld de wet volgen",
    ),
    "end_to_end": ("Our direct debit, by its own id", "Onze incasso, aan het eigen kenmerk"),
    "batch": (
        "One of our direct debits, booked in the sum of its batch",
        "Een van onze incasso's, geboekt in het totaal van de batch",
    ),
    "provider": ("Paid by its payment link", "Betaald met de betaallink"),
    "specification": (
        "By the specification of a collector",
        "Volgens de specificatie van een deurwaarder of schuldhulpverlener",
    ),
    "credit": (
        "The customer's credit, given to what was billed next",
        "Tegoed van de klant, gebruikt voor de volgende factuur",
    ),
    "credit_by_hand": (
        "The customer's credit, used by a person",
        "Tegoed van de klant, gebruikt door een medewerker",
    ),
    "manual": ("Matched by a person", "Toegewezen door een medewerker"),
    "accepted": ("A proposal a person accepted", "Een voorstel dat een medewerker aanvaardde"),
}

# An article of `allocation_order`: English, Dutch.
ORDERS: Final[Texts] = {
    "bw_6_43": ("in the order of art. 6:43 (2) BW", "in de volgorde van art. 6:43 lid 2 BW"),
    "bgb_366": ("in the order of section 366 (2) BGB", "in de volgorde van § 366 lid 2 BGB"),
    "kc_451": ("in the order of art. 451 § 3 KC", "in de volgorde van art. 451 § 3 KC"),
}


def why_allocated(rule: str, order_rule: str | None, language: str) -> str:
    """What decided; `order_rule` is an article and the day it is in force from."""
    why = text_of(rule, RULES, language)
    if order_rule is None:
        return why
    return f"{why}, {text_of(order_rule.partition('@')[0], ORDERS, language)}"
