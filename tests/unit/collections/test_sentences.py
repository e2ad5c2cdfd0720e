"""Every reason can be read by a clerk, in Dutch and in English."""

import re
from datetime import date
from string import Formatter

import pytest

from services.collections import jurisdictions
from services.collections.domain.decisions import Reason
from services.collections.domain.facts import FlagKind
from services.collections.domain.jurisdiction import CODES, jurisdiction
from services.collections.domain.policy import decide
from services.collections.domain.sentences import SENTENCES, sentence, word
from services.collections.domain.words import WORDS
from services.collections.domain.worklist import NEXT_ACTIONS
from tests.unit.collections.builders import eur, facts, letter, receivable, water_policy


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_both_languages_tell_the_same_figures(code: str) -> None:
    dutch, english = SENTENCES[code]
    assert placeholders(dutch) == placeholders(english)
    assert dutch != english


def test_a_reason_is_shown_with_dates_amounts_and_words() -> None:
    waits = decide(
        facts(
            receivable("2026-0042", date(2026, 8, 31)),
            steps=(letter(date(2026, 9, 18), "2026-0042"),),
        ),
        water_policy(),
        date(2026, 10, 1),
    )
    assert sentence(waits.reason, "nl") == (
        "De veertiendagenbrief over factuur 2026-0042 geeft tijd tot en met 6 oktober 2026; "
        "kosten op zijn vroegst op 8 oktober 2026."
    )
    assert sentence(waits.reason, "en") == (
        "The 14-day letter on invoice 2026-0042 gives time until 6 October 2026; "
        "costs on 8 October 2026 at the earliest."
    )
    small = Reason("small_balance", (("limit", eur("1234.50")),))
    assert sentence(small, "nl").replace("\xa0", " ").endswith("€ 1.234,50.")
    assert sentence(small, "en").endswith("€1,234.50.")
    faulty = Reason("letter_invalid", (("faults", ("costs_not_named", "delivery_unproven")),))
    assert "het kostenbedrag ontbreekt, ontvangst is niet bewezen" in sentence(faulty, "nl")


def test_an_invoice_number_that_is_also_a_word_stays_a_number() -> None:
    reason = Reason("step_due", (("number", "call"), ("days", 7), ("step", "call")))
    assert sentence(reason, "nl") == "Factuur call is 7 dagen te laat; nu volgt: bellen."


def test_each_step_action_and_letter_content_has_its_words() -> None:
    policies = [jurisdictions.read(name) for name in jurisdictions.policy_names()]
    codes = {step["code"] for policy in policies for step in policy["steps"]}
    codes |= {
        channel for policy in policies for s in policy["steps"] for channel in s.get("channels", ())
    }
    codes |= set(NEXT_ACTIONS.values())
    rule = jurisdiction("NL").third_party
    assert rule is not None
    assert codes | rule.letter_content <= set(WORDS)
    assert word("friendly_reminder", "en") == "friendly reminder"


def test_each_guard_with_a_source_of_law_has_a_sentence() -> None:
    for code in CODES:
        assert set(jurisdiction(code).guard_sources) <= set(SENTENCES)
    stopping = {kind.value for kind in FlagKind} - {"administration"}
    assert stopping <= set(SENTENCES)


def test_sentences_hold_no_double_spaces() -> None:
    for dutch, english in SENTENCES.values():
        assert not re.search(r"  ", dutch + english)
