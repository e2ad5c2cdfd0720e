"""Why a direct debit came back and what that asks for, in words for the clerk.

Meanings of the codes: ISO 20022 external reason codes, as the SEPA Core rulebook uses them.
"""

from __future__ import annotations

from typing import Final

from services.payments.domain.queue_texts import Texts

# Code: English, Dutch.
RETURNS: Final[Texts] = {
    "AC01": ("The account number is wrong", "Het rekeningnummer klopt niet"),
    "AC04": ("The account is closed", "De rekening is opgeheven"),
    "AC06": ("The account is blocked", "De rekening is geblokkeerd"),
    "AC13": (
        "A consumer's account cannot be debited by the B2B scheme",
        "Van de rekening van een consument mag niet zakelijk (B2B) worden geïncasseerd",
    ),
    "AG01": (
        "No direct debit is possible from this account",
        "Van deze rekening kan niet worden geïncasseerd",
    ),
    "AG02": ("The kind or order of the debit is wrong", "Soort of volgorde klopt niet"),
    "AM04": ("There was not enough money on the account", "Er stond te weinig op de rekening"),
    "AM05": ("The bank takes it for a double", "De bank ziet het als dubbel"),
    "BE05": ("The bank does not know our creditor id", "De bank kent onze incassant-ID niet"),
    "CNOR": ("Our bank is not in the scheme", "Onze bank doet niet mee aan de incasso"),
    "DNOR": ("The payer's bank is not in the scheme", "De bank van de betaler doet niet mee"),
    "DT01": ("The day is not allowed", "De datum is niet toegestaan"),
    "ED05": ("The banks could not settle it", "De banken konden het niet verrekenen"),
    "MD01": ("There is no valid mandate", "Er is geen geldige machtiging"),
    "MD02": ("Data of the mandate is missing or wrong", "Gegevens van de machtiging kloppen niet"),
    "MD06": ("The payer asked for the money back", "De betaler heeft het laten terugboeken"),
    "MD07": ("The payer has died", "De betaler is overleden"),
    "MS02": ("The payer refused it", "De betaler heeft het geweigerd"),
    "MS03": ("The bank tells no reason", "De bank noemt geen reden"),
    "RC01": ("The bank's code (BIC) is wrong", "De code van de bank (BIC) klopt niet"),
    "RR01": ("The payer's account or id is missing", "Rekening of nummer van de betaler ontbreekt"),
    "RR02": ("The payer's name or address is missing", "Naam of adres van de betaler ontbreekt"),
    "RR03": ("Our name or address is missing", "Onze naam of ons adres ontbreekt"),
    "RR04": ("A rule of the authorities", "Een voorschrift van de toezichthouder"),
    "SL01": (
        "The payer has blocked us, or not let us, at the bank",
        "De betaler heeft ons bij de bank geblokkeerd of niet toegelaten",
    ),
    "FF01": ("The file is not as the bank wants it", "Het bestand klopt niet volgens de bank"),
    "FF05": ("The scheme named in the file is wrong", "De incassosoort in het bestand klopt niet"),
    "TM01": ("The file came too late", "Het bestand kwam te laat"),
    "TECH": ("We took it back: a technical fault", "Door ons ingetrokken: technische fout"),
    "DUPL": ("We took it back: a double", "Door ons ingetrokken: dubbel"),
    "CUST": ("We took it back as the payer asked", "Door ons ingetrokken op verzoek van de klant"),
}

# `ReturnRule.action`: English, Dutch.
ACTIONS: Final[Texts] = {
    "ask_new_iban": ("Ask for the new account", "Vraag om het nieuwe rekeningnummer"),
    "ask_to_unblock": (
        "Ask the payer to let us debit, then resume the mandate",
        "Vraag de betaler de incasso toe te laten en hervat dan de machtiging",
    ),
    "contact": ("Contact the customer", "Neem contact op met de klant"),
    "contact_check_dispute": (
        "Contact the customer: is something disputed?",
        "Neem contact op met de klant: is er iets in geschil?",
    ),
    "contact_first": (
        "Contact the customer before anything is collected again",
        "Neem contact op met de klant voordat er weer wordt geïncasseerd",
    ),
    "contact_offer_online": (
        "Contact the customer and offer the payment link",
        "Neem contact op met de klant en bied de betaallink aan",
    ),
    "estate": ("Turn to the heirs", "Wend u tot de erfgenamen"),
    "fix_file": ("Mend what is wrong, then collect again", "Herstel de fout en incasseer opnieuw"),
    "move_to_core": (
        "Ask for a mandate of the Core scheme",
        "Vraag om een machtiging voor de gewone incasso (Core)",
    ),
    "new_mandate": ("Ask for a new mandate", "Vraag om een nieuwe machtiging"),
    "other_payment_method": (
        "Agree another way to pay",
        "Spreek een andere manier van betalen af",
    ),
    "reconcile_refund_if_double": (
        "See whether it was collected twice; if so, refund it",
        "Ga na of er dubbel is geïncasseerd; zo ja, betaal terug",
    ),
    "retry_near_salary_day": (
        "A run near salary day may collect it once more",
        "Een run rond de salarisdag mag het nog een keer incasseren",
    ),
}
