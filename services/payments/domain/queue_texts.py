"""The codes of the queue in words, for the clerk who looks at it."""

from __future__ import annotations

from typing import Final

LANGUAGES: Final = ("en", "nl")
Texts = dict[str, tuple[str, str]]

# Code: English, Dutch.
REASONS: Final[Texts] = {
    "overpaid": ("More was paid than is open", "Er is meer betaald dan er openstaat"),
    "already_paid": ("What was named is paid already", "Wat genoemd is, was al betaald"),
    "invoice_credited": (
        "The invoice was taken back by a credit note",
        "De factuur is gecrediteerd",
    ),
    "invoice_written_off": ("The invoice was written off", "De factuur is afgeboekt"),
    "several_customers": (
        "What was named belongs to several customers",
        "Wat genoemd is, hoort bij meer dan een klant",
    ),
    "same_amount": (
        "Several open invoices have this amount",
        "Meer dan een open factuur heeft dit bedrag",
    ),
    "amount_differs": (
        "The sender is known, the amount fits nothing",
        "De afzender is bekend, het bedrag past nergens bij",
    ),
    "nothing_open": (
        "The sender is known and owes nothing",
        "De afzender is bekend en heeft niets openstaan",
    ),
    "credit": (
        "The customer's credit, until something is billed",
        "Tegoed van de klant, tot er iets in rekening wordt gebracht",
    ),
    "other_currency": (
        "Paid in another currency than was billed",
        "Betaald in een andere munt dan gefactureerd",
    ),
    "unknown_reference": (
        "A reference is given that we do not know",
        "Er staat een kenmerk bij dat wij niet kennen",
    ),
    "no_match": ("Nothing tells whose it is", "Niets wijst aan van wie het is"),
    "remainder": (
        "What the details of a batch leave over",
        "Wat na de posten van een batch overblijft",
    ),
    "batch_differs": (
        "A batch of direct debits came in with another sum",
        "Een incassobatch kwam binnen met een ander totaal",
    ),
    "debit_differs": (
        "A direct debit came in with another amount",
        "Een incasso kwam binnen met een ander bedrag",
    ),
    "already_collected": (
        "This direct debit was booked before",
        "Deze incasso was al geboekt",
    ),
    "paid_twice": (
        "Paid a second time at the provider, in one and the same visit",
        "Bij een en hetzelfde bezoek nog een keer betaald bij de betaaldienst",
    ),
    "reversal_unknown": (
        "The bank took money back, and no payment we know is of this amount",
        "De bank nam geld terug, en geen betaling die wij kennen heeft dit bedrag",
    ),
    "reversal_unclear": (
        "The bank took money back, and it may be of more than one payment, or of another",
        "De bank nam geld terug, en het kan van meer dan een betaling zijn, of van een andere",
    ),
    "reversal_in_part": (
        "The bank took back another amount than the direct debit it names",
        "De bank nam een ander bedrag terug dan de incasso die genoemd wordt",
    ),
    "reversed_by_bank": (
        "The bank took the money back",
        "De bank heeft het geld teruggenomen",
    ),
    "transfer_returned": (
        "A transfer of ours came back: the payee's bank did not take it",
        "Een overboeking van ons kwam terug: de bank van de begunstigde nam ze niet aan",
    ),
    "charge_reversed": (
        "Money that had left the account came back; no customer paid it",
        "Geld dat van de rekening was afgeschreven kwam terug; geen klant heeft dit betaald",
    ),
    "payout_unexplained": (
        "Looks like a payout of the provider for more than it holds",
        "Lijkt een uitbetaling van de betaaldienst, maar hoger dan wat die voor ons heeft",
    ),
    "payout_differs": (
        "The provider's payout has another amount than the bank shows",
        "De uitbetaling van de betaaldienst heeft een ander bedrag dan de bank toont",
    ),
    "part_unknown": (
        "A payout holds a payment that we do not know",
        "In een uitbetaling zit een betaling die wij niet kennen",
    ),
    "part_differs": (
        "A payout holds a payment with another amount than ours",
        "In een uitbetaling zit een betaling met een ander bedrag dan bij ons",
    ),
    "not_taken_back": (
        "A payout takes back more of a payment than our books do",
        "Een uitbetaling haalt meer van een betaling terug dan onze boeken",
    ),
    "not_reinstated": (
        "A payout brings money again that our books hold to be gone",
        "Een uitbetaling brengt geld terug dat volgens onze boeken weg is",
    ),
    "part_unclear": (
        "A payout holds something that is neither a payment nor a fee",
        "In een uitbetaling zit iets dat geen betaling en geen kosten is",
    ),
    "paid_out_before": (
        "A payout holds a payment that another payout held",
        "In een uitbetaling zit een betaling die al in een andere zat",
    ),
    "costs_differ": (
        "What is missing from a payout is not what the provider charges",
        "Wat aan een uitbetaling ontbreekt, is niet wat de betaaldienst rekent",
    ),
    "unknown_to_provider": (
        "The provider has not told what a payout is made of",
        "De betaaldienst heeft niet verteld waaruit een uitbetaling bestaat",
    ),
    "provider_away": (
        "The provider does not answer what a payout is made of",
        "De betaaldienst antwoordt niet waaruit een uitbetaling bestaat",
    ),
    "provider_refused": (
        "The provider refuses to tell what a payout is made of: look at its key",
        "De betaaldienst wil niet zeggen waaruit een uitbetaling bestaat: kijk naar de sleutel",
    ),
    "not_certain": (
        "One answer is likely, not certain enough to book",
        "Een antwoord is waarschijnlijk, maar niet zeker genoeg om te boeken",
    ),
    "contradiction": (
        "The reference names one customer, sender and amount point at another",
        "Het kenmerk noemt de ene klant, afzender en bedrag wijzen op een andere",
    ),
    "rest": (
        "Left over after a clerk matched the payment",
        "Over nadat een medewerker de betaling heeft toegewezen",
    ),
    "undone": ("A match was taken back", "Een toewijzing is teruggedraaid"),
    "awaits_specification": (
        "From a collector: the specification that takes it apart is not here yet",
        "Van een deurwaarder of schuldhulpverlener: de specificatie is er nog niet",
    ),
    "specification_differs": (
        "From a collector: no specification has this sum",
        "Van een deurwaarder of schuldhulpverlener: geen specificatie heeft dit totaal",
    ),
    "specification_unknown": (
        "From a collector: some of the rows specified name no invoice for certain",
        "Van een deurwaarder of schuldhulpverlener: van sommige regels is de factuur onbekend",
    ),
    "specification_rest": (
        "From a collector: part of what was specified is not open any more",
        "Van een deurwaarder of schuldhulpverlener: een deel staat niet meer open",
    ),
    "rejected_unknown_invoice": (
        "Billing does not know the invoice",
        "De facturatie kent de factuur niet",
    ),
    "rejected_exceeds_open": (
        "Less was open than was allocated",
        "Er stond minder open dan er is toegewezen",
    ),
    "rejected_wrong_currency": (
        "The invoice is in another currency",
        "De factuur is in een andere munt",
    ),
    "rejected_wrong_customer": (
        "The invoice belongs to somebody else",
        "De factuur is van iemand anders",
    ),
    "undone_returned": ("The money went back", "Het geld is teruggegaan"),
    "undone_undone": ("A match was taken back", "Een toewijzing is teruggedraaid"),
}

