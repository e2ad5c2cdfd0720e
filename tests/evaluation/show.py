"""The report as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from tests.evaluation.calibration import Calibration
from tests.evaluation.kinds import KINDS
from tests.evaluation.score import OUTCOMES, RANKS, Score, Tally

DECIDABLE_POSTED_LEAST = 0.97
WRONG_PER_10_000_MOST = 1.0
IN_FIRST_THREE_LEAST = 0.99


@dataclass(frozen=True, slots=True)
class Goal:
    name: str
    wanted: str
    seen: str
    reached: bool


def goals_of(tally: Tally) -> list[Goal]:
    """Precision before recall: a wrong posting costs more than a line in the queue."""
    wrong, first_three = tally.wrong_per_10_000_posted, tally.decidable_in_first_three
    return [
        Goal(
            "decidable lines posted right",
            f"at least {DECIDABLE_POSTED_LEAST:.0%}",
            f"{tally.decidable_posted:.2%}",
            tally.decidable_posted >= DECIDABLE_POSTED_LEAST,
        ),
        Goal(
            "wrong per 10,000 posted",
            f"at most {WRONG_PER_10_000_MOST:g}",
            f"{wrong:.2f}",
            wrong <= WRONG_PER_10_000_MOST,
        ),
        Goal(
            "decidable but queued: right one in the first three",
            f"at least {IN_FIRST_THREE_LEAST:.0%}",
            f"{first_three:.2%}",
            first_three >= IN_FIRST_THREE_LEAST,
        ),
    ]


def list_kinds(console: Console) -> None:
    """What each kind is, how often a utility sees it, and when a clerk could know."""
    every = sum(kind.per_100_000 for kind in KINDS.values())
    table = Table("kind", title="Kinds of lines", show_lines=True)
    table.add_column("of 10,000", justify="right")
    table.add_column("what it is, and when a clerk could know")
    for name, kind in sorted(KINDS.items()):
        rule = " ".join(kind.rule.split())
        table.add_row(name, f"{10_000 * kind.per_100_000 / every:,.1f}", rule)
    console.print(table)


def show_kinds(console: Console, score: Score) -> None:
    """Every kind in a row; a kind with anything wrong stands out."""
    table = Table("kind", title="By kind")
    for heading in ("lines", "decidable", "posted", *OUTCOMES):
        table.add_column(heading, justify="right")
    for rank in RANKS:
        table.add_column(f"#{rank}" if rank.isdigit() else rank, justify="right")
    for kind, tally in sorted(score.by_kind.items()):
        table.add_row(kind, *_cells(tally), style="red" if tally.outcomes["wrong"] else "")
    table.add_section()
    table.add_row("all", *_cells(score.overall), style="bold")
    console.print(table)


def _cells(tally: Tally) -> list[str]:
    counts = [tally.lines, tally.decidable.total(), tally.posted]
    counts += [tally.outcomes[outcome] for outcome in OUTCOMES]
    counts += [tally.ranks[rank] for rank in RANKS]
    return [f"{count:,}" if count else "·" for count in counts]


def show_confusion(console: Console, tally: Tally) -> None:
    table = Table("a clerk could", title="What a clerk could know, and what the engine did")
    for outcome in OUTCOMES:
        table.add_column(outcome, justify="right")
    for name, counts in (("decide", tally.decidable), ("not decide", tally.doubtful)):
        table.add_row(name, *(f"{counts[outcome]:,}" for outcome in OUTCOMES))
    console.print(table)


def show_goals(console: Console, goals: Sequence[Goal]) -> None:
    table = Table("goal", "wanted", "seen", "", title="Goals")
    for goal in goals:
        table.add_row(
            goal.name,
            goal.wanted,
            goal.seen,
            "reached" if goal.reached else "missed",
            style="" if goal.reached else "red",
        )
    console.print(table)


def show_calibration(console: Console, calibration: Calibration | None) -> None:
    if calibration is None:
        console.print("The engine gives no probabilities: nothing to calibrate.")
        return
    table = Table(title="Calibration")
    for heading in ("lines", "given", "came true", "95 % from", "to"):
        table.add_column(heading, justify="right")
    for bin_ in calibration.bins:
        shares = (bin_.predicted, bin_.came_true, bin_.low, bin_.high)
        table.add_row(f"{bin_.lines:,}", *(f"{share:.5f}" for share in shares))
    console.print(table)
    console.print(
        f"Brier score {calibration.brier:.6f}, expected error {calibration.expected_error:.6f}"
    )
