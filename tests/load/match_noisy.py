"""How fast lines find their owner, and how right: noisy lines against open items by the million.

The pure part of matching, from the texts of a bank file to decisions, without database: what is
looked up by key there is looked up by key here. The floor is a dictionary of whole references over
the same lines, and nothing else.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence

import typer

from services.payments.domain.matching import Decision, decide_all
from shared.garbage import nothing_is_garbage
from tests.evaluation.adapter import accounts_of, answer_of, book_of, line_of, mandates_of
from tests.evaluation.generate import make_world
from tests.evaluation.records import World
from tests.evaluation.score import outcome_of
from tests.load.figures import Figure, keep, show

_SEED = 4_242


def measure(lines: int = 100_000, items: int = 300_000, rounds: int = 3) -> list[Figure]:
    """Lines a second of matching and of the floor; recall and precision over decidable lines."""
    world = make_world(seed=_SEED, lines=lines, items=items, price_points="few")
    gc.freeze()
    ours: list[float] = []
    floor: list[float] = []
    decisions: dict[object, Decision] = {}
    for _ in range(rounds):
        # A book keeps what was taken: every round begins with a new one, made beforehand.
        ours.append(_per_second(_matching(world, decisions), lines))
        floor.append(_per_second(_floor(world), lines))
    recall, precision = _rightness(world, decisions)
    return [
        Figure(f"match {lines:,} lines against {items:,} items", "lines/s", ours, floor),
        Figure("of lines a clerk could decide, posted right", "%", [recall]),
        Figure("of lines posted, right", "%", [precision]),
    ]


def _matching(world: World, decisions: dict[object, Decision]) -> Callable[[], None]:
    book, accounts, mandates = book_of(world), accounts_of(world), mandates_of(world)

    def match() -> None:
        drafts = [line_of(line, accounts, mandates) for line in world.lines]
        decisions.update(decide_all(drafts, book))

    return match


def _per_second(work: Callable[[], object], count: int) -> float:
    gc.collect()
    # As an import does.
    with nothing_is_garbage():
        began = time.perf_counter()
        work()
        return count / (time.perf_counter() - began)


def _floor(world: World) -> Callable[[], Sequence[object]]:
    """Whole references looked up as they stand."""
    by_reference = {bill.payment_reference: bill.invoice_id for bill in world.bills}
    by_reference |= {bill.rf_reference: bill.invoice_id for bill in world.bills}
    return lambda: [
        by_reference.get(line.structured or line.text.replace(" ", "")) for line in world.lines
    ]


def _rightness(world: World, decisions: dict[object, Decision]) -> tuple[float, float]:
    """In hundredths of the decidable and of the posted."""
    decidable = posted = recalled = right = 0
    for truth in world.truths:
        outcome = outcome_of(truth, answer_of(truth.line_id, decisions[truth.line_id]))
        decidable += truth.decidable
        recalled += truth.decidable and outcome == "right"
        posted += outcome != "queued"
        right += outcome == "right"
    return 100 * recalled / decidable, 100 * right / posted


def main(lines: int = 100_000, items: int = 300_000, rounds: int = 3) -> None:
    """`--items 30000` and `--items 3000000` tell whether speed depends on how much is open."""
    figures = measure(lines, items, rounds)
    show(figures)
    typer.echo(f"kept in {keep('match_noisy', figures)}")


if __name__ == "__main__":
    typer.run(main)
