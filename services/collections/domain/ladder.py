"""A dated dunning policy as data: its steps in order, and the route of an invoice along them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import product
from typing import Any, Literal, get_args

from services.collections import jurisdictions
from services.collections.domain.fourteen_day_letter import Prudence
from shared.errors import InvalidInput, NotFound, Problem
from shared.money import Money

StepKind = Literal["message", "task", "costs"]
CostsRole = Literal["none", "announce", "impose"]
Condition = Literal[
    "consumer",
    "business",
    "debit_returned",
    "debit_not_returned",
    "costs_claimable",
    "costs_not_claimable",
]
Route = tuple["Step", ...]

_BOTH = (True, False)


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One rung. `rank` is its place in the policy; all of `only_for` must hold for an invoice.

    `after_previous` counts from the day the message before it went out (or the task was made).
    `takes_along_after`: other invoices overdue at least this long join at this very rung, since
    what can be demanded together must be (BW 6:96 lid 7); None: they keep their own rung.
    """

    rank: int
    code: str
    kind: StepKind
    only_for: frozenset[str]
    after_due: timedelta
    after_previous: timedelta
    channels: tuple[str, ...]
    minimum_minor: int
    template: str
    costs: CostsRole
    takes_along_after: timedelta | None
    claims_interest: bool
    wording: str | None
    content: frozenset[str]
    language_level: str


@dataclass(frozen=True, slots=True, eq=False)
class DunningPolicy:
    """`gather`: reminders due within this time go along with a message that leaves today."""

    code: str
    valid_from: date
    jurisdiction: str
    currency: str
    small_balance: Money
    gather: timedelta
    bank_age_business_days: int
    prudence: Prudence
    steps: tuple[Step, ...]
    ranks: Mapping[str, int]
    routes: Mapping[tuple[bool, bool, bool], Route]

    def route(self, *, consumer: bool, debit_returned: bool, costs_claimable: bool) -> Route:
        return self.routes[consumer, debit_returned, costs_claimable]


def policy_in_force(code: str, day: date) -> DunningPolicy:
    """The newest packaged version of policy `code` that holds on `day`. Raises NotFound."""
    versions = [p for p in _packaged() if p.code == code and p.valid_from <= day]
    if not versions:
        raise NotFound(f"no policy {code[:40]!r} on {day}")
    return max(versions, key=lambda policy: policy.valid_from)


def parse_policy(data: Mapping[str, Any]) -> DunningPolicy:
    """A policy from its TOML form; amounts are minor units. Raises InvalidInput with problems."""
    problems = _problems(data)
    if problems:
        raise InvalidInput(f"policy {data.get('code')!r} is not valid", problems)
    steps = tuple(_parse_step(rank, entry) for rank, entry in enumerate(data["steps"]))
    return DunningPolicy(
        code=data["code"],
        valid_from=data["valid_from"],
        jurisdiction=data["jurisdiction"],
        currency=data["currency"],
        small_balance=Money(data["small_balance"], data["currency"]),
        gather=timedelta(days=data["gather_days"]),
        bank_age_business_days=data["bank_age_business_days"],
        prudence=Prudence(data["extend_to_business_day"], data["bank_float_days"]),
        steps=steps,
        ranks={step.code: step.rank for step in steps},
        routes={
            key: tuple(step for step in steps if step.only_for <= _conditions(*key))
            for key in product(_BOTH, _BOTH, _BOTH)
        },
    )


def _conditions(consumer: bool, debit_returned: bool, costs_claimable: bool) -> set[str]:  # noqa: FBT001
    return {
        "consumer" if consumer else "business",
        "debit_returned" if debit_returned else "debit_not_returned",
        "costs_claimable" if costs_claimable else "costs_not_claimable",
    }


def _problems(data: Mapping[str, Any]) -> list[Problem]:
    """What would make the policy lead nowhere, beyond what a missing key already says."""
    found = []
    codes = [entry["code"] for entry in data["steps"]]
    for index, entry in enumerate(data["steps"]):
        where = f"steps[{index}]"
        if codes.index(entry["code"]) != index:
            found.append(Problem(f"{where}.code", "used twice"))
        if entry["kind"] not in get_args(StepKind):
            found.append(Problem(f"{where}.kind", "not message, task or costs"))
        if entry.get("costs", "none") not in get_args(CostsRole):
            found.append(Problem(f"{where}.costs", "not none, announce or impose"))
        if not set(entry.get("only_for", ())) <= set(get_args(Condition)):
            found.append(Problem(f"{where}.only_for", "unknown condition"))
        if entry["kind"] == "message" and not entry.get("channels"):
            found.append(Problem(f"{where}.channels", "a message needs a channel"))
        if entry.get("costs") == "announce" and not entry.get("wording"):
            found.append(Problem(f"{where}.wording", "a 14-day letter needs an approved wording"))
    return found


def _parse_step(rank: int, entry: Mapping[str, Any]) -> Step:
    takes_along = entry.get("takes_along_after_days")
    return Step(
        rank=rank,
        code=entry["code"],
        kind=entry["kind"],
        only_for=frozenset(entry.get("only_for", ())),
        after_due=timedelta(days=entry["days_after_due"]),
        after_previous=timedelta(days=entry["days_after_previous"]),
        channels=tuple(entry.get("channels", ())),
        minimum_minor=entry["minimum_amount"],
        template=entry.get("template", ""),
        costs=entry.get("costs", "none"),
        takes_along_after=None if takes_along is None else timedelta(days=takes_along),
        claims_interest=entry.get("claims_interest", False),
        wording=entry.get("wording"),
        content=frozenset(entry.get("content", ())),
        language_level=entry.get("language_level", ""),
    )


@cache
def _packaged() -> tuple[DunningPolicy, ...]:
    return tuple(parse_policy(jurisdictions.read(name)) for name in jurisdictions.policy_names())