FACTS: Final[Texts] = {
    "same_customer": ("Owed by the same customer", "Van dezelfde klant"),
    "amount_equal": ("The amount is equal", "Het bedrag is gelijk"),
    "amount_differs": ("The amount differs", "Het bedrag is anders"),
    "account_known": (
        "The account was used for this customer before",
        "De rekening is eerder voor deze klant gebruikt",
    ),
    "oldest": ("The oldest that is open", "De oudste die openstaat"),
    "named_by_reference": ("Named by its reference", "Genoemd met het betalingskenmerk"),
    "named_by_invoice_number": ("Named by its number", "Genoemd met het factuurnummer"),
    "reference_exact": ("The whole reference is given", "Het hele kenmerk is genoemd"),
    "reference_read": (
        "The reference is given, letters read as digits",
        "Het kenmerk is genoemd, met letters gelezen als cijfers",
    ),
    "reference_slip": (
        "A reference is given that is one slip away",
        "Er staat een kenmerk dat een tikfout scheelt",
    ),
    "reference_cut": (
        "The beginning or end of the reference is given",
        "Het begin of het eind van het kenmerk is genoemd",
    ),
    "number_exact": ("The invoice number is given", "Het factuurnummer is genoemd"),
    "number_inside": (
        "The invoice number stands inside a longer number",
        "Het factuurnummer staat in een langer nummer",
    ),
    "number_slip": (
        "An invoice number is given that is one slip away",
        "Er staat een factuurnummer dat een tikfout scheelt",
    ),
    "mandate_named": ("The mandate is given", "De machtiging is genoemd"),
    "customer_number": ("The customer number is given", "Het klantnummer is genoemd"),
    "name_in_text": (
        "The text gives the customer's name",
        "De naam van de klant staat in de tekst",
    ),
    "surname_in_text": (
        "The text gives the customer's surname",
        "De achternaam van de klant staat in de tekst",
    ),
    "account_mandate": (
        "The customer gave a mandate for the account",
        "De klant heeft een machtiging gegeven voor de rekening",
    ),
    "account_direct_debit": (
        "The customer was debited from the account",
        "Bij de klant is van de rekening geincasseerd",
    ),
    "account_remembered": (
        "A clerk taught that the account pays for the customer",
        "Een medewerker heeft geleerd dat de rekening voor de klant betaalt",
    ),
    "account_payment": (
        "The account paid a bill of the customer before",
        "De rekening heeft eerder een rekening van de klant betaald",
    ),
    "account_of_another": (
        "The account is known for somebody else",
        "De rekening is bekend van iemand anders",
    ),
    "name_full": ("Surname and initials agree", "Achternaam en voorletters kloppen"),
    "name_same": ("Surname and one initial agree", "Achternaam en een voorletter kloppen"),
    "name_sole": (
        "No other customer has this surname",
        "Geen andere klant heeft deze achternaam",
    ),
    "name_half": (
        "One of two surnames and the initials agree",
        "Een van twee achternamen en de voorletters kloppen",
    ),
    "name_similar": ("The name is nearly the same", "De naam is bijna gelijk"),
    "name_surname": ("The surname agrees", "De achternaam klopt"),
    "name_differs": ("The name is another", "De naam is een andere"),
    "same_bank_reference": (
        "The bank's own reference is the same",
        "Het kenmerk van de bank is hetzelfde",
    ),
    "same_account": ("The same payer's account", "Dezelfde rekening van de betaler"),
    "same_words": (
        "The same reference of the payer",
        "Hetzelfde kenmerk van de betaler",
    ),
    "amount_one": ("The amount of one open invoice", "Het bedrag van een open factuur"),
    "amount_all": ("The amount of all open invoices", "Het bedrag van alle open facturen"),
    "amount_some": (
        "The amount of several open invoices, in one way only",
        "Het bedrag van enkele open facturen, op maar een manier",
    ),
    "amount_instalment": (
        "The amount of an instalment of the arrangement",
        "Het bedrag van een termijn van de regeling",
    ),
    "instalment_named": ("The text speaks of an instalment", "De tekst noemt een termijn"),
    "amount_without_costs": (
        "The amount without the costs and interest",
        "Het bedrag zonder de kosten en rente",
    ),
    "amount_tolerated": (
        "The amount, but for a small difference",
        "Het bedrag, op een klein verschil na",
    ),
    "amount_transposed": (
        "The amount with two digits exchanged",
        "Het bedrag met twee cijfers verwisseld",
    ),
    "amount_rounded": ("The amount rounded", "Het bedrag afgerond"),
    "amount_several_ways": (
        "The amount can be made of open invoices in several ways",
        "Het bedrag kan op meer manieren uit open facturen bestaan",
    ),
    "nothing_open": (
        "The customer owes nothing: it becomes their credit",
        "De klant heeft niets openstaan: het wordt tegoed",
    ),
    "already_paid": ("Paid already", "Al betaald"),
    "invoice_settled": ("Paid already", "Al betaald"),
    "invoice_credited": ("Taken back by a credit note", "Gecrediteerd"),
    "invoice_written_off": ("Written off", "Afgeboekt"),
}

REFUSALS: Final[Texts] = {
    "not_found": (
        "There is no such payment: read the queue again",
        "Deze betaling bestaat niet: haal de lijst opnieuw op",
    ),
    "not_waiting": (
        "Nothing of it waits any more: somebody matched it meanwhile",
        "Er valt niets meer toe te wijzen: iemand was u voor",
    ),
    "nothing_open": (
        "Nothing of what is proposed is open: match it to something else",
        "Van het voorstel staat niets open: wijs de betaling anders toe",
    ),
    "changed": (
        "The proposal is not what you saw: look at it again",
        "Het voorstel is niet meer wat u zag: bekijk het opnieuw",
    ),
}


def text_of(code: str, texts: Texts, language: str) -> str:
    """The words for a code; a code without words is shown itself."""
    found = texts.get(code)
    if found is None:
        return code.replace("_", " ")
    return found[LANGUAGES.index(language)]
