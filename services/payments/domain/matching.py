"""Whose money is it, and what for? Pure decisions over many payments at once.

What a payer names decides (BW 6:43 lid 1; a betalingskenmerk counts as naming); an account number
alone decides only when the amount leaves no choice. Whatever remains open to doubt is `Ambiguous`
and goes to a person, with the facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from services.payments.domain.clues import NO_CLUES, Clues
from shared.money import Money

CANDIDATES_MAX: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An open item as we know it; `available` is what no other payment has claimed."""

    id: UUID
    customer_id: UUID
    status: str
    available: Money
    due_on: date
    number_key: str | None = None
    rf_reference: str | None = None
    payment_reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Money that came in, with what is known of its sender.

    `invoice_id` is set when we ourselves asked for the money (a direct debit, a provider payment);
    `named_by` says how that was recognised. `account_customers` have used the sender's account.
    """

    id: UUID
    amount: Money
    value_on: date
    clues: Clues = NO_CLUES
    invoice_id: UUID | None = None
    named_by: str | None = None
    account_customers: frozenset[UUID] = frozenset()


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
    """An open item the money could be for, with what speaks for and against it."""

    item_id: UUID
    customer_id: UUID
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """`rule` names what decided, a stable code; `shares` never exceed payment or items."""

    rule: str
    customer_id: UUID
    shares: tuple[Share, ...]


class Exact(_Decided):
    """One open item, to the cent."""


class Partial(_Decided):
    """All of the payment, and something stays open."""


class Several(_Decided):
    """Several open items of one customer, all to the cent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Over(_Decided):
    """More than is open: the rest stays on the payment, and `reason` tells the clerk why."""

    reason: str
    rest: Money
    candidates: tuple[Candidate, ...]


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


def decide_all(lines: Iterable[Line], items: Iterable[Item]) -> dict[UUID, Decision]:
    """One decision per line; no item is given more than it has, whatever the order of `lines`."""
    book = _Book(items)
    ranked = sorted(lines, key=lambda line: _rank(line, book))
    return {line.id: _decide(line, book) for line in ranked}


