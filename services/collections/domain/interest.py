"""Statutory interest (wettelijke rente): dated rates, cut where anything changes, explainable.

The run of a claim is cut at rate changes, at anniversaries of the first day of default where
interest compounds, and after payments. Each piece is rounded half up by itself, first and last
day both counted: `round(base x rate x days / 365, 2)`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Any

from services.collections.domain.calendar import ONE_DAY
from shared.errors import BusinessError
from shared.money import Money, half_up


class RateUnknown(BusinessError):
    code = "rate_unknown"
    title = "No interest rate is configured for that day"


class DayCount(StrEnum):
    """Days in a year. No rule of law settles it; 365 is common practice in NL, DE and PL."""

    FIXED_365 = "365"
    LEAP_366 = "366_when_29_february"


@dataclass(frozen=True, slots=True)
class Rate:
    """`percent` per year from `valid_from` until the next entry. `assumed`: see `note`."""

    valid_from: date
    percent: Decimal
    assumed: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class InterestTerms:
    """A rate table with how to apply it. `rates` are ascending by date."""

    rates: tuple[Rate, ...]
    compounding: bool
    day_count: DayCount
    source: str

    def rate_on(self, day: date) -> Rate:
        index = bisect_right(self.rates, day, key=lambda rate: rate.valid_from) - 1
        if index < 0:
            raise RateUnknown(f"no interest rate before {self.rates[0].valid_from}", on=day)
        return self.rates[index]


@dataclass(frozen=True, slots=True)
class Settlement:
    """What was booked on one day: principal and interest paid (negative: a booking undone).

    The day of payment still bears interest on the old amount; the new amount starts a day later.
    """

    paid_on: date
    principal: Money
    interest: Money


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch with a single base and rate; `amount` is the interest of these days."""

    first_day: date
    last_day: date
    days: int
    percent: Decimal
    base: Money
    amount: Money
    assumed: bool


@dataclass(frozen=True, slots=True)
class Interest:
    """Interest over a run. `unpaid` can be negative when more was booked than ran."""

    pieces: tuple[Piece, ...]
    total: Money
    paid: Money

    @property
    def unpaid(self) -> Money:
        return self.total - self.paid

    @property
    def assumed(self) -> bool:
        """Does any piece lean on a rate that is not settled?"""
        return any(piece.assumed for piece in self.pieces)


@dataclass(slots=True)
class _Run:
    """Minor units while walking along the pieces."""

    principal: int
    joined: int = 0
    accrued: int = 0
    pieces: list[Piece] = field(default_factory=list)

    def book(self, settlement: Settlement) -> None:
        """Interest that has joined the base is the oldest, so it is paid first."""
        self.principal -= settlement.principal.minor
        interest = settlement.interest.minor
        from_joined = min(self.joined, max(interest, 0))
        self.joined -= from_joined
        self.accrued -= interest - from_joined

    def close_year(self) -> None:
        """After a full year its unpaid interest joins the base (BW 6:119 lid 2)."""
        if self.accrued > 0:
            self.joined += self.accrued
            self.accrued = 0

    @property
    def base(self) -> int:
        """Without principal nothing runs: earlier interest stays owed but bears none."""
        return self.principal + self.joined if self.principal > 0 else 0


def accrue(
    principal: Money,
    first_day: date,
    last_day: date,
    terms: InterestTerms,
    settlements: Sequence[Settlement] = (),
) -> Interest:
    """Interest from the first day of default to `last_day`, both included.

    `principal` is what was owed before any settlement. Settlements after `last_day` are left
    out; one before the first day of default lowers the base from the start. A `last_day` before
    `first_day` gives no interest. Raises `RateUnknown` before the first configured rate.
    """
    currency = principal.currency
    booked = sorted((s for s in settlements if s.paid_on <= last_day), key=lambda s: s.paid_on)
    run = _Run(principal.minor)
    years = _anniversaries(first_day, last_day) if terms.compounding else frozenset()
    pending = list(reversed(booked))
    cuts = _cuts(first_day, last_day, terms, booked, years)
    for start, following in pairwise([*cuts, last_day + ONE_DAY]):
        while pending and pending[-1].paid_on < start:
            run.book(pending.pop())
        if start in years:
            run.close_year()
        if run.base > 0:
            run.pieces.append(_piece(run.base, start, following - ONE_DAY, terms, currency))
            run.accrued += run.pieces[-1].amount.minor
    return Interest(
        pieces=tuple(run.pieces),
        total=Money.total((piece.amount for piece in run.pieces), currency),
        paid=Money.total((settlement.interest for settlement in booked), currency),
    )


def first_day_of_default(due_on: date) -> date:
    """The day after the last day to pay: a fatal term that ends is default (BW 6:83 sub a)."""
    return due_on + ONE_DAY


def parse_interest_terms(data: Mapping[str, Any], tables: Mapping[str, Any]) -> InterestTerms:
    """One `[interest.*]` table of a jurisdiction file, with the margin added to its rates."""
    margin = Decimal(data["margin"])
    rates = (
        Rate(
            valid_from=entry["valid_from"],
            percent=Decimal(entry["percent"]) + margin,
            assumed=entry.get("assumed", False),
            note=entry.get("note", ""),
        )
        for entry in tables[data["table"]]
    )
    return InterestTerms(
        rates=tuple(sorted(rates, key=lambda rate: rate.valid_from)),
        compounding=data["compounding"],
        day_count=DayCount(data["day_count"]),
        source=data["source"],
    )


def _cuts(
    first_day: date,
    last_day: date,
    terms: InterestTerms,
    settlements: Iterable[Settlement],
    years: frozenset[date],
) -> list[date]:
    """The first day of every piece, ascending; empty when the run has no day."""
    starts = {first_day, *years}
    starts.update(rate.valid_from for rate in terms.rates)
    starts.update(settlement.paid_on + ONE_DAY for settlement in settlements)
    return sorted(start for start in starts if first_day <= start <= last_day)


def _anniversaries(first_day: date, last_day: date) -> frozenset[date]:
    """First days of the second and later years; after 29 February that is 1 March."""
    found = set()
    for year in range(first_day.year + 1, last_day.year + 1):
        try:
            found.add(first_day.replace(year=year))
        except ValueError:
            found.add(date(year, 3, 1))
    return frozenset(found)


def _piece(base: int, start: date, end: date, terms: InterestTerms, currency: str) -> Piece:
    rate = terms.rate_on(start)
    days = (end - start).days + 1
    fraction = Fraction(rate.percent) / 100 * days / _days_in_year(start, end, terms.day_count)
    amount = Money(base, currency).times(max(fraction, Fraction(0)), half_up)
    return Piece(start, end, days, rate.percent, Money(base, currency), amount, rate.assumed)


def _days_in_year(start: date, end: date, day_count: DayCount) -> int:
    if day_count is DayCount.FIXED_365:
        return 365
    leap_days = (
        date(year, 2, 29)
        for year in range(start.year, end.year + 1)
        if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    )
    return 366 if any(start <= day <= end for day in leap_days) else 365
