"""What the queue proposes to a clerk: whose money it may be and for what, as it is now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.payments.domain.matching import Item, Share
from shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A customer and open items of theirs; `facts` speak for it, `against` speak against it.

    Without open items the money is proposed as the customer's credit.

    `probability` is None where nothing was weighed: what a known customer owes besides.
    """

    customer_id: UUID
    invoice_ids: tuple[UUID, ...]
    probability: float | None = None
    facts: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


def stored(candidates: Iterable[Mapping[str, Any]]) -> list[Suggestion]:
    """Suggestions as matching left them with the payment, best first.

    Those of before the weighing name one `invoice_id` each and have no probability.
    """
    return [
        Suggestion(
            customer_id=UUID(kept["customer_id"]),
            invoice_ids=tuple(
                UUID(text) for text in kept.get("invoice_ids", [kept.get("invoice_id")])
            ),
            probability=kept.get("probability"),
            facts=tuple(kept["facts"]),
            against=tuple(kept.get("against", ())),
        )
        for kept in candidates
    ]


def proof(payment_id: UUID, rest: Money, suggestion: Suggestion, left: Mapping[UUID, Money]) -> str:
    """What a clerk saw, in 32 characters: another rest, item or open amount gives another."""
    seen = [str(payment_id), str(rest), str(suggestion.customer_id)]
    seen += [f"{invoice_id}:{left.get(invoice_id)}" for invoice_id in suggestion.invoice_ids]
    return hashlib.sha256("|".join(seen).encode()).hexdigest()[:32]


def fill(
    suggestion: Suggestion, items: Mapping[UUID, Item], left: Mapping[UUID, Money], rest: Money
) -> tuple[Share, ...]:
    """Spend `rest` on the suggested items in their order, never more than is left of each."""
    shares = []
    for invoice_id in suggestion.invoice_ids:
        item = items.get(invoice_id)
        if item is None or left[invoice_id].currency != rest.currency:
            continue
        part = min(rest, left[invoice_id])
        if part.minor > 0:
            rest -= part
            shares.append(Share(invoice_id, item.customer_id, part))
    return tuple(shares)
