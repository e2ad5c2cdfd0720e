"""From evidence to a judgement: how probable is each answer, and may the best one be posted?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Final
from uuid import UUID

from services.payments.domain.matching.book import Book
from services.payments.domain.matching.decisions import CANDIDATES_MAX, Candidate
from services.payments.domain.matching.evidence import Answer, answers
from services.payments.domain.matching.facts import Line, Settings
from services.payments.domain.matching.weights import WEIGHTS_2026

# From here on we say whose money it is, whatever the amount is for.
_KNOWN_FROM: Final = 0.98
_SCORE_MOST: Final = 60.0
# Kept with a posting, to tell why it was made.
RUNNERS_UP: Final = 3
_SAYS_NOTHING_OF_WHO: Final = ("amount_", "instalment_", "nothing_")


@dataclass(frozen=True, slots=True)
class Judgement:
    """All answers of a line, the best first, with probabilities.

    `leads_by` is how much better the best is than the next, in natural logarithms of the odds.
    """

    answers: tuple[Answer, ...]
    probabilities: tuple[float, ...]
    leads_by: float

    @property
    def best(self) -> Answer | None:
        return self.answers[0] if self.answers else None

    @property
    def probability(self) -> float:
        return self.probabilities[0] if self.answers else 0.0

    def who(self) -> Mapping[UUID, float]:
        """How probable it is of each customer that it is their money, whatever it is for.

        By all evidence but the amount; the likeliest first.
        """
        each = {
            answer.customer_id: WEIGHTS_2026.score(_of_person(answer))
            for answer in self.answers[:CANDIDATES_MAX]
        }
        scored = sorted(each.items(), key=lambda pair: (-pair[1], pair[0]))
        lead = margins([score for _, score in scored])
        return {
            customer_id: WEIGHTS_2026.probability(margin)
            for (customer_id, _), margin in zip(scored, lead, strict=True)
        }

    @property
    def customer_id(self) -> UUID | None:
        """Whose money it is, when that alone is known well enough to say so."""
        likeliest, probability = next(iter(self.who().items()), (None, 0.0))
        return likeliest if probability >= _KNOWN_FROM else None

    def is_sure(self, settings: Settings) -> bool:
        """Whether the best answer may be posted without a person looking at it."""
        return (
            bool(self.answers)
            and self.answers[0].fit.is_whole
            and self.probability >= settings.post_at
            and self.leads_by >= settings.tie_margin
        )

    def is_surely_of(self, customer_id: UUID, settings: Settings) -> bool:
        """Whether whose it is is as sure as a posting has to be, whatever the amount is for."""
        return self.who().get(customer_id, 0.0) >= settings.post_at

    def candidates(self, most: int = CANDIDATES_MAX) -> tuple[Candidate, ...]:
        best = zip(self.answers[:most], self.probabilities, strict=False)
        return tuple(_candidate(answer, probability) for answer, probability in best)


def judge(line: Line, book: Book, settings: Settings) -> Judgement:
    weights = WEIGHTS_2026
    scored = sorted(
        ((weights.score(answer.codes), answer) for answer in answers(line, book, settings)),
        key=lambda pair: (-pair[0], pair[1].customer_id),
    )
    scores = [score for score, _ in scored]
    found = tuple(answer for _, answer in scored)
    leads_by = scores[0] - scores[1] if len(scores) > 1 else float("inf")
    probabilities = tuple(map(weights.probability, margins(scores)))
    return Judgement(found, probabilities, leads_by)


def margins(scores: Sequence[float]) -> list[float]:
    """How far each score leads all others and the answer `none of these` (score 0) together.

    Highest first. Only the first can hide the others by its size, so it alone is left out exactly.
    """
    odds = [exp(min(score, _SCORE_MOST)) for score in scores]
    below = 1.0 + sum(odds[1:])
    others = [below, *(below + odds[0] - own for own in odds[1:])][:CANDIDATES_MAX]
    return [score - log(rivals) for score, rivals in zip(scores, others, strict=False)]


def _of_person(answer: Answer) -> list[str]:
    return [code for code in answer.codes if not code.startswith(_SAYS_NOTHING_OF_WHO)]


def _candidate(answer: Answer, probability: float) -> Candidate:
    of = WEIGHTS_2026.of
    return Candidate(
        answer.customer_id,
        tuple(item.id for item in answer.fit.items),
        round(probability, 6),
        tuple(code for code in answer.codes if of[code] > 0),
        tuple(code for code in answer.codes if of[code] <= 0),
    )
