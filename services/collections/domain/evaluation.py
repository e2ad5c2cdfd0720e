"""Look at one customer: what is to be done now, as a value that nothing has happened to yet.

An event or a date only means: look again. What comes out depends on the facts alone, and every
id in it on its cause, so that looking twice does nothing twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.collections.domain.arrangements_kept import (
    ArrangementChange,
    review_arrangements,
    without_ended,
)
from services.collections.domain.charges import PlannedCharge, charges_of_step, late_interest
from services.collections.domain.decisions import Blocked, Close, Decision, Do, Reason, Wait
from services.collections.domain.dossier import Dossier, OpenWork
from services.collections.domain.facts import MessageState, StepTaken
from services.collections.domain.figures import pack
from services.collections.domain.jurisdiction import Jurisdiction, jurisdiction
from services.collections.domain.ladder import DunningPolicy
from services.collections.domain.planned_work import (
    PlannedWork,
    obsolete_work,
    work_of_changes,
    work_of_debits,
    work_of_outcome,
    work_of_overcharges,
    work_of_task,
)
from services.collections.domain.policy import decide
from services.collections.domain.step_guards import check_sending
from shared.ids import derived_id

Outcome = Wait | Blocked | Close


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A rung to record. Rungs of one message share `message_id`; `leads` is the message's own."""

    step_id: UUID
    code: str
    claim_ids: tuple[UUID, ...]
    do: Do
    leads: bool
    message_id: UUID | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`outcome` is why nothing more is done; `is_news` when that differs from the time before."""

    customer_id: UUID
    steps: tuple[PlannedStep, ...]
    charges: tuple[PlannedCharge, ...]
    arrangements: tuple[ArrangementChange, ...]
    new_work: tuple[PlannedWork, ...]
    obsolete_work: tuple[OpenWork, ...]
    case_trigger: Literal["open", "reopen", "close"] | None
    outcome: Outcome
    is_news: bool


@dataclass(frozen=True, slots=True)
class _Findings:
    outcome: Outcome
    steps: Sequence[PlannedStep] = ()
    charges: Sequence[PlannedCharge] = ()
    changes: Sequence[ArrangementChange] = ()
    new_work: Sequence[PlannedWork] = ()
    obsolete_work: Sequence[OpenWork] = ()


def evaluate(
    dossier: Dossier, policy: DunningPolicy | None, today: date, now: datetime
) -> Evaluation:
    """`today` is the business day in the creditor's zone at the instant `now`."""
    if policy is None or not dossier.is_known:
        code = "no_policy" if policy is None else "customer_unknown"
        return _conclude(dossier, _Findings(Wait(None, Reason(code))))
    law = jurisdiction(dossier.facts.jurisdiction)
    changes = review_arrangements(dossier, law, today, now)
    facts = without_ended(dossier.facts, changes)
    charges = late_interest(dossier, facts, policy, law, today)
    steps: list[PlannedStep] = []
    decision = _allowed_now(decide(facts, policy, today), law, now)
    while isinstance(decision, Do):
        taken = _plan(dossier, decision, steps)
        steps += taken
        charges += charges_of_step(dossier, decision, taken[0].step_id, law, today)
        facts = replace(facts, steps=(*facts.steps, *_as_facts(taken, today)))
        decision = _allowed_now(decide(facts, policy, today), law, now)
    tasks = [s for s in steps if s.leads and s.do.kind == "task"]
    work = [work_of_task(step.do, step.step_id) for step in tasks]
    work += work_of_changes(changes) + work_of_overcharges(dossier) + work_of_debits(dossier)
    if _is_news(dossier, decision):
        work += work_of_outcome(dossier, decision, today)
    gone = obsolete_work(dossier, facts, changes, law, today)
    return _conclude(dossier, _Findings(decision, steps, charges, changes, work, gone))


def not_evaluated(dossier: Dossier, error: str) -> Evaluation:
    """Nothing is done about a customer whose facts could not be judged."""
    return _conclude(dossier, _Findings(Wait(None, Reason("not_evaluated", (("error", error),)))))


def _allowed_now(decision: Decision, law: Jurisdiction, now: datetime) -> Decision:
    if isinstance(decision, Do) and decision.kind == "message" and decision.channel:
        verdict = check_sending(decision.channel, now, law)
        if isinstance(verdict, Blocked):
            return verdict
    return decision


def _plan(dossier: Dossier, do: Do, before: list[PlannedStep]) -> list[PlannedStep]:
    """The leading rung first, then the lower rungs that travel in the same message."""
    made = Counter(dossier.steps_made) + Counter(step.code for step in before)
    codes = list(dict.fromkeys([do.step, *(line.step for line in do.lines)]))
    ids = {code: derived_id(dossier.customer_id, "step", code, made[code]) for code in codes}
    message_id = derived_id(ids[do.step], "message") if do.kind == "message" else None
    return [
        PlannedStep(
            step_id=ids[code],
            code=code,
            claim_ids=tuple(line.invoice_id for line in do.lines if line.step == code),
            do=do,
            leads=code == do.step,
            message_id=message_id,
        )
        for code in codes
    ]


def _as_facts(taken: list[PlannedStep], today: date) -> list[StepTaken]:
    return [
        StepTaken(
            step_id=step.step_id,
            code=step.code,
            taken_on=today,
            covers=frozenset(step.claim_ids),
            message=MessageState.REQUESTED if step.message_id else MessageState.NONE,
            wording=step.do.wording if step.leads else None,
            costs=step.do.costs.net if step.do.costs and step.leads else None,
            letter_id=step.do.letter_id if step.leads else None,
        )
        for step in taken
    ]


def _conclude(dossier: Dossier, found: _Findings) -> Evaluation:
    outcome = found.outcome
    return Evaluation(
        customer_id=dossier.customer_id,
        steps=tuple(found.steps),
        charges=tuple(found.charges),
        arrangements=tuple(found.changes),
        new_work=tuple(found.new_work),
        obsolete_work=tuple(found.obsolete_work),
        case_trigger=_case_trigger(dossier, outcome, has_steps=bool(found.steps)),
        outcome=outcome,
        is_news=_is_news(dossier, outcome),
    )


def _is_news(dossier: Dossier, outcome: Outcome) -> bool:
    last = dossier.last_decision
    told = (last.kind, last.code, last.figures) if last else None
    return told != (kind_of(outcome), outcome.reason.code, pack(outcome.reason))


def kind_of(outcome: Outcome) -> str:
    return {Wait: "wait", Blocked: "blocked", Close: "close"}[type(outcome)]


def _case_trigger(
    dossier: Dossier, outcome: Outcome, *, has_steps: bool
) -> Literal["open", "reopen", "close"] | None:
    """A case lives from its first step until nothing is overdue any more."""
    if has_steps:
        if dossier.case is None:
            return "open"
        return "reopen" if dossier.case.status in ("closed", "written_off") else None
    nothing_overdue = isinstance(outcome, Close) or outcome.reason.code == "not_yet_due"
    is_alive = dossier.case is not None and dossier.case.status in ("open", "with_bailiff")
    return "close" if nothing_overdue and is_alive else None
