"""Does a provider's payout add up: the payments in it, less what was taken back, less its costs?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal
from uuid import UUID

from services.payments.domain.transitions import Transitions
from shared.money import Money, half_up

SETTLEMENT_STATUSES: Final = ("agreed", "differs", "unknown", "accepted")
# Of these nobody asks the provider any more.
SETTLEMENTS_DONE: Final = ("agreed", "accepted")
SETTLEMENT: Final[Transitions] = {
    **{
        (status, trigger): after
        for status in ("differs", "unknown")
        for trigger, after in (
            ("agree", "agreed"),
            ("differ", "differs"),
            ("lose", "unknown"),
            ("accept", "accepted"),
        )
    },
    # A person had accepted what differs, and finds that it was not right to.
    ("accepted", "reopen"): "differs",
}
PROVIDERS: Final = ("mollie", "adyen", "stripe", "gocardless")

# What a payout is made of: payments; what was taken back of one, or came again; what was left
# from, or stays for, another payout; the provider's fee.
PartKind = Literal["payment", "taken", "reinstated", "carried", "fee"]
PART_KINDS: Final = ("payment", "taken", "reinstated", "carried", "fee")
Reason = Literal[
    "payout_differs",
    "part_unknown",
    "part_differs",
    "not_taken_back",
    "not_reinstated",
    "part_unclear",
    "paid_out_before",
    "costs_differ",
]


@dataclass(frozen=True, slots=True)
class PayoutSeen:
    """A payout as the bank shows it; `reference` is what its text says.

    `taken` are the provider's ids of those that other lines of the bank turned out to be.
    """

    reference: str
    amount: Money
    booked_on: date
    taken: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class PayoutPart:
    """`payment` is the provider's id; what lowers the payout is negative.

    A part of no known kind (None) makes no payout agree: a person looks what it is.
    """

    payment: str | None
    amount: Money
    kind: PartKind | None = "payment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A payout as the provider tells it. `costs` are in major units, in fractions of a cent."""

    id: str
    amount: Money
    parts: Sequence[PayoutPart]
    costs: Decimal


@dataclass(frozen=True, slots=True)
class Booked:
    """A payment at the provider, in our books: with all that ever went back and came again.

    `paid_out_minor` is what other payouts held of it.
    """

    payment_id: UUID
    amount: Money
    taken: Money
    reinstated: Money
    paid_out_minor: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """What the provider says of one payment in this payout, and what our books have of it."""

    reason: Reason
    payment: str | None
    told: Money
    booked: Money | None


@dataclass(frozen=True, slots=True)
class Agreed:
    fee: Money


@dataclass(frozen=True, slots=True)
class Differs:
    """`fee` is what the provider says it charges. `missing` is what our books have of the payout
    beyond that fee and what came in at the bank; negative when more came in. None where foreign
    money keeps it from being known.
    """

    reason: Reason
    differences: Sequence[Difference]
    fee: Money
    missing: Money | None


def explain(
    settlement: Settlement, paid_out: Money, booked: Mapping[str, Booked]
) -> Agreed | Differs:
    """The fee, when every part is in our books and parts and costs make the amount at the bank.

    The fee is what is missing at the bank; the costs, told more exactly than a cent, must round
    to it either way.
    """
    currency = paid_out.currency
    found: list[Difference] = []
    if settlement.amount != paid_out:
        found.append(Difference("payout_differs", None, settlement.amount, paid_out))
    costs = _costs(settlement, currency)
    foreign = [
        Difference("part_differs", part.payment, part.amount, None)
        for part in settlement.parts
        if part.amount.currency != currency
    ]
    if foreign or settlement.amount.currency != currency:
        found += foreign
        return Differs(found[0].reason, found, costs, None)
    totals = _totals(settlement.parts)
    parts = _differences(totals, booked)
    fee = Money.total(totals.values(), currency) - settlement.amount
    cent = Money(1, currency).to_decimal()
    if not parts and (fee.minor < 0 or abs(fee.to_decimal() - settlement.costs) >= cent):
        parts = [Difference("costs_differ", None, costs, fee)]
    found += parts
    if found:
        missing = _in_our_books(totals, booked, currency)
        if missing is not None:
            missing -= paid_out + costs
        return Differs(found[0].reason, found, costs, missing)
    return Agreed(fee)


def _costs(settlement: Settlement, currency: str) -> Money:
    """To the cent, halves up; never below nothing, as a fee cannot be."""
    cent = Money(1, currency).to_decimal()
    return Money(max(0, half_up(Fraction(settlement.costs) / Fraction(cent))), currency)


# Several parts of one payment and kind count together: two refunds, two chargebacks.
_Totals = Mapping[tuple[PartKind | None, str | None], Money]


def _totals(parts: Sequence[PayoutPart]) -> _Totals:
    totals: dict[tuple[PartKind | None, str | None], Money] = {}
    for part in parts:
        key = (part.kind, part.payment)
        totals[key] = totals[key] + part.amount if key in totals else part.amount
    return totals


def _differences(totals: _Totals, booked: Mapping[str, Booked]) -> list[Difference]:
    found = (
        _difference(kind, payment, amount, booked.get(payment or ""))
        for (kind, payment), amount in totals.items()
        if kind != "carried"
    )
    return [one for one in found if one is not None]


def _in_our_books(totals: _Totals, booked: Mapping[str, Booked], currency: str) -> Money | None:
    """What our books have of these parts; None when they have a part of it in another currency."""
    ours = Money.zero(currency)
    for (kind, payment), amount in totals.items():
        one = booked.get(payment or "")
        if kind == "carried":
            ours += amount
        elif kind is None or one is None:
            continue
        elif one.amount.currency != currency:
            return None
        elif kind == "payment":
            ours += one.amount
        elif kind == "taken":
            ours += max(amount, -one.taken)
        else:
            ours += min(amount, one.reinstated)
    return ours


def _difference(
    kind: PartKind | None, payment: str | None, amount: Money, ours: Booked | None
) -> Difference | None:
    if kind is None:
        return Difference("part_unclear", payment, amount, None)
    if ours is None:
        return Difference("part_unknown", payment, amount, None)
    if amount.currency != ours.amount.currency or (kind == "payment" and amount != ours.amount):
        return Difference("part_differs", payment, amount, ours.amount)
    owed_minor = ours.amount.minor + ours.reinstated.minor
    if kind == "payment" and ours.paid_out_minor + amount.minor > owed_minor:
        return Difference("paid_out_before", payment, amount, ours.amount)
    if kind == "taken" and -amount > ours.taken:
        return Difference("not_taken_back", payment, amount, -ours.taken)
    if kind == "reinstated" and amount > ours.reinstated:
        return Difference("not_reinstated", payment, amount, ours.reinstated)
    return None
