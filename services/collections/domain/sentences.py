"""The sentence a clerk reads for each reason, in Dutch and in English: code plus figures."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import Literal

from babel.dates import format_date
from babel.numbers import format_currency

from services.collections.domain.decisions import Figure, Reason
from services.collections.domain.words import WORDS
from shared.money import Money

Language = Literal["nl", "en"]

SENTENCES: MappingProxyType[str, tuple[str, str]] = MappingProxyType(
    {
        # Dutch first, then English.
        "settled": ("Er staat niets meer open.", "Nothing is open any more."),
        "not_yet_due": (
            "Factuur {number} hoeft pas op {due_on} betaald te zijn.",
            "Invoice {number} is not due until {due_on}.",
        ),
        "step_due": (
            "Factuur {number} is {days} dagen te laat; nu volgt: {step}.",
            "Invoice {number} is {days} days overdue; next comes: {step}.",
        ),
        "debit_returned": (
            "De incasso van factuur {number} kwam op {returned_on} terug; eerst contact, "
            "zonder kosten.",
            "The direct debit of invoice {number} came back on {returned_on}; contact first, "
            "without costs.",
        ),
        "letter_term_over": (
            "De veertiendagenbrief over factuur {number} gaf tijd tot en met {last_day}; die tijd "
            "is om.",
            "The 14-day letter on invoice {number} gave time until {last_day}; that time is over.",
        ),
        "letter_term_waits": (
            "De veertiendagenbrief over factuur {number} geeft tijd tot en met {last_day}; "
            "kosten op zijn vroegst op {on}.",
            "The 14-day letter on invoice {number} gives time until {last_day}; costs on {on} at "
            "the earliest.",
        ),
        "next_step": (
            "Factuur {number} is op {on} aan de beurt voor: {step}.",
            "Invoice {number} is up on {on} for: {step}.",
        ),
        "message_pending": (
            "Een bericht aan deze klant is nog onderweg.",
            "A message to this customer is still on its way.",
        ),
        "ladder_finished": (
            "Alle stappen van het beleid zijn gezet.",
            "All steps of the policy have been taken.",
        ),
        "deceased": (
            "De klant is overleden (bekend sinds {since}); tot {rest_until} geen verhaal op de "
            "nalatenschap, daarna via de erven.",
            "The customer has died (known since {since}); no recourse on the estate until "
            "{rest_until}, then through the heirs.",
        ),
        "bankruptcy": (
            "Faillissement sinds {since}: alleen indienen bij de curator.",
            "Bankrupt since {since}: only filing with the curator.",
        ),
        "suspension_of_payments": (
            "Surseance van betaling sinds {since}: overleg met de bewindvoerder.",
            "Suspension of payments since {since}: talk to the administrator.",
        ),
        "moratorium": (
            "Een rechter heeft sinds {since} uitstel opgelegd (moratorium).",
            "A court has imposed a moratorium since {since}.",
        ),
        "debt_help": (
            "Schuldhulpverlening loopt sinds {since}: geen maatregelen, geen kosten.",
            "Debt help is running since {since}: no measures, no costs.",
        ),
        "debt_restructuring": (
            "De claim valt in de schuldsanering (Wsnp) van {since}: indienen ter verificatie.",
            "The claim falls under the debt restructuring (Wsnp) of {since}: file it.",
        ),
        "administrator_unknown": (
            "De klant staat onder bewind en de bewindvoerder is niet bekend.",
            "The customer is under protective administration; the administrator is not known.",
        ),
        "collector_unregistered": (
            "Er is geen geldige registratie als incassodienstverlener.",
            "There is no collector's registration in force.",
        ),
        "prescribed": (
            "Factuur {number} is verjaard: de laatste dag was {last_day}.",
            "Invoice {number} is prescribed: the last day was {last_day}.",
        ),
        "dispute": (
            "Over factuur {number} loopt sinds {opened_on} een bezwaar of klacht.",
            "Invoice {number} has been in dispute since {opened_on}.",
        ),
        "arrangement_active": (
            "Voor factuur {number} loopt een betalingsregeling.",
            "A payment arrangement is running for invoice {number}.",
        ),
        "arrangement_proposed": (
            "Voor factuur {number} is een regeling voorgesteld die op antwoord wacht.",
            "An arrangement proposed for invoice {number} waits for our answer.",
        ),
        "hold": (
            "Er is een pauze ingesteld ({kind}) zonder einddatum.",
            "There is a hold ({kind}) without an end date.",
        ),
        "hold_until": (
            "Er is een pauze tot en met {last_day}.",
            "There is a hold until and including {last_day}.",
        ),
        "debit_at_fault": (
            "De incasso van factuur {number} kwam terug met {code}, buiten de klant om: {action}.",
            "The direct debit of invoice {number} came back with {code}, through no doing of the "
            "customer: {action}.",
        ),
        "debit_in_flight": (
            "Een incasso voor factuur {number} loopt; uitslag verwacht op {expected_by}.",
            "A direct debit for invoice {number} is in flight; outcome expected by {expected_by}.",
        ),
        "provider_in_flight": (
            "Een onlinebetaling voor factuur {number} loopt; uitslag verwacht op {expected_by}.",
            "An online payment for invoice {number} is under way; outcome expected by "
            "{expected_by}.",
        ),
        "small_balance": (
            "Het achterstallige bedrag ligt onder {limit}.",
            "The overdue amount is below {limit}.",
        ),
        "below_step_minimum": (
            "Het bedrag ligt onder {limit}, de ondergrens van deze stap.",
            "The amount is below {limit}, the least for this step.",
        ),
        "unreachable": (
            "De klant is niet te bereiken via {channels}.",
            "The customer cannot be reached by {channels}.",
        ),
        "bank_not_known": (
            "De bank is bekend tot en met {known_on}; dat is te oud om te zeggen dat er niet is "
            "betaald.",
            "The bank is known until {known_on}; that is too old to say that nothing was paid.",
        ),
        "contact_closed": (
            "Nu mag geen contact worden gezocht; weer op {opens_on}.",
            "No contact is allowed now; again on {opens_on}.",
        ),
        "cost_clause_unsafe": (
            "Het contract achter factuur {number} heeft een oneerlijk kostenbeding: geen kosten.",
            "The contract behind invoice {number} has an unfair cost clause: no costs.",
        ),
        "costs_not_configured": (
            "Voor {jurisdiction} zijn geen incassokosten ingesteld.",
            "No collection costs are configured for {jurisdiction}.",
        ),
        "letter_missing": (
            "Er is geen veertiendagenbrief verzonden.",
            "No 14-day letter was sent.",
        ),
        "letter_invalid": (
            "De veertiendagenbrief telt niet: {faults}. Er moet een nieuwe komen.",
            "The 14-day letter does not count: {faults}. A new one is needed.",
        ),
        "letter_term_running": (
            "De veertiendagenbrief geeft nog tijd tot en met {last_day}.",
            "The 14-day letter still gives time until {last_day}.",
        ),
        "no_policy": (
            "Voor deze organisatie is geen aanmaanbeleid ingesteld.",
            "No dunning policy is configured for this organisation.",
        ),
        "customer_unknown": (
            "De klantgegevens zijn nog niet bekend of zijn gewist.",
            "The customer's data is not known yet, or was erased.",
        ),
        "message_failed": (
            "Een bericht kon niet worden bezorgd: {template}.",
            "A message could not be delivered: {template}.",
        ),
        "charge_rejected": (
            "De opgelegde {amount} is niet geboekt: {why}.",
            "The imposed {amount} was not booked: {why}.",
        ),
        "dispute_opened": (
            "Bezwaar {number} wacht op antwoord.",
            "Dispute {number} waits for an answer.",
        ),
        "paid_in_time": (
            "Een betaling uit de gratis termijn kwam later binnen: {imposed} kosten opgelegd, "
            "{due} verschuldigd.",
            "A payment made in the free term came in later: {imposed} of costs imposed, {due} "
            "owed.",
        ),
        "not_evaluated": (
            "Deze klant kon niet worden beoordeeld ({error}); de beheerder ziet waarom.",
            "This customer could not be evaluated ({error}); the operator sees why.",
        ),
        "instalment_missed": (
            "Termijn {instalment} van {due_on} van de regeling is niet betaald.",
            "Instalment {instalment} of {due_on} of the arrangement was not paid.",
        ),
        "promise_broken": (
            "De toezegging om uiterlijk {last_day} te betalen is niet nagekomen.",
            "The promise to pay by {last_day} was not kept.",
        ),
        "letter_content_missing": (
            "In de brief ontbreekt wat de wet vraagt: {missing}.",
            "The letter lacks what the law asks for: {missing}.",
        ),
    }
)
_LOCALES = {"nl": "nl_NL", "en": "en_IE"}
# Figures that are words of ours; any other text (an invoice number) is shown as it is.
_WORD_FIGURES = frozenset(
    {"step", "kind", "faults", "missing", "channels", "template", "why", "action"}
)


def sentence(reason: Reason, language: Language) -> str:
    """The reason in `language`. KeyError for a code without a sentence: a programming error."""
    text = SENTENCES[reason.code][0 if language == "nl" else 1]
    shown = {name: _show(name, figure, language) for name, figure in reason.figures}
    return text.format(**shown)


def word(code: str, language: Language) -> str:
    """A step, fault, channel or next action in words; a code without a word is shown as it is."""
    pair = WORDS.get(code)
    return code if pair is None else pair[0 if language == "nl" else 1]


def _show(name: str, figure: Figure, language: Language) -> str:
    if isinstance(figure, Money):
        return format_currency(figure.to_decimal(), figure.currency, locale=_LOCALES[language])
    if isinstance(figure, date):
        return format_date(figure, format="long", locale=_LOCALES[language])
    if isinstance(figure, tuple):
        return ", ".join(word(part, language) for part in figure)
    if name in _WORD_FIGURES and isinstance(figure, str):
        return word(figure, language)
    return str(figure)
