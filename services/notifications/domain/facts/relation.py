"""What is said about a dispute and about money that came in."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from services.notifications.domain.facts.parts import Facts, require_one_currency, sum_known
from services.notifications.domain.text import Line, Link, Prose
from shared.money import Money


class DisputeReceivedFacts(Facts):
    """Receipt is confirmed in writing within two working days (Bki, complaints)."""

    case_number: Line
    received_on: date
    invoice_numbers: tuple[Line, ...] = Field(min_length=1)
    disputed: Money | None = None
    answer_by: date | None = None


class DisputeOutcome(StrEnum):
    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class DisputeResolvedFacts(Facts):
    case_number: Line
    received_on: date
    invoice_numbers: tuple[Line, ...] = Field(min_length=1)
    outcome: DisputeOutcome
    explanation: Prose | None = None
    still_open: Money | None = None
    """What is left to pay; None or zero when nothing is."""
    pay_by: date | None = None
    reference: Line | None = None
    link: Link | None = None


class AppliedPayment(Facts):
    invoice_number: Line
    amount: Money
    left_open: Money


class PaymentReceivedFacts(Facts):
    """Thanks for a payment, and what is done with what came too much."""

    received_on: date
    amount: Money
    applied: tuple[AppliedPayment, ...] = ()
    overpaid: Money | None = None
    refund: bool = False
    """The overpaid part is paid back; otherwise it stays for a next invoice."""
    account_ending: Line | None = None
    reference: Line | None = None
    link: Link | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        applied = [item.amount for item in self.applied]
        left = [item.left_open for item in self.applied]
        require_one_currency([self.amount, self.overpaid, *applied, *left])
        spent = sum_known([*applied, self.overpaid], self.amount.currency)
        if self.applied and spent != self.amount:
            raise ValueError("what was applied and overpaid is not the amount received")
        return self

    @property
    def left_open(self) -> Money:
        return sum_known((item.left_open for item in self.applied), self.amount.currency)
