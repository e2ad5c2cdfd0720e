"""Holds: a pause on a customer or on some invoices."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.collections.models import Hold
from services.collections.repository import agreements
from services.collections.use_cases.place_hold import PlaceHold, lift_hold, place_hold
from shared.auth import requires
from shared.crypto import CustomerCipher
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.service import Service

router = noun_router("/holds", "holds")

Status = Literal["active", "lifted", "expired"]
EXAMPLE: dict[str, Any] = {
    "customer_id": "018f0000-0000-7000-8000-000000000001",
    "invoice_ids": None,
    "until_on": "2026-05-31",
    "kind": "clerk",
    "reason": "Belt zelf terug na opname in het ziekenhuis.",
}


class HoldBody(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    customer_id: UUID
    invoice_ids: Annotated[
        list[UUID] | None,
        Field(min_length=1, description="null: everything, also what is billed later"),
    ] = None
    until_on: Annotated[
        date | None, Field(description="the last day of the pause; null: until it is lifted")
    ] = None
    kind: Literal["clerk", "promise", "move", "other"] = "clerk"
    reason: Annotated[str | None, Field(max_length=2_000)] = None


class HoldShown(BaseModel):
    id: UUID
    customer_id: UUID
    invoice_ids: list[UUID] | None
    status: str
    kind: str
    until_on: date | None
    placed_on: date
    reason: str | None


@router.post("", status_code=201, dependencies=[requires("collections:write")])
async def place(
    request: Request, session: Writing, body: HoldBody, response: Response
) -> HoldShown:
    """Pause the dunning until a day, or until somebody lifts it."""
    service: Service = request.app.state.service
    command = PlaceHold(
        customer_id=body.customer_id,
        claim_ids=body.invoice_ids,
        until_on=body.until_on,
        kind=body.kind,
        reason=body.reason,
    )
    row = await place_hold(session, command, vault=service.vault, clock=service.clock)
    response.headers["Location"] = f"/v1/holds/{row.id}"
    ciphers = await service.vault.open(session, [row.customer_id])
    return _shown(row, ciphers.get(row.customer_id))


@router.get("", dependencies=[requires("collections:read")])
async def list_holds(
    request: Request,
    session: Reading,
    paging: PageOf,
    customer_id: UUID | None = None,
    status: Status | None = None,
) -> Page[HoldShown]:
    """Newest first."""
    service: Service = request.app.state.service
    rows = await agreements.page(session, Hold, paging, customer_id=customer_id, status=status)
    ciphers = await service.vault.open(session, [row.customer_id for row in rows])
    return paging.page(
        rows, lambda row: _shown(row, ciphers.get(row.customer_id)), lambda row: (row.id,)
    )


@router.post("/{hold_id}/lift", dependencies=[requires("collections:write")])
async def lift(request: Request, session: Writing, hold_id: UUID) -> HoldShown:
    """End the pause now."""
    service: Service = request.app.state.service
    row = await lift_hold(session, hold_id)
    ciphers = await service.vault.open(session, [row.customer_id])
    return _shown(row, ciphers.get(row.customer_id))


def _shown(row: Hold, cipher: CustomerCipher | None) -> HoldShown:
    return HoldShown(
        id=row.id,
        customer_id=row.customer_id,
        invoice_ids=row.claim_ids,
        status=row.status,
        kind=row.kind,
        until_on=row.until_on,
        placed_on=row.placed_on,
        reason=cipher.decrypt("hold", row.reason_sealed) if cipher else None,
    )
