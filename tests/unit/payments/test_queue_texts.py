"""Every code a clerk may meet has words in every language."""

from __future__ import annotations

import pytest

from services.payments.domain.desk import CREDIT_REASONS
from services.payments.domain.queue_texts import (
    FACTS,
    LANGUAGES,
    REASONS,
    REFUSALS,
    Texts,
    text_of,
)


@pytest.mark.parametrize("texts", [REASONS, FACTS, REFUSALS])
def test_each_code_is_said_differently_in_each_language(texts: Texts) -> None:
    for code in texts:
        said = [text_of(code, texts, language) for language in LANGUAGES]
        assert all(said)
        assert len(set(said)) == len(LANGUAGES), code


def test_what_makes_a_credit_has_words() -> None:
    assert set(CREDIT_REASONS) <= set(REASONS)


def test_a_code_without_words_is_shown_as_it_is() -> None:
    assert text_of("never_seen", FACTS, "nl") == "never seen"
