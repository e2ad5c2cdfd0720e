"""The pieces several templates show: an open invoice, an instalment, a period of interest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.notifications.domain.text import Line, Link
from shared.money import Money


class Facts(BaseModel):
    """Frozen; unknown fields are ignored, so that a newer sender may tell more."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class OpenInvoice(Facts):
    """An invoice with something left to pay, in the three parts of BW 6:44."""

    number: Line
    issued_on: date
    due_on: date
    open_principal: Money
    open_costs: Money | None = None
    open_interest: Money | None = None
    reference: Line | None = None
    """What the payer quotes: betalingskenmerk or ISO 11649 reference."""

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        require_one_currency([self.open_principal, self.open_costs, self.open_interest])
        return self


class Instalment(Facts):
    number: int = Field(ge=1)
    due_on: date
    amount: Money


class InterestPeriod(Facts):
    """Statutory interest over one period at one rate. `rate` is a fraction: 0.04 is 4% a year."""

    amount: Money
    rate: Decimal = Field(ge=0, lt=1)
    from_on: date
    to_on: date
    """The last day counted."""


class PayableInvoices(Facts):
    """Open invoices and how to pay them, all in one go."""

    invoices: tuple[OpenInvoice, ...] = Field(min_length=1)
    reference: Line | None = None
    """One reference for the whole; without it a single invoice's own reference serves."""
    link: Link | None = None

    @model_validator(mode="after")
    def _all_in_one_currency(self) -> Self:
        require_one_currency(invoice.open_principal for invoice in self.invoices)
        return self

    @property
    def currency(self) -> str:
        return self.invoices[0].open_principal.currency

    @property
    def principal(self) -> Money:
        return Money.total((item.open_principal for item in self.invoices), self.currency)

    @property
    def open_costs(self) -> Money:
        return sum_known((item.open_costs for item in self.invoices), self.currency)

    @property
    def open_interest(self) -> Money:
        return sum_known((item.open_interest for item in self.invoices), self.currency)

    @property
    def total(self) -> Money:
        return self.principal + self.open_costs + self.open_interest

    @property
    def pay_reference(self) -> str | None:
        if self.reference is not None:
            return self.reference
        return self.invoices[0].reference if len(self.invoices) == 1 else None

    @property
    def invoice_numbers(self) -> tuple[str, ...]:
        return tuple(item.number for item in self.invoices)


def sum_known(amounts: Iterable[Money | None], currency: str) -> Money:
    return Money.total((amount for amount in amounts if amount is not None), currency)


def require_one_currency(amounts: Iterable[Money | None]) -> None:
    if len({amount.currency for amount in amounts if amount is not None}) > 1:
        raise ValueError("all amounts are in one currency")
