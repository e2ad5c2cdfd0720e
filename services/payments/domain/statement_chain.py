"""Do the statements of an account join? Each begins with the balance the one before ended with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import Literal
from uuid import UUID

from shared.money import Money

# Longer numbers are dates or the bank's own, not a count of statements.
_COUNT = re.compile(r"\d{1,6}(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A statement as part of the chain; balances in minor units, None when it tells none."""

    id: UUID
    account_id: UUID
    number: str
    closes_on: date
    currency: str
    opening_minor: int | None
    closing_minor: int | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Two statements that do not join: one is missing between them, or came out of turn.

    `difference` is what the second opens with beyond what the first closed with.
    """

    account_id: UUID
    after_statement_id: UUID
    before_statement_id: UUID
    closes_on: date
    reason: Literal["balance_differs", "number_missing"]
    difference: Money


def gaps(links: Iterable[Link]) -> list[Gap]:
    """Where the chains break, account by account, in the order of the days."""
    found = []
    by_account = sorted(links, key=lambda link: (link.account_id, link.closes_on))
    for _, chain in groupby(by_account, key=lambda link: link.account_id):
        for before, later in pairwise(in_order(list(chain))):
            gap = _gap(before, later)
            if gap is not None:
                found.append(gap)
    return found


def in_order(links: Sequence[Link]) -> list[Link]:
    """The statements of one account by day; those of one day in the order their balances join."""
    ordered: list[Link] = []
    by_day = sorted(links, key=lambda link: link.closes_on)
    for _, same_day in groupby(by_day, key=lambda link: link.closes_on):
        left = sorted(same_day, key=lambda link: (_count(link.number) or 0, link.id))
        while left:
            closed = ordered[-1].closing_minor if ordered else None
            joins = (link for link in left if closed is not None and link.opening_minor == closed)
            following = next(joins, left[0])
            left.remove(following)
            ordered.append(following)
    return ordered


def _gap(before: Link, later: Link) -> Gap | None:
    difference = 0
    if before.closing_minor is not None and later.opening_minor is not None:
        difference = later.opening_minor - before.closing_minor
    if not difference and not _misses_number(before, later):
        return None
    return Gap(
        later.account_id,
        before.id,
        later.id,
        later.closes_on,
        "balance_differs" if difference else "number_missing",
        Money(difference, later.currency),
    )


def _misses_number(before: Link, later: Link) -> bool:
    """Some banks number all alike or by the day of the year; a new year may begin at one again."""
    first, second = _count(before.number), _count(later.number)
    if first is None or second is None or second <= first + 1:
        return False
    return second - first != (later.closes_on - before.closes_on).days


def _count(number: str) -> int | None:
    found = _COUNT.match(number)
    return int(found.group()) if found else None
