"""How an engine did: each line counted once, by kind and by what a clerk could have known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args
from uuid import UUID

from tests.evaluation.records import Answer, Shares, Truth, World

Outcome = Literal["right", "inexact", "wrong", "queued"]
"""`right`: every share to its invoice and amount. `wrong`: anything to an invoice or customer that
the truth does not allow. `inexact`: the right invoices, with other amounts or not all of them."""
Rank = Literal["1", "2", "3", "later", "absent"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
RANKS: tuple[Rank, ...] = get_args(Rank)
FIRST_THREE: tuple[Rank, ...] = ("1", "2", "3")


def outcome_of(truth: Truth, answer: Answer) -> Outcome:
    if not answer.posted:
        return "queued"
    allowed = _allowed(truth)
    if any(sorted(answer.posted) == sorted(shares) for shares in allowed):
        return "right"
    invoices = {invoice_id for invoice_id, _ in answer.posted}
    if any(invoices <= _invoices(shares) for shares in allowed):
        return "inexact"
    return "wrong"


def rank_of(truth: Truth, answer: Answer) -> Rank:
    """Where the candidate stands that would pay just what the truth pays.

    Where nothing is left to pay, that is the customer's credit.
    """
    allowed = [_invoices(shares) for shares in _allowed(truth)]
    for place, (customer_id, invoice_ids) in enumerate(answer.ranked, start=1):
        is_credit = not truth.shares and not invoice_ids and customer_id == truth.customer_id
        if is_credit or set(invoice_ids) in allowed:
            return RANKS[place - 1] if place <= 3 else "later"
    return "absent"


def best_is_right(truth: Truth, answer: Answer) -> bool:
    """What the probability speaks of: the posting, or else the first candidate."""
    if answer.posted:
        return outcome_of(truth, answer) == "right"
    return rank_of(truth, answer) == "1"


def _allowed(truth: Truth) -> list[Shares]:
    return [shares for shares in (truth.shares, *truth.alternatives) if shares]


def _invoices(shares: Shares) -> set[UUID]:
    return {invoice_id for invoice_id, _ in shares}


@dataclass(slots=True)
class Tally:
    """Counts of one kind, or of all."""

    lines: int = 0
    decidable: Counter[Outcome] = field(default_factory=Counter)
    """Outcomes of the lines that a clerk could have decided."""
    doubtful: Counter[Outcome] = field(default_factory=Counter)
    """Outcomes of the others."""
    ranks_decidable: Counter[Rank] = field(default_factory=Counter)
    """Of the queued lines a clerk could have decided."""
    ranks_doubtful: Counter[Rank] = field(default_factory=Counter)
    """Of the queued others, as far as they are a customer's."""

    def count(self, truth: Truth, answer: Answer) -> None:
        outcome = outcome_of(truth, answer)
        self.lines += 1
        (self.decidable if truth.decidable else self.doubtful)[outcome] += 1
        if outcome == "queued" and (truth.shares or truth.customer_id):
            rank = rank_of(truth, answer)
            (self.ranks_decidable if truth.decidable else self.ranks_doubtful)[rank] += 1

    @property
    def outcomes(self) -> Counter[Outcome]:
        return self.decidable + self.doubtful

    @property
    def ranks(self) -> Counter[Rank]:
        return self.ranks_decidable + self.ranks_doubtful

    @property
    def posted(self) -> int:
        return self.lines - self.outcomes["queued"]

    @property
    def decidable_posted(self) -> float:
        """Share of the lines a clerk could decide that the engine posted without error."""
        known = self.decidable.total()
        return self.decidable["right"] / known if known else 1.0

    @property
    def wrong_per_10_000_posted(self) -> float:
        return 10_000 * self.outcomes["wrong"] / self.posted if self.posted else 0.0

    @property
    def decidable_in_first_three(self) -> float:
        return _in_first_three(self.ranks_decidable)

    @property
    def queued_in_first_three(self) -> float:
        return _in_first_three(self.ranks)

    def as_json(self) -> dict[str, Any]:
        return {
            "lines": self.lines,
            "decidable": dict(self.decidable),
            "doubtful": dict(self.doubtful),
            "ranks_decidable": dict(self.ranks_decidable),
            "ranks_doubtful": dict(self.ranks_doubtful),
            "decidable_posted": self.decidable_posted,
            "wrong_per_10_000_posted": self.wrong_per_10_000_posted,
            "decidable_queued_in_first_three": self.decidable_in_first_three,
            "queued_in_first_three": self.queued_in_first_three,
        }


def _in_first_three(ranks: Counter[Rank]) -> float:
    return sum(ranks[rank] for rank in FIRST_THREE) / ranks.total() if ranks else 1.0


@dataclass(frozen=True, slots=True)
class Score:
    overall: Tally
    by_kind: dict[str, Tally]
    guesses: list[tuple[float, bool]]
    """Probability and whether it came true, of every line the engine gave one for."""

    def as_json(self) -> dict[str, Any]:
        return {
            "overall": self.overall.as_json(),
            "by_kind": {kind: tally.as_json() for kind, tally in sorted(self.by_kind.items())},
        }


def score(world: World, answers: Mapping[UUID, Answer]) -> Score:
    """Count every line of the world; a line without an answer raises `KeyError`."""
    overall, by_kind = Tally(), dict[str, Tally]()
    guesses: list[tuple[float, bool]] = []
    for truth in world.truths:
        answer = answers[truth.line_id]
        overall.count(truth, answer)
        by_kind.setdefault(truth.kind, Tally()).count(truth, answer)
        if answer.probability is not None:
            guesses.append((answer.probability, best_is_right(truth, answer)))
    return Score(overall, by_kind, guesses)
