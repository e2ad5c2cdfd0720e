"""The step as it is proposed: its lines, channel, costs and the reason a clerk reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.collections.domain.collection_costs import Claim, Costs, CostsImposed, letter_costs
from services.collections.domain.decisions import Do, Line, Reason
from services.collections.domain.facts import CaseFacts, MessageState, Receivable, StepTaken
from services.collections.domain.guards import is_administered
from services.collections.domain.jurisdiction import Jurisdiction
from services.collections.domain.ladder import CostsRole, DunningPolicy, Step
from services.collections.domain.letter_of_step import term_of
from services.collections.domain.progress import Progress
from shared.money import Money


@dataclass(frozen=True, slots=True)
class Context:
    """What every part of one decision looks at."""

    facts: CaseFacts
    policy: DunningPolicy
    law: Jurisdiction
    today: date


def propose(
    context: Context,
    step: Step,
    group: Sequence[Progress],
    riding: Sequence[Progress],
    letter: StepTaken | None,
    channel: str | None,
) -> Do:
    lines = [_line(progress, step) for progress in group]
    lines += [_line(progress, progress.next_step) for progress in riding if progress.next_step]
    term = term_of(letter, context.law, context.policy.prudence) if letter else None
    administered = is_administered(context.facts, context.today)
    return Do(
        step=step.code,
        kind=step.kind,
        reason=_reason(context, step, group, letter),
        lines=tuple(lines),
        template=step.template,
        channel=channel,
        addressee="administrator" if administered else "customer",
        costs=_costs(context, step, group, letter),
        costs_from=term.costs_from if term else None,
        letter_id=letter.step_id if letter else None,
        wording=step.wording,
        claims_interest=step.claims_interest,
    )


def _costs(
    context: Context, step: Step, group: Sequence[Progress], letter: StepTaken | None
) -> Costs | None:
    """What the letter must name, or what is owed now: never more than the letter named.

    After a part payment the costs are those of the unpaid remainder. A letter imposed in two
    goes (a claim was disputed meanwhile) takes no more than it named in all.
    """
    rules = context.law.costs
    if step.costs == "none" or rules is None:
        return None
    imposed = _taken(context, "impose")
    room = None
    if letter is not None and letter.costs is not None:
        taken = [s.costs for s in imposed if s.letter_id == letter.step_id and s.costs]
        zero = Money.zero(letter.costs.currency)
        room = max(letter.costs - Money.total(taken, zero.currency), zero)
    counting = imposed if letter is not None else [*imposed, *_named_and_open(context, imposed)]
    return letter_costs(
        [Claim(p.receivable.principal, p.receivable.is_instalment) for p in group],
        context.today,
        rules,
        earlier=[CostsImposed(s.taken_on, s.costs) for s in counting if s.costs],
        at_most=room,
        vat_uplift=context.facts.creditor.vat_uplift,
    )


def _named_and_open(context: Context, imposed: Sequence[StepTaken]) -> list[StepTaken]:
    """Letters whose costs may still follow: a new letter must not name their amount again."""
    open_ids = {r.invoice_id for r in context.facts.receivables if r.principal.minor > 0}
    settled = {step.letter_id for step in imposed}
    return [
        letter
        for letter in _taken(context, "announce")
        if letter.message is not MessageState.FAILED
        and letter.step_id not in settled
        and letter.covers & open_ids
    ]


def _taken(context: Context, role: CostsRole) -> list[StepTaken]:
    policy = context.policy
    return [
        step
        for step in context.facts.steps
        if step.code in policy.ranks and policy.steps[policy.ranks[step.code]].costs == role
    ]


def channel_for(facts: CaseFacts, step: Step, receivables: Sequence[Receivable]) -> str | None:
    """The first wished channel that reaches this customer and has not failed for this step."""
    ids = {receivable.invoice_id for receivable in receivables}
    failed = {
        taken.channel
        for taken in facts.steps
        if taken.code == step.code and taken.message is MessageState.FAILED and taken.covers & ids
    }
    usable = (c for c in step.channels if c in facts.channels and c not in failed)
    return next(usable, None)


def _reason(
    context: Context, step: Step, group: Sequence[Progress], letter: StepTaken | None
) -> Reason:
    oldest = group[0].receivable
    number = ("number", oldest.number)
    if letter is not None:
        last_day = term_of(letter, context.law, context.policy.prudence).last_free_day
        return Reason("letter_term_over", (number, ("last_day", last_day)))
    if oldest.debit_returned_on is not None and group[0].rank < 0:
        return Reason("debit_returned", (number, ("returned_on", oldest.debit_returned_on)))
    days = ("days", (context.today - oldest.due_on).days)
    return Reason("step_due", (number, days, ("step", step.code)))


def _line(progress: Progress, step: Step) -> Line:
    receivable = progress.receivable
    return Line(receivable.invoice_id, receivable.version, step.code)
