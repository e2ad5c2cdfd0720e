"""The interest that ran on one claim, over what billing booked on it, in the order of BW 6:44.

Billing lets a charge take its place before the payments of its day and later; the parts of each
payment are found here the same way, so that interest runs on the principal the law says was left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal
from uuid import UUID

from services.collections.domain.interest import (
    Interest,
    InterestTerms,
    Settlement,
    accrue,
    first_day_of_default,
)
from shared.money import Money

BookingKind = Literal["costs", "interest", "payment", "write_off", "reclaim"]

# On one day, what is owed comes before what is paid: the day of payment still bears interest.
_RANK: Final[dict[str, int]] = {"costs": 0, "interest": 1, "write_off": 2, "payment": 3}


@dataclass(frozen=True, slots=True)
class Booking:
    """A charge, or a payment that stands; `amount` is minor units, always positive.

    A `reclaim` is a refund owed again. No interest is asked over it: the creditor paid it out.
    """

    kind: BookingKind
    amount: int
    effective_on: date


@dataclass(frozen=True, slots=True)
class ClaimAccount:
    """`principal` is the invoice's total less its credit notes: what was credited never ran.

    `interest_claimed`: interest was imposed once, so what runs on is claimed too.
    """

    claim_id: UUID
    due_on: date
    principal: Money
    bookings: tuple[Booking, ...] = ()
    is_open: bool = True
    interest_claimed: bool = False

    @property
    def interest_imposed(self) -> Money:
        minor = sum(booking.amount for booking in self.bookings if booking.kind == "interest")
        return Money(minor, self.principal.currency)


def settlements_of(account: ClaimAccount) -> tuple[Settlement, ...]:
    """The principal and the interest each payment paid: costs first, then interest."""
    currency = account.principal.currency
    principal, costs, interest, surplus = account.principal.minor, 0, 0, 0
    found = []
    bookings = (booking for booking in account.bookings if booking.kind != "reclaim")
    ordered = sorted(bookings, key=lambda b: (b.effective_on, _RANK[b.kind]))
    for booking in ordered:
        if booking.kind == "costs":
            costs += booking.amount
        elif booking.kind == "interest":
            interest += booking.amount
        else:
            surplus += booking.amount
        to_costs = min(costs, surplus)
        to_interest = min(interest, surplus - to_costs)
        to_principal = min(principal, surplus - to_costs - to_interest)
        costs -= to_costs
        interest -= to_interest
        principal -= to_principal
        surplus -= to_costs + to_interest + to_principal
        if to_principal or to_interest:
            paid = Money(to_principal, currency), Money(to_interest, currency)
            found.append(Settlement(booking.effective_on, *paid))
    return tuple(found)


def interest_until(account: ClaimAccount, terms: InterestTerms, last_day: date) -> Interest:
    """All interest from the first day of default to `last_day`, paid or not."""
    return accrue(
        account.principal,
        first_day_of_default(account.due_on),
        last_day,
        terms,
        settlements_of(account),
    )


def interest_to_impose(account: ClaimAccount, terms: InterestTerms, last_day: date) -> Money:
    """What of it was not imposed yet; zero when more was imposed than ran."""
    missing = interest_until(account, terms, last_day).total - account.interest_imposed
    return max(missing, Money.zero(missing.currency))


def interest_on_payments(
    account: ClaimAccount, terms: InterestTerms, *, alone_at_least: Money
) -> tuple[tuple[date, Money], ...]:
    """What ran on until each payment since interest was last imposed, by its value date.

    On a claim that is otherwise paid less than `alone_at_least` in all is let go.
    """
    charged_until = max(
        (b.effective_on for b in account.bookings if b.kind == "interest"), default=date.min
    )
    days = {b.effective_on for b in account.bookings if b.kind == "payment"}
    found: list[tuple[date, Money]] = []
    for day in sorted(day for day in days if day > charged_until):
        amount = interest_to_impose(account, terms, day)
        if amount:
            found.append((day, amount))
            account = _with_interest(account, amount, day)
    total = sum(amount.minor for _, amount in found)
    if not account.is_open and total < alone_at_least.minor:
        return ()
    return tuple(found)


def _with_interest(account: ClaimAccount, amount: Money, day: date) -> ClaimAccount:
    bookings: Iterable[Booking] = (*account.bookings, Booking("interest", amount.minor, day))
    return replace(account, bookings=tuple(bookings))
