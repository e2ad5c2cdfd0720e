"""Visits to the provider that nobody should pay any more: what they are for has changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from shared.money import Money

# A provider that let a visit not be ended may do so later: it depends on how far the payer is.
_ASK_AGAIN_AFTER: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """A payer is, or was, at the provider's page for `amount`; `left` is still open of it all.

    `is_collected_elsewhere`: by a bailiff or a direct debit. `asked_at` is when the provider was
    last asked to end it.
    """

    id: UUID
    amount: Money
    left: Money
    is_collected_elsewhere: bool
    asked_at: datetime | None


def is_to_be_ended(visit: OpenVisit, now: datetime) -> bool:
    """What is paid all the same is the customer's credit; better it is not paid at all."""
    if visit.asked_at is not None:
        return visit.asked_at + _ASK_AGAIN_AFTER <= now
    return visit.is_collected_elsewhere or visit.amount > visit.left
