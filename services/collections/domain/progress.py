"""How far one invoice is on its ladder, and when its next step may be taken.

Each invoice has its own place: the highest step taken for it that counts. A failed message, a
faulty 14-day letter and anything from before a returned debit do not count, so the step comes
round again. That is what keeps a reminder for one invoice from swallowing another's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from services.collections.domain.facts import CaseFacts, MessageState, Receivable, StepTaken
from services.collections.domain.jurisdiction import Jurisdiction
from services.collections.domain.ladder import DunningPolicy, Route, Step
from services.collections.domain.letter_of_step import faults_of, term_of

# Proof that a message arrived takes a moment; until then a letter without proof is not repeated.
PROOF_TAKES = timedelta(days=3)


@dataclass(slots=True, eq=False)
class Progress:
    """`next_step` None: the ladder has ended. `earliest` None: its last message is still to go.

    `letter` is the newest 14-day letter that counts for this invoice.
    """

    receivable: Receivable
    rank: int
    route: Route
    next_step: Step | None
    earliest: date | None
    letter: StepTaken | None


def progress_of(
    facts: CaseFacts,
    receivable: Receivable,
    policy: DunningPolicy,
    law: Jurisdiction,
    today: date,
) -> Progress:
    rank, last, letter = _last_counted(facts, receivable, policy, law, today)
    route = policy.route(
        consumer=facts.kind == "consumer",
        debit_returned=receivable.debit_returned_on is not None,
        costs_claimable=_costs_are_claimable(facts, receivable, law),
    )
    next_step = _next(route, rank, receivable)
    if next_step is not None and next_step.costs == "impose" and letter is None:
        # A rung above the letter was taken without it: the letter still has to come first.
        next_step = next((step for step in route if step.costs == "announce"), next_step)
    earliest = None
    if next_step is not None:
        earliest = _earliest(facts, receivable, next_step, last, letter, policy, law)
    return Progress(receivable, rank, route, next_step, earliest, letter)


def _last_counted(
    facts: CaseFacts,
    receivable: Receivable,
    policy: DunningPolicy,
    law: Jurisdiction,
    today: date,
) -> tuple[int, StepTaken | None, StepTaken | None]:
    """Rank (-1 for none) and step of the highest rung, and the newest valid 14-day letter."""
    rank, last, letter = -1, None, None
    for step in facts.steps:
        if receivable.invoice_id not in step.covers:
            continue
        step_rank = policy.ranks.get(step.code, -1)
        if step_rank < 0 or not _counts(step, policy.steps[step_rank], receivable, law, today):
            continue
        if step_rank > rank or (last is not None and step_rank == rank and _newer(step, last)):
            rank, last = step_rank, step
        if policy.steps[step_rank].costs == "announce" and (letter is None or _newer(step, letter)):
            letter = step
    return rank, last, letter


def _newer(step: StepTaken, other: StepTaken) -> bool:
    return (step.taken_on, step.step_id) > (other.taken_on, other.step_id)


def _counts(
    step: StepTaken, rung: Step, receivable: Receivable, law: Jurisdiction, today: date
) -> bool:
    if step.message is MessageState.FAILED:
        return False
    returned_on = receivable.debit_returned_on
    if returned_on is not None and step.taken_on < returned_on:
        return False
    if rung.costs != "announce" or law.letter is None or step.sent_on is None:
        return True
    found = faults_of(step, receivable, law.letter)
    return not found or (found == ("delivery_unproven",) and today <= step.sent_on + PROOF_TAKES)


def _costs_are_claimable(facts: CaseFacts, receivable: Receivable, law: Jurisdiction) -> bool:
    if law.costs is None or not receivable.cost_clause_safe:
        return False
    return facts.kind == "business" or law.letter is not None


def _next(route: Route, rank: int, receivable: Receivable) -> Step | None:
    """The first rung above; costs rest on principal, so without it their rungs are passed by."""
    for step in route:
        if step.rank > rank and (step.costs == "none" or receivable.principal.minor > 0):
            return step
    return None


def _earliest(
    facts: CaseFacts,
    receivable: Receivable,
    step: Step,
    last: StepTaken | None,
    letter: StepTaken | None,
    policy: DunningPolicy,
    law: Jurisdiction,
) -> date | None:
    by_due = receivable.due_on + step.after_due
    if last is None:
        returned_on = receivable.debit_returned_on
        return by_due if returned_on is None else max(by_due, returned_on + step.after_previous)
    if last.message is MessageState.REQUESTED:
        return None
    earliest = max(by_due, (last.sent_on or last.taken_on) + step.after_previous)
    if step.costs == "impose" and facts.kind == "consumer" and letter is not None:
        if letter.sent_on is None or (letter.channel != "letter" and not letter.delivered_on):
            return None
        earliest = max(earliest, term_of(letter, law, policy.prudence).impose_from)
    return earliest


def is_due(progress: Progress, by: date) -> bool:
    return progress.earliest is not None and progress.earliest <= by


def oldest_first(receivable: Receivable) -> tuple[date, str, int]:
    return (receivable.due_on, receivable.number, receivable.invoice_id.int)
