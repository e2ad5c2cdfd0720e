"""Everything found for some lines, by what names it, and what is left of each item."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from services.payments.domain.matching.decisions import Share
from services.payments.domain.matching.facts import Debtor, Facts, Item, Line
from services.payments.domain.names import NO_NAME, Name, read_name
from shared.money import Money

# With more customers than this under one name key, only those who owe the amount are looked at.
NAMESAKES_MAX: Final = 50


class Book:
    """The facts by key. `left` falls while decisions fall, and `changed` tells whose did."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.items = facts.items
        self.debtors = facts.debtors
        self.plans = facts.plans
        self.number_lengths = facts.number_lengths
        self._common_names = facts.common_names
        self._names_sought = facts.names_sought
        self.left: dict[UUID, int] = {}
        self.changed: set[UUID] = set()
        self.by_reference: dict[str, list[Item]] = {}
        self.by_number: dict[str, list[Item]] = {}
        self.of_customer: dict[UUID, list[Item]] = {}
        self._by_customer_number: dict[str, list[UUID]] = {}
        self._by_name: dict[str, list[UUID]] = {}
        self._owing: dict[str, dict[int, list[UUID]]] = {}
        self._names: dict[str, Name] = {}
        for item in sorted(facts.items.values(), key=_oldest_first):
            self._add(item)
        for debtor in facts.debtors.values():
            if debtor.number_key:
                self._by_customer_number.setdefault(debtor.number_key, []).append(debtor.id)

    def _add(self, item: Item) -> None:
        self.left[item.id] = item.available.minor
        for reference in (item.rf_reference, item.payment_reference):
            if reference:
                self.by_reference.setdefault(reference, []).append(item)
        if item.number_key:
            self.by_number.setdefault(item.number_key, []).append(item)
        self.of_customer.setdefault(item.customer_id, []).append(item)

    def index_names(self) -> None:
        """So that names find customers; only lines that nothing else decides need it."""
        for debtor in self.debtors.values():
            for key in self.name_of(debtor.id).search_keys():
                self._by_name.setdefault(key, []).append(debtor.id)
        for key, customers in self._by_name.items():
            if len(customers) > NAMESAKES_MAX:
                self._owing_of(key)

    def named(self, name: Name, amount: Money) -> set[UUID]:
        """The customers of a name; of a common name those who owe a bill of just this amount."""
        if not self._by_name and self.debtors:
            self.index_names()
        found: set[UUID] = set()
        for key in name.search_keys():
            customers = self._by_name.get(key, ())
            if len(customers) > NAMESAKES_MAX or key in self._common_names:
                customers = self._owing_of(key).get(amount.minor, ())
            if len(customers) <= NAMESAKES_MAX:
                found.update(customers)
        return found

    def is_sole(self, surnames: Iterable[str]) -> bool:
        """Whether one customer alone bears one of these surnames, as far as they were looked up."""
        known = self._names_sought
        return any(
            len(self._by_name.get(surname, ())) == 1
            for surname in surnames
            if surname not in self._common_names and (known is None or surname in known)
        )

    def _owing_of(self, key: str) -> dict[int, list[UUID]]:
        """The customers of a common name by what each of their bills had open at first."""
        known = self._owing.get(key)
        if known is None:
            known = self._owing[key] = {}
            for customer_id in self._by_name.get(key, ()):
                for item in self.of_customer.get(customer_id, ()):
                    known.setdefault(item.available.minor, []).append(customer_id)
        return known

    def numbered(self, numbers: Iterable[str]) -> set[UUID]:
        """The customers whose customer number is among these."""
        index = self._by_customer_number
        return {customer for number in numbers for customer in index.get(number, ())}

    def name_of(self, customer_id: UUID) -> Name:
        debtor: Debtor | None = self.debtors.get(customer_id)
        return self.read(debtor.name) if debtor and debtor.name else NO_NAME

    def read(self, written: str | None) -> Name:
        """Names come many times over a file; each is read once."""
        if not written:
            return NO_NAME
        known = self._names.get(written)
        if known is None:
            known = self._names[written] = read_name(written)
        return known

    def owed_by(self, customer_id: UUID, currency: str) -> list[tuple[Item, int]]:
        """What is left of the customer's open items, oldest first."""
        left = self.left
        return [
            (item, left[item.id])
            for item in self.of_customer.get(customer_id, ())
            if left[item.id] > 0 and item.available.currency == currency
        ]

    def could_owe(self, customer_id: UUID, amount: Money) -> bool:
        """Whether the amount could be one claim or several of this customer, at a glance."""
        lefts = [self.left[item.id] for item in self.of_customer.get(customer_id, ())]
        return amount.minor in lefts or (len(lefts) > 1 and sum(lefts) >= amount.minor)

    def take(self, parts: Iterable[tuple[UUID, Money, Money | None]]) -> tuple[Share, ...]:
        """Give parts of items away: item, amount, what is written off beside it."""
        shares = []
        for item_id, amount, written_off in parts:
            item = self.items[item_id]
            gone = amount.minor + (written_off.minor if written_off else 0)
            self.left[item_id] -= gone
            self.changed.add(item.customer_id)
            shares.append(Share(item_id, item.customer_id, amount, written_off))
        return tuple(shares)


def referenced(line: Line, book: Book) -> list[Item]:
    """The items whose whole reference the payer wrote, oldest first."""
    return _found(book.by_reference, (*line.clues.references, *line.clues.read))


def numbered(line: Line, book: Book) -> list[Item]:
    """The items whose number stands by itself in the text, oldest first."""
    return _found(book.by_number, line.clues.numbers)


def _found(index: dict[str, list[Item]], keys: Iterable[str]) -> list[Item]:
    found = [item for key in keys for item in index.get(key, ())]
    if len(found) < 2:
        return found
    return sorted({item.id: item for item in found}.values(), key=_oldest_first)


def oldest_first(items: Iterable[Item]) -> Sequence[Item]:
    return sorted(items, key=_oldest_first)


def _oldest_first(item: Item) -> tuple[date, UUID]:
    return item.due_on, item.id
