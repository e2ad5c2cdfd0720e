"""One sum for many debtors: what becomes of each part, and which sum a specification explains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

from services.payments.domain.matching import Share
from shared.money import Money

P = TypeVar("P", bound=Hashable)
S = TypeVar("S", bound=Hashable)

# Why a row names no invoice for certain: it goes to a person, and the others are paid.
STRAY_PROBLEMS: Final = ("unknown_reference", "several_invoices", "other_currency")


@dataclass(frozen=True, slots=True)
class Layout:
    """The headings a sender uses. Of gross, fee and net two are enough; gross alone has no fee."""

    reference: str
    gross: str | None = None
    fee: str | None = None
    net: str | None = None
    paid_on: str | None = None
    decimal_comma: bool = True
    date_format: str = "%d-%m-%Y"


@dataclass(frozen=True, slots=True)
class Part:
    """What one debtor paid: the claim is paid `gross`, we receive it less the sender's `fee`."""

    invoice_id: UUID
    customer_id: UUID
    gross: Money
    fee: Money

    @property
    def net(self) -> Money:
        return self.gross - self.fee


def shares_of(parts: Iterable[Part], available: Mapping[UUID, Money]) -> tuple[Share, ...]:
    """Each part to its invoice, as far as that is open.

    Where less is open than was paid, the fee is kept and the money beyond stays on the payment:
    the sender earned the one, and the other is somebody's.
    """
    left = dict(available)
    shares = []
    for part in parts:
        open_now = left.get(part.invoice_id)
        if open_now is None or open_now.currency != part.gross.currency:
            continue
        relieved = min(part.gross, open_now)
        amount = relieved - part.fee
        if amount.minor <= 0:
            continue
        left[part.invoice_id] = open_now - relieved
        fee = part.fee if part.fee else None
        shares.append(Share(part.invoice_id, part.customer_id, amount, None, fee))
    return tuple(shares)


def pairs(
    specified: Mapping[S, tuple[object, ...]], paid: Mapping[P, tuple[object, ...]]
) -> dict[S, P]:
    """Which sum each specification explains, by what both must have in common.

    Only what is one of its kind on both sides is paired: two equal sums are for a person.
    """
    specified_times, paid_times = Counter(specified.values()), Counter(paid.values())
    by_key = {key: one for one, key in paid.items()}
    return {
        one: by_key[key]
        for one, key in specified.items()
        if specified_times[key] == 1 and paid_times[key] == 1
    }


def sums(rows: Iterable[tuple[Money, Money]], currency: str) -> tuple[Money, Money]:
    """Gross and fee of all rows, which come as both."""
    gross = fee = Money.zero(currency)
    for row_gross, row_fee in rows:
        gross, fee = gross + row_gross, fee + row_fee
    return gross, fee
