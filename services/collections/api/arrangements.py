"""Payment arrangements: agree one, see how it goes, call it off."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from services.collections.models import Arrangement
from services.collections.repository import agreements
from services.collections.use_cases.agree_arrangement import AgreeArrangement, agree_arrangement
from services.collections.use_cases.cancel_arrangement import cancel_arrangement
from services.collections.use_cases.follow_arrangements import Followed, follow_arrangements
from shared.auth import requires
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.money import Money
from shared.service import Service

router = noun_router("/arrangements", "arrangements")

Status = Literal["proposed", "active", "broken", "completed", "cancelled"]
EXAMPLE: dict[str, Any] = {
    "customer_id": "018f0000-0000-7000-8000-000000000001",
    "invoice_ids": ["018f0000-0000-7000-8000-000000000002"],
    "instalments": 6,
    "amount": None,
    "first_due_on": "2026-05-01",
    "day_of_month": 1,
}


class ArrangementBody(BaseModel):
    """Give `instalments` (how many, equal) or `amount` (each, the last one what is left)."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    customer_id: UUID
    invoice_ids: Annotated[
        list[UUID] | None, Field(min_length=1, description="null: all that is open")
    ] = None
    instalments: Annotated[int | None, Field(ge=1)] = None
    amount: Money | None = None
    first_due_on: date
    day_of_month: Annotated[int | None, Field(ge=1, le=31)] = None


class InstalmentShown(BaseModel):
    number: int
    due_on: date
    amount: Money
    paid: Money
    settled_on: date | None


class ArrangementShown(BaseModel):
    id: UUID
    number: str
    customer_id: UUID
    invoice_ids: list[UUID]
    status: str
    agreed_on: date
    ended_on: date | None
    total: Money
    paid: Money
    instalments: list[InstalmentShown]
    warned_on: list[date]


@router.post("", status_code=201, dependencies=[requires("collections:write")])
async def agree(
    request: Request, session: Writing, body: ArrangementBody, response: Response
) -> ArrangementShown:
    """Agree on instalments: dunning of these invoices stops while they are kept."""
    service: Service = request.app.state.service
    command = AgreeArrangement(
        customer_id=body.customer_id,
        claim_ids=body.invoice_ids,
        instalments=body.instalments,
        amount=body.amount,
        first_due_on=body.first_due_on,
        day_of_month=body.day_of_month,
    )
    row = await agree_arrangement(session, command, clock=service.clock)
    response.headers["Location"] = f"/v1/arrangements/{row.id}"
    return await _one(session, row)


@router.get("", dependencies=[requires("collections:read")])
async def list_arrangements(
    session: Reading,
    paging: PageOf,
    customer_id: UUID | None = None,
    status: Status | None = None,
) -> Page[ArrangementShown]:
    """Newest first."""
    rows = await agreements.page(
        session, Arrangement, paging, customer_id=customer_id, status=status
    )
    followed = await follow_arrangements(session, rows)
    return paging.page(followed, _shown, lambda item: (item.row.id,))


@router.get("/{arrangement_id}", dependencies=[requires("collections:read")])
async def get_arrangement(session: Reading, arrangement_id: UUID) -> ArrangementShown:
    return await _one(session, await agreements.arrangement(session, arrangement_id))


@router.post("/{arrangement_id}/cancel", dependencies=[requires("collections:write")])
async def cancel(request: Request, session: Writing, arrangement_id: UUID) -> ArrangementShown:
    """Call it off; the dunning goes on where it stood."""
    service: Service = request.app.state.service
    row = await cancel_arrangement(session, arrangement_id, clock=service.clock)
    return await _one(session, row)


async def _one(session: AsyncSession, row: Arrangement) -> ArrangementShown:
    (followed,) = await follow_arrangements(session, [row])
    return _shown(followed)


def _shown(item: Followed) -> ArrangementShown:
    row = item.row
    return ArrangementShown(
        id=row.id,
        number=row.number,
        customer_id=row.customer_id,
        invoice_ids=row.claim_ids,
        status=row.status,
        agreed_on=row.agreed_on,
        ended_on=row.ended_on,
        total=Money(row.total_minor, row.currency),
        paid=Money.total((place.paid for place in item.standing), row.currency),
        instalments=[
            InstalmentShown(
                number=place.instalment.number,
                due_on=place.instalment.due_on,
                amount=place.instalment.amount,
                paid=place.paid,
                settled_on=place.settled_on,
            )
            for place in item.standing
        ],
        warned_on=[date.fromisoformat(warning["warned_on"]) for warning in row.warnings],
    )
