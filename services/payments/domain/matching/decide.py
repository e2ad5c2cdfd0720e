"""One decision per line, over all lines of a file together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.payments.domain.matching.book import Book
from services.payments.domain.matching.decisions import Ambiguous, Decision, NoMatch
from services.payments.domain.matching.facts import CAREFUL, Facts, Line, Settings
from services.payments.domain.matching.judge import Judgement, judge
from services.payments.domain.matching.named import (
    Named,
    decides,
    fits,
    is_beyond_doubt,
    is_plain,
    is_sent_by,
    named_in,
    pay_named,
)
from services.payments.domain.matching.weighed import pay_weighed

# What points at who sent the money, whatever was named.
_SENDER: Final = frozenset(
    {
        "account_mandate",
        "account_direct_debit",
        "account_remembered",
        "account_payment",
        "name_full",
        "name_same",
    }
)

_NEAR: Final = frozenset({"reference_slip", "reference_cut", "number_inside", "number_slip"})


def decide_all(
    lines: Iterable[Line], facts: Facts | Book, settings: Settings = CAREFUL
) -> dict[UUID, Decision]:
    """No item is given more than it has, and the order of `lines` changes no total.

    What was asked for comes first, then what is named and fits, what is named, and what is weighed,
    the surest before the others.
    """
    book = facts if isinstance(facts, Book) else Book(facts)
    cases = sorted((_case(line, book, settings) for line in lines), key=lambda case: case.rank)
    return {case.line.id: _decide(case, book, settings) for case in cases}


@dataclass(slots=True)
class _Case:
    """A line with its place in the order, and what was thought of it before others took items."""

    line: Line
    rank: tuple[object, ...]
    named: Named | None = None
    judged: Judgement | None = None


def _case(line: Line, book: Book, settings: Settings) -> _Case:
    named = named_in(line, book)
    if line.invoice_id is not None:
        return _Case(line, (0, 0.0, *_content(line)), named)
    if named and decides(line, named, book):
        strength = 1 if is_plain(line, named, book) else 2
        return _Case(line, (strength, 0.0, *_content(line)), named)
    judged = judge(line, book, settings)
    return _Case(line, (3, -judged.probability, *_content(line)), named, judged)


def _content(line: Line) -> tuple[object, ...]:
    """What a line says, and nothing of where it stood in the file."""
    return (
        line.value_on,
        line.amount.minor,
        line.clues.text,
        line.payer_name or "",
        sorted(line.clues.references),
        sorted(line.clues.numbers),
        sorted(line.accounts or ()),
        str(line.invoice_id or ""),
    )


def _decide(case: _Case, book: Book, settings: Settings) -> Decision:
    line, judged = case.line, case.judged
    if judged is not None:
        if not book.changed.isdisjoint(answer.customer_id for answer in judged.answers):
            judged = judge(line, book, settings)
        return pay_weighed(line, judged, book, settings)
    if case.named is None:
        return NoMatch(reason="unknown_reference")
    if line.invoice_id is None and not is_beyond_doubt(line, case.named, book):
        contradicted = _contradicted(case, book, settings)
        if contradicted:
            return contradicted
    return pay_named(line, case.named, book, settings)


def _contradicted(case: _Case, book: Book, settings: Settings) -> Decision | None:
    """What was named may be the slip of somebody else who seems to have paid and owes just this.

    It is, when what was meant is one slip away and neither amount nor sender speaks for what was
    named. When the amount does, or nothing near is owed, a person looks.
    """
    line, named = case.line, case.named
    if named is None or is_sent_by(line, named, book):
        return None
    judged = judge(line, book, settings)
    senders = [
        answer
        for answer in judged.answers
        if answer.customer_id not in named.customer_ids and not _SENDER.isdisjoint(answer.codes)
    ]
    is_named_fit = fits(line, named.items, book)
    doubts = [sender for sender in senders if sender.fit.is_whole]
    slips = [sender for sender in doubts if not _NEAR.isdisjoint(sender.codes)]
    if not (slips if is_named_fit else doubts):
        return None
    if judged.best in slips and not is_named_fit and judged.is_sure(settings):
        return pay_weighed(line, judged, book, settings)
    candidates = judged.candidates()
    return Ambiguous(reason="contradiction", customer_id=None, candidates=candidates)
