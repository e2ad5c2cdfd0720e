"""Apply many changes to many open items, in order, and say what became of each.

Pure: the use case loads the items under lock, this decides, the use case writes once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from services.billing.domain.ledger import Entry, Parts, Unpaid, movement_legs
from services.billing.domain.open_item import (
    Balance,
    Kind,
    Movement,
    Refusal,
    Status,
    balance,
    status_of,
)
from shared.money import Money


@dataclass(slots=True)
class OpenItem:
    """An invoice's open item while changes are applied to it."""

    invoice_id: UUID
    customer_id: UUID
    version: int
    due_on: date
    currency: str
    principal: int
    movements: dict[UUID, Movement]
    # Movements taken back, so that a repeated reversal is known.
    reversed: set[UUID] = field(default_factory=set)

    def balance(self) -> Balance:
        return balance(self.principal, self.movements.values())

    def status(self) -> Status:
        return status_of(self.balance(), list(self.movements.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Add:
    """A new movement. `tag` is handed back with the outcome.

    `given_up` and `fee` are parts of a payment's `amount`, see `Movement`.
    """

    id: UUID
    invoice_id: UUID
    customer_id: UUID
    kind: Kind
    amount: Money
    effective_on: date
    payment_id: UUID | None = None
    ground: str | None = None
    # What a credit takes back, by account; other kinds have none.
    parts: Parts | None = None
    given_up: int = 0
    fee: int = 0
    tag: Any = None

    def __post_init__(self) -> None:
        if (self.kind == "credit") != (self.parts is not None):
            raise ValueError("a credit, and only a credit, names its parts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverse:
    """Take a payment back by counter-entry; `cause_id` is the reversal's own id."""

    id: UUID
    invoice_id: UUID
    amount: Money
    cause_id: UUID
    booked_on: date
    tag: Any = None


Change = Add | Reverse


@dataclass(frozen=True, slots=True)
class State:
    """The open item right after a change."""

    invoice_id: UUID
    customer_id: UUID
    version: int
    status: Status
    due_on: date
    currency: str
    balance: Balance


@dataclass(frozen=True, slots=True)
class Applied:
    change: Change
    state: State
    entry: Entry


@dataclass(frozen=True, slots=True)
class Refused:
    change: Change
    reason: Refusal


@dataclass(frozen=True, slots=True)
class Repeated:
    """The change was made before, or its payment taken back: nothing happens."""

    change: Change


@dataclass(frozen=True, slots=True)
class Forestalled:
    """A payment taken back that was not heard of, or was refused: should it come, it is too late.

    A dead letter may be replayed after what followed it.
    """

    change: Reverse


Outcome = Applied | Refused | Repeated | Forestalled


def apply_changes(items: Mapping[UUID, OpenItem], changes: Iterable[Change]) -> list[Outcome]:
    """Changes `items` in place; outcomes come in the order of `changes`."""
    return [_apply(items, change) for change in changes]


def _apply(items: Mapping[UUID, OpenItem], change: Change) -> Outcome:
    item = items.get(change.invoice_id)
    if item is None:
        return Refused(change, "unknown_invoice")
    if isinstance(change, Reverse):
        return _reverse(item, change)
    if change.id in item.movements or change.id in item.reversed:
        return Repeated(change)
    refusal = _refusal(item, change)
    if refusal is not None:
        return Refused(change, refusal)
    before = item.balance()
    movement = Movement(
        change.id,
        change.kind,
        change.amount.minor,
        change.effective_on,
        change.given_up,
        change.fee,
    )
    item.movements[change.id] = movement
    return _applied(item, change, movement, change.id, change.effective_on, before, change.parts)


def _reverse(item: OpenItem, change: Reverse) -> Outcome:
    if change.id in item.reversed:
        return Repeated(change)
    item.reversed.add(change.id)
    movement = item.movements.get(change.id)
    if movement is None:
        return Forestalled(change)
    if movement.kind != "payment":
        raise ValueError(f"a {movement.kind} is not taken back, it is countered")
    before = item.balance()
    del item.movements[change.id]
    return _applied(item, change, movement, change.cause_id, change.booked_on, before, None)


def _refusal(item: OpenItem, change: Add) -> Refusal | None:
    if change.customer_id != item.customer_id:
        return "wrong_customer"
    if change.amount.currency != item.currency:
        return "wrong_currency"
    if change.kind in {"payment", "write_off"} and change.amount.minor > item.balance().open:
        return "exceeds_open"
    if change.kind == "costs" and item.status() == "credited":
        return "credited"
    if change.kind == "credit":
        credited = sum(m.amount for m in item.movements.values() if m.kind == "credit")
        if credited + change.amount.minor > item.principal:
            return "exceeds_open"
    return None


def _applied(
    item: OpenItem,
    change: Change,
    movement: Movement,
    cause_id: UUID,
    booked_on: date,
    before: Balance,
    parts: Parts | None,
) -> Applied:
    after = item.balance()
    item.version += 1
    kind, unpaid = movement.kind, Unpaid(movement.given_up, movement.fee)
    legs = movement_legs(kind, before, after, item.customer_id, item.invoice_id, parts, unpaid)
    name = f"{kind}.reversed" if isinstance(change, Reverse) else kind
    state = State(
        item.invoice_id,
        item.customer_id,
        item.version,
        item.status(),
        item.due_on,
        item.currency,
        after,
    )
    return Applied(change, state, Entry(name, cause_id, booked_on, item.currency, legs))
