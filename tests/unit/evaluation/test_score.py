"""The report counts rightly, seen on a world made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from tests.evaluation.records import Answer, BankLine, Shares, Truth, World
from tests.evaluation.score import best_is_right, outcome_of, rank_of, score
from tests.evaluation.show import goals_of

HERS, HIS, THEIRS = UUID(int=1), UUID(int=2), UUID(int=3)
HER = UUID(int=10)


def truth(
    at: int = 1, shares: Shares = ((HERS, 500),), *, decidable: bool = True, kind: str = "some"
) -> Truth:
    return Truth(
        line_id=UUID(int=100 + at),
        kind=kind,
        decidable=decidable,
        customer_id=HER,
        shares=shares,
    )


def answer(
    at: int = 1,
    posted: Shares = (),
    *ranked: tuple[UUID, ...],
    probability: float | None = None,
) -> Answer:
    return Answer(
        line_id=UUID(int=100 + at),
        posted=posted,
        customer_id=HER if posted else None,
        probability=probability,
        ranked=tuple((HER, invoices) for invoices in ranked),
    )


def test_every_share_to_its_invoice_is_right_in_any_order() -> None:
    told = truth(shares=((HERS, 500), (HIS, 300)))
    assert outcome_of(told, answer(1, ((HIS, 300), (HERS, 500)))) == "right"


def test_anything_to_an_invoice_the_truth_does_not_name_is_wrong() -> None:
    """Also when the rest is right: the stranger's bill is ticked off."""
    told = truth(shares=((HERS, 500),))
    assert outcome_of(told, answer(1, ((HIS, 500),))) == "wrong"
    assert outcome_of(told, answer(1, ((HERS, 400), (HIS, 100)))) == "wrong"


def test_the_right_invoice_with_another_amount_is_inexact_and_not_wrong() -> None:
    told = truth(shares=((HERS, 500), (HIS, 300)))
    assert outcome_of(told, answer(1, ((HERS, 500),))) == "inexact"
    assert outcome_of(told, answer(1, ((HERS, 300), (HIS, 500)))) == "inexact"


def test_posting_what_belongs_to_nobody_is_wrong() -> None:
    assert outcome_of(truth(shares=()), answer(1, ((HERS, 500),))) == "wrong"


def test_a_twin_is_right_where_the_truth_allows_it() -> None:
    told = Truth(
        line_id=UUID(int=101),
        kind="twins",
        decidable=True,
        customer_id=HER,
        shares=((HERS, 500),),
        alternatives=(((HIS, 500),),),
    )
    assert outcome_of(told, answer(1, ((HIS, 500),))) == "right"
    assert rank_of(told, answer(1, (), (HIS,))) == "1"
    assert outcome_of(told, answer(1, ((HERS, 500), (HIS, 500)))) == "wrong"


@pytest.mark.parametrize(
    ("before", "rank"), [(0, "1"), (1, "2"), (2, "3"), (3, "later"), (19, "later")]
)
def test_the_rank_is_that_of_the_candidate_that_pays_what_the_truth_pays(
    before: int, rank: str
) -> None:
    ranked = [(THEIRS,)] * before + [(HIS, HERS)]
    told = truth(shares=((HERS, 500), (HIS, 300)))
    assert rank_of(told, answer(1, (), *ranked)) == rank


def test_a_candidate_for_half_of_the_bills_is_not_the_right_one() -> None:
    told = truth(shares=((HERS, 500), (HIS, 300)))
    assert rank_of(told, answer(1, (), (HERS,), (HIS,))) == "absent"


def test_where_nothing_is_left_to_pay_the_right_candidate_is_the_customers_credit() -> None:
    paid_twice = truth(shares=(), decidable=False)
    assert rank_of(paid_twice, answer(1, (), (HIS,), ())) == "2"
    assert rank_of(paid_twice, answer(1, (), (HIS,))) == "absent"
    of_another = Answer(
        line_id=paid_twice.line_id,
        posted=(),
        customer_id=None,
        probability=None,
        ranked=((HIS, ()),),
    )
    assert rank_of(paid_twice, of_another) == "absent"


def test_a_probability_speaks_of_the_posting_or_else_of_the_first_candidate() -> None:
    assert best_is_right(truth(), answer(1, ((HERS, 500),)))
    assert not best_is_right(truth(), answer(1, ((HIS, 500),), (HERS,)))
    assert best_is_right(truth(), answer(1, (), (HERS,), (HIS,)))
    assert not best_is_right(truth(), answer(1, (), (HIS,), (HERS,)))
    assert not best_is_right(truth(shares=()), answer(1, (), (HERS,)))


def test_a_day_at_the_bank_is_counted_by_kind_and_against_the_goals() -> None:
    """Of five lines a clerk could decide, three are posted right, one wrong, one waits as second.

    Of the two that no clerk could decide, one waits with nothing to show for it, and one is
    nobody's: it waits too and counts for no rank.
    """
    world = world_of(
        truth(1),
        truth(2),
        truth(3),
        truth(4),
        truth(5, kind="other"),
        truth(6, kind="other", decidable=False),
        replace(truth(7, (), kind="other", decidable=False), customer_id=None),
    )
    right = ((HERS, 500),)
    answers = [
        answer(1, right, probability=0.9),
        answer(2, right),
        answer(3, right),
        answer(4, ((THEIRS, 500),), probability=0.8),
        answer(5, (), (HIS,), (HERS,)),
        answer(6),
        answer(7),
    ]
    result = score(world, {each.line_id: each for each in answers})
    overall = result.overall
    assert overall.decidable == {"right": 3, "wrong": 1, "queued": 1}
    assert overall.doubtful == {"queued": 2}
    assert overall.posted == 4
    assert overall.decidable_posted == 3 / 5
    assert overall.wrong_per_10_000_posted == 2_500
    assert overall.ranks_decidable == {"2": 1}
    assert overall.ranks_doubtful == {"absent": 1}
    assert overall.decidable_in_first_three == 1
    assert overall.queued_in_first_three == 1 / 2
    assert result.by_kind["some"].lines == 4
    assert result.by_kind["other"].posted == 0
    assert result.guesses == [(0.9, True), (0.8, False)]
    assert [goal.reached for goal in goals_of(overall)] == [False, False, True]


def test_a_line_without_an_answer_is_an_error_and_not_a_success() -> None:
    with pytest.raises(KeyError):
        score(world_of(truth(1)), {})


def world_of(*truths: Truth) -> World:
    lines = tuple(
        BankLine(line_id=each.line_id, booked_on=date(2026, 7, 20), amount=500, text="")
        for each in truths
    )
    return World(
        debtors=(),
        bills=(),
        instalments=(),
        remembered=(),
        past_payments=(),
        lines=lines,
        truths=truths,
    )
