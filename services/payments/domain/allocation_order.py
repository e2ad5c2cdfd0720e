"""In which order money without a destination pays claims: the law's rules as dated data.

Netherlands BW 6:43 lid 2; Germany BGB section 366 (2); Poland KC art. 451 (3). What the payer
names comes before all of them (BW 6:43 lid 1, BGB 366 (1), KC 451 (1)) and is settled before this
order is asked. The order within a claim (BW 6:44, BGB 367: costs, interest, then principal) is for
billing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final
from uuid import UUID

from shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What is open of one item; `costs_minor` of it weighs more on the debtor than principal."""

    id: UUID
    left: Money
    due_on: date
    costs_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRule:
    """`steps` sort claims, the first that tells them apart decides; equals share pro rata, or
    follow each other where the law knows no sharing.
    """

    article: str
    jurisdiction: str
    valid_from: date
    steps: tuple[str, ...]
    is_shared: bool

    @property
    def code(self) -> str:
        """Stored with an allocation: which rule, as it stood from which day."""
        return f"{self.article}@{self.valid_from}"


# "Less secured" of BGB 366 (2) is left out: nothing here is secured.
ORDER_RULES: Final = (
    OrderRule(
        article="bw_6_43",
        jurisdiction="NL",
        valid_from=date(1992, 1, 1),
        steps=("due", "onerous", "oldest"),
        is_shared=True,
    ),
    OrderRule(
        article="bgb_366",
        jurisdiction="DE",
        valid_from=date(2002, 1, 1),
        steps=("due", "onerous", "oldest"),
        is_shared=True,
    ),
    OrderRule(
        article="kc_451",
        jurisdiction="PL",
        valid_from=date(1965, 1, 1),
        steps=("due", "oldest"),
        is_shared=False,
    ),
)

_STEPS: Mapping[str, Callable[[Claim, date], int]] = {
    "due": lambda claim, on: 0 if claim.due_on <= on else 1,
    "onerous": lambda claim, on: 0 if claim.costs_minor else 1,
    "oldest": lambda claim, on: claim.due_on.toordinal(),
}


def order_rule(jurisdiction: str, on: date) -> OrderRule:
    """The rule in force on a day; another country's claims follow the Dutch one."""
    known = [rule for rule in ORDER_RULES if rule.jurisdiction == jurisdiction]
    in_force = [rule for rule in known if rule.valid_from <= on]
    return max(in_force or ORDER_RULES[:1], key=lambda rule: rule.valid_from)


def fill(
    claims: Sequence[Claim], amount: Money, rule: OrderRule, on: date
) -> list[tuple[UUID, Money]]:
    """The amount over the claims in the rule's order: claim and part, nothing of it lost or made.

    Parts of equal claims are in proportion to what is open; the remainder of a cent goes to the
    first (`Money.share` hands it out).
    """

    def place(claim: Claim) -> tuple[int, ...]:
        return tuple(_STEPS[step](claim, on) for step in rule.steps)

    parts: list[tuple[UUID, Money]] = []
    for _, group in groupby(sorted(claims, key=lambda c: (place(c), c.id)), key=place):
        equals = [claim for claim in group if claim.left.minor > 0]
        for claim, part in zip(equals, _parts(equals, amount, rule), strict=True):
            if part:
                parts.append((claim.id, part))
                amount -= part
    return parts


def _parts(equals: Sequence[Claim], amount: Money, rule: OrderRule) -> list[Money]:
    open_minor = sum(claim.left.minor for claim in equals)
    if amount.minor >= open_minor:
        return [claim.left for claim in equals]
    if rule.is_shared and len(equals) > 1 and amount.minor > 0:
        return list(amount.share([claim.left.minor for claim in equals]))
    parts = []
    for claim in equals:
        part = min(amount, claim.left)
        parts.append(part)
        amount -= part
    return parts
