"""A payment arrangement (betalingsregeling): its schedule, and whether it is kept.

It breaks and completes by itself: nobody has to look at the ones that go well. A missed
instalment has days of grace, then one warning with time to repair, and only then it lapses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.collections.domain.calendar import ONE_DAY, day_of_month
from services.collections.domain.transition import Transitions
from shared.errors import InvalidInput
from shared.money import Money

NOUN = "arrangement"
INITIAL = "proposed"

TRANSITIONS: Transitions = {
    ("proposed", "accept"): "active",
    ("proposed", "cancel"): "cancelled",
    ("active", "break"): "broken",
    ("active", "complete"): "completed",
    ("active", "cancel"): "cancelled",
}


@dataclass(frozen=True, slots=True)
class ArrangementRules:
    """`warnings` is how many a whole arrangement gets; the next miss breaks it after the grace."""

    instalments_at_most: int = 36
    grace_days: int = 7
    warnings: int = 1
    repair_days: int = 10


@dataclass(frozen=True, slots=True)
class Instalment:
    number: int
    due_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Received:
    """Money that counts for the arrangement. One that was returned later is simply left out."""

    received_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class InstalmentStanding:
    """`settled_on` is the day the last cent of this instalment came in."""

    instalment: Instalment
    paid: Money
    settled_on: date | None


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning that went out over instalment `number`."""

    number: int
    warned_on: date


@dataclass(frozen=True, slots=True)
class Kept:
    """Nothing to do before `look_again_on`."""

    look_again_on: date


@dataclass(frozen=True, slots=True)
class Warn:
    missed: Instalment
    repair_by: date


@dataclass(frozen=True, slots=True)
class Break:
    missed: Instalment


@dataclass(frozen=True, slots=True)
class Complete:
    completed_on: date


Outcome = Kept | Warn | Break | Complete


def schedule_in(
    total: Money, count: int, first_due_on: date, rules: ArrangementRules, *, day: int | None = None
) -> tuple[Instalment, ...]:
    """`count` monthly instalments that differ by a cent at most and sum to `total`.

    `day` is the day of the month from the second on (the first one's day when left out); a
    shorter month takes its last day. Raises InvalidInput.
    """
    if not 1 <= count <= min(rules.instalments_at_most, max(total.minor, 0)):
        raise InvalidInput.field("count", f"1 to {rules.instalments_at_most}, a cent each at least")
    return _on_dates(total.split(count), first_due_on, day)


def schedule_of(
    total: Money,
    amount: Money,
    first_due_on: date,
    rules: ArrangementRules,
    *,
    day: int | None = None,
) -> tuple[Instalment, ...]:
    """Monthly instalments of `amount`, the last one holding what is left. Raises InvalidInput."""
    if amount.minor <= 0 or total.minor <= 0:
        raise InvalidInput.field("amount", "an arrangement and its instalments are above zero")
    full, rest = divmod(total.minor, amount.minor)
    if full + bool(rest) > rules.instalments_at_most:
        most = rules.instalments_at_most
        raise InvalidInput.field("amount", f"it would take more than {most} instalments")
    amounts = [amount] * full + ([Money(rest, total.currency)] if rest else [])
    return _on_dates(amounts, first_due_on, day)


def standing(
    instalments: Sequence[Instalment], received: Sequence[Received]
) -> tuple[InstalmentStanding, ...]:
    """What came in, counted toward the oldest instalment first; more than the total is ignored."""
    incoming = sorted(received, key=lambda payment: payment.received_on)
    found, position, left = [], 0, 0
    settled_on = date.min
    for instalment in instalments:
        missing = instalment.amount.minor
        while missing and (left or position < len(incoming)):
            if not left:
                left, settled_on = incoming[position].amount.minor, incoming[position].received_on
                position += 1
            used = min(left, missing)
            left, missing = left - used, missing - used
        paid = Money(instalment.amount.minor - missing, instalment.amount.currency)
        found.append(InstalmentStanding(instalment, paid, None if missing else settled_on))
    return tuple(found)


def judge(
    instalments: Sequence[Instalment],
    received: Sequence[Received],
    warnings: Sequence[Warned],
    today: date,
    rules: ArrangementRules,
) -> Outcome:
    """What an active arrangement asks for today. Payments after `today` are left out."""
    arrived = [payment for payment in received if payment.received_on <= today]
    places = standing(instalments, arrived)
    unsettled = [place.instalment for place in places if place.settled_on is None]
    if not unsettled:
        return Complete(max(place.settled_on for place in places if place.settled_on))
    oldest = unsettled[0]
    last_grace_day = oldest.due_on + timedelta(days=rules.grace_days)
    if today <= last_grace_day:
        return Kept(last_grace_day + ONE_DAY)
    warned_on = max((w.warned_on for w in warnings if w.number == oldest.number), default=None)
    if warned_on is not None:
        repair_by = warned_on + timedelta(days=rules.repair_days)
        return Break(oldest) if today > repair_by else Kept(repair_by + ONE_DAY)
    if len({warning.number for warning in warnings}) < rules.warnings:
        return Warn(oldest, today + timedelta(days=rules.repair_days))
    return Break(oldest)


def _on_dates(
    amounts: Sequence[Money], first_due_on: date, day: int | None
) -> tuple[Instalment, ...]:
    if day is not None and not 1 <= day <= 31:
        raise InvalidInput.field("day", "a day of the month, 1 to 31")
    start = first_due_on.year * 12 + first_due_on.month - 1
    later = (
        day_of_month(month // 12, month % 12 + 1, day or first_due_on.day)
        for month in range(start + 1, start + len(amounts))
    )
    dates = [first_due_on, *later]
    return tuple(
        Instalment(number, due_on, amount)
        for number, (due_on, amount) in enumerate(zip(dates, amounts, strict=True), start=1)
    )
