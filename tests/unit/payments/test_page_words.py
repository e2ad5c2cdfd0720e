"""The words and codes of the payer's pages."""

from __future__ import annotations

import string

import pytest

from services.payments.api.page_texts import LANGUAGES, PROVIDER_LOCALES, TEXTS
from services.payments.api.page_texts.mandate_terms import MANDATE_TERMS
from services.payments.formats.epc_qr import REMITTANCE_MAX, epc_svg, epc_text, remittance
from tests.factories.payments import IBAN, eur


def _blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_language_says_all_that_dutch_says_with_the_same_figures(language: str) -> None:
    assert TEXTS[language].keys() == TEXTS["nl"].keys()
    for key, sentence in TEXTS[language].items():
        assert _blanks(sentence) == _blanks(TEXTS["nl"][key]), key
    assert language in PROVIDER_LOCALES


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_sentences_are_short_enough_to_read_in_one_go(language: str) -> None:
    """B1: no sentence is longer than twenty words."""
    for key, text in TEXTS[language].items():
        for sentence in text.replace("?", ".").split(". "):
            assert len(sentence.split()) <= 20, (key, sentence)


def test_a_code_of_one_invoice_has_the_lines_of_the_standard() -> None:
    """EPC069-12, version 002: BIC and purpose may be empty, a reference excludes free text."""
    lines = epc_text(
        name="Waterbedrijf Voorbeeld", iban=IBAN, amount=eur(5_000), rf_reference="RF18539007547034"
    ).split("\n")
    assert lines == [
        "BCD",
        "002",
        "1",
        "SCT",
        "",
        "Waterbedrijf Voorbeeld",
        "NL91ABNA0417164300",
        "EUR50.00",
        "",
        "RF18539007547034",
    ]


def test_a_code_of_several_invoices_carries_their_numbers_as_text() -> None:
    lines = epc_text(name="W", iban=IBAN, amount=eur(5), text="K1, 2026001").split("\n")
    assert lines[7:] == ["EUR0.05", "", "", "K1, 2026001"]


@pytest.mark.parametrize("cents", [0, 100_000_000_000])
def test_an_amount_no_transfer_can_have_gives_no_code(cents: int) -> None:
    with pytest.raises(ValueError, match="from a cent"):
        epc_text(name="W", iban=IBAN, amount=eur(cents))


def test_a_code_is_drawn_with_what_it_is_for_as_its_title() -> None:
    text = epc_text(name="W" * 70, iban=IBAN, amount=eur(5), text="9" * REMITTANCE_MAX)
    drawn = epc_svg(text, title="Code <5>")
    assert drawn.startswith("<svg")
    assert "<title>Code &lt;5&gt;</title>" in drawn


def test_numbers_that_do_not_fit_a_transfer_are_left_out_whole() -> None:
    numbers = [f"2026{count:07}" for count in range(30)]
    text = remittance("K100001", numbers)
    assert len(text) <= REMITTANCE_MAX
    assert text.split(", ") == ["K100001", *numbers][: len(text.split(", "))]
    assert remittance(None, numbers[:2]) == "20260000000, 20260000001"


@pytest.mark.parametrize("language", list(LANGUAGES))
@pytest.mark.parametrize("scheme", ["core", "b2b"])
def test_every_mandate_says_in_every_language_what_the_scheme_asks_for(
    language: str, scheme: str
) -> None:
    """Both authorisations name the creditor; only consumers have eight weeks to get money back."""
    terms = MANDATE_TERMS[language, scheme]
    assert terms.heading.count("SEPA") == 1
    assert terms.authorisation.count("{creditor}") == 2
    weeks = any(word in terms.refund for word in ("8 weeks", "acht w", "acht W", "8 tygodni"))
    assert weeks == (scheme == "core")
