"""Give the money of a line to items that were chosen: to the cent, or in the legal order."""

from __future__ import annotations

from collections.abc import Sequence

from services.payments.domain.allocation_order import Claim, fill, order_rule
from services.payments.domain.matching.book import Book
from services.payments.domain.matching.decisions import Exact, Partial, Several, Share
from services.payments.domain.matching.facts import Item, Line, Settings
from shared.money import Money

Spent = tuple[tuple[Share, ...], Money, str | None]


def spend(line: Line, items: Sequence[Item], book: Book, settings: Settings) -> Spent:
    """Shares, what is over, and the rule that ordered the items when there was a choice."""
    currency = line.amount.currency
    equal = [item.id for item in items if book.left[item.id] == line.amount.minor]
    if len(equal) == 1:
        return book.take([(equal[0], line.amount, None)]), Money.zero(currency), None
    left = {item.id: Money(book.left[item.id], currency) for item in items if book.left[item.id]}
    if len(left) == 1:
        ((item_id, open_),) = left.items()
        missing = open_ - line.amount
        if 0 < missing.minor <= settings.tolerance_minor:
            return book.take([(item_id, line.amount, missing)]), Money.zero(currency), None
    claims = [
        Claim(id=item.id, left=left[item.id], due_on=item.due_on, costs_minor=item.costs_minor)
        for item in items
        if item.id in left
    ]
    rule = order_rule(settings.jurisdiction, line.value_on)
    parts = fill(claims, line.amount, rule, line.value_on)
    is_choice = len(claims) > 1 and any(part != left[item_id] for item_id, part in parts)
    is_choice |= len(parts) < len(claims)
    shares = book.take([(item_id, part, None) for item_id, part in parts])
    rest = line.amount - Money.total((part for _, part in parts), currency)
    return shares, rest, rule.code if is_choice else None


def kind_of(shares: Sequence[Share], *, is_whole: bool) -> type[Exact | Partial | Several]:
    if not is_whole:
        return Partial
    return Exact if len(shares) == 1 else Several
