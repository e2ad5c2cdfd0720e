"""Write what many evaluations came to, one statement per table, and tell the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.collections.domain import case as cases
from services.collections.domain.dossier import Dossier
from services.collections.domain.evaluation import Evaluation, PlannedStep, kind_of
from services.collections.domain.figures import pack
from services.collections.domain.ladder import DunningPolicy
from services.collections.domain.planned_work import HANDOVER
from services.collections.domain.transition import transition
from services.collections.models import (
    Arrangement,
    Case,
    Creditor,
    DecisionTaken,
    Step,
    StepClaim,
    WorklistItem,
)
from services.collections.repository import changes
from services.collections.use_cases.impose_charges import write_charges
from services.collections.use_cases.number_things import CASE, take_numbers
from services.collections.use_cases.tell_evaluations import Telling, tell
from shared.bulk import insert_rows, update_rows
from shared.db import WriteSession
from shared.ids import derived_id, uuid7
from shared.rows import rows_of


async def record_evaluations(
    session: WriteSession,
    creditor: Creditor,
    policy: DunningPolicy | None,
    dossiers: Sequence[Dossier],
    evaluations: Sequence[Evaluation],
    today: date,
    now: datetime,
    traces: Mapping[UUID, str | None],
) -> None:
    writer = _Writer(session, creditor, today, now)
    pairs = list(zip(dossiers, evaluations, strict=True))
    named = await writer.write_cases(pairs)
    label = f"{policy.code} {policy.valid_from}" if policy else ""
    await writer.write_steps(pairs, named, label)
    await writer.write_charges(pairs, named)
    await writer.write_arrangements(evaluations)
    await writer.write_work(pairs, named)
    await writer.write_decisions(evaluations)
    await tell(session, Telling(creditor, policy, label, named, today, traces), pairs)


Pairs = Sequence[tuple[Dossier, Evaluation]]


@dataclass(frozen=True, slots=True)
class _Writer:
    session: WriteSession
    creditor: Creditor
    today: date
    now: datetime

    async def write_cases(self, pairs: Pairs) -> dict[UUID, tuple[UUID, str]]:
        """Open, reopen and close; returns id and number of each customer's case."""
        named = {d.customer_id: (d.case.case_id, d.case.number) for d, _ in pairs if d.case}
        opening = [d.customer_id for d, e in pairs if e.case_trigger == "open"]
        numbers = await take_numbers(self.session, CASE, self.today, len(opening))
        for customer_id, number in zip(opening, numbers, strict=True):
            named[customer_id] = (derived_id(customer_id, "case"), number)
        await insert_rows(
            self.session,
            rows_of(Case),
            [
                self._own(
                    id=named[customer_id][0],
                    customer_id=customer_id,
                    number=named[customer_id][1],
                    status=cases.INITIAL,
                    opened_on=self.today,
                )
                for customer_id in opening
            ],
        )
        await update_rows(self.session, rows_of(Case), self._moved_cases(pairs))
        return named

    def _moved_cases(self, pairs: Pairs) -> list[dict[str, Any]]:
        return [
            {
                "id": dossier.case.case_id,
                "status": transition(
                    cases.NOUN, cases.TRANSITIONS, dossier.case.status, evaluation.case_trigger
                ),
                "closed_on": self.today if evaluation.case_trigger == "close" else None,
            }
            for dossier, evaluation in pairs
            if dossier.case and evaluation.case_trigger
        ]

    async def write_steps(
        self, pairs: Pairs, named: dict[UUID, tuple[UUID, str]], label: str
    ) -> None:
        planned = [(e.customer_id, step) for _, e in pairs for step in e.steps]
        await insert_rows(
            self.session,
            rows_of(Step),
            [
                self._own(
                    id=step.step_id,
                    case_id=named[customer_id][0],
                    customer_id=customer_id,
                    taken_on=self.today,
                    policy=label,
                    **_columns_of(step),
                    currency=self.creditor.currency,
                )
                for customer_id, step in planned
            ],
        )
        await insert_rows(
            self.session,
            rows_of(StepClaim),
            [
                self._own(step_id=step.step_id, claim_id=claim_id)
                for _, step in planned
                for claim_id in step.claim_ids
            ],
        )

    async def write_charges(self, pairs: Pairs, named: dict[UUID, tuple[UUID, str]]) -> None:
        planned = [
            (e.customer_id, named[e.customer_id][0], charge)
            for _, e in pairs
            for charge in e.charges
        ]
        await write_charges(self.session, planned, self.today)
        bearing = {
            claim_id
            for _, evaluation in pairs
            for step in evaluation.steps
            if step.do.claims_interest
            for claim_id in step.claim_ids
        }
        await changes.mark_interest_claimed(self.session, bearing)

    async def write_arrangements(self, evaluations: Iterable[Evaluation]) -> None:
        found = [change for e in evaluations for change in e.arrangements]
        await update_rows(
            self.session,
            rows_of(Arrangement),
            [
                {
                    "id": change.arrangement.arrangement_id,
                    "status": change.ends_as or "active",
                    "ended_on": self.today if change.ends_as else None,
                    "warnings": [
                        {"number": warning.number, "warned_on": warning.warned_on}
                        for warning in change.warnings_after(self.today)
                    ],
                }
                for change in found
            ],
        )

    async def write_work(self, pairs: Pairs, named: dict[UUID, tuple[UUID, str]]) -> None:
        await insert_rows(
            self.session,
            rows_of(WorklistItem),
            [
                self._own(
                    id=work.item_id,
                    customer_id=e.customer_id,
                    case_id=named[e.customer_id][0] if e.customer_id in named else None,
                    subject_id=work.subject_id,
                    kind=work.kind,
                    status="open",
                    reason_code=work.reason.code,
                    figures=pack(work.reason),
                    created_on=self.today,
                    due_on=work.due_on,
                )
                for _, e in pairs
                for work in e.new_work
            ],
            on_conflict="DO NOTHING",
        )
        gone = [item for _, e in pairs for item in e.obsolete_work]
        await changes.drop_work(self.session, [item.item_id for item in gone], self.now)
        tasks = [item.subject_id for item in gone if item.covers is not None and item.subject_id]
        await changes.drop_steps(self.session, tasks)

    async def write_decisions(self, evaluations: Iterable[Evaluation]) -> None:
        await insert_rows(
            self.session,
            rows_of(DecisionTaken),
            [
                self._own(
                    id=uuid7(),
                    customer_id=e.customer_id,
                    decided_at=self.now,
                    kind=kind_of(e.outcome),
                    reason_code=e.outcome.reason.code,
                    figures=pack(e.outcome.reason),
                    until_on=getattr(e.outcome, "until", None),
                    source=getattr(e.outcome, "source", None),
                )
                for e in evaluations
                if e.is_news
            ],
        )

    def _own(self, **columns: Any) -> dict[str, Any]:
        return {"creditor_id": self.creditor.id, **columns}


def _columns_of(step: PlannedStep) -> dict[str, Any]:
    """A lower rung travels in the leader's message; the letter's figures are the leader's."""
    do, leads = step.do, step.leads
    if do.kind == "message":
        status = "requested"
    else:
        status = "proposed" if do.template == HANDOVER else "taken"
    return {
        "message_id": step.message_id,
        "code": step.code,
        "kind": do.kind,
        "status": status,
        "reason_code": do.reason.code,
        "figures": pack(do.reason),
        "template": do.template or None,
        "wished_channel": do.channel,
        "wording": do.wording if leads else None,
        "costs_minor": do.costs.net.minor if leads and do.costs else None,
        "letter_id": do.letter_id if leads else None,
    }
