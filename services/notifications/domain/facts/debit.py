"""What the pre-notification of a SEPA direct debit says (Core and B2B rulebooks, DS-06)."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.notifications.domain.facts.parts import Facts, require_one_currency
from services.notifications.domain.text import Line
from shared.money import Money


class AnnouncedDebit(Facts):
    debit_id: UUID
    number: Line
    """The invoice's; each is collected by itself."""
    amount: Money


class DebitAnnouncedFacts(Facts):
    """`scheme` decides on the right of refund: eight weeks under Core, none under B2B."""

    collect_on: date
    mandate_reference: Line
    sepa_creditor_id: Line
    scheme: Literal["core", "b2b"]
    debits: tuple[AnnouncedDebit, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        require_one_currency(debit.amount for debit in self.debits)
        return self

    @property
    def total(self) -> Money:
        return Money.total((debit.amount for debit in self.debits), self.debits[0].amount.currency)

    @property
    def invoice_numbers(self) -> tuple[str, ...]:
        return tuple(debit.number for debit in self.debits)


class DebitRevokedFacts(DebitAnnouncedFacts):
    """Of what was announced, `debits` will not take place and `remaining` still will."""

    remaining: tuple[AnnouncedDebit, ...] = ()

    @property
    def remaining_total(self) -> Money:
        return Money.total((debit.amount for debit in self.remaining), self.total.currency)

    @property
    def remaining_numbers(self) -> tuple[str, ...]:
        return tuple(debit.number for debit in self.remaining)
