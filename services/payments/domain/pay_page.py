"""What a payer is shown, and what of it can be paid. Pure decisions over the facts of one page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from uuid import UUID

from shared.errors import InvalidInput
from shared.money import Money

ItemState = Literal[
    "to_pay", "settled", "credited", "closed", "debit", "bailiff", "disputed", "arranged"
]
# Pages stay readable and remittance lines short; older debts come first.
ITEMS_MAX: Final = 50

_AMOUNT = re.compile(r"(\d{1,3}(?:[ .,]\d{3})+|\d{1,9})(?:[.,](\d{1,2}))?", re.ASCII)
_SIGNS = re.compile(r"€|EUR|\u00a0|\u202f", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageItem:
    """One invoice on the page. `open` is what no payment has claimed, `paid` what came in."""

    id: UUID
    number: str
    due_on: date
    status: str
    open: Money
    paid: Money
    rf_reference: str | None = None
    payment_reference: str | None = None
    # The day a direct debit on its way is collected.
    collect_on: date | None = None
    # A bailiff collects it: paid to the creditor, it would come too late or twice.
    is_with_bailiff: bool = False
    is_disputed: bool = False
    is_arranged: bool = False

    @property
    def state(self) -> ItemState:
        if self.status == "credited":
            return "credited"
        if self.status == "written_off":
            return "closed"
        if not self.open:
            return "settled"
        if self.collect_on is not None:
            return "debit"
        if self.is_with_bailiff:
            return "bailiff"
        if self.is_disputed:
            return "disputed"
        return "arranged" if self.is_arranged else "to_pay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bailiff:
    """Who collects it now; `reference` is what our files are known by there."""

    name: str
    reference: str | None = None
    phone: str | None = None
    url: str | None = None

    @property
    def page(self) -> str | None:
        """Where to pay them, if a payer can safely be sent there."""
        return self.url if self.url is not None and self.url.startswith("https://") else None


@dataclass(frozen=True, slots=True)
class Instalment:
    number: int
    due_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Payable:
    """What can be paid here now: `whole` over `invoice_ids`, which are filled oldest first."""

    invoice_ids: tuple[UUID, ...]
    whole: Money
    # The least that may be paid at once; none: only the whole.
    least: Money | None


def payable(
    items: Sequence[PageItem], currency: str, *, is_alone: bool, least: Money | None
) -> Payable:
    """`is_alone`: the link is of this one invoice, and who opens it may pay it whatever its state.

    On a page of several, what is disputed or on an arrangement is left out of the sum: nobody is
    led to pay what need not be paid yet.
    """
    wanted = {"to_pay", "disputed", "arranged"} if is_alone else {"to_pay"}
    chosen = [
        item
        for item in oldest_first(items)
        if item.state in wanted and item.open.currency == currency
    ]
    whole = Money.total((item.open for item in chosen), currency)
    return Payable(tuple(item.id for item in chosen), whole, _part_of(whole, least))


def payable_instalment(items: Sequence[PageItem], due: Money, *, least: Money | None) -> Payable:
    """The invoices of an arrangement, oldest first, up to what the instalment still asks."""
    chosen = [
        item
        for item in oldest_first(items)
        if item.state in {"to_pay", "arranged"} and item.open.currency == due.currency
    ]
    whole = min(due, Money.total((item.open for item in chosen), due.currency))
    return Payable(tuple(item.id for item in chosen), whole, _part_of(whole, least))


def instalment_due(plan: Sequence[Instalment], still_open: Money, number: int) -> Money:
    """What is still to be paid for the instalments up to `number`, the oldest filled first.

    `still_open` is the open sum of the arrangement's invoices: what the plan asks beyond it has
    been paid since the plan was made.
    """
    asked = Money.total((part.amount for part in plan), still_open.currency)
    until = Money.total(
        (part.amount for part in plan if part.number <= number), still_open.currency
    )
    zero = Money.zero(still_open.currency)
    paid = max(asked - still_open, zero)
    return min(max(until - paid, zero), still_open)


def instalment_now(plan: Sequence[Instalment], still_open: Money, today: date) -> Instalment | None:
    """The instalment a payer is to pay now: the last one due, or the first with something left."""
    left = [part for part in plan if instalment_due(plan, still_open, part.number)]
    due = [part for part in left if part.due_on <= today]
    return due[-1] if due else next(iter(left), None)


def oldest_first(items: Sequence[PageItem]) -> list[PageItem]:
    return sorted(items, key=lambda item: (item.due_on, item.id))


def share_oldest_first(
    amount: Money, available: Sequence[tuple[UUID, Money]]
) -> tuple[list[tuple[UUID, Money]], Money]:
    """Fill the invoices in their order; returns the shares and what is over (BW 6:43 lid 2)."""
    shares = []
    for invoice_id, left in available:
        part = min(amount, left)
        if part.minor > 0:
            shares.append((invoice_id, part))
            amount -= part
    return shares, amount


def parse_amount(text: str, currency: str) -> Money | None:
    """What a person typed: `25`, `25,5`, `€ 1.250,00`, `1 250.00`; None when it is no amount.

    Three digits behind a point or comma are thousands, one or two are cents.
    """
    found = _AMOUNT.fullmatch(_SIGNS.sub(" ", text).strip())
    if found is None:
        return None
    whole = re.sub(r"\D", "", found[1])
    try:
        return Money.parse(f"{whole}.{found[2]}" if found[2] else whole, currency)
    except InvalidInput:
        return None


def is_payable(amount: Money, choice: Payable) -> bool:
    """Whether `amount` may be paid: the whole, or a part that is allowed."""
    if amount == choice.whole:
        return bool(amount)
    return choice.least is not None and choice.least <= amount < choice.whole


def _part_of(whole: Money, least: Money | None) -> Money | None:
    return least if least is not None and least < whole else None
