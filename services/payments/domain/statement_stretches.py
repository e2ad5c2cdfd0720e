"""Where a day's bookings stand on the account, whatever order they are told in.

A stretch lies between the balances before and after all that one statement tells of one day. These
two are the same however the entries between them are ordered, and statements of one day join where
one ends at the balance the next begins with.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

# Account, day, balance before, balance after (minor units).
Stretch = tuple[UUID, date, int, int]
_Span = tuple[int, int]


def retold(
    told: Collection[Stretch], known: Collection[Stretch]
) -> Mapping[Stretch | None, Collection[Stretch]]:
    """By told stretch those known ones that it tells bookings of again.

    What begins or ends where it does is the same piece of the day, and so is what joins that. What
    joins the told one itself comes before or after it: where a balance came back and both could
    be, nothing is said. An entry of no stretch (None) is in none again.
    """
    days: dict[tuple[UUID, date], set[_Span]] = {}
    for account_id, day, opens, closes in known:
        days.setdefault((account_id, day), set()).add((opens, closes))
    again: dict[Stretch | None, set[Stretch]] = {}
    for stretch in told:
        account_id, day, opens, closes = stretch
        spans = days.get((account_id, day), set())
        same = _onward(opens, spans) | _backward(closes, spans)
        same -= _onward(closes, spans) | _backward(opens, spans)
        again[stretch] = {(account_id, day, *span) for span in same}
    return again


def beyond(stretch: Stretch, told_whole: Collection[Stretch]) -> Stretch:
    """Where lies what a stretch tells that is in none of these, each of which it tells whole: after
    those it begins with, and before those it ends with."""
    account_id, day, opens, closes = stretch
    of_day = {
        (o, c)
        for other_id, other_day, o, c in told_whole
        if (other_id, other_day) == (account_id, day)
    }
    starts, ends = dict(of_day), {c: o for o, c in of_day}
    while opens in starts and opens != closes:
        opens = starts.pop(opens)
    while closes in ends and closes != opens:
        closes = ends.pop(closes)
    return stretch if opens == closes else (account_id, day, opens, closes)


def _onward(balance: int, spans: set[_Span]) -> set[_Span]:
    """The spans that begin at a balance, and those that join them."""
    found: set[_Span] = set()
    ends = [balance]
    while ends:
        end = ends.pop()
        joining = {span for span in spans - found if span[0] == end}
        found |= joining
        ends += [closes for _, closes in joining]
    return found


def _backward(balance: int, spans: set[_Span]) -> set[_Span]:
    """The spans that end at a balance, and those they join."""
    return {(opens, closes) for closes, opens in _onward(balance, {(c, o) for o, c in spans})}
