"""The 14-day letter as it was really sent: its faults for a claim, and its term."""

from __future__ import annotations

from services.collections.domain.facts import Receivable, StepTaken
from services.collections.domain.fourteen_day_letter import (
    LetterRules,
    LetterTerm,
    Prudence,
    faults,
    letter_term,
)
from services.collections.domain.jurisdiction import Jurisdiction


def faults_of(letter: StepTaken, receivable: Receivable, rules: LetterRules) -> tuple[str, ...]:
    """Why a sent letter does not count for this claim; a letter not yet sent has no fault."""
    if letter.sent_on is None:
        return ()
    returned_on = receivable.debit_returned_on
    if returned_on is not None and letter.taken_on < returned_on:
        return ("sent_before_debit_return",)
    return faults(
        sent_on=letter.sent_on,
        due_on=receivable.due_on,
        wording=letter.wording,
        names_costs=letter.costs is not None,
        by_post=letter.channel == "letter",
        delivered_on=letter.delivered_on,
        rules=rules,
    )


def term_of(letter: StepTaken, law: Jurisdiction, prudence: Prudence) -> LetterTerm:
    """The term of a sent letter with an approved wording. ValueError when it has neither."""
    if letter.sent_on is None or letter.wording is None or law.letter is None:
        raise ValueError("only a sent letter with an approved wording has a term")
    return letter_term(
        letter.sent_on,
        law.calendar,
        law.letter,
        wording=letter.wording,
        delivered_on=letter.delivered_on,
        prudence=prudence,
    )