class _Book:
    """The items by what names them, and what is left of each while decisions fall."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.items: dict[UUID, Item] = {item.id: item for item in items}
        self.left: dict[UUID, Money] = {item.id: item.available for item in self.items.values()}
        self._by_reference: dict[str, list[Item]] = {}
        self._by_number: dict[str, list[Item]] = {}
        self.of_customer: dict[UUID, list[Item]] = {}
        for item in sorted(self.items.values(), key=lambda item: (item.due_on, item.id)):
            for reference in (item.rf_reference, item.payment_reference):
                if reference:
                    self._by_reference.setdefault(reference, []).append(item)
            if item.number_key:
                self._by_number.setdefault(item.number_key, []).append(item)
            self.of_customer.setdefault(item.customer_id, []).append(item)

    def named_in(self, line: Line) -> tuple[str, list[Item]]:
        """The items a line names, oldest first, and by which rule.

        A number found in free text does not spoil what a reference with a check digit says: it
        counts beside one only for the same customer.
        """
        if line.invoice_id is not None:
            item = self.items.get(line.invoice_id)
            return line.named_by or "named", [item] if item else []
        by_reference = _found(self._by_reference, line.clues.references)
        by_number = _found(self._by_number, line.clues.numbers)
        if not by_reference:
            return "invoice_number", by_number
        both = {item.id: item for item in (*by_reference, *by_number)}
        if len({item.customer_id for item in both.values()}) > 1:
            return "reference", by_reference
        return "reference", sorted(both.values(), key=lambda item: (item.due_on, item.id))

    def take(self, items: Sequence[Item], amount: Money) -> tuple[tuple[Share, ...], Money]:
        """Fill `items` in their order; returns the shares and what is over."""
        shares = []
        for item in items:
            part = min(amount, self.left[item.id])
            if part.minor > 0:
                self.left[item.id] -= part
                amount -= part
                shares.append(Share(item.id, item.customer_id, part))
        return tuple(shares), amount


def _found(index: Mapping[str, list[Item]], keys: Iterable[str]) -> list[Item]:
    found = {item.id: item for key in keys for item in index.get(key, ())}
    return sorted(found.values(), key=lambda item: (item.due_on, item.id))


def _rank(line: Line, book: _Book) -> tuple[object, ...]:
    """What was asked for first, then exact references, other references, and accounts last.

    The rank comes from the content alone, so that the order of lines in a file changes no total.
    """
    _, named = book.named_in(line)
    if line.invoice_id is not None:
        strength = 0
    elif len(named) == 1 and named[0].available == line.amount:
        strength = 1
    else:
        strength = 2 if named else 3
    return (
        strength,
        line.value_on,
        line.amount.minor,
        sorted(line.clues.references),
        sorted(line.clues.numbers),
        sorted(line.account_customers),
        str(line.invoice_id or ""),
    )


def _decide(line: Line, book: _Book) -> Decision:
    rule, named = book.named_in(line)
    if named:
        return _by_name(line, rule, named, book)
    if line.invoice_id is None and line.account_customers:
        return _by_account(line, book)
    if line.clues or line.invoice_id is not None:
        return NoMatch(reason="unknown_reference")
    return NoMatch(reason="no_match")


def _by_name(line: Line, rule: str, named: Sequence[Item], book: _Book) -> Decision:
    payable = [item for item in named if item.available.currency == line.amount.currency]
    customers = {item.customer_id for item in named}
    customer_id = named[0].customer_id
    if len(customers) > 1:
        return Ambiguous(
            reason="several_customers",
            customer_id=None,
            candidates=_candidates(line, named, book, rule),
        )
    if not payable:
        return NoMatch(reason="other_currency", customer_id=customer_id)
    still_open = [item for item in payable if book.left[item.id].minor > 0]
    # A payer who lists several invoices and pays exactly one of them means that one.
    meant = [item for item in still_open if book.left[item.id] == line.amount]
    if len(meant) == 1:
        shares, _ = book.take(meant, line.amount)
        return Exact(rule=rule, customer_id=customer_id, shares=shares)
    left = {item.id: book.left[item.id] for item in still_open}
    shares, rest = book.take(still_open, line.amount)
    if rest:
        return Over(
            rule=rule,
            customer_id=customer_id,
            shares=shares,
            rest=rest,
            reason="overpaid" if shares else _why_closed(payable),
            candidates=_candidates(line, [i for i in payable if i not in still_open], book, rule),
        )
    is_whole = all(share.amount == left[share.item_id] for share in shares)
    if is_whole and len(shares) == len(still_open):
        return Several(rule=rule, customer_id=customer_id, shares=shares)
    return Partial(rule=rule, customer_id=customer_id, shares=shares)


def _why_closed(items: Sequence[Item]) -> str:
    """Why nothing is left of what the payer named."""
    statuses = {item.status for item in items}
    if statuses == {"credited"}:
        return "invoice_credited"
    if statuses == {"written_off"}:
        return "invoice_written_off"
    return "already_paid"


def _by_account(line: Line, book: _Book) -> Decision:
    """The sender's account is known, the payment names nothing: only the amount can tell."""
    customers = line.account_customers
    only = next(iter(customers)) if len(customers) == 1 else None
    items = [
        item
        for customer_id in sorted(customers)
        for item in book.of_customer.get(customer_id, ())
        if book.left[item.id].minor > 0 and item.available.currency == line.amount.currency
    ]
    if not items:
        return NoMatch(reason="nothing_open", customer_id=only)
    equal = [item for item in items if book.left[item.id] == line.amount]
    if len(equal) == 1:
        shares, _ = book.take(equal, line.amount)
        return Exact(rule="account_amount", customer_id=equal[0].customer_id, shares=shares)
    reason = "same_amount" if equal else "amount_differs"
    totals = _customers_owing(line, items, book) if not equal else []
    if len(totals) == 1:
        whole = [item for item in items if item.customer_id == totals[0]]
        shares, _ = book.take(whole, line.amount)
        return Several(rule="account_total", customer_id=totals[0], shares=shares)
    return Ambiguous(
        reason=reason,
        customer_id=only,
        candidates=_candidates(line, items, book, "account"),
    )


def _customers_owing(line: Line, items: Sequence[Item], book: _Book) -> list[UUID]:
    """The customers whose open items together are exactly the amount."""
    totals: dict[UUID, int] = {}
    for item in items:
        totals[item.customer_id] = totals.get(item.customer_id, 0) + book.left[item.id].minor
    return [customer for customer, total in totals.items() if total == line.amount.minor]


def _candidates(line: Line, items: Sequence[Item], book: _Book, rule: str) -> tuple[Candidate, ...]:
    oldest = min((item.due_on for item in items), default=None)
    found = []
    for item in items[:CANDIDATES_MAX]:
        facts = [f"named_by_{rule}" if rule != "account" else "account_known"]
        if item.customer_id in line.account_customers and rule != "account":
            facts.append("account_known")
        facts.append("amount_equal" if book.left[item.id] == line.amount else "amount_differs")
        if item.due_on == oldest:
            facts.append("oldest")
        if item.status != "open":
            facts.append(f"invoice_{item.status}")
        found.append(Candidate(item.id, item.customer_id, tuple(facts)))
    return tuple(found)
