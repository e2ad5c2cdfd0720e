"""A promise to pay is kept by the money, and broken by the calendar."""

from datetime import date

import pytest

from services.collections.domain.promise import trigger_for
from tests.unit.collections.builders import eur

BY = date(2026, 10, 10)


@pytest.mark.parametrize(
    ("received", "today", "expected"),
    [
        ("100.00", date(2026, 10, 1), "keep"),
        ("120.00", date(2026, 10, 30), "keep"),
        ("99.99", date(2026, 10, 10), None),
        ("0.00", date(2026, 10, 12), None),
        ("0.00", date(2026, 10, 13), "break"),
        ("99.99", date(2026, 10, 13), "break"),
    ],
)
def test_a_promise_is_open_until_the_bank_has_had_its_days(
    received: str, today: date, expected: str | None
) -> None:
    assert trigger_for(eur("100.00"), BY, eur(received), today, grace_days=2) == expected
