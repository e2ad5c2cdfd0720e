"""The open item of an invoice: what is owed on it, by component, from the facts about it.

The balance is a pure function of the movements in the order they take effect, not of the order in
which they became known. A payment goes to costs, then accrued interest, then principal (BW 6:44;
BGB 367 has the same order). A charge that took effect before a payment therefore takes its place
before it, however late it is posted.

All amounts are minor units in the invoice's currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal
from uuid import UUID

Kind = Literal["costs", "interest", "payment", "credit", "write_off", "reclaim"]
Status = Literal["open", "settled", "credited", "written_off"]
Refusal = Literal["unknown_invoice", "exceeds_open", "wrong_currency", "wrong_customer", "credited"]

# On one day, what is owed comes before what is paid: the day of payment still bears interest.
_RANK: Final[dict[str, int]] = {
    "costs": 0,
    "interest": 1,
    "reclaim": 2,
    "credit": 3,
    "write_off": 4,
    "payment": 5,
}


@dataclass(frozen=True, slots=True)
class Movement:
    """One fact about an open item; `amount` is always positive, `kind` gives it its sense.

    Of a payment's amount, `given_up` and `fee` are what no money stands behind: a small
    difference written off, and what a collector withheld.
    """

    id: UUID
    kind: Kind
    amount: int
    effective_on: date
    given_up: int = 0
    fee: int = 0


@dataclass(frozen=True, slots=True)
class Balance:
    """What is open by component; `surplus` is what was paid or credited beyond all that is owed."""

    principal: int
    costs: int = 0
    interest: int = 0
    surplus: int = 0

    @property
    def open(self) -> int:
        return self.principal + self.costs + self.interest


def balance(principal: int, movements: Iterable[Movement]) -> Balance:
    """The balance after all `movements`; their order in the argument does not matter."""
    state = Balance(principal)
    in_order = sorted(movements, key=lambda m: (m.effective_on, _RANK[m.kind], m.id))
    for movement in in_order:
        state = _after(state, movement)
    return state


def status_of(state: Balance, movements: Sequence[Movement]) -> Status:
    if state.open:
        return "open"
    kinds = {movement.kind for movement in movements}
    if "write_off" in kinds:
        return "written_off"
    return "settled" if "payment" in kinds or "credit" not in kinds else "credited"


def _after(state: Balance, movement: Movement) -> Balance:
    match movement.kind:
        case "costs":
            return _settle(replace(state, costs=state.costs + movement.amount))
        case "interest":
            return _settle(replace(state, interest=state.interest + movement.amount))
        case "reclaim":
            # A refund of money that then left by itself: principal, owed again.
            return _settle(replace(state, principal=state.principal + movement.amount))
        case "payment":
            return _settle(replace(state, surplus=state.surplus + movement.amount))
        case "credit":
            # A credit note takes back principal; only what exceeds it is money to spend.
            taken = min(state.principal, movement.amount)
            rest = movement.amount - taken
            return _settle(
                replace(state, principal=state.principal - taken, surplus=state.surplus + rest)
            )
        case "write_off":
            return _settle(replace(state, surplus=state.surplus + movement.amount))


def _settle(state: Balance) -> Balance:
    """Spend what there is on costs, then interest, then principal."""
    costs = min(state.costs, state.surplus)
    interest = min(state.interest, state.surplus - costs)
    principal = min(state.principal, state.surplus - costs - interest)
    return Balance(
        principal=state.principal - principal,
        costs=state.costs - costs,
        interest=state.interest - interest,
        surplus=state.surplus - costs - interest - principal,
    )
