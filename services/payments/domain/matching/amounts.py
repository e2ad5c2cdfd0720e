"""What an amount is of what somebody owes: one claim, all, some in one way, nearly one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from services.payments.domain.matching.facts import Item

_TOGETHER_MOST: Final = 5
_CLAIMS_MOST: Final = 12
# One would do to post; a person is shown these.
_WAYS_MOST: Final = 3
_ROUNDED_TO: Final = (100, 500, 1_000)


@dataclass(frozen=True, slots=True)
class Fit:
    """How an amount fits; `items` are what it pays when `is_whole`, else what it may be for.

    `others` are sets of items that make the amount as well.
    """

    code: str
    items: tuple[Item, ...]
    is_whole: bool = False
    others: tuple[tuple[Item, ...], ...] = ()


def fit_amount(amount_minor: int, owed: Sequence[tuple[Item, int]], tolerance_minor: int) -> Fit:
    """The best explanation over what is open (item and what is left), oldest first.

    Equal claims count as one way, and the oldest is taken: so does the law (BW 6:43 lid 2).
    """
    if not owed:
        return Fit("nothing_open", ())
    ways = _ways(amount_minor, owed)
    if len(ways) == 1:
        items = ways[0]
        code = "amount_one" if len(items) == 1 else "amount_some"
        return Fit("amount_all" if len(items) == len(owed) > 1 else code, items, is_whole=True)
    if ways:
        return Fit("amount_several_ways", ways[0], others=tuple(ways[1:]))
    for item, left in owed:
        if 0 < left - amount_minor <= tolerance_minor:
            return Fit("amount_tolerated", (item,), is_whole=True)
        if item.costs_minor and amount_minor == left - item.costs_minor:
            return Fit("amount_without_costs", (item,), is_whole=True)
    return _nearly(amount_minor, owed)


def _nearly(amount_minor: int, owed: Sequence[tuple[Item, int]]) -> Fit:
    for item, left in owed:
        if is_transposed(amount_minor, left):
            return Fit("amount_transposed", (item,))
    for item, left in owed:
        if any(
            amount_minor % step == 0 and abs(left - amount_minor) < step for step in _ROUNDED_TO
        ):
            return Fit("amount_rounded", (item,))
    return Fit("amount_differs", (owed[0][0],))


def _ways(amount_minor: int, owed: Sequence[tuple[Item, int]]) -> list[tuple[Item, ...]]:
    """Different sets of amounts that make the sum, a few at most; of equal claims the oldest."""
    if len(owed) == 1:
        item, left = owed[0]
        return [(item,)] if left == amount_minor else []
    found: dict[tuple[int, ...], tuple[Item, ...]] = {}
    for together in _sets(owed, amount_minor):
        lefts = tuple(sorted(left for _, left in together))
        found.setdefault(lefts, tuple(item for item, _ in together))
        if len(found) == _WAYS_MOST:
            break
    return list(found.values())


def _sets(
    owed: Sequence[tuple[Item, int]], amount_minor: int
) -> Iterator[tuple[tuple[Item, int], ...]]:
    if sum(left for _, left in owed) == amount_minor:
        yield tuple(owed)
    # Of very many claims the sums say nothing any more: some would fit by chance.
    largest = 1 if len(owed) > _CLAIMS_MOST else min(_TOGETHER_MOST, len(owed) - 1)
    for count in range(1, largest + 1):
        for together in combinations(owed, count):
            if sum(left for _, left in together) == amount_minor:
                yield together


def is_transposed(amount_minor: int, meant_minor: int) -> bool:
    """Two neighbouring digits exchanged: 12,34 paid as 13,24."""
    paid, meant = str(amount_minor), str(meant_minor)
    if len(paid) != len(meant):
        return False
    differ = [at for at in range(len(paid)) if paid[at] != meant[at]]
    return (
        len(differ) == 2
        and differ[1] == differ[0] + 1
        and paid[differ[0]] == meant[differ[1]]
        and paid[differ[1]] == meant[differ[0]]
    )
