"""Which days count: public holidays, business days, days with post, hours for contact.

A calendar belongs to a jurisdiction; a date is a day in that jurisdiction's time zone.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from shared.clock import require_aware

ONE_DAY = timedelta(days=1)
SATURDAY, SUNDAY = 5, 6
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True, eq=False)
class BusinessCalendar:
    """The public holidays of one country. One object per jurisdiction, compared by identity."""

    country: str
    categories: tuple[str, ...]

    def is_public_holiday(self, day: date) -> bool:
        return day in _public_holidays(self.country, self.categories, day.year)

    def is_business_day(self, day: date) -> bool:
        return day.weekday() < SATURDAY and not self.is_public_holiday(day)

    def next_business_day(self, day: date) -> date:
        """`day` itself when it is a business day, else the first one after it."""
        while not self.is_business_day(day):
            day += ONE_DAY
        return day

    def add_business_days(self, day: date, count: int) -> date:
        """The `count`-th business day after `day`; `day` itself, whatever it is, for 0."""
        if count < 0:
            raise ValueError("business days are counted forward")
        for _ in range(count):
            day = self.next_business_day(day + ONE_DAY)
        return day

    def is_contact_day(self, day: date) -> bool:
        """Saturdays are; Sundays and public holidays are not."""
        return day.weekday() != SUNDAY and not self.is_public_holiday(day)

    def next_contact_day(self, day: date) -> date:
        """`day` itself when people may be approached on it, else the first such day after it."""
        while not self.is_contact_day(day):
            day += ONE_DAY
        return day


@dataclass(frozen=True, slots=True)
class ContactWindow:
    """Local hours within which a person may be approached by phone, message or visit.

    `opens_at` is inside the window, `closes_at` is not.
    """

    opens_at: time
    closes_at: time
    source: str

    def is_open(self, at: datetime, zone: ZoneInfo, calendar: BusinessCalendar) -> bool:
        local = require_aware(at).astimezone(zone)
        hour = local.time()
        return calendar.is_contact_day(local.date()) and self.opens_at <= hour < self.closes_at

    def next_opening(self, at: datetime, zone: ZoneInfo, calendar: BusinessCalendar) -> datetime:
        """`at` itself while the window is open, else when it opens next; aware UTC."""
        at = require_aware(at)
        if self.is_open(at, zone, calendar):
            return at
        local = at.astimezone(zone)
        day = local.date() if local.time() < self.opens_at else local.date() + ONE_DAY
        opening = datetime.combine(calendar.next_contact_day(day), self.opens_at, tzinfo=zone)
        return opening.astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The same day of a later (or, negative, earlier) month; clipped to that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    return day_of_month(index // 12, index % 12 + 1, day.day)


def day_of_month(year: int, month: int, day: int) -> date:
    """Day `day` of a month, or its last day when the month is shorter."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def weekday_numbers(names: list[str]) -> frozenset[int]:
    """English weekday names in lower case to `date.weekday()` numbers."""
    return frozenset(WEEKDAYS.index(name) for name in names)


def parse_calendar(data: Mapping[str, Any]) -> BusinessCalendar:
    return BusinessCalendar(data["country"], tuple(data["categories"]))


def parse_contact_window(data: Mapping[str, Any]) -> ContactWindow:
    return ContactWindow(data["opens_at"], data["closes_at"], data["source"])


@cache
def _public_holidays(country: str, categories: tuple[str, ...], year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year, categories=categories))
