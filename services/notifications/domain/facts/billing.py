"""What an invoice and a credit note say (Wet op de omzetbelasting 1968, art. 35a)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, Self

from pydantic import Field, model_validator

from services.notifications.domain.facts.parts import Facts, require_one_currency
from services.notifications.domain.text import Line, Link, Prose
from shared.money import Money


class InvoiceLine(Facts):
    """`vat_rate` is a fraction (0.09 is 9%). A `levy` is collected for another authority."""

    description: Line
    quantity: Decimal | None = None
    unit: Line | None = None
    unit_price: Decimal | None = None
    """In major units, such as euros per cubic metre; may have more decimals than the currency."""
    net: Money
    vat_rate: Decimal = Field(ge=0, lt=1)
    vat: Money
    levy: bool = False
    on_behalf_of: Line | None = None


class VatRow(NamedTuple):
    rate: Decimal
    net: Money
    vat: Money


class InvoicedLines(Facts):
    """Lines with totals that must agree with them: a bill that does not add up is not sent."""

    lines: tuple[InvoiceLine, ...] = Field(min_length=1)
    net: Money
    vat: Money
    total: Money

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        amounts = [amount for line in self.lines for amount in (line.net, line.vat)]
        require_one_currency([*amounts, self.net, self.vat, self.total])
        currency = self.total.currency
        if Money.total((line.net for line in self.lines), currency) != self.net:
            raise ValueError("net is not the sum of the lines")
        if Money.total((line.vat for line in self.lines), currency) != self.vat:
            raise ValueError("vat is not the sum of the lines")
        if self.net + self.vat != self.total:
            raise ValueError("total is not net plus vat")
        return self

    @property
    def supplies(self) -> tuple[InvoiceLine, ...]:
        return tuple(line for line in self.lines if not line.levy)

    @property
    def levies(self) -> tuple[InvoiceLine, ...]:
        return tuple(line for line in self.lines if line.levy)

    @property
    def vat_rows(self) -> tuple[VatRow, ...]:
        """Net and VAT per rate, highest rate first; levies are outside VAT."""
        currency = self.total.currency
        by_rate = sorted(self.supplies, key=attrgetter("vat_rate"), reverse=True)
        rows = []
        for rate, group in groupby(by_rate, key=attrgetter("vat_rate")):
            lines = list(group)
            net = Money.total((line.net for line in lines), currency)
            vat = Money.total((line.vat for line in lines), currency)
            rows.append(VatRow(rate, net, vat))
        return tuple(rows)


class MeterReading(Facts):
    meter: Line
    read_from: Decimal
    read_to: Decimal
    unit: Line = "m³"
    estimated: bool = False


class DirectDebit(Facts):
    """The announcement of a SEPA direct debit, due 14 days ahead unless agreed shorter."""

    collect_on: date
    mandate_reference: Line
    account_ending: Line | None = None
    """The last four characters of the payer's IBAN; the whole is not repeated on paper."""


class InvoiceFacts(InvoicedLines):
    number: Line
    issued_on: date
    due_on: date
    period_from: date | None = None
    period_to: date | None = None
    supply_address: Line | None = None
    readings: tuple[MeterReading, ...] = ()
    reference: Line
    link: Link | None = None
    direct_debit: DirectDebit | None = None

    @property
    def to_receive(self) -> bool:
        """A settlement can come out in the customer's favour."""
        return self.total.minor < 0


class CreditSettlement(StrEnum):
    """What happens with a credited amount."""

    OFFSET = "offset"
    REFUND = "refund"
    STANDS = "stands"


class CreditNoteFacts(InvoicedLines):
    """Amounts are what the customer gets back, so they are positive."""

    number: Line
    issued_on: date
    credited_invoice: Line
    reason: Prose | None = None
    settlement: CreditSettlement = CreditSettlement.OFFSET
    account_ending: Line | None = None
    still_open: Money | None = None
    """What is left to pay on the credited invoice."""

    @model_validator(mode="after")
    def _credits(self) -> Self:
        require_one_currency([self.total, self.still_open])
        if self.total.minor <= 0:
            raise ValueError("a credit note gives something back")
        return self
