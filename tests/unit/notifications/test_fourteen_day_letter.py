"""The veertiendagenbrief: what the law wants in it, word for word (BW 6:96(6); HR 25-11-2016)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from services.notifications.domain.facts import FourteenDayLetterFacts, InterestPeriod
from services.notifications.domain.message import Channel
from services.notifications.domain.parties import Creditor
from services.notifications.domain.rendered import RenderedMessage
from services.notifications.domain.templates import TEMPLATES, TemplateName
from services.notifications.rendering.render import render
from shared.money import Money
from tests.factories import notifications_rendering as given
from tests.unit.notifications.pdf_text import pages_of, squeezed

APPROVED = "binnen veertien dagen vanaf de dag nadat deze brief bij u is bezorgd"
# Forms that give the debtor a day too little, and so void the letter.
VOID = (
    "binnen veertien dagen na heden",
    "binnen veertien dagen na vandaag",
    "binnen 14 dagen nadat deze brief",
    "binnen veertien dagen nadat deze brief",
    "na dagtekening",
    "na verzending",
)


def letter(
    facts: FourteenDayLetterFacts,
    channel: Channel = Channel.LETTER,
    language: str = "nl",
    creditor: Creditor | None = None,
) -> RenderedMessage:
    return render(
        TemplateName.FOURTEEN_DAY_LETTER,
        language,
        channel,
        facts,
        creditor or given.a_creditor(),
        given.a_customer(),
        given.WRITTEN_AT,
        message_id=given.MESSAGE_ID,
    )


def facts_of(kind: str) -> FourteenDayLetterFacts:
    facts = {"full": given.full_facts, "minimal": given.minimal_facts}[kind]()
    found = facts[TemplateName.FOURTEEN_DAY_LETTER]
    assert isinstance(found, FourteenDayLetterFacts)
    return found


@pytest.mark.parametrize("kind", ["full", "minimal"])
@pytest.mark.parametrize("language", ["nl", "en", "de", "pl"])
@pytest.mark.parametrize("channel", Channel)
def test_the_term_is_in_the_words_the_courts_approved(
    kind: str, language: str, channel: Channel
) -> None:
    message = letter(facts_of(kind), channel, language)

    assert APPROVED in message.text
    assert not [form for form in VOID if form in message.text]
    if message.html:
        assert APPROVED in message.html


@pytest.mark.parametrize("kind", ["full", "minimal"])
def test_term_costs_and_consequence_stand_on_the_first_page(kind: str) -> None:
    facts = facts_of(kind)
    message = letter(facts)

    first_page = pages_of(message.content)[0]
    costs = "€ 48,40" if kind == "full" else "€ 40,00"
    whole = "€ 191,63" if kind == "full" else "€ 182,60"
    assert squeezed(APPROVED) in first_page
    assert squeezed(f"Dan moet u ook incassokosten betalen. Die kosten zijn {costs}") in first_page
    assert squeezed(f"U moet dan in totaal {whole} betalen") in first_page
    assert squeezed("Wij rekenen ze over € 142,60") in first_page
    for invoice in facts.invoices:
        assert invoice.number in first_page


def test_the_letter_names_no_last_day_because_delivery_is_not_known_yet() -> None:
    facts = facts_of("minimal")
    message = letter(facts)

    months = (
        "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december"
    )
    dates = set(re.findall(rf"\d{{1,2}} (?:{months}) \d{{4}}|\d\d-\d\d-\d{{4}}", message.text))
    # The day of writing, the invoice's own dates, and nothing else.
    assert dates == {"23 november 2026", "31-07-2026", "31-08-2026"}


@pytest.mark.parametrize(
    ("language", "term"),
    [
        ("en", "within fourteen days from the day after this letter was delivered to you"),
        (
            "de",
            "innerhalb von vierzehn Tagen ab dem Tag nach dem Tag, an dem Ihnen dieser Brief"
            " zugestellt wurde",
        ),
        (
            "pl",
            "w ciągu czternastu dni, licząc od dnia następującego po dniu doręczenia Państwu tego"
            " listu",
        ),
    ],
)
def test_a_translation_tells_the_same_term_costs_and_articles_and_no_last_day(
    language: str, term: str
) -> None:
    message = letter(facts_of("full"), language=language)
    dutch = letter(facts_of("full"))

    assert term in " ".join(message.text.split())
    assert squeezed(term) in pages_of(message.content)[0]
    assert "6:96" in message.text
    assert "6:119" in message.text
    assert "Besluit vergoeding voor buitengerechtelijke incassokosten" in message.text
    assert numbers(message.text) == numbers(dutch.text)


def numbers(text: str) -> list[str]:
    """The figures and years of a text, whatever stands between them, in order of size."""
    return sorted(re.findall(r"\d+", text))


def test_vat_on_the_costs_is_named_and_explained_only_when_it_is_charged() -> None:
    assert "inclusief € 8,40 btw" in letter(facts_of("full")).text.replace("\xa0", " ")
    assert "btw betalen" in letter(facts_of("full")).text
    assert "btw" not in letter(facts_of("minimal"), creditor=given.a_plain_creditor()).text


def test_interest_is_shown_with_its_amount_rate_period_and_ground() -> None:
    text = letter(facts_of("full")).text.replace("\xa0", " ")

    assert "Wettelijke rente: € 0,63" in text
    assert "artikel 6:119 van het Burgerlijk Wetboek" in text
    assert "4% per jaar van 1 september 2026 tot en met 8 november 2026: € 0,63" in text


def test_a_water_company_offers_debt_help_and_the_medical_statement() -> None:
    water = letter(facts_of("full")).text
    rent = letter(facts_of("full"), creditor=given.a_plain_creditor()).text

    for offer in ("schuldhulp vragen", "uw klantnummer en het bedrag", "verklaring van een arts"):
        assert offer in water
        assert offer not in rent
    assert "Uw gemeente helpt u daarbij" in rent


def test_the_letter_and_the_final_demand_are_legal_notices() -> None:
    assert [name for name, template in TEMPLATES.items() if template.legal] == [
        TemplateName.FOURTEEN_DAY_LETTER,
        TemplateName.FINAL_DEMAND,
    ]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"costs": given.eur("0.00")}, "names the costs"),
        ({"costs_vat": given.eur("40.00")}, "a part of costs"),
        ({"costs": Money(4000, "PLN")}, "one currency"),
        (
            {
                "interest_periods": (
                    InterestPeriod(
                        amount=given.eur("9.99"),
                        rate=Decimal("0.04"),
                        from_on=date(2026, 9, 1),
                        to_on=date(2026, 9, 30),
                    ),
                )
            },
            "do not sum",
        ),
    ],
)
def test_a_letter_that_does_not_add_up_is_not_written(
    change: dict[str, object], complaint: str
) -> None:
    sound = {"invoices": given.one_open_invoice(), "costs": given.eur("40.00")}

    with pytest.raises(ValidationError, match=complaint):
        FourteenDayLetterFacts.model_validate(sound | change)


def test_costs_cannot_be_owed_before_the_letter_has_run_out() -> None:
    with_costs = given.one_open_invoice()[0].model_copy(update={"open_costs": given.eur("40.00")})

    with pytest.raises(ValidationError, match="before the letter has run out"):
        FourteenDayLetterFacts(invoices=(with_costs,), costs=given.eur("40.00"))
