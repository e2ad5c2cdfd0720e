"""What the three letters about a payment arrangement (betalingsregeling) say."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from services.notifications.domain.facts.parts import (
    Facts,
    Instalment,
    PayableInvoices,
    require_one_currency,
)
from services.notifications.domain.text import Line, Link
from shared.money import Money


class ArrangementConfirmedFacts(Facts):
    agreed_on: date
    instalments: tuple[Instalment, ...] = Field(min_length=1)
    invoice_numbers: tuple[Line, ...] = ()
    reference: Line | None = None
    """One invoice's own; with several the customer's number says whose money it is."""
    link: Link | None = None
    by_direct_debit: bool = False

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        require_one_currency(item.amount for item in self.instalments)
        return self

    @property
    def total(self) -> Money:
        return Money.total(
            (item.amount for item in self.instalments), self.instalments[0].amount.currency
        )


class ArrangementBrokenFacts(PayableInvoices):
    """Paying the missed terms by `restore_by` keeps the arrangement; without that day it ended."""

    agreed_on: date | None = None
    missed: tuple[Instalment, ...] = Field(min_length=1)
    restore_by: date | None = None
    pay_by: date | None = None

    @model_validator(mode="after")
    def _missed_in_one_currency(self) -> Self:
        require_one_currency([self.principal, *(item.amount for item in self.missed)])
        return self

    @property
    def missed_total(self) -> Money:
        return Money.total((item.amount for item in self.missed), self.currency)

    @property
    def to_pay(self) -> Money:
        return self.missed_total if self.restore_by else self.total


class ArrangementCompletedFacts(Facts):
    agreed_on: date | None = None
    completed_on: date
    total: Money
    invoice_numbers: tuple[Line, ...] = ()
