"""Payment arrangements: the schedule, what counts toward it, and how it ends by itself."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.collections.domain.arrangement import (
    ArrangementRules,
    Break,
    Complete,
    Instalment,
    Kept,
    Received,
    Warn,
    Warned,
    judge,
    schedule_in,
    schedule_of,
    standing,
)
from shared.errors import InvalidInput
from shared.money import Money
from tests.unit.collections.builders import eur

RULES = ArrangementRules()
FIRST = date(2026, 10, 1)
THREE_OF_60 = schedule_in(eur("180.00"), 3, FIRST, RULES)


def paid(on: date, amount: str) -> Received:
    return Received(on, eur(amount))


def test_a_total_in_equal_parts_gives_the_first_ones_the_odd_cents() -> None:
    assert schedule_in(eur("100.00"), 3, FIRST, RULES) == (
        Instalment(1, date(2026, 10, 1), eur("33.34")),
        Instalment(2, date(2026, 11, 1), eur("33.33")),
        Instalment(3, date(2026, 12, 1), eur("33.33")),
    )


def test_a_total_in_parts_of_an_amount_ends_with_what_is_left() -> None:
    schedule = schedule_of(eur("130.00"), eur("60.00"), FIRST, RULES)
    assert [part.amount for part in schedule] == [eur("60.00"), eur("60.00"), eur("10.00")]


def test_instalments_at_the_end_of_the_month_follow_the_months() -> None:
    schedule = schedule_in(eur("400.00"), 4, date(2027, 1, 15), RULES, day=31)
    assert [part.due_on for part in schedule] == [
        date(2027, 1, 15), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30),
    ]  # fmt: skip


@pytest.mark.parametrize("count", [0, -1, 37])
def test_too_few_or_too_many_instalments_are_refused(count: int) -> None:
    with pytest.raises(InvalidInput, match="count"):
        schedule_in(eur("180.00"), count, FIRST, RULES)


def test_an_instalment_is_a_cent_at_least() -> None:
    with pytest.raises(InvalidInput, match="count"):
        schedule_in(eur("0.02"), 3, FIRST, RULES)


@pytest.mark.parametrize(
    ("total", "amount"), [("0.00", "10.00"), ("10.00", "0.00"), ("100.00", "1.00")]
)
def test_an_amount_that_makes_no_schedule_is_refused(total: str, amount: str) -> None:
    with pytest.raises(InvalidInput, match="amount"):
        schedule_of(eur(total), eur(amount), FIRST, RULES)


def test_a_day_that_no_month_has_is_refused() -> None:
    with pytest.raises(InvalidInput, match="day"):
        schedule_in(eur("180.00"), 3, FIRST, RULES, day=32)


def test_a_payment_settles_the_oldest_instalment_first_and_runs_over() -> None:
    places = standing(THREE_OF_60, [paid(date(2026, 10, 3), "20.00"), paid(FIRST, "50.00")])
    assert [place.paid for place in places] == [eur("60.00"), eur("10.00"), eur("0.00")]
    assert [place.settled_on for place in places] == [date(2026, 10, 3), None, None]


def test_one_large_payment_completes_it() -> None:
    received = [paid(date(2026, 9, 20), "200.00")]
    assert judge(THREE_OF_60, received, [], date(2026, 9, 21), RULES) == Complete(date(2026, 9, 20))


def test_a_missed_instalment_has_its_grace_then_a_warning_then_it_breaks() -> None:
    missed = THREE_OF_60[0]
    in_grace = judge(THREE_OF_60, [], [], date(2026, 10, 8), RULES)
    assert in_grace == Kept(look_again_on=date(2026, 10, 9))
    warn = judge(THREE_OF_60, [], [], date(2026, 10, 9), RULES)
    assert warn == Warn(missed, repair_by=date(2026, 10, 19))
    warned = [Warned(1, date(2026, 10, 9))]
    waiting = judge(THREE_OF_60, [], warned, date(2026, 10, 19), RULES)
    assert waiting == Kept(look_again_on=date(2026, 10, 20))
    assert judge(THREE_OF_60, [], warned, date(2026, 10, 20), RULES) == Break(missed)


def test_a_repair_in_time_keeps_the_arrangement() -> None:
    warned = [Warned(1, date(2026, 10, 9))]
    received = [paid(date(2026, 10, 18), "60.00")]
    assert judge(THREE_OF_60, received, warned, date(2026, 10, 20), RULES) == Kept(
        look_again_on=date(2026, 11, 9)
    )


def test_a_second_miss_has_its_grace_but_no_second_warning() -> None:
    warned = [Warned(1, date(2026, 10, 9))]
    received = [paid(date(2026, 10, 18), "60.00")]
    in_grace = judge(THREE_OF_60, received, warned, date(2026, 11, 8), RULES)
    assert in_grace == Kept(look_again_on=date(2026, 11, 9))
    after = judge(THREE_OF_60, received, warned, date(2026, 11, 9), RULES)
    assert after == Break(THREE_OF_60[1])


def test_a_creditor_may_allow_a_warning_for_a_second_miss() -> None:
    patient = ArrangementRules(warnings=2)
    warned = [Warned(1, date(2026, 10, 9))]
    received = [paid(date(2026, 10, 18), "60.00")]
    found = judge(THREE_OF_60, received, warned, date(2026, 11, 9), patient)
    assert found == Warn(THREE_OF_60[1], repair_by=date(2026, 11, 19))


def test_a_payment_that_was_returned_no_longer_counts() -> None:
    received = [paid(FIRST, "60.00")]
    assert isinstance(judge(THREE_OF_60, received, [], date(2026, 10, 9), RULES), Kept)
    assert isinstance(judge(THREE_OF_60, [], [], date(2026, 10, 9), RULES), Warn)


def test_a_payment_of_tomorrow_does_not_count_today() -> None:
    received = [paid(date(2026, 10, 10), "180.00")]
    assert isinstance(judge(THREE_OF_60, received, [], date(2026, 10, 9), RULES), Warn)


TOTALS = st.integers(1, 5_000_000)


@given(TOTALS, st.integers(1, 36), st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_parts_sum_to_the_total_and_differ_by_a_cent(minor: int, count: int, first: date) -> None:
    count = min(count, minor)
    schedule = schedule_in(Money(minor, "EUR"), count, first, RULES)
    amounts = [part.amount.minor for part in schedule]
    assert sum(amounts) == minor
    assert max(amounts) - min(amounts) <= 1
    assert all(a.due_on < b.due_on for a, b in pairwise(schedule))


@given(TOTALS, TOTALS, st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_parts_of_an_amount_sum_to_the_total(minor: int, part: int, first: date) -> None:
    part = max(part, minor // 36 + 1)
    schedule = schedule_of(Money(minor, "EUR"), Money(part, "EUR"), first, RULES)
    assert sum(p.amount.minor for p in schedule) == minor
    assert all(p.amount.minor == part for p in schedule[:-1])
    assert 0 < schedule[-1].amount.minor <= part


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 9_000)), max_size=8))
def test_what_counts_is_what_came_in_up_to_the_total(payments: list[tuple[int, int]]) -> None:
    received = [Received(FIRST + timedelta(days=d), Money(m, "EUR")) for d, m in payments]
    places = standing(THREE_OF_60, received)
    counted = sum(place.paid.minor for place in places)
    assert counted == min(18_000, sum(minor for _, minor in payments))
    assert all((p.settled_on is not None) == (p.paid == p.instalment.amount) for p in places)


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 9_000)), max_size=6))
def test_paying_more_never_turns_a_kept_arrangement_into_a_broken_one(
    payments: list[tuple[int, int]],
) -> None:
    received = [Received(FIRST + timedelta(days=d), Money(m, "EUR")) for d, m in payments]
    today = FIRST + timedelta(days=50)
    before = judge(THREE_OF_60, received, [Warned(1, FIRST)], today, RULES)
    more = [*received, Received(FIRST, eur("10.00"))]
    after = judge(THREE_OF_60, more, [Warned(1, FIRST)], today, RULES)
    if isinstance(before, Kept | Complete):
        assert isinstance(after, Kept | Complete)
