"""Which invoices go into one step: one letter for everything, each invoice at its own place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.collections.domain.facts import StepTaken
from services.collections.domain.ladder import DunningPolicy, Step
from services.collections.domain.progress import Progress, is_due, oldest_first


def group_for(
    step: Step, free: Sequence[Progress], policy: DunningPolicy, today: date
) -> list[Progress]:
    """The invoices that take this very step now, oldest first."""
    own = [progress for progress in free if progress.next_step is step]
    group = [progress for progress in own if is_due(progress, today)]
    if step.costs == "impose":
        # One letter at a time: each has its own term and its own amount.
        oldest = min((p.letter for p in group if p.letter), key=_letter_key, default=None)
        return [progress for progress in group if progress.letter is oldest]
    if step.kind != "message":
        return group
    group = [progress for progress in own if is_due(progress, today + policy.gather)]
    if step.takes_along_after is not None:
        overdue_by = today - step.takes_along_after
        group += [p for p in free if p not in group and _joins(p, step, overdue_by)]
        group.sort(key=lambda progress: oldest_first(progress.receivable))
    return group


def _joins(progress: Progress, step: Step, overdue_by: date) -> bool:
    """Lower on the same ladder, overdue long enough, and no message of its own still to go.

    A returned debit hears of the return first. Nothing joins a letter without principal.
    """
    receivable = progress.receivable
    is_fresh_return = receivable.debit_returned_on is not None and progress.rank < 0
    return (
        progress.rank < step.rank
        and step in progress.route
        and progress.earliest is not None
        and receivable.due_on <= overdue_by
        and receivable.principal.minor > 0
        and not is_fresh_return
    )


def riding_with(
    step: Step,
    free: Sequence[Progress],
    group: Sequence[Progress],
    policy: DunningPolicy,
    today: date,
) -> list[Progress]:
    """Other invoices whose own, lower reminder goes in the same message."""
    if step.kind != "message":
        return []
    return [
        progress
        for progress in free
        if progress.next_step is not None
        and progress.next_step.kind == "message"
        and progress.next_step.rank < step.rank
        and progress.next_step.costs == "none"
        and progress not in group
        and is_due(progress, today + policy.gather)
    ]


def _letter_key(letter: StepTaken) -> tuple[date, str]:
    return (letter.taken_on, letter.step_id.hex)
