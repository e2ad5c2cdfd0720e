"""Does a provider's payout add up: the payments in it, less what was taken back, less its costs?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from services.payments.domain.transitions import Transitions
from shared.money import Money

SETTLEMENT_STATUSES: Final = ("agreed", "differs", "unknown")
PART_KINDS: Final = ("payment", "taken", "reinstated", "carried", "fee")
SETTLEMENT: Final[Transitions] = {
    (status, trigger): after
    for status in ("differs", "unknown")
    for trigger, after in (("agree", "agreed"), ("differ", "differs"), ("lose", "unknown"))
}

Reason = Literal["payout_differs", "part_unknown", "part_differs", "not_taken_back", "costs_differ"]


@dataclass(frozen=True, slots=True)
class PayoutPart:
    """A payment in a payout, or what was taken back of one (negative), by the provider's id."""

    payment: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A payout as the provider tells it. `costs` are in major units, in fractions of a cent."""

    id: str
    amount: Money
    parts: Sequence[PayoutPart]
    costs: Decimal


@dataclass(frozen=True, slots=True)
class Booked:
    """A payment at the provider, in our books."""

    amount: Money
    reversed: bool


@dataclass(frozen=True, slots=True)
class Agreed:
    fee: Money


@dataclass(frozen=True, slots=True)
class Differs:
    reason: Reason


def explain(
    settlement: Settlement, paid_out: Money, booked: Mapping[str, Booked]
) -> Agreed | Differs:
    """The fee, when every part is in our books and parts and costs make the amount at the bank.

    The fee is what is missing at the bank; the costs, told more exactly than a cent, must round
    to it either way.
    """
    if settlement.amount != paid_out:
        return Differs("payout_differs")
    for part in settlement.parts:
        ours = booked.get(part.payment)
        if ours is None:
            return Differs("part_unknown")
        if part.amount.minor > 0 and part.amount != ours.amount:
            return Differs("part_differs")
        if part.amount.minor < 0 and not ours.reversed:
            return Differs("not_taken_back")
    gross = Money.total((part.amount for part in settlement.parts), paid_out.currency)
    fee = gross - paid_out
    cent = Money(1, fee.currency).to_decimal()
    if fee.minor < 0 or abs(fee.to_decimal() - settlement.costs) >= cent:
        return Differs("costs_differ")
    return Agreed(fee)
