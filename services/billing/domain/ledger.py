"""Double entry: which accounts a fact moves. Debit is positive, credit negative.

Amounts are minor units in the entry's currency. Every entry sums to zero; the database checks too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from uuid import UUID

from services.billing.domain.open_item import Balance, Kind

Account = Literal[
    "receivable.principal",
    "receivable.costs",
    "receivable.interest",
    "customer_credit",
    "revenue",
    "vat_payable",
    "levy_payable",
    "costs_income",
    "interest_income",
    "write_off",
    "small_differences",
    "collection_fees",
    "bank",
    "provider_clearing",
    "provider_fees",
    "unallocated",
    "refunds_to_reclaim",
]

_COUNTER: Final[dict[Kind, Account]] = {
    "costs": "costs_income",
    "interest": "interest_income",
    "payment": "unallocated",
    "write_off": "write_off",
    "reclaim": "unallocated",
}


@dataclass(frozen=True, slots=True)
class Leg:
    account: Account
    amount: int
    customer_id: UUID | None = None
    invoice_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """`kind` and `cause_id` together are posted once."""

    kind: str
    cause_id: UUID
    booked_on: date
    currency: str
    legs: tuple[Leg, ...]

    def __post_init__(self) -> None:
        if sum(leg.amount for leg in self.legs):
            raise ValueError(f"entry {self.kind} does not sum to zero")


@dataclass(frozen=True, slots=True)
class Parts:
    """What an invoice or credit note is made of: gross = net + vat + levy."""

    net: int
    vat: int
    levy: int

    @property
    def gross(self) -> int:
        return self.net + self.vat + self.levy


@dataclass(frozen=True, slots=True)
class Unpaid:
    """Of what a payment relieves an invoice of, the part no money stands behind."""

    given_up: int
    fee: int


def issue_legs(parts: Parts, customer_id: UUID, invoice_id: UUID) -> tuple[Leg, ...]:
    """An invoice: the customer owes it; revenue, the tax office and the municipality have it."""
    return (
        Leg("receivable.principal", parts.gross, customer_id, invoice_id),
        *_counter_parts(parts, customer_id, invoice_id, sign=-1),
    )


def movement_legs(
    kind: Kind,
    before: Balance,
    after: Balance,
    customer_id: UUID,
    invoice_id: UUID,
    parts: Parts | None = None,
    unpaid: Unpaid | None = None,
) -> tuple[Leg, ...]:
    """A movement, or its reversal: the components go from `before` to `after`.

    A credit note names its `parts`, since revenue, VAT and levy are each taken back. Of a payment
    `unpaid` is our loss or cost, and only the rest comes out of what was received.
    """
    deltas: tuple[tuple[Account, int], ...] = (
        ("receivable.principal", after.principal - before.principal),
        ("receivable.costs", after.costs - before.costs),
        ("receivable.interest", after.interest - before.interest),
        ("customer_credit", before.surplus - after.surplus),
    )
    legs = tuple(Leg(name, delta, customer_id, invoice_id) for name, delta in deltas if delta)
    moved = sum(leg.amount for leg in legs)
    if parts is not None:
        sign = 1 if moved < 0 else -1
        return legs + _counter_parts(parts, customer_id, invoice_id, sign=sign)
    sign = 1 if moved < 0 else -1
    losses: tuple[tuple[Account, int], ...] = ()
    if unpaid is not None:
        losses = (
            ("small_differences", sign * unpaid.given_up),
            ("collection_fees", sign * unpaid.fee),
        )
    lost = tuple(Leg(name, amount, customer_id, invoice_id) for name, amount in losses if amount)
    received = -moved - sum(leg.amount for leg in lost)
    return (*legs, Leg(_COUNTER[kind], received, customer_id, invoice_id), *lost)


def received_legs(
    amount: int, *, by_provider: bool, customer_id: UUID | None = None
) -> tuple[Leg, ...]:
    """Money in (or out again, negative): it is nobody's until it is allocated."""
    account: Account = "provider_clearing" if by_provider else "bank"
    return (Leg(account, amount, customer_id), Leg("unallocated", -amount, customer_id))


def unplaced_reclaim_legs(amount: int, customer_id: UUID | None) -> tuple[Leg, ...]:
    """A refund to be had back that no invoice stands for: a person has to find its debtor."""
    return (
        Leg("refunds_to_reclaim", amount, customer_id),
        Leg("unallocated", -amount, customer_id),
    )


def paid_out_legs(amount: int, fee: int = 0) -> tuple[Leg, ...]:
    """A provider's payout: what it held for us is on the bank account now, less its fee."""
    named: tuple[tuple[Account, int], ...] = (
        ("bank", amount),
        ("provider_fees", fee),
        ("provider_clearing", -amount - fee),
    )
    return tuple(Leg(name, moved) for name, moved in named if moved)


def remitted_legs(amount: int) -> tuple[Leg, ...]:
    """A levy handed on to the body it was collected for."""
    return (Leg("levy_payable", amount), Leg("bank", -amount))


def _counter_parts(
    parts: Parts, customer_id: UUID, invoice_id: UUID, *, sign: int
) -> tuple[Leg, ...]:
    named: tuple[tuple[Account, int], ...] = (
        ("revenue", parts.net),
        ("vat_payable", parts.vat),
        ("levy_payable", parts.levy),
    )
    return tuple(
        Leg(name, sign * amount, customer_id, invoice_id) for name, amount in named if amount
    )
