"""Money that went back to a payer at the provider: how much in all, and what it is taken from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import UUID

from shared.money import Money

# `refunded_in_all` tells the sum of all refunds, the others one refund or chargeback each.
GivenBackKind = Literal[
    "refunded", "refunded_in_all", "refund_failed", "charged_back", "chargeback_reversed"
]
GIVEN_BACK_KINDS: Final = (
    "refunded",
    "refunded_in_all",
    "refund_failed",
    "charged_back",
    "chargeback_reversed",
)
_BEFORE_ALL: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """One thing a provider told of a payment; `at` is when it happened there."""

    kind: str
    amount: Money
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Cut:
    """An allocation is taken back; `kept` of it is allocated anew, which may be nothing."""

    allocation_id: UUID
    kept: Money


def gone_in_all(told: Collection[Told], currency: str) -> Money:
    """What of a payment is with the payer again, whatever order it was told in; never negative.

    A sum of all refunds stands for those before it; refunds that failed after it are taken off.
    """
    sums = [one for one in told if one.kind == "refunded_in_all"]
    last = max(sums, key=lambda one: (_at(one), one.amount.minor), default=None)

    def total(kind: str) -> Money:
        return Money.total((one.amount for one in told if one.kind == kind), currency)

    refunded = total("refunded") if last is None else last.amount
    failed = (
        one.amount
        for one in told
        if one.kind == "refund_failed" and (last is None or _at(one) > _at(last))
    )
    charged_back = total("charged_back") - total("chargeback_reversed")
    gone = refunded - Money.total(failed, currency) + charged_back
    return max(gone, Money.zero(currency))


def came_again_in_all(told: Iterable[Told], currency: str) -> Money:
    """What was with the payer and came again, by refunds that failed and chargebacks won."""
    kinds = ("refund_failed", "chargeback_reversed")
    return Money.total((one.amount for one in told if one.kind in kinds), currency)


def _at(one: Told) -> datetime:
    return one.at or _BEFORE_ALL


def take_from(
    lefts: Iterable[tuple[UUID, Money]], amount: Money
) -> tuple[list[tuple[UUID, Money]], Money]:
    """Take `amount` from what is left of each, in their order; and what none of them had."""
    taken = []
    for name, left in lefts:
        part = min(left, amount)
        if part.minor > 0:
            taken.append((name, part))
            amount -= part
    return taken, amount


def cut_allocations(
    rest: Money, allocations: Sequence[tuple[UUID, Money]], taken: Money
) -> list[Cut] | None:
    """Take from what is not allocated first, then from the allocations, the last made first.

    None when all of it together is less than was taken.
    """
    lefts = dict(allocations)
    parts, short = take_from(reversed(allocations), max(taken - rest, Money.zero(rest.currency)))
    if short:
        return None
    return [Cut(allocation_id, lefts[allocation_id] - part) for allocation_id, part in parts]
