"""What the payer names decides (BW 6:43 lid 1, BGB 366 (1), KC 451 (1)), unless it cannot be meant.

A reference with a check digit names by itself. An invoice number has none: a slip makes it another
bill's, so a single one names by itself only while nothing known of the sender speaks against it,
and amount or sender for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.payments.domain.matching.amounts import fit_amount
from services.payments.domain.matching.book import Book, numbered, oldest_first, referenced
from services.payments.domain.matching.decisions import (
    Ambiguous,
    Candidate,
    Decision,
    NoMatch,
    Over,
    Several,
)
from services.payments.domain.matching.facts import Item, Line, Settings
from services.payments.domain.matching.judge import judge
from services.payments.domain.matching.spend import kind_of, spend
from services.payments.domain.name_likeness import likeness
from shared.money import Money

_CLOSED: Final = {"credited": "invoice_credited", "written_off": "invoice_written_off"}


@dataclass(frozen=True, slots=True)
class Named:
    """The items a line names, oldest first, and by which rule."""

    rule: str
    items: tuple[Item, ...]

    @property
    def customer_ids(self) -> set[UUID]:
        return {item.customer_id for item in self.items}


def named_in(line: Line, book: Book) -> Named | None:
    """A number in free text counts beside a reference only for the same customer, or in a list."""
    if line.invoice_id is not None:
        item = book.items.get(line.invoice_id)
        return Named(line.named_by or "named", (item,)) if item else None
    by_reference, by_number = referenced(line, book), numbered(line, book)
    if not by_reference:
        return Named("invoice_number", tuple(by_number)) if by_number else None
    if not by_number:
        return Named("reference", tuple(by_reference))
    both = tuple(oldest_first({item.id: item for item in (*by_reference, *by_number)}.values()))
    if len({item.customer_id for item in both}) == 1 or _is_list(line, both, book):
        return Named("reference", both)
    return Named("reference", tuple(by_reference))


def decides(line: Line, named: Named, book: Book) -> bool:
    """Whether being named is enough: else the evidence is weighed."""
    if line.invoice_id is not None or named.rule == "reference":
        return True
    customers = named.customer_ids
    if len(customers) > 1:
        return _is_list(line, named.items, book)
    (customer_id,) = customers
    like = likeness(book.read(line.payer_name), book.name_of(customer_id))
    if len(named.items) > 1 or (line.accounts and customer_id in line.accounts):
        return True
    if line.accounts or like == "differs":
        return False
    is_closed = not any(book.left[item.id] for item in named.items)
    return like != "unknown" or is_closed or fits(line, named.items, book)


def is_weighed(line: Line, book: Book) -> bool:
    """Whether nothing the line names decides by itself."""
    named = named_in(line, book)
    return named is None or not decides(line, named, book)


def is_plain(line: Line, named: Named, book: Book) -> bool:
    """Named, and the amount is just that."""
    return decides(line, named, book) and fits(line, named.items, book)


def is_beyond_doubt(line: Line, named: Named, book: Book) -> bool:
    """Plain, and not from an account that is known to be others': nothing needs looking up."""
    if not is_plain(line, named, book):
        return False
    return not line.accounts or not named.customer_ids.isdisjoint(line.accounts)


def is_sent_by(line: Line, named: Named, book: Book) -> bool:
    """Whether the account or the name is that of a customer whose items are named."""
    payer, accounts = book.read(line.payer_name), line.accounts or {}
    return any(
        customer_id in accounts or likeness(payer, book.name_of(customer_id)) in {"full", "same"}
        for customer_id in named.customer_ids
    )


def pay_named(line: Line, named: Named, book: Book, settings: Settings) -> Decision:
    customers = named.customer_ids
    customer_id = named.items[0].customer_id if len(customers) == 1 else None
    currency = line.amount.currency
    payable = [item for item in named.items if item.available.currency == currency]
    if customer_id is None:
        return _pay_list(line, named, book)
    if not payable:
        return NoMatch(reason="other_currency", customer_id=customer_id)
    still_open = [item for item in payable if book.left[item.id] > 0]
    rule = named.rule
    if not still_open and line.invoice_id is None:
        still_open = _meant_instead(line, customer_id, book, settings)
        rule = "closed_reference" if still_open else rule
    shares, rest, order_rule = spend(line, still_open, book, settings)
    if rest:
        return Over(
            rule=rule,
            customer_id=customer_id,
            shares=shares,
            rest=rest,
            order_rule=order_rule,
            reason="overpaid" if shares else _why_closed(payable),
            candidates=() if shares else (_credit(line, named, payable, book, settings),),
        )
    is_whole = all(book.left[share.item_id] == 0 for share in shares)
    return kind_of(shares, is_whole=is_whole)(
        rule=rule, customer_id=customer_id, shares=shares, order_rule=order_rule
    )


def _pay_list(line: Line, named: Named, book: Book) -> Decision:
    """Items of several customers: all of them to the cent, or a person looks."""
    if not _is_list(line, named.items, book):
        return Ambiguous(
            reason="several_customers",
            customer_id=None,
            candidates=tuple(
                Candidate(item.customer_id, (item.id,), 0.0, (f"named_by_{named.rule}",))
                for item in named.items
            ),
        )
    currency = line.amount.currency
    shares = book.take((item.id, _money(book, item, currency), None) for item in named.items)
    return Several(rule="list", customer_id=None, shares=shares)


def _money(book: Book, item: Item, currency: str) -> Money:
    return Money(book.left[item.id], currency)


def _is_list(line: Line, items: Sequence[Item], book: Book) -> bool:
    """Several items whose sum is the amount: an administrator pays for many and lists them."""
    return (
        len(items) > 1
        and all(item.available.currency == line.amount.currency for item in items)
        and all(book.left[item.id] > 0 for item in items)
        and sum(book.left[item.id] for item in items) == line.amount.minor
    )


def fits(line: Line, items: Sequence[Item], book: Book) -> bool:
    lefts = [book.left[item.id] for item in items]
    return line.amount.minor in lefts or sum(lefts) == line.amount.minor


def _meant_instead(line: Line, customer_id: UUID, book: Book, settings: Settings) -> list[Item]:
    """A standing order still bears the reference of a bill that is paid: the amount tells which."""
    owed = book.owed_by(customer_id, line.amount.currency)
    fit = fit_amount(line.amount.minor, owed, 0)
    return list(fit.items) if fit.is_whole and fit.code != "amount_some" else []


def _why_closed(items: Sequence[Item]) -> str:
    """Why nothing is left of what the payer named."""
    statuses = {item.status for item in items}
    return _CLOSED.get(statuses.pop(), "already_paid") if len(statuses) == 1 else "already_paid"


def _credit(
    line: Line, named: Named, items: Sequence[Item], book: Book, settings: Settings
) -> Candidate:
    """The money stays the customer's, as far as it is theirs: nothing is left of what was named."""
    customer_id = items[0].customer_id
    is_ours = line.invoice_id is not None
    probability = 1.0 if is_ours else judge(line, book, settings).who().get(customer_id, 0.0)
    facts, against = (f"named_by_{named.rule}",), (_why_closed(items),)
    return Candidate(customer_id, (), round(probability, 6), facts, against)
