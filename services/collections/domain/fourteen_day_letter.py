"""The 14-day letter (veertiendagenbrief, BW 6:96 lid 6; HR 25-11-2016, ECLI:NL:HR:2016:2704).

A consumer owes collection costs only after default, then this letter, then fourteen free days
counted from the day after receipt. A letter with a fault is not mended by waiting: a new one
is needed, and every letter has its own fourteen days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from services.collections.domain.calendar import ONE_DAY, BusinessCalendar, weekday_numbers


@dataclass(frozen=True, slots=True)
class Wording:
    """An approved form of the sentence. Any other form can void the letter."""

    key: str
    promised_days: int
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class LetterRules:
    """The law of the letter. One object per jurisdiction, compared by identity."""

    free_days: int
    counting_days: int
    days_without_post: frozenset[int]
    wordings: Mapping[str, Wording]
    source: str


@dataclass(frozen=True, slots=True)
class Prudence:
    """What a creditor adds to the law: `bank_float_days` are business days."""

    extend_to_business_day: bool = True
    bank_float_days: int = 1


@dataclass(frozen=True, slots=True)
class LetterTerm:
    """The term of one letter. All dates are days in the jurisdiction's time zone.

    `costs_from` is the first day costs are owed by law; `impose_from` the first day this
    creditor imposes them, after its own prudence and once the bank has told of payments.
    """

    dispatched_on: date
    delivered_on: date
    free_from: date
    last_free_day: date
    costs_from: date
    impose_from: date


def presumed_delivery(dispatched_on: date, calendar: BusinessCalendar, rules: LetterRules) -> date:
    """The second counting day after dispatch; days without post do not count at all."""
    day = dispatched_on
    for _ in range(rules.counting_days):
        day += ONE_DAY
        while day.weekday() in rules.days_without_post or calendar.is_public_holiday(day):
            day += ONE_DAY
    return day


@lru_cache(maxsize=4096)
def letter_term(
    dispatched_on: date,
    calendar: BusinessCalendar,
    rules: LetterRules,
    *,
    wording: str,
    delivered_on: date | None = None,
    prudence: Prudence = Prudence(),
) -> LetterTerm:
    """The term of a letter sent on `dispatched_on`.

    `delivered_on` replaces the presumption for post where receipt is proven (an e-mail opened,
    a letter handed over). A wording that promises fifteen days is kept to its word before costs
    are imposed. Raises KeyError for a wording that is not approved: see `faults`.
    """
    delivery = delivered_on or presumed_delivery(dispatched_on, calendar, rules)
    last_free_day = delivery + timedelta(days=rules.free_days)
    kept_free = delivery + timedelta(days=rules.wordings[wording].promised_days)
    if prudence.extend_to_business_day:
        kept_free = calendar.next_business_day(kept_free)
    kept_free = calendar.add_business_days(kept_free, prudence.bank_float_days)
    return LetterTerm(
        dispatched_on=dispatched_on,
        delivered_on=delivery,
        free_from=delivery + ONE_DAY,
        last_free_day=last_free_day,
        costs_from=last_free_day + ONE_DAY,
        impose_from=kept_free + ONE_DAY,
    )


def faults(
    *,
    sent_on: date,
    due_on: date,
    wording: str | None,
    names_costs: bool,
    by_post: bool,
    delivered_on: date | None,
    rules: LetterRules,
) -> tuple[str, ...]:
    """Why a letter does not count for a claim due on `due_on`; empty when it does.

    The presumption of delivery is for post: any other channel needs `delivered_on`.
    """
    found = []
    if sent_on <= due_on:
        found.append("sent_before_default")
    if wording not in rules.wordings:
        found.append("wording_not_approved")
    if not names_costs:
        found.append("costs_not_named")
    if not by_post and delivered_on is None:
        found.append("delivery_unproven")
    return tuple(found)


def parse_letter_rules(data: Mapping[str, Any]) -> LetterRules | None:
    """The letter section of a jurisdiction file; None where the law knows no such letter."""
    section = data.get("fourteen_day_letter")
    if section is None:
        return None
    wordings = {
        key: Wording(key, entry["promised_days"], entry["text"])
        for key, entry in section["wordings"].items()
    }
    return LetterRules(
        free_days=section["free_days"],
        counting_days=section["counting_days"],
        days_without_post=weekday_numbers(section["days_without_post"]),
        wordings=wordings,
        source=section["source"],
    )
