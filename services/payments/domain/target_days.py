"""Bank days of TARGET, and the terms of SEPA Core direct debit that count in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from shared.errors import InvalidInput

_FIXED_CLOSINGS = frozenset({(1, 1), (5, 1), (12, 25), (12, 26)})
MANDATE_UNUSED_MONTHS_MAX = 36
NOTICE_DAYS = 14
_RETURN_BANK_DAYS = {"core": 5, "b2b": 3}
_REFUND_DAYS = 56
_UNAUTHORISED_MONTHS = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The days that count around one collection; those of a refund only under Core.

    Sources: EPC016-06 (Core rulebook, 4.3) and EPC222-07 (B2B: no refund of what was authorised).
    """

    notify_by: date
    submit_by: date
    return_until: date
    refundable_until: date | None
    unauthorised_until: date | None


def terms_of(collect_on: date, scheme: str, notice_days: int = NOTICE_DAYS) -> Terms:
    is_core = scheme == "core"
    return Terms(
        notify_by=collect_on - timedelta(days=notice_days),
        submit_by=submit_by(collect_on),
        return_until=bank_days_after(collect_on, _RETURN_BANK_DAYS[scheme]),
        refundable_until=collect_on + timedelta(days=_REFUND_DAYS) if is_core else None,
        unauthorised_until=months_before(collect_on, -_UNAUTHORISED_MONTHS) if is_core else None,
    )


def is_bank_day(day: date) -> bool:
    """TARGET closes at weekends, 1 January, Good Friday, Easter Monday, 1 May, 25-26 December."""
    if day.weekday() >= 5 or (day.month, day.day) in _FIXED_CLOSINGS:
        return False
    easter = _easter(day.year)
    return day not in {easter - timedelta(days=2), easter + timedelta(days=1)}


def next_bank_day(day: date) -> date:
    """`day` itself when banks work on it, else the first day after it on which they do."""
    while not is_bank_day(day):
        day += timedelta(days=1)
    return day


def bank_days_after(day: date, count: int) -> date:
    for _ in range(count):
        day = next_bank_day(day + timedelta(days=1))
    return day


def submit_by(collect_on: date) -> date:
    """The last bank day before the collection (D-1)."""
    day = collect_on - timedelta(days=1)
    while not is_bank_day(day):
        day -= timedelta(days=1)
    return day


def collection_day(asked: date, today: date) -> date:
    """The bank day of a collection asked for on `asked`; refused when banks get it too late."""
    collect_on = next_bank_day(asked)
    if today > submit_by(collect_on):
        raise InvalidInput.field("collect_on", "banks need the file a bank day before")
    return collect_on


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier (later when negative), or the last day of that month."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))


def _easter(year: int) -> date:
    """Gregorian Easter Sunday (Meeus, Jones and Butcher)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leap, left = divmod(century, 4)
    moon = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    four, three = divmod(rest, 4)
    weekday = (32 + 2 * left + 2 * four - moon - three) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
