"""Money going out: what may be asked for, and whether it was asked for before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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


class NotThisLine(Conflict):
    code = "not_this_line"
    title = "The bank line is not this transfer"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingLine:
    """A line as it is stored; `amount` is signed: money out is negative."""

    kind: str
    amount: Money
    booked_on: date


def awaits_line(status: str, line_id: UUID | None) -> bool:
    """No statement showed it yet, whether or not a person said that it was executed."""
    return status == "in_file" or (status == "executed" and line_id is None)


def refuse_other_line(line: OutgoingLine, total: Money, made_on: date) -> None:
    """A line is a transfer, or all of a file, when it is nothing else, to the cent, and of no day
    before the file was made."""
    if line.kind != "other":
        raise NotThisLine(f"the line is booked as {line.kind} already", kind=line.kind)
    if -line.amount != total:
        raise NotThisLine(f"the line moves {line.amount}, the transfer {total}")
    if line.booked_on < made_on:
        raise NotThisLine("the line was booked before the file was made")


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
