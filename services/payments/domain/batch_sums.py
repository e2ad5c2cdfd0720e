"""Which of our collections a bank booked in one sum: groups of a file, a file, or several.

Banks book each group (PmtInf) by itself, each file, or all that was collected on one day; and they
name none, one or all of the groups. What they name is kept to. The rest must fit to the cent, in
one way only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Final
from uuid import UUID

from shared.money import Money

# Of more groups on one day the sums say nothing any more: some would fit by chance.
_GROUPS_MOST: Final = 12
_DEBITS_LEAST: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class FlyingGroup:
    """The debits of one group that are neither booked nor returned yet; `total` is their sum."""

    id: UUID
    file_id: UUID
    collect_on: date
    total: Money
    debits: int


def groups_booked(
    amount: Money, named: Collection[UUID], groups: Sequence[FlyingGroup], days: Collection[date]
) -> tuple[UUID, ...]:
    """The groups a sum collects; nothing when none fit, or more than one set does.

    `named` are ids of groups or files; without any, only collections of `days` are thought of, and
    of two debits at least: one alone may as well have been paid by its debtor.
    """
    by_name = [group for group in groups if group.id in named]
    by_file = [group for group in groups if group.file_id in named]
    for candidate in (by_name, by_file):
        if candidate and _total(candidate, amount) == amount:
            return tuple(group.id for group in candidate)
    fixed = by_name or by_file
    if named and len({group.collect_on for group in fixed}) != 1:
        return ()
    on = {fixed[0].collect_on} if named else set(days)
    ways = [way for day in sorted(on) for way in _ways(amount, fixed, groups, day)]
    if len(ways) != 1 or (not named and sum(group.debits for group in ways[0]) < _DEBITS_LEAST):
        return ()
    return tuple(group.id for group in ways[0])


def without_shared(choices: Iterable[tuple[UUID, ...]]) -> list[tuple[UUID, ...]]:
    """The choices with those emptied that two lines would make: which is meant is for a person."""
    chosen = list(choices)
    times: dict[UUID, int] = {}
    for choice in chosen:
        for group_id in choice:
            times[group_id] = times.get(group_id, 0) + 1
    return [() if any(times[one] > 1 for one in choice) else choice for choice in chosen]


def _ways(
    amount: Money, fixed: Sequence[FlyingGroup], groups: Sequence[FlyingGroup], day: date
) -> list[tuple[FlyingGroup, ...]]:
    """Every set of the day's groups that holds the fixed ones and makes the sum."""
    others = [
        one
        for one in groups
        if one.collect_on == day and one not in fixed and one.total.minor <= amount.minor
    ]
    if len(others) > _GROUPS_MOST:
        return []
    return [
        (*fixed, *added)
        for count in range(len(others) + 1)
        for added in combinations(others, count)
        if (fixed or added) and _total((*fixed, *added), amount) == amount
    ]


def _total(groups: Iterable[FlyingGroup], like: Money) -> Money | None:
    """None when not all are in the currency of the sum."""
    totals = [group.total for group in groups]
    if any(total.currency != like.currency for total in totals):
        return None
    return Money.total(totals, like.currency)
