"""A whole world: scenes drawn from a mix of kinds, people who pay nothing today, and the truth."""

from __future__ import annotations

import gc
from bisect import bisect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from tests.evaluation.clerk import Clerk
from tests.evaluation.dice import Dice, running_weights
from tests.evaluation.kinds import KINDS, Kind
from tests.evaluation.records import Truth, World
from tests.evaluation.stage import Draft, PricePoints, Stage

Mix = Literal["utility", "hard"]


def make_world(
    *,
    seed: int = 1,
    lines: int = 30_000,
    items: int | None = None,
    price_points: PricePoints = "few",
    mix: Mix = "utility",
) -> World:
    """`lines` bank lines in a world of about `items` bills (three to a line when not said).

    The mix is that of a utility, where most lines are whole, or `hard`: all kinds as often.
    """
    with _garbage_left_lying():
        stage = Stage(Dice(seed), price_points)
        told = _tell(stage, lines, items if items is not None else 3 * lines, mix)
        return _as_world(stage, told)


def _tell(stage: Stage, lines: int, items: int, mix: Mix) -> list[tuple[Kind, Draft]]:
    kinds = list(KINDS.values())
    weights = running_weights([kind.per_100_000 if mix == "utility" else 1 for kind in kinds])
    told: list[tuple[Kind, Draft]] = []
    while len(told) < lines:
        kind = kinds[bisect(weights, stage.dice.random() * weights[-1])]
        told.extend((kind, draft) for draft in kind.tell(stage))
        # The others stand among the payers, so that bill numbers do not betray who pays.
        while len(stage.bills) * lines < items * len(told):
            stage.household()
    del told[lines:]
    return told


def _as_world(stage: Stage, told: list[tuple[Kind, Draft]]) -> World:
    clerk = Clerk(stage.debtors, stage.people, stage.bills, stage.remembered, stage.past_payments)
    told.sort(key=lambda one: one[1].line.booked_on)
    return World(
        debtors=tuple(stage.debtors),
        bills=tuple(stage.bills),
        instalments=tuple(stage.instalments),
        remembered=tuple(stage.remembered),
        past_payments=tuple(stage.past_payments),
        lines=tuple(draft.line for _, draft in told),
        truths=tuple(_truth(kind, draft, clerk) for kind, draft in told),
    )


def _truth(kind: Kind, draft: Draft, clerk: Clerk) -> Truth:
    return Truth(
        line_id=draft.line.line_id,
        kind=kind.name,
        decidable=draft.decidable(clerk),
        customer_id=draft.customer_id,
        shares=draft.shares,
        alternatives=draft.alternatives,
    )


@contextmanager
def _garbage_left_lying() -> Iterator[None]:
    """Millions of living objects and no cycles: walking them all again and again is in vain."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
