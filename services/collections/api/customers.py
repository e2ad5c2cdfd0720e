"""What collections knows of a customer: why something is or is not done, and care to be taken."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from services.collections.api.words import CustomerShown, ReasonShown, show_reason, stored_reason
from services.collections.config import settings_of
from services.collections.domain.decisions import Blocked, Close, Decision, Do, Wait
from services.collections.domain.facts import FlagKind
from services.collections.domain.outlook import Outlook
from services.collections.models import CustomerFlag, DecisionTaken
from services.collections.repository import agreements
from services.collections.use_cases.explain_customer import explain_customer
from services.collections.use_cases.flag_customer import FlagCustomer, flag_customer, lift_flag
from services.collections.use_cases.name_customers import name_customers
from shared.auth import requires
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.money import Money
from shared.service import Service

router = noun_router("/customers", "customers")

FLAG: dict[str, Any] = {
    "kind": "debt_help",
    "since_on": "2026-04-01",
    "until_on": None,
    "administrator_known": False,
}


class DecisionShown(BaseModel):
    """`do`: taken at the next look. `until`: when it is worth looking again."""

    kind: str
    reason: ReasonShown
    step: str | None = None
    until: date | None = None
    source: str | None = Field(None, description="the rule a guard stands on")


class OutlookShown(BaseModel):
    invoice_id: UUID
    number: str
    due_on: date
    open_amount: Money
    blocked_by: DecisionShown | None
    next_step: str | None
    earliest: date | None


class EarlierShown(DecisionShown):
    decided_at: datetime


class ExplanationShown(BaseModel):
    customer: CustomerShown
    policy: str | None
    decision: DecisionShown
    invoices: list[OutlookShown]
    earlier: list[EarlierShown]


class FlagBody(BaseModel):
    """`administrator_known`: billing writes to the administrator (bewindvoerder) already."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [FLAG]})

    kind: FlagKind
    since_on: date
    until_on: date | None = None
    administrator_known: bool = False


class FlagShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    customer_id: UUID
    status: str
    kind: str
    since_on: date
    until_on: date | None
    administrator_known: bool


@router.get("/{customer_id}/explanation", dependencies=[requires("collections:read")])
async def get_explanation(
    request: Request, session: Reading, customer_id: UUID
) -> ExplanationShown:
    """Why something is, or is not, done now; per invoice what holds it or what comes next."""
    service: Service = request.app.state.service
    found = await explain_customer(
        session, customer_id, clock=service.clock, policies=settings_of(service).policies
    )
    named = (await name_customers(session, [customer_id], vault=service.vault))[customer_id]
    return ExplanationShown(
        customer=CustomerShown(id=customer_id, number=named.number, name=named.name),
        policy=found.policy,
        decision=_decision(found.decision),
        invoices=[_outlook(outlook) for outlook in found.outlooks],
        earlier=[earlier_shown(row) for row in found.earlier],
    )


@router.get("/{customer_id}/flags", dependencies=[requires("collections:read")])
async def list_flags(session: Reading, customer_id: UUID) -> list[FlagShown]:
    """All of them, also lifted ones, oldest first."""
    rows = await agreements.flags_of(session, customer_id)
    return [FlagShown.model_validate(row) for row in rows]


@router.post("/{customer_id}/flags", status_code=201, dependencies=[requires("collections:write")])
async def flag(session: Writing, customer_id: UUID, body: FlagBody) -> FlagShown:
    """Note death, insolvency, debt help, a moratorium or administration; no detail is held."""
    command = FlagCustomer(
        customer_id=customer_id,
        kind=body.kind.value,
        since_on=body.since_on,
        until_on=body.until_on,
        administrator_known=body.administrator_known,
    )
    row: CustomerFlag = await flag_customer(session, command)
    return FlagShown.model_validate(row)


@router.post("/{customer_id}/flags/{flag_id}/lift", dependencies=[requires("collections:write")])
async def lift(session: Writing, customer_id: UUID, flag_id: UUID) -> FlagShown:
    """It no longer holds."""
    return FlagShown.model_validate(await lift_flag(session, customer_id, flag_id))


def _decision(decision: Decision) -> DecisionShown:
    reason = show_reason(decision.reason)
    match decision:
        case Do(step=step):
            return DecisionShown(kind="do", reason=reason, step=step)
        case Wait(until=until):
            return DecisionShown(kind="wait", reason=reason, until=until)
        case Blocked(until=until, source=source):
            return DecisionShown(kind="blocked", reason=reason, until=until, source=source)
        case Close():
            return DecisionShown(kind="close", reason=reason)


def _outlook(outlook: Outlook) -> OutlookShown:
    receivable = outlook.receivable
    return OutlookShown(
        invoice_id=receivable.invoice_id,
        number=receivable.number,
        due_on=receivable.due_on,
        open_amount=receivable.principal + receivable.costs + receivable.interest,
        blocked_by=_decision(outlook.block) if outlook.block else None,
        next_step=outlook.next_step,
        earliest=outlook.earliest,
    )


def earlier_shown(row: DecisionTaken) -> EarlierShown:
    return EarlierShown(
        kind=row.kind,
        reason=stored_reason(row.reason_code, row.figures),
        until=row.until_on,
        source=row.source,
        decided_at=row.decided_at,
    )
