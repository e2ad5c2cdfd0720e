"""The only place that reads the time. Everything else is handed a `Clock`.

Instants are aware UTC; a business day is a date in the creditor's time zone.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock: the one production uses."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, at: datetime) -> None:
        self._at = require_aware(at)

    def now(self) -> datetime:
        return self._at

    def advance(self, by: timedelta) -> None:
        self._at += by


class SettableClock:
    """Runs like the machine's clock, shifted so that it started from a chosen instant.

    A whole non-production stack follows one: see `shared.testclock`.
    """

    def __init__(self) -> None:
        self._shift = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._shift

    def set(self, shift: timedelta) -> bool:
        """Shift the clock; True when that moved it."""
        moved = shift != self._shift
        self._shift = shift
        return moved


def shift_to(business_date: date, zone: ZoneInfo, at: time = time(9, 0)) -> timedelta:
    """The shift that makes a `SettableClock` read `at` on `business_date` in `zone` now."""
    target = datetime.combine(business_date, at, tzinfo=zone)
    return target.astimezone(UTC) - datetime.now(UTC)


def business_date(instant: datetime, zone: ZoneInfo) -> date:
    """The date on the wall of an office in `zone` at `instant`."""
    return require_aware(instant).astimezone(zone).date()


def require_aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant carries its time zone")
    return instant.astimezone(UTC)
