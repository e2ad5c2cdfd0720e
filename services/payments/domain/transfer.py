"""Money going out: what may be asked for, and whether it was asked for before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.errors import Conflict
from shared.money import Money

# A transfer that came to nothing is no duplicate of anything.
_COUNTS = frozenset({"asked", "approved", "in_file", "executed"})


class PossibleDuplicate(Conflict):
    code = "possible_duplicate"
    title = "Something like this was asked for before"


class NothingToRefund(Conflict):
    code = "nothing_to_refund"
    title = "The payment has no such rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A transfer that the new one might repeat."""

    id: UUID
    status: str
    payment_id: UUID | None
    is_same_account: bool
    amount: Money
    asked_at: datetime


def refuse_duplicate(
    earlier: Iterable[Earlier], payment_id: UUID | None, amount: Money, now: datetime, days: int
) -> None:
    """The same payment once more, or the same amount to the same account within `days`."""
    since = now - timedelta(days=days)
    for one in earlier:
        if one.status not in _COUNTS:
            continue
        same_payment = payment_id is not None and one.payment_id == payment_id
        same_money = one.is_same_account and one.amount == amount and one.asked_at >= since
        if same_payment or same_money:
            reason = "same_payment" if same_payment else "same_account_and_amount"
            raise PossibleDuplicate(
                "a transfer like this exists: send `despite_duplicate` if this is another one",
                transfer=str(one.id),
                reason=reason,
            )
