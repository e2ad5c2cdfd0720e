"""What matching can answer: decisions as values, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shared.money import Money

CANDIDATES_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a payment meant for one open item.

    `written_off` is what is missing of the item and not asked for: a difference within the
    creditor's tolerance. `fee` is what a collector kept for its work: the item is paid all the
    same.
    """

    item_id: UUID
    customer_id: UUID
    amount: Money
    written_off: Money | None = None
    fee: Money | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Open items of one customer the money could be for, with what speaks for and against it."""

    customer_id: UUID
    item_ids: tuple[UUID, ...]
    probability: float
    facts: tuple[str, ...]
    against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """`rule` names what decided, a stable code; `shares` never exceed payment or items.

    `customer_id` is None when the payer listed items of several customers. `order_rule` is the
    law's order when it was needed. `candidates` are the answers that were weighed, best first;
    none when a reference decided by itself.
    """

    rule: str
    customer_id: UUID | None
    shares: tuple[Share, ...]
    order_rule: str | None = None
    candidates: tuple[Candidate, ...] = ()


class Exact(Posted):
    """One open item, to the cent."""


class Partial(Posted):
    """All of the payment, and something stays open."""


class Several(Posted):
    """Several open items, all to the cent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Over(Posted):
    """More than is open: the rest stays on the payment, and `reason` tells the clerk why."""

    reason: str
    rest: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """More than one answer would do, or none for certain. A person decides."""

    reason: str
    customer_id: UUID | None
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMatch:
    """Nothing points anywhere; `customer_id` when at least the sender is known."""

    reason: str
    customer_id: UUID | None = None


Decision = Exact | Partial | Several | Over | Ambiguous | NoMatch
