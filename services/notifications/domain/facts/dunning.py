"""What reminders, the 14-day letter and the note on a returned direct debit say."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from services.notifications.domain.facts.parts import (
    InterestPeriod,
    PayableInvoices,
    require_one_currency,
    sum_known,
)
from services.notifications.domain.text import Line
from shared.money import Money


class ReminderFacts(PayableInvoices):
    pay_by: date | None = None
    previous_reminder_on: date | None = None
    paid_until: date | None = None
    """Payments up to this day are in the figures."""


class FourteenDayLetterFacts(PayableInvoices):
    """The veertiendagenbrief of BW 6:96(6).

    `costs` is the exact amount that will be claimed after the term, the VAT of `costs_vat`
    included. There is no last day among the facts: the term runs from the day after delivery,
    which nobody knows yet, and a date that proves too early voids the letter
    (HR 25-11-2016, ECLI:NL:HR:2016:2704).
    """

    costs: Money
    costs_vat: Money | None = None
    interest_periods: tuple[InterestPeriod, ...] = ()

    @model_validator(mode="after")
    def _names_costs(self) -> Self:
        periods = [period.amount for period in self.interest_periods]
        require_one_currency([self.principal, self.costs, self.costs_vat, *periods])
        if self.costs.minor <= 0:
            raise ValueError("the letter names the costs that will be claimed")
        if self.costs_vat is not None and self.costs_vat >= self.costs:
            raise ValueError("costs_vat is a part of costs")
        if self.open_costs:
            raise ValueError("costs cannot be owed before the letter has run out")
        if periods and sum_known(periods, self.currency) != self.open_interest:
            raise ValueError("interest_periods do not sum to the interest of the invoices")
        return self

    @property
    def total_with_costs(self) -> Money:
        return self.total + self.costs


class ReturnReason(StrEnum):
    """Why a direct debit came back, as far as the customer is told."""

    BALANCE = "balance"
    ACCOUNT = "account"
    REFUSED = "refused"
    REFUNDED = "refunded"
    MANDATE = "mandate"
    UNNAMED = "unnamed"


_REASONS = {
    "AM04": ReturnReason.BALANCE,
    "AC01": ReturnReason.ACCOUNT,
    "AC04": ReturnReason.ACCOUNT,
    "AC06": ReturnReason.ACCOUNT,
    "RC01": ReturnReason.ACCOUNT,
    "AG01": ReturnReason.REFUSED,
    "MS02": ReturnReason.REFUSED,
    "SL01": ReturnReason.REFUSED,
    "MD06": ReturnReason.REFUNDED,
    "MD01": ReturnReason.MANDATE,
    "MD02": ReturnReason.MANDATE,
}


class DirectDebitReturnedFacts(PayableInvoices):
    amount: Money
    collected_on: date | None = None
    returned_on: date
    return_code: Line | None = None
    """ISO 20022 external return reason, such as AM04; MS03 means the bank will not say."""
    retry_on: date | None = None
    pay_by: date | None = None

    @property
    def return_reason(self) -> ReturnReason:
        return _REASONS.get(self.return_code or "", ReturnReason.UNNAMED)
