"""What matching knows: bank lines, open items, who owes them, what was arranged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from services.payments.domain.clues import NO_CLUES, Clues
from shared.money import Money


class Item(NamedTuple):
    """An open item as we know it; `available` is what no other payment has claimed.

    `costs_minor` is the part of it that is costs and interest.
    """

    id: UUID
    customer_id: UUID
    status: str
    available: Money
    due_on: date
    number_key: str | None = None
    rf_reference: str | None = None
    payment_reference: str | None = None
    costs_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor:
    """A customer by what payers write of one."""

    id: UUID
    number_key: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An arrangement in force: the amounts agreed (minor units), over these items."""

    customer_id: UUID
    item_ids: tuple[UUID, ...]
    instalments_minor: tuple[int, ...]


class Line(NamedTuple):
    """Money that came in, with what is known of its sender.

    `invoice_id` is set when we ourselves asked for the money (a direct debit, a provider payment);
    `named_by` says how that was recognised. `accounts` are the customers that the sender's account
    is known for and how (mandate, direct_debit, remembered, payment); None when the bank tells no
    account. `mandate_customer_id` is whose mandate the line names.
    """

    id: UUID
    amount: Money
    value_on: date
    clues: Clues = NO_CLUES
    invoice_id: UUID | None = None
    named_by: str | None = None
    payer_name: str | None = None
    accounts: Mapping[UUID, str] | None = None
    mandate_customer_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How sure this creditor wants matching to be.

    Posted from probability `post_at` on, when the best answer leads the next by at least
    `tie_margin` (natural logarithm of the odds). `tolerance_minor` too little still settles an
    item. `fill_by_law` lets money of a certain customer that fits nothing pay in the legal order.
    """

    post_at: float = 0.999
    tie_margin: float = 2.0
    tolerance_minor: int = 0
    fill_by_law: bool = False
    jurisdiction: str = "NL"


CAREFUL: Final = Settings()


@dataclass(slots=True)
class Facts:
    """What was found for some lines; more can be added."""

    items: dict[UUID, Item] = field(default_factory=dict)
    debtors: dict[UUID, Debtor] = field(default_factory=dict)
    plans: dict[UUID, Plan] = field(default_factory=dict)
    # Name keys with more customers than are here: only those who owe an amount were looked up.
    common_names: set[str] = field(default_factory=set)
    # The name keys that were looked up; None when every customer is here.
    names_sought: set[str] | None = None
    # How long this creditor's invoice numbers are.
    number_lengths: set[int] = field(default_factory=set)

    @classmethod
    def of(
        cls,
        items: Iterable[Item] = (),
        debtors: Iterable[Debtor] = (),
        plans: Iterable[Plan] = (),
    ) -> Facts:
        found = {item.id: item for item in items}
        return cls(
            found,
            {debtor.id: debtor for debtor in debtors},
            {plan.customer_id: plan for plan in plans},
            number_lengths={len(item.number_key) for item in found.values() if item.number_key},
        )

    def add(self, more: Facts) -> None:
        self.items |= more.items
        self.debtors |= more.debtors
        self.plans |= more.plans
        self.common_names |= more.common_names
        self.number_lengths |= more.number_lengths
