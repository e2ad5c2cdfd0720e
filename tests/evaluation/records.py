"""What the generator tells and the adapter hears: a world, its bank lines, and the truth of each.

Money is minor units of the euro throughout; a world knows one creditor and one currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

BillStatus = Literal["open", "settled", "credited", "written_off"]
Shares = tuple[tuple[UUID, int], ...]
"""Invoice and amount, per claim that is paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor:
    """Someone who is billed, under the name that billing knows."""

    customer_id: UUID
    number: str
    name: str
    ibans: tuple[str, ...] = ()
    """Accounts known from mandates or earlier payments."""
    mandate_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    invoice_id: UUID
    customer_id: UUID
    number: str
    rf_reference: str
    payment_reference: str
    """The betalingskenmerk of 16 digits."""
    issued_on: date
    due_on: date
    total: int
    open: int
    costs: int = 0
    """The part of `open` that is costs and interest."""
    status: BillStatus = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """The next unpaid instalment of an arrangement over some invoices."""

    customer_id: UUID
    due_on: date
    amount: int
    invoice_ids: tuple[UUID, ...]
    """Oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What clerks taught: this account pays for these customers."""

    iban: str
    customer_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPayment:
    iban: str
    customer_id: UUID
    amount: int
    paid_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class BankLine:
    line_id: UUID
    booked_on: date
    amount: int
    text: str
    """Unstructured remittance: may be cut, wrapped and noisy."""
    structured: str | None = None
    end_to_end_id: str | None = None
    mandate_id: str | None = None
    payer_name: str | None = None
    payer_iban: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    line_id: UUID
    kind: str
    decidable: bool
    """A careful clerk with all these facts and no phone would post it without doubt."""
    customer_id: UUID | None
    shares: Shares
    """What is over stays unallocated."""
    alternatives: tuple[Shares, ...] = ()
    """Other postings that are as right, such as the twin of an equal claim of this customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    debtors: tuple[Debtor, ...]
    bills: tuple[Bill, ...]
    instalments: tuple[Instalment, ...]
    remembered: tuple[Remembered, ...]
    past_payments: tuple[PastPayment, ...]
    lines: tuple[BankLine, ...]
    truths: tuple[Truth, ...]
    """In the order of the lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the engine did with one line."""

    line_id: UUID
    posted: Shares
    """Empty when the line was queued."""
    customer_id: UUID | None
    probability: float | None
    """That the best candidate is right; None when the engine gives none."""
    ranked: tuple[tuple[UUID, tuple[UUID, ...]], ...]
    """Candidates, best first: a customer and the invoices to pay; of none, it is their credit."""
