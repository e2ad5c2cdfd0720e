"""Prescription (verjaring): the day after which a claim can no longer be enforced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from services.collections.domain.calendar import add_months


@dataclass(frozen=True, slots=True)
class PrescriptionRules:
    """`years` from the day after due, or from the end of the year the claim fell due in.

    `restarts`: a written demand or an acknowledgment starts the term anew (BW 3:317 to 3:319).
    """

    years: int
    counts_from: Literal["day_after_due", "end_of_year"]
    restarts: bool
    source: str


def last_enforceable_day(
    due_on: date, rules: PrescriptionRules, interruptions: Iterable[date] = ()
) -> date:
    """The claim is prescribed from the day after this one.

    `interruptions` are the days a demand was received or the debt acknowledged; one that came
    after the term had run out revives nothing.
    """
    last_day = _term(due_on, rules)
    if rules.restarts:
        for interrupted_on in sorted(interruptions):
            if interrupted_on <= last_day:
                last_day = max(last_day, _term(interrupted_on, rules))
    return last_day


def parse_prescription(data: Mapping[str, Any]) -> PrescriptionRules:
    return PrescriptionRules(**data)


def _term(start: date, rules: PrescriptionRules) -> date:
    if rules.counts_from == "end_of_year":
        return date(start.year + rules.years, 12, 31)
    return add_months(start, 12 * rules.years)
