"""The worklist: whom to contact now, why, and what to do."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field

from services.collections.api.words import (
    CustomerShown,
    ReasonShown,
    Text,
    show_word,
    stored_reason,
)
from services.collections.domain.worklist import NEXT_ACTIONS
from services.collections.models import WorklistItem
from services.collections.use_cases.approve_hand_over import DecideHandOver, decide_hand_over
from services.collections.use_cases.complete_work import CompleteWork, assign_work, complete_work
from services.collections.use_cases.list_work import Listed, list_work, show_work
from shared.auth import requires
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.money import Money
from shared.service import Service

router = noun_router("/worklist", "worklist")

Kind = Annotated[str | None, Query(description="one of: " + ", ".join(NEXT_ACTIONS))]
COMPLETION: dict[str, Any] = {
    "outcome": "promise",
    "note": "Betaalt na de vijfentwintigste.",
    "promised_by": "2026-05-28",
}
ASSIGNMENT: dict[str, Any] = {"assigned_to": "s.voorbeeld"}
APPROVAL: dict[str, Any] = {"approved": True, "note": None}


class CompletionBody(BaseModel):
    """`promised_by` goes with the outcome `promise`: until that day nothing more is done."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [COMPLETION]})

    outcome: Literal["reached", "not_reached", "promise", "handled"]
    note: Annotated[str | None, Field(max_length=2_000)] = None
    promised_by: date | None = None


class AssignmentBody(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [ASSIGNMENT]})

    assigned_to: Annotated[
        str | None, Field(min_length=1, max_length=100, description="null: back on the pile")
    ]


class ApprovalBody(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [APPROVAL]})

    approved: bool
    note: Annotated[str | None, Field(max_length=2_000)] = None


class ActionShown(BaseModel):
    code: str
    text: Text


class WorkShown(BaseModel):
    id: UUID
    kind: str
    status: str
    customer: CustomerShown
    phone: str | None
    case_id: UUID | None
    reason: ReasonShown
    next_action: ActionShown
    open_amount: Money
    since: date
    due_on: date | None
    not_before: date | None
    attempt: int
    assigned_to: str | None
    outcome: str | None
    note: str | None
    finished_at: datetime | None


@router.get("", dependencies=[requires("collections:read")])
async def list_worklist(
    request: Request,
    session: Reading,
    paging: PageOf,
    kind: Kind = None,
    assigned_to: str | None = None,
) -> Page[WorkShown]:
    """What can be worked on today, most urgent first."""
    service: Service = request.app.state.service
    listed = await list_work(
        session,
        vault=service.vault,
        clock=service.clock,
        kind=kind,
        assigned_to=assigned_to,
        after=paging.after,
        limit=paging.limit + 1,
    )
    return paging.page(listed, _shown, lambda item: item.sort_key)


@router.get("/{item_id}", dependencies=[requires("collections:read")])
async def get_work(request: Request, session: Reading, item_id: UUID) -> WorkShown:
    service: Service = request.app.state.service
    return _shown(await show_work(session, item_id, vault=service.vault))


@router.post("/{item_id}/complete", dependencies=[requires("collections:write")])
async def complete(
    request: Request, session: Writing, item_id: UUID, body: CompletionBody
) -> WorkShown:
    """Say what came of it. Not reached: it comes back on the next business day, twice."""
    service: Service = request.app.state.service
    command = CompleteWork(
        item_id=item_id, outcome=body.outcome, note=body.note, promised_by=body.promised_by
    )
    await complete_work(session, command, vault=service.vault, clock=service.clock)
    return _shown(await show_work(session, item_id, vault=service.vault))


@router.post("/{item_id}/approve", dependencies=[requires("collections:approve")])
async def approve(
    request: Request, session: Writing, item_id: UUID, body: ApprovalBody
) -> WorkShown:
    """Decide on a hand-over to the bailiff: a supervisor's word."""
    service: Service = request.app.state.service
    command = DecideHandOver(item_id, approved=body.approved, note=body.note)
    await decide_hand_over(session, command, vault=service.vault, clock=service.clock)
    return _shown(await show_work(session, item_id, vault=service.vault))


@router.post("/{item_id}/assign", dependencies=[requires("collections:write")])
async def assign(
    request: Request, session: Writing, item_id: UUID, body: AssignmentBody
) -> WorkShown:
    """Take it, give it to a colleague, or put it back on the pile."""
    service: Service = request.app.state.service
    await assign_work(session, item_id, body.assigned_to)
    return _shown(await show_work(session, item_id, vault=service.vault))


def _shown(listed: Listed) -> WorkShown:
    row: WorklistItem = listed.row
    action = NEXT_ACTIONS[row.kind]
    return WorkShown(
        id=row.id,
        kind=row.kind,
        status=row.status,
        customer=CustomerShown(
            id=row.customer_id, number=listed.customer.number, name=listed.customer.name
        ),
        phone=listed.customer.phone,
        case_id=row.case_id,
        reason=stored_reason(row.reason_code, row.figures),
        next_action=ActionShown(code=action, text=show_word(action)),
        open_amount=listed.open_amount,
        since=row.created_on,
        due_on=row.due_on,
        not_before=row.not_before,
        attempt=row.attempt,
        assigned_to=row.assigned_to,
        outcome=row.outcome,
        note=listed.note,
        finished_at=row.finished_at,
    )
