"""The events of many evaluations, per customer in the order things happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.collections.domain.arrangements_kept import ArrangementChange
from services.collections.domain.dossier import Dossier
from services.collections.domain.evaluation import Evaluation, PlannedStep
from services.collections.domain.ladder import DunningPolicy
from services.collections.domain.planned_work import HANDOVER
from services.collections.models import Creditor
from services.collections.use_cases.impose_charges import charge_imposed
from services.collections.use_cases.word_messages import arrangement_message, step_message
from shared import outbox
from shared.db import WriteSession
from shared.events.collections import (
    ArrangementEnded,
    CaseClosed,
    CaseOpened,
    StepTaken,
)
from shared.events.envelope import Event


@dataclass(frozen=True, slots=True)
class Telling:
    """What all events of one go share; `named` is id and number of each customer's case.

    `traces`: by customer, the trace its events go on in.
    """

    creditor: Creditor
    policy: DunningPolicy | None
    label: str
    named: Mapping[UUID, tuple[UUID, str]]
    today: date
    traces: Mapping[UUID, str | None]


async def tell(
    session: WriteSession, telling: Telling, pairs: Sequence[tuple[Dossier, Evaluation]]
) -> None:
    for dossier, evaluation in pairs:
        events = _events(telling, dossier, evaluation)
        trace = telling.traces.get(dossier.customer_id)
        outbox.add(session, *events, traceparent=trace)


def _events(telling: Telling, dossier: Dossier, evaluation: Evaluation) -> Iterable[Event]:
    customer_id = evaluation.customer_id
    for change in evaluation.arrangements:
        yield from _of_arrangement(telling, dossier, change)
    if customer_id not in telling.named:
        return
    case_id, number = telling.named[customer_id]
    if evaluation.case_trigger in ("open", "reopen"):
        yield CaseOpened(case_id=case_id, customer_id=customer_id, number=number)
    for step in evaluation.steps:
        if step.do.template != HANDOVER:
            yield _step_taken(telling, step, customer_id, case_id)
        if step.leads and step.do.kind == "message" and telling.policy is not None:
            lines = [s for s in evaluation.steps if s.message_id == step.message_id]
            yield step_message(dossier, step, lines, telling.policy, telling.named, telling.today)
    for charge in evaluation.charges:
        yield charge_imposed(customer_id, case_id, charge)
    if evaluation.case_trigger == "close":
        code = evaluation.outcome.reason.code
        yield CaseClosed(case_id=case_id, customer_id=customer_id, reason=code)


def _step_taken(telling: Telling, step: PlannedStep, customer_id: UUID, case_id: UUID) -> StepTaken:
    return StepTaken(
        step_id=step.step_id,
        case_id=case_id,
        customer_id=customer_id,
        step=step.code,
        taken_on=telling.today,
        invoice_ids=step.claim_ids,
        policy=telling.label,
        reason=step.do.reason.code,
    )


def _of_arrangement(
    telling: Telling, dossier: Dossier, change: ArrangementChange
) -> Iterable[Event]:
    arrangement_id = change.arrangement.arrangement_id
    if change.ends_as:
        yield ArrangementEnded(
            arrangement_id=arrangement_id,
            customer_id=dossier.customer_id,
            outcome=change.ends_as,
            ended_on=telling.today,
        )
    yield arrangement_message(dossier, change, telling.named, telling.today)
