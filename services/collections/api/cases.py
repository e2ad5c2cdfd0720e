"""Cases: which are alive, and the whole story of one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel

from services.collections.api.customers import EarlierShown, earlier_shown
from services.collections.api.words import (
    CustomerShown,
    ReasonShown,
    Text,
    show_word,
    stored_reason,
)
from services.collections.models import Case, Charge, Claim, Step, WorklistItem
from services.collections.repository import cases, claims, looking
from services.collections.use_cases.tell_case import CaseStory, tell_case
from shared.auth import requires
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading
from shared.http.unit import router as noun_router
from shared.money import Money
from shared.service import Service

router = noun_router("/cases", "cases")

Status = Literal["open", "with_bailiff", "closed", "written_off"]


class CaseShown(BaseModel):
    id: UUID
    number: str
    customer_id: UUID
    customer_number: str | None
    status: str
    opened_on: date
    closed_on: date | None
    open_amount: Money
    last_step: str | None
    last_step_on: date | None


class ClaimShown(BaseModel):
    invoice_id: UUID
    number: str | None
    due_on: date
    status: str
    open_principal: Money
    open_costs: Money
    open_interest: Money


class StepShown(BaseModel):
    """A rung: a message, a task or costs. `message_id` finds the proof in notifications."""

    id: UUID
    code: str
    text: Text
    kind: str
    status: str
    taken_on: date
    sent_on: date | None
    channel: str | None
    failure: str | None
    invoice_ids: list[UUID]
    policy: str
    reason: ReasonShown
    message_id: UUID | None
    costs_named: Money | None
    letter_id: UUID | None


class ChargeShown(BaseModel):
    id: UUID
    invoice_id: UUID
    kind: str
    status: str
    amount: Money
    effective_on: date
    imposed_on: date
    ground: str
    rejection: str | None


class WorkDone(BaseModel):
    id: UUID
    kind: str
    status: str
    since: date
    reason: ReasonShown
    outcome: str | None
    finished_at: datetime | None
    finished_by: str | None


class Agreement(BaseModel):
    """An arrangement, a dispute or a hold; the noun's own route shows all of it."""

    id: UUID
    noun: str
    number: str | None
    status: str
    began_on: date
    ended_on: date | None


class Change(BaseModel):
    before: str | None
    after: str
    actor: str
    reason: str
    changed_at: datetime


class CaseStoryShown(BaseModel):
    id: UUID
    number: str
    customer: CustomerShown
    status: str
    opened_on: date
    closed_on: date | None
    invoices: list[ClaimShown]
    steps: list[StepShown]
    charges: list[ChargeShown]
    decisions: list[EarlierShown]
    agreements: list[Agreement]
    work: list[WorkDone]
    history: list[Change]


@router.get("", dependencies=[requires("collections:read")])
async def list_cases(
    session: Reading,
    paging: PageOf,
    status: Status | None = None,
    customer_id: UUID | None = None,
) -> Page[CaseShown]:
    """In the order of their numbers."""
    rows = await cases.page(session, paging, status=status, customer_id=customer_id)
    creditor = await looking.creditor(session)
    found = [case for case, _ in rows]
    open_minor = await claims.open_amounts(session, [case.customer_id for case in found])
    steps = await cases.last_steps(session, [case.id for case in found])
    items = [
        _case(
            case,
            number,
            Money(open_minor.get(case.customer_id, 0), creditor.currency),
            steps.get(case.id),
        )
        for case, number in rows
    ]
    return paging.page(items, lambda item: item, lambda item: (item.number,))


@router.get("/{case_id}", dependencies=[requires("collections:read")])
async def get_case(request: Request, session: Reading, case_id: UUID) -> CaseStoryShown:
    """Steps, messages, reasons, guards that blocked, charges, agreements and work, in full."""
    service: Service = request.app.state.service
    return _story(await tell_case(session, case_id, vault=service.vault))


def _case(case: Case, number: str | None, open_amount: Money, last: Step | None) -> CaseShown:
    return CaseShown(
        id=case.id,
        number=case.number,
        customer_id=case.customer_id,
        customer_number=number,
        status=case.status,
        opened_on=case.opened_on,
        closed_on=case.closed_on,
        open_amount=open_amount,
        last_step=last.code if last else None,
        last_step_on=last.taken_on if last else None,
    )


def _story(story: CaseStory) -> CaseStoryShown:
    case, customer = story.case, story.customer
    return CaseStoryShown(
        id=case.id,
        number=case.number,
        customer=CustomerShown(id=case.customer_id, number=customer.number, name=customer.name),
        status=case.status,
        opened_on=case.opened_on,
        closed_on=case.closed_on,
        invoices=[_claim(claim) for claim in story.claims],
        steps=[_step(step, covered) for step, covered in story.steps],
        charges=[_charge(charge) for charge in story.charges],
        decisions=[earlier_shown(row) for row in story.decisions],
        agreements=_agreements(story),
        work=[_work(item) for item in story.work],
        history=[Change.model_validate(row, from_attributes=True) for row in story.history],
    )


def _claim(claim: Claim) -> ClaimShown:
    return ClaimShown(
        invoice_id=claim.id,
        number=claim.number,
        due_on=claim.due_on,
        status=claim.status,
        open_principal=Money(claim.open_principal_minor, claim.currency),
        open_costs=Money(claim.open_costs_minor, claim.currency),
        open_interest=Money(claim.open_interest_minor, claim.currency),
    )


def _step(step: Step, covered: list[UUID]) -> StepShown:
    costs = None if step.costs_minor is None else Money(step.costs_minor, step.currency)
    return StepShown(
        id=step.id,
        code=step.code,
        text=show_word(step.code),
        kind=step.kind,
        status=step.status,
        taken_on=step.taken_on,
        sent_on=step.sent_on,
        channel=step.channel,
        failure=step.failure,
        invoice_ids=covered,
        policy=step.policy,
        reason=stored_reason(step.reason_code, step.figures),
        message_id=step.message_id,
        costs_named=costs,
        letter_id=step.letter_id,
    )


def _charge(charge: Charge) -> ChargeShown:
    return ChargeShown(
        id=charge.id,
        invoice_id=charge.claim_id,
        kind=charge.kind,
        status=charge.status,
        amount=Money(charge.amount_minor, charge.currency),
        effective_on=charge.effective_on,
        imposed_on=charge.imposed_on,
        ground=charge.ground,
        rejection=charge.rejection,
    )


def _work(item: WorklistItem) -> WorkDone:
    return WorkDone(
        id=item.id,
        kind=item.kind,
        status=item.status,
        since=item.created_on,
        reason=stored_reason(item.reason_code, item.figures),
        outcome=item.outcome,
        finished_at=item.finished_at,
        finished_by=item.finished_by,
    )


def _agreements(story: CaseStory) -> list[Agreement]:
    found = [
        Agreement(
            id=row.id,
            noun="arrangement",
            number=row.number,
            status=row.status,
            began_on=row.agreed_on,
            ended_on=row.ended_on,
        )
        for row in story.arrangements
    ]
    found += [
        Agreement(
            id=row.id,
            noun="dispute",
            number=row.number,
            status=row.status,
            began_on=row.opened_on,
            ended_on=row.resolved_on,
        )
        for row in story.disputes
    ]
    found += [
        Agreement(
            id=row.id,
            noun="hold",
            number=None,
            status=row.status,
            began_on=row.placed_on,
            ended_on=row.until_on,
        )
        for row in story.holds
    ]
    return sorted(found, key=lambda item: item.began_on)
