"""Checks of a draft invoice before it goes out; a finding holds it for a person to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from shared.money import Money

# A reading is taken for the day the period begins or ends when it is this near.
READING_TOLERANCE = timedelta(days=7)


class Limits(BaseModel):
    """What is out of the ordinary, per run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    usage_m3_max: int = Field(250, ge=0, description="usage above this is looked at first")
    total_max_minor: int = Field(150_000, ge=0, description="a bill above this is looked at first")


@dataclass(frozen=True, slots=True)
class Reading:
    read_on: date
    litres: int


@dataclass(frozen=True, slots=True)
class Usage:
    """Usage of a period, and what is wrong with the readings it comes from."""

    litres: int
    findings: tuple[tuple[str, str], ...] = ()


def usage_between(readings: list[Reading], first: date, last: date) -> Usage:
    """From the reading nearest the beginning to the one nearest the end of the period."""
    begin = _nearest(readings, first)
    end = _nearest(readings, last + timedelta(days=1))
    if begin is None or end is None or begin.read_on >= end.read_on:
        return Usage(0, (("no_reading", "there are not two readings for the period"),))
    litres = end.litres - begin.litres
    if litres < 0:
        return Usage(0, (("usage_negative", "the meter runs backwards: check the readings"),))
    return Usage(litres)


def findings_of(usage: Usage, total: Money, limits: Limits) -> tuple[tuple[str, str], ...]:
    """All findings of a draft as (check, sentence); none means it may go out."""
    found = list(usage.findings)
    if usage.litres > limits.usage_m3_max * 1000:
        used = Decimal(usage.litres) / 1000
        found.append(("usage_high", f"{used} m3 is above {limits.usage_m3_max} m3"))
    if total.minor > limits.total_max_minor:
        found.append(("total_high", f"the total {total} is above the limit of the run"))
    if total.minor == 0:
        found.append(("total_zero", "there is nothing to bill"))
    return tuple(found)


def _nearest(readings: list[Reading], day: date) -> Reading | None:
    near = [r for r in readings if abs(r.read_on - day) <= READING_TOLERANCE]
    return min(near, key=lambda r: (abs(r.read_on - day), r.read_on), default=None)
