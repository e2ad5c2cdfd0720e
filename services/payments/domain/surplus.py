"""What of an invoice's payments a credit note made superfluous: which allocations give it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Given:
    """An allocation that is money and nothing else; `amount` is minor units."""

    allocation_id: UUID
    amount: int


@dataclass(frozen=True, slots=True)
class Taken:
    """An allocation to be undone; `keep` of it (minor units) is given to the invoice anew."""

    allocation_id: UUID
    keep: int


def to_take_back(surplus: int, given: Sequence[Given]) -> list[Taken]:
    """The last allocations first, as far as the surplus (minor units) goes."""
    taken: list[Taken] = []
    for one in reversed(given):
        if surplus <= 0:
            break
        freed = min(surplus, one.amount)
        surplus -= freed
        taken.append(Taken(one.allocation_id, one.amount - freed))
    return taken
