"""The 14-day letter: when it arrives, how long it leaves, and what voids it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.collections.domain.fourteen_day_letter import (
    LetterRules,
    Prudence,
    faults,
    letter_term,
    presumed_delivery,
)
from services.collections.domain.jurisdiction import jurisdiction
from tests.unit.collections.builders import APPROVED

NL = jurisdiction("NL")
NO_PRUDENCE = Prudence(extend_to_business_day=False, bank_float_days=0)


def rules() -> LetterRules:
    assert NL.letter is not None
    return NL.letter


@pytest.mark.parametrize(
    ("dispatch", "delivery", "free_from", "last_free_day", "costs_from"),
    [
        (date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 26), date(2026, 12, 9),
         date(2026, 12, 10)),
        (date(2026, 11, 26), date(2026, 11, 28), date(2026, 11, 29), date(2026, 12, 12),
         date(2026, 12, 13)),
        (date(2026, 11, 27), date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 15),
         date(2026, 12, 16)),
        (date(2026, 12, 23), date(2026, 12, 29), date(2026, 12, 30), date(2027, 1, 12),
         date(2027, 1, 13)),
        (date(2026, 4, 24), date(2026, 4, 28), date(2026, 4, 29), date(2026, 5, 12),
         date(2026, 5, 13)),
        (date(2026, 9, 18), date(2026, 9, 22), date(2026, 9, 23), date(2026, 10, 6),
         date(2026, 10, 7)),
    ],
    ids=["plain", "saturday", "weekend", "christmas", "kings-day", "first-story"],
)  # fmt: skip
def test_a_worked_example_of_the_term(
    dispatch: date, delivery: date, free_from: date, last_free_day: date, costs_from: date
) -> None:
    term = letter_term(dispatch, NL.calendar, rules(), wording=APPROVED, prudence=NO_PRUDENCE)
    assert term.delivered_on == delivery
    assert term.free_from == free_from
    assert term.last_free_day == last_free_day
    assert term.costs_from == term.impose_from == costs_from


def test_a_prudent_creditor_lets_a_term_run_on_over_the_weekend() -> None:
    prudence = Prudence(extend_to_business_day=True, bank_float_days=0)
    term = letter_term(
        date(2026, 11, 26), NL.calendar, rules(), wording=APPROVED, prudence=prudence
    )
    assert term.costs_from == date(2026, 12, 13)
    assert term.impose_from == date(2026, 12, 15)


def test_the_bank_gets_business_days_to_tell_of_a_payment_on_the_last_day() -> None:
    prudence = Prudence(extend_to_business_day=True, bank_float_days=2)
    term = letter_term(
        date(2026, 11, 26), NL.calendar, rules(), wording=APPROVED, prudence=prudence
    )
    # Free to Saturday 12, prudently to Monday 14; the bank has Tuesday and Wednesday.
    assert term.impose_from == date(2026, 12, 17)


def test_a_letter_that_promises_fifteen_days_is_kept_to_its_word() -> None:
    wording = "fifteen_days_after_delivery"
    term = letter_term(
        date(2026, 11, 23), NL.calendar, rules(), wording=wording, prudence=NO_PRUDENCE
    )
    assert term.costs_from == date(2026, 12, 10)
    assert term.impose_from == date(2026, 12, 11)


def test_proof_of_receipt_replaces_the_presumption() -> None:
    term = letter_term(
        date(2026, 11, 23),
        NL.calendar,
        rules(),
        wording=APPROVED,
        delivered_on=date(2026, 11, 27),
        prudence=NO_PRUDENCE,
    )
    assert term.last_free_day == date(2026, 12, 11)


def test_both_approved_wordings_have_their_dutch_text() -> None:
    assert {wording.text for wording in rules().wordings.values()} == {
        "binnen veertien dagen vanaf de dag nadat deze brief bij u is bezorgd",
        "binnen vijftien dagen nadat deze brief bij u is bezorgd",
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ()),
        ({"sent_on": date(2026, 8, 31)}, ("sent_before_default",)),
        ({"wording": "fourteen_days_after_today"}, ("wording_not_approved",)),
        ({"wording": None}, ("wording_not_approved",)),
        ({"names_costs": False}, ("costs_not_named",)),
        ({"by_post": False}, ("delivery_unproven",)),
        ({"by_post": False, "delivered_on": date(2026, 9, 18)}, ()),
        (
            {"wording": None, "names_costs": False},
            ("wording_not_approved", "costs_not_named"),
        ),
    ],
)
def test_a_letter_with_a_fault_does_not_count(
    changes: dict[str, object], expected: tuple[str, ...]
) -> None:
    sound: dict[str, object] = {
        "sent_on": date(2026, 9, 18),
        "due_on": date(2026, 8, 31),
        "wording": APPROVED,
        "names_costs": True,
        "by_post": True,
        "delivered_on": None,
        "rules": rules(),
    }
    assert faults(**(sound | changes)) == expected  # type: ignore[arg-type]


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_post_arrives_on_a_day_with_post_at_least_two_days_later(dispatch: date) -> None:
    delivery = presumed_delivery(dispatch, NL.calendar, rules())
    assert delivery >= dispatch + timedelta(days=2)
    assert delivery.weekday() not in rules().days_without_post
    assert not NL.calendar.is_public_holiday(delivery)


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.integers(0, 3))
def test_nobody_gets_less_than_fourteen_free_days(dispatch: date, bank_float_days: int) -> None:
    prudence = Prudence(bank_float_days=bank_float_days)
    term = letter_term(dispatch, NL.calendar, rules(), wording=APPROVED, prudence=prudence)
    assert (term.last_free_day - term.delivered_on).days == 14
    assert term.costs_from <= term.impose_from
