"""Every code a clerk may meet has words in every language."""

from __future__ import annotations

from datetime import date

import pytest

from services.payments.domain.advice import (
    QUEUE_ADVICE,
    STUCK_ADVICE,
    queue_advice,
    stuck_advice,
)
from services.payments.domain.allocation_order import ORDER_RULES
from services.payments.domain.desk import CREDIT_REASONS
from services.payments.domain.matching import weighed
from services.payments.domain.queue_texts import (
    FACTS,
    LANGUAGES,
    REASONS,
    REFUSALS,
    Texts,
    text_of,
)
from services.payments.domain.return_rules import rules_on
from services.payments.domain.return_texts import ACTIONS, RETURNS
from services.payments.domain.rule_texts import ORDERS, RULES, why_allocated


@pytest.mark.parametrize(
    "texts", [REASONS, FACTS, REFUSALS, QUEUE_ADVICE, STUCK_ADVICE, RULES, ORDERS, RETURNS, ACTIONS]
)
def test_each_code_is_said_differently_in_each_language(texts: Texts) -> None:
    for code in texts:
        said = [text_of(code, texts, language) for language in LANGUAGES]
        assert all(said)
        assert len(set(said)) == len(LANGUAGES), code


def test_what_makes_a_credit_has_words() -> None:
    assert set(CREDIT_REASONS) <= set(REASONS)


def test_whatever_is_stuck_says_what_can_be_done() -> None:
    """Also when nobody thought of its reason; the queue says nothing its candidates say."""
    assert stuck_advice("never_seen", "en") == stuck_advice(None, "en")
    assert stuck_advice("unknown_payment", "nl") != stuck_advice("unknown_payment", "en")
    assert queue_advice("same_amount", "en") is None


def test_what_can_be_done_is_said_of_reasons_there_are() -> None:
    assert set(QUEUE_ADVICE) <= set(REASONS)


def test_whatever_the_engine_decides_by_has_words_and_so_has_each_order_of_the_law() -> None:
    by_evidence = {*weighed._RULES.values(), *weighed._ACCOUNT_RULES.values()}
    assert by_evidence <= set(RULES)
    assert {rule.article for rule in ORDER_RULES} == set(ORDERS)


def test_an_allocation_says_what_decided_and_which_order_of_the_law() -> None:
    assert why_allocated("reference", None, "nl") == "De betaler noemde het betalingskenmerk"
    (dutch,) = [rule.code for rule in ORDER_RULES if rule.jurisdiction == "NL"]
    told = why_allocated("legal_order", dutch, "nl")
    assert told.endswith(", in de volgorde van art. 6:43 lid 2 BW")


def test_each_return_says_why_and_what_to_do() -> None:
    rules = rules_on(date(2026, 11, 22))
    assert set(rules.by_code) == set(RETURNS)
    unknown = rules.of("XT99")
    assert {unknown.action, *(rule.action for rule in rules.by_code.values())} == set(ACTIONS)


def test_a_code_without_words_is_shown_as_it_is() -> None:
    assert text_of("never_seen", FACTS, "nl") == "never seen"
