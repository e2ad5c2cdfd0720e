"""Business days, days for contact and the hours within them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.collections.domain.calendar import add_months
from services.collections.domain.jurisdiction import jurisdiction
from shared.errors import InvalidInput

NL = jurisdiction("NL")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("NL", date(2026, 4, 27)),  # King's Day
        ("NL", date(2027, 3, 26)),  # Good Friday
        ("NL", date(2026, 5, 5)),  # Liberation Day, each year under the Algemene termijnenwet
        ("DE", date(2026, 10, 3)),  # German Unity Day
        ("PL", date(2026, 11, 11)),  # Independence Day
        ("PL", date(2026, 6, 4)),  # Corpus Christi
    ],
)
def test_a_public_holiday_is_no_business_day_and_no_day_for_contact(code: str, day: date) -> None:
    calendar = jurisdiction(code).calendar
    assert calendar.is_public_holiday(day)
    assert not calendar.is_business_day(day)
    assert not calendar.is_contact_day(day)


def test_a_saturday_is_for_contact_but_not_for_business() -> None:
    saturday = date(2026, 11, 21)
    assert NL.calendar.is_contact_day(saturday)
    assert not NL.calendar.is_business_day(saturday)


def test_holidays_of_one_country_are_working_days_in_another() -> None:
    kings_day = date(2026, 4, 27)
    assert jurisdiction("DE").calendar.is_business_day(kings_day)
    assert jurisdiction("PL").calendar.is_business_day(kings_day)


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 12, 24), 1, date(2026, 12, 28)),
        (date(2027, 3, 25), 1, date(2027, 3, 30)),
        (date(2026, 11, 21), 5, date(2026, 11, 27)),
    ],
)
def test_business_days_are_counted_over_weekends_and_holidays(
    start: date, count: int, expected: date
) -> None:
    assert NL.calendar.add_business_days(start, count) == expected


def test_counting_business_days_backwards_is_refused() -> None:
    with pytest.raises(ValueError, match="forward"):
        NL.calendar.add_business_days(date(2026, 11, 20), -1)


def test_the_next_business_day_of_a_business_day_is_itself() -> None:
    assert NL.calendar.next_business_day(date(2026, 11, 20)) == date(2026, 11, 20)
    assert NL.calendar.next_business_day(date(2026, 12, 25)) == date(2026, 12, 28)


@pytest.mark.parametrize(
    ("local", "is_open"),
    [
        (datetime(2026, 11, 20, 6, 59, 59, tzinfo=AMSTERDAM), False),
        (datetime(2026, 11, 20, 7, 0, tzinfo=AMSTERDAM), True),
        (datetime(2026, 11, 20, 19, 59, 59, tzinfo=AMSTERDAM), True),
        (datetime(2026, 11, 20, 20, 0, tzinfo=AMSTERDAM), False),
        (datetime(2026, 11, 21, 12, 0, tzinfo=AMSTERDAM), True),  # Saturday
        (datetime(2026, 11, 22, 12, 0, tzinfo=AMSTERDAM), False),  # Sunday
        (datetime(2026, 12, 25, 12, 0, tzinfo=AMSTERDAM), False),  # Christmas
    ],
)
def test_people_are_approached_from_seven_to_eight_on_days_for_contact(
    local: datetime, is_open: bool
) -> None:
    assert NL.contact_window is not None
    assert NL.contact_window.is_open(local.astimezone(UTC), NL.zone, NL.calendar) is is_open


@pytest.mark.parametrize(
    ("at", "opens_at"),
    [
        # Summer time: 05:30 UTC is 07:30 in Amsterdam; winter time makes it 06:30.
        (datetime(2026, 7, 1, 5, 30, tzinfo=UTC), datetime(2026, 7, 1, 5, 30, tzinfo=UTC)),
        (datetime(2026, 11, 20, 5, 30, tzinfo=UTC), datetime(2026, 11, 20, 6, 0, tzinfo=UTC)),
        (datetime(2026, 11, 21, 20, 0, tzinfo=UTC), datetime(2026, 11, 23, 6, 0, tzinfo=UTC)),
        (datetime(2026, 12, 24, 19, 0, tzinfo=UTC), datetime(2026, 12, 28, 6, 0, tzinfo=UTC)),
    ],
)
def test_the_window_opens_next_at_seven_local_time(at: datetime, opens_at: datetime) -> None:
    assert NL.contact_window is not None
    assert NL.contact_window.next_opening(at, NL.zone, NL.calendar) == opens_at


def test_a_naive_moment_is_refused() -> None:
    assert NL.contact_window is not None
    with pytest.raises(ValueError, match="time zone"):
        NL.contact_window.is_open(datetime(2026, 11, 20, 12), NL.zone, NL.calendar)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 3, 31), -6, date(2025, 9, 30)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
    ],
)
def test_months_are_added_and_clipped_to_the_month(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_a_jurisdiction_that_is_not_configured_is_refused() -> None:
    with pytest.raises(InvalidInput, match="jurisdiction"):
        jurisdiction("XX")
