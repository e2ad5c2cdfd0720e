"""Prescription: the last day a claim can be enforced."""

from datetime import date

import pytest

from services.collections.domain.jurisdiction import jurisdiction
from services.collections.domain.prescription import last_enforceable_day


@pytest.mark.parametrize(
    ("due_on", "interruptions", "expected"),
    [
        (date(2021, 3, 31), [], date(2026, 3, 31)),
        (date(2021, 3, 31), [date(2025, 2, 10)], date(2030, 2, 10)),
        (date(2021, 3, 31), [date(2025, 2, 10), date(2024, 6, 5)], date(2030, 2, 10)),
        (date(2023, 1, 1), [date(2024, 6, 5)], date(2029, 6, 5)),
        # Each letter within the term carries it further.
        (date(2015, 3, 31), [date(2019, 5, 1), date(2023, 7, 1)], date(2028, 7, 1)),
        # A letter after the term revives nothing.
        (date(2015, 3, 31), [date(2020, 4, 1)], date(2020, 3, 31)),
    ],
)
def test_a_dutch_claim_lasts_five_years_from_the_last_demand(
    due_on: date, interruptions: list[date], expected: date
) -> None:
    rules = jurisdiction("NL").prescription
    assert last_enforceable_day(due_on, rules, interruptions) == expected


@pytest.mark.parametrize(
    ("code", "expected"), [("DE", date(2026, 12, 31)), ("PL", date(2025, 12, 31))]
)
def test_elsewhere_the_term_ends_with_a_year_and_a_reminder_does_not_stop_it(
    code: str, expected: date
) -> None:
    rules = jurisdiction(code).prescription
    assert last_enforceable_day(date(2023, 5, 15), rules, [date(2024, 1, 1)]) == expected
