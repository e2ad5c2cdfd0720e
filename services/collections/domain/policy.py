"""What to do with one customer today: a pure function of the facts, one letter for everything.

Each invoice climbs its own ladder (`progress`). Costs that are due come first, then the highest
step that is due leads; reminders of other invoices that are due, or nearly so, travel in the same
message at their own step. A 14-day letter takes along every overdue invoice, since what can be
demanded together must be. Ask again after a step was recorded: a second step of the same day (a
task beside a letter) comes then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.collections.domain.bundle import group_for, riding_with
from services.collections.domain.calendar import ONE_DAY
from services.collections.domain.decisions import (
    ALLOWED,
    Blocked,
    Close,
    Decision,
    Do,
    Reason,
    Wait,
)
from services.collections.domain.facts import CaseFacts, Receivable
from services.collections.domain.guards import check_customer, check_invoice
from services.collections.domain.jurisdiction import jurisdiction
from services.collections.domain.ladder import DunningPolicy, Step
from services.collections.domain.letter_of_step import term_of
from services.collections.domain.progress import Progress, is_due, oldest_first, progress_of
from services.collections.domain.proposal import Context, channel_for, propose
from services.collections.domain.step_guards import balance_is_worth_a_step, check_step
from shared.money import Money


def decide(facts: CaseFacts, policy: DunningPolicy, today: date) -> Decision:
    """The decision for `today`. The order of anything in `facts` makes no difference."""
    law = jurisdiction(facts.jurisdiction)
    claims = [receivable for receivable in facts.receivables if receivable.open_minor > 0]
    if not claims:
        return Close(Reason("settled"))
    overdue = [receivable for receivable in claims if receivable.due_on < today]
    if not overdue:
        return _not_yet_due(claims)
    verdict = check_customer(facts, law, today)
    if verdict is ALLOWED:
        total = sum(receivable.open_minor for receivable in overdue)
        verdict = balance_is_worth_a_step(total, policy, law)
    if isinstance(verdict, Blocked):
        return verdict
    return _decide_overdue(Context(facts, policy, law, today), overdue)


def _decide_overdue(context: Context, overdue: list[Receivable]) -> Decision:
    facts, policy, law, today = context.facts, context.policy, context.law, context.today
    overdue.sort(key=oldest_first)
    free: list[Progress] = []
    blocks: list[Blocked] = []
    for receivable in overdue:
        verdict = check_invoice(facts, receivable, law, today)
        if isinstance(verdict, Blocked):
            blocks.append(verdict)
        else:
            free.append(progress_of(facts, receivable, policy, law, today))
    due_ranks = {p.next_step.rank for p in free if p.next_step and is_due(p, today)}
    for step in sorted((policy.steps[rank] for rank in due_ranks), key=_leads_first):
        outcome = _lead(context, step, free)
        if isinstance(outcome, Do):
            return outcome
        blocks.append(outcome)
    return _nothing_today(context, free, blocks)


def _lead(context: Context, step: Step, free: Sequence[Progress]) -> Do | Blocked:
    """The step over its invoices, or what stands in its way."""
    group = group_for(step, free, context.policy, context.today)
    receivables = [progress.receivable for progress in group]
    needs_letter = step.costs == "impose" and context.facts.kind == "consumer"
    letter = group[0].letter if needs_letter else None
    total = sum(receivable.open_minor for receivable in receivables)
    if total < step.minimum_minor:
        limit = Money(step.minimum_minor, context.policy.currency)
        return _house_block(context, Reason("below_step_minimum", (("limit", limit),)))
    channel = channel_for(context.facts, step, receivables)
    if step.kind == "message" and channel is None:
        return _house_block(context, Reason("unreachable", (("channels", step.channels),)))
    verdict = check_step(
        context.facts, step, receivables, letter, context.policy, context.law, context.today
    )
    if isinstance(verdict, Blocked):
        return verdict
    riding = riding_with(step, free, group, context.policy, context.today)
    return propose(context, step, group, riding, letter, channel)


def _nothing_today(
    context: Context, free: Sequence[Progress], blocks: Sequence[Blocked]
) -> Decision:
    """The nearest day on which something can change, with the reason that goes with it."""
    today = context.today
    waits = [(p.earliest, p) for p in free if p.next_step and p.earliest and p.earliest > today]
    untils = [block.until for block in blocks if block.until]
    if waits:
        earliest, progress = min(waits, key=lambda w: (w[0], oldest_first(w[1].receivable)))
        return Wait(min([earliest, *untils]), _wait_reason(context, progress, earliest))
    if blocks:
        first = blocks[0]
        return Blocked(first.reason, min(untils, default=None), first.source)
    if any(progress.next_step for progress in free):
        return Wait(None, Reason("message_pending"))
    return Wait(None, Reason("ladder_finished"))


def _wait_reason(context: Context, progress: Progress, earliest: date) -> Reason:
    step, letter = progress.next_step, progress.letter
    number = ("number", progress.receivable.number)
    if step is not None and step.costs == "impose" and letter is not None and letter.sent_on:
        last_day = term_of(letter, context.law, context.policy.prudence).last_free_day
        return Reason("letter_term_waits", (number, ("last_day", last_day), ("on", earliest)))
    return Reason("next_step", (number, ("step", step.code if step else ""), ("on", earliest)))


def _not_yet_due(claims: Sequence[Receivable]) -> Wait:
    first = min(claims, key=oldest_first)
    return Wait(
        first.due_on + ONE_DAY,
        Reason("not_yet_due", (("number", first.number), ("due_on", first.due_on))),
    )


def _leads_first(step: Step) -> tuple[bool, int]:
    """Costs before all, so that the letter or call of the same day has the right figures."""
    return (step.kind != "costs", -step.rank)


def _house_block(context: Context, reason: Reason) -> Blocked:
    return Blocked(reason, None, context.law.source_of(reason.code))
