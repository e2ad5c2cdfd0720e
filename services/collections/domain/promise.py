"""A promise to pay: an amount before the end of a day, given by phone or at the door."""

from __future__ import annotations

from datetime import date, timedelta

from services.collections.domain.transition import Transitions
from shared.money import Money

NOUN = "promise"
INITIAL = "open"

TRANSITIONS: Transitions = {
    ("open", "keep"): "kept",
    ("open", "break"): "broken",
    ("open", "withdraw"): "withdrawn",
}


def trigger_for(
    promised: Money, promised_by: date, received: Money, today: date, *, grace_days: int
) -> str | None:
    """`keep`, `break`, or None while it is open. `received` counts from the day of the promise.

    The grace is for the bank: what was paid on the last day may be booked later.
    """
    if received >= promised:
        return "keep"
    return "break" if today > promised_by + timedelta(days=grace_days) else None
